//! Many applications at once, and the power that goes in the middle: of the API server, of etcd, of the operator.

use futures::future::join_all;
use tokio::task::block_in_place;
use xtask::cluster::Component;

use crate::campaign::caught;
use crate::field::Field;
use crate::kit::{Cluster, Deed, Fate, Score, is_full, until};

/// Applications of a burst.
const MANY: usize = 10;

/// What loses power when the burst is so many requests old.
struct Outage {
    programs: &'static [Component],
    operator: bool,
    request: usize,
}

/// Bursts of creations and deletions; in each one programs of the control plane are killed and started again.
pub async fn without_power(cluster: &Cluster) {
    let mut score = Score::of("processes", "API server and etcd killed in mid-burst");
    let field = Field::open(cluster).await;
    let mut before = vec![];
    for (round, outage) in outages().iter().enumerate() {
        let names: Vec<String> = (0..MANY).map(|number| format!("burst-{round}-{number}")).collect();
        let title = format!(
            "round {round}: {:?} killed at request {}, the operator {}",
            outage.programs,
            outage.request,
            if outage.operator { "too" } else { "not" }
        );
        match caught(burst(&field, outage, &names, &before)).await {
            Ok(wrongs) => score.add(&title, wrongs),
            Err(words) => {
                field.operator.show_log();
                score.add(&title, [words]);
                break;
            }
        }
        before = names;
    }
    score.tell();
}

fn outages() -> Vec<Outage> {
    use Component::{ApiServer, ControllerManager, Etcd};
    let of = |programs, operator, request| Outage {
        programs,
        operator,
        request,
    };
    if !is_full() {
        return vec![of(&[ApiServer], false, 12), of(&[Etcd], true, 25)];
    }
    let victims: [&[Component]; 4] = [&[ApiServer], &[Etcd], &[ApiServer, Etcd], &[Etcd, ControllerManager]];
    let each = victims.into_iter().flat_map(|programs| {
        let with = move |operator| [3, 17, 31].map(|request| of(programs, operator, request));
        [with(false), with(true)].into_iter().flatten()
    });
    each.collect()
}

/// Creates these and deletes the former ones; what is wrong when all has settled.
async fn burst(field: &Field<'_>, outage: &Outage, names: &[String], former: &[String]) -> Vec<String> {
    field.gate.order(Some((outage.request, Deed::HoldAfter)));
    join_all(former.iter().map(|name| field.delete("OAuthApplication", name))).await;
    join_all(names.iter().map(|name| field.apply(field.application(name)))).await;
    until("the burst is so far", async || field.gate.holds(), Option::is_some).await;
    let plane = field.cluster.plane();
    block_in_place(|| {
        for program in outage.programs {
            plane.kill_now(*program).expect("it runs");
        }
        if outage.operator {
            field.operator.kill_now();
        }
    });
    field.gate.let_go(Fate::Lose).await;
    block_in_place(|| plane.start_again().expect("it starts again"));
    field.operator.start();
    let live: Vec<&str> = names.iter().map(String::as_str).collect();
    let left = async || {
        let mut left = vec![];
        for name in former {
            left.extend(
                field
                    .get("OAuthApplication", name)
                    .await
                    .is_object()
                    .then(|| format!("{name} is left")),
            );
        }
        left
    };
    field.settles(&live, left).await
}

/// Asks the operator to end while creations are under way, and starts it again.
pub async fn asked_to_end(cluster: &Cluster) {
    let mut score = Score::of("processes", "SIGTERM with 50 creations in flight");
    let field = Field::open(cluster).await;
    let all: &[usize] = if is_full() { &[1, 20, 60, 110, 160, 200] } else { &[60] };
    for request in all {
        let names: Vec<String> = (0..50).map(|number| format!("asked-{request}-{number}")).collect();
        let title = format!("asked to end at request {request}");
        match caught(end(&field, *request, &names)).await {
            Ok(wrongs) => score.add(&title, wrongs),
            Err(words) => {
                field.operator.show_log();
                score.add(&title, [words]);
                break;
            }
        }
    }
    score.tell();
}

async fn end(field: &Field<'_>, request: usize, names: &[String]) -> Vec<String> {
    field.gate.order(Some((request, Deed::HoldAfter)));
    join_all(names.iter().map(|name| field.apply(field.application(name)))).await;
    until("the burst is so far", async || field.gate.holds(), Option::is_some).await;
    let ended_well = block_in_place(|| field.operator.stop());
    field.gate.let_go(Fate::Lose).await;
    field.operator.start();
    let live: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut wrongs = field.settles(&live, async || vec![]).await;
    wrongs.extend((!ended_well).then(|| "asked to end, it did not end with 0".to_owned()));
    join_all(names.iter().map(|name| field.delete("OAuthApplication", name))).await;
    wrongs.extend(field.is_left().await);
    wrongs
}
