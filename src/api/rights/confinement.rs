//! What keeps the operator's rights on Secrets to its own ones. RBAC cannot: whoever may patch one Secret of a namespace may
//! patch all of them. A `ValidatingAdmissionPolicy` can, and holds for nobody but the operator's account.

use serde_json::{Value, json};

use super::{GROUP, metadata};
use crate::api::well_known::{OUTPUT, SECRET_LABEL, STATE};

/// Name of the policy and of its binding.
pub const POLICY: &str = "oauth-registrar-secrets";

/// The policy and its binding, for this user name of the operator's account.
#[must_use]
pub(super) fn manifests(user: &str) -> [Value; 2] {
    let mut spec = rules();
    spec["matchConditions"] = json!([condition(user)]);
    let object = |kind, spec| {
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": kind,
            "metadata": metadata(POLICY, None),
            "spec": spec,
        })
    };
    [
        object("ValidatingAdmissionPolicy", spec),
        object("ValidatingAdmissionPolicyBinding", binding()),
    ]
}

/// The only requests that the policy looks at.
fn condition(user: &str) -> Value {
    json!({ "name": "by-the-operator", "expression": format!("request.userInfo.username == \"{user}\"") })
}

/// The binding: everywhere, and what breaks a rule is refused.
#[must_use]
pub fn binding() -> Value {
    json!({ "policyName": POLICY, "validationActions": ["Deny"] })
}

/// The policy without its condition: which requests it is for, and what must hold of them.
///
/// A Secret that a workload or another controller needs, a user's credential and a token of a service account are refused,
/// whatever made the operator write them.
#[must_use]
pub fn rules() -> Value {
    json!({
        "failurePolicy": "Fail",
        "matchConstraints": { "resourceRules": [{
            "apiGroups": [""],
            "apiVersions": ["v1"],
            "operations": ["CREATE", "UPDATE", "DELETE"],
            "resources": ["secrets"],
        }] },
        "variables": [
            variable("label", &label("object")),
            variable("formerLabel", &label("oldObject")),
            variable("owners", &owners("object")),
            variable("formerOwners", &owners("oldObject")),
        ],
        "validations": [
            rule(
                &format!("request.operation == 'DELETE' || variables.label in ['{OUTPUT}', '{STATE}']"),
                &format!("the operator writes only Secrets that it labels {SECRET_LABEL}: {OUTPUT} or {STATE}"),
            ),
            rule(
                "request.operation == 'DELETE' || object.type == 'Opaque'",
                "the operator writes only Secrets of type Opaque",
            ),
            rule(
                &format!("request.operation != 'CREATE' || variables.owners.exists(owner, {OURS})"),
                &format!("the operator creates only Secrets that belong to a resource of {GROUP}"),
            ),
            rule(
                &format!("request.operation == 'CREATE' || variables.formerOwners.exists(owner, {OURS})"),
                &format!("the operator changes only Secrets that belong to a resource of {GROUP}"),
            ),
            // One whose label somebody took off is given it back.
            rule(
                &format!("request.operation == 'CREATE' || variables.formerLabel in ['', '{OUTPUT}', '{STATE}']"),
                &format!("the operator changes no Secret that is labelled {SECRET_LABEL} for another purpose"),
            ),
            rule(
                "request.operation != 'UPDATE' || variables.owners.all(owner, variables.formerOwners.exists(former, former.uid == owner.uid))",
                "the operator gives no Secret another owner",
            ),
        ],
    })
}

/// An owner of our group; in CEL, about `owner`.
const OURS: &str = "owner.apiVersion.startsWith('oauthregistrar.io/')";

/// The purpose of a Secret, or nothing.
fn label(object: &str) -> String {
    format!("{object} == null ? '' : {object}.metadata.?labels[?'{SECRET_LABEL}'].orValue('')")
}

fn owners(object: &str) -> String {
    format!("{object} == null ? [] : {object}.metadata.?ownerReferences.orValue([])")
}

fn variable(name: &str, expression: &str) -> Value {
    json!({ "name": name, "expression": expression })
}

fn rule(expression: &str, message: &str) -> Value {
    json!({ "expression": expression, "message": message, "reason": "Forbidden" })
}
