//! Who we are there, and what our token and our ids do not reach.

use oauth_registrar::domain::failure::Class;
use oauth_registrar::domain::port::{Capabilities, Rotation, Unique};
use oauth_registrar::domain::registration::ApplicationId;
use simulator::fixture::{PERMISSIONS, READER_T1, T1, T2, WRITER_T1, WRITER_T2};

use crate::world::{DEV, PATIENT, World, class, registration};

#[tokio::test]
async fn identify_tells_issuer_owner_and_token_endpoint_with_one_read() {
    let world = World::start().await;
    let identity = world.platform.identify().await.unwrap();
    assert!(
        identity.issuer.ends_with("/v1/id/auth/realms/olt"),
        "{}",
        identity.issuer
    );
    assert_eq!(
        identity.token_endpoint,
        format!("{}/protocol/openid-connect/token", identity.issuer)
    );
    assert_eq!(identity.owner, T1.into());
    assert_eq!(world.platform.identify().await, Ok(identity));
    assert_eq!(
        world.requests().await,
        ["GET /v1/id/auth/realms/olt/.well-known/openid-configuration"]
    );
    assert_eq!(
        world.platform.capabilities(),
        Capabilities {
            unique: Unique::Names,
            marks: true,
            rotation: Rotation::HardCut,
            consents: Some(true),
        }
    );
}

#[tokio::test]
async fn a_token_without_tenant_cannot_be_identified() {
    let world = World::start().await;
    let platform = world.connection(world.token(WRITER_T1, None).await);
    let failure = platform.identify().await.unwrap_err();
    assert_eq!(
        (failure.class, failure.detail.as_str()),
        (Class::Invalid, "the token holds no tenant claim")
    );
    assert!(world.requests().await.is_empty());
}

#[tokio::test]
async fn permissions_are_listed_by_alias_and_id() {
    let world = World::start().await;
    let known = world.platform.permissions().await.unwrap();
    let expected: Vec<_> = PERMISSIONS.iter().map(|(id, alias, ..)| (*id, *alias)).collect();
    assert_eq!(
        known
            .iter()
            .map(|one| (one.id.as_str(), one.alias.as_str()))
            .collect::<Vec<_>>(),
        expected
    );
    assert_eq!(world.requests().await, ["GET /v1/permissions"]);
}

#[tokio::test]
async fn a_client_of_another_owner_is_not_found() {
    let world = World::start().await;
    let id = world.register("billing-sync").await.application_id;
    let other = world.connection(world.token(WRITER_T2, Some(T2)).await);
    assert_eq!(class(other.read(&id).await), Class::NotFound);
    assert_eq!(class(other.deregister(&id, PATIENT).await), Class::NotFound);
    assert!(other.scan().await.unwrap().is_empty());
    assert_eq!(world.population().await, 1);
}

#[tokio::test]
async fn an_id_from_outside_cannot_reach_another_path() {
    let world = World::start().await;
    world.register("billing-sync").await;
    world.forget_requests().await;
    for id in ["", ".", ".."] {
        assert_eq!(
            class(world.platform.deregister(&ApplicationId::from(id), PATIENT).await),
            Class::Invalid,
            "{id:?}"
        );
    }
    assert!(world.requests().await.is_empty());
    assert_eq!(
        class(
            world
                .platform
                .deregister(&ApplicationId::from("a/../b?c#d"), PATIENT)
                .await
        ),
        Class::Invalid
    );
    assert_eq!(world.requests().await, [format!("DELETE {DEV}/a%2F..%2Fb%3Fc%23d")]);
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_unauthorized_and_one_without_the_right_forbidden() {
    let world = World::start().await;
    let expired = world.connection(world.expired_token().await);
    assert_eq!(class(expired.permissions().await), Class::Unauthorized);
    assert_eq!(
        class(expired.register(&registration("billing-sync"), PATIENT).await),
        Class::Unauthorized
    );
    let reader = world.connection(world.token(READER_T1, Some(T1)).await);
    assert_eq!(
        class(reader.register(&registration("billing-sync"), PATIENT).await),
        Class::Forbidden
    );
    assert!(reader.scan().await.unwrap().is_empty());
    assert_eq!(world.population().await, 0);
}
