//! What a workload does with the Secret: it mounts nothing else.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use super::http::Answer;
use super::objects::{self, Object};
use super::stage::Stage;

/// The values of a mounted Secret. No method prints the client secret or a token.
pub(super) struct Workload<'a> {
    stage: &'a Stage,
    data: BTreeMap<String, String>,
}

impl<'a> Workload<'a> {
    /// Reads the Secret as it is now.
    pub(super) fn with(stage: &'a Stage, secret: &Object) -> Result<Self> {
        let found = stage.kubectl.find(secret)?;
        let found = found.with_context(|| format!("there is no Secret {}", secret.name))?;
        Ok(Self {
            stage,
            data: objects::data(&found)?,
        })
    }

    /// The keys, in order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.data.keys().map(String::as_str)
    }

    pub(super) fn client_id(&self) -> Result<&str> {
        self.value("CLIENT_ID")
    }

    pub(super) fn token_url(&self) -> Result<&str> {
        self.value("TOKEN_URL")
    }

    /// Whether both hold the same credentials.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.data == other.data
    }

    /// Asks for a token by `client_credentials`, for a tenant or for none.
    pub(super) fn token(&self, tenant: Option<&str>) -> Result<Value> {
        let answer = self.ask_for_token(tenant)?;
        answer.expect(200, "the request for a token")?.json()
    }

    fn ask_for_token(&self, tenant: Option<&str>) -> Result<Answer> {
        let (url, id, secret) = (self.token_url()?, self.client_id()?, self.value("CLIENT_SECRET")?);
        self.stage.platform.http().send(|client| {
            let request = client
                .post(url)
                .basic_auth(id, Some(secret))
                .form(&[("grant_type", "client_credentials")]);
            match tenant {
                Some(tenant) => request.header("tenant", tenant),
                None => request,
            }
        })
    }

    /// Calls the platform's API with a token.
    pub(super) fn devices(&self, token: &Value) -> Result<Answer> {
        let token = token["access_token"]
            .as_str()
            .context("the answer has no access token")?;
        let url = format!("{}/v1/devices", self.stage.platform.url());
        let answer = self
            .stage
            .platform
            .http()
            .send(|client| client.get(url).bearer_auth(token))?;
        answer.expect(200, "GET /v1/devices")
    }

    fn value(&self, key: &str) -> Result<&str> {
        let value = self
            .data
            .get(key)
            .with_context(|| format!("the Secret has no key {key}"))?;
        Ok(value)
    }
}
