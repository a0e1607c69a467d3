//! Who is trusted, and the TLS handshake.

use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, TlsStream};

/// The certificate authorities a server's certificate may come from: the system's, and those of an extra PEM file.
///
/// The TLS settings are built at the first handshake and shared by all clones, so that reading the system's
/// certificates is paid once and TLS sessions are resumed.
#[derive(Clone, Default)]
pub struct Roots {
    extra: Option<Arc<[u8]>>,
    verified: Arc<OnceLock<Arc<ClientConfig>>>,
    unverified: Arc<OnceLock<Arc<ClientConfig>>>,
}

/// Why a list of certificate authorities cannot be used.
#[derive(Debug, Error)]
pub enum RootsError {
    #[error("the extra CA file holds no PEM certificate")]
    Empty,
    #[error("the extra CA file is not readable as PEM certificates: {0}")]
    Unreadable(String),
}

impl Roots {
    /// The system's authorities alone.
    pub fn system() -> Self {
        Self::default()
    }

    /// The system's authorities and the certificates in `pem`.
    pub fn with_extra(pem: impl Into<Vec<u8>>) -> Result<Self, RootsError> {
        let pem = pem.into();
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| RootsError::Unreadable(error.to_string()))?;
            store.add(certificate).map_err(|error| RootsError::Unreadable(error.to_string()))?;
        }
        if store.is_empty() {
            return Err(RootsError::Empty);
        }
        Ok(Self { extra: Some(pem.into()), ..Self::default() })
    }

    /// TLS that insists on a certificate of theirs, for other conversations than with mail servers.
    pub fn verified(&self) -> Arc<ClientConfig> {
        self.config(true)
    }

    fn config(&self, verify: bool) -> Arc<ClientConfig> {
        let cell = if verify { &self.verified } else { &self.unverified };
        Arc::clone(cell.get_or_init(|| Arc::new(self.build(verify))))
    }

    fn build(&self, verify: bool) -> ClientConfig {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("the ring provider has cipher suites for TLS 1.2 and 1.3");
        if !verify {
            let verifier = Arc::new(Unverified(provider));
            return builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
        }
        let mut store = RootCertStore::empty();
        let native = rustls_native_certs::load_native_certs();
        for error in &native.errors {
            tracing::warn!(%error, "could not read some of the system's certificate authorities");
        }
        store.add_parsable_certificates(native.certs);
        if let Some(pem) = &self.extra {
            // Checked in `with_extra`.
            store.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).flatten());
        }
        builder.with_root_certificates(store).with_no_client_auth()
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.extra.is_some() { "Roots(system and extra)" } else { "Roots(system)" })
    }
}

/// Puts a connection under TLS. Without `verify` any certificate will do: encryption against listeners, with no
/// word on who is at the other end (opportunistic security, RFC 7435).
pub(super) async fn handshake(stream: TcpStream, host: &str, roots: &Roots, verify: bool) -> io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "the host name cannot be in a certificate"))?;
    let stream = TlsConnector::from(roots.config(verify)).connect(name, stream).await?;
    Ok(TlsStream::Client(stream))
}

/// Accepts any certificate, but still only from the holder of its key.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
