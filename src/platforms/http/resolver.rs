//! From a host's name to the addresses that are connected to: each is checked, and no name is resolved twice for one
//! connection. What was checked is therefore what is connected to, whatever the DNS says a moment later.

use std::error::Error;
use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::domain::egress::{Egress, Refusal};

/// Looks a name up.
pub(in crate::platforms) trait Lookup: Debug + Send + Sync {
    /// All addresses of this host.
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// As the machine does it: `/etc/hosts`, search domains, DNS.
#[derive(Debug)]
pub(in crate::platforms) struct System;

impl Lookup for System {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Hands out checked addresses only.
pub(super) struct Resolver {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) egress: Egress,
    /// Host of the proxy, which those who run the operator chose.
    pub(super) proxy: Option<String>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let free = self
            .proxy
            .as_ref()
            .is_some_and(|proxy| proxy.eq_ignore_ascii_case(&host));
        let (found, egress) = (self.lookup.lookup(host.clone()), self.egress.clone());
        Box::pin(async move {
            let found = found.await?;
            if !free {
                // One that is forbidden spoils all: who mixes it among others means it to be tried some time.
                found
                    .iter()
                    .try_for_each(|address| egress.check_resolved(&host, *address))?;
            }
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// The refusal that a call broke at, if that is why it broke.
pub(super) fn refusal(error: &reqwest::Error) -> Option<&Refusal> {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref() {
            return Some(refusal);
        }
        cause = error.source();
    }
    None
}
