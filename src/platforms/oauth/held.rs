//! An access token while it is good, and the one renewal that all who need it wait for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use tokio::time::Instant;

use super::obtain::Obtained;
use crate::domain::credentials::SecretText;
use crate::domain::failure::{Class, Failure};

/// A token is renewed this long before its end, or a quarter of its life if that is shorter.
const MARGIN: Duration = Duration::from_mins(5);
/// After an early renewal that failed, the token that is still good is used for this long before the next one.
const PAUSE: Duration = Duration::from_secs(30);

/// A token and when to think of the next one, by a clock that nobody sets.
#[derive(Debug)]
pub struct Held {
    token: SecretText,
    /// `None`: nobody says how long it is good; a refusal will tell.
    times: Option<Times>,
}

#[derive(Clone, Copy, Debug)]
struct Times {
    renew: Instant,
    end: Instant,
}

impl Held {
    /// What was obtained, held from `now` on. A refresh token is renewed at half its life, which renews the access token
    /// too: an operator that stands still for a while afterwards must not lose the chain.
    #[must_use]
    pub fn new(obtained: &Obtained, now: Instant) -> Self {
        let early = obtained.life.map(|life| life.saturating_sub(MARGIN.min(life / 4)));
        let half = obtained.refresh_life.map(|life| life / 2);
        let renew = match (early, half) {
            (Some(early), Some(half)) => Some(early.min(half)),
            (early, half) => early.or(half),
        };
        let times = renew.map(|renew| Times {
            renew: now + renew,
            end: now + obtained.life.unwrap_or(renew * 2),
        });
        Self {
            token: obtained.access_token.clone(),
            times,
        }
    }

    fn is_fresh(&self, now: Instant) -> bool {
        self.times.is_none_or(|times| now < times.renew)
    }

    fn is_good(&self, now: Instant) -> bool {
        self.times.is_none_or(|times| now < times.end)
    }

    /// Puts the renewal off if the token is still good.
    fn goes_on(&mut self, now: Instant) -> bool {
        if let Some(times) = self.times.as_mut().filter(|times| now < times.end) {
            times.renew = now + PAUSE;
        }
        self.is_good(now)
    }
}

type Flight = Shared<BoxFuture<'static, Result<SecretText, Failure>>>;

/// Place for one token: of one credential, for one tenant.
#[derive(Default)]
pub struct Slot(Mutex<State>);

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// The renewal that is under way.
    flight: Option<Flight>,
}

impl Slot {
    /// The token while it is good, renewed beside as its end comes near; else the outcome of one renewal, which all share who
    /// ask meanwhile. `refused` is a token that the platform did not accept: it is not given out again.
    ///
    /// A renewal that has begun runs to its end, whoever stops waiting: its answer may be the only copy of a refresh
    /// token. When it fails while the former token is still good, that one goes on, unless the credential was refused:
    /// then whoever asks next is told.
    pub async fn token(
        self: &Arc<Self>,
        refused: Option<&SecretText>,
        renew: impl Future<Output = Result<Held, Failure>> + Send + 'static,
    ) -> Result<SecretText, Failure> {
        let (good, flight) = {
            let mut state = self.lock();
            let now = Instant::now();
            state
                .held
                .take_if(|held| refused.is_some_and(|refused| refused.expose() == held.token.expose()));
            if let Some(held) = state.held.as_ref().filter(|held| held.is_fresh(now)) {
                return Ok(held.token.clone());
            }
            let good = state.held.as_ref().filter(|held| held.is_good(now));
            let good = good.map(|held| held.token.clone());
            (good, state.flight.get_or_insert_with(|| self.begin(renew)).clone())
        };
        match good {
            Some(token) => Ok(token),
            None => flight.await,
        }
    }

