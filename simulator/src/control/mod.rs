//! The control API under `/_sim/` (contract section 12): tests look into the simulator and steer it. It asks for no
//! token, and its own requests are neither recorded nor faulted.

mod clock;
mod fault;
mod faults;
mod ops;
mod path_pattern;
mod records;
mod redact;
mod reset;
mod show;

use hyper::Method;
use serde::de::DeserializeOwned;
use serde_json::json;

pub use fault::{Answered, Fault, Length, Lost, ResetAt};
pub use faults::{Arrival, Faults, Fired};
pub use records::{Delivery, Handled, Records};

use crate::message::{Reply, Request};
use crate::world::World;

/// Why the control API refuses: status and a message for the author of the test.
struct Refused(u16, String);

/// Whether a path belongs to the control API.
pub fn owns(path: &str) -> bool {
    path.starts_with("/_sim/")
}

/// Carries out a request of the control API.
pub fn answer(world: &mut World, request: &Request) -> Reply {
    perform(world, request).unwrap_or_else(|Refused(status, why)| Reply::json(status, &json!({"error": why})))
}

fn perform(world: &mut World, request: &Request) -> Result<Reply, Refused> {
    let path = request.path.trim_start_matches("/_sim/");
    match (&request.method, path.split_once('/').unwrap_or((path, ""))) {
        (&Method::GET, ("state", "")) => Ok(Reply::json(200, &show::world(world))),
        (&Method::POST, ("state", "")) => ops::post(world, request),
        (&Method::GET, ("requests", "")) => records::get(world, request),
        (&Method::DELETE, ("requests", "")) => Ok(records::delete(world)),
        (&Method::GET, ("faults", "")) => Ok(faults::get(world)),
        (&Method::POST, ("faults", "")) => faults::post(world, request),
        (&Method::DELETE, ("faults", id)) => faults::delete(world, id),
        (&Method::GET, ("clock", "")) => Ok(clock::get(world)),
        (&Method::POST, ("clock", "")) => clock::post(world, request),
        (&Method::POST, ("reset", "")) => reset::post(world, request),
        (method, _) => Err(Refused(
            404,
            format!("the control API has no {method} {}", request.path),
        )),
    }
}

fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Refused> {
    serde_json::from_slice(&request.body).map_err(|error| invalid(error.to_string()))
}

fn invalid(why: impl Into<String>) -> Refused {
    Refused(400, why.into())
}
