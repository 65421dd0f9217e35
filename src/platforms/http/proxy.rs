//! The proxy of the operator's own environment; a resource cannot name one.

use std::env;

use reqwest::NoProxy;
use url::Url;

use crate::domain::egress::Egress;

/// `HTTPS_PROXY` and `NO_PROXY`, as curl and Go understand them; small letters serve, too. Prints nothing: the URL may hold a
/// password.
#[derive(Clone)]
pub(in crate::platforms) struct Proxy {
    url: Url,
    except: String,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proxy")
    }
}

impl Proxy {
    /// That of this process; `None`: it has none.
    pub(in crate::platforms) fn of_environment() -> Result<Option<Self>, String> {
        let value = |names: [&str; 2]| names.into_iter().find_map(|name| env::var(name).ok());
        let url = value(["HTTPS_PROXY", "https_proxy"]).filter(|url| !url.trim().is_empty());
        let Some(url) = url else { return Ok(None) };
        Self::new(&url, &value(["NO_PROXY", "no_proxy"]).unwrap_or_default()).map(Some)
    }

    /// A proxy for all hosts but these, separated by commas.
    pub(super) fn new(url: &str, except: &str) -> Result<Self, String> {
        // As everybody else, we take an address without scheme for that of an HTTP proxy.
        let whole = if url.contains("://") {
            url.to_owned()
        } else {
            format!("http://{url}")
        };
        let url = Url::parse(&whole).ok().filter(Url::has_host);
        match url.filter(|url| matches!(url.scheme(), "http" | "https")) {
            Some(url) => Ok(Self {
                url,
                except: except.to_owned(),
            }),
            None => Err("HTTPS_PROXY is no http:// or https:// URL, such as http://proxy.example.com:3128".into()),
        }
    }

    /// Its own host, if that is a name.
    pub(super) fn name(&self) -> Option<String> {
        self.url.domain().map(ToOwned::to_owned)
    }

    /// For calls over https. Hosts that are excepted from the rule on addresses are reached without it: they lie at the
    /// operator, and what they would be at the proxy is something else.
    pub(super) fn rule(&self, egress: &Egress) -> reqwest::Result<reqwest::Proxy> {
        let mut except = self.except.clone();
        for host in egress.excepted() {
            except.push(',');
            except.push_str(host);
        }
        Ok(reqwest::Proxy::https(self.url.clone())?.no_proxy(NoProxy::from_string(&except)))
    }
}
