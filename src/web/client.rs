//! The address of whoever asks: the peer's, or behind a proxy that is trusted what that one says.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;
use poem::{FromRequest, Request, RequestBody, Result, http::HeaderMap, web::Data};

use crate::{app::App, config::ForwardedHeader};

/// Whom to count a request for. Without an address (there is none over other transports than TCP) it is `::`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// What is counted together: an IPv4 address, or the /64 that an IPv6 host chooses its addresses from (RFC 6177).
    pub fn neighbourhood(self) -> IpAddr {
        neighbourhood(self.0)
    }
}

impl<'a> FromRequest<'a> for ClientAddress {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let Data(app) = Data::<&App>::from_request_without_body(request).await?;
        let peer = request.remote_addr().as_socket_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |address| address.ip().to_canonical());
        Ok(Self(of(peer, request.headers(), app.config.forwarded_header, &app.config.trusted_proxies)))
    }
}

/// See [`ClientAddress::neighbourhood`].
pub fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

/// Whether an address is one of the proxies.
pub fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// Each proxy has added whom it heard from at the right. So the list is read from there, past those that are trusted: what
/// stands left of the first stranger is the stranger's own words. Nonsense on the way leaves it at the peer.
fn of(peer: IpAddr, headers: &HeaderMap, header: Option<ForwardedHeader>, trusted: &[IpNet]) -> IpAddr {
    let Some(header) = header.filter(|_| is_trusted(peer, trusted)) else { return peer };
    let lines: Option<Vec<&str>> = headers.get_all(header.name()).iter().map(|line| line.to_str().ok()).collect();
    let Some(said) = lines.map(|lines| lines.join(",")).filter(|said| !said.is_empty()) else { return peer };
    let mut client = peer;
    for hop in said.rsplit(',') {
        let Some(address) = address(header, hop.trim()) else { return peer };
        client = address;
        if !is_trusted(client, trusted) {
            break;
        }
    }
    client
}

fn address(header: ForwardedHeader, hop: &str) -> Option<IpAddr> {
    let address = match header {
        ForwardedHeader::Forwarded => rfc7239::parse(hop).next()?.ok()?.forwarded_for?.ip().copied()?,
        // Some proxies add the port.
        ForwardedHeader::XForwardedFor | ForwardedHeader::XRealIp => hop
            .parse()
            .ok()
            .or_else(|| hop.parse().ok().map(|address: std::net::SocketAddr| address.ip()))
            .or_else(|| hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok())?,
    };
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use poem::http::{HeaderName, HeaderValue};

    use super::*;

    fn client(peer: &str, header: Option<ForwardedHeader>, lines: &[(&'static str, &'static str)]) -> String {
        let trusted = ["127.0.0.0/8", "::1/128", "10.0.0.0/8"].map(|network| network.parse().unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        of(peer.parse().unwrap(), &headers, header, &trusted).to_string()
    }

    #[test]
    fn a_forwarded_address_counts_from_a_trusted_proxy_alone_and_read_from_the_right() {
        use ForwardedHeader::{Forwarded, XForwardedFor, XRealIp};
        const LIST: &str = "x-forwarded-for";
        for (peer, header, lines, expected) in [
            // Nobody is trusted unless a setting says so.
            ("127.0.0.1", None, vec![(LIST, "192.0.2.7")], "127.0.0.1"),
            ("127.0.0.1", Some(XForwardedFor), vec![(LIST, "192.0.2.7")], "192.0.2.7"),
            ("::1", Some(XForwardedFor), vec![(LIST, "192.0.2.7")], "192.0.2.7"),
            ("203.0.113.9", Some(XForwardedFor), vec![(LIST, "192.0.2.7")], "203.0.113.9"),
            // Only the header of the setting.
            ("127.0.0.1", Some(XRealIp), vec![(LIST, "192.0.2.7")], "127.0.0.1"),
            ("127.0.0.1", Some(XForwardedFor), vec![("forwarded", "for=192.0.2.7")], "127.0.0.1"),
            // What the client has put there itself stands at the left.
            ("127.0.0.1", Some(XForwardedFor), vec![(LIST, "198.51.100.1, 192.0.2.7")], "192.0.2.7"),
            ("127.0.0.1", Some(XForwardedFor), vec![(LIST, "127.0.0.1, 192.0.2.7")], "192.0.2.7"),
            ("127.0.0.1", Some(XForwardedFor), vec![(LIST, "198.51.100.1"), (LIST, "192.0.2.7")], "192.0.2.7"),
            // Past further proxies of ours.
            ("127.0.0.1", Some(XForwardedFor), vec![(LIST, "198.51.100.1, 192.0.2.7, 10.1.1.1")], "192.0.2.7"),
            ("127.0.0.1", Some(XForwardedFor), vec![(LIST, "10.1.1.2, 10.1.1.1")], "10.1.1.2"),
            ("127.0.0.1", Some(XForwardedFor), vec![(LIST, "192.0.2.7:4711")], "192.0.2.7"),
            ("127.0.0.1", Some(XForwardedFor), vec![(LIST, "2001:db8::7")], "2001:db8::7"),
            ("127.0.0.1", Some(XForwardedFor), vec![(LIST, "[2001:db8::7]:4711")], "2001:db8::7"),
            ("127.0.0.1", Some(XForwardedFor), vec![(LIST, "::ffff:192.0.2.7")], "192.0.2.7"),
            ("127.0.0.1", Some(XRealIp), vec![("x-real-ip", "192.0.2.7")], "192.0.2.7"),
            ("127.0.0.1", Some(Forwarded), vec![("forwarded", "for=192.0.2.7;proto=https")], "192.0.2.7"),
            ("127.0.0.1", Some(Forwarded), vec![("forwarded", "for=198.51.100.1, For=\"[2001:db8::7]:4711\"")], "2001:db8::7"),
            // Nonsense.
            ("127.0.0.1", Some(Forwarded), vec![("forwarded", "for=unknown")], "127.0.0.1"),
            ("127.0.0.1", Some(Forwarded), vec![("forwarded", "for=_hidden")], "127.0.0.1"),
            ("127.0.0.1", Some(Forwarded), vec![("forwarded", "192.0.2.7")], "127.0.0.1"),
            ("127.0.0.1", Some(XForwardedFor), vec![(LIST, "")], "127.0.0.1"),
            ("127.0.0.1", Some(XForwardedFor), vec![(LIST, "192.0.2.7, nonsense")], "127.0.0.1"),
            ("127.0.0.1", Some(XForwardedFor), vec![(LIST, "192.0.2.7,")], "127.0.0.1"),
            ("127.0.0.1", Some(XForwardedFor), vec![], "127.0.0.1"),
        ] {
            assert_eq!(client(peer, header, &lines), expected, "{peer} {header:?} {lines:?}");
        }
    }

    #[test]
    fn a_host_of_ipv6_is_counted_with_its_network() {
        assert_eq!(neighbourhood("2001:db8:1:2:3:4:5:6".parse().unwrap()).to_string(), "2001:db8:1:2::");
        assert_eq!(neighbourhood("192.0.2.7".parse().unwrap()).to_string(), "192.0.2.7");
        assert_eq!(neighbourhood("::ffff:192.0.2.7".parse().unwrap()).to_string(), "192.0.2.7");
    }
}
