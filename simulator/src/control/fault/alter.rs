//! Right answers, spoilt after the request was carried out. What is no JSON, or lacks what a fault looks for, stays.

use serde_json::{Map, Value, json};

use super::refusal::page;
use super::{Fault, Totals};
use crate::message::Reply;

impl Fault {
    /// The answer with this fault in it.
    pub fn spoil(&self, reply: Reply) -> Reply {
        match self {
            Self::Error {
                status,
                body,
                commit: true,
            } => body.reply(status.number()),
            Self::EmptyPage { totals, .. } => edited(reply, |body| shorten(body, usize::MAX, *totals)),
            Self::ShortPage { drop, totals, .. } => edited(reply, |body| shorten(body, drop.get(), *totals)),
            Self::Omit { pointer } => edited(reply, |body| omit(body, pointer)),
            Self::SwapSpelling {} => edited(reply, swap_spelling),
            Self::ContentType { value } => relabelled(reply, value),
            Self::ExtraFields {} => match serde_json::from_slice(&reply.body) {
                Ok(body) => Reply {
                    body: disordered(&body).into_bytes(),
                    ..reply
                },
                Err(_) => reply,
            },
            _ => reply,
        }
    }
}

fn edited(reply: Reply, edit: impl FnOnce(&mut Value)) -> Reply {
    let Ok(mut body) = serde_json::from_slice(&reply.body) else {
        return reply;
    };
    edit(&mut body);
    Reply {
        body: body.to_string().into_bytes(),
        ..reply
    }
}

/// Takes items from the end of a list. Lying totals say that the list ends with what is left.
fn shorten(body: &mut Value, drop: usize, totals: Totals) {
    let Some(items) = body["data"].as_array_mut() else {
        return;
    };
    items.truncate(items.len().saturating_sub(drop));
    let left = items.len() as u64;
    if totals == Totals::Lying && body["meta"].get("itemsTotal").is_some() {
        let number = |name: &str| body["meta"][name].as_u64().unwrap_or_default();
        let total = number("page") * number("pageSize") + left;
        let pages = total.div_ceil(number("pageSize").max(1));
        body["meta"]["itemsTotal"] = json!(total);
        body["meta"]["pagesTotal"] = json!(pages);
    }
}

fn omit(body: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return;
    };
    match body.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.remove(&name.replace("~1", "/").replace("~0", "~"));
        }
        Some(Value::Array(items)) => {
            if let Some(index) = name.parse().ok().filter(|index| *index < items.len()) {
                items.remove(index);
            }
        }
        _ => {}
    }
}

fn swap_spelling(body: &mut Value) {
    match body {
        Value::Object(members) => members.values_mut().for_each(swap_spelling),
        Value::Array(items) => items.iter_mut().for_each(swap_spelling),
        Value::String(text) if text == "confidental" => "confidential".clone_into(text),
        Value::String(text) if text == "confidential" => "confidental".clone_into(text),
        _ => {}
    }
}

fn relabelled(mut reply: Reply, label: &str) -> Reply {
    if label.contains("json") {
        reply.body = page("no JSON");
    }
    reply.content_type = Some(label.to_owned().into());
    reply
}

/// JSON text with the members of each object in falling order and unknown ones among them.
fn disordered(value: &Value) -> String {
    match value {
        Value::Object(members) => object(members),
        Value::Array(items) => format!("[{}]", items.iter().map(disordered).collect::<Vec<_>>().join(",")),
        plain => plain.to_string(),
    }
}

fn object(members: &Map<String, Value>) -> String {
    let mut names: Vec<&String> = members.keys().collect();
    names.sort_unstable_by(|one, other| other.cmp(one));
    let mut texts = vec![r#""xUnknown":{"nested":[null,1,"x"]}"#.to_owned()];
    texts.extend(
        names
            .into_iter()
            .map(|name| format!("{}:{}", json!(name), disordered(&members[name]))),
    );
    texts.push(r#""aUnknown":null"#.to_owned());
    format!("{{{}}}", texts.join(","))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{disordered, omit, shorten};
    use crate::control::fault::Totals;

    #[test]
    fn a_short_page_lies_only_when_asked_to() {
        let meta = json!({"page": 1, "pageSize": 3, "itemsTotal": 8, "pagesTotal": 3});
        for (totals, drop, expected) in [
            (Totals::Honest, 2, json!([8, 3])),
            (Totals::Lying, 2, json!([4, 2])),
            (Totals::Lying, 9, json!([3, 1])),
        ] {
            let mut list = json!({"meta": meta, "data": [1, 2, 3]});
            shorten(&mut list, drop, totals);
            assert_eq!(
                list["data"].as_array().map_or(9, Vec::len),
                3_usize.saturating_sub(drop)
            );
            assert_eq!(
                json!([list["meta"]["itemsTotal"], list["meta"]["pagesTotal"]]),
                expected
            );
        }
    }

    #[test]
    fn a_pointer_finds_members_and_items() {
        let mut body = json!({"a": {"b/c": 1, "d": [1, 2]}});
        for pointer in ["/a/b~1c", "/a/d/0", "/a/d/7", "/a/x", "/x/y"] {
            omit(&mut body, pointer);
        }
        assert_eq!(body, json!({"a": {"d": [2]}}));
    }

    #[test]
    fn disorder_loses_nothing() {
        let text = disordered(&json!({"a": {"b": "\""}, "c": [{"d": 1}]}));
        assert!(text.find("\"c\"") < text.find("\"a\""), "{text}");
        let mut read: Value = serde_json::from_str(&text).expect(&text);
        for pointer in ["", "/a", "/c/0"] {
            let members = read.pointer_mut(pointer).and_then(Value::as_object_mut).expect(&text);
            assert!(members.remove("xUnknown").is_some() && members.remove("aUnknown").is_some());
        }
        assert_eq!(read, json!({"a": {"b": "\""}, "c": [{"d": 1}]}));
    }
}
