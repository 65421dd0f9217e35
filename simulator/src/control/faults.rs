//! `/_sim/faults`: which fault fires on which request.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::fault::Fault;
use super::path_pattern::fits;
use super::{Refused, body, invalid};
use crate::actor::Actor;
use crate::message::{Reply, Request};
use crate::random::Random;
use crate::world::World;

/// The faults in the order they were set; the first to fire wins.
pub struct Faults {
    set: Vec<SetFault>,
    named: u64,
    random: Random,
}

/// A request that a fault may take.
pub struct Arrival<'a> {
    /// The request, its body perhaps unread.
    pub request: &'a Request,
    /// Who sent it.
    pub actor: Option<&'a Actor>,
    /// Its number.
    pub seq: u64,
}

/// A fault that fires.
#[derive(Clone, Debug)]
pub struct Fired {
    /// Its id.
    pub id: String,
    /// What goes wrong.
    pub fault: Fault,
}

#[derive(Serialize)]
struct SetFault {
    id: String,
    #[serde(flatten)]
    plan: Plan,
    fired: u64,
    #[serde(skip)]
    taken: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFault {
    id: Option<String>,
    #[serde(default, rename = "match")]
    matches: Match,
    #[serde(default)]
    skip: u64,
    #[serde(default = "once")]
    count: u64,
    #[serde(default = "surely")]
    p: f64,
    fault: Fault,
}

#[derive(Serialize)]
struct Plan {
    #[serde(rename = "match")]
    matches: Match,
    skip: u64,
    count: u64,
    p: f64,
    fault: Fault,
}

/// Conditions; absent ones hold.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Match {
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
}

impl Match {
    fn takes(&self, arrival: &Arrival<'_>) -> bool {
        let same =
            |wanted: &Option<String>, is: Option<&str>| wanted.as_deref().is_none_or(|wanted| is == Some(wanted));
        same(&self.method, Some(arrival.request.method.as_str()))
            && self
                .path
                .as_deref()
                .is_none_or(|pattern| fits(pattern, &arrival.request.path))
            && same(&self.tenant, arrival.actor.and_then(Actor::tenant))
            && same(&self.client_id, arrival.actor.and_then(Actor::client_id))
            && self.seq.is_none_or(|seq| seq == arrival.seq)
    }

    /// A fault in one page of a list takes requests for that page alone.
    fn takes_page(fault: &Fault, request: &Request) -> bool {
        let asked = || {
            let page = request.query_value("page");
            page.map_or(Some(0), |page| page.parse().ok())
        };
        fault.only_page().is_none_or(|page| asked() == Some(page))
    }
}

impl Faults {
    /// None set; chances follow `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            set: Vec::new(),
            named: 0,
            random: Random::new(seed),
        }
    }

    /// The fault that fires on this request.
    pub fn take(&mut self, arrival: &Arrival<'_>) -> Option<Fired> {
        let random = &mut self.random;
        let mut matching = self
            .set
            .iter_mut()
            .filter(|fault| fault.plan.matches.takes(arrival) && Match::takes_page(&fault.plan.fault, arrival.request));
        matching.find_map(|fault| fault.fire(random))
    }

    fn add(&mut self, new: NewFault) -> Result<String, Refused> {
        if !(0.0..=1.0).contains(&new.p) {
            return Err(invalid("p is not within 0 and 1"));
        }
        if let Some(mistake) = new.fault.mistake() {
            return Err(invalid(mistake));
        }
        self.named += 1;
        let id = new.id.unwrap_or_else(|| format!("fault-{}", self.named));
        if id.is_empty() || id.contains('/') || self.set.iter().any(|fault| fault.id == id) {
            return Err(invalid(format!("the id {id:?} is in use, empty or has a slash")));
        }
        let plan = Plan {
            matches: new.matches,
            skip: new.skip,
            count: new.count,
            p: new.p,
            fault: new.fault,
        };
        self.set.push(SetFault {
            id: id.clone(),
            plan,
            fired: 0,
            taken: 0,
        });
        Ok(id)
    }
}

impl SetFault {
    /// Counts a request that matches, and fires when it is time.
    fn fire(&mut self, random: &mut Random) -> Option<Fired> {
        self.taken += 1;
        let exhausted = self.plan.count != 0 && self.fired >= self.plan.count;
        if self.taken <= self.plan.skip || exhausted || !random.happens(self.plan.p) {
            return None;
        }
        self.fired += 1;
        Some(Fired {
            id: self.id.clone(),
            fault: self.plan.fault.clone(),
        })
    }
}

/// Lists all with their counts.
pub fn get(world: &World) -> Reply {
    Reply::json(200, &world.faults.set)
}

/// Sets one.
pub fn post(world: &mut World, request: &Request) -> Result<Reply, Refused> {
    let id = world.faults.add(body(request)?)?;
    Ok(Reply::json(201, &json!({"id": id})))
}

/// Removes one, or all without an id.
pub fn delete(world: &mut World, id: &str) -> Result<Reply, Refused> {
    let before = world.faults.set.len();
    world.faults.set.retain(|fault| !id.is_empty() && fault.id != id);
    if !id.is_empty() && world.faults.set.len() == before {
        return Err(Refused(404, format!("no fault {id:?}")));
    }
    Ok(Reply::empty(204))
}

fn once() -> u64 {
    1
}

fn surely() -> f64 {
    1.0
}
