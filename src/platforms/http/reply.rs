//! One answer: read within limits, then judged.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, LOCATION};
use reqwest::{Response, StatusCode};
use secrecy::zeroize::Zeroizing;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use super::outcome::class_of;
use super::retry_after::retry_after;
use super::story::Story;
use crate::domain::failure::{Class, Failure};

/// An answer is read up to here.
const LONGEST_BODY: usize = 1024 * 1024;
/// What is read of a refusal: enough for its code and message.
const LONGEST_REFUSAL: usize = 64 * 1024;
/// Room for every answer that holds a secret, so that none leaves copies behind while the buffer grows.
const USUAL_BODY: usize = 16 * 1024;

/// An answer with its status and as much of its body as the limits let in; the body is zeroed on drop.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    content_type: String,
    location: Option<String>,
    retry_after: Option<Duration>,
    body: Body,
    story: Story,
}

impl Reply {
    /// Reads the body; a break in it is kept for the judgement.
    pub(super) async fn read(response: Response, story: Story) -> Self {
        let status = response.status();
        let headers = response.headers();
        Self {
            status,
            content_type: text(headers, CONTENT_TYPE).unwrap_or_else(|| "no content type".to_owned()),
            location: text(headers, LOCATION),
            retry_after: retry_after(headers, Timestamp::now()),
            body: Body::read(
                response,
                if status.is_success() {
                    LONGEST_BODY
                } else {
                    LONGEST_REFUSAL
                },
                &story,
            )
            .await,
            story,
        }
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The body as far as it came. It may hold secrets.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body.bytes
    }

    /// The JSON of a success; anything else is a failure. What was found instead is told, but never quoted: it may hold
    /// a secret that just came to be.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        self.succeeded()?;
        serde_json::from_slice(self.body()).map_err(|error| {
            let found = match error.classify() {
                Category::Eof => "JSON that is cut off".to_owned(),
                Category::Data => "JSON of another shape".to_owned(),
                Category::Syntax | Category::Io => format!("something else than JSON ({})", self.content_type),
            };
            self.story.unknown(&format!("answered {} with {found}", self.status()))
        })
    }

    /// A success whose answer we do not need. It must be empty or JSON: a page of HTML was written by somebody else than
    /// the platform.
    pub fn done(&self) -> Result<(), Failure> {
        if self.body().trim_ascii().is_empty() {
            self.succeeded()
        } else {
            self.json::<IgnoredAny>().map(drop)
        }
    }

    /// The failure that an answer without success is.
    #[must_use]
    pub fn refusal(&self) -> Failure {
        let class = class_of(self.status, self.story.nature, self.retry_after);
        if self.status.is_redirection() {
            let target = self
                .location
                .as_ref()
                .map_or(String::new(), |location| format!(" to {location}"));
            let how = format!(
                "answered {} with a redirect{target}, which is not followed",
                self.status()
            );
            return self.story.failure(class, &how);
        }
        let complaint = self.story.complaint.map(|complaint| complaint(self.body()));
        let class = match (class, &complaint) {
            (Class::NotFound, Some(None)) => self.story.nature.unknown_outcome(),
            _ => class,
        };
        let said = complaint
            .flatten()
            .unwrap_or_else(|| String::from_utf8_lossy(self.body()).into_owned());
        let separator = if said.is_empty() { "" } else { " " };
        self.story
            .failure(class, &format!("answered {}{separator}{said}", self.status()))
    }

    fn succeeded(&self) -> Result<(), Failure> {
        match &self.body.broken {
            _ if !self.status.is_success() => Err(self.refusal()),
            Some(why) => Err(self
                .story
                .unknown(&format!("answered {}, but broke off: {why}", self.status()))),
            None => Ok(()),
        }
    }
}

struct Body {
    bytes: Zeroizing<Vec<u8>>,
    /// Why the rest is missing.
    broken: Option<String>,
}

impl Body {
    async fn read(mut response: Response, limit: usize, story: &Story) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(USUAL_BODY));
        let broken = loop {
            match response.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() > limit => break Some(format!("more than {limit} bytes")),
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break None,
                Err(error) => break Some(story.interruption(&error)),
            }
        };
        Self { bytes, broken }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{} bytes]", self.bytes.len())
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}
