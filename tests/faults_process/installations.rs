//! Two installations of the operator at one platform, as in two clusters that apply the same manifests: a client belongs to
//! one of them, and the other never touches it.

use serde_json::Value;

use crate::blow::Blow;
use crate::campaign::caught;
use crate::field::Field;
use crate::kit::{Cluster, Lane, Score, condition, is_full, until};

const NAME: &str = "same-manifest";

/// Who is there.
struct Pair<'a> {
    first: Field<'a>,
    second: Lane<'a>,
}

/// All cases, each with the operator of the second, or of the loser and winner of a race, struck at some request.
pub async fn at_one_platform(cluster: &Cluster) {
    let mut score = Score::of("processes", "two installations at one platform");
    let first = Field::open(cluster).await;
    let second = Lane::beside(cluster, &first).await;
    let pair = Pair { first, second };
    let blows: &[Option<(usize, Blow)>] = if is_full() {
        &[
            None,
            Some((1, Blow::KillAfter)),
            Some((2, Blow::KillBefore)),
            Some((2, Blow::KillAfter)),
            Some((2, Blow::KillAndLose)),
            Some((2, Blow::LoseAnswer)),
            Some((3, Blow::KillBefore)),
            Some((3, Blow::KillAfter)),
        ]
    } else {
        &[None, Some((2, Blow::KillAfter))]
    };
    for blow in blows {
        let struck = blow.map_or("nobody struck".to_owned(), |(number, blow)| {
            format!("request {number} {blow}")
        });
        let cases = [
            ("the second comes later", caught(pair.later(*blow)).await),
            ("both come at once", caught(pair.at_once(*blow)).await),
            ("each with its own clientName", caught(pair.apart(*blow)).await),
        ];
        for (case, result) in cases {
            score.add(&format!("{case}, {struck}"), result.unwrap_or_else(|words| vec![words]));
        }
    }
    score.tell();
}

impl Pair<'_> {
    /// The first has the client when the second applies the same.
    async fn later(&self, blow: Option<(usize, Blow)>) -> Vec<String> {
        self.first.apply(self.first.application(NAME)).await;
        self.first.ready("OAuthApplication", NAME).await;
        let client = self.client_of(&self.first).await;
        self.struck(&self.second, blow, async || {
            self.second.apply(self.second.application(NAME)).await;
        })
        .await;
        let mut wrongs = self.one_of(&self.first, &self.second, &client).await;
        self.gone(&self.second).await;
        wrongs.extend(self.untouched(&self.first, &client, "when the other was deleted").await);
        self.gone(&self.first).await;
        wrongs.extend(self.first.is_left().await);
        wrongs
    }

    /// Whoever wins has it.
    async fn at_once(&self, blow: Option<(usize, Blow)>) -> Vec<String> {
        self.struck(&self.second, blow, async || {
            let first = self.first.apply(self.first.application(NAME));
            let second = self.second.apply(self.second.application(NAME));
            tokio::join!(first, second);
        })
        .await;
        let decided = async || (ready(&self.first).await, ready(&self.second).await);
        let (first_has_it, _) = until("one of the two is Ready", decided, |(first, second)| first != second).await;
        let first: &Lane<'_> = &self.first;
        let (winner, loser) = if first_has_it {
            (first, &self.second)
        } else {
            (&self.second, first)
        };
        let client = self.client_of(winner).await;
        let mut wrongs = self.one_of(winner, loser, &client).await;
        self.gone(loser).await;
        wrongs.extend(self.untouched(winner, &client, "when the other was deleted").await);
        self.gone(winner).await;
        wrongs.extend(self.first.is_left().await);
        wrongs
    }

    /// Both live, and the end of one is not the end of the other.
    async fn apart(&self, blow: Option<(usize, Blow)>) -> Vec<String> {
        let named = |lane: &Lane<'_>| {
            let mut object = lane.application(NAME);
            object["spec"]["clientName"] = format!("{}-{NAME}", lane.name).into();
            object
        };
        self.first.apply(named(&self.first)).await;
        self.first.ready("OAuthApplication", NAME).await;
        let client = self.client_of(&self.first).await;
        self.struck(&self.second, blow, async || {
            self.second.apply(named(&self.second)).await;
        })
        .await;
        self.second.ready("OAuthApplication", NAME).await;
        self.second.token(NAME, None).await;
        let other = self.client_of(&self.second).await;
        let mut wrongs = self.untouched(&self.first, &client, "by the other's creation").await;
        self.struck(&self.second, blow, async || {
            self.second.delete("OAuthApplication", NAME).await;
        })
        .await;
        self.second.gone("OAuthApplication", NAME).await;
        wrongs.extend(self.untouched(&self.first, &client, "by the other's deletion").await);
        wrongs.extend((other["id"] == client["id"]).then(|| "both have one client".to_owned()));
        self.gone(&self.first).await;
        wrongs.extend(self.first.is_left().await);
        wrongs
    }

    /// Does this, and strikes the operator of a lane at the request.
    async fn struck(&self, lane: &Lane<'_>, blow: Option<(usize, Blow)>, act: impl AsyncFn()) {
        lane.gate.order(blow.map(|(number, blow)| (number, blow.deed())));
        act().await;
        if let Some((_, blow)) = blow {
            until("the request is met", async || blow.is_due(lane), |due| *due).await;
            blow.strike(lane).await;
        }
    }

    /// What is wrong when the winner has this client and the loser must have none.
    async fn one_of(&self, winner: &Lane<'_>, loser: &Lane<'_>, client: &Value) -> Vec<String> {
        loser
            .says("OAuthApplication", NAME, "Ready", "False", "NameConflict")
            .await;
        let mut wrongs = self.untouched(winner, client, "by the one who came too late").await;
        let empty = loser.secret(NAME).await.is_empty();
        wrongs.extend((!empty).then(|| "I4: the loser has a Secret".to_owned()));
        let count = self.named(NAME).await.len();
        wrongs.extend((count != 1).then(|| format!("I1: {count} clients have the name")));
        wrongs
    }

    /// Whether somebody's client is as it was, and its Secret works.
    async fn untouched(&self, lane: &Lane<'_>, client: &Value, when: &str) -> Vec<String> {
        let now = self.client_of(lane).await;
        lane.token(NAME, None).await;
        let same = now == *client;
        same.then(Vec::new)
            .unwrap_or_else(|| vec![format!("I7: {when}, the client was touched: {client} became {now}")])
    }

    async fn client_of(&self, lane: &Lane<'_>) -> Value {
        let id = lane.get("OAuthApplication", NAME).await["status"]["applicationId"].clone();
        let all = self.first.platform.applications().await;
        all.into_iter().find(|client| client["id"] == id).unwrap_or_default()
    }

    async fn named(&self, name: &str) -> Vec<Value> {
        let mut all = self.first.platform.applications().await;
        all.retain(|client| client["name"] == name);
        all
    }

    async fn gone(&self, lane: &Lane<'_>) {
        lane.delete("OAuthApplication", NAME).await;
        lane.gone("OAuthApplication", NAME).await;
    }
}

async fn ready(lane: &Lane<'_>) -> bool {
    condition(&lane.get("OAuthApplication", NAME).await, "Ready")["status"] == "True"
}
