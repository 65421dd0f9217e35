//! Lists in pages that shift while they are read.
//!
//! A create or delete between two pages makes an item appear twice or not at all. Repeats are dropped by key; a list
//! counts as read when two passes in a row saw the same keys, or when one page held all of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::failure::{Class, Failure};

/// The page size we ask for, the largest that the contract allows.
pub const SIZE: usize = 100;
/// Passes until a list that keeps changing is given up for now.
const MOST_PASSES: usize = 5;
/// Pages until an endless list is given up.
const MOST_PAGES: u32 = 1000;

/// One page, as it comes.
#[derive(Debug, Deserialize)]
pub struct Page<T> {
    #[serde(default)]
    meta: Meta,
    data: Vec<T>,
}

/// What a page says about the list. The totals came with the later contract only, so none is relied upon alone.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    page_size: Option<usize>,
    items_total: Option<usize>,
    pages_total: Option<u32>,
}

/// What one pass saw.
struct Pass<T> {
    items: BTreeMap<String, T>,
    /// One page held everything that the platform counted.
    at_once: bool,
}

/// Every item of a list, in the order of their keys; `read` fetches one page, counted from 0.
///
/// `Transient` when the list kept changing through 5 passes or never ended.
pub async fn all<T, F>(key: fn(&T) -> &str, read: impl Fn(u32) -> F) -> Result<Vec<T>, Failure>
where
    F: Future<Output = Result<Page<T>, Failure>>,
{
    let mut former = pass(key, &read).await?;
    if former.at_once {
        return Ok(former.items.into_values().collect());
    }
    for _ in 1..MOST_PASSES {
        let again = pass(key, &read).await?;
        if again.items.keys().eq(former.items.keys()) {
            return Ok(again.items.into_values().collect());
        }
        former = again;
    }
    Err(Failure::new(
        Class::Transient,
        format!("the list kept changing while it was read {MOST_PASSES} times"),
    ))
}

async fn pass<T, F>(key: fn(&T) -> &str, read: &impl Fn(u32) -> F) -> Result<Pass<T>, Failure>
where
    F: Future<Output = Result<Page<T>, Failure>>,
{
    let mut items = BTreeMap::new();
    for number in 0..MOST_PAGES {
        let Page { meta, data } = read(number).await?;
        let last = meta.is_last(number, data.len());
        items.extend(data.into_iter().map(|item| (key(&item).to_owned(), item)));
        if last {
            let at_once = number == 0 && meta.items_total.is_none_or(|total| total == items.len());
            return Ok(Pass { items, at_once });
        }
    }
    Err(Failure::new(
        Class::Transient,
        format!("the list did not end within {MOST_PAGES} pages"),
    ))
}

impl Meta {
    /// A page is the last when it is not full and no total announces another one.
    fn is_last(&self, number: u32, length: usize) -> bool {
        let full = self.page_size.filter(|size| (1..SIZE).contains(size)).unwrap_or(SIZE);
        let announced = self.pages_total.is_some_and(|total| total > number + 1);
        length < full && !announced
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::FutureExt;
    use futures::future::ready;
    use serde_json::{Value, from_value, json};

    use super::*;

    /// Reads the list of numbers that `list` gives for the n-th call, and counts the calls.
    fn read(list: impl Fn(u32, u32) -> Value) -> (Result<Vec<String>, Class>, u32) {
        let calls = Cell::new(0);
        let page = |number| {
            calls.set(calls.get() + 1);
            ready(Ok(from_value(list(calls.get(), number)).unwrap()))
        };
        let all = all(String::as_str, page).now_or_never().unwrap();
        (all.map_err(|failure| failure.class), calls.get())
    }

    /// A page of `0..total` without some.
    fn page_of(total: usize, number: u32, missing: &[usize], meta: &Value) -> Value {
        let from = number as usize * SIZE;
        let data: Vec<_> = (from..total.min(from + SIZE))
            .filter(|n| !missing.contains(n))
            .map(named)
            .collect();
        json!({"meta": meta, "data": data})
    }

    fn named(n: usize) -> String {
        format!("{n:04}")
    }

    fn totals(total: usize) -> Value {
        json!({"itemsTotal": total, "pagesTotal": total.div_ceil(SIZE), "pageSize": SIZE})
    }

    #[test]
    fn a_list_of_one_page_is_read_once() {
        let (all, calls) = read(|_, number| page_of(23, number, &[], &totals(23)));
        assert_eq!((all.unwrap().len(), calls), (23, 1));
        let (all, calls) = read(|_, number| page_of(0, number, &[], &totals(0)));
        assert_eq!((all.unwrap().len(), calls), (0, 1));
    }

    #[test]
    fn a_list_of_several_pages_is_read_until_two_passes_agree() {
        let (all, calls) = read(|_, number| page_of(230, number, &[], &totals(230)));
        assert_eq!((all.unwrap(), calls), ((0..230).map(named).collect(), 6));
    }

    #[test]
    fn an_item_that_one_pass_missed_is_found_by_the_next() {
        let missing = |call| if call <= 3 { &[7][..] } else { &[] };
        let (all, calls) = read(|call, number| page_of(230, number, missing(call), &totals(230)));
        assert_eq!((all.unwrap().len(), calls), (230, 9));
    }

    #[test]
    fn a_page_in_the_middle_that_came_empty_does_not_end_the_list() {
        let hole: Vec<_> = (100..200).collect();
        let missing = |call| if call == 2 { hole.as_slice() } else { &[] };
        let (all, _) = read(|call, number| page_of(230, number, missing(call), &totals(230)));
        assert_eq!(all.unwrap().len(), 230);
    }

    #[test]
    fn a_single_page_with_less_than_was_counted_is_read_again() {
        let missing = |call| if call == 1 { &[7][..] } else { &[] };
        let (all, calls) = read(|call, number| page_of(23, number, missing(call), &totals(23)));
        assert_eq!((all.unwrap().len(), calls), (23, 3));
    }

    #[test]
    fn pages_without_totals_are_read_until_one_is_not_full() {
        let (all, calls) = read(|_, number| page_of(230, number, &[], &json!({"page": number})));
        assert_eq!((all.unwrap().len(), calls), (230, 6));
    }

    #[test]
    fn a_platform_with_smaller_pages_is_read_to_its_end() {
        let page = |number: u32| {
            let data: Vec<_> = (0..25).skip(number as usize * 10).take(10).map(named).collect();
            json!({"meta": {"pageSize": 10}, "data": data})
        };
        let (all, _) = read(|_, number| page(number));
        assert_eq!(all.unwrap().len(), 25);
    }

    #[test]
    fn a_list_that_never_settles_is_given_up_for_now() {
        let (all, calls) = read(|call, number| page_of(230, number, &[call as usize], &totals(230)));
        assert_eq!((all, calls), (Err(Class::Transient), 15));
    }

    #[test]
    fn an_endless_list_is_given_up() {
        let (all, calls) = read(|_, _| page_of(100, 0, &[], &json!({})));
        assert_eq!((all, calls), (Err(Class::Transient), MOST_PAGES));
    }
}
