//! The business API as such: base URL, our token, and ids that stay in their place of a path.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use url::Url;

use super::tokens::{Deadline, Tokens};
use super::wire;
use crate::domain::failure::{Class, Failure};
use crate::domain::registration::TenantId;
use crate::platforms::http::{Call, Http, Nature, Reply};

/// The API reached with one credential, for one tenant.
pub struct Api {
    http: Http,
    base: Url,
    tokens: Arc<Tokens>,
    /// `None`: the credential's own.
    tenant: Option<TenantId>,
}

/// A call of the API that was not sent yet.
pub struct ApiCall<'a> {
    api: &'a Api,
    call: Call,
    /// How long the call may take together with all that our token needs.
    patience: Duration,
    /// It must be sent soon, and then has the whole time of a call for its answer: a rotation whose answer is not waited for
    /// would cost another one.
    soon: bool,
}

/// A read may wait this many times the time-out of a call for our token: for discovery, an exchange, and a Secret that is
/// read and written.
const PATIENCE: u32 = 5;

/// Every success but 204 wraps its answer in this.
#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

impl Api {
    /// `base` is the URL that ends in `/v1`.
    #[must_use]
    pub fn new(http: Http, base: Url, tokens: Tokens) -> Self {
        Self {
            http,
            base,
            tokens: Arc::new(tokens),
            tenant: None,
        }
    }

    /// The same API with another credential; both share their connections.
    #[must_use]
    pub fn with(&self, tokens: Tokens) -> Self {
        Self::new(self.http.clone(), self.base.clone(), tokens)
    }

    /// The same API with the same credential, on behalf of another tenant.
    #[must_use]
    pub fn scoped_to(&self, tenant: TenantId) -> Self {
        Self {
            http: self.http.clone(),
            base: self.base.clone(),
            tokens: Arc::clone(&self.tokens),
            tenant: Some(tenant),
        }
    }

    /// The tenant that our token acts for. Obtains one unless it is there.
    pub async fn acts_for(&self) -> Result<TenantId, Failure> {
        let deadline = Deadline::after(self.http.timeout() * PATIENCE);
        self.tokens.acts_for(self.tenant.as_ref(), deadline).await
    }

    /// A call with our token. `path` holds one segment each, ids from outside among them.
    pub fn call(&self, method: Method, path: &[&str], nature: Nature) -> Result<ApiCall<'_>, Failure> {
        Ok(self.call_url(method, &url_below(&self.base, path)?, nature))
    }

    /// Reads one object.
    pub async fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, Failure> {
        data(self.call(Method::GET, path, Nature::Repeatable)?).await
    }

    /// Reads one page of a list, envelope included; pages count from 0.
    pub async fn get_page<T: DeserializeOwned>(&self, path: &[&str], page: u32, size: usize) -> Result<T, Failure> {
        let mut url = url_below(&self.base, path)?;
        url.query_pairs_mut()
            .append_pair("page", &page.to_string())
            .append_pair("pageSize", &size.to_string());
        self.call_url(Method::GET, &url, Nature::Repeatable)
            .send()
            .await?
            .json()
    }

    fn call_url(&self, method: Method, url: &Url, nature: Nature) -> ApiCall<'_> {
        let timeout = self.http.timeout();
        let patience = if method == Method::GET {
            timeout * PATIENCE
        } else {
            timeout
        };
        let call = self.http.call(method, url, nature).complaining(wire::complaint);
        ApiCall {
            api: self,
            call,
            patience,
            soon: false,
        }
    }
}

impl ApiCall<'_> {
    /// To be sent within this time or not at all, also when it is sent once more with another token.
    #[must_use]
    pub fn sent_within(self, time: Duration) -> Self {
        Self {
            call: self.call.sent_by(Instant::now() + time),
            soon: true,
            ..self
        }
    }

    /// Sent also while the platform counts as away ([`Call::probing`]).
    #[must_use]
    pub fn probing(self) -> Self {
        Self {
            call: self.call.probing(),
            ..self
        }
    }

    /// A JSON body.
    #[must_use]
    pub fn json(self, body: &impl Serialize) -> Self {
        Self {
            call: self.call.json(body),
            ..self
        }
    }

    /// Sends it with our token. When that one is not accepted (401), the call was surely not carried out: it is sent once
    /// more with another token, if there can be one.
    ///
    /// All of that together takes no longer than one call may, unless it is a read, or a call that was given a time by which
    /// it must be sent: a claim is waited out for as many of these as `domain::claim` says.
    pub async fn send(self) -> Result<Reply, Failure> {
        let Self {
            api,
            call,
            patience,
            soon,
        } = self;
        let deadline = Deadline::after(patience);
        let limited = |call: Call| {
            if soon {
                return Ok(call);
            }
            Ok::<_, Failure>(call.within(deadline.left()?.min(api.http.timeout())))
        };
        let tenant = api.tenant.as_ref();
        let token = api.tokens.token(tenant, None, deadline).await?;
        let again = call.again().filter(|_| api.tokens.can_be_renewed());
        let reply = limited(call.bearer(&token))?.send().await?;
        match again {
            Some(again) if reply.status() == 401 => {
                let other = api.tokens.token(tenant, Some(&token), deadline).await?;
                limited(again.bearer(&other))?.send().await
            }
            _ => Ok(reply),
        }
    }
}

/// Sends a call and takes the answer out of its envelope.
pub async fn data<T: DeserializeOwned>(call: ApiCall<'_>) -> Result<T, Failure> {
    Ok(call.send().await?.json::<Envelope<T>>()?.data)
}

/// Sends a call whose answer we do not need.
pub async fn done(call: ApiCall<'_>) -> Result<(), Failure> {
    call.send().await?.done()
}

/// `base` with these segments behind, each percent-encoded. A segment that would vanish or climb (empty, `.`, `..`)
/// would turn a call about one application into another call; it is refused.
pub fn url_below(base: &Url, path: &[&str]) -> Result<Url, Failure> {
    let mut url = base.clone();
    let depth = |url: &Url| {
        url.path_segments()
            .map_or(0, |segments| segments.filter(|s| !s.is_empty()).count())
    };
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    if depth(&url) == depth(base) + path.len() {
        return Ok(url);
    }
    Err(Failure::new(
        Class::Invalid,
        format!("{path:?} cannot be a path below {base}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(id: &str) -> Result<String, Failure> {
        url_below(
            &Url::parse("https://api.example.com/v1").unwrap(),
            &["applications", id],
        )
        .map(String::from)
    }

    #[test]
    fn an_id_stays_one_segment_of_the_path() {
        let base = "https://api.example.com/v1/applications";
        assert_eq!(below("a-1"), Ok(format!("{base}/a-1")));
        assert_eq!(below("../x?y#z"), Ok(format!("{base}/..%2Fx%3Fy%23z")));
        assert_eq!(below("%2e%2e"), Ok(format!("{base}/%252e%252e")));
        assert_eq!(below("a b"), Ok(format!("{base}/a%20b")));
    }

    #[test]
    fn an_id_that_would_change_the_path_is_refused() {
        for id in ["", ".", "..", "\t", ".\t.", "\n"] {
            assert_eq!(
                below(id).map_err(|failure| failure.class),
                Err(Class::Invalid),
                "{id:?}"
            );
        }
    }

    #[test]
    fn a_base_with_a_trailing_slash_comes_to_the_same() {
        let base = Url::parse("https://api.example.com/v1/").unwrap();
        assert_eq!(
            url_below(&base, &["permissions"]).unwrap().as_str(),
            "https://api.example.com/v1/permissions"
        );
    }
}
