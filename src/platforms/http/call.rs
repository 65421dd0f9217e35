//! One call: what it carries, and sending it once.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use tokio::time::Instant;
use url::Url;

use super::door::{Asked, Door, Held, Passage, Passed};
use super::reply::Reply;
use super::resolver::refusal;
use super::retry_after::retry_after;
use super::story::{Complaint, Story};
use crate::domain::credentials::SecretText;
use crate::domain::egress::Refusal;
use crate::domain::failure::Failure;

/// A call that was not sent yet. It knows every secret that it carries, so that its failures are told without them.
#[derive(Debug)]
pub struct Call {
    request: RequestBuilder,
    story: Story,
    route: Route,
}

/// How a call comes to its platform.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// Sends probes.
    pub(super) client: Client,
    /// Where a probe of it is sent.
    pub(super) url: Url,
    /// Why it is not spoken to.
    pub(super) refusal: Option<Refusal>,
    /// What the door is asked.
    pub(super) asked: Asked,
    /// What it goes through.
    pub(super) door: Arc<Door>,
    /// How long it may wait there.
    pub(super) within: Duration,
    /// When it must have been sent, if it must not be sent late.
    pub(super) by: Option<Instant>,
}

impl Call {
    pub(super) fn new(request: RequestBuilder, story: Story, route: Route) -> Self {
        Self {
            request: request.header(ACCEPT, HeaderValue::from_static("application/json")),
            story,
            route,
        }
    }

    /// To be sent by then or not at all; then it fails as surely not carried out.
    #[must_use]
    pub fn sent_by(mut self, time: Instant) -> Self {
        self.route.by = Some(time);
        self
    }

    /// Sent also while the platform counts as away: a read by which somebody finds out whether it is back.
    #[must_use]
    pub fn probing(mut self) -> Self {
        self.route.asked.probing = true;
        self
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
            route: self.route.clone(),
        })
    }

    /// Gives up after this time, which is shorter than that of other calls. Its failures name the ordinary time: a number
    /// that is another one each time would be news each time.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.request = self.request.timeout(time);
        self
    }

    /// Sends it, once, and reads the answer within the limits. A failure means that no status arrived.
    pub async fn send(self) -> Result<Reply, Failure> {
        let Self { request, story, route } = self;
        if let Some(refusal) = &route.refusal {
            return Err(story.refused(refusal));
        }
        let mut passage = match route.open().await {
            Ok(passage) => passage,
            Err(held) => return Err(story.failure(held.class(), held.how())),
        };
        match request.send().await {
            Ok(response) => {
                let status = response.status();
                if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
                    passage.unwell(pause(&response));
                } else {
                    passage.answered(pause(&response));
                }
                Ok(Reply::read(response, story).await)
            }
            Err(error) => {
                if is_silence(&error) {
                    passage.silent();
                }
                Err(story.broken(&error))
            }
        }
    }
}

impl Route {
    /// Waits at the door, and probes if that is what it takes.
    async fn open(&self) -> Result<Passage<'_>, Held> {
        let deadline = self.by.unwrap_or_else(|| Instant::now() + self.within);
        if Instant::now() > deadline {
            return Err(Held::Late);
        }
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.door.pass(&self.asked, left).await? {
                Passed::Through(passage) => return Ok(passage),
                Passed::Probe(passage) => self.probe(passage).await,
            }
            // A probe takes its time, and what is ready at once passes even when no time is left.
            if Instant::now() > deadline {
                return Err(Held::Behind);
            }
        }
    }

    /// A read of the same address that carries no credential. Any answer tells that somebody is there.
    async fn probe(&self, mut passage: Passage<'_>) {
        match self.client.get(self.url.clone()).send().await {
            Ok(response) => passage.answered(pause(&response)),
            Err(error) if is_silence(&error) => passage.silent(),
            Err(_) => passage.broken(),
        }
    }
}

/// How long the platform wants to be left alone, by everybody.
fn pause(response: &Response) -> Option<Duration> {
    let asks = matches!(
        response.status(),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    let wish = retry_after(response.headers(), Timestamp::now());
    wish.filter(|_| asks)
}

/// Nobody answered. A connection that was cut shows that somebody is there, and one that was refused by ourselves nothing.
fn is_silence(error: &reqwest::Error) -> bool {
    (error.is_connect() || error.is_timeout()) && refusal(error).is_none()
}
