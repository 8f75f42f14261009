//! Encryption: who the server proves to be, and for how much longer.

use tokio::time::timeout;
use tokio_rustls::rustls::{CertificateError, Error};

use crate::connection::{self, ConnectError};
use crate::diagnosis::Diagnosis;
use crate::examination::Caller;

/// By then a certificate that is renewed by itself has been.
const RENEWED_BY: u32 = 14;

pub(crate) async fn look(caller: &Caller) -> Diagnosis {
    let place = caller.place();
    if !place.is_https() {
        return plain(caller).await;
    }
    let limit = caller.visit.timeout;
    let opened = match timeout(limit, connection::open(place, &caller.trust)).await {
        Ok(Ok(opened)) => opened,
        Ok(Err(error)) => return Diagnosis::fail(error.to_string(), advice(&error, place.host())),
        Err(_) => return Diagnosis::fail(format!("no connection within {} s", limit.as_secs()), UNREACHABLE),
    };
    let (Some(tls), Ok(name)) = (opened.tls, connection::name_of(place)) else {
        return Diagnosis::fail("not encrypted", UNREACHABLE);
    };
    let days = caller.trust.days_left(&tls.chain, &name);
    let seen = format!("{}, the certificate is for {} and good for {days} more days", tls.version, place.host());
    if days < RENEWED_BY {
        return Diagnosis::warn(seen, "see that it is renewed by itself, and in time");
    }
    Diagnosis::ok(seen)
}

const UNREACHABLE: &str = "see that the name leads to this server, that the proxy runs and that no firewall is between";

/// Only what does not leave the machine need not be encrypted.
async fn plain(caller: &Caller) -> Diagnosis {
    match timeout(caller.visit.timeout, connection::open(caller.place(), &caller.trust)).await {
        Ok(Err(error)) => Diagnosis::fail(error.to_string(), UNREACHABLE),
        Err(_) => Diagnosis::fail("no connection in time", UNREACHABLE),
        Ok(Ok(opened)) if opened.there.ip().is_loopback() && caller.place().is_on_this_machine() => {
            Diagnosis::warn("not encrypted, and only for this machine", "for others put a proxy with TLS in front")
        }
        Ok(Ok(_)) => Diagnosis::fail(
            "not encrypted: passwords and messages can be read on the way",
            "put a proxy with TLS in front, as in docs/production.md",
        ),
    }
}

fn advice(error: &ConnectError, host: &str) -> String {
    match error.tls() {
        Some(Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. })) => {
            "renew the certificate, and see that it is renewed by itself".to_owned()
        }
        Some(Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => format!("get a certificate for {host}"),
        Some(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            "let the proxy send the whole chain; an authority of your own is trusted with --ca FILE".to_owned()
        }
        Some(_) => "see what the log of the proxy says: it must speak TLS 1.2 or 1.3".to_owned(),
        None => UNREACHABLE.to_owned(),
    }
}
