//! How the campaign is spread over the cores, and which seed is replayed.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The one seed that is to be replayed.
pub fn seed() -> Option<u64> {
    let text = std::env::var("OAUTH_REGISTRAR_SEED").ok()?;
    Some(text.parse().expect("OAUTH_REGISTRAR_SEED is a number"))
}

/// Does the work for each of these numbers, on all cores. What fails is told in the order of the numbers; after enough
/// failures the rest is left.
pub fn for_each<T: Send>(
    numbers: std::ops::Range<u64>,
    enough_are: usize,
    work: impl Fn(u64) -> Option<T> + Sync,
) -> Vec<(u64, T)> {
    let (next, enough, failed) = (
        AtomicU64::new(numbers.start),
        AtomicBool::new(false),
        Mutex::new(vec![]),
    );
    let worker = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end || enough.load(Ordering::Relaxed) {
                return;
            }
            if let Some(failure) = work(number) {
                let mut failed = failed.lock().unwrap();
                failed.push((number, failure));
                enough.store(failed.len() >= enough_are, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        for _ in 0..cores {
            scope.spawn(worker);
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort_by_key(|(number, _)| *number);
    failed
}
