//! Scans: every page, shared by all who wait.

use std::collections::BTreeSet;

use futures::future::join_all;
use oauth_registrar::domain::failure::Class;
use oauth_registrar::domain::port::Listed;
use serde_json::json;
use simulator::fixture::T1;

use crate::world::{DEV, PATIENT, World, class, marker, registration};

async fn populate(world: &World, number: usize) {
    let put = |n| json!({"op": "app.put", "tenant": T1, "set": {"name": format!("app-{n:04}")}});
    world.operate((0..number).map(put).collect()).await;
}

fn names(listed: &[Listed]) -> BTreeSet<&str> {
    listed.iter().map(|one| one.name.as_str()).collect()
}

#[tokio::test]
async fn a_scan_finds_what_was_registered_by_its_marker() {
    let world = World::start().await;
    let registered = world.register("billing-sync").await;
    populate(&world, 3).await;
    let listed = world.platform.scan().await.unwrap();
    assert_eq!(listed.len(), 4);
    let ours: Vec<_> = listed
        .iter()
        .filter(|one| one.marker == Some(marker("billing-sync")))
        .collect();
    assert_eq!(ours.len(), 1);
    assert_eq!(
        (&ours[0].application_id, &ours[0].client_id),
        (&registered.application_id, &registered.client_id)
    );
    assert_eq!(ours[0].name, "billing-sync");
    assert_eq!(
        ours[0].created_at,
        world.stored(&registered.application_id).await["created_at"]
    );
    assert_eq!(world.requests().await[1..], [format!("GET {DEV}?page=0&pageSize=100")]);
}

#[tokio::test]
async fn a_scan_of_an_empty_platform_is_empty() {
    let world = World::start().await;
    assert!(world.platform.scan().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_scan_over_230_applications_sees_all_by_two_passes_that_agree() {
    let world = World::start().await;
    populate(&world, 230).await;
    let listed = world.platform.scan().await.unwrap();
    assert_eq!((listed.len(), names(&listed).len()), (230, 230));
    let pass = [0, 1, 2].map(|page| format!("GET {DEV}?page={page}&pageSize=100"));
    assert_eq!(world.requests().await, [pass.clone(), pass].concat());
}

#[tokio::test]
async fn scans_at_the_same_time_share_a_pass() {
    let world = World::start().await;
    populate(&world, 230).await;
    let scans = join_all((0..50).map(|_| world.platform.scan())).await;
    assert!(scans.iter().all(|scan| scan.as_ref().unwrap().len() == 230));
    // The first runs alone; the other 49 asked while it ran, and share the next one.
    assert!(world.requests().await.len() <= 12, "{:?}", world.requests().await);
}

#[tokio::test]
async fn a_scan_sees_what_was_registered_before_it_was_asked_for() {
    let world = World::start().await;
    populate(&world, 150).await;
    let one = async {
        let id = world
            .platform
            .register(&registration("mine"), PATIENT)
            .await
            .unwrap()
            .application_id;
        let listed = world.platform.scan().await.unwrap();
        assert!(listed.iter().any(|one| one.application_id == id));
    };
    tokio::join!(one, join_all((0..20).map(|_| world.platform.scan())));
}

#[tokio::test]
async fn a_scan_survives_applications_that_come_and_go_meanwhile() {
    let world = World::start().await;
    populate(&world, 230).await;
    let come = async {
        for n in 0..3 {
            world.register(&format!("late-{n}")).await;
        }
    };
    let (listed, ()) = tokio::join!(world.platform.scan(), come);
    let listed = listed.unwrap();
    assert!((0..230).all(|n| names(&listed).contains(format!("app-{n:04}").as_str())));
}

#[tokio::test]
async fn a_page_that_fails_fails_the_scan_for_all_who_share_it() {
    let world = World::start().await;
    populate(&world, 150).await;
    let fault = json!({"kind": "error", "status": 502, "body": "html"});
    world.fault("GET", DEV, fault).await;
    assert_eq!(class(world.platform.scan().await), Class::Transient);
    assert_eq!(world.platform.scan().await.unwrap().len(), 150);
}
