//! The values that each switch can take.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One of two statuses, the first by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneOf<const A: u16, const B: u16>(u16);

impl<const A: u16, const B: u16> OneOf<A, B> {
    /// The status.
    pub fn status(self) -> u16 {
        self.0
    }

    /// The second.
    pub fn other() -> Self {
        Self(B)
    }

    /// Whether it is the first, which is the default.
    pub fn is_default(self) -> bool {
        self.0 == A
    }
}

impl<const A: u16, const B: u16> Default for OneOf<A, B> {
    fn default() -> Self {
        Self(A)
    }
}

impl<const A: u16, const B: u16> Serialize for OneOf<A, B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, const A: u16, const B: u16> Deserialize<'de> for OneOf<A, B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let status = u16::deserialize(deserializer)?;
        if status == A || status == B {
            Ok(Self(status))
        } else {
            Err(D::Error::custom(format!("expected {A} or {B}, not {status}")))
        }
    }
}

/// How a tenant installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstallMethod {
    /// `PUT` without a body; installations cannot be read or renewed.
    Put,
    /// `POST` with the consent.
    Post,
    /// Either.
    Both,
}

/// How the type of a confidential client is spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spelling {
    /// As the platform spells it.
    Confidental,
    /// As the dictionary does.
    Confidential,
}

impl Spelling {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Confidental => "confidental",
            Self::Confidential => "confidential",
        }
    }
}

/// Default size of a page and members of `meta`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// 10 items, no totals.
    Short,
    /// 20 items and totals.
    Full,
}

/// How a token answer tells when the token ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenExpiry {
    /// In seconds.
    In,
    /// As a date.
    At,
    /// As both.
    Both,
}

/// Whether permissions, consent status and count exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppFields {
    /// They do not, and an application reaches what a writer reaches.
    Min,
    /// They do.
    Full,
}

/// Which tokens may ask for installed tenants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppInfoToken {
    /// All tokens of the application.
    Any,
    /// Only those without tenant.
    Tenantless,
}

/// Name of the member that holds the public client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PublicClientKey {
    /// As specified.
    #[serde(rename = "publicOauth2Client")]
    Specified,
    /// As one sentence of the old guides has it.
    #[serde(rename = "oauth2PublicClient")]
    Slip,
}

/// Which clients may use the code flow without a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicFlowClient {
    /// Public ones.
    Public,
    /// Confidential ones too.
    Any,
}

/// Where a tenant that does not let the application in is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenGate {
    /// At the token endpoint.
    Token,
    /// When the token is used.
    Api,
}

/// Code of a missing permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ForbiddenCode {
    /// As observed.
    NoAccessToResource,
    /// As specified; other services than the applications' put their own prefix in front.
    AppForbidden,
}

/// Where names are unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameScope {
    /// Among the applications of one owner.
    Tenant,
    /// Among all.
    Global,
}

/// What allowing a tenant again without a comment does to the earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BarePutComment {
    /// It stays.
    Keep,
    /// It becomes empty.
    Clear,
}

/// Whether tokens of applications may register and install.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BootstrapApp {
    /// With the permissions for it.
    Allow,
    /// Never.
    Deny,
}

/// What a refresh does to the refresh token used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshRotation {
    /// It stays valid.
    Keep,
    /// It is used up.
    Invalidate,
}
