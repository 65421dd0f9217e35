//! What the API server was asked, from its audit log.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// The user name of the operator's service account.
pub const OPERATOR: &str = "system:serviceaccount:oauth-registrar:oauth-registrar";

/// One request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Who asked.
    pub user: String,
    /// `get`, `list`, `watch`, `create`, `patch`, …
    pub verb: String,
    /// Plural of the kind, with a subresource as `oauthapplications/status`.
    pub resource: String,
    /// Empty for a cluster-wide kind.
    pub namespace: String,
    /// Empty for a list, a watch and a creation.
    pub name: String,
    /// The answer's HTTP status.
    pub code: u64,
}

impl Audited {
    /// Whether it changed something, or tried to.
    pub fn is_write(&self) -> bool {
        !["get", "list", "watch"].contains(&self.verb.as_str())
    }
}

/// All requests of a user so far. The log is written before a request is answered, so what was seen is in it.
pub fn read(log: &Path, user: &str) -> Vec<Audited> {
    let text = fs::read_to_string(log).unwrap_or_else(|error| panic!("{}: {error}", log.display()));
    // The last line may still be being written.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter_map(|event| audited(&event, user))
        .collect()
}

fn audited(event: &Value, user: &str) -> Option<Audited> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let about = &event["objectRef"];
    if event["stage"] != "ResponseComplete" || event["user"]["username"] != user {
        return None;
    }
    let resource = match about["subresource"].as_str() {
        Some(subresource) => format!("{}/{subresource}", text(&about["resource"])),
        None => text(&about["resource"]),
    };
    Some(Audited {
        user: user.to_owned(),
        verb: text(&event["verb"]),
        resource,
        namespace: text(&about["namespace"]),
        name: text(&about["name"]),
        code: event["responseStatus"]["code"].as_u64().unwrap_or_default(),
    })
}
