//! Which change of an object is worth a look at it. Our own writes are not.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::api::well_known::{CLAIM, DEREGISTER};
use crate::api::{OAuthApplication, TenantInstallation};
use crate::controller::platform::kind::PlatformObject;

/// A change of it wakes an application: spec, annotations that users write, deletion, and a claim or finalizer that
/// somebody removed after status knew the client. The claim itself and status are our own writes.
#[must_use]
pub fn of_application(object: &OAuthApplication) -> Option<u64> {
    let meta = &object.metadata;
    let known = object.status.as_ref().is_some_and(|s| s.application_id.is_some());
    let claimed = meta.annotations.as_ref().is_some_and(|a| a.contains_key(CLAIM));
    Some(digest(meta, known && !(claimed && finalized(meta))))
}

/// A change of it wakes an installation.
#[must_use]
pub fn of_installation(object: &TenantInstallation) -> Option<u64> {
    let known = object.status.as_ref().is_some_and(|s| s.application_id.is_some());
    Some(digest(&object.metadata, known && !finalized(&object.metadata)))
}

/// A change of it wakes a platform.
#[must_use]
pub fn of_platform<P: PlatformObject>(object: &P) -> Option<u64> {
    Some(digest(object.metadata(), false))
}

/// What the installations of an application depend on; not how many there are, else each would wake all others.
#[must_use]
pub fn for_installations(object: &OAuthApplication) -> u64 {
    let mut hasher = DefaultHasher::new();
    of_application(object).hash(&mut hasher);
    if let Some(status) = &object.status {
        (&status.application_id, status.observed_generation).hash(&mut hasher);
        status
            .registration
            .as_ref()
            .map(|r| r.applied_generation)
            .hash(&mut hasher);
        status.secret.as_ref().map(|s| &s.resource_version).hash(&mut hasher);
        for condition in &status.conditions {
            (
                &condition.type_,
                &condition.status,
                &condition.reason,
                &condition.message,
            )
                .hash(&mut hasher);
        }
    }
    hasher.finish()
}

fn finalized(meta: &ObjectMeta) -> bool {
    meta.finalizers.iter().flatten().any(|f| f == DEREGISTER)
}

fn digest(meta: &ObjectMeta, broken: bool) -> u64 {
    let annotations: BTreeMap<_, _> = meta
        .annotations
        .iter()
        .flatten()
        .filter(|(key, _)| *key != CLAIM)
        .collect();
    let mut hasher = DefaultHasher::new();
    (meta.generation, meta.deletion_timestamp.is_some(), annotations, broken).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::application::{ApplicationStatus, InstallationCount, OAuthApplicationSpec};

    fn application() -> OAuthApplication {
        let mut object = OAuthApplication::new("sync", OAuthApplicationSpec::default());
        object.metadata.generation = Some(1);
        object
    }

    fn annotated(key: &str) -> OAuthApplication {
        let mut object = application();
        object.metadata.annotations = Some([(key.to_owned(), "x".to_owned())].into());
        object
    }

    #[test]
    fn our_own_claim_finalizer_and_status_wake_nobody() {
        let mut ours = annotated(CLAIM);
        ours.metadata.finalizers = Some(vec![DEREGISTER.into()]);
        ours.status = Some(ApplicationStatus {
            application_id: Some("a".into()),
            ..ApplicationStatus::default()
        });
        assert_eq!(of_application(&application()), of_application(&ours));
    }

    #[test]
    fn how_many_installations_are_ready_is_no_news_to_them_and_another_client_is() {
        let with = |ready, id: &str| {
            let mut object = application();
            object.status = Some(ApplicationStatus {
                installations: Some(InstallationCount { desired: 2, ready }),
                application_id: Some(id.into()),
                ..ApplicationStatus::default()
            });
            for_installations(&object)
        };
        assert_eq!(with(1, "a"), with(2, "a"));
        assert_ne!(with(1, "a"), with(1, "b"));
    }

    #[test]
    fn a_removed_claim_wakes_the_application() {
        let mut robbed = application();
        robbed.metadata.finalizers = Some(vec![DEREGISTER.into()]);
        robbed.status = Some(ApplicationStatus {
            application_id: Some("a".into()),
            ..ApplicationStatus::default()
        });
        assert_ne!(of_application(&application()), of_application(&robbed));
    }

    #[test]
    fn a_new_generation_and_a_users_annotation_wake_it() {
        let mut changed = application();
        changed.metadata.generation = Some(2);
        assert_ne!(of_application(&application()), of_application(&changed));
        assert_ne!(
            of_application(&application()),
            of_application(&annotated("oauthregistrar.io/retry"))
        );
    }
}
