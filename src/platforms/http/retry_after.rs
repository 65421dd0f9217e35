//! `Retry-After` of RFC 9110 section 10.2.3: how long a platform wants to be left alone.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// More than this is not believed.
const LONGEST: Duration = Duration::from_mins(10);

/// The wish in these headers, at most 10 min. `None` when there is none or it makes no sense.
///
/// A date is compared with the `Date` of the same answer, so that a clock that differs from ours does no harm; only
/// without that header with `now`.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wish = seconds(text).or_else(|| {
        let sent_at = headers
            .get(DATE)
            .and_then(|value| date(value.to_str().ok()?))
            .unwrap_or(now);
        let left = date(text)?.duration_since(sent_at);
        Some(Duration::try_from(left).unwrap_or(Duration::ZERO))
    })?;
    Some(wish.min(LONGEST))
}

fn seconds(text: &str) -> Option<Duration> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Digits that do not fit are many seconds, not nonsense.
    digits.then(|| Duration::from_secs(text.parse().unwrap_or(u64::MAX)))
}

fn date(text: &str) -> Option<Timestamp> {
    Some(rfc2822::parse(text).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(retry_after_value: &str, date: Option<&str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, retry_after_value.parse().unwrap());
        if let Some(date) = date {
            headers.insert(DATE, date.parse().unwrap());
        }
        retry_after(&headers, "2019-12-20T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn seconds_are_taken_as_they_are_up_to_ten_minutes() {
        assert_eq!(wish("30", None), Some(Duration::from_secs(30)));
        assert_eq!(wish("0", None), Some(Duration::ZERO));
        assert_eq!(wish("999999999", None), Some(LONGEST));
        assert_eq!(wish("99999999999999999999999", None), Some(LONGEST));
    }

    #[test]
    fn a_date_counts_from_the_date_of_the_answer() {
        let (sent, wanted) = ("Fri, 20 Dec 2019 08:00:00 GMT", "Fri, 20 Dec 2019 08:01:30 GMT");
        assert_eq!(wish(wanted, Some(sent)), Some(Duration::from_secs(90)));
    }

    #[test]
    fn a_date_without_date_header_counts_from_our_clock() {
        assert_eq!(
            wish("Fri, 20 Dec 2019 10:00:45 GMT", None),
            Some(Duration::from_secs(45))
        );
        assert_eq!(wish("Fri, 20 Dec 2019 09:00:00 GMT", None), Some(Duration::ZERO));
        assert_eq!(wish("Thu, 20 Dec 2029 09:00:00 GMT", None), Some(LONGEST));
    }

    #[test]
    fn nonsense_is_no_wish() {
        for value in ["-5", "soon", "", "1.5", "2019-12-20T10:00:45Z"] {
            assert_eq!(wish(value, None), None, "{value:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), Timestamp::UNIX_EPOCH), None);
    }
}
