//! From bytes to a body type.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};

use crate::message::Request;
use crate::refusal::Refusal;

/// Reads a body that must be there.
pub fn required<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    if !request.has_media_type("application/json") {
        return Err(Refusal::Validation(
            "the body is not labelled application/json".to_owned(),
        ));
    }
    // A struct would also be read from an array of its members.
    if !request.body.trim_ascii_start().starts_with(b"{") {
        return Err(Refusal::Validation("the body is not a JSON object".to_owned()));
    }
    serde_json::from_slice(&request.body).map_err(|error| Refusal::Validation(error.to_string()))
}

/// Reads a body that may be missing altogether.
pub fn optional<T: DeserializeOwned + Default>(request: &Request) -> Result<T, Refusal> {
    if request.body.is_empty() {
        Ok(T::default())
    } else {
        required(request)
    }
}

/// Reads a member that may be missing, but not `null`.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
