//! The two forms of PATCH that are modelled: JSON merge patch (RFC 7396) and JSON patch (RFC 6902).

use serde_json::Value;

use super::reply::Reply;

/// How the body of a PATCH is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Merge,
    Json,
}

impl Form {
    /// By content type; server-side apply and strategic merge are not modelled.
    pub fn of(content_type: &str) -> Result<Self, Reply> {
        match content_type {
            "application/merge-patch+json" => Ok(Self::Merge),
            "application/json-patch+json" => Ok(Self::Json),
            other => Err(Reply::unsupported_media_type(other)),
        }
    }

    /// The object after the patch. A failed `test` fails the whole.
    pub fn apply(self, object: &Value, patch: &Value) -> Result<Value, Reply> {
        let mut patched = object.clone();
        match self {
            Self::Merge => json_patch::merge(&mut patched, patch),
            Self::Json => {
                let patch: json_patch::Patch = serde_json::from_value(patch.clone())
                    .map_err(|error| Reply::bad_request(&format!("error decoding patch: {error}")))?;
                json_patch::patch(&mut patched, &patch).map_err(|_| Reply::patch_failed())?;
            }
        }
        Ok(patched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_merge_patch_removes_what_is_null() {
        let patched = Form::Merge
            .apply(&json!({"a": 1, "b": {"c": 2}}), &json!({"a": null, "b": {"d": 3}}))
            .unwrap();
        assert_eq!(patched, json!({"b": {"c": 2, "d": 3}}));
    }

    #[test]
    fn a_failed_test_fails_the_whole_patch_without_details() {
        let patch = json!([{"op": "replace", "path": "/a", "value": 2}, {"op": "test", "path": "/b", "value": 9}]);
        let refused = Form::Json.apply(&json!({"a": 1, "b": 1}), &patch).unwrap_err();
        assert_eq!((refused.code, &refused.body["details"]), (422, &json!({})));
    }

    #[test]
    fn a_patch_of_a_path_that_is_not_there_is_refused() {
        let patch = json!([{"op": "replace", "path": "/a/b", "value": 2}]);
        assert_eq!(Form::Json.apply(&json!({}), &patch).unwrap_err().code, 422);
    }

    #[test]
    fn server_side_apply_is_not_modelled() {
        assert_eq!(Form::of("application/apply-patch+yaml").unwrap_err().code, 415);
    }
}
