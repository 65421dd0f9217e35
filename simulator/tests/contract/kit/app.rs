//! What the cases say of applications and lists.

use serde_json::{Value, json};

use super::{APP, DEV};

/// The answer to a creation.
pub struct App(pub Value);

impl App {
    pub fn id(&self) -> &str {
        self.0["id"].as_str().unwrap()
    }

    pub fn client_id(&self) -> &str {
        self.0["oauth2Client"]["id"].as_str().unwrap()
    }

    pub fn secret(&self) -> &str {
        self.0["oauth2Client"]["secret"].as_str().unwrap()
    }

    pub fn full_set(&self) -> Value {
        json!({"permissions": self.0["permissions"]})
    }

    pub fn dev(&self) -> String {
        format!("{DEV}/{}", self.id())
    }

    pub fn allowed(&self, tenant: &str) -> String {
        format!("{DEV}/{}/allowed-tenants/{tenant}", self.id())
    }

    pub fn app(&self) -> String {
        format!("{APP}/{}", self.id())
    }

    pub fn installation(&self) -> String {
        format!("{APP}/{}/installation", self.id())
    }
}

/// The ids of a list's items.
pub fn ids(list: &Value) -> Vec<&str> {
    list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

/// The names of an object's members, sorted.
pub fn members(object: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}
