//! The canary: every answer of the platform holds a secret, and it must appear nowhere but in the Secret's data.
//! The adapter is the real one, over real HTTP, and everything is logged at trace.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oauth_registrar::domain::credentials::{AuthMethod, Credentials, SecretText};
use oauth_registrar::domain::port::Registered;
use oauth_registrar::domain::step::{Fact, Held};
use serde_json::Value;
use tracing_subscriber::util::SubscriberInitExt;

use crate::api_server::Verb;
use crate::script::{CANARY_SECRET, Script, json};
use crate::stage::{NAME, Stage};

/// Nothing is waited out: no other process is there.
const SETTLE: Duration = Duration::ZERO;
const CREATED: &str = r#"{"data":{"id":"app-1","name":"billing-sync","x":"{token}","oauth2Client":{"id":"client-1","secret":"{secret}"}}}"#;
const FOUND: &str = r#"{"data":{"id":"app-1","name":"billing-sync","teaserDescription":"{marker}","oauth2Client":{"id":"client-1"},"x":"{token} {secret}"}}"#;
const ROTATED: &str = r#"{"data":{"id":"client-1","secret":"{secret}"}}"#;
const DISCOVERED: &str = r#"{"issuer":"{url}/realm","token_endpoint":"{url}/token","x":"{token}"}"#;
const TOKEN: &str = r#"{"access_token":"{token}","token_type":"Bearer","expires_in":300}"#;

/// An answer that ends with its connection: the address in it has no fixed length.
fn until_closed(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{body}")
}

/// Everything that this process logs.
fn logs() -> Arc<Mutex<Vec<u8>>> {
    static LOGS: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();
    let install = || {
        let lines = Arc::<Mutex<Vec<u8>>>::default();
        let writer = lines.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || Into(writer.clone()))
            .finish()
            .init();
        lines
    };
    LOGS.get_or_init(install).clone()
}

struct Into(Arc<Mutex<Vec<u8>>>);

