//! What the operator may do in a cluster: one table, and the RBAC objects made from it.
//!
//! `cargo xtask generate` writes `examples/install/rbac.yaml` and the rules of the chart from here, and tests and the demo
//! bind exactly the same.
//! RBAC cannot tell a Secret's metadata from its data, so rights on Secrets are bound namespace by namespace; to bind
//! `oauth-registrar-namespace` cluster-wide is an administrator's explicit choice and never made here. Which Secrets are
//! written there is confined further (`confinement`). What people may do with our kinds is in `people`.

pub mod confinement;
pub mod people;

use serde_json::{Value, json};

use super::well_known::{GROUP, MANAGER};

/// Name of the service account, and of the roles in the cluster and in the operator's namespace.
pub const ACCOUNT: &str = MANAGER;
/// The ClusterRole that is bound in each watched namespace.
pub const NAMESPACE_ROLE: &str = "oauth-registrar-namespace";
/// The Role in `default`, where Events about objects without a namespace go.
pub const EVENTS_ROLE: &str = "oauth-registrar-events";

/// Name of the Lease that the working replica holds, in the operator's namespace.
pub const LEASE: &str = MANAGER;

/// Where a right holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In the whole cluster.
    Cluster,
    /// In each namespace with applications.
    WatchedNamespace,
    /// In the namespace that the operator runs in.
    OperatorNamespace,
    /// In the namespace `default`.
    DefaultNamespace,
}

/// What a right is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Everything else.
    Core,
    /// To hear at once of a change of a Secret (`--watch-secrets`). Whoever may list Secrets may read them all; without it,
    /// each is read by its name.
    WatchSecrets,
    /// One of several replicas works, the others are ready to (`--leader-elect`).
    LeaderElection,
}

impl Feature {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Core, Self::WatchSecrets, Self::LeaderElection];
}

/// One line of the table: what may be done with some resources, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Right {
    /// Where it holds.
    pub scope: Scope,
    /// What needs it.
    pub feature: Feature,
    /// API group; the core group is empty.
    pub group: &'static str,
    /// Resources and subresources.
    pub resources: &'static [&'static str],
    /// The only objects it holds for; none: all.
    pub names: &'static [&'static str],
    /// What may be done.
    pub verbs: &'static [&'static str],
    /// What the operator needs it for.
    pub why: &'static str,
}

/// All rights. A verb that no step of the operator needs does not stand here.
pub const RIGHTS: &[Right] = &[
    Right {
        scope: Scope::Cluster,
        feature: Feature::Core,
        group: GROUP,
        resources: &["clusteroauthplatforms"],
        names: &[],
        verbs: &["get", "list", "watch", "patch"],
        why: "Follows the platforms; patch sets and releases the finalizer.",
    },
    Right {
        scope: Scope::Cluster,
        feature: Feature::Core,
        group: GROUP,
        resources: &["clusteroauthplatforms/status"],
        names: &[],
        verbs: &["patch"],
        why: "Reports whether a platform can be used.",
    },
    Right {
        scope: Scope::Cluster,
        feature: Feature::Core,
        group: "",
        resources: &["namespaces"],
        names: &[],
        verbs: &["get", "list", "watch"],
        why: "The UID of kube-system tells this cluster's clients from another's, unless --instance is given. Whether its namespace is being deleted, too, says how long a deletion is waited for. Grants choose namespaces by their labels; only metadata is watched.",
    },
    Right {
        scope: Scope::Cluster,
        feature: Feature::Core,
        group: GROUP,
        resources: &["oauthplatforms", "oauthapplications", "tenantinstallations"],
        names: &[],
        verbs: &["get", "list", "watch", "patch"],
        why: "Follows what users wish for; patch writes the claim and the finalizer. A namespace that is being deleted loses its bindings first: bound there, the right would be gone when the finalizers have to go.",
    },
    Right {
        scope: Scope::Cluster,
        feature: Feature::Core,
        group: GROUP,
        resources: &[
            "oauthplatforms/status",
            "oauthapplications/status",
            "tenantinstallations/status",
        ],
        names: &[],
        verbs: &["patch"],
        why: "Reports what was found and done.",
    },
    Right {
        scope: Scope::WatchedNamespace,
        feature: Feature::Core,
        group: "",
        resources: &["secrets"],
        names: &[],
        verbs: &["get", "create", "patch"],
        why: "Publishes credentials, reads those of tenants and keeps their newer refresh tokens. Deleting is left to the garbage collector.",
    },
    Right {
        scope: Scope::WatchedNamespace,
        feature: Feature::WatchSecrets,
        group: "",
        resources: &["secrets"],
        names: &[],
        verbs: &["list", "watch"],
        why: "Notices at once when somebody changes or deletes a Secret that it made, or one with a tenant's credentials.",
    },
    Right {
        scope: Scope::WatchedNamespace,
        feature: Feature::Core,
        group: "",
        resources: &["configmaps"],
        names: &[],
        verbs: &["get"],
        why: "Reads the authorities that an OAuthPlatform trusts (spec.tls.caBundleRef).",
    },
    Right {
        scope: Scope::WatchedNamespace,
        feature: Feature::Core,
        group: "events.k8s.io",
        resources: &["events"],
        names: &[],
        verbs: &["create", "patch"],
        why: "Tells the story of an application; a repeated Event is patched.",
    },
    Right {
        scope: Scope::OperatorNamespace,
        feature: Feature::Core,
        group: "",
        resources: &["secrets"],
        names: &[],
        verbs: &["get", "create", "patch"],
        why: "Reads the credentials of the platforms, and keeps their newer refresh tokens in state Secrets of its own.",
    },
    Right {
        scope: Scope::OperatorNamespace,
        feature: Feature::WatchSecrets,
        group: "",
        resources: &["secrets"],
        names: &[],
        verbs: &["list", "watch"],
        why: "Notices at once when the credential of a platform changes.",
    },
    Right {
        scope: Scope::OperatorNamespace,
        feature: Feature::Core,
        group: "",
        resources: &["configmaps"],
        names: &[],
        verbs: &["get", "list", "create", "patch", "delete"],
        why: "Reads the authorities that a ClusterOAuthPlatform trusts (spec.tls.caBundleRef), and keeps the records of clients that were left at a platform, until they are removed there.",
    },
    Right {
        scope: Scope::OperatorNamespace,
        feature: Feature::LeaderElection,
        group: "coordination.k8s.io",
        resources: &["leases"],
        names: &[LEASE],
        verbs: &["get", "patch"],
        why: "Of several replicas the one that holds the lease works.",
    },
    Right {
        scope: Scope::OperatorNamespace,
        feature: Feature::LeaderElection,
        group: "coordination.k8s.io",
        resources: &["leases"],
        names: &[],
        verbs: &["create"],
        why: "The first replica makes the lease; RBAC cannot name what is to be created.",
    },
    Right {
        scope: Scope::DefaultNamespace,
        feature: Feature::Core,
        group: "events.k8s.io",
        resources: &["events"],
        names: &[],
        verbs: &["create", "patch"],
        why: "Events about platforms, which have no namespace, are kept here.",
    },
];

