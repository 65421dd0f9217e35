//! The limits of a platform at work: what waits, what is refused, and what the platform sees of it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use oauth_registrar::domain::access::Access;
use oauth_registrar::domain::credentials::AuthMethod;
use oauth_registrar::domain::failure::{Class, Failure};
use oauth_registrar::domain::port::{Connect, Limits, Platform};
use oauth_registrar::platforms::Connector;
use serde_json::json;
use simulator::fixture::{T1, T2, WRITER_T1, WRITER_T2};
use tokio::time::Instant;

use crate::world::{DEV, PATIENT, World, class, credentials, registration, target};

/// A process whose platform has these limits.
async fn limited(world: &World, change: impl FnOnce(&mut Limits)) -> Arc<dyn Platform> {
    let mut target = target(&world.url(), PATIENT);
    change(&mut target.limits);
    let token = world.token(WRITER_T1, Some(T1)).await;
    Connector::default()
        .connect("uid", &target, Access::ApiToken(token))
        .unwrap()
}

fn few(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

async fn throttle(world: &World, retry_after: &str) {
    let fault = json!({ "kind": "throttle", "retry_after": retry_after });
    world.fault("GET", "/v1/permissions", fault).await;
}

/// Waits until the platform has carried out so many.
async fn until_requests(world: &World, count: usize) {
    while world.requests().await.len() < count {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn paused<T>(outcome: Result<T, Failure>) -> bool {
    matches!(class(outcome), Class::RateLimited(Some(left)) if left > Duration::from_secs(500))
}

#[tokio::test]
async fn what_exceeds_the_rate_waits_its_turn() {
    let world = World::start().await;
    let limits = |limits: &mut Limits| (limits.per_second, limits.burst) = (few(50), few(5));
    let platform = limited(&world, limits).await;
    let start = Instant::now();
    let outcomes = join_all((0..15).map(|_| platform.permissions())).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    // A lower bound, which no busy machine breaks: ten calls wait for a fiftieth of a second each.
    assert!(start.elapsed() >= Duration::from_millis(190), "{:?}", start.elapsed());
    assert_eq!(world.requests().await.len(), 15);
}

#[tokio::test]
async fn a_call_that_must_be_sent_soon_is_not_sent_late() {
    let world = World::start().await;
    let limits = |limits: &mut Limits| (limits.per_second, limits.burst) = (few(1), few(1));
    let platform = limited(&world, limits).await;
    platform.permissions().await.unwrap();
    world.forget_requests().await;
    let soon = Duration::from_millis(50);
    let failure = platform
        .register(&registration("billing-sync"), soon)
        .await
        .unwrap_err();
    assert_eq!(failure.class, Class::Transient, "surely not carried out");
    assert!(failure.detail.contains("was not sent: spec.limits"), "{failure}");
    assert_eq!(world.requests().await, Vec::<String>::new());
    platform.register(&registration("billing-sync"), PATIENT).await.unwrap();
    assert_eq!(world.requests().await, [format!("POST {DEV}")]);
}

#[tokio::test]
async fn no_more_calls_are_under_way_than_allowed() {
    let world = World::start().await;
    let platform = limited(&world, |limits| limits.in_flight = 1).await;
    platform.permissions().await.unwrap();
    let hang = json!({ "kind": "drop_response", "how": "hang" });
    world.fault("GET", "/v1/permissions", hang).await;
    let wanted = registration("billing-sync");
    let late = async {
        until_requests(&world, 2).await;
        platform.register(&wanted, Duration::from_millis(50)).await
    };
    let late = tokio::select! {
        late = late => late,
        _ = platform.permissions() => panic!("its answer never comes"),
    };
    assert_eq!(class(late), Class::Transient);
    assert_eq!(world.population().await, 0);
}

#[tokio::test]
async fn a_wish_for_a_pause_holds_for_every_call_of_the_platform() {
    let world = World::start().await;
    let registered = world.register("billing-sync").await;
    let tenant = world.tenant_side(WRITER_T2, T2).await;
    throttle(&world, "3600").await;
    assert!(paused(world.platform.permissions().await));
    world.forget_requests().await;
    let id = &registered.application_id;
    assert!(paused(world.platform.read(id).await));
    assert!(paused(world.platform.scan().await));
    assert!(paused(world.platform.rotate(id, PATIENT).await));
    assert!(paused(tenant.availability(id).await));
    assert!(paused(world.platform.identify().await));
    let proof = credentials(&registered, &registered.client_secret, AuthMethod::ClientSecretBasic);
    assert!(paused(world.platform.prove(&proof, None).await));
    assert_eq!(world.requests().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_wish_that_is_over_or_makes_no_sense_holds_nobody_back() {
    let world = World::start().await;
    for wish in ["0", "-5", "soon", "Fri, 20 Dec 2019 10:00:00 GMT"] {
        throttle(&world, wish).await;
        class(world.platform.permissions().await);
        world.platform.permissions().await.unwrap();
    }
}

#[tokio::test]
async fn connections_of_one_platform_share_its_pause_and_those_of_another_do_not() {
    let world = World::start().await;
    let connector = Connector::default();
    let token = world.token(WRITER_T1, Some(T1)).await;
    let mut target = target(&world.url(), PATIENT);
    let one = connector
        .connect("one", &target, Access::ApiToken(token.clone()))
        .unwrap();
    let other = connector
        .connect("other", &target, Access::ApiToken(token.clone()))
        .unwrap();
    throttle(&world, "3600").await;
    assert!(paused(one.permissions().await));
    drop(one);
    let again = connector
        .connect("one", &target, Access::ApiToken(token.clone()))
        .unwrap();
    assert!(
        paused(again.permissions().await),
        "a new connection goes through the same door"
    );
    target.limits.in_flight = 7;
    let changed = connector.connect("one", &target, Access::ApiToken(token)).unwrap();
    assert!(paused(changed.permissions().await), "other limits do not end a pause");
    other.permissions().await.unwrap();
}

#[tokio::test]
async fn callers_who_find_a_platform_away_cost_it_a_handful_of_calls() {
    let world = World::start().await;
    world
        .fault_always(json!({ "kind": "drop_response", "how": "hang" }))
        .await;
    let mut target = target(&world.url(), Duration::from_millis(100));
    target.limits.in_flight = 100;
    let token = world.token(WRITER_T1, Some(T1)).await;
    let platform = Connector::default()
        .connect("uid", &target, Access::ApiToken(token))
        .unwrap();
    let id = "00000000-0000-4000-8000-000000000000".into();
    let mut failure = None;
    for _ in 0..20 {
        for outcome in join_all((0..50).map(|_| platform.read(&id))).await {
            failure = outcome.err();
            assert_eq!(failure.as_ref().map(|failure| failure.class), Some(Class::Transient));
        }
    }
    let sent = world.requests().await.len();
    assert!((5..=20).contains(&sent), "{sent} of 1000 calls were sent");
    let told = failure.unwrap().detail;
    assert!(told.contains("was not sent: nothing answers there"), "{told}");
    world.heal().await;
    // A read by which the platform's reconcile looks is sent at once, and its answer ends the absence for all.
    platform.permissions().await.unwrap();
    assert_eq!(class(platform.read(&id).await), Class::NotFound);
}