impl Write for Into {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Both canaries hold the word; a header or a Secret's data holds them encoded.
fn must_not_sing(what: &str, text: &str) {
    let encoded = [
        CANARY_SECRET.to_owned(),
        format!("client-1:{CANARY_SECRET}"),
        "client-1:-canary%2Bsecret%2F93d2".into(),
    ];
    let encoded = encoded.map(|text| STANDARD.encode(text).trim_end_matches('=').to_owned());
    let at = text
        .find("canary")
        .or_else(|| encoded.iter().find_map(|e| text.find(e.as_str())));
    if let Some(at) = at {
        let around: String = text[..].chars().skip(at.saturating_sub(200)).take(400).collect();
        panic!("{what} holds a secret: …{around}…");
    }
}

/// Looks at all that was written to the API server; how often the secret was written into a Secret's data.
fn listen(stage: &Stage) -> usize {
    let mut stored = 0;
    for call in stage.calls() {
        let mut body = call.body.clone();
        if call.line == "POST secrets" {
            let data = body["data"]["client_secret"].take();
            assert_eq!(data, Value::from(STANDARD.encode(CANARY_SECRET)), "the Secret holds it");
            stored += 1;
        }
        must_not_sing(&call.line, &format!("{} {} {body}", call.line, call.query));
    }
    must_not_sing("the log", &String::from_utf8_lossy(&logs().lock().unwrap()));
    let memory = stage
        .context
        .memories
        .of(stage.resource()["metadata"]["uid"].as_str().unwrap());
    must_not_sing("memory", &format!("{memory:?}"));
    stored
}

async fn reconcile(stage: &Stage) {
    let outcome = stage.reconcile().await;
    must_not_sing("the outcome", &format!("{outcome:?}"));
    if let Err(error) = &outcome {
        must_not_sing("the error", &format!("{error} {}", error.said()));
    }
}

#[tokio::test]
async fn a_secret_appears_nowhere_but_in_the_secret() {
    logs();
    let answers = [
        json("201 Created", CREATED),
        until_closed(DISCOVERED),
        json("200 OK", TOKEN),
        json("200 OK", FOUND),
        json("200 OK", ROTATED),
        json("200 OK", TOKEN),
    ];
    let script = Script::start(&answers.each_ref().map(String::as_str)).await;
    let stage = Stage::at(script.platform.clone(), SETTLE);
    reconcile(&stage).await;
    assert_eq!(stage.condition("Ready"), ("True".into(), "Ready".into()));
    assert_eq!(listen(&stage), 1);

    stage.user(Verb::Delete, &format!("secrets/{NAME}"), Value::Null);
    reconcile(&stage).await;
    assert_eq!(stage.condition("Ready"), ("True".into(), "Ready".into()));
    assert_eq!(listen(&stage), 1);
    assert!(
        script.seen().iter().any(|request| request.contains("/secret ")),
        "it was rotated"
    );
    assert!(!logs().lock().unwrap().is_empty(), "something is logged at trace");
}

/// A reconcile that has to end in trouble; how many requests came to the platform, and how many secrets were stored.
async fn troubled(answers: &[String]) -> (usize, usize) {
    logs();
    let script = Script::start(&answers.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let stage = Stage::at(script.platform.clone(), SETTLE);
    reconcile(&stage).await;
    assert_eq!(stage.condition("Ready").0, "False", "{answers:?}");
    (script.seen().len(), listen(&stage))
}

#[tokio::test]
async fn an_error_that_repeats_what_was_sent_is_told_without_it() {
    let repeats = |secret: &str| {
        format!(
            r#"{{"error":"{secret}","message":"Bearer {secret}","error_description":"{secret}","code":"{secret}"}}"#
        )
    };
    for status in [
        "400 Bad Request",
        "401 Unauthorized",
        "403 Forbidden",
        "404 Not Found",
        "409 Conflict",
        "422 Unprocessable Entity",
        "429 Too Many Requests",
        "500 Internal Server Error",
        "503 Service Unavailable",
    ] {
        let (_, stored) = troubled(&[json(status, &repeats("{token}"))]).await;
        assert_eq!(stored, 0, "{status}");
        let refused_proof = [
            json("201 Created", CREATED),
            until_closed(DISCOVERED),
            json(status, &repeats("{secret}")),
        ];
        assert_eq!(troubled(&refused_proof).await, (3, 1), "{status}");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_told_without_what_it_holds() {
    let created = [
        r#"{"data":{"id":7,"oauth2Client":{"id":"client-1","secret":"{secret}"}}}"#,
        r#"{"data":{"id":"app-1","oauth2Client":{"secret":"{secret}"}}}"#,
        r#"{"data":{"id":"app-1","oauth2Client":{"id":"client-1","secret":["{secret}"]}}}"#,
        r#"{"data":{"oauth2Client":{"secret":"{secret}""#,
        "{secret}",
    ];
    for body in created {
        assert_eq!(troubled(&[json("201 Created", body)]).await, (1, 0), "{body}");
    }
    for body in [
        r#"{"access_token":"{token}","token_type":7}"#,
        r#"{"access_token":["{token}"]}"#,
        r#"{"access_token":"{token}"#,
    ] {
        let answers = [
            json("201 Created", CREATED),
            until_closed(DISCOVERED),
            json("200 OK", body),
        ];
        assert_eq!(troubled(&answers).await, (3, 1), "{body}");
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_stored_stays_in_memory_unseen() {
    logs();
    let script = Script::start(&[json("201 Created", CREATED).as_str()]).await;
    let stage = Stage::at(script.platform.clone(), SETTLE);
    stage.server.lock().unwrap().refused.insert("secrets".into());
    reconcile(&stage).await;
    assert_eq!(stage.condition("Ready"), ("False".into(), "SecretWriteFailed".into()));
    assert_eq!(listen(&stage), 1);
}

#[test]
fn what_holds_a_secret_does_not_print_it() {
    let secret = || SecretText::new(CANARY_SECRET.to_owned());
    let credentials = Credentials {
        client_id: "client-1".into(),
        client_secret: secret(),
        method: AuthMethod::ClientSecretBasic,
    };
    must_not_sing("Credentials", &format!("{credentials:?}"));
    let registered = Registered {
        application_id: "app-1".into(),
        client_id: "client-1".into(),
        public_client_id: None,
        client_secret: secret(),
        complete: true,
    };
    must_not_sing("Registered", &format!("{registered:?}"));
    let held = Held {
        attempt: 1,
        claimed_at: Duration::ZERO,
        application_id: "app-1".into(),
        client_id: "client-1".into(),
        public_client_id: None,
        client_secret: secret(),
        registered: false,
    };
    must_not_sing("Held", &format!("{held:?}"));
    must_not_sing("Fact", &format!("{:?}", Fact::Rotated(held)));
}

#[test]
#[should_panic(expected = "holds a secret")]
fn the_ear_hears_an_encoded_secret() {
    must_not_sing("a header", &format!("Basic {}", STANDARD.encode(CANARY_SECRET)));
}
