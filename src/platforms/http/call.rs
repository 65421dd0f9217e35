//! One call: what it carries, and sending it once.

use std::time::Duration;

use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use serde::Serialize;

use super::reply::Reply;
use super::story::{Complaint, Story};
use crate::domain::credentials::SecretText;
use crate::domain::failure::Failure;

/// A call that was not sent yet. It knows every secret that it carries, so that its failures are told without them.
#[derive(Debug)]
pub struct Call {
    request: RequestBuilder,
    story: Story,
}

impl Call {
    pub(super) fn new(request: RequestBuilder, story: Story) -> Self {
        Self {
            request: request.header(ACCEPT, HeaderValue::from_static("application/json")),
            story,
        }
    }

    /// Authenticates with an access token (RFC 6750 section 2.1).
    #[must_use]
    pub fn bearer(self, token: &SecretText) -> Self {
        self.authorization("Bearer", token)
    }

    /// An `Authorization` header of this scheme, which prints as `Sensitive`. A value with bytes that no header may
    /// hold makes sending fail.
    #[must_use]
    pub fn authorization(mut self, scheme: &str, value: &SecretText) -> Self {
        self.story.scrub.hide(value);
        let header = HeaderValue::from_str(&format!("{scheme} {}", value.expose())).map(|mut header| {
            header.set_sensitive(true);
            header
        });
        self.request = match header {
            Ok(header) => self.request.header(AUTHORIZATION, header),
            // The builder keeps the error for `send`; the value itself is not handed to it.
            Err(_) => self.request.header(AUTHORIZATION, "\n"),
        };
        self
    }

    /// Keeps this secret, which the request carries in some form, out of every text about the call.
    #[must_use]
    pub fn hiding(mut self, secret: &SecretText) -> Self {
        self.story.scrub.hide(secret);
        self
    }

    /// A header without secrets.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// A JSON body.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// A form body. Secrets among its fields must be named to [`hiding`](Self::hiding), too.
    #[must_use]
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        self.request = self.request.form(fields);
        self
    }

    /// How this API says in a body what was wrong. A 404 that does not say so was not written by the API, but by
    /// something in front of it, and proves nothing about what was asked for.
    #[must_use]
    pub fn complaining(mut self, complaint: Complaint) -> Self {
        self.story.complaint = Some(complaint);
        self
    }

    /// The same call, to be sent after this one. A call whose body cannot be had twice has none; ours all can.
    #[must_use]
    pub fn again(&self) -> Option<Self> {
        Some(Self {
            request: self.request.try_clone()?,
            story: self.story.clone(),
        })
    }

    /// Gives up after this time, which is shorter than that of other calls.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.request = self.request.timeout(time);
        self.story.timeout = time;
        self
    }

    /// Sends it, once, and reads the answer within the limits. A failure means that no status arrived.
    pub async fn send(self) -> Result<Reply, Failure> {
        match self.request.send().await {
            Ok(response) => Ok(Reply::read(response, self.story).await),
            Err(error) => Err(self.story.broken(&error)),
        }
    }
}
