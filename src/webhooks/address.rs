//! Which addresses strangers' programs may be at: those of the public internet alone, so that nobody reaches what stands beside
//! this machine with requests of ours.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::LazyLock,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// What the IANA's registry of special-purpose addresses has as not globally reachable, multicast, and what is reserved.
static PRIVATE: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let v4 = [
        ([0, 0, 0, 0], 8),       // this network
        ([10, 0, 0, 0], 8),      // private
        ([100, 64, 0, 0], 10),   // shared by carriers' customers
        ([127, 0, 0, 0], 8),     // loopback
        ([169, 254, 0, 0], 16),  // link-local, and with it the metadata of clouds
        ([172, 16, 0, 0], 12),   // private
        ([192, 0, 0, 0], 24),    // protocol assignments
        ([192, 0, 2, 0], 24),    // documentation
        ([192, 88, 99, 0], 24),  // relays of 6to4, given up
        ([192, 168, 0, 0], 16),  // private
        ([198, 18, 0, 0], 15),   // benchmarking
        ([198, 51, 100, 0], 24), // documentation
        ([203, 0, 113, 0], 24),  // documentation
        ([224, 0, 0, 0], 4),     // multicast
        ([240, 0, 0, 0], 4),     // reserved, and the broadcast
    ];
    let v6 = [
        ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),     // protocol assignments, Teredo among them
        ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation
        ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),     // documentation
    ];
    let v4 = v4.into_iter().map(|(address, length)| IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::from_octets(address), length)));
    let v6 = v6.into_iter().map(|(address, length)| IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::from_segments(address), length)));
    v4.chain(v6).collect()
});

/// Of IPv6, what is given out to the world at all: anything else is of a site, a link, or a form of another address.
const GLOBAL: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Whether the whole internet reaches this address. Of an IPv6 address that stands for one of IPv4, whether it reaches that.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => !PRIVATE.iter().any(|net| net.contains(&address)),
        IpAddr::V6(v6) => match within(v6) {
            Some(v4) => is_public(IpAddr::V4(v4)),
            None => GLOBAL.contains(&v6) && !PRIVATE.iter().any(|net| net.contains(&address)),
        },
    }
}

/// The IPv4 address within one of IPv6: mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056).
fn within(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let last = || {
        let octets = address.octets();
        Ipv4Addr::new(octets[12], octets[13], octets[14], octets[15])
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(last()),
        [0x2002, high, low, ..] => {
            let ([w, x], [y, z]) = (high.to_be_bytes(), low.to_be_bytes());
            Some(Ipv4Addr::new(w, x, y, z))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "203.0.113.7",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "5f00::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
