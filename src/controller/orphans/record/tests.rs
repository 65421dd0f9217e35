//! What a record keeps, and what tells it from others.

use super::*;

fn record() -> Record {
    Record {
        state: State::Waiting,
        platform: PlatformKey::cluster_wide("olt"),
        platform_uid: Some("uid-p".into()),
        instance: "i".into(),
        resource: Some(Origin {
            namespace: "billing".into(),
            name: "sync".into(),
            uid: "uid-1".into(),
        }),
        tenants: vec!["t1".into(), "t2".into()],
        since: "2026-01-01T00:00:00Z".into(),
        orphan: Orphan {
            client: Some(LeftClient {
                application_id: "app-1".into(),
                client_id: Some("client-1".into()),
                told: true,
            }),
            marker: Some(Marker::of("i", "id", "billing", "sync")),
            scan: true,
            possible: 0,
            identity: Some(("https://id".into(), "owner".into())),
            why: "it is away".into(),
        },
    }
}

#[test]
fn what_is_on_record_survives_its_config_map() {
    let mut bare = record();
    bare.state = State::Possible;
    bare.platform.namespace = Some("billing".into());
    (bare.platform_uid, bare.resource, bare.tenants) = (None, None, vec![]);
    bare.orphan = Orphan {
        client: None,
        marker: None,
        scan: false,
        possible: 3,
        identity: None,
        why: String::new(),
    };
    for record in [record(), bare] {
        assert_eq!(Record::parse(&record.config_map()), Some(record));
    }
}

#[test]
fn a_config_map_without_a_known_state_is_no_record() {
    let mut map = record().config_map();
    map.labels_mut().insert(ORPHAN.into(), "else".into());
    assert_eq!(Record::parse(&map), None);
    map.metadata.labels = None;
    assert_eq!(Record::parse(&map), None);
}

#[test]
fn the_same_client_of_the_same_resource_has_one_name_whatever_is_told_of_it() {
    let other_words = || {
        let mut other = record();
        other.state = State::NotOurs;
        other.tenants = vec![];
        other.orphan.why = "something else".into();
        other
    };
    assert_eq!(record().name(), other_words().name());
    let mut names = std::collections::BTreeSet::from([record().name()]);
    let mut another = record();
    another.resource = another.resource.map(|r| Origin {
        uid: "uid-2".into(),
        ..r
    });
    names.insert(another.name());
    let mut by_marker = record();
    by_marker.orphan.client = None;
    names.insert(by_marker.name());
    by_marker.orphan.possible = 1;
    names.insert(by_marker.name());
    assert_eq!(names.len(), 4);
    assert!(names.iter().all(|name| name.len() <= 63));
}
