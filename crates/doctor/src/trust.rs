//! Whose certificates count, and for how long one does.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const DAY: u64 = 24 * 60 * 60;
/// Longer than any public certificate lives.
const FURTHEST: u32 = 1000;

/// Why nothing can be trusted.
#[derive(Debug, Error)]
pub enum TrustError {
    /// The extra certificates cannot be read.
    #[error("the certificates to trust cannot be read: {0}")]
    Unreadable(String),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
}

/// The public certificate authorities, and those that were named.
pub(crate) struct Trust {
    verifier: Arc<WebPkiServerVerifier>,
    config: Arc<ClientConfig>,
}

impl Trust {
    /// `extra` is in PEM.
    pub(crate) fn new(extra: Option<&[u8]>) -> Result<Self, TrustError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for certificate in extra.into_iter().flat_map(CertificateDer::pem_slice_iter) {
            let certificate = certificate.map_err(|error| TrustError::Unreadable(error.to_string()))?;
            roots.add(certificate).map_err(|error| TrustError::Unreadable(error.to_string()))?;
        }
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build();
        let verifier = verifier.map_err(|error| TrustError::Setup(error.to_string()))?;
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| TrustError::Setup(error.to_string()))?;
        let mut config = config.with_webpki_verifier(Arc::clone(&verifier)).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { verifier, config: Arc::new(config) })
    }

    pub(crate) fn connector(&self) -> TlsConnector {
        TlsConnector::from(Arc::clone(&self.config))
    }

    /// For how many whole days from now a chain that is good now stays so: that of its certificate that ends first.
    pub(crate) fn days_left(&self, chain: &[CertificateDer<'_>], name: &ServerName<'_>) -> u32 {
        let now = UnixTime::now().as_secs();
        self.last_good_day(
            |day| UnixTime::since_unix_epoch(Duration::from_secs(now + DAY * u64::from(day))),
            chain,
            name,
        )
    }

    /// The verifier is asked for other days, instead of reading certificates here.
    fn last_good_day(&self, on: impl Fn(u32) -> UnixTime, chain: &[CertificateDer<'_>], name: &ServerName<'_>) -> u32 {
        let Some((own, others)) = chain.split_first() else { return 0 };
        let is_good = |day| self.verifier.verify_server_cert(own, others, name, &[], on(day)).is_ok();
        let (mut good, mut bad) = (0, FURTHEST);
        while good + 1 < bad {
            let middle = good.midpoint(bad);
            if is_good(middle) { good = middle } else { bad = middle }
        }
        good
    }
}
