//! The business API as such: base URL, token, and ids that stay in their place of a path.

use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::wire;
use crate::domain::credentials::SecretText;
use crate::domain::failure::{Class, Failure};
use crate::platforms::http::{Call, Http, Nature};

/// The API reached with one token.
#[derive(Debug)]
pub struct Api {
    http: Http,
    base: Url,
    token: SecretText,
}

/// Every success but 204 wraps its answer in this.
#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

impl Api {
    /// `base` is the URL that ends in `/v1`.
    #[must_use]
    pub fn new(http: Http, base: Url, token: SecretText) -> Self {
        Self { http, base, token }
    }

    /// The same API with another token; both share their connections.
    #[must_use]
    pub fn with_token(&self, token: SecretText) -> Self {
        Self {
            http: self.http.clone(),
            base: self.base.clone(),
            token,
        }
    }

    /// The client below, for calls outside of the business API.
    #[must_use]
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// The token that every call carries.
    #[must_use]
    pub fn token(&self) -> &SecretText {
        &self.token
    }

    /// A call with our token. `path` holds one segment each, ids from outside among them.
    pub fn call(&self, method: Method, path: &[&str], nature: Nature) -> Result<Call, Failure> {
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

    fn call_url(&self, method: Method, url: &Url, nature: Nature) -> Call {
        self.http
            .call(method, url, nature)
            .bearer(&self.token)
            .complaining(wire::complaint)
    }
}

/// Sends a call and takes the answer out of its envelope.
pub async fn data<T: DeserializeOwned>(call: Call) -> Result<T, Failure> {
    Ok(call.send().await?.json::<Envelope<T>>()?.data)
}

/// Sends a call whose answer we do not need.
pub async fn done(call: Call) -> Result<(), Failure> {
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
