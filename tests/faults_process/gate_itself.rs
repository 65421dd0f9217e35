//! The gate does what it is told: what is held has not arrived, what is lost never does, and what a watch says waits.

use serde_json::{Value, json};

use crate::kit::{Cluster, Deed, Fate, Gate, Lane, Platform, Upstream, until};

/// A change by a mutating request through the gate's door; whether it was answered.
async fn change(gate: &Gate, tenant: &str) -> bool {
    let ops = json!({ "ops": [{ "op": "tenant.put", "id": tenant }] });
    let url = format!("{}/_sim/state", gate.platform_url());
    reqwest::Client::new().post(url).json(&ops).send().await.is_ok()
}

async fn has(platform: &Platform, tenant: &str) -> bool {
    let tenants = platform.state().await["tenants"].clone();
    tenants
        .as_array()
        .is_some_and(|all| all.iter().any(|one| one["id"] == tenant))
}

/// Every deed and fate, at a platform behind nothing else.
pub async fn does_each_deed() {
    let platform = Platform::start_with(simulator::Options::default()).await;
    let gate = Gate::open(Upstream::new(&platform.own_url(), None)).await;
    gate.platform_is(Upstream::new(&platform.own_url(), None));
    // Deed, fate; whether it has arrived while it is held, whether it has in the end, whether it was answered.
    let deeds = [
        (Deed::HoldBefore, Some(Fate::Pass), false, true, true),
        (Deed::HoldBefore, Some(Fate::Lose), false, false, false),
        (Deed::HoldAfter, Some(Fate::Pass), true, true, true),
        (Deed::HoldAfter, Some(Fate::Lose), true, true, false),
        (Deed::Cut, None, false, false, false),
        (Deed::DropAnswer, None, true, true, false),
    ];
    for (place, (deed, fate, arrived, arrives, answered)) in deeds.into_iter().enumerate() {
        gate.order(Some((2, deed)));
        let tenant = |number: usize| format!("aaaaaaaa-0000-4000-8000-0000000000{place}{number}");
        assert!(change(&gate, &tenant(1)).await, "the first goes its way");
        let second = tenant(2);
        let asked = change(&gate, &second);
        let told = async {
            let Some(fate) = fate else { return };
            let held = until("it is held", async || gate.holds(), Option::is_some).await;
            assert_eq!(held.map(|request| request.number), Some(2));
            assert_eq!(has(&platform, &second).await, arrived, "{deed:?}");
            gate.let_go(fate).await;
        };
        let (was_answered, ()) = tokio::join!(asked, told);
        assert_eq!(was_answered, answered, "{deed:?} {fate:?}");
        assert_eq!(has(&platform, &second).await, arrives, "{deed:?} {fate:?}");
        assert!(change(&gate, &tenant(3)).await, "the third goes its way");
        assert_eq!((gate.passed().len(), gate.met().map(|met| met.number)), (3, Some(2)));
    }
}

/// A new application is not heard of while its watch is held back, although everything else goes on.
pub async fn holds_watches_back(cluster: &Cluster) {
    let lane = Lane::open(cluster).await;
    lane.apply(lane.application("heard")).await;
    lane.ready("OAuthApplication", "heard").await;
    lane.gate.hold_watches("oauthapplications");
    lane.apply(lane.application("unheard")).await;
    let passes = async || {
        let path = "/v1/application-developer/applications";
        lane.platform.requests("GET", path).await.len()
    };
    let before = passes().await;
    until("two passes over the list", passes, |passes| *passes >= before + 2).await;
    assert_eq!(
        lane.get("OAuthApplication", "unheard").await["metadata"]["finalizers"],
        Value::Null
    );
    lane.gate.release_watches();
    lane.ready("OAuthApplication", "unheard").await;
    // Who is cut off asks again.
    lane.gate.cut_watches();
    lane.apply(lane.application("heard-again")).await;
    lane.ready("OAuthApplication", "heard-again").await;
    for name in ["heard", "unheard", "heard-again"] {
        lane.delete("OAuthApplication", name).await;
    }
    for name in ["heard", "unheard", "heard-again"] {
        lane.gone("OAuthApplication", name).await;
    }
}
