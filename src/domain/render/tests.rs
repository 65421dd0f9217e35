//! What a Secret holds, and what cannot be rendered.

use super::*;
use crate::domain::wish::{Keys, TenantEntry};

fn output(template: &str) -> Output {
    Output {
        name: "billing-sync".into(),
        keys: Keys {
            client_id: "CLIENT_ID".into(),
            client_secret: "CLIENT_SECRET".into(),
            token_endpoint: "TOKEN_URL".into(),
            issuer: "issuer".into(),
            application_id: "application_id".into(),
            public_client_id: "public_client_id".into(),
        },
        tenant: None,
        template: [("config.ini".to_owned(), template.to_owned())].into(),
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
    }
}

fn data() -> Data {
    rendered("id={{ clientId }}\n", None).unwrap()
}

fn rendered(template: &str, public: Option<&str>) -> Result<Data, Unrenderable> {
    of(&output(template), public)
}

fn of(output: &Output, public: Option<&str>) -> Result<Data, Unrenderable> {
    let known = Known {
        application_id: "app".into(),
        client_id: "client".into(),
        public_client_id: public.map(Into::into),
    };
    let identity = Identity {
        issuer: "https://id".into(),
        owner: "t1".into(),
        token_endpoint: "https://id/token".into(),
    };
    Data::of(output, &known, &SecretText::new("-s3cret".into()), &identity)
}

fn there() -> BTreeMap<String, SecretText> {
    data()
        .iter()
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect()
}

#[test]
fn every_value_lies_under_its_own_key() {
    let there = there();
    assert_eq!(there["CLIENT_SECRET"].expose(), "-s3cret");
    assert_eq!(there["TOKEN_URL"].expose(), "https://id/token");
    assert_eq!(there["config.ini"].expose(), "id=client\n");
    assert_eq!(there.len(), 6);
}

#[test]
fn a_public_client_has_a_key_only_where_there_is_one() {
    let key = |data: &Data| {
        let found = data.iter().find(|(key, _)| *key == "public_client_id");
        found.map(|(_, value)| value.expose().to_owned())
    };
    let template = "{% if publicClientId %}spa={{ publicClientId }}{% endif %}";
    assert_eq!(
        key(&rendered(template, Some("spa-1")).unwrap()),
        Some("spa-1".to_owned())
    );
    assert_eq!(key(&rendered(template, None).unwrap()), None);
}

#[test]
fn what_is_wrong_with_a_template_is_told_by_key_and_kind_and_without_values() {
    let told = |template: &str| check(&output(template)).unwrap_err().to_string();
    let unknown = told("{{ clientid }}");
    assert!(
        unknown.starts_with("template[\"config.ini\"]: unknown variable \"clientid\"; there are clientId,"),
        "{unknown}"
    );
    assert_eq!(
        told("a\n{{ clientId "),
        "template[\"config.ini\"]: {{ is not closed by }}"
    );
    assert_eq!(
        told("{% if issuer %}x"),
        "template[\"config.ini\"]: syntax error in line 1"
    );
}

#[test]
fn nothing_but_values_and_conditions_is_understood() {
    for template in [
        "{{ clientId | upper }}",
        "{{ clientId * 16000000 }}",
        "{{ clientId ~ clientId }}",
        "{{ range(9) }}",
        "{{ clientSecret.x }}",
        "{{ 'x' }}",
        "{% set x = clientId %}",
        "{% for a in clientSecret %}{% endfor %}",
        "{% if clientId == issuer %}{% endif %}",
        "{# {{ clientId #}",
        "{%}",
        "{%}%}",
        "{{}}",
        "{{}",
        "{%é%}",
        "{{ clientId }",
    ] {
        assert!(check(&output(template)).is_err(), "{template}");
    }
    for template in [
        "{\"id\": {\"a\": \"{{clientId}}\"}}",
        "{%- if publicClientId -%} {{- issuer -}} {%- else -%} {} {%- endif -%}",
        "{",
        "{é}",
        "",
    ] {
        assert_eq!(check(&output(template)), Ok(()), "{template}");
        assert!(rendered(template, None).is_ok(), "{template}");
    }
}

#[test]
fn a_changed_a_missing_and_a_surplus_key_are_seen() {
    assert!(data().equals(&there()));
    let mut changed = there();
    changed.insert("CLIENT_ID".into(), SecretText::new("other".into()));
    assert!(!data().equals(&changed));
    let mut missing = there();
    missing.remove("issuer");
    assert!(!data().equals(&missing));
    let mut surplus = there();
    surplus.insert("old_key".into(), SecretText::new(String::new()));
    assert!(!data().equals(&surplus));
}

#[test]
fn only_the_secret_of_a_tenant_names_the_tenant() {
    let template = "{{ tenantId }}";
    assert!(check(&output(template)).is_err());
    let tenant = TenantEntry {
        key: "TENANT".into(),
        id: "t-1".into(),
    };
    let output = Output {
        tenant: Some(tenant),
        ..output(template)
    };
    assert_eq!(check(&output), Ok(()));
    let data = of(&output, None).unwrap();
    let value = |wanted: &str| {
        data.iter()
            .find(|(key, _)| *key == wanted)
            .map(|(_, v)| v.expose().to_owned())
    };
    assert_eq!(
        (value("TENANT"), value("config.ini")),
        (Some("t-1".into()), Some("t-1".into()))
    );
}
