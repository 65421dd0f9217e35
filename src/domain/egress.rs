//! Where connections may lead, as a rule on URLs and addresses that came from outside.
//!
//! The operator carries credentials and runs inside of a network. Whoever may write a platform, or its entry in the DNS,
//! could point it at what only its own machine is meant to reach: a service on loopback, or a cloud's metadata, which hands
//! out the machine's own credentials. Private ranges are no such thing: platforms lie there.

// `core` knows addresses and no sockets.
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::fmt;
use std::sync::Arc;

use url::{Host, Url};

/// What an address is that nobody may make the operator connect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3.
    Loopback,
    /// RFC 3927, RFC 4291 section 2.5.6. Most clouds have their metadata there.
    LinkLocal,
    /// The metadata of a cloud that lies elsewhere.
    Metadata,
    /// No address of a host: `0.0.0.0/8` and `::`, which many systems take for their own.
    Unspecified,
    /// RFC 5771, RFC 4291 section 2.7.
    Multicast,
    /// RFC 919.
    Broadcast,
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loopback => "a loopback address",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "the metadata of a cloud",
            Self::Unspecified => "an unspecified address",
            Self::Multicast => "a multicast address",
            Self::Broadcast => "the broadcast address",
        })
    }
}

/// Why a URL is not spoken to; says what is wrong, not where the URL came from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither https nor plain HTTP to a host that is excepted.
    #[error("it is not an https:// URL")]
    Plain,
    /// The host says itself where it leads.
    #[error("its host leads to {0}, and the operator connects to none")]
    Literal(Ground),
    /// A name that resolves to such an address.
    #[error(
        "its host resolves to {0}, {1}, and the operator connects to none; correct its DNS entry, or use another host"
    )]
    Resolved(IpAddr, Ground),
}

/// The rule, and the hosts that those who run the operator except from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Egress {
    excepted: Arc<[String]>,
}

impl Egress {
    /// The rule with these exceptions: names or addresses as they stand in a URL, an IPv6 address with or without brackets.
    #[must_use]
    pub fn except(hosts: &[String]) -> Self {
        Self { excepted: hosts.into() }
    }

    /// The exceptions.
    pub fn excepted(&self) -> impl Iterator<Item = &str> {
        self.excepted.iter().map(|host| bare(host))
    }

    /// Whether everything is permitted towards this host, as a URL spells it.
    #[must_use]
    pub fn excepts(&self, host: &str) -> bool {
        self.excepted().any(|one| one.eq_ignore_ascii_case(bare(host)))
    }

    /// Whether the URL may be spoken to, as far as it can be seen without resolving its host. URLs hold addresses in one
    /// spelling only: parsing them has turned decimal, octal, hexadecimal and short forms into it.
    pub fn check(&self, url: &Url) -> Result<(), Refusal> {
        if self.excepts(url.host_str().unwrap_or_default()) && matches!(url.scheme(), "http" | "https") {
            return Ok(());
        }
        if url.scheme() != "https" {
            return Err(Refusal::Plain);
        }
        let ground = match url.host() {
            Some(Host::Ipv4(address)) => of_v4(address),
            Some(Host::Ipv6(address)) => of_v6(address),
            Some(Host::Domain(name)) => of_name(name),
            None => None,
        };
        ground.map_or(Ok(()), |ground| Err(Refusal::Literal(ground)))
    }

    /// Whether this host may be reached at this address, which it resolved to.
    pub fn check_resolved(&self, host: &str, address: IpAddr) -> Result<(), Refusal> {
        match ground(address) {
            Some(ground) if !self.excepts(host) => Err(Refusal::Resolved(address, ground)),
            _ => Ok(()),
        }
    }
}

fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Names that lead there whatever a resolver says: RFC 6761 section 6.3, and that of Google's metadata. Behind a proxy it
/// is not we who resolve.
fn of_name(name: &str) -> Option<Ground> {
    let name = name.trim_end_matches('.');
    if name == "localhost" || name.ends_with(".localhost") {
        return Some(Ground::Loopback);
    }
    (name == "metadata.google.internal").then_some(Ground::Metadata)
}

/// What stands against an address, in whichever form it hides another one.
#[must_use]
pub fn ground(address: IpAddr) -> Option<Ground> {
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => of_v6(address),
    }
}

/// Alibaba Cloud, Azure, Oracle Cloud. Others have theirs at 169.254.169.254, which is link-local.
const METADATA_V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
];

/// Google Cloud, Oracle Cloud.
const METADATA_V6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254),
    Ipv6Addr::new(0xfd00, 0x00c1, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
];

fn of_v4(address: Ipv4Addr) -> Option<Ground> {
    if METADATA_V4.contains(&address) {
        return Some(Ground::Metadata);
    }
    match address.octets() {
        [0, ..] => Some(Ground::Unspecified),
        [127, ..] => Some(Ground::Loopback),
        [169, 254, ..] => Some(Ground::LinkLocal),
        [224..=239, ..] => Some(Ground::Multicast),
        [255, 255, 255, 255] => Some(Ground::Broadcast),
        _ => None,
    }
}

fn of_v6(address: Ipv6Addr) -> Option<Ground> {
    if METADATA_V6.contains(&address) {
        return Some(Ground::Metadata);
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(Ground::Unspecified),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(Ground::Loopback),
        [0xfe80..=0xfebf, ..] => Some(Ground::LinkLocal),
        [0xff00..=0xffff, ..] => Some(Ground::Multicast),
        // AWS keeps its instance metadata, DNS and the credentials of pods in this range.
        [0xfd00, 0x0ec2, ..] => Some(Ground::Metadata),
        _ => hidden(address).find_map(of_v4),
    }
}

/// The IPv4 addresses that an IPv6 address may stand for. A network decides whether it does; we take it that it may.
fn hidden(address: Ipv6Addr) -> impl Iterator<Item = Ipv4Addr> {
    let o = address.octets();
    let at = |a: usize, b: usize, c: usize, d: usize| Ipv4Addr::new(o[a], o[b], o[c], o[d]);
    let last = at(12, 13, 14, 15);
    let found = match address.segments() {
        // IPv4-mapped and -compatible (RFC 4291 section 2.5.5), -translated (RFC 2765), NAT64 (RFC 6052).
        [0, 0, 0, 0, 0, 0xffff | 0, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => vec![last],
        // NAT64 of a network's own (RFC 8215), in each place where RFC 6052 section 2.2 may put the address. A place that
        // holds none begins with zeros, as no address behind a NAT64 does.
        [0x64, 0xff9b, 1, ..] => {
            let mut places = vec![at(6, 7, 9, 10), at(7, 9, 10, 11), at(9, 10, 11, 12), last];
            places.retain(|place| place.octets()[0] != 0);
            places
        }
        // 6to4 (RFC 3056).
        [0x2002, ..] => vec![at(2, 3, 4, 5)],
        // Teredo (RFC 4380 section 4): the server, and the client with all bits turned.
        [0x2001, 0, ..] => vec![at(4, 5, 6, 7), Ipv4Addr::from_bits(!last.to_bits())],
        _ => vec![],
    };
    found.into_iter()
}

#[cfg(test)]
mod tests;
