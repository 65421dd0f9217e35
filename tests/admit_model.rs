//! The model of the API server answers as a real one does: the same drawn requests are sent to both, and code, reason and
//! object are compared.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

#[path = "admit_model/draft.rs"]
mod draft;
mod kit;
mod model;
#[path = "admit_model/side.rs"]
mod side;

use draft::{Draft, KINDS, NAMES};
use fastrand::Rng;
use model::api_server::ApiServer;
use serde_json::Value;
use side::Side;

static CLUSTER: kit::Shared = kit::Shared::new("admit_model");

/// Requests of each seed.
const REQUESTS: usize = 150;
const SEEDS: u64 = 16;

/// Both servers, and what each of them was seen to answer.
struct Both {
    real: Side,
    model: Side,
    client: kube::Client,
    server: ApiServer,
}

impl Both {
    /// Sends a request to both; what differs, if anything.
    async fn send(&mut self, draft: &Draft) -> Result<(), String> {
        let mut before = self.living();
        before.extend(draft.creates());
        let writes = self.server.writes();
        let model = side::ask_model(&mut self.server, draft, &mut self.model).await;
        self.real.changes_nothing = draft.method == "PATCH" && self.server.writes() == writes;
        let real = side::ask_real(&self.client, draft, &mut self.real).await;
        let gone: Vec<_> = before
            .into_iter()
            .filter(|object| !self.living().contains(object))
            .collect();
        for (kind, name) in gone {
            self.is_gone(kind, name).await;
        }
        if real == model {
            return Ok(());
        }
        Err(format!("{draft:#?}\nreal:  {real:#}\nmodel: {model:#}"))
    }

    fn living(&self) -> Vec<(usize, &'static str)> {
        let all = (0..KINDS.len()).flat_map(|kind| NAMES.iter().map(move |name| (kind, *name)));
        all.filter(|(kind, name)| self.server.get(&draft::key(*kind, name)).is_some())
            .collect()
    }

    /// The real garbage collector takes its time.
    async fn is_gone(&mut self, kind: usize, name: &'static str) {
        let get = Draft::get(kind, name);
        let (client, real) = (self.client.clone(), self.real.clone());
        let code = async || side::ask_real(&client, &get, &mut real.clone()).await["code"].clone();
        kit::until("what the model removed is gone", code, |code: &Value| *code == 404).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_answers_as_a_real_api_server_does() {
    let cluster = CLUSTER.without_operator().await;
    let mut both = Both {
        real: Side::default(),
        model: Side::default(),
        client: cluster.client().await,
        server: ApiServer::default(),
    };
    let spec = side::defaulted_spec(&both.client).await;
    let mut wrong = vec![];
    for seed in 0..SEEDS {
        let rng = &mut Rng::with_seed(seed);
        for number in 0..REQUESTS {
            let draft = Draft::drawn(rng, &spec);
            if let Err(why) = both.send(&draft).await {
                wrong.push(format!("seed {seed}, request {number}: {why}"));
                break;
            }
        }
        side::clean_up(&both.client).await;
        (both.real, both.model, both.server) = (Side::default(), Side::default(), ApiServer::default());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
