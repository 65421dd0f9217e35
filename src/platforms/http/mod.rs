//! HTTP within limits: one client per connection, whose calls end in time, stay small and are sent once.
//!
//! Kept out: any platform's paths and JSON. A [`Call`] is built here and sent in `call`, a [`Reply`] is judged in
//! `reply`; `outcome` chooses failure classes and `story` words them. Every call goes through the platform's `door`.
//! Where a call may lead is checked here, by its URL, and in `resolver`, by the addresses of its host.

mod call;
mod door;
mod outcome;
mod proxy;
mod reply;
mod resolver;
mod retry_after;
mod story;
mod tls;

pub use call::Call;
pub(super) use door::{Door, Doors};
pub use outcome::Nature;
pub(super) use proxy::Proxy;
pub use reply::Reply;
pub(super) use resolver::{Lookup, System};

use call::Route;
use door::Asked;
use resolver::Resolver;
use story::Story;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::redirect::Policy;
use url::Url;

use crate::domain::egress::Egress;
use crate::domain::failure::{Class, Failure};
use crate::domain::port::Target;

const LONGEST_CONNECT: Duration = Duration::from_secs(5);
/// Shorter than the keep-alive of common servers: a POST that meets a closing connection has an unknown outcome.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// What this process has of the network: how names are looked up, and the proxy of its environment.
#[derive(Clone, Debug)]
pub(super) struct Network {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) proxy: Option<Proxy>,
}

impl Default for Network {
    /// Without proxy.
    fn default() -> Self {
        Self {
            lookup: Arc::new(System),
            proxy: None,
        }
    }
}

/// A pool of connections and the limits of every call through it. A clone shares both.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    timeout: Duration,
    door: Arc<Door>,
    egress: Egress,
}

impl Http {
    /// A client whose calls take at most the target's time-out each, from connecting to the last byte of the answer, and
    /// wait no longer than that at the platform's door before.
    ///
    /// Connecting may take half of it, at most 5 s, so that a connection that never comes (surely nothing was carried
    /// out) is told apart from an answer that never comes. No redirect is followed, and nothing is sent twice, with one
    /// exception: a request that meets a pooled connection which was closed before its first byte was written goes out on
    /// a fresh one.
    pub(super) fn new(target: &Target, network: &Network, door: Arc<Door>) -> Result<Self, Failure> {
        let (timeout, egress) = (target.timeout, target.egress.clone());
        let resolver = Resolver {
            lookup: Arc::clone(&network.lookup),
            egress: egress.clone(),
            proxy: network.proxy.as_ref().and_then(Proxy::name),
        };
        let mut client = reqwest::Client::builder()
            .connect_timeout(LONGEST_CONNECT.min(timeout / 2))
            .timeout(timeout)
            .pool_idle_timeout(LONGEST_IDLE)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .dns_resolver(resolver)
            .user_agent(concat!("oauth-registrar/", env!("CARGO_PKG_VERSION")));
        if let Some(proxy) = &network.proxy {
            let rule = proxy.rule(&egress);
            client = client.proxy(rule.map_err(|_| invalid("the proxy of HTTPS_PROXY cannot be used".into()))?);
        }
        Ok(Self {
            client: tls::build(client, &target.tls)?,
            timeout,
            door,
            egress,
        })
    }

    /// The longest that a call takes.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// A call, not sent yet. A URL that leads where nothing may go makes sending fail: it may be one that the platform
    /// told us.
    #[must_use]
    pub fn call(&self, method: Method, url: &Url, nature: Nature) -> Call {
        let what = format!("{method} {}", without_query(url));
        let route = Route {
            client: self.client.clone(),
            url: url.clone(),
            refusal: self.egress.check(url).err(),
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

#[cfg(test)]
mod tests;
