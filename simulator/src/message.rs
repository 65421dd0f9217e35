//! One HTTP request and one HTTP answer as plain values, without a connection.

use std::borrow::Cow;

use hyper::body::Bytes;
use hyper::header::HeaderName;
use hyper::{HeaderMap, Method};
use serde::Serialize;

/// A request whose body was read.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, as sent.
    pub path: String,
    /// The query without `?`, empty when there is none.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body; empty when it was too large.
    pub body: Bytes,
    /// Whether the body went over the limit and was not kept.
    pub too_large: bool,
}

impl Request {
    /// The value of a header, when it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the body is labelled with this media type, whatever its parameters.
    pub fn has_media_type(&self, media_type: &str) -> bool {
        let label = self.header("content-type").unwrap_or_default();
        label
            .split(';')
            .next()
            .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media_type))
    }

    /// The text of a bearer token.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    }

    /// The first value of a query parameter, decoded.
    pub fn query_value(&self, name: &str) -> Option<String> {
        form_value(self.query.as_bytes(), name)
    }
}

/// The first value of a field in form-encoded text, decoded.
pub fn form_value(form: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(form)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// An answer before any fault touched it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The media type; absent without a body.
    pub content_type: Option<Cow<'static, str>>,
    /// Another header that the status calls for.
    pub header: Option<(HeaderName, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            content_type: None,
            header: None,
            body: Vec::new(),
        }
    }

    /// A JSON answer.
    pub fn json(status: u16, content: &impl Serialize) -> Self {
        // Everything serialised here has string keys and no failing Serialize, so the fallback is never seen.
        let body = serde_json::to_vec(content).unwrap_or_default();
        Self::labelled(status, "application/json", body)
    }

    /// An answer of another media type.
    pub fn labelled(status: u16, content_type: impl Into<Cow<'static, str>>, body: Vec<u8>) -> Self {
        Self {
            status,
            content_type: Some(content_type.into()),
            header: None,
            body,
        }
    }

    /// One object in the platform's envelope.
    pub fn data(status: u16, content: &impl Serialize) -> Self {
        #[derive(Serialize)]
        struct Envelope<'a, T> {
            data: &'a T,
        }
        Self::json(status, &Envelope { data: content })
    }
}
