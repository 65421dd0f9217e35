//! The claim: an annotation on the resource, written before any call that cannot be repeated.
//!
//! `attempt` counts; only the process that has just written a new one, testing the resourceVersion, may make one such
//! call. So a stale cache, a second operator or an echo of our own write fails there, before anything happened outside.

use serde::{Deserialize, Serialize};

use super::marker::Marker;

/// What the annotation holds, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// UID of the resource it was written on; another one means a copy or a restore.
    pub uid: String,
    /// The registration's id, a random UUID minted once; the marker derives from it.
    pub id: String,
    /// Counts the calls that cannot be repeated.
    pub attempt: i64,
    /// Random UUID of the process that wrote it.
    pub holder: String,
    /// The installation of the operator that wrote it.
    pub instance: String,
    /// The client name it was made for.
    pub name: String,
    /// Issuer and owner of the platform where the client is, or its call goes. `None`: the platform could not say who we are
    /// there, or an older operator wrote the claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<(String, String)>,
    /// Whether it permits a registration, or was written while the outcome of one was not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub registers: bool,
    /// Whether it was written over an unresolved attempt that had not settled (R5).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// How often a registration was sent while the outcome of an earlier one was unknown and nothing could be looked up:
    /// so many clients may exist that nobody knows (R8).
    #[serde(default, skip_serializing_if = "is_none_lost")]
    pub lost: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_none_lost(lost: &u32) -> bool {
    *lost == 0
}

/// Who a process is when it claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Random UUID of this process.
    pub process: String,
    /// This installation of the operator.
    pub instance: String,
}

/// The claim as found on a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// None, or text that is no claim.
    Nothing,
    /// Written on this very resource by this installation.
    Here(Claim),
    /// Written by this installation on a resource with another UID: a copy or a restore. Its id is kept: the marker
    /// is bound to namespace and name, so it finds our client again after a restore, and nothing from a copy.
    Carried(Claim),
    /// Written by another installation.
    Elsewhere(String),
}

impl Found {
    /// Reads the annotation of the resource with this UID, as this installation.
    #[must_use]
    pub fn parse(annotation: Option<&str>, uid: &str, instance: &str) -> Self {
        let claim = annotation.and_then(|text| serde_json::from_str::<Claim>(text).ok());
        let Some(claim) = claim.filter(|c| is_attempt(c.attempt)) else {
            return Self::Nothing;
        };
        if claim.instance != instance {
            Self::Elsewhere(claim.instance)
        } else if claim.uid == uid {
            Self::Here(claim)
        } else {
            Self::Carried(claim)
        }
    }
}

/// Whether a number can be one of our attempts: far from where counting on would overflow, should a user write it.
#[must_use]
pub fn is_attempt(number: i64) -> bool {
    (1..i64::from(u32::MAX)).contains(&number)
}

impl Claim {
    /// The first claim of a resource: for its registration.
    #[must_use]
    pub fn first(holder: &Holder, uid: &str, id: String, name: &str) -> Self {
        Self {
            uid: uid.to_owned(),
            id,
            attempt: 1,
            holder: holder.process.clone(),
            instance: holder.instance.clone(),
            name: name.to_owned(),
            platform: None,
            registers: true,
            open: false,
            lost: 0,
        }
    }

    /// The next attempt of the same registration, at the same platform.
    #[must_use]
    pub fn next(&self, holder: &Holder, uid: &str, name: &str, open: bool) -> Self {
        Self {
            uid: uid.to_owned(),
            id: self.id.clone(),
            attempt: self.attempt + 1,
            holder: holder.process.clone(),
            instance: holder.instance.clone(),
            name: name.to_owned(),
            platform: self.platform.clone(),
            registers: self.registers,
            open,
            lost: self.lost,
        }
    }

    /// The marker of this registration for the resource that carries the claim.
    #[must_use]
    pub fn marker(&self, namespace: &str, name: &str) -> Marker {
        Marker::of(&self.instance, &self.id, namespace, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim() -> Claim {
        let holder = Holder {
            process: "p".into(),
            instance: "i".into(),
        };
        Claim::first(&holder, "uid-1", "id-1".into(), "billing-sync")
    }

    fn text() -> String {
        serde_json::to_string(&claim()).unwrap()
    }

    #[test]
    fn a_claim_survives_its_annotation() {
        assert_eq!(Found::parse(Some(&text()), "uid-1", "i"), Found::Here(claim()));
    }

    #[test]
    fn a_claim_of_another_uid_is_carried() {
        assert_eq!(Found::parse(Some(&text()), "uid-2", "i"), Found::Carried(claim()));
    }

    #[test]
    fn a_claim_of_another_installation_is_elsewhere_whatever_its_uid() {
        assert_eq!(Found::parse(Some(&text()), "uid-1", "j"), Found::Elsewhere("i".into()));
    }

    #[test]
    fn text_that_is_no_claim_is_nothing() {
        assert_eq!(Found::parse(Some("{"), "uid-1", "i"), Found::Nothing);
        assert_eq!(Found::parse(None, "uid-1", "i"), Found::Nothing);
    }

    #[test]
    fn the_next_attempt_keeps_the_id_and_so_the_marker() {
        let holder = Holder {
            process: "q".into(),
            instance: "i".into(),
        };
        let next = claim().next(&holder, "uid-1", "billing-sync", true);
        assert_eq!((next.attempt, next.open, next.holder.as_str()), (2, true, "q"));
        assert_eq!(next.marker("ns", "n"), claim().marker("ns", "n"));
    }
}
