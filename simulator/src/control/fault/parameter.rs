//! The values that the parameters of faults can take.

use serde::{Deserialize, Serialize};

use crate::state::Hidden;

/// How an answer is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    Fin,
    /// Nothing comes, until the client goes.
    Hang,
}

/// When a connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetAt {
    /// After the headers, the body unread. A token request is read whole, as its body names the client.
    Headers,
    /// After the body.
    Body,
}

/// What the body of an error is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorBody {
    /// Nothing.
    #[default]
    Empty,
    /// A page as a proxy makes it.
    Html,
    /// The platform's own shape.
    Json,
}

/// What the body of an error with secrets is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EchoBody {
    /// The platform's own shape.
    #[default]
    Json,
    /// A page.
    Html,
    /// Plain text.
    Text,
}

/// What `Content-Length` says of a body that breaks off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// What arrives: only the JSON is broken.
    #[default]
    Honest,
    /// What should have arrived: the connection ends too early.
    Lying,
}

/// Which answer is huge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wherein {
    /// The right one.
    #[default]
    Success,
    /// An error.
    Error,
}

/// Which of several answers comes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// That of the first time.
    First,
    /// That of the last time.
    #[default]
    Last,
}

/// Which tokens end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// All.
    #[default]
    All,
    /// Those for the tenant of the request.
    Tenant,
    /// Those of the client behind the request, or of its user.
    Client,
}

/// Whether `meta` tells the truth about a list that is cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Totals {
    /// It counts what is missing.
    #[default]
    Honest,
    /// It says that the list ends here.
    Lying,
}

/// What lists that lag behind do not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hides {
    /// What was created.
    Created,
    /// That something was deleted.
    Deleted,
    /// What became of the rest.
    Changed,
}

impl From<Hides> for Hidden {
    fn from(hides: Hides) -> Self {
        match hides {
            Hides::Created => Self::Created,
            Hides::Deleted => Self::Deleted,
            Hides::Changed => Self::Changed,
        }
    }
}

/// A number between two bounds, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16")]
pub struct Within<const LEAST: u16, const MOST: u16>(u16);

/// A status of a server error.
pub type ErrorStatus = Within<500, 504>;
/// A status of any error.
pub type EchoStatus = Within<400, 599>;
/// A status of a redirection.
pub type RedirectStatus = Within<301, 308>;
/// How often a request is carried out.
pub type Times = Within<2, 16>;

impl<const LEAST: u16, const MOST: u16> Within<LEAST, MOST> {
    /// The number.
    pub fn number(self) -> u16 {
        self.0
    }
}

impl<const LEAST: u16, const MOST: u16> Default for Within<LEAST, MOST> {
    fn default() -> Self {
        Self(LEAST)
    }
}

impl<const LEAST: u16, const MOST: u16> TryFrom<u16> for Within<LEAST, MOST> {
    type Error = String;

    fn try_from(number: u16) -> Result<Self, String> {
        if (LEAST..=MOST).contains(&number) {
            Ok(Self(number))
        } else {
            Err(format!("{number} is not within {LEAST} and {MOST}"))
        }
    }
}
