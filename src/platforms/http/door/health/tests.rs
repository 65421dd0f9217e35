//! Who may call when, and what it costs a platform that is away.

use url::Url;

use super::*;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn post(name: &str) -> Asked {
    Asked {
        host: Url::parse(&format!("https://{name}.example.com/v1")).unwrap().origin(),
        method: Method::POST,
        probing: false,
    }
}

fn look(name: &str) -> Asked {
    Asked {
        method: Method::GET,
        probing: true,
        ..post(name)
    }
}

/// A platform with one host.
#[derive(Default)]
struct One(Health);

impl One {
    fn ask(&mut self, seconds: u64) -> Verdict {
        self.0.ask(at(seconds), &post("api"))
    }

    fn tell(&mut self, seconds: u64, sent: Sent, sign: Sign) {
        self.0.tell(at(seconds), &post("api"), sent, sign);
    }

    /// Asks as often as told; the calls that are sent.
    fn sends(&mut self, seconds: u64, times: usize) -> Vec<Sent> {
        let sent = (0..times).filter_map(|_| match self.ask(seconds) {
            Verdict::Go(sent) | Verdict::Probe(sent) => Some(sent),
            _ => None,
        });
        sent.collect()
    }

    /// Sends one call, with this outcome.
    fn call(&mut self, seconds: u64, sign: Sign) {
        let sent = self.sends(seconds, 1)[0];
        self.tell(seconds, sent, sign);
    }

    fn away(seconds: u64) -> Self {
        let mut one = Self::default();
        for _ in 0..AWAY_AFTER {
            one.call(seconds, Sign::Silent);
        }
        one
    }

    fn unwell(seconds: u64) -> Self {
        let mut one = Self::default();
        for _ in 0..UNWELL_AFTER {
            one.call(seconds, ERROR);
        }
        one
    }

    /// Calls in a minute in which a thousand callers come each second, and each call has this outcome.
    fn stormy_minute(&mut self, sign: Sign) -> usize {
        let mut count = 0;
        for second in 1..=60 {
            let sent = self.sends(second, 1000);
            count += sent.len();
            for sent in sent {
                self.tell(second, sent, sign);
            }
        }
        count
    }
}

const ANSWERED: Sign = Sign::Answered(None);
const ERROR: Sign = Sign::Unwell(None);

#[test]
fn the_first_call_goes_ahead_and_each_answer_lets_others_through() {
    let mut one = One::default();
    let first = one.sends(0, 100);
    assert_eq!(first.len(), 1);
    one.tell(1, first[0], ANSWERED);
    let more = one.sends(1, 100);
    assert_eq!(more.len(), 8);
    one.tell(2, more[0], ANSWERED);
    assert_eq!(
        one.sends(2, 100).len(),
        8,
        "those that are under way still count no more"
    );
}

#[test]
fn after_ten_quiet_seconds_one_goes_ahead_again() {
    let mut one = One::default();
    one.call(0, ANSWERED);
    one.call(9, Sign::None);
    assert_eq!(one.sends(10, 100).len(), 1);
}

#[test]
fn a_call_without_answer_makes_the_others_go_one_by_one() {
    let mut one = One::default();
    one.call(0, ANSWERED);
    one.call(1, Sign::Silent);
    let next = one.sends(1, 100);
    assert_eq!(next.len(), 1);
    one.tell(2, next[0], ANSWERED);
    assert_eq!(one.sends(2, 100).len(), 8);
}

#[test]
fn a_call_that_was_given_up_leaves_its_place_to_the_next() {
    let mut one = One::default();
    one.call(0, Sign::None);
    assert_eq!(one.sends(0, 100).len(), 1);
}

#[test]
fn an_old_call_that_ends_makes_no_room_for_new_ones() {
    let mut one = One::default();
    one.call(0, ANSWERED);
    let old = one.sends(0, 2);
    one.tell(1, old[0], ANSWERED);
    assert_eq!(one.sends(1, 100).len(), 8);
    one.tell(1, old[1], Sign::None);
    assert_eq!(one.ask(1), Verdict::Follow);
}

#[test]
fn five_calls_without_answer_mean_away_until_a_probe_is_answered() {
    let mut one = One::away(0);
    assert_eq!([one.ask(0), one.ask(1)], [Verdict::Away; 2]);
    let probe = one.ask(2);
    let Verdict::Probe(probe) = probe else {
        panic!("{probe:?}")
    };
    assert_eq!(one.ask(2), Verdict::Away, "one probe at a time");
    one.tell(3, probe, ANSWERED);
    assert_eq!(one.sends(3, 100).len(), 8);
}

#[test]
fn a_probe_that_was_given_up_is_followed_by_another() {
    let mut one = One::away(0);
    one.call(2, Sign::None);
    assert!(matches!(one.ask(2), Verdict::Probe(_)));
}

