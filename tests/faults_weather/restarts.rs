//! Storms in which the operator is killed again and again, and what is done to resources while it is down.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use super::{APPLICATIONS, Case, fleet, kit, posts, within};
use crate::kit::{Cluster, is_full, until};

static CLUSTER: kit::Shared = kit::Shared::stormy("faults_weather_restarts");
/// Who kills the operator has it for itself.
static ALONE: Mutex<()> = Mutex::const_new(());

const LIVES: usize = 5;
/// How long each of them lasts at least.
const LIFE: Duration = Duration::from_secs(4);

async fn alone(name: &str) -> (MutexGuard<'static, ()>, Case<'static>) {
    let alone = ALONE.lock().await;
    (alone, within(CLUSTER.space().await, name).await)
}

/// Kills the operator and starts it again; it has a connection, and some time to use it.
async fn another_life(case: &Case<'_>) {
    let looks = async || case.space.platform.requests("GET", "/v1/permissions").await.len();
    let before = looks().await;
    case.space.cluster.operator.kill_now();
    case.space.cluster.operator.start();
    until("it is connected again", looks, |count| *count > before).await;
    tokio::time::sleep(LIFE).await;
}

async fn sent(case: &Case<'_>) -> usize {
    case.space.platform.requests("POST", APPLICATIONS).await.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn restarts_in_an_outage_cost_a_handful_of_calls_each_however_many_wait() {
    let (_alone, mut case) = alone("restarts in an outage").await;
    let ships = fleet(if is_full() { 300 } else { 60 });
    let down = json!({ "kind": "error", "status": 503 });
    case.storm("outage", json!({ "method": "POST" }), 0, down).await;
    case.launch(&ships).await;
    case.all_wait(&ships).await;
    let before = sent(&case).await;
    for _ in 0..LIVES {
        another_life(&case).await;
    }
    // Eight together, then trials: as many as a minute holds.
    let calls = sent(&case).await - before;
    case.bounded("five lives", calls, LIVES * 13);
    case.space.platform.heal().await;
    case.settle("afterwards", &ships).await;
    case.exactly("afterwards", "create", ships.len() as u64).await;
    case.score.tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn restarts_do_not_make_all_that_are_refused_call_at_once() {
    let (_alone, mut case) = alone("restarts while refused").await;
    let ships = fleet(100);
    let refused = json!({ "kind": "echo_secret", "status": 403, "body": "json" });
    case.storm("refused", posts(), 0, refused).await;
    case.launch(&ships).await;
    case.all_wait(&ships).await;
    let mut most = 0;
    for _ in 0..LIVES {
        let before = sent(&case).await;
        another_life(&case).await;
        most = most.max(sent(&case).await - before);
    }
    // About a fifth of them; more on a slow machine, whose lives are longer. Without a spread it is all of them, each time.
    case.bounded("each of five lives", most, ships.len() * 3 / 4);
    case.space.platform.heal().await;
    case.settle("afterwards", &ships).await;
    case.exactly("afterwards", "create", ships.len() as u64).await;
    case.score.tell();
}

/// The pause itself is forgotten; what finds it out again is cheap.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_a_pause_costs_a_handful_of_calls() {
    let (_alone, mut case) = alone("restart in a pause").await;
    let ships = fleet(60);
    let pause = json!({ "kind": "throttle", "retry_after": "600" });
    case.storm("pause", posts(), 0, pause).await;
    case.launch(&ships).await;
    case.all_wait(&ships).await;
    let before = sent(&case).await;
    another_life(&case).await;
    let calls = sent(&case).await - before;
    case.bounded("one life", calls, 8);
    case.space.platform.heal().await;
    // The pause is kept for as long as the platform asked; a process that does not know of it need not.
    case.space.cluster.operator.kill_now();
    case.space.cluster.operator.start();
    case.settle("afterwards", &ships).await;
    case.exactly("afterwards", "create", ships.len() as u64).await;
    case.score.tell();
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_and_applied_again_under_the_same_name_while_the_operator_is_down() {
    let (_alone, mut case) = alone("deleted and applied again").await;
    let ships = fleet(5);
    case.launch(&ships).await;
    case.settle("before", &ships).await;
    let uid = |object: &Value| object["metadata"]["uid"].clone();
    let mut former = vec![];
    for ship in &ships {
        former.push(uid(&case.space.get("OAuthApplication", ship).await));
    }
    case.space.cluster.operator.kill_now();
    for ship in &ships {
        case.space.delete("OAuthApplication", ship).await;
    }
    // What applies them again does so all the time, as a GitOps controller does.
    case.launch(&ships).await;
    case.space.cluster.operator.start();
    for (ship, former) in ships.iter().zip(&former) {
        let applied = async || {
            if case.space.get("OAuthApplication", ship).await.is_null() {
                case.space.apply(case.space.application(ship)).await;
            }
            uid(&case.space.get("OAuthApplication", ship).await)
        };
        until("there is another one", applied, |now| now.is_string() && now != former).await;
    }
    case.settle("afterwards", &ships).await;
    case.exactly("afterwards", "create", 10).await;
    case.exactly("afterwards", "delete", 5).await;
    case.score.tell();
}

/// Somebody removed the finalizer as well: nothing tells any more that the clients were ours, and so they are not touched.
#[tokio::test(flavor = "multi_thread")]
async fn torn_out_and_applied_again_while_the_operator_is_down() {
    let (_alone, mut case) = alone("torn out and applied again").await;
    let ships = fleet(5);
    case.launch(&ships).await;
    case.settle("before", &ships).await;
    let before = ours(&case).await;
    case.space.cluster.operator.kill_now();
    for ship in &ships {
        case.space.delete("OAuthApplication", ship).await;
        let torn = json!({ "metadata": { "finalizers": null } });
        case.space.patch("OAuthApplication", ship, torn).await;
        case.space.gone("OAuthApplication", ship).await;
        case.space.gone("Secret", ship).await;
    }
    case.launch(&ships).await;
    case.space.cluster.operator.start();
    for ship in &ships {
        case.space
            .says("OAuthApplication", ship, "Ready", "False", "NameConflict")
            .await;
        assert!(case.space.secret(ship).await.is_empty());
    }
    assert_eq!(ours(&case).await, before);
    let touched = case.space.touched(&case.neighbours).await;
    case.score.add("afterwards", touched);
    case.exactly("afterwards", "create", 5).await;
    case.score.tell();
}

async fn ours(case: &Case<'_>) -> Vec<Value> {
    let mut all = case.space.platform.applications().await;
    all.retain(|client| !case.neighbours.has(client));
    all
}

/// A backup of one cluster, applied in another one that uses the same platform while the first still lives.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_restored_in_another_cluster_takes_nothing() {
    let (_alone, mut case) = alone("backup in another cluster").await;
    let ships = fleet(5);
    case.launch(&ships).await;
    case.settle("before", &ships).await;
    let before = ours(&case).await;
    let other: &Cluster = super::CLUSTER.cluster().await;
    let elsewhere = other.space().await;
    let here = case.space.platform_object();
    let mut platform = elsewhere.platform_object();
    platform["spec"]["olt"]["apiUrl"] = here["spec"]["olt"]["apiUrl"].clone();
    platform["spec"]["olt"]["issuerUrl"] = here["spec"]["olt"]["issuerUrl"].clone();
    let token = case
        .space
        .platform
        .mint(simulator::fixture::WRITER_T1, simulator::fixture::T1)
        .await;
    elsewhere.authorize(&token).await;
    elsewhere.apply(platform).await;
    elsewhere.ready("ClusterOAuthPlatform", &elsewhere.name).await;
    for (number, ship) in ships.iter().enumerate() {
        let object = case.space.get("OAuthApplication", ship).await;
        let mut restored = elsewhere.application(ship);
        // Some backups keep annotations, and so the claim.
        let (claimed, reason) = (number % 2 == 0, ["NameConflict", "RestoredElsewhere"]);
        if claimed {
            restored["metadata"]["annotations"] = object["metadata"]["annotations"].clone();
        }
        elsewhere.apply(restored).await;
        elsewhere
            .says("OAuthApplication", ship, "Ready", "False", reason[usize::from(claimed)])
            .await;
    }
    for ship in &ships {
        elsewhere.delete("OAuthApplication", ship).await;
        elsewhere.gone("OAuthApplication", ship).await;
    }
    assert_eq!(ours(&case).await, before);
    case.settle("afterwards", &ships).await;
    case.score.tell();
}
