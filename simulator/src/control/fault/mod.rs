//! What can go wrong on purpose (contract section 11): the kinds with their parameters. Each does its harm elsewhere:
//! `refusal` answers in the platform's place, `harm` changes the platform, `alter` spoils a right answer.

mod alter;
mod harm;
mod parameter;
mod refusal;

use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

pub use parameter::{
    Answered, EchoBody, EchoStatus, ErrorBody, ErrorStatus, Hides, Length, Lost, RedirectStatus, ResetAt, Times,
    Totals, Wherein, Which,
};

/// One kind of fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The request is carried out, its answer lost.
    DropResponse {
        /// What the client sees instead.
        how: Lost,
    },
    /// The request is carried out late, also when the client has gone by then; its answer comes after that.
    LateCommit {
        /// How late.
        after_ms: u64,
    },
    /// The connection is reset and nothing carried out.
    ResetBeforeCommit {
        /// How much of the request was read.
        at: ResetAt,
    },
    /// A server error.
    Error {
        /// The status.
        status: ErrorStatus,
        /// What the body is.
        #[serde(default)]
        body: ErrorBody,
        /// Whether the request is carried out all the same.
        #[serde(default)]
        commit: bool,
    },
    /// 429, and nothing is carried out.
    Throttle {
        /// `Retry-After`, word for word.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// A late or dripping answer, after the request was carried out.
    Slow {
        /// Time until the answer begins.
        #[serde(default = "half_a_minute")]
        first_byte_ms: u64,
        /// Size of the drops; absent: all at once.
        #[serde(default)]
        chunk_bytes: Option<NonZeroUsize>,
        /// Time between drops.
        #[serde(default)]
        chunk_ms: u64,
    },
    /// The answer breaks off, after the request was carried out.
    Truncate {
        /// Bytes of the body that arrive.
        at_bytes: usize,
        /// What `Content-Length` says of it.
        #[serde(default)]
        length: Length,
    },
    /// A huge body, which is valid JSON for those who read so far.
    Huge {
        /// Its size at least; absent: it never ends.
        #[serde(default)]
        bytes: Option<u64>,
        /// Of which answer: the right one, or an error 500 instead of carrying anything out.
        #[serde(default, rename = "where")]
        wherein: Wherein,
    },
    /// The request is carried out several times.
    Duplicate {
        /// How often.
        #[serde(default)]
        times: Times,
        /// Which answer comes back.
        #[serde(default)]
        answer: Answered,
    },
    /// Access tokens end before the request is carried out.
    ExpireTokens {
        /// Which.
        #[serde(default)]
        which: Which,
    },
    /// The realm signs with another key before the request is carried out.
    RotateKey {
        /// Whether the old keys stay published.
        #[serde(default)]
        keep_old: bool,
    },
    /// From just before this request on, lists stand still for a while.
    StaleList {
        /// For so many lists read.
        #[serde(default)]
        reads: Option<u64>,
        /// For so many milliseconds of the platform's clock.
        #[serde(default)]
        ms: Option<i64>,
        /// What lists do not show.
        hide: Hides,
    },
    /// A page of a list comes empty.
    EmptyPage {
        /// Takes only requests for this page; absent: for any.
        #[serde(default)]
        page: Option<usize>,
        /// Whether `meta` still tells the truth.
        #[serde(default)]
        totals: Totals,
    },
    /// A page of a list lacks its last items.
    ShortPage {
        /// Takes only requests for this page; absent: for any.
        #[serde(default)]
        page: Option<usize>,
        /// How many items are missing.
        drop: NonZeroUsize,
        /// Whether `meta` still tells the truth.
        #[serde(default)]
        totals: Totals,
    },
    /// A member is missing from an otherwise right answer.
    Omit {
        /// JSON pointer to it.
        pointer: String,
    },
    /// An error that repeats the client secret and the bearer token; nothing is carried out.
    EchoSecret {
        /// The status.
        status: EchoStatus,
        /// What the body is.
        #[serde(default)]
        body: EchoBody,
    },
    /// `Content-Type` and body of a right answer disagree.
    ContentType {
        /// The label; a body under a JSON label becomes a page.
        value: String,
    },
    /// A redirection, usually to a foreign host; nothing is carried out.
    Redirect {
        /// The status.
        status: RedirectStatus,
        /// Where to.
        location: String,
    },
    /// Unknown members in every object of the answer, and the others in another order.
    ExtraFields {},
    /// The other spelling of `confidental`.
    SwapSpelling {},
}

impl Fault {
    /// Why these parameters cannot do anything, if they cannot.
    pub fn mistake(&self) -> Option<&'static str> {
        match self {
            Self::StaleList { reads, ms, .. } if reads.is_some() == ms.is_some() => {
                Some("stale_list takes either reads or ms")
            }
            Self::Omit { pointer } if !pointer.starts_with('/') => Some("pointer does not begin with a slash"),
            Self::Throttle {
                retry_after: Some(text),
            }
            | Self::ContentType { value: text }
            | Self::Redirect { location: text, .. }
                if hyper::header::HeaderValue::from_str(text).is_err() =>
            {
                Some("the text cannot stand in a header")
            }
            _ => None,
        }
    }

    /// The page of a list that a request must ask for to be taken.
    pub fn only_page(&self) -> Option<usize> {
        match self {
            Self::EmptyPage { page, .. } | Self::ShortPage { page, .. } => *page,
            _ => None,
        }
    }
}

fn half_a_minute() -> u64 {
    30_000
}
