//! The owner's verbs, one request each.

use oauth_registrar::domain::failure::Class;
use oauth_registrar::domain::registration::{Change, Permissions, Registration};
use serde_json::json;
use simulator::fixture::{DEVICES_BASE_DATA_READ, T1, T2, T3};

use crate::world::{DEV, PATIENT, World, allowed, class, marker, permissions, registration};

#[tokio::test]
async fn register_returns_the_secret_and_everything_is_there_afterwards() {
    let world = World::start().await;
    let registered = world.register("billing-sync").await;
    let stored = world.stored(&registered.application_id).await;
    assert_eq!(stored["secret"], registered.client_secret.expose());
    assert_eq!(stored["client_id"], registered.client_id.0.as_str());
    assert_eq!(world.requests().await, [format!("POST {DEV}")]);

    let seen = world.platform.read(&registered.application_id).await.unwrap();
    let wanted = registration("billing-sync");
    assert_eq!(
        (seen.client_id, &seen.application_id),
        (registered.client_id, &registered.application_id)
    );
    assert!(registered.complete && registered.public_client_id.is_some());
    assert_eq!(seen.public_client_id, registered.public_client_id);
    assert_eq!(
        seen.registration,
        Registration {
            allowed_tenants: vec![],
            ..wanted.clone()
        }
    );
    assert!(Change::between(&wanted, &seen.registration).is_empty());
    let rows = world
        .platform
        .allowed_tenants(&registered.application_id)
        .await
        .unwrap();
    assert_eq!(rows, wanted.allowed_tenants);
}

#[tokio::test]
async fn a_registration_of_the_name_alone_is_accepted_and_read_back() {
    let world = World::start().await;
    let bare = Registration {
        name: "bare".into(),
        ..Registration::default()
    };
    let registered = world.platform.register(&bare, PATIENT).await.unwrap();
    assert_eq!(
        world
            .platform
            .read(&registered.application_id)
            .await
            .unwrap()
            .registration,
        bare
    );
}

#[tokio::test]
async fn a_suspended_application_is_registered_active_and_suspended_by_the_update_that_follows() {
    let world = World::start().await;
    let wanted = Registration {
        suspended: true,
        ..registration("billing-sync")
    };
    let registered = world.platform.register(&wanted, PATIENT).await.unwrap();
    assert!(!registered.complete);
    let id = registered.application_id;
    let seen = world.platform.read(&id).await.unwrap().registration;
    let change = Change::between(&wanted, &seen);
    assert_eq!(change.suspended, Some(true));
    world.platform.update(&id, &change).await.unwrap();
    let seen = world.platform.read(&id).await.unwrap().registration;
    assert!(Change::between(&wanted, &seen).is_empty());
}

#[tokio::test]
async fn each_public_client_that_is_added_has_another_id() {
    let world = World::start().await;
    let first = world.register("billing-sync").await;
    let id = first.application_id;
    for public_client in [false, true] {
        let public_client = Some(public_client);
        let change = Change {
            public_client,
            ..Change::default()
        };
        world.platform.update(&id, &change).await.unwrap();
        let seen = world.platform.read(&id).await.unwrap();
        assert_eq!(seen.public_client_id.is_some(), seen.registration.public_client);
        assert_ne!(seen.public_client_id, first.public_client_id);
    }
}

#[tokio::test]
async fn a_taken_name_is_a_conflict_and_changes_nothing() {
    let world = World::start().await;
    world.register("billing-sync").await;
    let failure = world
        .platform
        .register(&registration("billing-sync"), PATIENT)
        .await
        .unwrap_err();
    assert_eq!(failure.class, Class::Conflict);
    assert!(
        failure.detail.contains(&format!("{DEV} answered 409 APP_CONFLICT: ")),
        "{}",
        failure.detail
    );
    assert_eq!(world.population().await, 1);
}

#[tokio::test]
async fn a_registration_that_breaks_the_schema_is_invalid() {
    let world = World::start().await;
    let failure = world
        .platform
        .register(&registration("a.b"), PATIENT)
        .await
        .unwrap_err();
    assert_eq!(failure.class, Class::Invalid);
    assert!(
        failure.detail.contains("answered 400 APP_VALIDATION: "),
        "{}",
        failure.detail
    );
}

