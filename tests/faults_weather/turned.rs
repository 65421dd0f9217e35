//! A platform that turns away from us: our credential ends, loses its rights, or the platform becomes another one.

use serde_json::{Value, json};
use simulator::Options;
use simulator::fixture::{T1, WRITER_T1};

use super::{APPLICATIONS, Case, case, fleet, kit};

/// A settled fleet, and one more that is launched when it is too late for it.
async fn afloat(name: &str) -> (Case<'static>, Vec<String>) {
    let mut case = case(name).await;
    let ships = fleet(10);
    case.launch(&ships).await;
    case.settle("before", &ships).await;
    (case, ships)
}

/// Each of them is changed and a new one comes; all say why they wait.
async fn all_say(case: &Case<'_>, ships: &[String], reason: &str) {
    let change = json!({ "spec": { "description": format!("changed in {reason}") } });
    for ship in ships {
        case.space.patch("OAuthApplication", ship, change.clone()).await;
    }
    case.space.apply(case.space.application("late")).await;
    for ship in ships.iter().map(String::as_str).chain(["late"]) {
        case.space
            .says("OAuthApplication", ship, "Ready", "False", reason)
            .await;
    }
}

/// The same clients, and one for the new one.
async fn all_kept(mut case: Case<'_>, ships: &[String]) {
    let all: Vec<String> = ships.iter().cloned().chain(["late".to_owned()]).collect();
    case.settle("afterwards", &all).await;
    case.exactly("afterwards", "create", all.len() as u64).await;
    case.exactly("afterwards", "delete", 0).await;
    case.exactly("afterwards", "rotate", 0).await;
    case.score.tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn while_our_token_is_expired_nothing_is_registered_again_or_deregistered() {
    let (case, ships) = afloat("own token expired").await;
    case.space
        .platform
        .change(json!([{ "op": "token.expire", "user": WRITER_T1 }]))
        .await;
    let change = json!({ "spec": { "description": "changed while it is expired" } });
    for ship in &ships {
        case.space.patch("OAuthApplication", ship, change.clone()).await;
    }
    case.space.apply(case.space.application("late")).await;
    case.all_wait(&ships).await;
    case.all_wait(&["late".to_owned()]).await;
    let token = case.space.platform.mint(WRITER_T1, T1).await;
    case.space.authorize(&token).await;
    all_kept(case, &ships).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_our_user_has_lost_its_rights_nothing_is_registered_again_or_deregistered() {
    let (case, ships) = afloat("own rights lost").await;
    let everything = json!({ "path": format!("{APPLICATIONS}/**") });
    let forbidden = json!({ "kind": "echo_secret", "status": 403, "body": "json" });
    case.storm("rights", everything, 0, forbidden).await;
    all_say(&case, &ships, "PlatformForbidden").await;
    case.space.platform.heal().await;
    all_kept(case, &ships).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_edited_to_be_another_one_changes_nothing_at_either() {
    let (case, ships) = afloat("apiUrl of another platform").await;
    let another = kit::Platform::start_with(Options::default()).await;
    case.space.authorize(&another.mint(WRITER_T1, T1).await).await;
    let moved = |platform: &kit::Platform| json!({ "spec": { "olt": { "apiUrl": platform.api_url(), "issuerUrl": platform.issuer_url() } } });
    case.space
        .patch("ClusterOAuthPlatform", &case.space.name, moved(&another))
        .await;
    let change = json!({ "spec": { "description": "changed while it is another one" } });
    for ship in &ships {
        case.space.patch("OAuthApplication", ship, change.clone()).await;
    }
    for ship in &ships {
        let reason = "PlatformIdentityChanged";
        case.space
            .says("OAuthApplication", ship, "Ready", "False", reason)
            .await;
    }
    assert_eq!(another.applications().await, Vec::<Value>::new());
    let token = case.space.platform.mint(WRITER_T1, T1).await;
    case.space.authorize(&token).await;
    case.space
        .patch("ClusterOAuthPlatform", &case.space.name, moved(&case.space.platform))
        .await;
    // Whatever is applied before the platform is connected again may still go to the other one.
    case.space.ready("ClusterOAuthPlatform", &case.space.name).await;
    case.space.apply(case.space.application("late")).await;
    all_kept(case, &ships).await;
    assert_eq!(another.applications().await, Vec::<Value>::new());
}
