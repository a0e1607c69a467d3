//! What TLS costs.

use std::{path::Path, sync::Arc};

use periodical::mail::server::ServerOptions;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::{
    Bench, engine,
    process::Mail,
    report::{
        Must, Row, Series,
        Unit::{MailsPerSecond, Times},
        thousands,
    },
    servers,
};

/// How a message reaches the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Plain,
    StartTls,
    Implicit,
}

pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let recipients = bench.options.recipients / 2;
    let (config, pem) = certificate()?;
    let ca_file = bench.stage.folder().join("ca.pem");
    std::fs::write(&ca_file, pem)?;
    let rate = |name: &str| Series::new(name, MailsPerSecond);
    let mut rates = [(Way::Plain, rate("plain")), (Way::StartTls, rate("STARTTLS")), (Way::Implicit, rate("implicit TLS"))];
    let mut handshakes = Series::new("handshakes", Times);
    bench.stage.prepare(recipients).await?;
    for round in 1..=bench.options.rounds {
        let mut most = 0.0_f64;
        // Each is the first in its turn.
        for turn in 0..rates.len() {
            let (way, series) = &mut rates[(round as usize + turn) % 3];
            let (per_second, connections_per_message) = send(bench, recipients, *way, &config, &ca_file).await?;
            series.push(per_second);
            if *way != Way::Plain {
                most = most.max(connections_per_message);
            }
            bench.say(round, series);
        }
        handshakes.push(most);
    }
    let [(_, plain), (_, starttls), (_, implicit)] = rates;
    let title = |way: &str| format!("{} recipients over {way}", thousands(recipients));
    Ok(vec![
        Row::ratio(title("STARTTLS"), starttls, plain.clone(), Must::Nothing),
        Row::ratio(title("implicit TLS"), implicit, plain, Must::Nothing),
        Row::value("TLS handshakes a message", handshakes, None, Must::AtMost(0.01)),
    ])
}

/// The rate, and how many connections there were for each message.
async fn send(bench: &Bench, recipients: i64, way: Way, config: &Arc<rustls::ServerConfig>, ca_file: &Path) -> anyhow::Result<(f64, f64)> {
    let tls = (way != Way::Plain).then(|| Arc::clone(config));
    let server = servers::counting(ServerOptions { tls, implicit_tls: way == Way::Implicit, ..ServerOptions::default() }).await?;
    let address = server.address();
    let url = match way {
        Way::Plain => format!("smtp://{address}?tls=none"),
        Way::StartTls => format!("smtp://{address}?tls=required"),
        Way::Implicit => format!("smtps://{address}"),
    };
    let mail = Mail { url, ca_file: Some(ca_file.to_owned()) };
    let sent = engine::send(&bench.stage, recipients, &mail, bench.options.connections, 1).await?;
    let statistics = server.statistics();
    Ok((sent.per_second, statistics.connections_opened as f64 / statistics.messages_accepted as f64))
}

/// A certificate for this machine, and its PEM for those who are to trust it.
fn certificate() -> anyhow::Result<(Arc<rustls::ServerConfig>, String)> {
    let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).map_err(anyhow::Error::msg)?;
    let chain: Vec<CertificateDer<'static>> = vec![certified.cert.der().clone()];
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok((Arc::new(config), certified.cert.pem()))
}
