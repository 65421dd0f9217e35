//! Grants of a `ClusterOAuthPlatform`: which namespaces may do what there.

use std::collections::BTreeMap;

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// What some namespaces may do at the platform. What is absent is not granted, but for `maxApplications`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// The namespaces.
    pub namespaces: GrantedNamespaces,
    /// Tenants whose access they may allow and install, as lower-case UUIDs; `*` alone: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), extend("x-kubernetes-list-type" = "set"), inner(length(max = 36)))]
    #[x_kube(validation = Rule::new("self.all(t, t == '*' || t.matches('^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'))")
        .message("each must be a tenant's id, a lower-case UUID such as 22222222-2222-4222-8222-222222222222, or \"*\" for any"))]
    pub tenant_ids: Vec<String>,
    /// Permissions that their applications may declare, by alias or id; `*` alone: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), extend("x-kubernetes-list-type" = "set"), inner(length(min = 1, max = 128)))]
    pub permissions: Vec<String>,
    /// How many applications each of these namespaces may have at the platform, 0 to 1000000. Of several grants that match
    /// a namespace the largest number holds; absent in one of them: as many as wanted. An application that is registered, or
    /// is being registered, keeps its place when the number is lowered; the next one waits with `NotGranted` until another
    /// one is deleted. The oldest that waits is the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("self >= 0 && self <= 1000000").message("must be 0 to 1000000, such as 20"))]
    pub max_applications: Option<i64>,
}

/// Namespaces by name, by label, or both: then a namespace is meant when its name stands in `names` or its labels match
/// `selector`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.names) || has(self.selector)").message("must say which namespaces: set names, selector, or both"))]
pub struct GrantedNamespaces {
    /// Their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 256), extend("x-kubernetes-list-type" = "set"), inner(length(min = 1, max = 63)))]
    pub names: Vec<String>,
    /// Those whose labels match; `{}` matches every namespace. Whoever may label a namespace so decides who is granted; the
    /// label `kubernetes.io/metadata.name` is the API server's alone. A label that is taken away breaks nothing and permits
    /// nothing new. The operator needs the right to list and watch namespaces for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<NamespaceSelector>,
}

/// A label selector, as everywhere in Kubernetes; all that it says must hold.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceSelector {
    /// Labels with exactly these values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 16, "additionalProperties" = {"type": "string", "maxLength": 63}))]
    pub match_labels: BTreeMap<String, String>,
    /// What else holds of the labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), extend("x-kubernetes-list-type" = "atomic"))]
    pub match_expressions: Vec<NamespaceRequirement>,
}

/// What holds of one label.
#[derive(Clone, Debug, Default, Deserialize, Serialize, KubeSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("(!(self.operator in ['In', 'NotIn']) || has(self.values)) && (!(self.operator in ['Exists', 'DoesNotExist']) || !has(self.values))")
    .message("In and NotIn need values, Exists and DoesNotExist have none"))]
pub struct NamespaceRequirement {
    /// The label's key.
    #[schemars(length(min = 1, max = 317))]
    pub key: String,
    /// `In`: its value is one of `values`. `NotIn`: it is none of them, or there is no such label. `Exists` and
    /// `DoesNotExist`: there is such a label, or none.
    #[schemars(length(max = 16))]
    #[x_kube(validation = Rule::new("self in ['In', 'NotIn', 'Exists', 'DoesNotExist']").message("must be In, NotIn, Exists or DoesNotExist"))]
    pub operator: String,
    /// The values of `In` and `NotIn`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 64), extend("x-kubernetes-list-type" = "set"), inner(length(max = 63)))]
    pub values: Vec<String>,
}
