//! Why the business API refuses a request, and how each family of paths spells it. OAuth errors are kept out.

use serde::Serialize;

use crate::message::Reply;
use crate::switches::ForbiddenCode;

/// The service that a path belongs to: it decides the prefix of its error codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Registration and installation.
    App,
    /// Users and permissions.
    Id,
    /// Devices.
    Device,
}

/// A request that is not carried out, in the order of the checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such path.
    UnknownPath,
    /// The path exists, the method does not.
    WrongMethod,
    /// No `Authorization` header.
    Unauthorized,
    /// The token is malformed, unknown or expired.
    InvalidToken,
    /// No valid tenant in the token, or the state of the application forbids it.
    Forbidden(&'static str),
    /// The tenant of the token is suspended.
    Suspended,
    /// A permission is missing, or the application is not let in.
    NoAccess,
    /// A path of the platform that is not simulated.
    NotSimulated,
    /// Body, query or path breaks the schema.
    Validation(String),
    /// Absent, or not visible to the caller.
    NotFound,
    /// The name is taken, or the application is installed already.
    Conflict(&'static str),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    error_message: &'a str,
    error_code: &'a str,
}

impl Refusal {
    /// The answer that tells the caller.
    pub fn into_reply(self, family: Family, forbidden: ForbiddenCode) -> Reply {
        let (status, code, message) = match &self {
            Self::WrongMethod => return Reply::empty(405),
            Self::UnknownPath => (404, "APP_RESOURCE_NOT_FOUND".to_owned(), "no such path"),
            Self::Unauthorized => (401, family.code("UNAUTHORIZED"), "no Authorization header"),
            Self::InvalidToken => (401, "INVALID_TOKEN".to_owned(), "the token is not valid or has expired"),
            Self::Forbidden(why) => (403, family.code("FORBIDDEN"), *why),
            Self::Suspended => (403, "ID_TENANT_SUSPENDED".to_owned(), "the tenant is suspended"),
            Self::NoAccess => (403, family.no_access(forbidden), "no access to this resource"),
            Self::NotSimulated => (501, "APP_UNKNOWN".to_owned(), "the simulator does not have this path"),
            Self::Validation(why) => (400, family.code("VALIDATION"), why.as_str()),
            Self::NotFound => (404, family.code("RESOURCE_NOT_FOUND"), "not found"),
            Self::Conflict(why) => (409, family.code("CONFLICT"), *why),
        };
        Reply::json(
            status,
            &ErrorBody {
                error_message: message,
                error_code: &code,
            },
        )
    }
}

impl Family {
    fn no_access(self, forbidden: ForbiddenCode) -> String {
        match forbidden {
            ForbiddenCode::NoAccessToResource => "NO_ACCESS_TO_RESOURCE".to_owned(),
            ForbiddenCode::AppForbidden => self.code("FORBIDDEN"),
        }
    }

    fn code(self, kind: &str) -> String {
        let prefix = match self {
            Self::App => "APP",
            Self::Id => "ID",
            Self::Device => "DEVICE",
        };
        format!("{prefix}_{kind}")
    }
}
