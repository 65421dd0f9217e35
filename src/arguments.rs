//! The command line. Each flag is also an environment variable `OAUTH_REGISTRAR_…`.

use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use oauth_registrar::api::rights::Feature;
use oauth_registrar::controller::platform::hosts::HostPattern;

/// Manages OAuth2 clients as Kubernetes resources.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the operator, against the cluster of KUBECONFIG or the one it runs in.
    Run(Run),
    /// Print the CustomResourceDefinitions as YAML.
    Crds,
    /// List the clients that were left at a platform when their resource went, and those that no resource explains, with the
    /// rights of KUBECONFIG.
    Orphans(Orphans),
    /// Tell which rights are missing and which are never needed, for whoever KUBECONFIG names. Ends with 1 if one is missing.
    Check(Check),
}

/// Where the operator works and how it learns of Secrets: what its rights follow from.
#[derive(Debug, Args)]
pub struct Check {
    /// The operator's own namespace, where the credentials of platforms lie. Default: the pod's.
    #[arg(long, env = "OAUTH_REGISTRAR_NAMESPACE", value_name = "NAME")]
    pub namespace: Option<String>,

    /// Where and how it works, as for `run`.
    #[command(flatten)]
    pub reach: Reach,
}

/// Flags of `orphans`.
#[derive(Debug, Args)]
pub struct Orphans {
    /// The operator's own namespace, where the records lie. Default: that of the kubeconfig, or the pod's.
    #[arg(long, env = "OAUTH_REGISTRAR_NAMESPACE", value_name = "NAME")]
    pub namespace: Option<String>,

    /// How they are listed.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub output: Output,
}

/// How a list looks.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Output {
    /// For people.
    Table,
    /// For machines: more of each.
    Json,
}

/// What the operator's rights follow from.
#[derive(Debug, Args)]
pub struct Reach {
    /// A namespace to watch for applications and installations; may be given several times. Without it all
    /// namespaces are watched, for which the operator needs its rights bound cluster-wide.
    #[arg(
        long = "watch-namespace",
        env = "OAUTH_REGISTRAR_WATCH_NAMESPACE",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub watch_namespaces: Vec<String>,

    /// Whether Secrets are watched. With false the operator needs no right to list or watch them: each that it made or was
    /// told of is read by its name with every resync, so a change by somebody else is noticed that much later.
    #[arg(
        long = "watch-secrets",
        env = "OAUTH_REGISTRAR_WATCH_SECRETS",
        value_name = "BOOL",
        action = ArgAction::Set,
        num_args = 0..=1,
        require_equals = true,
        default_value_t = true,
        default_missing_value = "true"
    )]
    pub watch_secrets: bool,

    /// Work only while this replica holds the lease oauth-registrar in the operator's namespace, and watch otherwise. For
    /// several replicas; without it each one works, which does no harm and costs calls.
    #[arg(long = "leader-elect", env = "OAUTH_REGISTRAR_LEADER_ELECT", value_name = "BOOL", action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true")]
    pub leader_elect: bool,
}

impl Reach {
    /// What needs rights beyond the ordinary ones.
    #[must_use]
    pub fn features(&self) -> Vec<Feature> {
        let chosen = [
            (true, Feature::Core),
            (self.watch_secrets, Feature::WatchSecrets),
            (self.leader_elect, Feature::LeaderElection),
        ];
        chosen
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, feature)| feature)
            .collect()
    }
}

