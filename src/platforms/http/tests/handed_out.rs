//! URLs that a platform hands out itself: no credential follows them.

use super::*;
use crate::domain::access::Access;
use crate::domain::credentials::{AuthMethod, Credentials, SecretText};
use crate::domain::port::Connect;
use crate::platforms::Connector;

fn json(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A realm whose discovery document names this token endpoint.
fn realm(token_endpoint: &str) -> Listener {
    let token_endpoint = token_endpoint.to_owned();
    Listener::serving(move |stream, heard| {
        let asked = String::from_utf8_lossy(&first_bytes(stream)).into_owned();
        heard(asked.as_bytes());
        let issuer = format!("http://{}", stream.local_addr().unwrap());
        let body = format!(r#"{{"issuer":"{issuer}","token_endpoint":"{token_endpoint}"}}"#);
        let _ = stream.write_all(json(&body).as_bytes());
    })
}

#[tokio::test]
async fn a_token_endpoint_elsewhere_gets_no_connection_and_no_credential() {
    let elsewhere = Listener::answering(json("{}"));
    let here = |host: &str, scheme: &str| format!("{scheme}://{host}:{}/token", elsewhere.port);
    for endpoint in [
        here("127.0.0.1", "http"),
        here("127.0.0.1", "https"),
        here("2130706433", "http"),
        here("[::ffff:127.0.0.1]", "https"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "https://evil.example.com/token".to_owned(),
        "//169.254.169.254/token".to_owned(),
    ] {
        let realm = realm(&endpoint);
        let target = target(&format!("http://127.0.0.1:{}", realm.port), &["127.0.0.1"]);
        let names = Names::resolving(&[&["127.0.0.1"]]);
        let connector = Connector {
            network: network(&names),
            ..Connector::default()
        };
        let secret = SecretText::new("canary-5d20".into());
        let credentials = Credentials {
            client_id: "id".into(),
            client_secret: secret.clone(),
            method: AuthMethod::ClientSecretPost,
        };
        let platform = connector.connect("uid", &target, Access::ApiToken(secret)).unwrap();
        let failure = platform.prove(&credentials, None).await.unwrap_err();
        assert_eq!(failure.class, Class::Invalid, "{endpoint}: {failure}");
        assert!(
            failure.detail.contains("is not at the origin of the issuer"),
            "{failure}"
        );
        assert_eq!((elsewhere.connections(), realm.connections()), (0, 1), "{endpoint}");
        assert!(!realm.heard().concat().contains("canary"));
        assert_eq!(names.asked(), Vec::<String>::new());
    }
}
