//! From a number to a life.

use std::time::Duration;

use fastrand::Rng;

use super::plan::{Chapter, Deed, Plan, Strike};
use crate::model::blow::{Blow, DELAY};
use crate::model::classes;
use crate::model::gate::TIMEOUT;
use crate::model::process::SETTLE;

/// Strikes within a chapter, at most.
const STRIKES: usize = 5;
/// Chapters after the creation, at most.
const CHAPTERS: usize = 4;
/// Times that somebody breaks by hand what the operator made; after three replacements a day it asks a person.
const DAMAGE: usize = 2;
/// A creation of two operators takes about so many requests.
const REACH: usize = 36;
/// One life in so many has a crowd of neighbours, on many pages.
const CROWDED: u64 = 50;
const CROWD: usize = 1_000;

/// Kinds of strikes; each life has its own few, so that those that need each other meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Cut,
    CutUnderWay,
    LoseRequest,
    LoseAnswer,
    Late,
    Twice,
    Slow,
    Freeze,
    HoldBack,
    Stale,
    SecretWatchLags,
    ClockJumps,
    Echo,
    ListLags,
    RefuseSecrets,
    RefuseResource,
    RefuseCall,
    RefuseCalls,
}

const KINDS: [Kind; 18] = [
    Kind::Cut,
    Kind::CutUnderWay,
    Kind::LoseRequest,
    Kind::LoseAnswer,
    Kind::Late,
    Kind::Twice,
    Kind::Slow,
    Kind::Freeze,
    Kind::HoldBack,
    Kind::Stale,
    Kind::SecretWatchLags,
    Kind::ClockJumps,
    Kind::Echo,
    Kind::ListLags,
    Kind::RefuseSecrets,
    Kind::RefuseResource,
    Kind::RefuseCall,
    Kind::RefuseCalls,
];

impl Plan {
    /// The life with this number.
    pub fn drawn_from(seed: u64) -> Self {
        let rng = &mut Rng::with_seed(seed);
        let kinds = few(rng);
        let (chapters, classes) = (chapters(rng, &kinds), classes::all());
        Self {
            seed,
            class: classes[rng.usize(..classes.len())],
            processes: rng.usize(1..=2),
            neighbours: if seed.is_multiple_of(CROWDED) {
                CROWD
            } else {
                rng.usize(1..=3)
            },
            name_taken: rng.u8(..16) == 0,
            chapters,
        }
    }
}

/// Kinds whose meeting is what a rule of the protocol is for; every other life keeps to one of these.
const THEMES: [&[Kind]; 6] = [
    &[Kind::RefuseSecrets, Kind::Freeze, Kind::Cut],
    &[Kind::Freeze, Kind::CutUnderWay, Kind::Slow],
    &[Kind::Late, Kind::Cut, Kind::HoldBack],
    &[Kind::Freeze, Kind::HoldBack],
    &[Kind::RefuseCall, Kind::RefuseCalls, Kind::LoseAnswer, Kind::Cut],
    &[Kind::Stale, Kind::Cut, Kind::LoseAnswer],
];

fn few(rng: &mut Rng) -> Vec<Kind> {
    if rng.bool() {
        return THEMES[rng.usize(..THEMES.len())].to_vec();
    }
    let mut kinds = KINDS.to_vec();
    rng.shuffle(&mut kinds);
    kinds.truncate(rng.usize(1..=5));
    kinds
}

fn chapters(rng: &mut Rng, kinds: &[Kind]) -> Vec<Chapter> {
    let mut chapters = vec![chapter(rng, Deed::Create, None, kinds)];
    let (mut damage, mut alive, mut moved) = (0, true, false);
    for _ in 0..rng.usize(..=CHAPTERS) {
        let deed = deed(rng, alive, moved, damage < DAMAGE);
        damage += usize::from(matches!(
            deed,
            Deed::DeleteSecret | Deed::AlterSecret | Deed::RemoveClient
        ));
        alive = alive && deed != Deed::Delete || deed == Deed::CreateAgain;
        moved = moved && deed != Deed::MoveBack || deed == Deed::MoveAway;
        let at_rest = rng.bool() || deed == Deed::MoveBack;
        let after = (!at_rest).then(|| rng.usize(..REACH));
        chapters.push(chapter(rng, deed, after, kinds));
    }
    chapters
}

