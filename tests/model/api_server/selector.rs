//! Which objects a list shows: label selectors by equality, presence and absence, and `metadata.name`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::reply::Reply;

/// What a list asks for.
#[derive(Debug, Default)]
pub struct Selector {
    terms: Vec<Term>,
    name: Option<String>,
}

#[derive(Debug)]
enum Term {
    Is(String, String),
    IsNot(String, String),
    Has(String),
    HasNot(String),
}

impl Selector {
    /// Reads `labelSelector` and `fieldSelector`.
    pub fn parse(query: &BTreeMap<String, String>) -> Result<Self, Reply> {
        let mut selector = Self::default();
        for term in query
            .get("labelSelector")
            .into_iter()
            .flat_map(|text| text.split(','))
            .filter(|t| !t.is_empty())
        {
            selector.terms.push(match term {
                term if term.contains(' ') => return Err(Reply::bad_request("set-based selectors are not modelled")),
                term if term.contains("!=") => pair(term, "!=", Term::IsNot),
                term if term.contains("==") => pair(term, "==", Term::Is),
                term if term.contains('=') => pair(term, "=", Term::Is),
                term => term
                    .strip_prefix('!')
                    .map_or(Term::Has(term.into()), |label| Term::HasNot(label.into())),
            });
        }
        for term in query
            .get("fieldSelector")
            .into_iter()
            .flat_map(|text| text.split(','))
            .filter(|t| !t.is_empty())
        {
            match term.split_once('=') {
                Some(("metadata.name", name)) => selector.name = Some(name.trim_start_matches('=').to_owned()),
                _ => return Err(Reply::bad_request("only metadata.name is modelled as a field selector")),
            }
        }
        Ok(selector)
    }

    /// Whether this object is shown.
    pub fn selects(&self, object: &Value) -> bool {
        let label = |name: &String| object["metadata"]["labels"].get(name).and_then(Value::as_str);
        let named = self
            .name
            .as_ref()
            .is_none_or(|name| object["metadata"]["name"] == *name);
        named
            && self.terms.iter().all(|term| match term {
                Term::Is(name, value) => label(name) == Some(value),
                Term::IsNot(name, value) => label(name) != Some(value),
                Term::Has(name) => label(name).is_some(),
                Term::HasNot(name) => label(name).is_none(),
            })
    }
}

fn pair(term: &str, operator: &str, make: impl Fn(String, String) -> Term) -> Term {
    let (name, value) = term.split_once(operator).unwrap_or((term, ""));
    make(name.to_owned(), value.to_owned())
}
