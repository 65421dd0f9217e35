//! Which programs are built and how. Versions are in `tools/cluster/*/go.mod` alone.

use std::collections::BTreeSet;

/// Programs that are built together and kept in one folder.
#[derive(Debug)]
pub(super) struct Set {
    /// What it is called in messages.
    pub(super) title: &'static str,
    /// Its folder in the project's cache.
    pub(super) folder: &'static str,
    /// In build order.
    pub(super) recipes: &'static [Recipe],
}

impl Set {
    /// The folders under `tools/cluster` that pin its programs, each once.
    pub(super) fn pins(&self) -> BTreeSet<&'static str> {
        self.recipes.iter().map(|recipe| recipe.pins).collect()
    }

    /// The names of its programs, for a message.
    pub(super) fn names(&self) -> String {
        let names: Vec<_> = self.recipes.iter().map(|recipe| recipe.name).collect();
        names.join(", ")
    }
}

/// One program.
#[derive(Debug)]
pub(super) struct Recipe {
    /// File name of the program.
    pub(super) name: &'static str,
    /// Folder under `tools/cluster` whose `go.mod` pins it.
    pub(super) pins: &'static str,
    /// The Go package of its `main`.
    pub(super) package: &'static str,
    /// The module whose version is the program's.
    pub(super) module: &'static str,
    /// The variable to stamp the version into. An unstamped API server calls itself `v0.0.0-master`, which kubectl
    /// cannot parse; an unstamped helm leaves out its patch number.
    pub(super) stamp: Option<&'static str>,
}

const KUBERNETES: Recipe = Recipe {
    name: "",
    pins: "kubernetes",
    package: "",
    module: "k8s.io/kubernetes",
    stamp: Some("k8s.io/component-base/version.gitVersion"),
};

/// What every cluster needs.
pub(super) const CONTROL_PLANE: Set = Set {
    title: "the control plane",
    folder: "cluster",
    recipes: &CONTROL_PLANE_RECIPES,
};

/// What only the tests of the chart need; a set of its own, so that nothing else waits for it.
pub(super) const HELM: Set = Set {
    title: "helm",
    folder: "helm",
    recipes: &[Recipe {
        name: "helm",
        pins: "helm",
        package: "helm.sh/helm/v4/cmd/helm",
        module: "helm.sh/helm/v4",
        stamp: Some("helm.sh/helm/v4/internal/version.version"),
    }],
};

/// The Kubernetes programs share most of their compilation.
const CONTROL_PLANE_RECIPES: [Recipe; 4] = [
    Recipe {
        name: "etcd",
        pins: "etcd",
        package: "go.etcd.io/etcd/server/v3",
        module: "go.etcd.io/etcd/server/v3",
        stamp: None,
    },
    Recipe {
        name: "kube-apiserver",
        package: "k8s.io/kubernetes/cmd/kube-apiserver",
        ..KUBERNETES
    },
    Recipe {
        name: "kube-controller-manager",
        package: "k8s.io/kubernetes/cmd/kube-controller-manager",
        ..KUBERNETES
    },
    Recipe {
        name: "kubectl",
        package: "k8s.io/kubernetes/cmd/kubectl",
        ..KUBERNETES
    },
];

/// Smaller programs: no symbol table, no debug information.
pub(super) const LINK_FLAGS: &str = "-s -w";

/// The version that a `go.mod` requires of `module`.
pub(super) fn required_version<'a>(go_mod: &'a str, module: &str) -> Option<&'a str> {
    go_mod.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip_while(|word| *word == "require");
        (words.next() == Some(module)).then(|| words.next()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_read_from_a_single_line_and_from_a_block() {
        let go_mod = "module m\n\nrequire a.b/c v1.2.3 // indirect\n\nrequire (\n\td.e/f v0.1.0\n)\n";
        assert_eq!(required_version(go_mod, "a.b/c"), Some("v1.2.3"));
        assert_eq!(required_version(go_mod, "d.e/f"), Some("v0.1.0"));
        assert_eq!(required_version(go_mod, "d.e"), None);
    }

    #[test]
    fn every_program_is_pinned() {
        for recipe in CONTROL_PLANE.recipes.iter().chain(HELM.recipes) {
            let path = crate::paths::workspace()
                .join("tools/cluster")
                .join(recipe.pins)
                .join("go.mod");
            let go_mod = std::fs::read_to_string(path).unwrap();
            assert!(
                required_version(&go_mod, recipe.module).is_some(),
                "{} is not pinned",
                recipe.name
            );
        }
    }
}
