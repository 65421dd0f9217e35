//! From the table of rights to what is needed where. Pure.

use std::collections::BTreeSet;

use crate::api::rights::{Feature, RIGHTS, Right, Scope};

/// Where the operator works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Its own namespace.
    pub own: String,
    /// Those with applications; none: all of them.
    pub watched: Vec<String>,
}

impl Places {
    /// The namespaces whose rights are worth a look.
    #[must_use]
    pub fn all(&self) -> BTreeSet<&str> {
        let named = [self.own.as_str(), EVENTS];
        named
            .into_iter()
            .chain(self.watched.iter().map(String::as_str))
            .collect()
    }

    /// Where a right has to hold; `None`: in the whole cluster.
    fn of(&self, scope: Scope) -> Vec<Option<&str>> {
        match scope {
            Scope::Cluster => vec![None],
            Scope::WatchedNamespace if self.watched.is_empty() => vec![None],
            Scope::WatchedNamespace => self.watched.iter().map(|name| Some(name.as_str())).collect(),
            Scope::OperatorNamespace => vec![Some(&self.own)],
            Scope::DefaultNamespace => vec![Some(EVENTS)],
        }
    }
}

/// Where Events about objects without a namespace go.
const EVENTS: &str = "default";

/// One thing that has to be allowed in one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// Where; `None`: in the whole cluster.
    pub namespace: Option<String>,
    /// API group; the core group is empty.
    pub group: &'static str,
    /// Resource, with its subresource: `oauthapplications/status`.
    pub resource: &'static str,
    /// The only object it is needed for; none: all.
    pub name: Option<&'static str>,
    /// What.
    pub verb: &'static str,
    /// What for.
    pub why: &'static str,
}

/// All needs of these features.
#[must_use]
pub fn needs(features: &[Feature], places: &Places) -> BTreeSet<Need> {
    let rights = RIGHTS.iter().filter(|right| features.contains(&right.feature));
    rights.flat_map(|right| of_one(right, places)).collect()
}

fn of_one(right: &'static Right, places: &Places) -> Vec<Need> {
    let mut all = vec![];
    for namespace in places.of(right.scope) {
        for resource in right.resources {
            all.extend(right.verbs.iter().map(|verb| Need {
                namespace: namespace.map(str::to_owned),
                group: right.group,
                resource,
                name: right.names.first().copied(),
                verb,
                why: right.why,
            }));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(watched: &[&str]) -> Places {
        Places {
            own: "ops".into(),
            watched: watched.iter().map(ToString::to_string).collect(),
        }
    }

    fn of_secrets(features: &[Feature], watched: &[&str]) -> Vec<(Option<String>, &'static str)> {
        let all = needs(features, &places(watched)).into_iter();
        all.filter(|need| need.resource == "secrets")
            .map(|need| (need.namespace, need.verb))
            .collect()
    }

    #[test]
    fn secrets_are_needed_in_each_watched_namespace_and_in_the_own_one() {
        let found = of_secrets(&[Feature::Core], &["a", "b"]);
        for namespace in ["a", "b", "ops"] {
            for verb in ["get", "create", "patch"] {
                assert!(found.contains(&(Some(namespace.into()), verb)), "{verb} in {namespace}");
            }
        }
        assert_eq!(found.len(), 9);
    }

    #[test]
    fn who_watches_every_namespace_needs_them_cluster_wide() {
        assert!(of_secrets(Feature::ALL, &[]).contains(&(None, "list")));
    }

    #[test]
    fn the_namespace_of_events_is_looked_at_once() {
        assert_eq!(places(&["default", "a"]).all(), BTreeSet::from(["a", "default", "ops"]));
    }
}
