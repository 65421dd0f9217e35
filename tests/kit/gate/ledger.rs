//! The sequence of mutating requests, and what is done with one of them.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Whom a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The API server.
    Api,
    /// The platform.
    Platform,
}

/// What is done with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It is held before it is forwarded.
    HoldBefore,
    /// It is forwarded, and its answer is held.
    HoldAfter,
    /// The connection is cut before it is forwarded.
    Cut,
    /// It is forwarded, and the connection is cut instead of an answer.
    DropAnswer,
}

/// What becomes of a held request, or of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes its way.
    Pass,
    /// It is lost, and the connection cut.
    Lose,
}

/// A mutating request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Its place in the sequence; the first has 1.
    pub number: usize,
    /// Whom it is for.
    pub side: Side,
    /// `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// The path without query.
    pub path: String,
}

impl fmt::Display for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = match self.side {
            Side::Api => "API server",
            Side::Platform => "platform",
        };
        write!(f, "#{} {} {} ({to})", self.number, self.method, self.path)
    }
}

/// Whether a request changes what the law is about: Events and leases are bookkeeping.
pub(super) fn counts(side: Side, method: &str, path: &str) -> bool {
    let mutating = ["POST", "PUT", "PATCH", "DELETE"].contains(&method);
    let bookkeeping = ["/apis/events.k8s.io/", "/apis/coordination.k8s.io/"];
    mutating && !(side == Side::Api && bookkeeping.iter().any(|group| path.starts_with(group)))
}

/// What was counted, and what is to be done.
#[derive(Default)]
pub(super) struct Ledger {
    book: Mutex<Book>,
    changed: Notify,
}

#[derive(Default)]
struct Book {
    /// Counts the orders: a request of an earlier one concerns nobody any more.
    order: usize,
    wanted: Option<(usize, Deed)>,
    passed: Vec<Passed>,
    met: Option<Passed>,
    held: Option<Passed>,
    fate: Option<Fate>,
    on_its_way: bool,
}

/// What a door has to do with a request.
#[derive(Clone, Copy)]
pub(super) struct Task {
    order: usize,
    pub(super) deed: Deed,
}

impl Ledger {
    /// Enters a request; the task, if it is the one.
    pub(super) fn enter(&self, side: Side, method: &str, path: &str) -> Option<Task> {
        let mut book = self.book();
        let number = book.passed.len() + 1;
        let passed = Passed {
            number,
            side,
            method: method.to_owned(),
            path: path.to_owned(),
        };
        book.passed.push(passed.clone());
        let (_, deed) = book.wanted.filter(|(wanted, _)| *wanted == number)?;
        book.met = Some(passed);
        Some(Task {
            order: book.order,
            deed,
        })
    }

    /// Holds the request until it is let go, and tells its fate. An order that comes meanwhile lets it pass.
    pub(super) async fn hold(&self, task: Task) -> Fate {
        {
            let mut book = self.book();
            if book.order != task.order {
                return Fate::Pass;
            }
            let Book { held, met, .. } = &mut *book;
            held.clone_from(met);
            book.fate = None;
        }
        loop {
            let changed = self.changed.notified();
            let fate = {
                let book = self.book();
                if book.order == task.order {
                    book.fate
                } else {
                    Some(Fate::Pass)
                }
            };
            if let Some(fate) = fate {
                return fate;
            }
            changed.await;
        }
    }

    /// The request that was held is forwarded or lost.
    pub(super) fn arrive(&self, task: Task) {
        let mut book = self.book();
        if book.order == task.order {
            book.on_its_way = false;
            drop(book);
            self.changed.notify_waiters();
        }
    }

    pub(super) fn order(&self, wanted: Option<(usize, Deed)>) {
        let mut book = self.book();
        *book = Book {
            order: book.order + 1,
            wanted,
            ..Book::default()
        };
        drop(book);
        self.changed.notify_waiters();
    }

    pub(super) fn let_go(&self, fate: Fate) {
        let mut book = self.book();
        book.on_its_way = book.held.take().is_some();
        book.fate = Some(fate);
        drop(book);
        self.changed.notify_waiters();
    }

    pub(super) async fn arrived(&self) {
        loop {
            let changed = self.changed.notified();
            if !self.book().on_its_way {
                return;
            }
            changed.await;
        }
    }

    pub(super) fn holds(&self) -> Option<Passed> {
        self.book().held.clone()
    }

    pub(super) fn met(&self) -> Option<Passed> {
        self.book().met.clone()
    }

    pub(super) fn passed(&self) -> Vec<Passed> {
        self.book().passed.clone()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
