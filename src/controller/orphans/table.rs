//! What `oauth-registrar orphans` prints.

use std::fmt::Write;

use serde_json::{Value, json};

use super::record::Record;
use super::store::Stored;
use crate::domain::marker::Marker;

const HEADINGS: [&str; 7] = [
    "PLATFORM",
    "APPLICATION ID",
    "CLIENT ID",
    "RESOURCE",
    "SINCE",
    "STATE",
    "WHY",
];
/// Where nothing is known.
const NOTHING: &str = "-";

/// One line for each record under a line of headings, in columns.
#[must_use]
pub fn table(all: &[Stored]) -> String {
    let mut lines = vec![HEADINGS.map(str::to_owned)];
    lines.extend(all.iter().map(|stored| line(&stored.record)));
    let widths: Vec<usize> = (0..HEADINGS.len())
        .map(|column| {
            lines
                .iter()
                .map(|line| line[column].chars().count())
                .max()
                .unwrap_or_default()
        })
        .collect();
    let mut text = String::new();
    for line in lines {
        let mut row = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            // A String takes whatever is written to it.
            let _ = write!(row, "{cell:<width$}   ");
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

fn line(record: &Record) -> [String; 7] {
    let orphan = &record.orphan;
    let client = orphan.client.as_ref();
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_owned());
    let which = client.map(|client| client.application_id.0.clone());
    let marked = || {
        orphan
            .marker
            .as_ref()
            .map(|marker| format!("[reg:{}]", marker.as_str()))
    };
    let possible = || (orphan.possible > 0).then(|| format!("up to {}", orphan.possible));
    let resource = record.resource.as_ref();
    [
        record.platform.to_string(),
        or_nothing(which.or_else(marked).or_else(possible)),
        or_nothing(
            client
                .and_then(|client| client.client_id.as_ref())
                .map(|id| id.0.clone()),
        ),
        or_nothing(resource.map(|resource| format!("{}/{}", resource.namespace, resource.name))),
        record.since.clone(),
        record.state.to_string(),
        orphan.why.clone(),
    ]
}

/// The same and more, for machines.
#[must_use]
pub fn list(all: &[Stored]) -> Value {
    all.iter().map(object).collect()
}

fn object(stored: &Stored) -> Value {
    let Record {
        orphan,
        resource,
        platform,
        ..
    } = &stored.record;
    let client = orphan.client.as_ref();
    json!({
        "record": stored.name,
        "state": stored.record.state.to_string(),
        "platform": {
            "kind": platform.kind(), "namespace": platform.namespace, "name": platform.name, "uid": stored.record.platform_uid,
        },
        "platformIdentity": orphan.identity.as_ref().map(|(issuer, owner)| json!({"issuer": issuer, "owner": owner})),
        "applicationId": client.map(|client| &client.application_id.0),
        "clientId": client.and_then(|client| client.client_id.as_ref()).map(|id| &id.0),
        "marker": orphan.marker.as_ref().map(Marker::as_str),
        "possible": orphan.possible,
        "resource": resource.as_ref().map(|r| json!({"namespace": r.namespace, "name": r.name, "uid": r.uid})),
        "tenants": stored.record.tenants,
        "since": stored.record.since,
        "why": orphan.why,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controller::orphans::record::{Origin, State};
    use crate::controller::platform::kind::PlatformKey;
    use crate::domain::orphan::{LeftClient, Orphan};

    fn stored(client: Option<&str>, possible: u32) -> Stored {
        let record = Record {
            state: State::Waiting,
            platform: PlatformKey::cluster_wide("olt"),
            platform_uid: None,
            instance: "i".into(),
            resource: client.map(|_| Origin {
                namespace: "billing".into(),
                name: "sync".into(),
                uid: "uid-1".into(),
            }),
            tenants: vec![],
            since: "2026-01-01T00:00:00Z".into(),
            orphan: Orphan {
                client: client.map(|id| LeftClient {
                    application_id: id.into(),
                    client_id: None,
                    told: true,
                }),
                marker: client.map(|_| Marker::of("i", "id", "billing", "sync")),
                scan: false,
                possible,
                identity: None,
                why: "it is away".into(),
            },
        };
        Stored::new(record)
    }

    #[test]
    fn the_columns_stand_under_their_headings() {
        let text = table(&[stored(Some("app-1"), 0), stored(None, 3)]);
        let lines: Vec<&str> = text.lines().collect();
        let under = |heading: &str, line: usize| &lines[line][lines[0].find(heading).unwrap()..];
        assert!(under("APPLICATION ID", 1).starts_with("app-1 "), "{text}");
        assert!(under("CLIENT ID", 1).starts_with("- "), "{text}");
        assert!(under("RESOURCE", 1).starts_with("billing/sync "), "{text}");
        assert!(under("WHY", 1).ends_with("it is away"), "{text}");
        assert!(under("APPLICATION ID", 2).starts_with("up to 3 "), "{text}");
        assert_eq!((lines.len(), table(&[]).lines().count()), (3, 1));
    }

    #[test]
    fn a_machine_reads_what_is_known_and_null_for_what_is_not() {
        let list = list(&[stored(Some("app-1"), 0), stored(None, 3)]);
        assert_eq!(
            (&list[0]["applicationId"], &list[1]["applicationId"]),
            (&json!("app-1"), &Value::Null)
        );
        assert_eq!(
            (&list[0]["resource"]["name"], &list[1]["possible"]),
            (&json!("sync"), &json!(3))
        );
        assert_eq!(list[0]["platform"]["kind"], "ClusterOAuthPlatform");
    }
}
