//! One exchange from the first byte of the request to the answer: number, fault, platform, record. What the platform
//! answers and when a fault fires are kept out.

use std::future::pending;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::{Response, http};
use tokio::time::sleep;

use crate::answer::{AnswerBody, Drip, Rest, response};
use crate::carry::{Arrived, Carried, carry_out, choose};
use crate::clock::Moment;
use crate::connection::{Cut, Door};
use crate::control::{self, Fault, Fired, Length, Lost, ResetAt};
use crate::message::{Reply, Request};
use crate::route::TOKEN_PATH;
use crate::world::Shared;

/// Bodies of the control API may not be larger.
const MAX_CONTROL_BODY: usize = 16 * 1024 * 1024;

/// What becomes of a request: an answer, or a cut connection.
pub type Outcome = Result<Response<AnswerBody>, Cut>;

/// Handles one request, of the control API or of the platform.
pub async fn exchange(world: Shared, door: Door, incoming: http::Request<Incoming>) -> Outcome {
    let (parts, body) = incoming.into_parts();
    let mut request = Request {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: Bytes::new(),
        too_large: false,
    };
    if door == Door::Control || (door == Door::Both && control::owns(&request.path)) {
        read(&mut request, Some(body), MAX_CONTROL_BODY).await?;
        let mut world = world.lock();
        let reply = control::answer(&mut world, &request);
        return Ok(response(reply, world.clock.now(), None, Rest::Nothing));
    }
    business(&world, request, body).await
}

async fn business(world: &Shared, mut request: Request, body: Incoming) -> Outcome {
    let started = Instant::now();
    let (seq, limit) = {
        let mut world = world.lock();
        (world.records.next_seq(), world.platform.switches.body_limit)
    };
    let mut unread = Some(body);
    // The body of a token request names the client, which a fault may look for.
    if request.path == TOKEN_PATH {
        read(&mut request, unread.take(), limit).await?;
    }
    let fired = choose(&mut world.lock(), &request, seq);
    if !matches!(
        fault(fired.as_ref()),
        Some(Fault::ResetBeforeCommit { at: ResetAt::Headers })
    ) {
        read(&mut request, unread.take(), limit).await?;
    }
    let carried = carry(world.clone(), request, seq, started, fired.clone()).await?;
    let reply = carried.reply.ok_or(Cut::Reset)?;
    let answer = deliver(reply, carried.at, fault(fired.as_ref())).await?;
    carried.delivery.answered(started);
    Ok(answer)
}

/// Carries the request out, at once or late. Who carries it out late does not notice that the client has gone.
async fn carry(
    world: Shared,
    request: Request,
    seq: u64,
    started: Instant,
    fired: Option<Fired>,
) -> Result<Carried, Cut> {
    let late = match fault(fired.as_ref()) {
        Some(Fault::LateCommit { after_ms }) => Some(Duration::from_millis(*after_ms)),
        _ => None,
    };
    let now = move || {
        let fired = fired.as_ref();
        carry_out(&mut world.lock(), &request, &Arrived { seq, started, fired })
    };
    let Some(late) = late else { return Ok(now()) };
    let later = async move {
        sleep(late).await;
        now()
    };
    tokio::spawn(later).await.map_err(|_| Cut::Fin)
}

fn fault(fired: Option<&Fired>) -> Option<&Fault> {
    fired.map(|fired| &fired.fault)
}

/// Reads what is left of the body into the request. A client that breaks off gets no answer.
async fn read(request: &mut Request, unread: Option<Incoming>, limit: usize) -> Result<(), Cut> {
    let Some(body) = unread else { return Ok(()) };
    match Limited::new(body, limit).collect().await {
        Ok(collected) => request.body = collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => request.too_large = true,
        Err(_) => return Err(Cut::Fin),
    }
    Ok(())
}

/// Lets the answer out, late, in drops, in part, without end or not at all when a fault says so. Faults wait in real
/// time.
async fn deliver(mut reply: Reply, at: Moment, fault: Option<&Fault>) -> Outcome {
    match fault {
        Some(Fault::DropResponse { how: Lost::Reset }) => Err(Cut::Reset),
        Some(Fault::DropResponse { how: Lost::Fin }) => Err(Cut::Fin),
        // Ends when the client goes: the server then drops this future.
        Some(Fault::DropResponse { how: Lost::Hang }) => pending().await,
        Some(Fault::Slow {
            first_byte_ms,
            chunk_bytes,
            chunk_ms,
        }) => {
            sleep(Duration::from_millis(*first_byte_ms)).await;
            let drip = chunk_bytes.map(|chunk| Drip {
                chunk: chunk.get(),
                pause: Duration::from_millis(*chunk_ms),
            });
            Ok(response(reply, at, drip, Rest::Nothing))
        }
        Some(Fault::Truncate { at_bytes, length }) => {
            let missing = reply.body.len().saturating_sub(*at_bytes);
            reply.body.truncate(*at_bytes);
            let rest = match length {
                Length::Lying if missing > 0 => Rest::Missing(missing),
                Length::Lying | Length::Honest => Rest::Nothing,
            };
            Ok(response(reply, at, None, rest))
        }
        Some(Fault::Huge { bytes, .. }) => {
            let told = reply.body.len() as u64;
            let rest = bytes.map_or(Rest::Endless, |bytes| Rest::Spaces(bytes.saturating_sub(told)));
            Ok(response(reply, at, None, rest))
        }
        Some(_) | None => Ok(response(reply, at, None, Rest::Nothing)),
    }
}
