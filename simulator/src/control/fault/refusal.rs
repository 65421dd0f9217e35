//! Answers that a fault gives in the platform's place.

use hyper::header::{LOCATION, RETRY_AFTER};
use serde_json::json;

use super::{EchoBody, ErrorBody, Fault, Wherein};
use crate::id::Id;
use crate::identity;
use crate::message::{Reply, Request};
use crate::state::Platform;

impl Fault {
    /// The answer instead of carrying the request out; absent when it is carried out, or when there is none at all.
    pub fn instead(&self, platform: &Platform, request: &Request) -> Option<Reply> {
        match self {
            Self::Error {
                status,
                body,
                commit: false,
            } => Some(body.reply(status.number())),
            Self::Huge {
                wherein: Wherein::Error,
                ..
            } => Some(ErrorBody::Json.reply(500)),
            Self::Throttle { retry_after } => Some(Reply {
                header: retry_after.clone().map(|text| (RETRY_AFTER, text)),
                ..Reply::empty(429)
            }),
            Self::Redirect { status, location } => Some(Reply {
                header: Some((LOCATION, location.clone())),
                ..Reply::empty(status.number())
            }),
            Self::EchoSecret { status, body } => {
                let text = format!("refused: {}", secrets(platform, request).join(" "));
                Some(body.reply(status.number(), &text))
            }
            _ => None,
        }
    }
}

impl ErrorBody {
    /// The answer with this body.
    pub fn reply(self, status: u16) -> Reply {
        match self {
            Self::Empty => Reply::empty(status),
            Self::Html => Reply::labelled(status, "text/html", page(&status.to_string())),
            Self::Json => Reply::json(
                status,
                &json!({"errorMessage": "an error made on purpose", "errorCode": "APP_UNKNOWN"}),
            ),
        }
    }
}

impl EchoBody {
    fn reply(self, status: u16, text: &str) -> Reply {
        match self {
            Self::Json => Reply::json(status, &json!({"errorMessage": text, "errorCode": "APP_UNKNOWN"})),
            Self::Html => Reply::labelled(status, "text/html", page(text)),
            Self::Text => Reply::labelled(status, "text/plain", text.as_bytes().to_vec()),
        }
    }
}

/// A page as a proxy makes it.
pub fn page(text: &str) -> Vec<u8> {
    format!("<html><body><h1>{text}</h1></body></html>").into_bytes()
}

/// The bearer token and the client secret of a request: the one sent, else the live one of the application in the path.
fn secrets(platform: &Platform, request: &Request) -> Vec<String> {
    let sent = identity::credentials(request).and_then(|sent| sent.secret);
    let in_path = || {
        let mut ids = request.path.split('/').filter_map(Id::parse);
        ids.find_map(|id| platform.applications.live(id))
            .map(|application| application.secret.clone())
    };
    let bearer = request.bearer().map(str::to_owned);
    sent.or_else(in_path).into_iter().chain(bearer).collect()
}
