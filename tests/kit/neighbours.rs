//! What belongs to others and stands beside in every campaign: clients on many pages of the platform's list, and Secrets.
//! None of it may change.

use std::collections::BTreeMap;

use oauth_registrar::domain::marker::Marker;
use serde_json::{Value, json};
use simulator::fixture::T1;

use super::space::TestSpace;

/// Clients of others in a campaign: eleven pages of the platform's list.
pub const CROWD: usize = 1000;
const SECRETS: usize = 5;

/// The things of others as they were.
pub struct Neighbours {
    clients: BTreeMap<String, Value>,
    secrets: BTreeMap<String, Value>,
}

impl TestSpace<'_> {
    /// Puts so many clients of others, of the same owner, at the platform, and some Secrets into the namespace. Some look
    /// much like ours: a marker of another installation, the Secret of another operator.
    pub async fn surround(&self, clients: usize) -> Neighbours {
        let client = |number: usize| {
            let marker = Marker::of("another-cluster", &number.to_string(), &self.name, "neighbour");
            let text = match number % 3 {
                0 => "nightly export".to_owned(),
                1 => format!("nightly export [reg:{}]", marker.as_str()),
                _ => String::new(),
            };
            let set = json!({ "name": format!("neighbour-{number:04}"), "teaserDescription": text });
            json!({ "op": "app.put", "tenant": T1, "set": set })
        };
        let clients = self.platform.change((0..clients).map(client).collect()).await;
        for number in 0..SECRETS {
            self.apply(self.secret_of_somebody(number)).await;
        }
        Neighbours {
            clients: clients.into_iter().map(|client| (id(&client), client)).collect(),
            secrets: self.secrets_by_name().await,
        }
    }

    fn secret_of_somebody(&self, number: usize) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": format!("neighbour-{number}"),
                "namespace": self.name,
                "labels": { "app.kubernetes.io/managed-by": "another-operator" },
            },
            "stringData": { "client_id": "theirs", "client_secret": "kept" },
        })
    }

    async fn secrets_by_name(&self) -> BTreeMap<String, Value> {
        let secrets = self.list("Secret").await.into_iter();
        let named = secrets.map(|secret| {
            (
                secret["metadata"]["name"].as_str().unwrap_or_default().to_owned(),
                secret,
            )
        });
        named.filter(|(name, _)| name.starts_with("neighbour-")).collect()
    }

    /// What of others was touched.
    pub async fn touched(&self, neighbours: &Neighbours) -> Vec<String> {
        let clients: BTreeMap<String, Value> = self
            .platform
            .applications()
            .await
            .into_iter()
            .map(|client| (id(&client), client))
            .collect();
        let client = |(id, before): (&String, &Value)| {
            let touched = clients.get(id) != Some(before);
            touched.then(|| format!("the client {} of somebody else was touched", before["name"]))
        };
        let secrets = self.secrets_by_name().await;
        let secret = |(name, before): (&String, &Value)| {
            let touched = secrets.get(name) != Some(before);
            touched.then(|| format!("the Secret {name} of somebody else was touched"))
        };
        let touched = neighbours.clients.iter().filter_map(client);
        touched.chain(neighbours.secrets.iter().filter_map(secret)).collect()
    }
}

impl Neighbours {
    /// Whether a client of the platform is one of them.
    pub fn has(&self, client: &Value) -> bool {
        self.clients.contains_key(&id(client))
    }
}

fn id(client: &Value) -> String {
    client["id"].as_str().unwrap_or_default().to_owned()
}
