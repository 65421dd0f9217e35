//! What becomes of the answers.

use serde_json::{Value, from_value, json};

use super::*;

fn application(more: &Value) -> Application {
    let mut whole = json!({"id": "a-1", "name": "n", "oauth2Client": {"id": "c-1", "type": "confidental"}});
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    from_value(whole).unwrap()
}

#[test]
fn unknown_members_and_either_spelling_are_accepted() {
    for spelling in ["confidental", "confidential"] {
        let client = json!({"id": "c-1", "secret": "s-1", "type": spelling, "more": 1});
        let created: Created = from_value(json!({"id": "a-1", "oauth2Client": client, "more": {}})).unwrap();
        let registered = created.registered(true);
        assert_eq!(
            (registered.client_id.0.as_str(), registered.client_secret.expose()),
            ("c-1", "s-1")
        );
    }
}

#[test]
fn a_create_answered_without_secret_has_an_empty_one() {
    for client in [json!({"id": "c-1"}), json!({"id": "c-1", "secret": null})] {
        let created: Created = from_value(json!({"id": "a-1", "oauth2Client": client})).unwrap();
        assert!(created.registered(true).client_secret.is_empty());
    }
}

#[test]
fn a_public_client_is_read_under_either_of_its_names() {
    for name in ["publicOauth2Client", "oauth2PublicClient"] {
        let more = json!({name: {"id": "p-1", "type": "public"}, "withPublicOauth2Client": true, "status": "inactive"});
        let seen = application(&more).in_full(true);
        assert_eq!(seen.public_client_id, Some("p-1".into()));
        assert!(seen.registration.public_client && seen.registration.suspended);
    }
    let bare = application(&json!({"status": "active"})).in_full(true);
    assert_eq!(bare.public_client_id, None);
    assert!(!bare.registration.public_client && !bare.registration.suspended);
}

#[test]
fn absent_and_null_members_read_alike() {
    let null = json!({"teaserDescription": null, "url": null, "redirectUris": null, "permissions": null});
    assert_eq!(application(&null).in_full(true), application(&json!({})).in_full(true));
}

#[test]
fn the_marker_is_told_apart_from_the_text_only_where_markers_are_in_use() {
    let field = json!({"teaserDescription": "text [reg:AAAAAAAAAAAAAAAA]"});
    let seen = application(&field).in_full(true).registration;
    assert_eq!(
        (seen.description.as_str(), seen.marker),
        ("text", Marker::parse("AAAAAAAAAAAAAAAA"))
    );
    let seen = application(&field).in_full(false).registration;
    assert_eq!(
        (seen.description.as_str(), seen.marker),
        ("text [reg:AAAAAAAAAAAAAAAA]", None)
    );
    assert_eq!(
        application(&field).listed(true).marker,
        Marker::parse("AAAAAAAAAAAAAAAA")
    );
    assert_eq!(application(&field).listed(false).marker, None);
}

#[test]
fn a_refusal_is_told_by_code_and_message_as_far_as_they_are_there() {
    let told = |body: Value| complaint(body.to_string().as_bytes());
    assert_eq!(
        told(json!({"errorCode": "C", "errorMessage": "m", "x": 1})),
        Some("C: m".to_owned())
    );
    assert_eq!(told(json!({"errorCode": "C"})), Some("C".to_owned()));
    assert_eq!(told(json!({"message": "m"})), None);
    assert_eq!(complaint(b"<html>"), None);
}
