//! What must hold whenever a run has settled, whatever happened before. A violation is a sentence; nothing is asserted, so
//! that a campaign can tell of all its runs.

use reqwest::StatusCode;
use serde_json::Value;

use super::neighbours::Neighbours;
use super::objects::condition;
use super::space::TestSpace;

impl TestSpace<'_> {
    /// Waits until each of these applications is Ready and there is no other, and until the operator has come to rest.
    pub async fn settles(&self, live: &[&str]) {
        for name in live {
            self.ready("OAuthApplication", name).await;
        }
        let others = async || {
            let all = self.list("OAuthApplication").await;
            let name = |one: &Value| one["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            all.iter()
                .map(name)
                .filter(|name| !live.contains(&name.as_str()))
                .collect::<Vec<_>>()
        };
        super::until("no other application remains", others, Vec::is_empty).await;
        self.comes_to_rest().await;
    }

    /// What does not hold of the law, with these applications alive and all others gone:
    ///
    /// - I1: each has exactly one client at the platform, and there is no other;
    /// - I2: the credentials in its Secret obtain a token;
    /// - I4: `Ready=True` says so;
    /// - I5: nothing is called or written any more, except that the platform is looked at once in a minute;
    /// - I7: nothing of others was touched.
    ///
    /// I3, that no secret stands where none belongs, is looked at when the space ends (`canary`).
    pub async fn violations(&self, live: &[&str], neighbours: &Neighbours) -> Vec<String> {
        let mut found = self.wrongs(live, neighbours).await;
        found.extend(self.stirs().await.map(|what| format!("I5: {what}")));
        found
    }

    /// The same without I5, for who watches the operator's rest otherwise.
    pub async fn wrongs(&self, live: &[&str], neighbours: &Neighbours) -> Vec<String> {
        let mut found = self.clients_that_are_wrong(live, neighbours).await;
        for name in live {
            found.extend(self.credentials_that_fail(name).await);
        }
        found.extend(self.touched(neighbours).await);
        found
    }

    async fn clients_that_are_wrong(&self, live: &[&str], neighbours: &Neighbours) -> Vec<String> {
        let mut ours = self.platform.applications().await;
        ours.retain(|client| !neighbours.has(client));
        let mut found = vec![];
        for name in live {
            let resource = self.get("OAuthApplication", name).await;
            let id = resource["status"]["applicationId"].clone();
            let before = ours.len();
            ours.retain(|client| client["id"] != id);
            match before - ours.len() {
                1 => {}
                count => found.push(format!("I1: {name} has {count} clients, and status tells {id}")),
            }
        }
        found.extend(
            ours.iter()
                .map(|client| format!("I1: a client {} is nobody's", client["name"])),
        );
        found
    }

    async fn credentials_that_fail(&self, name: &str) -> Vec<String> {
        let resource = self.get("OAuthApplication", name).await;
        let secret = resource["status"]["secret"]["name"].as_str().unwrap_or(name).to_owned();
        let data = self.secret(&secret).await;
        let text = |key: &str| data.get(key).cloned().unwrap_or_default();
        let (status, answer) = self
            .platform
            .token(&text("client_id"), &text("client_secret"), None)
            .await;
        let ready = condition(&resource, "Ready")["status"] == "True";
        let works = status == StatusCode::OK;
        let mut found = vec![];
        if !works {
            found.push(format!(
                "I2: the Secret {secret} obtains no token: {status} {}",
                answer["error"]
            ));
        }
        if !ready {
            found.push(format!(
                "{name} is not Ready: {}",
                condition(&resource, "Ready")["message"]
            ));
        }
        if ready && !works {
            found.push(format!("I4: {name} is Ready, and its Secret does not work"));
        }
        found
    }
}
