//! `/_sim/requests`: what was asked of the platform, by whom and with what outcome.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use hyper::HeaderMap;
use serde::{Serialize, Serializer};

use super::path_pattern::fits;
use super::{Refused, invalid, redact};
use crate::actor::Actor;
use crate::clock::Moment;
use crate::message::{Reply, Request};
use crate::world::World;

/// All records since the start, the last reset or the last `DELETE`.
#[derive(Default)]
pub struct Records {
    kept: Vec<Record>,
    last_seq: u64,
}

#[derive(Serialize)]
struct Record {
    seq: u64,
    at: Moment,
    method: String,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: String,
    actor: Option<Actor>,
    status: Option<u16>,
    commits: u64,
    fault: Option<String>,
    #[serde(flatten, serialize_with = "show_delivery")]
    delivery: Arc<Delivery>,
}

/// Whether the answer went out, which is known only after the record was made.
pub struct Delivery {
    handled_ms: u64,
    answered_ms: OnceLock<u64>,
}

impl Delivery {
    /// Notes that the answer went out.
    pub fn answered(&self, started: Instant) {
        self.answered_ms.get_or_init(|| milliseconds_since(started));
    }
}

/// A request that was just carried out.
pub struct Handled<'a> {
    /// Its number.
    pub seq: u64,
    /// When it was carried out, on the platform's clock.
    pub at: Moment,
    /// When it arrived, in real time.
    pub started: Instant,
    /// What was asked.
    pub request: &'a Request,
    /// By whom.
    pub actor: Option<Actor>,
    /// The status, whether or not the answer gets through; absent when there is none.
    pub status: Option<u16>,
    /// How many changes it made.
    pub commits: u64,
    /// The fault that fired.
    pub fault: Option<String>,
}

impl Records {
    /// The number of a request that just arrived.
    pub fn next_seq(&mut self) -> u64 {
        self.last_seq += 1;
        self.last_seq
    }

    /// Keeps a record, without secrets.
    pub fn keep(&mut self, handled: Handled<'_>) -> Arc<Delivery> {
        let request = handled.request;
        let delivery = Arc::new(Delivery {
            handled_ms: milliseconds_since(handled.started),
            answered_ms: OnceLock::new(),
        });
        self.kept.push(Record {
            seq: handled.seq,
            at: handled.at,
            method: request.method.to_string(),
            path: request.path.clone(),
            query: redact::form(&request.query),
            headers: shown_headers(&request.headers),
            body: redact::body(
                &request.body,
                request.has_media_type("application/x-www-form-urlencoded"),
            ),
            actor: handled.actor,
            status: handled.status,
            commits: handled.commits,
            fault: handled.fault,
            delivery: Arc::clone(&delivery),
        });
        delivery
    }
}

/// Lists the records with a number above `since`, this method and a path that fits.
pub fn get(world: &World, request: &Request) -> Result<Reply, Refused> {
    let since = request.query_value("since").map_or(Ok(0), |text| text.parse());
    let since: u64 = since.map_err(|_| invalid("since is not a number"))?;
    let method = request.query_value("method");
    let path = request.query_value("path");
    let mut found: Vec<&Record> = world
        .records
        .kept
        .iter()
        .filter(|record| {
            record.seq > since
                && method.as_ref().is_none_or(|method| *method == record.method)
                && path.as_ref().is_none_or(|pattern| fits(pattern, &record.path))
        })
        .collect();
    // Requests are numbered on arrival and kept when carried out.
    found.sort_by_key(|record| record.seq);
    Ok(Reply::json(200, &found))
}

/// Forgets the records; numbers go on.
pub fn delete(world: &mut World) -> Reply {
    world.records.kept.clear();
    Reply::empty(204)
}

fn shown_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let shown = |name: &str, value: &[u8]| match name {
        "authorization" | "proxy-authorization" => redact::authorization(&String::from_utf8_lossy(value)),
        "cookie" => redact::hashed(value),
        _ => String::from_utf8_lossy(value).into_owned(),
    };
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), shown(name.as_str(), value.as_bytes())))
        .collect()
}

fn show_delivery<S: Serializer>(delivery: &Arc<Delivery>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Shown {
        answered: bool,
        duration_ms: u64,
    }
    let answered = delivery.answered_ms.get();
    Shown {
        answered: answered.is_some(),
        duration_ms: *answered.unwrap_or(&delivery.handled_ms),
    }
    .serialize(serializer)
}

fn milliseconds_since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}
