//! Condition types, reasons and the milestones of Events: the closed vocabulary of `kubectl describe`, explained to people in
//! `docs/troubleshooting.md`. Computed elsewhere, named here.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

/// A condition's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConditionType {
    /// Everything below is true.
    Ready,
    /// The spec is valid, supported and granted.
    Accepted,
    /// The platform has exactly one client for the application, as the spec wants it.
    Registered,
    /// The Secret holds id and secret.
    SecretPublished,
    /// What the Secret holds obtained a token.
    CredentialsVerified,
    /// The tenant may install the application.
    Allowed,
    /// The tenant has installed it.
    Installed,
    /// The platform accepts the operator's credential.
    Authenticated,
    /// Something still refers to the platform; shown while it is being deleted.
    InUse,
    /// Work is under way (kstatus); present only while true.
    Reconciling,
    /// Nothing will happen until a person acts (kstatus); present only while true.
    Stalled,
    /// A person holds the resource by annotation; present only while true. The others stay as they were last true.
    Paused,
}

/// A condition's reason: one word for each cause, the same in Events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// As it should be.
    Ready,
    /// Not there yet, and nothing is wrong.
    Reconciling,
    /// The spec contradicts itself or a limit.
    InvalidSpec,
    /// The platform that is referred to does not exist.
    PlatformNotFound,
    /// The platform that is referred to is not Ready.
    PlatformNotReady,
    /// No grant of the platform allows it.
    NotGranted,
    /// A Secret with credentials is missing, not labelled or empty.
    CredentialsNotFound,
    /// The authorities that a platform is to be trusted by cannot be read.
    CaBundleNotFound,
    /// 401: the platform does not accept our credential.
    PlatformUnauthorized,
    /// 403: our credential lacks a right.
    PlatformForbidden,
    /// No answer, or one that says "later".
    PlatformUnreachable,
    /// 429.
    RateLimited,
    /// Somebody else's client has the name.
    NameConflict,
    /// A call was sent whose outcome is not known yet, or cannot be found out.
    OutcomeUnknown,
    /// The Secret of that name belongs to somebody else.
    SecretNotOwned,
    /// Somebody keeps overwriting the Secret.
    SecretContested,
    /// The API server refused the Secret.
    SecretWriteFailed,
    /// The platform has no such thing.
    UnsupportedByPlatform,
    /// The tenant's own credential is needed.
    TenantCredentialsRequired,
    /// An older installation for the same application and tenant exists.
    DuplicateInstallation,
    /// Installations still refer to the application that is being deleted.
    InstallationsRemain,
    /// The application that is referred to is missing or not registered yet.
    ApplicationNotReady,
    /// The claim was made by another installation of the operator.
    RestoredElsewhere,
    /// Too many clients are gone from the platform at once to be believed.
    MassAbsence,
    /// The annotation `oauthregistrar.io/paused` holds the resource.
    Paused,
    /// The platform is another one, or another owner, than the one registered at.
    PlatformIdentityChanged,
}

/// An Event's reason when something that people want to know of was done. A refusal's Event has the [`Reason`] of the
/// condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Milestone {
    /// A client was registered and its credentials were published.
    Registered,
    /// A client that was gone from the platform was registered anew.
    RegisteredAgain,
    /// What somebody changed at the platform is as the spec wants it again.
    DriftRepaired,
    /// The Secret was missing or changed, and holds working credentials again.
    SecretRepaired,
    /// The client was removed from the platform, since its resource was deleted.
    Deregistered,
    /// The resource went while its client could not be removed; it is on record.
    Orphaned,
    /// A client that was on record was removed from the platform.
    OrphanRemoved,
    /// The platform has a client of this installation that no resource explains.
    StrayClient,
    /// A tenant has installed the application.
    Installed,
    /// An installation that was gone is there again.
    InstalledAgain,
    /// A tenant consented to what the application declares now.
    Consented,
    /// A tenant's Secret follows the application's, which has changed.
    SecretPublished,
    /// A resource that was paused is worked on again.
    Resumed,
    /// A registration was repeated where nobody can find out whether the first one left a client. A `Warning`.
    PossibleOrphan,
}

macro_rules! name_of_variant {
    ($type:ty) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self, f)
            }
        }
    };
}
name_of_variant!(ConditionType);
name_of_variant!(Reason);
name_of_variant!(Milestone);

/// The condition of this type, if it is there.
#[must_use]
pub fn find(conditions: &[Condition], wanted: ConditionType) -> Option<&Condition> {
    conditions.iter().find(|c| c.type_ == wanted.to_string())
}

/// Whether the condition of this type is there and `True`.
#[must_use]
pub fn is_true(conditions: &[Condition], wanted: ConditionType) -> bool {
    find(conditions, wanted).is_some_and(|c| c.status == "True")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_variants() {
        assert_eq!(ConditionType::SecretPublished.to_string(), "SecretPublished");
        assert_eq!(Reason::NotGranted.to_string(), "NotGranted");
    }
}
