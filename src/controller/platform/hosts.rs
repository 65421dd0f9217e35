//! Which hosts a platform may be at.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use url::{Host, Url};

use crate::domain::egress::{Egress, Refusal};

/// What `--allow-host` permits: a name, all names below one, or a range of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostPattern {
    /// This name and no other, such as `api.example.com`.
    Name(String),
    /// Every name below this one, such as `*.example.com`; not the name itself.
    Below(String),
    /// Addresses, such as `10.0.0.0/8` or `192.0.2.7`; never a name that resolves to one.
    Addresses(IpNet),
}

impl FromStr for HostPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(range) = text.parse::<IpNet>() {
            return Ok(Self::Addresses(range));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Addresses(address.into()));
        }
        let (below, name) = match text.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, text),
        };
        match Host::parse(name) {
            Ok(Host::Domain(name)) if !name.contains('*') => {
                Ok(if below { Self::Below(name) } else { Self::Name(name) })
            }
            _ => Err(format!(
                "{text:?} is no host; write a name such as api.example.com, names such as *.example.com, or addresses such as 10.0.0.0/8"
            )),
        }
    }
}

impl HostPattern {
    fn matches(&self, host: &Host<&str>) -> bool {
        match (self, host) {
            (Self::Name(name), Host::Domain(host)) => host == name,
            (Self::Below(name), Host::Domain(host)) => host
                .strip_suffix(name.as_str())
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            (Self::Addresses(range), Host::Ipv4(address)) => range.contains(&IpAddr::V4(*address)),
            (Self::Addresses(range), Host::Ipv6(address)) => range.contains(&IpAddr::V6(*address)),
            _ => false,
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Below(name) => write!(f, "*.{name}"),
            Self::Addresses(range) => range.fmt(f),
        }
    }
}

/// Which hosts one platform may be at.
#[derive(Clone, Copy, Debug)]
pub struct Hosts<'a> {
    /// Those that may be spoken to without TLS, and at whatever address.
    pub insecure: &'a [String],
    /// The only ones that are allowed; `None`: any, since whoever wrote the platform administers the cluster.
    pub allowed: Option<&'a [HostPattern]>,
}