/// The user name of the operator's service account.
#[must_use]
pub fn user(operator_namespace: &str) -> String {
    format!("system:serviceaccount:{operator_namespace}:{ACCOUNT}")
}

/// Service account, roles and bindings for an operator that runs in one namespace and watches others, what confines it, and
/// the roles of people, in the order in which they are to be applied. Equal input gives equal output; the namespaces
/// themselves are not among them.
#[must_use]
pub fn manifests(operator_namespace: &str, watched: &[&str]) -> Vec<Value> {
    manifests_for(Feature::ALL, operator_namespace, watched)
}

/// The same with the rights that these features need, and no others.
#[must_use]
pub fn manifests_for(features: &[Feature], operator_namespace: &str, watched: &[&str]) -> Vec<Value> {
    let role = |kind, name, namespace, scope| role(kind, name, namespace, scope, features);
    let subject = json!([{ "kind": "ServiceAccount", "name": ACCOUNT, "namespace": operator_namespace }]);
    let mut objects = vec![
        json!({
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": metadata(ACCOUNT, Some(operator_namespace)),
        }),
        role("ClusterRole", ACCOUNT, None, Scope::Cluster),
        binding("ClusterRoleBinding", None, ("ClusterRole", ACCOUNT), &subject),
        role("ClusterRole", NAMESPACE_ROLE, None, Scope::WatchedNamespace),
    ];
    let bound = watched.iter().map(|namespace| {
        binding(
            "RoleBinding",
            Some(namespace),
            ("ClusterRole", NAMESPACE_ROLE),
            &subject,
        )
    });
    objects.extend(bound);
    for (name, namespace, scope) in [
        (ACCOUNT, operator_namespace, Scope::OperatorNamespace),
        (EVENTS_ROLE, "default", Scope::DefaultNamespace),
    ] {
        objects.push(role("Role", name, Some(namespace), scope));
        objects.push(binding("RoleBinding", Some(namespace), ("Role", name), &subject));
    }
    objects.extend(confinement::manifests(&user(operator_namespace)));
    objects.extend(people::manifests());
    objects
}

fn role(kind: &str, name: &str, namespace: Option<&str>, scope: Scope, features: &[Feature]) -> Value {
    let needed = |right: &&Right| right.scope == scope && features.contains(&right.feature);
    let rules: Vec<Value> = RIGHTS.iter().filter(needed).map(rule).collect();
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": metadata(name, namespace),
        "rules": rules,
    })
}

/// One line of the table as a rule of RBAC.
#[must_use]
pub fn rule(right: &Right) -> Value {
    let mut rule = json!({ "apiGroups": [right.group], "resources": right.resources, "verbs": right.verbs });
    if !right.names.is_empty() {
        rule["resourceNames"] = json!(right.names);
    }
    rule
}

fn binding(kind: &str, namespace: Option<&str>, (role_kind, role): (&str, &str), subject: &Value) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": metadata(role, namespace),
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role },
        "subjects": subject,
    })
}

fn metadata(name: &str, namespace: Option<&str>) -> Value {
    let mut metadata = json!({ "name": name, "labels": { "app.kubernetes.io/name": MANAGER } });
    if let Some(namespace) = namespace {
        metadata["namespace"] = namespace.into();
    }
    metadata
}

#[cfg(test)]
mod tests;
