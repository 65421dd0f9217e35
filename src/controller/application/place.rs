//! The place of an application among those that a grant bounds with `maxApplications`.

use kube::ResourceExt;

use super::case::Case;
use crate::api::OAuthApplication;
use crate::api::conditions::{ConditionType, Reason, find};
use crate::api::well_known::{CLAIM, PAUSED};
use crate::controller::context::Context;
use crate::controller::places::Applicant;
use crate::controller::platform::grants::Granted;
use crate::controller::platform::kind::PlatformKey;
use crate::domain::decide::Trouble;

/// Takes a place for the application, or says why there is none. One that has a client needs none.
pub(super) fn refusal(case: &Case, platform: &PlatformKey, granted: &Granted, ctx: &Context) -> Option<Trouble> {
    let wanted = applicant(&case.object);
    if wanted.registered {
        return None;
    }
    let bound = granted.places().map(|most| (most, others(case, platform, ctx)));
    let before = ctx.places.take(platform, &case.namespace, &wanted, bound).err()?;
    let most = granted.places().unwrap_or_default();
    Some(granted.refusal_of_more(most, &before, &case.namespace, platform))
}

/// What is refused for another reason, and has sent nothing, leaves its place to others.
pub(super) fn give_back(case: &Case, platform: &PlatformKey, ctx: &Context) {
    if !applicant(&case.object).claimed {
        ctx.places.leave(platform, &case.namespace, &case.uid);
    }
}

fn others(case: &Case, platform: &PlatformKey, ctx: &Context) -> Vec<Applicant> {
    let all = ctx.view.applications_read_at(platform).into_iter();
    let others = all.filter(|a| a.namespace().as_ref() == Some(&case.namespace) && a.uid().as_ref() != Some(&case.uid));
    others.map(|application| applicant(&application)).collect()
}

fn applicant(application: &OAuthApplication) -> Applicant {
    let leaves = application.metadata.deletion_timestamp.is_some();
    let stopped = application
        .annotations()
        .get(PAUSED)
        .is_some_and(|value| value != "false");
    let claimed = application.annotations().contains_key(CLAIM);
    let status = application.status.as_ref();
    Applicant {
        uid: application.uid().unwrap_or_default(),
        name: application.name_any(),
        created: application.creation_timestamp().map(|time| time.0),
        claimed,
        registered: status.is_some_and(|s| s.application_id.is_some()),
        waits: claimed || !(leaves || stopped || refused_otherwise(application)),
    }
}

/// Its spec is refused for something that a place does not heal.
fn refused_otherwise(application: &OAuthApplication) -> bool {
    let conditions = application.status.as_ref().map(|s| s.conditions.as_slice());
    find(conditions.unwrap_or_default(), ConditionType::Accepted).is_some_and(|accepted| {
        let current = accepted.observed_generation == application.metadata.generation;
        let for_now = [Reason::NotGranted, Reason::Reconciling].map(|reason| reason.to_string());
        accepted.status == "False" && current && !for_now.contains(&accepted.reason)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::application::{ApplicationStatus, OAuthApplicationSpec};
    use crate::controller::status::{Line, conditions};

    fn application() -> OAuthApplication {
        let mut object = OAuthApplication::new("sync", OAuthApplicationSpec::default());
        object.metadata.generation = Some(1);
        object
    }

    fn refused(reason: Reason) -> OAuthApplication {
        let line = Line::new(ConditionType::Accepted, Some(false), reason, "");
        OAuthApplication {
            status: Some(ApplicationStatus {
                conditions: conditions(&[], vec![line], Some(1)),
                ..ApplicationStatus::default()
            }),
            ..application()
        }
    }

    fn annotated(key: &str) -> OAuthApplication {
        let mut object = application();
        object.annotations_mut().insert(key.into(), "true".into());
        object
    }

    #[test]
    fn who_waits_for_a_place_comes_before_younger_ones_and_who_could_not_use_it_does_not() {
        assert!(applicant(&application()).waits);
        assert!(applicant(&refused(Reason::NotGranted)).waits && applicant(&refused(Reason::Reconciling)).waits);
        assert!(!applicant(&refused(Reason::InvalidSpec)).waits);
        assert!(!applicant(&annotated(PAUSED)).waits);
        let mut changed = refused(Reason::InvalidSpec);
        changed.metadata.generation = Some(2);
        assert!(applicant(&changed).waits, "it was not looked at since");
    }

    #[test]
    fn a_claim_is_not_a_client() {
        let claimed = applicant(&annotated(CLAIM));
        assert!(claimed.claimed && claimed.waits && !claimed.registered);
        let mut registered = application();
        registered.status = Some(ApplicationStatus {
            application_id: Some("app-1".into()),
            ..ApplicationStatus::default()
        });
        assert!(applicant(&registered).registered);
    }
}
