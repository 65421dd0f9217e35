//! Answers that no well-behaved platform gives, and what is told of them.

use std::time::Duration;

use oauth_registrar::domain::failure::{Class, Failure};
use oauth_registrar::domain::registration::ApplicationId;

use crate::script::{Script, answer, json};
use crate::world::{PATIENT, class, registration};

const PAGE: &str = "<html><body>maintenance</body></html>";

/// One register, one rotate and one read, each given the same answer, each by an operator of its own: what one call is told
/// may hold back the next.
async fn three(answer: &str) -> [Failure; 3] {
    let script = Script::start(&[answer]).await;
    let id = ApplicationId::from("a-1");
    let register = script
        .operator()
        .register(&registration("billing-sync"), PATIENT)
        .await
        .unwrap_err();
    let rotate = script.operator().rotate(&id, PATIENT).await.unwrap_err();
    let read = script.operator().read(&id).await.unwrap_err();
    assert_eq!(script.seen().len(), 3, "something was sent again");
    [register, rotate, read]
}

async fn classes(answer: &str) -> [Class; 3] {
    three(answer).await.map(|failure| failure.class)
}

#[tokio::test]
async fn success_with_something_else_than_the_expected_json_is_no_success() {
    let unknown = [Class::Ambiguous, Class::Ambiguous, Class::Transient];
    for broken in [
        answer("200 OK", "text/html", PAGE),
        answer("200 OK", "application/json", PAGE),
        json(
            "201 Created",
            r#"{"data":{"id":"a-1","name":"n","oauth2Client":{"id":"c-1","sec"#,
        ),
        json("201 Created", r#"{"data":{"id":7}}"#),
        json("200 OK", r#"{"data":{}}"#),
        json("200 OK", ""),
        "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_owned(),
    ] {
        assert_eq!(classes(&broken).await, unknown, "{broken}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let unknown = [Class::Ambiguous, Class::Ambiguous, Class::Transient];
    for broken in [
        String::new(),
        "HTTP/1.1 20".to_owned(),
        "HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{\"data\":{".to_owned(),
        "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"dat\r\n".to_owned(),
        "SSH-2.0-OpenSSH_9.6\r\n".to_owned(),
    ] {
        assert_eq!(classes(&broken).await, unknown, "{broken}");
    }
}

#[tokio::test]
async fn a_body_above_a_mebibyte_is_not_read_to_its_end() {
    let huge = json(
        "200 OK",
        &format!(r#"{{"data":{{"padding":"{}"}}}}"#, "x".repeat(2 * 1024 * 1024)),
    );
    let failures = three(&huge).await;
    assert!(
        failures[0].detail.contains("broke off: more than 1048576 bytes"),
        "{}",
        failures[0]
    );
    assert_eq!(
        failures.map(|failure| failure.class),
        [Class::Ambiguous, Class::Ambiguous, Class::Transient]
    );
}

#[tokio::test]
async fn a_huge_refusal_is_still_a_refusal() {
    let huge = answer("403 Forbidden", "text/html", &"x".repeat(2 * 1024 * 1024));
    let failures = three(&huge).await;
    assert!(failures.iter().all(|failure| failure.detail.chars().count() <= 256));
    assert_eq!(failures.map(|failure| failure.class), [Class::Forbidden; 3]);
}

#[tokio::test]
async fn a_redirect_is_barred_and_not_followed() {
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let redirect = format!(
            "HTTP/1.1 {status}\r\nLocation: {{url}}/elsewhere?t={{token}}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        for failure in three(&redirect).await {
            assert_eq!(failure.class, Class::Barred, "{failure}");
            assert!(
                failure.detail.contains("/elsewhere?t=[secret], which is not followed"),
                "{failure}"
            );
        }
    }
}

#[tokio::test]
async fn too_many_requests_carry_the_wish_of_the_platform() {
    let date = "Fri, 20 Dec 2019 10:00:00 GMT";
    let later = "Fri, 20 Dec 2019 10:01:30 GMT";
    let cases = [
        ("30", Some(30)),
        (later, Some(90)),
        ("999999999", Some(600)),
        ("-5", None),
        ("soon", None),
        ("", None),
    ];
    for (wish, expected) in cases {
        let throttled = format!(
            "HTTP/1.1 429 Too Many\r\nDate: {date}\r\nRetry-After: {wish}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let expected = Class::RateLimited(expected.map(Duration::from_secs));
        assert_eq!(classes(&throttled).await, [expected; 3], "{wish}");
    }
    assert_eq!(
        classes(&json("429 Too Many", "{}")).await,
        [Class::RateLimited(None); 3]
    );
}

#[tokio::test]
async fn only_the_platform_itself_can_say_not_found() {
    let ours = json(
        "404 Not Found",
        r#"{"errorCode":"APP_RESOURCE_NOT_FOUND","errorMessage":"none"}"#,
    );
    assert_eq!(classes(&ours).await, [Class::NotFound; 3]);
    let proxy = answer("404 Not Found", "text/html", PAGE);
    assert_eq!(
        classes(&proxy).await,
        [Class::Ambiguous, Class::Ambiguous, Class::Transient]
    );
    let script = Script::start(&[&proxy]).await;
    assert_eq!(
        class(script.platform.deregister(&"a-1".into(), PATIENT).await),
        Class::Transient
    );
    assert_eq!(
        class(script.platform.disallow(&"a-1".into(), &"t-2".into()).await),
        Class::Transient
    );
}

#[tokio::test]
async fn a_page_of_html_does_not_count_as_deregistered() {
    let script = Script::start(&[&answer("200 OK", "text/html", PAGE)]).await;
    assert_eq!(
        class(script.platform.deregister(&"a-1".into(), PATIENT).await),
        Class::Transient
    );
}

#[tokio::test]
async fn no_refusal_repeats_the_token() {
    for status in [
        "400 Bad",
        "401 Unauthorized",
        "403 Forbidden",
        "409 Conflict",
        "429 Many",
        "500 Error",
        "418 Tea",
    ] {
        for echo in [
            answer("{status}", "text/plain", "bad header Authorization: Bearer {token}"),
            answer("{status}", "text/html", "<p>{token}</p>"),
            json("{status}", r#"{"errorCode":"{token}","errorMessage":"for {token}"}"#),
        ] {
            for failure in three(&echo.replace("{status}", status)).await {
                assert!(!format!("{failure} {failure:?}").contains("canary"), "{failure:?}");
                assert!(failure.detail.contains("[secret]"), "{failure:?}");
            }
        }
    }
}

#[tokio::test]
async fn no_success_of_another_shape_repeats_the_secret_it_holds() {
    for echo in [
        json("201 Created", r#"{"data":"{secret} {token}"}"#),
        json("201 Created", r#"{"data":{"id":"a-1","oauth2Client":"{secret}"}}"#),
        answer("200 OK", "text/plain", "{secret} {token}"),
    ] {
        for failure in three(&echo).await {
            assert!(!format!("{failure} {failure:?}").contains("canary"), "{failure:?}");
        }
    }
}

#[tokio::test]
async fn a_registration_answered_without_secret_has_an_empty_one_and_a_rotation_is_ambiguous() {
    let created = json(
        "200 OK",
        r#"{"data":{"id":"a-1","oauth2Client":{"id":"c-1","type":"confidential"}}}"#,
    );
    let rotated = json("201 Created", r#"{"data":{}}"#);
    let empty = json("201 Created", r#"{"data":{"secret":""}}"#);
    let script = Script::start(&[&created, &rotated, &empty]).await;
    let registered = script
        .platform
        .register(&registration("billing-sync"), PATIENT)
        .await
        .unwrap();
    assert!(registered.client_secret.is_empty());
    assert_eq!(
        class(script.platform.rotate(&registered.application_id, PATIENT).await),
        Class::Ambiguous
    );
    assert_eq!(
        class(script.platform.rotate(&registered.application_id, PATIENT).await),
        Class::Ambiguous
    );
}

#[tokio::test]
async fn a_token_that_fits_into_no_header_is_invalid_and_not_told() {
    let script = Script::with_token(&[""], "canary\r\nx: y").await;
    let platform = &script.platform;
    let failure = platform
        .register(&registration("billing-sync"), PATIENT)
        .await
        .unwrap_err();
    assert_eq!(failure.class, Class::Invalid);
    assert!(!failure.detail.contains("canary"), "{failure}");
    assert!(script.seen().is_empty());
}
