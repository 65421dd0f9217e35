//! From a spec to a wish, and each reason why not.

use std::collections::BTreeSet;

use super::*;
use crate::api::grant::{Grant, GrantedNamespaces};
use crate::api::olt::{AllowedTenant as SpecTenant, OltApplication, Permissions as SpecPermissions};
use crate::api::secret_output::SecretKeys;
use crate::controller::labels::Labels;

const NORTH: &str = "22222222-2222-4222-8222-222222222222";

fn spec() -> OAuthApplicationSpec {
    OAuthApplicationSpec {
        grant_types: vec!["client_credentials".into()],
        token_endpoint_auth_method: "client_secret_basic".into(),
        olt: Some(OltApplication::default()),
        ..OAuthApplicationSpec::default()
    }
}

fn with_olt(olt: OltApplication) -> OAuthApplicationSpec {
    OAuthApplicationSpec {
        olt: Some(olt),
        ..spec()
    }
}

fn declaring(client: &[&str], user: &[&str]) -> OAuthApplicationSpec {
    let texts = |values: &[&str]| values.iter().map(ToString::to_string).collect();
    let permissions = SpecPermissions {
        client: texts(client),
        user: texts(user),
    };
    with_olt(OltApplication {
        permissions,
        ..OltApplication::default()
    })
}

fn allowing(tenant: &str) -> OAuthApplicationSpec {
    let row = SpecTenant {
        tenant_id: tenant.into(),
        comment: "north".into(),
    };
    with_olt(OltApplication {
        allowed_tenants: vec![row],
        ..OltApplication::default()
    })
}

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

fn checked(spec: &OAuthApplicationSpec, grants: &[Grant]) -> Result<Wanted, Trouble> {
    let known = |id: &str, alias: &str| KnownPermission {
        id: id.into(),
        alias: alias.into(),
    };
    let permissions = [known("p1", "devices:read"), known("p2", "devices:write")];
    let against = Against {
        namespace: "billing",
        name: "billing-sync",
        platform: &PlatformKey::cluster_wide("olt"),
        granted: Granted::of(grants, "billing", &Labels::Unread, &permissions),
        permissions: &permissions,
        installed_tenants: vec![NORTH.into()],
    };
    wanted(spec, against)
}

fn refused(spec: &OAuthApplicationSpec, grants: &[Grant]) -> (Reason, String) {
    let trouble = checked(spec, grants).unwrap_err();
    assert_eq!((trouble.stage, trouble.stalled), (Stage::Accepted, false));
    (trouble.reason, trouble.message)
}

#[test]
fn a_short_spec_gets_its_defaults_from_the_resource() {
    let wanted = checked(&spec(), &[grant(&[], &[])]).unwrap();
    assert_eq!(wanted.registration.name, "billing-sync");
    assert_eq!(wanted.registration.marker, None, "the rules fill it in");
    assert_eq!(wanted.output.name, "billing-sync");
    assert_eq!(wanted.output.keys.client_secret, "client_secret");
    assert_eq!(wanted.method, AuthMethod::ClientSecretBasic);
    assert_eq!(wanted.installed_tenants, [NORTH.into()]);
}

#[test]
fn what_the_spec_says_goes_to_its_place() {
    let keys = SecretKeys {
        client_id: "ID".into(),
        client_secret: "SECRET".into(),
        token_endpoint: "URL".into(),
        issuer: "ISSUER".into(),
        application_id: "APP".into(),
        public_client_id: "PUBLIC".into(),
        tenant_id: None,
    };
    let spec = OAuthApplicationSpec {
        client_name: Some("Billing".into()),
        description: Some("nightly export".into()),
        client_uri: Some("https://billing.example.com".into()),
        redirect_uris: vec!["https://b/2".into(), "https://b/1".into()],
        token_endpoint_auth_method: "client_secret_post".into(),
        secret: Some(SecretOutput {
            name: Some("billing-oauth".into()),
            keys,
            template: [("config.ini".to_owned(), "id={{ clientId }}".to_owned())].into(),
            labels: [("team".to_owned(), "billing".to_owned())].into(),
            annotations: [("note".to_owned(), "x".to_owned())].into(),
        }),
        ..allowing(NORTH)
    };
    let wanted = checked(&spec, &[grant(&["*"], &[])]).unwrap();
    let registration = wanted.registration;
    assert_eq!(
        (registration.name.as_str(), registration.description.as_str()),
        ("Billing", "nightly export")
    );
    assert_eq!(registration.client_uri, "https://billing.example.com");
    assert_eq!(
        registration.redirect_uris,
        ["https://b/2", "https://b/1"],
        "in the user's order"
    );
    let row = AllowedTenant {
        tenant_id: NORTH.into(),
        comment: "north".into(),
    };
    assert_eq!(registration.allowed_tenants, [row]);
    assert_eq!(wanted.method, AuthMethod::ClientSecretPost);
    let output = wanted.output;
    assert_eq!(output.name, "billing-oauth");
    let keys = output.keys;
    let keys = [
        keys.client_id,
        keys.client_secret,
        keys.token_endpoint,
        keys.issuer,
        keys.application_id,
    ];
    assert_eq!(keys, ["ID", "SECRET", "URL", "ISSUER", "APP"]);
    assert_eq!(
        (output.labels["team"].as_str(), output.annotations["note"].as_str()),
        ("billing", "x")
    );
}

