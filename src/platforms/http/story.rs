//! How a call is told when it fails: one clause for a person, without any secret of the request.

use std::time::Duration;

use super::outcome::{Nature, cause, class_of_break};
use super::resolver::refusal;
use crate::domain::egress::Refusal;
use crate::domain::failure::{Class, Failure};
use crate::domain::scrub::Scrub;

/// Reads out of a body what an API says was wrong, such as `APP_CONFLICT: name is taken`.
pub type Complaint = fn(&[u8]) -> Option<String>;

/// What a failure needs to know of its call.
#[derive(Clone, Debug)]
pub(super) struct Story {
    /// Method and URL without query.
    pub(super) what: String,
    pub(super) nature: Nature,
    pub(super) timeout: Duration,
    pub(super) scrub: Scrub,
    /// `None`: whoever answers here is not expected to complain in a form of its own.
    pub(super) complaint: Option<Complaint>,
}

impl Story {
    pub(super) fn new(what: String, nature: Nature, timeout: Duration) -> Self {
        Self {
            what,
            nature,
            timeout,
            scrub: Scrub::default(),
            complaint: None,
        }
    }

    /// A failure of this call; `how` goes on after method and URL.
    pub(super) fn failure(&self, class: Class, how: &str) -> Failure {
        Failure::new(class, self.scrub.clean(&format!("{} {how}", self.what)))
    }

    /// A failure whose call may have been carried out.
    pub(super) fn unknown(&self, how: &str) -> Failure {
        self.failure(self.nature.unknown_outcome(), how)
    }

    /// A call that was not sent, because of where it leads.
    pub(super) fn refused(&self, refusal: &Refusal) -> Failure {
        self.failure(Class::Barred, &format!("was not sent: {refusal}"))
    }

    /// A call that broke before its status arrived.
    pub(super) fn broken(&self, error: &reqwest::Error) -> Failure {
        if let Some(refusal) = refusal(error) {
            return self.refused(refusal);
        }
        let how = if error.is_builder() {
            format!("cannot be sent: {}", cause(error))
        } else if error.is_connect() {
            format!("found no connection: {}", cause(error))
        } else {
            format!("got no answer: {}", self.interruption(error))
        };
        self.failure(class_of_break(error, self.nature), &how)
    }

    /// Why an exchange stopped in the middle.
    pub(super) fn interruption(&self, error: &reqwest::Error) -> String {
        if error.is_timeout() {
            format!("nothing came within {:?}", self.timeout)
        } else {
            cause(error)
        }
    }
}
