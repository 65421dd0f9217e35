//! A port that an operator speaks to.

use std::sync::{Arc, OnceLock};

use futures::{StreamExt, TryStreamExt, stream};
use http::{Method, Request, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::ledger::{Deed, Fate, Ledger, Side, Task, counts};
use super::lines::Watches;
use super::upstream::{Answer, Failed, Upstream};

/// One side's port.
pub(super) struct Door {
    url: String,
    way: Arc<Way>,
    accepting: JoinHandle<()>,
}

/// What every connection of a door shares.
struct Way {
    side: Side,
    upstream: OnceLock<Upstream>,
    ledger: Arc<Ledger>,
    watches: Arc<Watches>,
}

/// A request without its connection.
struct Sent {
    method: Method,
    path: String,
    query: String,
    headers: http::HeaderMap,
    body: Bytes,
}

impl Door {
    pub(super) async fn open(side: Side, ledger: Arc<Ledger>, watches: Arc<Watches>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port on loopback");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let way = Arc::new(Way {
            side,
            upstream: OnceLock::new(),
            ledger,
            watches,
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&way)));
        Self { url, way, accepting }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn leads_to(&self, upstream: Upstream) {
        assert!(self.way.upstream.set(upstream).is_ok(), "a door leads to one place");
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, way: Arc<Way>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, Arc::clone(&way)));
        while connections.try_join_next().is_some() {}
    }
}

/// An error ends the connection without an answer: that is how it is cut.
async fn serve(stream: TcpStream, way: Arc<Way>) {
    let answer = |request: Request<Incoming>| {
        let way = Arc::clone(&way);
        async move {
            let answer = through(way, request).await?;
            let (head, pieces) = answer.into_parts();
            Ok::<_, Failed>(Response::from_parts(head, StreamBody::new(pieces.map_ok(Frame::data))))
        }
    };
    let io = TokioIo::new(stream);
    let _ = http1::Builder::new().serve_connection(io, service_fn(answer)).await;
}

async fn through(way: Arc<Way>, request: Request<Incoming>) -> Result<Answer, Failed> {
    let (head, body) = request.into_parts();
    let sent = Sent {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        // A sender that dies in the middle of its request has sent none.
        body: body.collect().await.map_err(|_| Failed::Cut)?.to_bytes(),
    };
    if !counts(way.side, sent.method.as_str(), &sent.path) {
        return way.pass(sent).await;
    }
    let task = way.ledger.enter(way.side, sent.method.as_str(), &sent.path);
    // On a task of its own: what is on its way arrives, also when its sender is dead.
    let passing = tokio::spawn(async move { way.mutate(task, sent).await });
    passing.await.map_err(|_| Failed::Cut)?
}

impl Way {
    async fn mutate(&self, task: Option<Task>, sent: Sent) -> Result<Answer, Failed> {
        let Some(task) = task else {
            return whole(self.pass(sent).await?).await;
        };
        match task.deed {
            Deed::HoldBefore => {
                let answer = match self.ledger.hold(task).await {
                    Fate::Pass => match self.pass(sent).await {
                        Ok(answer) => whole(answer).await,
                        Err(failed) => Err(failed),
                    },
                    Fate::Lose => Err(Failed::Cut),
                };
                self.ledger.arrive(task);
                answer
            }
            Deed::HoldAfter => {
                let answer = whole(self.pass(sent).await?).await;
                let fate = self.ledger.hold(task).await;
                self.ledger.arrive(task);
                if fate == Fate::Pass { answer } else { Err(Failed::Cut) }
            }
            Deed::Cut => Err(Failed::Cut),
            Deed::DropAnswer => {
                whole(self.pass(sent).await?).await?;
                Err(Failed::Cut)
            }
        }
    }

    async fn pass(&self, sent: Sent) -> Result<Answer, Failed> {
        let upstream = self.upstream.get().ok_or(Failed::Cut)?;
        let is_watch = self.side == Side::Api && sent.query.split('&').any(|word| word.starts_with("watch="));
        let target = if sent.query.is_empty() {
            sent.path.clone()
        } else {
            format!("{}?{}", sent.path, sent.query)
        };
        let answer = upstream.forward(sent.method, &target, &sent.headers, sent.body).await?;
        Ok(if is_watch {
            answer.map(|pieces| self.watches.guard(&sent.path, pieces))
        } else {
            answer
        })
    }
}

/// The answer once all of it is here: then the request was carried out.
async fn whole(answer: Answer) -> Result<Answer, Failed> {
    let (head, pieces) = answer.into_parts();
    let pieces: Vec<Bytes> = pieces.try_collect().await?;
    Ok(Response::from_parts(
        head,
        stream::iter(pieces.into_iter().map(Ok)).boxed(),
    ))
}
