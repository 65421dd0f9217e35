//! HTTP within limits: one client per connection, whose calls end in time, stay small and are sent once.
//!
//! Kept out: any platform's paths and JSON. A [`Call`] is built here and sent in `call`, a [`Reply`] is judged in
//! `reply`; `outcome` chooses failure classes and `story` words them. Every call goes through the platform's `door`.

mod call;
mod door;
mod outcome;
mod reply;
mod retry_after;
mod story;

pub use call::Call;
pub(super) use door::{Door, Doors};
pub use outcome::Nature;
pub use reply::Reply;

use call::Route;
use door::Asked;
use story::Story;

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Method};
use url::Url;

use crate::domain::failure::{Class, Failure};

const LONGEST_CONNECT: Duration = Duration::from_secs(5);
/// Shorter than the keep-alive of common servers: a POST that meets a closing connection has an unknown outcome.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// A pool of connections and the limits of every call through it. A clone shares both.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    timeout: Duration,
    door: Arc<Door>,
}

impl Http {
    /// A client whose calls take at most `timeout` each, from connecting to the last byte of the answer, and wait no
    /// longer than that at the platform's door before.
    ///
    /// Connecting may take half of it, at most 5 s, so that a connection that never comes (surely nothing was carried
    /// out) is told apart from an answer that never comes. No redirect is followed, no proxy is taken from the
    /// environment, and nothing is sent twice, with one exception: a request that meets a pooled connection which was
    /// closed before its first byte was written goes out on a fresh one.
    ///
    /// `authorities`, certificates in PEM, are trusted in place of the well-known ones.
    pub fn new(timeout: Duration, authorities: Option<&str>, door: Arc<Door>) -> Result<Self, Failure> {
        let mut client = reqwest::Client::builder()
            .connect_timeout(LONGEST_CONNECT.min(timeout / 2))
            .timeout(timeout)
            .pool_idle_timeout(LONGEST_IDLE)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .user_agent(concat!("oauth-registrar/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = authorities {
            client = client.tls_certs_only(certificates(pem)?);
        }
        let client = client
            .build()
            .map_err(|error| invalid(format!("the HTTP client cannot be set up: {}", outcome::cause(&error))))?;
        Ok(Self { client, timeout, door })
    }

    /// The longest that a call takes.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// A call, not sent yet.
    #[must_use]
    pub fn call(&self, method: Method, url: &Url, nature: Nature) -> Call {
        let what = format!("{method} {}", without_query(url));
        let route = Route {
            client: self.client.clone(),
            url: url.clone(),
            asked: Asked {
                host: url.origin(),
                method: method.clone(),
                probing: false,
            },
            door: Arc::clone(&self.door),
            within: self.timeout,
            by: None,
        };
        Call::new(
            self.client.request(method, url.clone()),
            Story::new(what, nature, self.timeout),
            route,
        )
    }
}

/// The certificates of a bundle; one that holds none would trust nobody.
fn certificates(pem: &str) -> Result<Vec<Certificate>, Failure> {
    match Certificate::from_pem_bundle(pem.as_bytes()) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(invalid(
            "spec.tls.caBundleRef names something that holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"
                .into(),
        )),
    }
}

fn invalid(detail: String) -> Failure {
    Failure::new(Class::Invalid, detail)
}

fn without_query(url: &Url) -> Url {
    let mut shown = url.clone();
    shown.set_query(None);
    // Fails only for URLs that cannot hold any.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown
}
