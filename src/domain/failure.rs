//! Why a call to the world did not succeed, in the few classes that the decision table tells apart.

use std::time::Duration;

/// A call that failed: its class for the rules, its detail for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Failure {
    /// What the rules match on.
    pub class: Class,
    /// One lower-case clause without final dot, at most 256 characters, scrubbed of every secret of the request.
    pub detail: String,
}

/// The closed set of failure classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Surely not carried out, and likely to succeed later: refused connection, 5xx on a read.
    Transient,
    /// 429. Surely not carried out; the platform wants to be left alone for this long (at most 10 min).
    RateLimited(Option<Duration>),
    /// 401: our own credential is not accepted.
    Unauthorized,
    /// 403: our credential lacks a right.
    Forbidden,
    /// 400 and the like: the request as we build it will never be accepted.
    Invalid,
    /// It leads where the operator does not go: to an address that is refused, or by a redirect. Surely not carried out, and says
    /// nothing of what was asked for.
    Barred,
    /// 404: absent, or not visible to us.
    NotFound,
    /// 409: the name is taken, or it is already so.
    Conflict,
    /// It may have been carried out: a time-out or a cut after the first byte was sent, a 5xx on register or rotate.
    Ambiguous,
}

impl Failure {
    /// A failure of this class; `detail` is cut to 256 characters.
    #[must_use]
    pub fn new(class: Class, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        let detail = if detail.chars().count() > 256 {
            detail.chars().take(255).chain(['…']).collect()
        } else {
            detail
        };
        Self { class, detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_detail_is_cut_on_a_character_boundary() {
        let failure = Failure::new(Class::Invalid, "ü".repeat(400));
        assert_eq!(failure.detail.chars().count(), 256);
        assert!(failure.detail.ends_with('…'));
    }
}
