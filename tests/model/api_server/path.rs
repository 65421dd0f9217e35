//! Where a request goes: the URL paths of the Kubernetes API, parsed.

use std::collections::BTreeMap;

/// One kind of object, as the path names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Resource {
    /// `v1`, or `group/version`.
    pub group_version: String,
    /// Lower-case plural.
    pub plural: String,
}

impl Resource {
    /// The group; empty for the core group.
    pub fn group(&self) -> &str {
        self.group_version.split_once('/').map_or("", |(group, _)| group)
    }
}

impl std::fmt::Display for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.group() {
            "" => f.write_str(&self.plural),
            group => write!(f, "{}.{group}", self.plural),
        }
    }
}

/// A collection, or one object in it, or one subresource of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The kind.
    pub resource: Resource,
    /// Empty: cluster-scoped, or all namespaces.
    pub namespace: String,
    /// Absent: the collection.
    pub name: Option<String>,
    /// Such as `status`.
    pub subresource: Option<String>,
    /// The query, decoded.
    pub query: BTreeMap<String, String>,
}

impl Target {
    /// Parses path and query; `None` for anything that is no object, such as discovery.
    pub fn parse(path_and_query: &str) -> Option<Self> {
        let url = url::Url::parse("http://model").ok()?.join(path_and_query).ok()?;
        let parts: Vec<&str> = url.path_segments()?.filter(|p| !p.is_empty()).collect();
        let (group_version, rest) = match parts[..] {
            ["api", version, ref rest @ ..] => (version.to_owned(), rest),
            ["apis", group, version, ref rest @ ..] => (format!("{group}/{version}"), rest),
            _ => return None,
        };
        let (namespace, rest) = match *rest {
            ["namespaces", namespace, ref rest @ ..] if !rest.is_empty() && rest[0] != "status" => (namespace, rest),
            _ => ("", rest),
        };
        let (plural, name, subresource) = match *rest {
            [plural] => (plural, None, None),
            [plural, name] => (plural, Some(name), None),
            [plural, name, subresource] => (plural, Some(name), Some(subresource)),
            _ => return None,
        };
        Some(Self {
            resource: Resource {
                group_version,
                plural: plural.to_owned(),
            },
            namespace: namespace.to_owned(),
            name: name.map(str::to_owned),
            subresource: subresource.map(str::to_owned),
            query: url.query_pairs().into_owned().collect(),
        })
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.resource.plural)?;
        for part in [&self.name, &self.subresource].into_iter().flatten() {
            write!(f, "/{part}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespaced_subresource_is_understood() {
        let target = Target::parse("/apis/g.io/v1/namespaces/ns/things/one/status?fieldManager=a%20b").unwrap();
        assert_eq!(target.resource.to_string(), "things.g.io");
        assert_eq!((target.namespace.as_str(), target.name.as_deref()), ("ns", Some("one")));
        assert_eq!(target.subresource.as_deref(), Some("status"));
        assert_eq!(target.query["fieldManager"], "a b");
    }

    #[test]
    fn a_namespace_itself_is_cluster_scoped() {
        let target = Target::parse("/api/v1/namespaces/ns").unwrap();
        assert_eq!(
            (target.resource.plural.as_str(), target.namespace.as_str()),
            ("namespaces", "")
        );
        assert_eq!(target.name.as_deref(), Some("ns"));
    }

    #[test]
    fn a_collection_has_no_name() {
        let target = Target::parse("/api/v1/secrets?labelSelector=a%3Db").unwrap();
        assert_eq!((target.name, target.query["labelSelector"].as_str()), (None, "a=b"));
    }

    #[test]
    fn discovery_is_no_object() {
        assert_eq!(Target::parse("/apis"), None);
        assert_eq!(Target::parse("/version"), None);
    }
}
