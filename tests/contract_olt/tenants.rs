//! The tenant's side, with the tenant's own token.

use oauth_registrar::domain::access::Access;
use oauth_registrar::domain::failure::Class;
use oauth_registrar::domain::port::Availability;
use oauth_registrar::domain::registration::{ApplicationId, Permissions};
use simulator::fixture::{DEVICES_BASE_DATA_READ, T1, T2, T3, WRITER_T1, WRITER_T2, WRITER_T3};

use crate::world::{PATIENT, World, allowed, class, permissions};

/// An application that the second tenant may install.
async fn application(world: &World) -> ApplicationId {
    let id = world.register("billing-sync").await.application_id;
    world.platform.allow(&id, &allowed(T2, "south")).await.unwrap();
    world.forget_requests().await;
    id
}

#[tokio::test]
async fn a_tenant_installs_reads_and_uninstalls_with_one_request_each() {
    let world = World::start().await;
    let id = application(&world).await;
    let tenant = world.tenant_side(WRITER_T2, T2).await;
    assert_eq!(tenant.tenant_id(), &T2.into());
    assert_eq!(class(tenant.installation(&id).await), Class::NotFound);

    let declared = tenant.declared(&id).await.unwrap();
    assert_eq!(declared, permissions(&[DEVICES_BASE_DATA_READ]));
    let installed = tenant.install(&id, &declared).await.unwrap();
    assert_eq!((installed.status.as_str(), &installed.permissions), ("ok", &declared));
    assert!(!installed.created_at.is_empty());
    assert_eq!(tenant.installation(&id).await, Ok(installed));
    assert_eq!(class(tenant.install(&id, &declared).await), Class::Conflict);

    tenant.uninstall(&id).await.unwrap();
    assert_eq!(class(tenant.uninstall(&id).await), Class::NotFound);
    let path = format!("/v1/applications/{id}");
    let expected = [
        format!("GET {path}/installation"),
        format!("GET {path}/permissions"),
        format!("POST {path}/installation"),
        format!("GET {path}/installation"),
        format!("POST {path}/installation"),
        format!("DELETE {path}/installation"),
        format!("DELETE {path}/installation"),
    ];
    assert_eq!(world.requests().await, expected);
}

#[tokio::test]
async fn a_consent_that_is_not_the_declared_one_is_invalid() {
    let world = World::start().await;
    let id = application(&world).await;
    let tenant = world.tenant_side(WRITER_T2, T2).await;
    assert_eq!(
        class(tenant.install(&id, &Permissions::default()).await),
        Class::Invalid
    );
    assert_eq!(world.commits("install").await, 0);
}

#[tokio::test]
async fn a_tenant_that_is_not_allowed_sees_nothing() {
    let world = World::start().await;
    let id = application(&world).await;
    let tenant = world.tenant_side(WRITER_T3, T3).await;
    assert_eq!(class(tenant.declared(&id).await), Class::NotFound);
    assert_eq!(
        class(tenant.install(&id, &permissions(&[DEVICES_BASE_DATA_READ])).await),
        Class::NotFound
    );
}

#[tokio::test]
async fn a_tenant_whose_row_is_taken_back_cannot_install_again() {
    let world = World::start().await;
    let id = application(&world).await;
    let tenant = world.tenant_side(WRITER_T2, T2).await;
    let declared = tenant.declared(&id).await.unwrap();
    tenant.install(&id, &declared).await.unwrap();
    world.platform.disallow(&id, &T2.into()).await.unwrap();
    tenant.uninstall(&id).await.unwrap();
    assert_eq!(class(tenant.install(&id, &declared).await), Class::NotFound);
}

#[tokio::test]
async fn an_installation_is_outdated_once_the_application_declares_more() {
    let world = World::start().await;
    let id = application(&world).await;
    let tenant = world.tenant_side(WRITER_T2, T2).await;
    tenant.install(&id, &tenant.declared(&id).await.unwrap()).await.unwrap();
    let change = oauth_registrar::domain::registration::Change {
        permissions: Some(Permissions::default()),
        ..Default::default()
    };
    world.platform.update(&id, &change).await.unwrap();
    let seen = tenant.installation(&id).await.unwrap();
    assert_eq!(
        (seen.status.as_str(), seen.permissions),
        ("outdated", permissions(&[DEVICES_BASE_DATA_READ]))
    );
    let consented = tenant.reconsent(&id, &Permissions::default()).await.unwrap();
    assert_eq!(
        (consented.status.as_str(), &consented.permissions),
        ("ok", &Permissions::default())
    );
    assert_eq!(tenant.installation(&id).await, Ok(consented));
    let too_much = permissions(&[DEVICES_BASE_DATA_READ]);
    assert_eq!(class(tenant.reconsent(&id, &too_much).await), Class::Invalid);
    tenant.uninstall(&id).await.unwrap();
    assert_eq!(
        class(tenant.reconsent(&id, &Permissions::default()).await),
        Class::NotFound
    );
}

#[tokio::test]
async fn whether_a_tenant_may_use_an_application_is_told_in_words() {
    let world = World::start().await;
    let id = application(&world).await;
    let tenant = world.tenant_side(WRITER_T2, T2).await;
    tenant.install(&id, &tenant.declared(&id).await.unwrap()).await.unwrap();
    assert_eq!(tenant.availability(&id).await, Ok(Availability::Available));
    world.platform.disallow(&id, &T2.into()).await.unwrap();
    assert_eq!(tenant.availability(&id).await, Ok(Availability::Denied));
    let suspended = oauth_registrar::domain::registration::Change {
        suspended: Some(true),
        ..Default::default()
    };
    world.platform.update(&id, &suspended).await.unwrap();
    assert_eq!(tenant.availability(&id).await, Ok(Availability::Suspended));
    world.platform.deregister(&id, PATIENT).await.unwrap();
    assert_eq!(tenant.availability(&id).await, Ok(Availability::Deleted));
    tenant.uninstall(&id).await.unwrap();
    assert_eq!(class(tenant.availability(&id).await), Class::NotFound);
}

#[tokio::test]
async fn a_credential_without_tenant_opens_no_tenant_side() {
    let world = World::start().await;
    let token = world.token(WRITER_T1, None).await;
    let failure = world
        .platform
        .tenant(Some(Access::ApiToken(token)), &T1.into())
        .err()
        .unwrap();
    assert_eq!(
        (failure.class, failure.detail.as_str()),
        (Class::Invalid, "the token holds no tenant claim")
    );
    let owner = world.tenant_side(WRITER_T1, T1).await;
    assert_eq!(owner.tenant_id(), &T1.into());
}
