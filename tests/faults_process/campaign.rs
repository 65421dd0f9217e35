//! Many runs, side by side in some lanes.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};

use futures::FutureExt;
use futures::future::join_all;

use crate::field::Field;
use crate::kit::{Cluster, Score};
use crate::run::{Outcome, Run};

/// Lanes side by side: each waits most of the time.
const LANES: usize = 6;

type Queue = Mutex<VecDeque<(String, Run)>>;
type Played = Vec<(Run, Outcome)>;

/// Fields on which runs are played, each with its own operator and platform.
pub struct Campaign {
    fields: Vec<Field<'static>>,
    score: Score,
    begun: usize,
    /// Runs whose request never came.
    missed: Vec<String>,
}

impl Campaign {
    /// Opens the fields.
    pub async fn open(cluster: &'static Cluster, case: &str) -> Self {
        Self {
            fields: join_all((0..LANES).map(|_| Field::open(cluster))).await,
            score: Score::of("processes", case),
            begun: 0,
            missed: vec![],
        }
    }

    /// Plays each run once, scores it, and tells how it ended.
    pub async fn play(&mut self, runs: Vec<Run>) -> Played {
        let all = runs.len();
        let name = |(number, run)| (format!("story-{}", self.begun + number), run);
        let queue = Mutex::new(runs.into_iter().enumerate().map(name).collect());
        self.begun += all;
        let fields = std::mem::take(&mut self.fields).into_iter();
        let mut played = vec![];
        for (field, part) in join_all(fields.map(|field| work(field, &queue))).await {
            self.fields.extend(field);
            played.extend(part);
        }
        for (run, outcome) in &played {
            self.judge(*run, outcome);
        }
        if played.len() < all {
            let left = format!("{} runs were not played: no lane was left", all - played.len());
            self.score.add("the campaign", [left]);
        }
        played
    }

    fn judge(&mut self, run: Run, outcome: &Outcome) {
        let struck = outcome
            .struck
            .as_ref()
            .map(|request| format!(" [{request}]"))
            .unwrap_or_default();
        let title = format!("{run}{struck}");
        if run.blow.is_some() && outcome.struck.is_none() && outcome.wrongs.is_empty() {
            // No fault happened, so nothing was shown.
            println!("no fault happened in this run: {title}");
            self.missed.push(title);
        } else {
            self.score.add(&title, outcome.wrongs.clone());
        }
    }

    /// Tells the score; fails on a violation, and when one run of ten did not meet the request that it was made for.
    pub fn tell(self) {
        assert!(
            self.missed.len() * 10 <= self.begun,
            "the campaign did not do what it should: of {} runs these met no request: {:#?}",
            self.begun,
            self.missed
        );
        self.score.tell();
    }
}

/// Plays runs of the queue until there are none. A field whose run panicked is not what the next run expects: it is left.
async fn work(field: Field<'static>, queue: &Queue) -> (Option<Field<'static>>, Played) {
    let mut played = vec![];
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((name, run)) = next else {
            return (Some(field), played);
        };
        match caught(run.play(&field, &name)).await {
            Ok(outcome) => played.push((run, outcome)),
            Err(words) => {
                let outcome = Outcome {
                    passed: field.gate.passed(),
                    struck: field.gate.met(),
                    wrongs: vec![words],
                };
                field.operator.show_log();
                played.push((run, outcome));
                return (None, played);
            }
        }
    }
}

/// What the kit fails with, as a violation: the other runs go on.
pub async fn caught<T>(run: impl Future<Output = T>) -> Result<T, String> {
    let words = |panic: Box<dyn Any + Send>| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "it panicked".to_owned())
    };
    AssertUnwindSafe(run).catch_unwind().await.map_err(words)
}