#[test]
fn a_thousand_callers_cost_a_platform_that_is_away_for_a_minute_a_handful_of_calls() {
    let mut one = One::default();
    one.call(0, ANSWERED);
    let count = one.stormy_minute(Sign::Silent);
    assert_eq!(count, 14, "eight at once, then probes after 2, 4, 8, 15, 15 and 15 s");
}

#[test]
fn who_looks_whether_it_is_there_is_not_held_back() {
    let mut one = One::away(0);
    let looked = one.0.ask(at(0), &look("api"));
    let Verdict::Go(sent) = looked else {
        panic!("{looked:?}")
    };
    one.tell(0, sent, Sign::Silent);
    assert_eq!(one.ask(1), Verdict::Away);
    one.tell(1, sent, ANSWERED);
    assert!(matches!(one.ask(1), Verdict::Go(_)));
}

#[test]
fn a_pause_holds_for_the_whole_platform_and_the_longer_one_wins() {
    let mut one = One::default();
    one.call(0, ANSWERED);
    let sent = one.sends(0, 2);
    one.tell(0, sent[0], Sign::Answered(Some(at(30))));
    one.tell(1, sent[1], Sign::Answered(Some(at(2))));
    assert_eq!(one.ask(10), Verdict::Paused(at(20)));
    assert_eq!(one.0.ask(at(10), &look("id")), Verdict::Paused(at(20)));
    assert!(!one.0.is_ordinary(at(10)) && one.0.is_ordinary(at(30)));
    assert!(matches!(one.ask(30), Verdict::Go(_)));
}

#[test]
fn one_host_that_is_away_does_not_hold_up_the_other() {
    let mut one = One::away(0);
    assert!(matches!(one.0.ask(at(0), &post("id")), Verdict::Go(_)));
    assert!(!one.0.is_ordinary(at(0)));
}

#[test]
fn a_probe_that_says_nothing_is_not_sent_again_at_once() {
    let mut one = One::away(0);
    assert_eq!(one.sends(1, 100).len(), 0);
    let probes = one.sends(2, 100);
    assert_eq!(probes.len(), 1);
    one.tell(2, probes[0], Sign::Broken);
    assert_eq!(one.sends(2, 100).len(), 0);
    assert_eq!(one.sends(60, 100).len(), 1);
}

#[test]
fn a_thousand_callers_cost_a_platform_that_is_unwell_for_a_minute_a_handful_of_calls() {
    let mut one = One::default();
    one.call(0, ANSWERED);
    let count = one.stormy_minute(ERROR);
    assert_eq!(count, 12, "eight at once, then trials after 2, 4, 8 and 16 s");
}

#[test]
fn after_a_server_error_the_others_wait_for_what_becomes_of_those_under_way() {
    let mut one = One::default();
    one.call(0, ANSWERED);
    let sent = one.sends(1, 100);
    one.tell(1, sent[0], ERROR);
    assert_eq!(one.ask(1), Verdict::Follow);
    one.tell(1, sent[1], ANSWERED);
    assert_eq!(one.sends(1, 100).len(), 8, "one was an accident");
}

#[test]
fn one_trial_at_a_time_and_when_it_is_answered_well_all_may_call() {
    let mut one = One::unwell(0);
    assert_eq!([one.ask(0), one.ask(1)], [Verdict::Unwell; 2]);
    let trial = one.sends(2, 100);
    assert_eq!(trial.len(), 1);
    one.tell(3, trial[0], ERROR);
    assert_eq!(one.ask(6), Verdict::Unwell, "the next one comes later");
    let trial = one.sends(7, 100);
    one.tell(7, trial[0], ANSWERED);
    assert_eq!(one.sends(7, 100).len(), 8);
}

#[test]
fn a_trial_that_was_given_up_is_followed_by_another() {
    let mut one = One::unwell(0);
    one.call(2, Sign::None);
    assert_eq!(one.sends(2, 100).len(), 1);
}

#[test]
fn what_is_refused_to_one_method_holds_up_no_other_and_no_look() {
    let mut one = One::unwell(0);
    let get = Asked {
        method: Method::GET,
        ..post("api")
    };
    let read = one.0.ask(at(0), &get);
    let Verdict::Go(sent) = read else { panic!("{read:?}") };
    one.0.tell(at(0), &get, sent, ANSWERED);
    assert_eq!(one.ask(0), Verdict::Unwell, "a read that went well says nothing of it");
    assert!(matches!(one.0.ask(at(0), &look("api")), Verdict::Go(_)));
    assert!(!one.0.is_ordinary(at(0)));
}

#[test]
fn a_pause_that_comes_with_a_server_error_holds_for_the_whole_platform() {
    let mut one = One::default();
    one.call(0, Sign::Unwell(Some(at(30))));
    assert_eq!(one.0.ask(at(10), &look("id")), Verdict::Paused(at(20)));
}
