//! What we send.

use serde::Serialize;

use super::{ACTIVE, INACTIVE, PermissionSet};
use crate::domain::registration::{AllowedTenant, Change, Permissions, Registration};
use crate::platforms::olt::description;

/// `POST` of an application: only members that are set.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Create<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    teaser_description: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    url: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    redirect_uris: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_tenants: Vec<Allow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<PermissionSet>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    with_public_oauth2_client: bool,
}

impl<'a> From<&'a Registration> for Create<'a> {
    fn from(wanted: &'a Registration) -> Self {
        let allow = |row: &'a AllowedTenant| Allow {
            tenant_id: Some(&row.tenant_id.0),
            comment: &row.comment,
        };
        Self {
            name: &wanted.name,
            teaser_description: description::compose(&wanted.description, wanted.marker.as_ref()),
            url: &wanted.client_uri,
            redirect_uris: &wanted.redirect_uris,
            allowed_tenants: wanted.allowed_tenants.iter().map(allow).collect(),
            permissions: (wanted.permissions != Permissions::default()).then(|| (&wanted.permissions).into()),
            with_public_oauth2_client: wanted.public_client,
        }
    }
}

/// `PATCH` of an application: only members that change.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Patch<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    teaser_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_uris: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<PermissionSet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    with_public_oauth2_client: Option<bool>,
}

impl<'a> From<&'a Change> for Patch<'a> {
    fn from(change: &'a Change) -> Self {
        let compose = |(text, marker): &(String, _)| description::compose(text, Option::as_ref(marker));
        Self {
            name: change.name.as_deref(),
            teaser_description: change.description.as_ref().map(compose),
            url: change.client_uri.as_deref(),
            redirect_uris: change.redirect_uris.as_deref(),
            permissions: change.permissions.as_ref().map(PermissionSet::from),
            status: change
                .suspended
                .map(|suspended| if suspended { INACTIVE } else { ACTIVE }),
            with_public_oauth2_client: change.public_client,
        }
    }
}

/// A row of the allowed tenants; the id travels in the path when the row is put alone.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Allow<'a> {
    /// Who may install.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<&'a str>,
    /// A text for people.
    pub comment: &'a str,
}

/// The body of an installation request.
#[derive(Serialize)]
pub struct Consent {
    /// Exactly what the application declares.
    pub permissions: PermissionSet,
}

impl From<&Permissions> for Consent {
    fn from(permissions: &Permissions) -> Self {
        Self {
            permissions: permissions.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;
    use crate::domain::marker::Marker;

    fn bare() -> Registration {
        Registration {
            name: "billing-sync".into(),
            ..Registration::default()
        }
    }

    #[test]
    fn a_create_holds_only_what_is_set() {
        assert_eq!(
            to_value(Create::from(&bare())).unwrap(),
            json!({"name": "billing-sync"})
        );
    }

    #[test]
    fn a_full_create_has_the_words_of_the_contract() {
        let marker = Marker::of("i", "id", "ns", "n");
        let wanted = Registration {
            description: "nightly".into(),
            marker: Some(marker.clone()),
            client_uri: "https://example.com".into(),
            redirect_uris: vec!["https://example.com/cb".into()],
            permissions: Permissions {
                client: ["p-1".into()].into(),
                user: [].into(),
            },
            allowed_tenants: vec![AllowedTenant {
                tenant_id: "t-1".into(),
                comment: "north".into(),
            }],
            public_client: true,
            suspended: true,
            ..bare()
        };
        let expected = json!({
            "name": "billing-sync",
            "teaserDescription": format!("nightly [reg:{}]", marker.as_str()),
            "url": "https://example.com",
            "redirectUris": ["https://example.com/cb"],
            "permissions": {"client": [{"id": "p-1"}], "user": []},
            "allowedTenants": [{"tenantId": "t-1", "comment": "north"}],
            "withPublicOauth2Client": true,
        });
        assert_eq!(to_value(Create::from(&wanted)).unwrap(), expected);
    }

    #[test]
    fn a_patch_holds_only_what_changes_and_clears_with_empty_values() {
        let change = Change {
            description: Some((String::new(), None)),
            redirect_uris: Some(vec![]),
            permissions: Some(Permissions::default()),
            suspended: Some(false),
            public_client: Some(false),
            ..Change::default()
        };
        let expected = json!({
            "teaserDescription": "", "redirectUris": [], "permissions": {"client": [], "user": []},
            "status": "active", "withPublicOauth2Client": false,
        });
        assert_eq!(to_value(Patch::from(&change)).unwrap(), expected);
        assert_eq!(to_value(Patch::from(&Change::default())).unwrap(), json!({}));
    }

    #[test]
    fn a_row_put_alone_holds_its_comment_even_when_empty() {
        assert_eq!(
            to_value(Allow {
                tenant_id: None,
                comment: ""
            })
            .unwrap(),
            json!({"comment": ""})
        );
    }
}