#[test]
fn the_secret_of_an_application_is_of_no_tenant() {
    let mut secret = SecretOutput::default();
    secret.keys.tenant_id = Some("TENANT".into());
    let spec = OAuthApplicationSpec {
        secret: Some(secret),
        ..allowing(NORTH)
    };
    let trouble = checked(&spec, &[grant(&["*"], &[])]).unwrap_err();
    assert_eq!(trouble.reason, Reason::InvalidSpec);
    assert!(
        trouble.message.starts_with("spec.secret.keys.tenantId"),
        "{}",
        trouble.message
    );
}

#[test]
fn aliases_and_ids_of_permissions_become_ids() {
    let wanted = checked(
        &declaring(&["devices:read", "p2"], &["devices:write"]),
        &[grant(&[], &["*"])],
    )
    .unwrap();
    let permissions = wanted.registration.permissions;
    assert_eq!(permissions.client, BTreeSet::from(["p1".into(), "p2".into()]));
    assert_eq!(permissions.user, BTreeSet::from(["p2".into()]));
}

#[test]
fn an_unknown_permission_is_named_with_its_field() {
    let (reason, message) = refused(&declaring(&[], &["devices:fly"]), &[grant(&[], &["*"])]);
    assert_eq!(reason, Reason::InvalidSpec);
    assert!(
        message.contains("spec.olt.permissions.user") && message.contains("\"devices:fly\""),
        "{message}"
    );
}

#[test]
fn without_an_olt_block_an_application_is_not_one_for_olt() {
    let spec = OAuthApplicationSpec { olt: None, ..spec() };
    let (reason, message) = refused(&spec, &[grant(&["*"], &["*"])]);
    assert_eq!(reason, Reason::InvalidSpec);
    assert!(message.contains("`olt: {}` is enough"), "{message}");
}

#[test]
fn what_is_not_granted_is_refused() {
    assert_eq!(refused(&spec(), &[]).0, Reason::NotGranted);
    let permission = declaring(&["devices:read"], &[]);
    assert_eq!(
        refused(&permission, &[grant(&[], &["devices:write"])]).0,
        Reason::NotGranted
    );
    assert!(checked(&permission, &[grant(&[], &["devices:read"])]).is_ok());
    let user_permission = declaring(&[], &["devices:read"]);
    assert_eq!(refused(&user_permission, &[grant(&[], &[])]).0, Reason::NotGranted);
    assert_eq!(refused(&allowing(NORTH), &[grant(&[], &["*"])]).0, Reason::NotGranted);
    assert!(checked(&allowing(NORTH), &[grant(&[NORTH], &[])]).is_ok());
}

#[test]
fn what_olt_has_no_place_for_is_unsupported_and_named() {
    let spec = spec();
    let unsupported = [
        (
            "spec.grantTypes",
            OAuthApplicationSpec {
                grant_types: vec!["client_credentials".into(), "implicit".into()],
                ..spec.clone()
            },
        ),
        (
            "spec.responseTypes",
            OAuthApplicationSpec {
                response_types: vec!["code".into(), "token".into()],
                ..spec.clone()
            },
        ),
        (
            "spec.scope",
            OAuthApplicationSpec {
                scope: "openid".into(),
                ..spec.clone()
            },
        ),
        (
            "spec.tokenEndpointAuthMethod",
            OAuthApplicationSpec {
                token_endpoint_auth_method: "private_key_jwt".into(),
                ..spec.clone()
            },
        ),
    ];
    for (field, spec) in unsupported {
        let (reason, message) = refused(&spec, &[grant(&[], &[])]);
        assert_eq!(reason, Reason::UnsupportedByPlatform, "{field}");
        assert!(message.starts_with(&format!("{field}: ")), "{message}");
    }
    let supported = OAuthApplicationSpec {
        grant_types: vec!["authorization_code".into(), "client_credentials".into()],
        response_types: vec!["code".into()],
        ..spec
    };
    assert!(checked(&supported, &[grant(&[], &[])]).is_ok());
}

#[test]
fn a_template_that_cannot_be_rendered_is_refused_by_its_key() {
    let templated = |template: &str| OAuthApplicationSpec {
        secret: Some(SecretOutput {
            template: [("config.ini".to_owned(), template.to_owned())].into(),
            ..SecretOutput::default()
        }),
        ..spec()
    };
    assert!(checked(&templated("{{ clientId }}"), &[grant(&[], &[])]).is_ok());
    let (reason, message) = refused(&templated("{{ clientSecert }}"), &[grant(&[], &[])]);
    assert_eq!(reason, Reason::InvalidSpec);
    assert!(
        message.starts_with("spec.secret.template[\"config.ini\"]: unknown variable \"clientSecert\""),
        "{message}"
    );
}

#[test]
fn the_state_and_the_public_client_are_taken_over() {
    let wanted = checked(&spec(), &[grant(&[], &[])]).unwrap().registration;
    assert!(!wanted.suspended && !wanted.public_client);
    let both = with_olt(OltApplication {
        state: OltState::Inactive,
        additional_public_client: true,
        ..OltApplication::default()
    });
    let wanted = checked(&both, &[grant(&[], &[])]).unwrap().registration;
    assert!(wanted.suspended && wanted.public_client);
}
