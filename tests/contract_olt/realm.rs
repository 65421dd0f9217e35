//! An identity realm with scripted answers: discovery that must be trusted, token errors that prove something or nothing.

use oauth_registrar::domain::credentials::{AuthMethod, Credentials, SecretText};
use oauth_registrar::domain::failure::Class;
use oauth_registrar::domain::port::Proof;

use crate::script::{CANARY_SECRET, CANARY_TOKEN, Script, answer, json};
use crate::world::class;

const PAGE: &str = "<html><body>maintenance</body></html>";

fn client_credentials(method: AuthMethod) -> Credentials {
    let client_secret = SecretText::new(CANARY_SECRET.to_owned());
    Credentials {
        client_id: "c-1".to_owned(),
        client_secret,
        method,
    }
}

fn discovery() -> String {
    // The address has a port of unknown length, so the length is left to the closing of the connection.
    let realm = "{url}/v1/id/auth/realms/olt";
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n\
         {{\"issuer\":\"{realm}\",\"token_endpoint\":\"{realm}/token\"}}"
    )
}

#[tokio::test]
async fn no_failed_proof_repeats_the_client_secret_in_any_form() {
    let forms = [
        "{secret}",
        "-canary%2Bsecret%2F93d2",
        "Basic Yy0xOi1jYW5hcnklMkJzZWNyZXQlMkY5M2Qy",
    ];
    for method in [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost] {
        for form in forms {
            for status in ["400 Bad", "401 Unauthorized", "500 Error"] {
                let echo = json(status, &format!(r#"{{"error":"e","error_description":"{form}"}}"#));
                let script = Script::start(&[&discovery(), &echo]).await;
                let failure = script
                    .platform
                    .prove(&client_credentials(method), None)
                    .await
                    .unwrap_err();
                let told = format!("{failure} {failure:?}");
                assert!(!told.contains("canary"), "{told}");
                if method == AuthMethod::ClientSecretBasic {
                    assert!(!told.contains("Yy0xOi1j"), "{told}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_secret_is_told_by_its_code_on_400_and_401_alike() {
    let cases = [
        ("unauthorized_client", Proof::WrongSecret),
        ("invalid_client", Proof::UnknownClient),
        ("invalid_grant", Proof::TenantRefused),
    ];
    for status in ["400 Bad", "401 Unauthorized"] {
        for (code, expected) in cases {
            let refusal = json(status, &format!(r#"{{"error":"{code}"}}"#));
            let script = Script::start(&[&discovery(), &refusal]).await;
            let ours = client_credentials(AuthMethod::ClientSecretPost);
            assert_eq!(
                script.platform.prove(&ours, Some(&"t-1".into())).await,
                Ok(expected),
                "{status} {code}"
            );
        }
    }
}

#[tokio::test]
async fn other_answers_of_the_token_endpoint_prove_nothing() {
    let cases = [
        (
            json("500 Error", r#"{"error":"unauthorized_client"}"#),
            Class::Transient,
        ),
        (json("400 Bad", r#"{"error":"invalid_request"}"#), Class::Invalid),
        (json("400 Bad", r#"{"error":"invalid_grant"}"#), Class::Invalid),
        (answer("200 OK", "text/html", PAGE), Class::Transient),
        (
            json("200 OK", r#"{"access_token":"","token_type":"bearer"}"#),
            Class::Transient,
        ),
        (
            json("200 OK", r#"{"access_token":"canary","token_type":"mac"}"#),
            Class::Transient,
        ),
        (answer("404 Not Found", "text/html", PAGE), Class::Transient),
    ];
    for (answer, expected) in cases {
        let script = Script::start(&[&discovery(), &answer]).await;
        let ours = client_credentials(AuthMethod::ClientSecretBasic);
        assert_eq!(class(script.platform.prove(&ours, None).await), expected, "{answer}");
    }
    let token = json(
        "200 OK",
        r#"{"access_token":"x","token_type":"BEARER","expires_at":"2019-12-20T10:00:00Z"}"#,
    );
    let script = Script::start(&[&discovery(), &token]).await;
    let ours = client_credentials(AuthMethod::ClientSecretBasic);
    assert_eq!(script.platform.prove(&ours, None).await, Ok(Proof::Works));
}

#[tokio::test]
async fn discovery_carries_no_token_and_must_name_the_configured_issuer() {
    let script = Script::start(&[&discovery()]).await;
    script.platform.identify().await.unwrap();
    assert!(!script.seen()[0].contains(CANARY_TOKEN), "{:?}", script.seen());

    let elsewhere = r#"{"issuer":"https://id.example.com","token_endpoint":"https://id.example.com/token"}"#;
    let script = Script::start(&[&json("200 OK", elsewhere)]).await;
    assert_eq!(class(script.platform.identify().await), Class::Invalid);
    let ours = client_credentials(AuthMethod::ClientSecretBasic);
    assert_eq!(class(script.platform.prove(&ours, None).await), Class::Invalid);
    assert!(
        script.seen().iter().all(|request| request.starts_with("GET ")),
        "{:?}",
        script.seen()
    );
}
