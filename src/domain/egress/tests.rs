//! Spellings of what is refused, beside neighbours that are not.

use super::*;

fn checked(url: &str) -> Result<(), Refusal> {
    Egress::default().check(&Url::parse(url).unwrap())
}

fn refused(hosts: &[&str], ground: Ground) {
    for host in hosts {
        let url = format!("https://{host}:8443/v1");
        assert_eq!(checked(&url), Err(Refusal::Literal(ground)), "{host}");
    }
}

#[test]
fn loopback_is_refused_in_every_spelling() {
    refused(
        &[
            "127.0.0.1",
            "127.255.255.254",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0x7f.0x0.0x0.0x1",
            "017700000001",
            "0177.0.0.1",
            "127.1",
            "127.0.1",
            "127.0.0.1.",
            "1２7.0.0.1",
            "%31%32%37.0.0.1",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "localhost",
            "LOCALHOST.",
            "a.b.localhost",
        ],
        Ground::Loopback,
    );
}

#[test]
fn an_ipv4_address_is_found_in_every_ipv6_form() {
    refused(
        &[
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[::ffff:0:127.0.0.1]",
            "[64:ff9b::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::127.0.0.1]",
            "[64:ff9b:1:7f00:0:100::]",
            "[64:ff9b:1:7f:0:1::]",
            "[64:ff9b:1:0:7f:0:100:0]",
            "[2002:7f00:1::]",
            "[2002:7f00:1::2]",
            "[2001:0:7f00:1::]",
            "[2001:0:a00:1::80ff:fffe]",
        ],
        Ground::Loopback,
    );
    refused(
        &[
            "[::ffff:169.254.169.254]",
            "[::169.254.169.254]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:a9fe:a9fe::1]",
        ],
        Ground::LinkLocal,
    );
    refused(&["[::ffff:100.100.100.200]"], Ground::Metadata);
    refused(&["[::ffff:0.0.0.0]", "[64:ff9b::]"], Ground::Unspecified);
}

#[test]
fn link_local_addresses_and_metadata_are_refused() {
    refused(
        &[
            "169.254.169.254",
            "169.254.0.1",
            "2852039166",
            "0xa9fea9fe",
            "0xA9.0xFE.43518",
            "0251.0376.0251.0376",
            "169.254.43518",
            "169.16689662",
            "[fe80::1]",
            "[febf::1]",
        ],
        Ground::LinkLocal,
    );
    refused(
        &[
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "[fd00:ec2::254]",
            "[fd00:ec2::23]",
            "[fd20:ce::254]",
            "[fd00:c1::a9fe:a9fe]",
            "metadata.google.internal",
            "metadata.google.internal.",
        ],
        Ground::Metadata,
    );
}

#[test]
fn what_is_no_address_of_one_host_is_refused() {
    refused(&["0.0.0.0", "0", "0.1.2.3", "[::]"], Ground::Unspecified);
    refused(&["224.0.0.1", "239.255.255.255", "[ff02::1]"], Ground::Multicast);
    refused(&["255.255.255.255", "4294967295"], Ground::Broadcast);
}

#[test]
fn neighbours_and_private_ranges_are_not_refused() {
    for host in [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "169.255.0.1",
        "223.255.255.255",
        "1.0.0.0",
        "[fd00::1]",
        "[fec0::1]",
        "[2001:db8::1]",
        "[2002:a00:1::1]",
        "[64:ff9b::10.0.0.1]",
        "[64:ff9b:1::10.0.0.1]",
        "[::ffff:10.0.0.1]",
        "api.example.com",
        "localhost.example.com",
        "notlocalhost",
    ] {
        assert_eq!(checked(&format!("https://{host}/v1")), Ok(()), "{host}");
    }
}

#[test]
fn only_https_is_spoken() {
    for other in [
        "http://api.example.com",
        "ftp://api.example.com",
        "ws://api.example.com",
    ] {
        assert_eq!(checked(other), Err(Refusal::Plain), "{other}");
    }
}

#[test]
fn an_exception_holds_for_one_host_as_urls_spell_it() {
    let egress = Egress::except(&["127.0.0.1", "Localhost", "::1"].map(str::to_owned));
    let check = |url: &str| egress.check(&Url::parse(url).unwrap());
    for url in [
        "http://127.0.0.1:8700",
        "https://127.0.0.1",
        "https://2130706433",
        "http://localhost",
        "http://[::1]:80",
    ] {
        assert_eq!(check(url), Ok(()), "{url}");
    }
    assert_eq!(check("http://127.0.0.2"), Err(Refusal::Plain));
    assert_eq!(check("ftp://127.0.0.1"), Err(Refusal::Plain));
    for url in ["https://127.0.0.2", "https://[::ffff:127.0.0.1]", "https://a.localhost"] {
        assert_eq!(check(url), Err(Refusal::Literal(Ground::Loopback)), "{url}");
    }
}

#[test]
fn a_resolved_address_is_judged_by_the_host_that_it_is_of() {
    let egress = Egress::except(&["sim.example.com".to_owned()]);
    let resolved = |host: &str, address: &str| egress.check_resolved(host, address.parse().unwrap());
    assert_eq!(resolved("sim.example.com", "127.0.0.1"), Ok(()));
    assert_eq!(resolved("api.example.com", "10.0.0.1"), Ok(()));
    for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"] {
        let refusal = resolved("api.example.com", address).unwrap_err();
        assert!(
            refusal
                .to_string()
                .contains(&format!("resolves to {address}, a loopback address")),
            "{refusal}"
        );
    }
}