fn deed(rng: &mut Rng, alive: bool, moved: bool, damage: bool) -> Deed {
    let mut deeds = vec![Deed::Resync];
    if alive {
        deeds.extend([Deed::Describe, Deed::Rename, Deed::Delete, Deed::Delete]);
    } else {
        deeds.extend([Deed::CreateAgain; 3]);
    }
    deeds.push(if moved { Deed::MoveBack } else { Deed::MoveAway });
    if alive && damage && !moved {
        deeds.extend([Deed::DeleteSecret, Deed::AlterSecret, Deed::RemoveClient]);
    }
    deeds[rng.usize(..deeds.len())]
}

fn chapter(rng: &mut Rng, deed: Deed, after: Option<usize>, kinds: &[Kind]) -> Chapter {
    let number = rng.usize(..=STRIKES);
    let mut strikes: Vec<_> = (0..number)
        .map(|_| {
            let (at, kind) = (rng.usize(..REACH), kinds[rng.usize(..kinds.len())]);
            (at, strike(rng, kind))
        })
        .collect();
    strikes.sort_by_key(|(at, _)| *at);
    Chapter { deed, after, strikes }
}

fn strike(rng: &mut Rng, kind: Kind) -> Strike {
    let late = if rng.bool() { usize::MAX } else { rng.usize(..12) };
    match kind {
        Kind::Cut if rng.bool() => Strike::Blow(Blow::CutBefore),
        Kind::Cut => Strike::Blow(Blow::CutAfter),
        Kind::CutUnderWay => Strike::Blow(Blow::CutUnderWay(late)),
        Kind::LoseRequest => Strike::Blow(Blow::LoseRequest),
        Kind::LoseAnswer => Strike::Blow(Blow::LoseAnswer),
        Kind::Late => Strike::Blow(Blow::Delay(late)),
        Kind::Twice => Strike::Twice,
        Kind::Slow => Strike::Slow(one_of(rng, &[1_000, 5_000, 9_900])),
        Kind::Freeze => {
            let limit = [TIMEOUT, 2 * TIMEOUT, SETTLE, 2 * SETTLE][rng.usize(..4)];
            Strike::Freeze(limit + Duration::from_secs(rng.u64(1..=8)))
        }
        Kind::HoldBack => Strike::HoldBack(rng.usize(1..=16)),
        Kind::Stale => Strike::Stale(rng.usize(1..=4), rng.usize(1..=3)),
        Kind::SecretWatchLags => Strike::SecretWatchLags(one_of(rng, &[2_000, 15_000, 60_000])),
        Kind::ClockJumps => Strike::ClockJumps(rng.i64(-72..=72)),
        Kind::Echo => Strike::Echo,
        Kind::ListLags => Strike::ListLags(DELAY.mul_f64(rng.f64())),
        Kind::RefuseCall => Strike::Blow(Blow::Refuse),
        Kind::RefuseCalls => Strike::RefuseCalls(one_of(rng, &[1_000, 15_000, 60_000])),
        Kind::RefuseSecrets => Strike::Refuse("secrets", one_of(rng, &[1_000, 15_000, 60_000])),
        Kind::RefuseResource => Strike::Refuse("oauthapplications", one_of(rng, &[1_000, 12_000])),
    }
}

fn one_of(rng: &mut Rng, milliseconds: &[u64]) -> Duration {
    Duration::from_millis(milliseconds[rng.usize(..milliseconds.len())])
}