/// Flags of `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The operator's own namespace, where the credentials of platforms lie. Default: the pod's.
    #[arg(long, env = "OAUTH_REGISTRAR_NAMESPACE", value_name = "NAME")]
    pub namespace: Option<String>,

    /// Where it works, and how it learns of Secrets.
    #[command(flatten)]
    pub reach: Reach,

    /// Name of this installation of the operator; it goes into every ownership marker. Two installations that share a
    /// platform need different ones, and it must never change. Default: the UID of the namespace kube-system.
    #[arg(long, env = "OAUTH_REGISTRAR_INSTANCE", value_name = "NAME")]
    pub instance: Option<String>,

    /// A host that may be spoken to over plain HTTP, and that may lie at a loopback, link-local or metadata address, such as
    /// 127.0.0.1; may be given several times. For tests and demonstrations only: tokens and secrets would be readable on
    /// the way.
    #[arg(
        long = "allow-insecure-host",
        env = "OAUTH_REGISTRAR_ALLOW_INSECURE_HOST",
        value_name = "HOST",
        value_delimiter = ','
    )]
    pub insecure_hosts: Vec<String>,

    /// A host that an OAuthPlatform may be at: a name such as api.example.com, names such as *.example.com, or addresses such
    /// as 10.0.0.0/8; may be given several times. Without it there can be none. A ClusterOAuthPlatform may be anywhere.
    #[arg(
        long = "allow-host",
        env = "OAUTH_REGISTRAR_ALLOW_HOST",
        value_name = "HOST",
        value_delimiter = ','
    )]
    pub allowed_hosts: Vec<HostPattern>,

    /// After how long something refused is looked at again where no watch can tell that its cause is gone, such as 5m.
    #[arg(long = "recheck-interval", env = "OAUTH_REGISTRAR_RECHECK_INTERVAL", value_name = "DURATION", default_value = "5m", value_parser = duration)]
    pub recheck: Duration,

    /// How often a platform's list of clients is compared with what was registered there, such as 10m. What a list does not
    /// show, such as the allowed tenants, is looked at once a day.
    #[arg(long = "resync-interval", env = "OAUTH_REGISTRAR_RESYNC_INTERVAL", value_name = "DURATION", default_value = "10m", value_parser = duration)]
    pub resync: Duration,

    /// How long a call whose outcome is unknown is waited out before its client is taken over, such as 40s. At least
    /// three times the limits.timeout of every platform, plus what a platform may still take after we gave up.
    #[arg(long, env = "OAUTH_REGISTRAR_SETTLE", value_name = "DURATION", default_value = "40s", value_parser = duration)]
    pub settle: Duration,

    /// How log lines look. The variable `RUST_LOG` chooses what is logged.
    #[arg(
        long = "log-format",
        env = "OAUTH_REGISTRAR_LOG_FORMAT",
        value_name = "FORMAT",
        default_value = "text"
    )]
    pub log_format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// A duration in `ms`, `s`, `m` or `h`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a duration; write a number and ms, s, m or h, such as 40s");
    let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let number: u64 = text[..split].parse().map_err(|_| wrong())?;
    let milliseconds = match &text[split..] {
        "ms" => Some(number),
        "s" => number.checked_mul(1000),
        "m" => number.checked_mul(60 * 1000),
        "h" => number.checked_mul(3600 * 1000),
        _ => None,
    };
    milliseconds.map(Duration::from_millis).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(arguments: &[&str]) -> Run {
        let all = ["oauth-registrar", "run"].iter().chain(arguments);
        match Arguments::try_parse_from(all).unwrap().command {
            Command::Run(run) => run,
            _ => panic!("another command"),
        }
    }

    #[test]
    fn a_refusal_is_looked_at_again_every_five_minutes_and_a_claim_settles_in_forty_seconds() {
        let defaults = run(&[]);
        assert_eq!(
            (defaults.recheck, defaults.settle),
            (Duration::from_mins(5), Duration::from_secs(40))
        );
    }

    #[test]
    fn namespaces_may_be_given_several_times() {
        assert_eq!(
            run(&["--watch-namespace", "a", "--watch-namespace", "b"])
                .reach
                .watch_namespaces,
            ["a", "b"]
        );
    }

    #[test]
    fn secrets_are_watched_unless_told_otherwise() {
        assert!(run(&[]).reach.watch_secrets && run(&["--watch-secrets"]).reach.watch_secrets);
        assert!(!run(&["--watch-secrets=false"]).reach.watch_secrets);
    }

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2h"), Ok(Duration::from_hours(2)));
        assert!(duration("5").is_err() && duration("s").is_err() && duration("5 days").is_err());
        assert!(duration("18446744073709551615h").is_err());
    }
}