    fn begin(self: &Arc<Self>, renew: impl Future<Output = Result<Held, Failure>> + Send + 'static) -> Flight {
        let (slot, broken) = (Arc::clone(self), Arc::clone(self));
        let task = tokio::spawn(async move { slot.land(renew.await) });
        let outcome = async move {
            // Only a runtime that ends stops the task, or our own mistake; the next caller then begins anew.
            task.await.unwrap_or_else(|_| {
                broken.lock().flight = None;
                Err(Failure::new(
                    Class::Transient,
                    "the renewal of the token was broken off",
                ))
            })
        };
        outcome.boxed().shared()
    }

    fn land(&self, outcome: Result<Held, Failure>) -> Result<SecretText, Failure> {
        let mut state = self.lock();
        state.flight = None;
        match outcome {
            Ok(held) => Ok(state.held.insert(held).token.clone()),
            Err(failure) => {
                let refused = matches!(failure.class, Class::Unauthorized | Class::Forbidden | Class::Invalid);
                state.held.take_if(|held| refused || !held.goes_on(Instant::now()));
                state.held.as_ref().map(|held| held.token.clone()).ok_or(failure)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;
    use tokio::time::{advance, sleep};

    use super::*;

    fn lasting(seconds: u64, refresh: Option<u64>, text: &str) -> Held {
        let obtained = Obtained {
            access_token: SecretText::new(text.to_owned()),
            life: Some(Duration::from_secs(seconds)),
            refresh_token: None,
            refresh_life: refresh.map(Duration::from_secs),
        };
        Held::new(&obtained, Instant::now())
    }

    async fn renew(slot: &Arc<Slot>, seconds: u64, text: &'static str) -> String {
        let token = slot.token(None, async move { Ok(lasting(seconds, None, text)) }).await;
        token.unwrap().expose().to_owned()
    }

    /// What is given out once a renewal, should it be time for one, has ended.
    async fn renewed(slot: &Arc<Slot>, seconds: u64, text: &'static str) -> String {
        renew(slot, seconds, text).await;
        sleep(Duration::from_millis(1)).await;
        renew(slot, seconds, text).await
    }

    async fn fail(slot: &Arc<Slot>, class: Class) -> Result<String, Class> {
        let token = slot.token(None, async move { Err(Failure::new(class, "no")) }).await;
        let token = token
            .map(|token| token.expose().to_owned())
            .map_err(|failure| failure.class);
        sleep(Duration::from_millis(1)).await;
        token
    }

    /// The outcomes of many who ask at once, and how many renewals there were.
    async fn at_once(slot: &Arc<Slot>, works: bool) -> (Vec<Result<SecretText, Failure>>, usize) {
        let count = Arc::new(AtomicUsize::new(0));
        let ask = || {
            let count = Arc::clone(&count);
            slot.token(None, async move {
                sleep(Duration::from_secs(1)).await;
                count.fetch_add(1, Ordering::SeqCst);
                works
                    .then(|| lasting(60, None, "one"))
                    .ok_or_else(|| Failure::new(Class::Transient, "no"))
            })
        };
        let outcomes = join_all((0..32).map(|_| ask())).await;
        (outcomes, count.load(Ordering::SeqCst))
    }

    #[tokio::test(start_paused = true)]
    async fn thirty_two_who_ask_at_once_share_one_renewal() {
        let (tokens, renewals) = at_once(&Arc::default(), true).await;
        assert!(tokens.into_iter().all(|token| token.unwrap().expose() == "one"));
        assert_eq!(renewals, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn thirty_two_who_ask_at_once_share_one_failure_and_the_next_one_tries_again() {
        let slot = Arc::default();
        let (failures, renewals) = at_once(&slot, false).await;
        assert!(failures.iter().all(Result::is_err));
        assert_eq!(renewals, 1);
        assert_eq!(renew(&slot, 60, "two").await, "two");
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_before_its_end() {
        let slot = Arc::new(Slot::default());
        assert_eq!(renew(&slot, 864_000, "one").await, "one");
        advance(Duration::from_secs(864_000 - 301)).await;
        assert_eq!(renew(&slot, 60, "two").await, "one");
        advance(Duration::from_secs(2)).await;
        assert_eq!(renewed(&slot, 60, "two").await, "two");
        advance(Duration::from_secs(44)).await;
        assert_eq!(renewed(&slot, 60, "three").await, "two");
        advance(Duration::from_secs(2)).await;
        assert_eq!(renewed(&slot, 60, "three").await, "three");
    }

    #[tokio::test(start_paused = true)]
    async fn a_good_token_is_given_out_while_its_renewal_takes_its_time() {
        let slot = Arc::new(Slot::default());
        renew(&slot, 1000, "one").await;
        advance(Duration::from_secs(800)).await;
        let renewal = async {
            sleep(Duration::from_secs(100)).await;
            Ok(lasting(1000, None, "two"))
        };
        let asked = Instant::now();
        assert_eq!(slot.token(None, renewal).await.unwrap().expose(), "one");
        assert_eq!(renew(&slot, 1000, "three").await, "one");
        assert_eq!(asked.elapsed(), Duration::ZERO);
        sleep(Duration::from_secs(101)).await;
        assert_eq!(renew(&slot, 1000, "three").await, "two", "there was one renewal");
    }

    #[tokio::test(start_paused = true)]
    async fn at_its_end_a_token_is_waited_for() {
        let slot = Arc::new(Slot::default());
        renew(&slot, 1000, "one").await;
        advance(Duration::from_secs(1001)).await;
        assert_eq!(renew(&slot, 1000, "two").await, "two");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refresh_token_is_renewed_at_half_its_life() {
        let slot = Arc::new(Slot::default());
        let first = slot.token(None, async { Ok(lasting(1000, Some(100), "one")) }).await;
        assert_eq!(first.unwrap().expose(), "one");
        advance(Duration::from_secs(49)).await;
        assert_eq!(renew(&slot, 60, "two").await, "one");
        advance(Duration::from_secs(2)).await;
        assert_eq!(renewed(&slot, 60, "two").await, "two");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_token_is_not_given_out_again_and_another_one_is() {
        let slot = Arc::new(Slot::default());
        renew(&slot, 1000, "one").await;
        let refused = SecretText::new("one".into());
        let other = SecretText::new("another".into());
        let next = |text| async move { Ok(lasting(1000, None, text)) };
        let told = async |refused, next| slot.token(Some(refused), next).await.unwrap().expose().to_owned();
        assert_eq!(told(&other, next("two")).await, "one");
        assert_eq!(told(&refused, next("two")).await, "two");
        assert_eq!(told(&refused, next("three")).await, "two");
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_is_still_good_outlives_a_renewal_that_fails_for_a_moment() {
        let slot = Arc::new(Slot::default());
        renew(&slot, 1000, "one").await;
        advance(Duration::from_secs(800)).await;
        assert_eq!(fail(&slot, Class::Transient).await, Ok("one".into()));
        assert_eq!(renewed(&slot, 60, "two").await, "one", "within the pause");
        advance(Duration::from_secs(31)).await;
        assert_eq!(fail(&slot, Class::Transient).await, Ok("one".into()));
        advance(Duration::from_secs(200)).await;
        assert_eq!(fail(&slot, Class::Transient).await, Err(Class::Transient));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_renewal_is_told_to_whoever_asks_next() {
        let slot = Arc::new(Slot::default());
        renew(&slot, 1000, "one").await;
        advance(Duration::from_secs(800)).await;
        assert_eq!(fail(&slot, Class::Unauthorized).await, Ok("one".into()));
        assert_eq!(fail(&slot, Class::Unauthorized).await, Err(Class::Unauthorized));
    }

    #[tokio::test(start_paused = true)]
    async fn a_renewal_runs_to_its_end_when_nobody_waits_any_more() {
        let slot = Arc::new(Slot::default());
        let renewal = async {
            sleep(Duration::from_secs(10)).await;
            Ok(lasting(1000, None, "one"))
        };
        let given_up = tokio::time::timeout(Duration::from_secs(1), slot.token(None, renewal)).await;
        assert!(given_up.is_err());
        sleep(Duration::from_secs(20)).await;
        assert_eq!(renew(&slot, 60, "two").await, "one");
    }
}
