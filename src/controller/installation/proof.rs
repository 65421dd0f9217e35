//! Whether the client that the application's status names is the application's. An installation changes that client, with
//! the platform's own credential, and a status that somebody wrote could name any.

use kube::ResourceExt;

use super::case::{Case, Use};
use crate::api::OAuthApplication;
use crate::api::conditions::Reason;
use crate::api::well_known::CLAIM;
use crate::controller::application::case::is_disputed;
use crate::controller::context::Context;
use crate::domain::claim::Found;
use crate::domain::decide::{Stage, Trouble};
use crate::domain::failure::{Class, Failure};
use crate::domain::marker::Marker;
use crate::domain::registration::ApplicationId;

/// Whose client it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The application's; or there is no such client, which the next call tells.
    Ours,
    /// Another resource's for certain.
    Anothers,
    /// Nothing proves it to be anybody's.
    Unproven,
}

/// Asks the platform, unless this process has seen the proof.
pub(super) async fn whose(case: &Case, used: &Use, id: &ApplicationId, ctx: &Context) -> Result<Whose, Failure> {
    let Some(application) = &case.application else {
        return Ok(Whose::Unproven);
    };
    let uid = application.uid().unwrap_or_default();
    if ctx.proven.is(&uid, id) {
        return Ok(Whose::Ours);
    }
    let platform = &used.connection.platform;
    if !platform.capabilities().marks {
        let disputed = is_disputed(application, &used.connection.identity, ctx);
        return Ok(if disputed { Whose::Unproven } else { Whose::Ours });
    }
    let client = match platform.read(id).await {
        Ok(client) => client,
        Err(failure) if matches!(failure.class, Class::NotFound | Class::Invalid) => return Ok(Whose::Ours),
        Err(failure) => return Err(failure),
    };
    let whose = judge(
        client.registration.marker.as_ref(),
        application,
        &ctx.settings.holder.instance,
    );
    if whose == Whose::Ours {
        ctx.proven.keep(&uid, id);
    }
    Ok(whose)
}

fn judge(found: Option<&Marker>, application: &OAuthApplication, instance: &str) -> Whose {
    match found {
        None => Whose::Unproven,
        Some(found) if Some(found) == marker(application, instance).as_ref() => Whose::Ours,
        Some(_) => Whose::Anothers,
    }
}

/// The marker of the application's registration, also of one whose claim was removed by hand.
fn marker(application: &OAuthApplication, instance: &str) -> Option<Marker> {
    let (namespace, name) = (application.namespace()?, application.name_any());
    let text = application.annotations().get(CLAIM).map(String::as_str);
    match Found::parse(text, &application.uid()?, instance) {
        Found::Here(claim) => Some(claim.marker(&namespace, &name)),
        Found::Elsewhere(_) => None,
        Found::Nothing | Found::Carried(_) => {
            let told = application.status.as_ref()?.registration.as_ref()?;
            Some(Marker::of(instance, &told.id, &namespace, &name))
        }
    }
}

/// What is said while nothing is done to the client.
pub(super) fn refusal(case: &Case, id: &ApplicationId) -> Trouble {
    let name = &case.object.spec.application_ref.name;
    let message = format!(
        "The status of OAuthApplication {name} names client {id}, and nothing proves at the platform that it is its own. It is neither allowed nor installed. The application's next look at its client repairs that, or says what to do."
    );
    Trouble::new(Stage::Accepted, Reason::ApplicationNotReady, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::application::{ApplicationStatus, OAuthApplicationSpec, RegistrationStatus};
    use crate::domain::claim::{Claim, Holder};

    fn application() -> OAuthApplication {
        let holder = Holder {
            process: "p".into(),
            instance: "i".into(),
        };
        let claim = Claim::first(&holder, "uid-1", "id-1".into(), "sync");
        let mut object = OAuthApplication::new("sync", OAuthApplicationSpec::default());
        object.metadata.namespace = Some("billing".into());
        object.metadata.uid = Some("uid-1".into());
        let text = serde_json::to_string(&claim).unwrap();
        object.annotations_mut().insert(CLAIM.into(), text);
        object
    }

    #[test]
    fn only_the_marker_of_the_applications_own_registration_proves_its_client() {
        let ours = Marker::of("i", "id-1", "billing", "sync");
        let theirs = Marker::of("i", "id-1", "billing", "another");
        assert_eq!(judge(Some(&ours), &application(), "i"), Whose::Ours);
        assert_eq!(judge(Some(&theirs), &application(), "i"), Whose::Anothers);
        assert_eq!(judge(Some(&ours), &application(), "j"), Whose::Anothers);
        assert_eq!(judge(None, &application(), "i"), Whose::Unproven);
    }

    #[test]
    fn without_the_claim_status_tells_the_registration_and_the_marker_still_proves_it() {
        let mut object = application();
        object.annotations_mut().clear();
        let ours = Marker::of("i", "id-1", "billing", "sync");
        assert_eq!(judge(Some(&ours), &object, "i"), Whose::Anothers);
        object.status = Some(ApplicationStatus {
            registration: Some(RegistrationStatus {
                id: "id-1".into(),
                ..RegistrationStatus::default()
            }),
            ..ApplicationStatus::default()
        });
        assert_eq!(judge(Some(&ours), &object, "i"), Whose::Ours);
    }
}