impl Hosts<'_> {
    /// Whether the URL may be spoken to; else what stands against it.
    pub fn check(&self, url: &Url) -> Result<(), String> {
        let host = url.host_str().unwrap_or_default();
        let refusal = self.egress().check(url).err();
        if refusal == Some(Refusal::Plain) {
            return Err(format!(
                "must begin with https://. The operator speaks plain HTTP only to hosts that its --allow-insecure-host names, and {host:?} is none of them."
            ));
        }
        let is_allowed =
            |allowed: &[HostPattern]| url.host().is_some_and(|host| allowed.iter().any(|p| p.matches(&host)));
        if self.allowed.is_some_and(|allowed| !is_allowed(allowed)) {
            return Err(format!(
                "host {host:?} is none that the operator's --allow-host permits to an OAuthPlatform. Ask those who administer the operator, or use a ClusterOAuthPlatform of theirs."
            ));
        }
        match refusal {
            Some(Refusal::Literal(ground)) => Err(format!(
                "host {host:?} leads to {ground}, and the operator connects to none. Write the host that the platform has in the network; only a host that the operator's --allow-insecure-host names may be at such an address."
            )),
            _ => Ok(()),
        }
    }

    /// What holds for every connection, whoever wrote the platform.
    #[must_use]
    pub fn egress(&self) -> Egress {
        Egress::except(self.insecure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(patterns: &[&str], url: &str) -> bool {
        let patterns: Vec<HostPattern> = patterns.iter().map(|p| p.parse().unwrap()).collect();
        let hosts = Hosts {
            insecure: &["127.0.0.1".to_owned()],
            allowed: Some(&patterns),
        };
        hosts.check(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn a_name_allows_itself_only() {
        assert!(allows(&["api.example.com"], "https://API.example.com/v1"));
        assert!(allows(&["API.example.com"], "https://api.example.com:8443/v1"));
        for other in [
            "https://example.com",
            "https://x.api.example.com",
            "https://api.example.com.evil.org",
            "https://api.example.com.",
            "https://api.example.com@evil.org",
        ] {
            assert!(!allows(&["api.example.com"], other), "{other}");
        }
    }

    #[test]
    fn a_star_allows_every_name_below() {
        assert!(allows(&["*.example.com"], "https://api.example.com"));
        assert!(allows(&["*.example.com"], "https://a.b.example.com"));
        for other in [
            "https://example.com",
            "https://evilexample.com",
            "https://.example.com",
            "https://10.0.0.1",
        ] {
            assert!(
                !Url::parse(other).is_ok_and(|_| allows(&["*.example.com"], other)),
                "{other}"
            );
        }
    }

    #[test]
    fn a_range_allows_addresses_however_they_are_spelled_and_no_names() {
        assert!(allows(&["10.0.0.0/8"], "https://10.1.2.3"));
        assert!(allows(&["10.0.0.0/8"], "https://0x0a.1.2.3"));
        assert!(allows(&["fd00::/8"], "https://[fd00::1]:8443"));
        assert!(allows(&["192.0.2.7"], "https://192.0.2.7"));
        assert!(!allows(&["10.0.0.0/8"], "https://11.1.2.3"));
        assert!(!allows(&["10.0.0.0/8"], "https://ten.example.com"));
    }

    #[test]
    fn plain_http_needs_both_lists() {
        assert!(allows(&["127.0.0.1"], "http://127.0.0.1:8700"));
        assert!(!allows(&[], "http://127.0.0.1:8700"));
        assert!(!allows(&["10.0.0.1"], "http://10.0.0.1"));
        let administrators = Hosts {
            insecure: &[],
            allowed: None,
        };
        assert!(
            administrators
                .check(&Url::parse("https://anywhere.example").unwrap())
                .is_ok()
        );
    }

    #[test]
    fn an_address_that_leads_to_the_operators_own_machine_is_refused_to_administrators_too() {
        let administrators = Hosts {
            insecure: &["127.0.0.1".to_owned()],
            allowed: None,
        };
        let check = |url: &str| administrators.check(&Url::parse(url).unwrap());
        for (url, host) in [
            ("https://2130706434/v1", "127.0.0.2"),
            ("https://[::ffff:127.0.0.1]/v1", "[::ffff:7f00:1]"),
            ("https://localhost/v1", "localhost"),
        ] {
            let why = check(url).unwrap_err();
            assert!(
                why.contains(&format!("host {host:?} leads to a loopback address")),
                "{why}"
            );
            assert!(why.contains("--allow-insecure-host"), "{why}");
        }
        assert!(
            check("https://0xa9fea9fe")
                .unwrap_err()
                .contains("a link-local address")
        );
        assert_eq!(check("https://127.0.0.1"), Ok(()));
        assert_eq!(check("https://10.0.0.1"), Ok(()));
    }

    #[test]
    fn a_range_that_is_allowed_opens_no_loopback_address() {
        assert!(!allows(&["127.0.0.0/8", "169.254.0.0/16"], "https://127.0.0.2"));
        assert!(!allows(&["127.0.0.0/8", "169.254.0.0/16"], "https://169.254.169.254"));
        assert!(allows(&["127.0.0.0/8"], "https://127.0.0.1"));
    }

    #[test]
    fn what_is_no_host_is_told_with_an_example() {
        for wrong in [
            "",
            "*",
            "*.*.example.com",
            "a b",
            "https://api.example.com",
            "*.10.0.0.0/8",
        ] {
            let said = wrong.parse::<HostPattern>().unwrap_err();
            assert!(said.contains("api.example.com"), "{wrong:?}: {said}");
        }
        assert_eq!(
            "*.Example.com".parse::<HostPattern>().unwrap().to_string(),
            "*.example.com"
        );
    }
}
