//! The proxy of the environment, and who goes past it.

use super::*;

const AWAY: &str = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// A client behind this proxy, past which these hosts go.
fn behind(url: &str, except: &str, names: &Arc<Names>) -> Http {
    let network = Network {
        proxy: Some(Proxy::new(url, except).unwrap()),
        ..network(names)
    };
    http(&target("https://api.test", &["127.0.0.1", "sim.test"]), &network)
}

#[tokio::test]
async fn a_proxy_resolves_and_is_asked_for_the_host_by_name() {
    let proxy = Listener::answering(AWAY);
    let names = Names::resolving(&[&["127.0.0.1"]]);
    let http = behind(&format!("http://127.0.0.1:{}", proxy.port), "", &names);
    assert!(get(&http, "https://api.test/v1").await.is_err());
    assert!(
        proxy.heard()[0].starts_with("CONNECT api.test:443 "),
        "{:?}",
        proxy.heard()
    );
    assert_eq!(names.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_proxy_may_be_at_any_address() {
    let proxy = Listener::answering(AWAY);
    let names = Names::resolving(&[&["127.0.0.1"]]);
    let http = behind(&format!("proxy.test:{}", proxy.port), "", &names);
    assert!(get(&http, "https://api.test/v1").await.is_err());
    assert_eq!((proxy.connections(), names.asked()), (1, vec!["proxy.test".to_owned()]));
}

#[tokio::test]
async fn what_a_url_says_of_its_address_is_refused_behind_a_proxy_too() {
    let proxy = Listener::answering(AWAY);
    let http = behind(&format!("http://127.0.0.1:{}", proxy.port), "", &Names::resolving(&[]));
    for host in [
        "169.254.169.254",
        "127.0.0.2",
        "[::1]",
        "localhost",
        "metadata.google.internal",
    ] {
        refused(&http, &format!("https://{host}/")).await;
    }
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn excepted_hosts_go_past_the_proxy() {
    let (proxy, listener) = (Listener::answering(AWAY), Listener::answering(OK));
    let names = Names::resolving(&[&["127.0.0.1"]]);
    let http = behind(&format!("http://127.0.0.1:{}", proxy.port), "", &names);
    for host in ["127.0.0.1", "sim.test"] {
        assert_eq!(
            get(&http, &format!("http://{host}:{}/", listener.port))
                .await
                .unwrap()
                .status(),
            200
        );
        assert!(
            get(&http, &format!("https://{host}:{}/", listener.port)).await.is_err(),
            "it speaks no TLS"
        );
    }
    assert_eq!((listener.connections(), proxy.connections()), (4, 0));
}

#[tokio::test]
async fn no_proxy_is_honoured_and_the_addresses_are_checked_then() {
    let (proxy, listener) = (Listener::answering(AWAY), Listener::answering(OK));
    let names = Names::resolving(&[&["127.0.0.1"]]);
    let http = behind(
        &format!("http://127.0.0.1:{}", proxy.port),
        ".example, api.test",
        &names,
    );
    refused(&http, &format!("https://api.test:{}/", listener.port)).await;
    assert_eq!((listener.connections(), proxy.connections()), (0, 0));
}

#[test]
fn what_is_no_proxy_is_told_without_its_password() {
    for wrong in ["socks5://u:canary@proxy.test", "http://", "http://u:canary@proxy test"] {
        let why = Proxy::new(wrong, "").unwrap_err();
        assert!(why.contains("HTTPS_PROXY") && !why.contains("canary"), "{why}");
    }
    assert_eq!(
        format!("{:?}", Proxy::new("http://u:canary@proxy.test", "").unwrap()),
        "Proxy"
    );
}
