//! What users and others do, and what must be so in the end.

use serde_json::{Value, json};
use simulator::fixture::{T2, WRITER_T2};

use crate::kit::Lane;

/// The Secret with a credential for the second tenant.
const NORTH: &str = "north";
const CHANGED: &str = "https://changed.example.com";
const DRIFTED: &str = "https://drifted.example.com";
const AS_BEFORE: &str = "https://first.example.com";

/// One kind of change, with the name of the application that it concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// An application is applied.
    Create,
    /// Its spec is edited.
    Update,
    /// Its Secret is deleted by hand.
    SecretDeleted,
    /// Its client is changed at the platform.
    ClientChanged,
    /// Its client is deleted at the platform.
    ClientDeleted,
    /// An installation with a Secret is applied.
    Install,
    /// The installation is deleted.
    Uninstall,
    /// The application is deleted.
    Delete,
    /// An application is applied, and deleted when something has happened to its creation.
    Abandon,
}

impl Story {
    /// Every story.
    pub const ALL: [Self; 9] = [
        Self::Create,
        Self::Update,
        Self::SecretDeleted,
        Self::ClientChanged,
        Self::ClientDeleted,
        Self::Install,
        Self::Uninstall,
        Self::Delete,
        Self::Abandon,
    ];

    /// What is there before the change.
    pub async fn prepare(self, lane: &Lane<'_>, name: &str) {
        if [Self::Create, Self::Abandon].contains(&self) {
            return;
        }
        lane.apply(application(lane, name, AS_BEFORE)).await;
        lane.ready("OAuthApplication", name).await;
        if self == Self::Uninstall {
            lane.apply(installation(lane, name)).await;
            lane.ready("TenantInstallation", &tenant(name)).await;
        }
    }

    /// The change.
    pub async fn act(self, lane: &Lane<'_>, name: &str) {
        match self {
            Self::Create | Self::Abandon => drop(lane.apply(application(lane, name, AS_BEFORE)).await),
            Self::Update => drop(lane.apply(application(lane, name, CHANGED)).await),
            Self::SecretDeleted => lane.delete("Secret", name).await,
            Self::ClientChanged => {
                let id = client(lane, name).await["id"].clone();
                let ops = json!([{ "op": "app.patch", "id": id, "set": { "url": DRIFTED } }]);
                lane.platform.change(ops).await;
            }
            Self::ClientDeleted => {
                let id = client(lane, name).await["id"].clone();
                lane.platform.change(json!([{ "op": "app.delete", "id": id }])).await;
            }
            Self::Install => drop(lane.apply(installation(lane, name)).await),
            Self::Uninstall => lane.delete("TenantInstallation", &tenant(name)).await,
            Self::Delete => lane.delete("OAuthApplication", name).await,
        }
    }

    /// Whether there is a second change.
    pub fn turns(self) -> bool {
        self == Self::Abandon
    }

    /// The second change.
    pub async fn turn(self, lane: &Lane<'_>, name: &str) {
        if self.turns() {
            lane.delete("OAuthApplication", name).await;
        }
    }

    /// Whether the application is gone afterwards.
    fn ends(self) -> bool {
        [Self::Delete, Self::Abandon].contains(&self)
    }

    /// The applications that live afterwards.
    pub fn live(self, name: &str) -> Vec<&str> {
        if self.ends() { vec![] } else { vec![name] }
    }

    /// What is not as this change wants it.
    pub async fn wrongs(self, lane: &Lane<'_>, name: &str) -> Vec<String> {
        let mut found = vec![];
        if self.ends() {
            let left = lane.get("OAuthApplication", name).await;
            found.extend((!left.is_null()).then(|| format!("{name} is still there")));
            found.extend((!lane.secret(name).await.is_empty()).then(|| format!("the Secret {name} is still there")));
            return found;
        }
        let client = client(lane, name).await;
        let wanted = if self == Self::Update { CHANGED } else { AS_BEFORE };
        if client["url"] != wanted {
            found.push(format!("the client has the url {}, not {wanted}", client["url"]));
        }
        let tenants = |key: &str| {
            let rows = client[key].as_array().into_iter().flatten();
            rows.map(|row| row["tenant_id"].clone()).collect::<Vec<Value>>()
        };
        let installed = if self == Self::Install { vec![json!(T2)] } else { vec![] };
        for key in ["allowed_tenants", "installations"] {
            if tenants(key) != installed {
                found.push(format!("{key} is {:?}, not {installed:?}", tenants(key)));
            }
        }
        found.extend(self.wrong_installation(lane, name).await);
        found
    }

    async fn wrong_installation(self, lane: &Lane<'_>, name: &str) -> Option<String> {
        let tenant = tenant(name);
        let resource = lane.get("TenantInstallation", &tenant).await;
        let data = lane.secret(&tenant).await;
        if self != Self::Install {
            let gone = resource.is_null() && data.is_empty();
            return (!gone).then(|| format!("{tenant} or its Secret is still there"));
        }
        if crate::kit::condition(&resource, "Ready")["status"] != "True" {
            return Some(format!("{tenant} is not Ready: {}", resource["status"]));
        }
        let text = |key: &str| data.get(key).cloned().unwrap_or_default();
        let (id, secret) = (text("client_id"), text("client_secret"));
        let (status, _) = lane.platform.token(&id, &secret, Some(T2)).await;
        (status != 200).then(|| format!("I2: the Secret {tenant} obtains no token for its tenant: {status}"))
    }

    /// Asks for the end of what the story leaves.
    pub async fn clear(self, lane: &Lane<'_>, name: &str) {
        if self == Self::Install {
            lane.delete("TenantInstallation", &tenant(name)).await;
        }
        if !self.ends() {
            lane.delete("OAuthApplication", name).await;
        }
    }
}

/// What is there before every story; once for each lane.
pub async fn furnish(lane: &Lane<'_>) {
    lane.tenant_credential(NORTH, WRITER_T2, T2).await;
}

fn tenant(name: &str) -> String {
    format!("{name}-north")
}

fn application(lane: &Lane<'_>, name: &str, url: &str) -> Value {
    let mut application = lane.application(name);
    application["spec"]["clientUri"] = url.into();
    application
}

fn installation(lane: &Lane<'_>, name: &str) -> Value {
    let mut installation = lane.installation(&tenant(name), name, T2, NORTH);
    installation["spec"]["secret"] = json!({});
    installation
}

/// The client of this name, or `Null`.
async fn client(lane: &Lane<'_>, name: &str) -> Value {
    let all = lane.platform.applications().await;
    all.into_iter().find(|one| one["name"] == name).unwrap_or_default()
}
