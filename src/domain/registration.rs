//! A client as we want it and as it is: the members that are managed, and the difference between the two.

use std::collections::BTreeSet;

use super::marker::Marker;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub String);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }
    };
}

text_id! {
    /// A platform's id of an application. Opaque.
    ApplicationId
}
text_id! {
    /// RFC 6749 `client_id`. Opaque.
    ClientId
}
text_id! {
    /// A platform's id of a tenant; on OLT a lower-case UUID.
    TenantId
}
text_id! {
    /// A platform's id of a permission; on OLT a lower-case UUID.
    PermissionId
}

/// What we manage of a client, in the words of RFC 7591 section 2 where it has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// `client_name`.
    pub name: String,
    /// The user's text without our marker; empty when there is none.
    pub description: String,
    /// Our marker; `None` where the platform is configured to carry none.
    pub marker: Option<Marker>,
    /// `client_uri`; empty when there is none.
    pub client_uri: String,
    /// `redirect_uris`, in the user's order.
    pub redirect_uris: Vec<String>,
    /// What the application declares.
    pub permissions: Permissions,
    /// Suspended: it is there, and nobody gets anything with it.
    pub suspended: bool,
    /// A second client beside it, without secret, for what cannot keep one (RFC 6749 section 2.1 `public`).
    pub public_client: bool,
    /// The tenants that travel in the registration call. Not part of what a read returns.
    pub allowed_tenants: Vec<AllowedTenant>,
}

/// Permissions by id; sets, since the platforms give their order no meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// For the application itself (`client_credentials`).
    pub client: BTreeSet<PermissionId>,
    /// For a user who logs in through it.
    pub user: BTreeSet<PermissionId>,
}

impl Permissions {
    /// Whether the others hold all of these.
    #[must_use]
    pub fn is_within(&self, others: &Self) -> bool {
        self.client.is_subset(&others.client) && self.user.is_subset(&others.user)
    }
}

/// One row of the tenants that may install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedTenant {
    /// The tenant.
    pub tenant_id: TenantId,
    /// A text for people, at most 255 characters.
    pub comment: String,
}

/// The members that differ, each with the value it should get. Nothing set: nothing to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// `client_name`.
    pub name: Option<String>,
    /// The description and marker, which share one place.
    pub description: Option<(String, Option<Marker>)>,
    /// `client_uri`.
    pub client_uri: Option<String>,
    /// `redirect_uris`, whole.
    pub redirect_uris: Option<Vec<String>>,
    /// The declared permissions, whole.
    pub permissions: Option<Permissions>,
    /// Suspend it, or lift that.
    pub suspended: Option<bool>,
    /// Add the public client, or remove it.
    pub public_client: Option<bool>,
}

impl Change {
    /// What must be changed for `seen` to become `wanted`. Allowed tenants are compared row by row elsewhere.
    #[must_use]
    pub fn between(wanted: &Registration, seen: &Registration) -> Self {
        fn differing<T: Clone + PartialEq>(wanted: &T, seen: &T) -> Option<T> {
            (wanted != seen).then(|| wanted.clone())
        }
        Self {
            name: differing(&wanted.name, &seen.name),
            description: differing(
                &(wanted.description.clone(), wanted.marker.clone()),
                &(seen.description.clone(), seen.marker.clone()),
            ),
            client_uri: differing(&wanted.client_uri, &seen.client_uri),
            redirect_uris: differing(&wanted.redirect_uris, &seen.redirect_uris),
            permissions: differing(&wanted.permissions, &seen.permissions),
            suspended: differing(&wanted.suspended, &seen.suspended),
            public_client: differing(&wanted.public_client, &seen.public_client),
        }
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration() -> Registration {
        Registration {
            name: "billing-sync".into(),
            description: "nightly export".into(),
            ..Registration::default()
        }
    }

    #[test]
    fn equal_registrations_need_no_change() {
        assert!(Change::between(&registration(), &registration()).is_empty());
    }

    #[test]
    fn only_the_differing_members_are_sent() {
        let wanted = Registration {
            client_uri: "https://billing.example.com".into(),
            ..registration()
        };
        let change = Change::between(&wanted, &registration());
        assert_eq!(
            change,
            Change {
                client_uri: Some("https://billing.example.com".into()),
                ..Change::default()
            }
        );
    }

    #[test]
    fn a_lost_marker_is_put_back_with_the_description() {
        let wanted = Registration {
            marker: Some(Marker::of("instance", "id", "ns", "name")),
            ..registration()
        };
        let change = Change::between(&wanted, &registration());
        assert_eq!(change.description, Some(("nightly export".into(), wanted.marker)));
    }

    #[test]
    fn a_difference_in_allowed_tenants_is_no_member_change() {
        let row = AllowedTenant {
            tenant_id: "t".into(),
            comment: String::new(),
        };
        assert!(
            Change::between(
                &Registration {
                    allowed_tenants: vec![row],
                    ..registration()
                },
                &registration()
            )
            .is_empty()
        );
    }
}
