//! Pages of a list: `page` and `pageSize` in, `meta` and `data` out.

use serde::Serialize;

use crate::call::Call;
use crate::message::{Reply, Request};
use crate::refusal::Refusal;
use crate::switches::Paging;

const MAX_SIZE: usize = 100;

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    number: usize,
    size: usize,
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    page: usize,
    page_size: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    items_total: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages_total: Option<usize>,
}

#[derive(Serialize)]
struct List<T> {
    meta: Meta,
    data: Vec<T>,
}

impl Page {
    /// Reads the query; refuses what is no number or out of range.
    pub fn asked(call: &Call<'_>) -> Result<Self, Refusal> {
        let paging = call.platform.switches.paging;
        Ok(Self {
            number: number(call.request, "page")?.unwrap_or(0),
            size: size(call.request, paging)?,
            paging,
        })
    }

    /// The answer with this page of `items`, each shown by `show`. A page past the end is empty.
    pub fn reply<I, T: Serialize>(self, items: &[I], show: impl Fn(&I) -> T) -> Reply {
        let has_totals = self.paging == Paging::Full;
        let meta = Meta {
            page: self.number,
            page_size: self.size,
            items_total: has_totals.then_some(items.len()),
            pages_total: has_totals.then(|| items.len().div_ceil(self.size)),
        };
        let data = items
            .iter()
            .skip(self.number.saturating_mul(self.size))
            .take(self.size)
            .map(show)
            .collect();
        Reply::json(200, &List { meta, data })
    }
}

fn number(request: &Request, name: &str) -> Result<Option<usize>, Refusal> {
    request
        .query_value(name)
        .map(|text| text.parse())
        .transpose()
        .map_err(|_| Refusal::Validation(format!("{name} is not a number from 0")))
}

fn size(request: &Request, paging: Paging) -> Result<usize, Refusal> {
    match number(request, "pageSize")? {
        None => Ok(match paging {
            Paging::Short => 10,
            Paging::Full => 20,
        }),
        Some(size) if (1..=MAX_SIZE).contains(&size) => Ok(size),
        Some(_) => Err(Refusal::Validation("pageSize is not within 1 and 100".to_owned())),
    }
}
