//! What leads to the operator's own machine gets no connection.

use super::*;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// Spellings of 127.0.0.1.
const SPELLINGS: [&str; 12] = [
    "127.0.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "127.1",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "localhost",
];

#[tokio::test]
async fn loopback_gets_no_connection_in_any_spelling() {
    let listener = Listener::answering(OK);
    let http = http(&target("https://api.test", &[]), &Network::default());
    for host in SPELLINGS {
        let why = refused(&http, &format!("https://{host}:{}/", listener.port)).await;
        assert!(why.contains("a loopback address"), "{host}: {why}");
    }
    let failure = get(&http, &format!("http://127.0.0.1:{}/", listener.port))
        .await
        .unwrap_err();
    assert_eq!(failure.class, Class::Barred, "{failure}");
    assert_eq!(listener.connections(), 0);
}

#[tokio::test]
async fn writes_are_refused_as_reads_are() {
    let listener = Listener::answering(OK);
    let http = http(&target("https://api.test", &[]), &Network::default());
    let url = format!("https://127.1:{}/", listener.port).parse().unwrap();
    let call = http.call(Method::POST, &url, Nature::Unrepeatable);
    let failure = call
        .bearer(&crate::domain::credentials::SecretText::new("a-token".into()))
        .send()
        .await
        .unwrap_err();
    assert_eq!(failure.class, Class::Barred, "surely not carried out: {failure}");
    assert_eq!(listener.connections(), 0);
}

#[tokio::test]
async fn metadata_and_link_local_addresses_are_refused_at_once() {
    let http = http(&target("https://api.test", &[]), &Network::default());
    for host in [
        "169.254.169.254",
        "0xa9fea9fe",
        "[::ffff:169.254.169.254]",
        "[fe80::1]",
        "[fd00:ec2::254]",
    ] {
        refused(&http, &format!("https://{host}/latest/meta-data")).await;
    }
}

#[tokio::test]
async fn a_name_that_resolves_there_gets_no_connection() {
    let listener = Listener::answering(OK);
    for address in [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "0.0.0.0",
        "169.254.169.254",
        "fe80::1",
        "fd00:ec2::254",
    ] {
        let names = Names::resolving(&[&[address]]);
        let http = http(&target("https://api.test", &[]), &network(&names));
        let why = refused(&http, &format!("https://api.test:{}/", listener.port)).await;
        assert!(why.contains(&format!("resolves to {address}")), "{why}");
        assert_eq!(names.asked(), ["api.test"]);
    }
    assert_eq!(listener.connections(), 0);
}

#[tokio::test]
async fn one_such_address_among_others_spoils_all() {
    let listener = Listener::answering(OK);
    let names = Names::resolving(&[&["192.0.2.1", "127.0.0.1"]]);
    let http = http(&target("https://api.test", &[]), &network(&names));
    let why = refused(&http, &format!("https://api.test:{}/", listener.port)).await;
    assert!(why.contains("resolves to 127.0.0.1"), "{why}");
    assert_eq!(listener.connections(), 0);
}

/// 192.0.2.1 is nobody's (RFC 5737): the connection goes there, and nowhere.
#[tokio::test]
async fn a_name_that_is_rebound_leads_to_the_address_that_was_checked() {
    let listener = Listener::answering(OK);
    let names = Names::resolving(&[&["192.0.2.1"], &["127.0.0.1"]]);
    let http = http(&target("https://api.test", &[]), &network(&names));
    let url = format!("https://api.test:{}/", listener.port);
    let failure = get(&http, &url).await.unwrap_err();
    assert_eq!(failure.class, Class::Transient, "{failure}");
    assert_eq!(names.asked().len(), 1, "one connection, one look");
    refused(&http, &url).await;
    assert_eq!(names.asked().len(), 2);
    assert_eq!(listener.connections(), 0);
}

#[tokio::test]
async fn a_refusal_says_nothing_of_the_platforms_health() {
    let names = Names::resolving(&[&["127.0.0.1"]]);
    let http = http(&target("https://api.test", &[]), &network(&names));
    let url = "https://api.test/".parse().unwrap();
    for _ in 0..10 {
        let call = http.call(Method::GET, &url, Nature::Repeatable);
        let failure = call.send().await.unwrap_err();
        assert_eq!(failure.class, Class::Barred, "never taken for away: {failure}");
    }
}

#[tokio::test]
async fn a_host_that_is_excepted_is_reached() {
    let listener = Listener::answering(OK);
    let names = Names::resolving(&[&["127.0.0.1"]]);
    let http = http(
        &target("https://api.test", &["127.0.0.1", "sim.test"]),
        &network(&names),
    );
    for host in ["127.0.0.1", "2130706433", "sim.test"] {
        let reply = get(&http, &format!("http://{host}:{}/", listener.port)).await.unwrap();
        assert_eq!(reply.status(), 200, "{host}");
    }
    assert_eq!(listener.connections(), 3);
    refused(&http, &format!("https://other.test:{}/", listener.port)).await;
    assert_eq!(listener.connections(), 3);
}
