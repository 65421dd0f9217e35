//! A life, told before it is lived: small enough to be read, and to be made smaller.

use std::fmt;
use std::time::Duration;

use oauth_registrar::domain::port::Capabilities;

use crate::model::blow::Blow;
use crate::model::classes;

/// A life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The number that it was drawn from; ids and pauses follow from it as well.
    pub seed: u64,
    /// What its platform can do.
    pub class: Capabilities,
    /// Operators side by side.
    pub processes: usize,
    /// Clients of others at the platform.
    pub neighbours: usize,
    /// One of them has the name that ours shall have.
    pub name_taken: bool,
    /// The first one is the creation.
    pub chapters: Vec<Chapter>,
}

/// Something that somebody does, and what happens to requests meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    pub deed: Deed,
    /// It begins when so many requests of the chapter before were made; absent: when the world is at rest.
    pub after: Option<usize>,
    /// What happens at the request with this number, counted from the deed.
    pub strikes: Vec<(usize, Strike)>,
}

/// What others than the operator do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Create,
    Describe,
    Rename,
    DeleteSecret,
    AlterSecret,
    RemoveClient,
    /// Deletes the resource.
    Delete,
    /// Creates it again, as soon as its name is free.
    CreateAgain,
    /// Every process starts anew, and finds another platform where the resource was not registered.
    MoveAway,
    /// And the first platform again.
    MoveBack,
    /// A pass over the list makes the resource worth a closer look.
    Resync,
}

/// What happens to a request or to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strike {
    /// To the request that waits.
    Blow(Blow),
    /// It is carried out twice.
    Twice,
    /// It arrives so much later.
    Slow(Duration),
    /// The process stands still for so long after it was answered.
    Freeze(Duration),
    /// The other process goes first so many times.
    HoldBack(usize),
    /// From its cache the process takes a version that is so far behind, so many times.
    Stale(usize, usize),
    /// The watch of the Secret shows nothing new to the process for so long.
    SecretWatchLags(Duration),
    /// The wall clock of the process jumps by so many hours.
    ClockJumps(i64),
    /// Watches tell everybody of something that is no news.
    Echo,
    /// Lists do not show clients registered within this time.
    ListLags(Duration),
    /// Writes of objects of this kind are refused for so long.
    Refuse(&'static str, Duration),
    /// The platform refuses everything for so long, as with 429.
    RefuseCalls(Duration),
}

impl Plan {
    /// How many things happen in it.
    pub fn size(&self) -> usize {
        self.chapters.len() + self.chapters.iter().map(|c| c.strikes.len()).sum::<usize>()
    }

    /// Whether somebody does this in it.
    pub fn has(&self, deed: Deed) -> bool {
        self.chapters.iter().any(|chapter| chapter.deed == deed)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            class,
            processes,
            neighbours,
            ..
        } = self;
        write!(
            f,
            "seed {seed}: {}; {processes} operators, {neighbours} neighbours",
            classes::name(*class)
        )?;
        if self.name_taken {
            f.write_str(", one of whom has the name")?;
        }
        for chapter in &self.chapters {
            write!(f, "\n  {:?}", chapter.deed)?;
            match chapter.after {
                Some(requests) => write!(f, " after {requests} requests")?,
                None => f.write_str(" at rest")?,
            }
            for (at, strike) in &chapter.strikes {
                write!(f, "\n    at request {at}: {strike:?}")?;
            }
        }
        Ok(())
    }
}
