//! Lost and broken exchanges: which class they get, and what the platform holds then.

use std::time::Duration;

use oauth_registrar::domain::failure::Class;
use oauth_registrar::domain::registration::Change;
use serde_json::{Value, json};

use crate::world::{DEV, PATIENT, World, class, connect, marker, registration, target};

const IMPATIENT: Duration = Duration::from_millis(400);

fn lost(how: &str) -> Value {
    json!({"kind": "drop_response", "how": how})
}

fn unread(at: &str) -> Value {
    json!({"kind": "reset_before_commit", "at": at})
}

fn broken(status: u16, body: &str, commit: bool) -> Value {
    json!({"kind": "error", "status": status, "body": body, "commit": commit})
}

fn hesitant() -> Value {
    json!({"kind": "slow", "first_byte_ms": 0, "chunk_bytes": 1, "chunk_ms": 100})
}

#[tokio::test]
async fn a_lost_answer_to_register_is_ambiguous_and_the_client_exists() {
    let world = World::with_timeout(IMPATIENT).await;
    for (n, fault) in [lost("reset"), lost("fin"), lost("hang"), hesitant()]
        .into_iter()
        .enumerate()
    {
        let name = format!("billing-{n}");
        world.fault("POST", DEV, fault.clone()).await;
        let failure = world
            .platform
            .register(&registration(&name), PATIENT)
            .await
            .unwrap_err();
        assert_eq!(failure.class, Class::Ambiguous, "{fault}: {failure}");
        assert_eq!(world.commits("create").await, n as u64 + 1, "{fault}");
        let listed = world.platform.scan().await.unwrap();
        assert_eq!(
            listed.iter().filter(|one| one.marker == Some(marker(&name))).count(),
            1,
            "{fault}"
        );
    }
}

#[tokio::test]
async fn a_reset_before_the_commit_of_register_is_ambiguous_and_no_client_exists() {
    let world = World::start().await;
    for fault in [unread("headers"), unread("body")] {
        world.fault("POST", DEV, fault.clone()).await;
        let failure = world
            .platform
            .register(&registration("billing-sync"), PATIENT)
            .await
            .unwrap_err();
        assert_eq!(failure.class, Class::Ambiguous, "{fault}: {failure}");
        assert_eq!(world.population().await, 0, "{fault}");
    }
    assert_eq!(world.requests().await, vec![format!("POST {DEV}"); 2]);
}

#[tokio::test]
async fn a_server_error_on_register_is_ambiguous_before_and_after_the_commit() {
    for status in [500, 502, 503, 504] {
        for body in ["empty", "html", "json"] {
            // A world for each: after several server errors in a row calls are held back.
            let world = World::start().await;
            for (n, commit) in [false, true].into_iter().enumerate() {
                world.fault("POST", DEV, broken(status, body, commit)).await;
                let name = format!("app-{status}-{body}-{commit}");
                assert_eq!(
                    class(world.platform.register(&registration(&name), PATIENT).await),
                    Class::Ambiguous,
                    "{name}"
                );
                assert_eq!(world.commits("create").await, n as u64, "{name}");
            }
            assert_eq!(world.requests().await.len(), 2);
        }
    }
}

#[tokio::test]
async fn rotate_has_the_same_ambiguity_and_is_never_sent_again() {
    let world = World::with_timeout(IMPATIENT).await;
    let id = world.register("billing-sync").await.application_id;
    let secret = format!("{DEV}/{id}/secret");
    world.forget_requests().await;
    let faults = [
        lost("reset"),
        lost("fin"),
        lost("hang"),
        hesitant(),
        broken(500, "json", true),
    ];
    for (n, fault) in faults.into_iter().enumerate() {
        world.fault("POST", &secret, fault.clone()).await;
        assert_eq!(
            class(world.platform.rotate(&id, PATIENT).await),
            Class::Ambiguous,
            "{fault}"
        );
        assert_eq!(world.commits("rotate").await, n as u64 + 1, "{fault}");
    }
    for fault in [unread("headers"), unread("body"), broken(503, "empty", false)] {
        world.fault("POST", &secret, fault.clone()).await;
        assert_eq!(
            class(world.platform.rotate(&id, PATIENT).await),
            Class::Ambiguous,
            "{fault}"
        );
        assert_eq!(world.commits("rotate").await, 5, "{fault}");
    }
    assert_eq!(world.requests().await, vec![format!("POST {secret}"); 8]);
}

#[tokio::test]
async fn the_same_faults_on_repeatable_calls_are_transient() {
    let world = World::with_timeout(IMPATIENT).await;
    let id = world.register("billing-sync").await.application_id;
    let one = format!("{DEV}/{id}");
    let faults = || {
        [
            lost("reset"),
            lost("fin"),
            lost("hang"),
            unread("headers"),
            unread("body"),
            broken(500, "empty", false),
        ]
        .into_iter()
        .chain([broken(502, "html", false), broken(503, "json", false), hesitant()])
    };
    for fault in faults() {
        world.fault("GET", &one, fault.clone()).await;
        assert_eq!(class(world.platform.read(&id).await), Class::Transient, "{fault}");
        world.fault("GET", DEV, fault.clone()).await;
        assert_eq!(class(world.platform.scan().await), Class::Transient, "{fault}");
        world.fault("PATCH", &one, fault.clone()).await;
        let change = Change {
            name: Some("renamed".into()),
            ..Change::default()
        };
        assert_eq!(
            class(world.platform.update(&id, &change).await),
            Class::Transient,
            "{fault}"
        );
        // So that no several server errors in a row hold the next call back.
        world.platform.read(&id).await.unwrap();
    }
    assert_eq!(world.requests().await.len(), 1 + 4 * faults().count());
}

#[tokio::test]
async fn a_lost_answer_to_deregister_is_transient_and_the_next_one_finds_none() {
    let world = World::start().await;
    let id = world.register("billing-sync").await.application_id;
    world.fault("DELETE", &format!("{DEV}/{id}"), lost("reset")).await;
    assert_eq!(class(world.platform.deregister(&id, PATIENT).await), Class::Transient);
    assert_eq!(world.population().await, 0);
    assert_eq!(class(world.platform.deregister(&id, PATIENT).await), Class::NotFound);
}

#[tokio::test]
async fn a_platform_that_cannot_be_reached_is_transient_even_for_register() {
    let world = World::start().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let token = world
        .token(simulator::fixture::WRITER_T1, Some(simulator::fixture::T1))
        .await;
    let gone = connect(&target(&format!("http://{free}"), IMPATIENT), token);
    let failure = gone.register(&registration("billing-sync"), PATIENT).await.unwrap_err();
    assert_eq!(failure.class, Class::Transient);
    assert!(failure.detail.contains("found no connection: "), "{failure}");
    assert_eq!(class(gone.identify().await), Class::Transient);
}

#[tokio::test]
async fn a_slow_answer_within_the_time_is_an_answer() {
    let world = World::start().await;
    let slow = json!({"kind": "slow", "first_byte_ms": 100, "chunk_bytes": 64, "chunk_ms": 5});
    world.fault("POST", DEV, slow).await;
    assert!(!world.register("billing-sync").await.client_secret.is_empty());
}
