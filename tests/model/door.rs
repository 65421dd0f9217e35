//! A kube client whose requests stop at the gate.

use std::sync::Arc;

use kube::Client;
use serde_json::Value;

use super::api_server::{Form, Reply, Request, Verb, http};
use super::gate::{Gate, Party, Told, What};
use super::wall_clock;

/// The client of one process. Must be called within a runtime.
pub fn client(gate: &Arc<Gate>, process: usize) -> Client {
    let gate = gate.clone();
    let service = tower::service_fn(move |request| {
        let gate = gate.clone();
        async move {
            let reply = match http::parse(request).await {
                Ok(request) => ask(&gate, process, request).await?,
                Err(refusal) => panic!("a request that is not modelled: {}", refusal.body),
            };
            Ok::<_, tower::BoxError>(http::render(&reply))
        }
    });
    Client::new(service, "default")
}

async fn ask(gate: &Gate, process: usize, mut request: Request) -> Result<Reply, tower::BoxError> {
    let what = What {
        party: Party::Cluster,
        text: describe(&request),
        writes: request.verb != Verb::Get,
    };
    let began = gate.began();
    let answer = gate.call(process, what, move |world| {
        wall_clock::date(&mut request, world, process, began.elapsed());
        let reply = world.take_in(process, &request);
        let version = reply.body["metadata"]["resourceVersion"].as_str();
        let brief = match (reply.body["reason"].as_str(), version) {
            (Some(reason), _) if reply.code >= 400 => format!("{} {reason}", reply.code),
            (_, Some(version)) => format!("{} version {version}{}", reply.code, told(&request, &reply.body)),
            _ => reply.code.to_string(),
        };
        Told {
            brief,
            full: reply.body.clone(),
            answer: reply,
        }
    });
    answer.await.ok_or_else(|| "the connection timed out".into())
}

/// What status tells now, if it was written.
fn told(request: &Request, object: &Value) -> String {
    let conditions = object["status"]["conditions"].as_array();
    let ready = conditions.into_iter().flatten().find(|c| c["type"] == "Ready");
    let Some(ready) = ready.filter(|_| request.target.subresource.is_some()) else {
        return String::new();
    };
    let text = |member: &str| ready[member].as_str().unwrap_or_default().to_owned();
    format!(", Ready {} {}", text("status"), text("reason"))
}

fn describe(request: &Request) -> String {
    let verb = match request.verb {
        Verb::Get => "GET",
        Verb::Create => "POST",
        Verb::Patch(Form::Merge) => "PATCH",
        Verb::Patch(Form::Json) => "JSON-PATCH",
        Verb::Delete => "DELETE",
    };
    let metadata = if request.metadata_only { " (metadata)" } else { "" };
    format!("{verb} {}{metadata}", request.target)
}
