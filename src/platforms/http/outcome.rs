//! What an outcome means: from statuses and broken connections to failure classes.

use std::error::Error;
use std::time::Duration;

use reqwest::StatusCode;

use crate::domain::failure::Class;

/// Whether sending a call a second time does harm; decides the class of an unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Reads, and writes that come to the same when sent again.
    Repeatable,
    /// Register and rotate.
    Unrepeatable,
}

impl Nature {
    /// The class of a call that may or may not have been carried out.
    #[must_use]
    pub fn unknown_outcome(self) -> Class {
        match self {
            Self::Repeatable => Class::Transient,
            Self::Unrepeatable => Class::Ambiguous,
        }
    }
}

/// The class of an answer that is no success. A redirect is `Barred`: we follow none. It may be of a gateway that asks for a
/// login, so it must not pass for the platform's word on what was asked for.
pub(super) fn class_of(status: StatusCode, nature: Nature, retry_after: Option<Duration>) -> Class {
    match status {
        StatusCode::UNAUTHORIZED => Class::Unauthorized,
        StatusCode::FORBIDDEN => Class::Forbidden,
        StatusCode::NOT_FOUND => Class::NotFound,
        StatusCode::CONFLICT => Class::Conflict,
        StatusCode::TOO_MANY_REQUESTS => Class::RateLimited(retry_after),
        StatusCode::REQUEST_TIMEOUT => nature.unknown_outcome(),
        status if status.is_redirection() => Class::Barred,
        status if status.is_client_error() => Class::Invalid,
        _ => nature.unknown_outcome(),
    }
}

/// The class of a call that broke without an answer.
pub(super) fn class_of_break(error: &reqwest::Error, nature: Nature) -> Class {
    if error.is_builder() {
        Class::Invalid
    } else if error.is_connect() {
        Class::Transient
    } else {
        nature.unknown_outcome()
    }
}

/// The innermost cause, which is the one that tells something: `Connection refused (os error 111)`.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(status: u16, nature: Nature) -> Class {
        class_of(StatusCode::from_u16(status).unwrap(), nature, None)
    }

    #[test]
    fn a_server_error_on_an_unrepeatable_call_is_ambiguous_and_on_a_read_transient() {
        for status in [408, 500, 502, 503, 504, 599] {
            assert_eq!(class(status, Nature::Unrepeatable), Class::Ambiguous, "{status}");
            assert_eq!(class(status, Nature::Repeatable), Class::Transient, "{status}");
        }
    }

    #[test]
    fn a_refusal_means_the_same_for_every_call() {
        for nature in [Nature::Repeatable, Nature::Unrepeatable] {
            assert_eq!(class(401, nature), Class::Unauthorized);
            assert_eq!(class(403, nature), Class::Forbidden);
            assert_eq!(class(404, nature), Class::NotFound);
            assert_eq!(class(409, nature), Class::Conflict);
            assert_eq!(class(429, nature), Class::RateLimited(None));
            for status in [301, 302, 307, 308] {
                assert_eq!(class(status, nature), Class::Barred, "{status}");
            }
            for status in [400, 405, 413, 415, 422] {
                assert_eq!(class(status, nature), Class::Invalid, "{status}");
            }
        }
    }
}
