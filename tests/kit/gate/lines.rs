//! What watches say, line by line: told at once, kept back, or cut off.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use hyper::body::Bytes;
use tokio::sync::watch::{self, Receiver, Sender};

use super::upstream::Failed;

/// What all watches are told to do.
pub(super) struct Watches(Sender<Orders>);

#[derive(Clone, Default)]
struct Orders {
    held: BTreeSet<String>,
    cuts: usize,
}

impl Default for Watches {
    fn default() -> Self {
        Self(watch::channel(Orders::default()).0)
    }
}

impl Watches {
    pub(super) fn hold(&self, plural: &str) {
        self.0.send_modify(|orders| orders.held.extend([plural.to_owned()]));
    }

    pub(super) fn release(&self) {
        self.0.send_modify(|orders| orders.held.clear());
    }

    pub(super) fn cut(&self) {
        self.0.send_modify(|orders| orders.cuts += 1);
    }

    /// The stream of a watch, as it is let through.
    pub(super) fn guard(
        &self,
        path: &str,
        stream: BoxStream<'static, Result<Bytes, Failed>>,
    ) -> BoxStream<'static, Result<Bytes, Failed>> {
        let orders = self.0.subscribe();
        let cuts = orders.borrow().cuts;
        let line = Line {
            plural: path.rsplit('/').next().unwrap_or_default().to_owned(),
            cuts,
            orders,
            stream,
            kept: Vec::new(),
            ended: false,
        };
        stream::unfold(
            line,
            |mut line| async move { line.next().await.map(|item| (item, line)) },
        )
        .boxed()
    }
}

/// One watch.
struct Line {
    plural: String,
    cuts: usize,
    orders: Receiver<Orders>,
    stream: BoxStream<'static, Result<Bytes, Failed>>,
    kept: Vec<Bytes>,
    ended: bool,
}

impl Line {
    /// The next piece that is told. Pieces are kept in their order, so that whole lines arrive whatever they are cut into.
    async fn next(&mut self) -> Option<Result<Bytes, Failed>> {
        loop {
            let (is_cut, is_held) = {
                let orders = self.orders.borrow_and_update();
                (orders.cuts != self.cuts, orders.held.contains(&self.plural))
            };
            if is_cut && !self.ended {
                self.ended = true;
                return Some(Err(Failed::Cut));
            }
            if self.ended {
                return None;
            }
            if !is_held && !self.kept.is_empty() {
                return Some(Ok(self.kept.drain(..).flatten().collect()));
            }
            tokio::select! {
                changed = self.orders.changed() => if changed.is_err() {
                    // The gate is gone.
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    return None;
                },
                piece = self.stream.next() => match piece {
                    Some(Ok(bytes)) => self.kept.push(bytes),
                    end => {
                        self.ended = true;
                        return end;
                    }
                },
            }
        }
    }
}
