//! Redirects lead nowhere.

use super::*;
use crate::domain::credentials::SecretText;

/// One that sends on to another one, and that other one.
fn pair(status: u16) -> (Listener, Listener) {
    let other = Listener::answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    let location = format!("http://127.0.0.1:{}/", other.port);
    let first = format!(
        "HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    (Listener::answering(first), other)
}

#[tokio::test]
async fn no_redirect_is_followed_by_a_read_or_a_write() {
    for (method, nature) in [
        (Method::GET, Nature::Repeatable),
        (Method::PUT, Nature::Repeatable),
        (Method::DELETE, Nature::Repeatable),
        (Method::POST, Nature::Unrepeatable),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let (first, other) = pair(status);
            let http = http(&target("https://api.test", &["127.0.0.1"]), &Network::default());
            let url = format!("http://127.0.0.1:{}/", first.port).parse().unwrap();
            let call = http
                .call(method.clone(), &url, nature)
                .bearer(&SecretText::new("a-token".into()));
            let failure = call.send().await.unwrap().refusal();
            assert_eq!(failure.class, Class::Barred, "{failure}");
            assert!(failure.detail.contains("which is not followed"), "{failure}");
            assert_eq!((first.connections(), other.connections()), (1, 0), "{method} {status}");
        }
    }
}

#[tokio::test]
async fn a_redirect_on_the_same_host_is_not_followed_either() {
    let first = Listener::answering("HTTP/1.1 307 Elsewhere\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n");
    let http = http(&target("https://api.test", &["127.0.0.1"]), &Network::default());
    let reply = get(&http, &format!("http://127.0.0.1:{}/", first.port)).await.unwrap();
    assert_eq!(reply.status(), 307);
    assert_eq!((first.connections(), first.heard().len()), (1, 1));
}
