//! The identity realm as far as we need it before any registration: its endpoints, and what permissions exist.

use reqwest::Method;
use serde::Deserialize;
use tokio::sync::OnceCell;
use url::Url;

use super::api::{Api, data, url_below};
use super::{TENANT_HEADER, wire};
use crate::domain::failure::{Class, Failure};
use crate::domain::port::KnownPermission;
use crate::domain::registration::TenantId;
use crate::platforms::http::{Http, Nature};
use crate::platforms::oauth::{self, Grant, Obtained};

/// The realm's own word on where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// RFC 8414 `issuer`, as the realm spells it.
    pub issuer: String,
    /// RFC 8414 `token_endpoint`, of the same origin as the issuer.
    pub token_endpoint: Url,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    token_endpoint: String,
}

/// The realm, and its endpoints once they are found: they do not move while a connection lives.
#[derive(Debug)]
pub struct Realm {
    http: Http,
    issuer_url: Url,
    discovered: OnceCell<Endpoints>,
}

impl Realm {
    /// Makes no call.
    #[must_use]
    pub fn new(http: Http, issuer_url: Url) -> Self {
        Self {
            http,
            issuer_url,
            discovered: OnceCell::new(),
        }
    }

    /// The client below.
    #[must_use]
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Obtains a token, for this tenant if one is given.
    pub async fn obtain(&self, grant: Grant<'_>, tenant: Option<&TenantId>) -> Result<Obtained, Failure> {
        let endpoint = &self.endpoints().await?.token_endpoint;
        let tenant = tenant.map(|tenant| (TENANT_HEADER, tenant));
        oauth::obtain(&self.http, endpoint, grant, tenant).await
    }

    /// Where things are, as the realm itself says.
    pub async fn endpoints(&self) -> Result<&Endpoints, Failure> {
        self.discovered
            .get_or_try_init(|| discover(&self.http, &self.issuer_url))
            .await
    }
}

/// Reads the discovery document. No token travels: the realm is public, and our token is not meant for it.
async fn discover(http: &Http, issuer_url: &Url) -> Result<Endpoints, Failure> {
    let url = url_below(issuer_url, &[".well-known", "openid-configuration"])?;
    let metadata = http
        .call(Method::GET, &url, Nature::Repeatable)
        .probing()
        .send()
        .await?
        .json()?;
    trusted(metadata, issuer_url)
}

/// What RFC 8414 section 3.3 demands, and one thing more: secrets are sent to the token endpoint, so it must be where
/// the issuer is that somebody configured.
fn trusted(metadata: Metadata, issuer_url: &Url) -> Result<Endpoints, Failure> {
    let Metadata { issuer, token_endpoint } = metadata;
    if issuer.trim_end_matches('/') != issuer_url.as_str().trim_end_matches('/') {
        let detail = format!("the discovery document below {issuer_url} names another issuer, {issuer}");
        return Err(Failure::new(Class::Invalid, detail));
    }
    match Url::parse(&token_endpoint) {
        Ok(url) if url.origin() == issuer_url.origin() => Ok(Endpoints {
            issuer,
            token_endpoint: url,
        }),
        _ => {
            let detail = format!("the token endpoint {token_endpoint} is not at the origin of the issuer {issuer_url}");
            Err(Failure::new(Class::Invalid, detail))
        }
    }
}

/// Every permission that exists; also the cheapest call by which to learn whether our token is accepted.
pub async fn permissions(api: &Api) -> Result<Vec<KnownPermission>, Failure> {
    let call = api.call(Method::GET, &["permissions"], Nature::Repeatable)?.probing();
    Ok(data::<wire::PermissionList>(call).await?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://id.example.com/realms/olt";

    fn discovered(issuer: &str, token_endpoint: &str) -> Result<String, String> {
        let metadata = Metadata {
            issuer: issuer.to_owned(),
            token_endpoint: token_endpoint.to_owned(),
        };
        trusted(metadata, &Url::parse(ISSUER).unwrap())
            .map(|endpoints| endpoints.token_endpoint.to_string())
            .map_err(|failure| failure.detail)
    }

    #[test]
    fn the_token_endpoint_of_the_configured_issuer_is_trusted() {
        let endpoint = "https://id.example.com/realms/olt/token";
        assert_eq!(discovered(ISSUER, endpoint), Ok(endpoint.to_owned()));
        assert_eq!(discovered(&format!("{ISSUER}/"), endpoint), Ok(endpoint.to_owned()));
    }

    #[test]
    fn another_issuer_is_refused() {
        let detail = discovered("https://id.example.com/realms/other", "https://id.example.com/t").unwrap_err();
        assert!(
            detail.contains("another issuer, https://id.example.com/realms/other"),
            "{detail}"
        );
    }

    #[test]
    fn a_token_endpoint_elsewhere_is_refused() {
        for elsewhere in [
            "https://evil.example.com/t",
            "http://id.example.com/t",
            "https://id.example.com:8443/t",
            "/t",
        ] {
            let detail = discovered(ISSUER, elsewhere).unwrap_err();
            assert!(
                detail.starts_with(&format!("the token endpoint {elsewhere} is not")),
                "{detail}"
            );
        }
    }
}
