//! The platform does what the contract of OLT says, as far as it is modelled.

use oauth_registrar::domain::credentials::{AuthMethod, Credentials, SecretText};
use oauth_registrar::domain::failure::Class;
use oauth_registrar::domain::marker::Marker;
use oauth_registrar::domain::port::{Capabilities, Proof, Unique};
use oauth_registrar::domain::registration::{AllowedTenant, Change, Registration};

use super::Store;

fn wanted(name: &str) -> Registration {
    Registration {
        name: name.into(),
        marker: Some(Marker::of("instance", name, "ns", name)),
        ..Registration::default()
    }
}

fn credentials(client_id: &str, client_secret: &str) -> Credentials {
    let client_secret = SecretText::new(client_secret.into());
    Credentials {
        client_id: client_id.into(),
        client_secret,
        method: AuthMethod::ClientSecretBasic,
    }
}

#[test]
fn a_name_can_be_registered_once_where_names_are_unique() {
    let mut store = Store::default();
    store.register(&wanted("one")).unwrap();
    assert_eq!(store.register(&wanted("one")).unwrap_err().class, Class::Conflict);
    store.capabilities = Capabilities {
        unique: Unique::Nothing,
        ..store.capabilities
    };
    store.register(&wanted("one")).unwrap();
    assert_eq!(store.clients.len(), 2);
}

#[test]
fn only_the_last_secret_obtains_a_token() {
    let mut store = Store::default();
    let new = store.register(&wanted("one")).unwrap();
    let first = credentials(&new.client_id.0, new.client_secret.expose());
    assert_eq!(store.prove(&first), Proof::Works);
    let rotated = store.rotate(&new.application_id).unwrap();
    assert_eq!(store.prove(&first), Proof::WrongSecret);
    assert_eq!(
        store.prove(&credentials(&new.client_id.0, rotated.expose())),
        Proof::Works
    );
    store.deregister(&new.application_id).unwrap();
    assert_eq!(store.prove(&first), Proof::UnknownClient);
}

#[test]
fn a_scan_shows_the_marker_and_an_update_can_move_it() {
    let mut store = Store::default();
    let id = store.register(&wanted("one")).unwrap().application_id;
    assert_eq!(store.scan().unwrap()[0].marker, wanted("one").marker);
    let change = Change {
        description: Some(("text".into(), None)),
        ..Change::default()
    };
    store.update(&id, &change).unwrap();
    assert_eq!(
        (
            store.scan().unwrap()[0].marker.clone(),
            store.read(&id).unwrap().registration.description
        ),
        (None, "text".into())
    );
}

#[test]
fn allowed_tenants_are_kept_row_by_row_and_are_no_part_of_what_is_read() {
    let mut store = Store::default();
    let id = store.register(&wanted("one")).unwrap().application_id;
    for comment in ["a", "b"] {
        store
            .allow(
                &id,
                &AllowedTenant {
                    tenant_id: "t".into(),
                    comment: comment.into(),
                },
            )
            .unwrap();
    }
    assert_eq!(store.allowed_tenants(&id).unwrap()[0].comment, "b");
    assert_eq!(store.read(&id).unwrap().registration.allowed_tenants.len(), 0);
    store.disallow(&id, &"t".into()).unwrap();
    assert_eq!(store.allowed_tenants(&id).unwrap().len(), 0);
}

#[test]
fn what_is_gone_is_not_found() {
    let mut store = Store::default();
    assert_eq!(store.rotate(&"app-1".into()).unwrap_err().class, Class::NotFound);
    assert_eq!(store.read(&"app-1".into()).unwrap_err().class, Class::NotFound);
    assert_eq!(store.deregister(&"app-1".into()).unwrap_err().class, Class::NotFound);
}
