//! The operator is killed while it publishes a tenant's Secret.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

mod kit;

use kit::{Cluster, until};
use serde_json::json;
use simulator::fixture::{T2, WRITER_T2};

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_secret_and_status_it_finds_its_own_secret_again() {
    let cluster = Cluster::start("recover_tenant_secret").await;
    let space = cluster.space().await;
    space.apply(space.application("app")).await;
    space.ready("OAuthApplication", "app").await;
    space.tenant_credential("north", WRITER_T2, T2).await;
    for round in 0..4 {
        let name = format!("app-{round}");
        let mut object = space.installation(&name, "app", T2, "north");
        object["spec"]["secret"] = json!({});
        space.apply(object).await;
        // Another instant in each round: from before the first step until the Secret is there.
        let begun = async || {
            let secret = space.secret(&name).await.len();
            let object = space.get("TenantInstallation", &name).await;
            let finalized = object["metadata"]["finalizers"].is_array();
            (finalized, secret > 0)
        };
        until("it has begun", begun, |(finalized, stored)| match round {
            0 => true,
            1 => *finalized,
            _ => *stored,
        })
        .await;
        cluster.operator.kill_now();
        if round == 3 {
            space.delete("Secret", &name).await;
        }
        cluster.operator.start();
        space.ready("TenantInstallation", &name).await;
        // It may have been Ready before the kill, with a Secret that is gone since.
        let wanted = space.secret("app").await["client_secret"].clone();
        let data = async || space.secret(&name).await;
        let data = until("the Secret holds the application's", data, |data| {
            data.get("client_secret") == Some(&wanted)
        })
        .await;
        assert_eq!(data["tenant_id"], T2);
        space.token(&name, Some(T2)).await;
        space.delete("TenantInstallation", &name).await;
        space.gone("TenantInstallation", &name).await;
        space.gone("Secret", &name).await;
    }
    let application = space.platform.only_application().await;
    assert_eq!(application["installations"], json!([]), "{application:#}");
}