#[tokio::test]
async fn update_changes_the_named_members_and_leaves_the_others_alone() {
    let world = World::start().await;
    let id = world.register("billing-sync").await.application_id;
    world.forget_requests().await;
    let change = Change {
        name: Some("renamed".into()),
        redirect_uris: Some(vec![]),
        ..Change::default()
    };
    world.platform.update(&id, &change).await.unwrap();
    world.platform.update(&id, &change).await.unwrap();
    assert_eq!(world.requests().await, vec![format!("PATCH {DEV}/{id}"); 2]);

    let seen = world.platform.read(&id).await.unwrap().registration;
    let expected = Registration {
        name: "renamed".into(),
        redirect_uris: vec![],
        allowed_tenants: vec![],
        ..registration("billing-sync")
    };
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn every_difference_is_removed_by_one_update() {
    let world = World::start().await;
    let id = world.register("billing-sync").await.application_id;
    let wanted = Registration {
        description: String::new(),
        marker: Some(marker("other")),
        client_uri: "https://other.example.com".into(),
        redirect_uris: vec!["https://b.example.com/".into(), "https://a.example.com/".into()],
        permissions: Permissions {
            user: permissions(&[DEVICES_BASE_DATA_READ]).client,
            ..Permissions::default()
        },
        suspended: true,
        public_client: false,
        allowed_tenants: vec![],
        name: "renamed".into(),
    };
    let seen = world.platform.read(&id).await.unwrap().registration;
    world
        .platform
        .update(&id, &Change::between(&wanted, &seen))
        .await
        .unwrap();
    assert_eq!(world.platform.read(&id).await.unwrap().registration, wanted);
    assert_eq!(world.commits("change").await, 1);
}

#[tokio::test]
async fn a_description_without_marker_can_be_cleared() {
    let world = World::start().await;
    let id = world.register("billing-sync").await.application_id;
    let change = Change {
        description: Some((String::new(), None)),
        ..Change::default()
    };
    world.platform.update(&id, &change).await.unwrap();
    let seen = world.platform.read(&id).await.unwrap().registration;
    assert_eq!((seen.description.as_str(), seen.marker), ("", None));
}

#[tokio::test]
async fn a_client_uri_cannot_be_cleared_and_nothing_is_sent() {
    let world = World::start().await;
    let id = world.register("billing-sync").await.application_id;
    world.forget_requests().await;
    let change = Change {
        client_uri: Some(String::new()),
        name: Some("renamed".into()),
        ..Change::default()
    };
    let failure = world.platform.update(&id, &change).await.unwrap_err();
    assert_eq!(failure.class, Class::Invalid);
    assert_eq!(
        failure.detail,
        "clientUri: the platform cannot clear `url` once it is set"
    );
    world.platform.update(&id, &Change::default()).await.unwrap();
    assert!(world.requests().await.is_empty());
}

#[tokio::test]
async fn a_change_to_a_taken_name_is_a_conflict() {
    let world = World::start().await;
    world.register("taken").await;
    let id = world.register("billing-sync").await.application_id;
    let change = Change {
        name: Some("taken".into()),
        ..Change::default()
    };
    assert_eq!(class(world.platform.update(&id, &change).await), Class::Conflict);
}

#[tokio::test]
async fn allowed_tenants_are_put_and_taken_back_row_by_row() {
    let world = World::start().await;
    let id = world.register("billing-sync").await.application_id;
    for comment in ["south", "south-west", ""] {
        world.platform.allow(&id, &allowed(T2, comment)).await.unwrap();
        let rows = world.platform.allowed_tenants(&id).await.unwrap();
        assert_eq!(rows, [allowed(T1, "north"), allowed(T2, comment)]);
    }
    world.platform.disallow(&id, &T1.into()).await.unwrap();
    world.platform.disallow(&id, &T1.into()).await.unwrap();
    world.platform.disallow(&id, &T3.into()).await.unwrap();
    assert_eq!(world.platform.allowed_tenants(&id).await.unwrap(), [allowed(T2, "")]);
    assert_eq!((world.commits("allow").await, world.commits("disallow").await), (3, 1));
}

#[tokio::test]
async fn more_allowed_tenants_than_fit_on_a_page_are_all_listed() {
    let world = World::start().await;
    let id = world.register("billing-sync").await.application_id;
    let tenant = |n| format!("99999999-0000-4000-8000-{n:012}");
    let puts: Vec<_> = (0..130)
        .map(|n| json!({"op": "allowed.put", "id": id.0, "tenant": tenant(n), "comment": "c"}))
        .collect();
    world.operate(json!(puts)).await;
    assert_eq!(world.platform.allowed_tenants(&id).await.unwrap().len(), 131);
}

#[tokio::test]
async fn deregister_removes_the_client_and_a_second_one_finds_none() {
    let world = World::start().await;
    let id = world.register("billing-sync").await.application_id;
    world.forget_requests().await;
    world.platform.deregister(&id, PATIENT).await.unwrap();
    assert_eq!(class(world.platform.deregister(&id, PATIENT).await), Class::NotFound);
    assert_eq!(class(world.platform.read(&id).await), Class::NotFound);
    assert_eq!(class(world.platform.rotate(&id, PATIENT).await), Class::NotFound);
    assert_eq!(class(world.platform.allowed_tenants(&id).await), Class::NotFound);
    let path = format!("{DEV}/{id}");
    let expected = [
        format!("DELETE {path}"),
        format!("DELETE {path}"),
        format!("GET {path}"),
        format!("POST {path}/secret"),
        format!("GET {path}/allowed-tenants?page=0&pageSize=100"),
    ];
    assert_eq!(world.requests().await, expected);
}
