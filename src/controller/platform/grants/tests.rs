//! Who is granted what, and what is said to who is not.

use super::*;
use crate::api::grant::GrantedNamespaces;

const NORTH: &str = "22222222-2222-4222-8222-222222222222";

fn grant(tenants: &[&str], permissions: &[&str]) -> Grant {
    let texts = |values: &[&str]| values.iter().map(ToString::to_string).collect();
    Grant {
        namespaces: GrantedNamespaces {
            names: vec!["billing".into()],
            selector: None,
        },
        tenant_ids: texts(tenants),
        permissions: texts(permissions),
        max_applications: None,
    }
}

fn known() -> Vec<KnownPermission> {
    vec![KnownPermission {
        id: "p1".into(),
        alias: "devices:read".into(),
    }]
}

fn olt() -> PlatformKey {
    PlatformKey::cluster_wide("olt")
}

fn declared(id: &str) -> Permissions {
    Permissions {
        client: BTreeSet::from([id.into()]),
        user: BTreeSet::new(),
    }
}

#[test]
fn without_a_grant_nothing_is_granted() {
    let granted = Granted::of(&[grant(&["*"], &["*"])], "other", &Labels::Unread, &known());
    assert!(granted.is_none());
    assert!(granted.permits_tenant(NORTH, "f", "other", &olt()).is_err());
    assert!(
        granted
            .permits_permissions(&declared("p1"), "f", "other", &olt())
            .is_err()
    );
}

#[test]
fn what_a_grant_leaves_out_is_not_granted() {
    let granted = Granted::of(&[grant(&[], &[])], "billing", &Labels::Unread, &known());
    assert!(!granted.is_none());
    assert!(granted.permits_tenant(NORTH, "f", "billing", &olt()).is_err());
    assert!(
        granted
            .permits_permissions(&declared("p1"), "f", "billing", &olt())
            .is_err()
    );
    assert!(
        granted
            .permits_permissions(&Permissions::default(), "f", "billing", &olt())
            .is_ok()
    );
}

#[test]
fn grants_are_united_and_aliases_count_as_their_ids() {
    let granted = Granted::of(
        &[grant(&[NORTH], &[]), grant(&[], &["devices:read"])],
        "billing",
        &Labels::Unread,
        &known(),
    );
    assert!(granted.permits_tenant(NORTH, "f", "billing", &olt()).is_ok());
    assert!(
        granted
            .permits_permissions(&declared("p1"), "f", "billing", &olt())
            .is_ok()
    );
    assert!(
        granted
            .permits_permissions(&declared("p2"), "f", "billing", &olt())
            .is_err()
    );
}

#[test]
fn a_star_grants_any() {
    let granted = Granted::of(&[grant(&["*"], &["*"])], "billing", &Labels::Unread, &known());
    assert!(granted.permits_tenant("any", "f", "billing", &olt()).is_ok());
    assert!(
        granted
            .permits_permissions(&declared("p9"), "f", "billing", &olt())
            .is_ok()
    );
}

#[test]
fn the_refusal_names_the_field_and_the_cure() {
    let granted = Granted::of(&[grant(&[], &[])], "billing", &Labels::Unread, &known());
    let trouble = granted
        .permits_tenant(NORTH, "spec.olt.allowedTenants", "billing", &olt())
        .unwrap_err();
    assert_eq!(trouble.reason, Reason::NotGranted);
    assert!(trouble.message.contains("spec.olt.allowedTenants") && trouble.message.contains(NORTH));
    assert!(trouble.message.contains("tenantIds"));
}

#[test]
fn the_largest_number_of_places_holds_and_a_grant_without_one_sets_no_bound() {
    let places = |numbers: &[Option<i64>]| {
        let grant = |places: &Option<i64>| Grant {
            max_applications: *places,
            ..grant(&[], &[])
        };
        let grants: Vec<Grant> = numbers.iter().map(grant).collect();
        Granted::of(&grants, "billing", &Labels::Unread, &known()).places()
    };
    assert_eq!(places(&[Some(2), Some(20), Some(3)]), Some(20));
    assert_eq!(places(&[Some(2), None]), None);
    assert_eq!(places(&[Some(0)]), Some(0));
    assert_eq!(places(&[]), Some(0), "nothing is granted");
}

#[test]
fn the_refusal_of_one_more_tells_the_number_and_who_comes_before() {
    let granted = Granted::of(&[grant(&[], &[])], "billing", &Labels::Unread, &known());
    let told = |before: &[String]| granted.refusal_of_more(2, before, "billing", &olt()).message;
    let before: Vec<String> = (1..=7).map(|number| format!("app-{number}")).collect();
    let begins = "maxApplications: namespace billing may have 2 applications at ClusterOAuthPlatform olt.";
    assert!(told(&before[..2]).starts_with(&format!("{begins} app-1, app-2 have a place or come first. Delete one")));
    assert!(
        told(&before).contains("app-5 and 2 more have a place"),
        "{}",
        told(&before)
    );
    assert!(told(&[]).starts_with(&format!("{begins} Delete one")), "{}", told(&[]));
}

#[test]
fn while_labels_are_not_known_nobody_is_granted_and_nobody_is_told_that_nothing_is() {
    let by_label = Grant {
        namespaces: GrantedNamespaces {
            selector: Some(crate::api::grant::NamespaceSelector::default()),
            ..GrantedNamespaces::default()
        },
        ..grant(&["*"], &["*"])
    };
    let grants = [grant(&[], &[]), by_label];
    let refused = |namespace, labels: &Labels| {
        let granted = Granted::of(&grants, namespace, labels, &known());
        granted
            .permits_tenant(NORTH, "f", namespace, &olt())
            .map_err(|trouble| (trouble.reason, trouble.message))
    };
    let (reason, message) = refused("shipping", &Labels::Unread).unwrap_err();
    assert_eq!(reason, Reason::Reconciling);
    assert!(
        message.contains("spec.grants[1].namespaces.selector") && message.ends_with("are not read yet."),
        "{message}"
    );
    let (reason, message) = refused("billing", &Labels::Refused("no right".into())).unwrap_err();
    assert_eq!(reason, Reason::Reconciling, "the other grant may give the tenant");
    assert!(
        message.contains("may not read: no right. Give it the rights get, list and watch on namespaces"),
        "{message}"
    );
    assert_eq!(refused("shipping", &Labels::Known(std::sync::Arc::default())), Ok(()));
    assert!(Granted::of(&grants, "shipping", &Labels::Unread, &known()).is_none());
}
