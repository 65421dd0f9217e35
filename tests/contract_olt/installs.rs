//! Both installation contracts: the older one by `PUT` and without consent, and which of the two it is.

use oauth_registrar::domain::failure::Class;
use oauth_registrar::domain::port::{Availability, Consents};
use oauth_registrar::domain::registration::{ApplicationId, Permissions};
use serde_json::json;
use simulator::fixture::{DEVICES_BASE_DATA_READ, T2, T3, WRITER_T2, WRITER_T3};
use simulator::{Options, Switch};

use crate::world::{PATIENT, World, allowed, class, permissions};

const UNKNOWN: Consents = Consents::Found(None);

/// A platform with this `install_method`, a connection that knows this, and an application that the second tenant may
/// install.
async fn world(method: &str, known: Consents) -> (World, ApplicationId) {
    let switch = Switch {
        name: "install_method".to_owned(),
        value: method.into(),
    };
    let switches = vec![switch];
    let options = Options {
        switches,
        ..Options::default()
    };
    let world = World::of(options, PATIENT, known).await;
    let id = world.register("billing-sync").await.application_id;
    world.platform.allow(&id, &allowed(T2, "south")).await.unwrap();
    world.forget_requests().await;
    (world, id)
}

fn consents(world: &World) -> Option<bool> {
    world.platform.capabilities().consents
}

#[tokio::test]
async fn by_the_older_contract_a_tenant_installs_without_consent() {
    let (world, id) = world("put", Consents::Set(false)).await;
    assert_eq!(consents(&world), Some(false));
    let tenant = world.tenant_side(WRITER_T2, T2).await;
    assert_eq!(class(tenant.installation(&id).await), Class::NotFound);
    assert_eq!(tenant.declared(&id).await, Ok(Permissions::default()));
    let installed = tenant.install(&id, &Permissions::default()).await.unwrap();
    assert_eq!(installed.permissions, Permissions::default());
    assert!(!installed.created_at.is_empty() && !installed.is_outdated());
    assert_eq!(tenant.installation(&id).await, Ok(installed));
    assert_eq!(tenant.availability(&id).await, Ok(Availability::Available));
    tenant.uninstall(&id).await.unwrap();
    assert_eq!(class(tenant.uninstall(&id).await), Class::NotFound);
    assert_eq!(class(tenant.installation(&id).await), Class::NotFound);
    let path = format!("/v1/applications/{id}");
    let expected = [
        format!("GET {path}"),
        format!("GET {path}"),
        format!("PUT {path}/installation"),
        format!("GET {path}"),
        format!("GET {path}"),
        format!("DELETE {path}/installation"),
        format!("DELETE {path}/installation"),
        format!("GET {path}"),
    ];
    assert_eq!(world.requests().await, expected);
}

#[tokio::test]
async fn an_installation_that_is_there_already_is_a_conflict_also_where_the_platform_would_repeat_its_answer() {
    let (world, id) = world("put", Consents::Set(false)).await;
    let tenant = world.tenant_side(WRITER_T2, T2).await;
    let first = tenant.install(&id, &Permissions::default()).await.unwrap();
    assert_eq!(
        class(tenant.install(&id, &Permissions::default()).await),
        Class::Conflict
    );
    assert_eq!(tenant.installation(&id).await, Ok(first));
    assert_eq!(world.commits("install").await, 1);
}

#[tokio::test]
async fn the_older_contract_is_found_out_by_reads_once_for_all_tenants() {
    let (world, id) = world("put", UNKNOWN).await;
    assert_eq!(consents(&world), None);
    let tenant = world.tenant_side(WRITER_T2, T2).await;
    assert_eq!(tenant.declared(&id).await, Ok(Permissions::default()));
    assert_eq!(consents(&world), Some(false));
    let path = format!("/v1/applications/{id}");
    let found = [
        format!("GET {path}/permissions"),
        format!("GET {path}"),
        format!("GET {path}/permissions"),
    ];
    assert_eq!(world.requests().await, found);
    world.forget_requests().await;
    tenant.install(&id, &Permissions::default()).await.unwrap();
    let again = world.tenant_side(WRITER_T2, T2).await;
    assert_eq!(again.declared(&id).await, Ok(Permissions::default()));
    again.installation(&id).await.unwrap();
    let known = [
        format!("GET {path}"),
        format!("PUT {path}/installation"),
        format!("GET {path}"),
    ];
    assert_eq!(world.requests().await, known);
}

#[tokio::test]
async fn the_newer_contract_is_found_out_by_the_read_that_is_needed_anyway() {
    for method in ["post", "both"] {
        let (world, id) = world(method, UNKNOWN).await;
        let tenant = world.tenant_side(WRITER_T2, T2).await;
        let declared = permissions(&[DEVICES_BASE_DATA_READ]);
        assert_eq!(tenant.declared(&id).await, Ok(declared.clone()));
        assert_eq!(consents(&world), Some(true), "{method}");
        tenant.install(&id, &declared).await.unwrap();
        let path = format!("/v1/applications/{id}");
        let expected = [format!("GET {path}/permissions"), format!("POST {path}/installation")];
        assert_eq!(world.requests().await, expected, "{method}");
    }
}

#[tokio::test]
async fn of_an_application_that_is_not_visible_nothing_is_concluded() {
    for method in ["put", "post"] {
        let (world, id) = world(method, UNKNOWN).await;
        let tenant = world.tenant_side(WRITER_T3, T3).await;
        assert_eq!(class(tenant.declared(&id).await), Class::NotFound, "{method}");
        assert_eq!(class(tenant.installation(&id).await), Class::NotFound, "{method}");
        assert_eq!(consents(&world), None, "{method}");
    }
}

#[tokio::test]
async fn while_the_platform_is_away_nothing_is_concluded() {
    let (world, id) = world("put", UNKNOWN).await;
    let tenant = world.tenant_side(WRITER_T2, T2).await;
    let path = format!("/v1/applications/{id}/permissions");
    world.fault("GET", &path, json!({"kind": "error", "status": 503})).await;
    assert_eq!(class(tenant.declared(&id).await), Class::Transient);
    assert_eq!(consents(&world), None);
    assert_eq!(tenant.declared(&id).await, Ok(Permissions::default()));
    assert_eq!(consents(&world), Some(false));
}

#[tokio::test]
async fn a_contract_that_was_found_out_and_is_refused_is_found_out_anew_and_one_that_was_set_is_not() {
    let (world, id) = self::world("post", Consents::Found(Some(false))).await;
    let tenant = world.tenant_side(WRITER_T2, T2).await;
    assert_eq!(
        class(tenant.install(&id, &Permissions::default()).await),
        Class::Invalid
    );
    assert_eq!(consents(&world), None);
    let declared = tenant.declared(&id).await.unwrap();
    tenant.install(&id, &declared).await.unwrap();

    let (world, id) = self::world("post", Consents::Set(false)).await;
    let tenant = world.tenant_side(WRITER_T2, T2).await;
    assert_eq!(
        class(tenant.install(&id, &Permissions::default()).await),
        Class::Invalid
    );
    assert_eq!(consents(&world), Some(false));
}
