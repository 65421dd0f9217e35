//! What the API server answers: an object, or a `Status` that says what was wrong, in the server's own words.

use serde_json::{Value, json};

use super::path::{Resource, Target};

/// An answer: HTTP status code and JSON body.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// HTTP status code.
    pub code: u16,
    /// An object, a list or a `Status`.
    pub body: Value,
}

impl Reply {
    pub fn ok(body: Value) -> Self {
        Self { code: 200, body }
    }

    pub fn created(body: Value) -> Self {
        Self { code: 201, body }
    }

    pub fn removed(target: &Target, uid: &Value) -> Self {
        let details = json!({ "name": target.name, "group": target.resource.group(), "kind": target.resource.plural, "uid": uid });
        let body =
            json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details });
        Self::ok(body)
    }

    fn failure(code: u16, reason: &str, message: &str, details: &Value) -> Self {
        let body = json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": message, "reason": reason, "details": details, "code": code });
        Self { code, body }
    }

    fn about(code: u16, reason: &str, resource: &Resource, name: &str, message: &str) -> Self {
        let details = json!({ "name": name, "group": resource.group(), "kind": resource.plural });
        Self::failure(code, reason, message, &details)
    }

    pub fn not_found(resource: &Resource, name: &str) -> Self {
        Self::about(
            404,
            "NotFound",
            resource,
            name,
            &format!("{resource} {name:?} not found"),
        )
    }

    pub fn already_exists(resource: &Resource, name: &str) -> Self {
        Self::about(
            409,
            "AlreadyExists",
            resource,
            name,
            &format!("{resource} {name:?} already exists"),
        )
    }

    pub fn conflict(resource: &Resource, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {resource} {name:?}: {why}");
        Self::about(409, "Conflict", resource, name, &message)
    }

    pub fn stale(resource: &Resource, name: &str) -> Self {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        Self::conflict(resource, name, why)
    }

    pub fn invalid(resource: &Resource, name: &str, why: &str) -> Self {
        Self::about(
            422,
            "Invalid",
            resource,
            name,
            &format!("{resource} {name:?} is invalid: {why}"),
        )
    }

    pub fn forbidden(resource: &Resource, name: &str, why: &str) -> Self {
        Self::about(
            403,
            "Forbidden",
            resource,
            name,
            &format!("{resource} {name:?} is forbidden: {why}"),
        )
    }

    /// A JSON patch that does not apply, a failed `test` included: the server does not say which part.
    pub fn patch_failed() -> Self {
        let message = "the server rejected our request due to an error in our request";
        Self::failure(422, "Invalid", message, &json!({}))
    }

    pub fn bad_request(why: &str) -> Self {
        Self::failure(400, "BadRequest", why, &json!({}))
    }

    pub fn unsupported_media_type(what: &str) -> Self {
        let message = format!("the body of the request was in an unknown format - {what} is not modelled");
        Self::failure(415, "UnsupportedMediaType", &message, &json!({}))
    }
}
