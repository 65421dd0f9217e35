//! What each room must not know, as data.

/// The rooms of the operator.
pub(crate) const ROOMS: &[&str] = &["api", "controller", "domain", "platforms", "runtime"];

/// The files of `src` that stand in no room: they list the rooms, read the arguments and wire everything.
pub(crate) const DOOR: &[&str] = &["lib.rs", "main.rs", "arguments.rs", "run.rs"];

/// The rooms that a room may import from. The door wires all of them.
pub(crate) const ARROWS: &[(&str, &[&str])] = &[
    ("api", &[]),
    ("controller", &["api", "domain"]),
    ("domain", &[]),
    ("platforms", &["domain"]),
    ("runtime", &[]),
];

/// Paths of another room that may be used although no arrow leads there: its closed enums of words users see.
pub(crate) const EXCEPTIONS: &[(&str, &[&str])] = &[("domain", &["crate", "api", "conditions"])];

/// A file with more code lines than this, tests not counted, names two things.
pub(crate) const MOST_LINES: usize = 300;

/// File and folder names that say nothing.
pub(crate) const EMPTY_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "misc", "manager", "managers",
];

/// A path that may not stand in some files.
#[derive(Debug)]
pub(crate) struct Ban {
    /// Beginning of the path of the files.
    pub(crate) files: &'static str,
    /// End of the path of the files; empty: all.
    pub(crate) ending: &'static str,
    /// One name: the crate that a path begins with. Several: names that follow each other anywhere in a path.
    pub(crate) path: &'static [&'static str],
    /// Whether tests inside the files may not use it either.
    pub(crate) in_tests: bool,
    /// What to do instead.
    pub(crate) cure: &'static str,
}

const fn always(files: &'static str, path: &'static [&'static str], cure: &'static str) -> Ban {
    Ban {
        files,
        ending: "",
        path,
        in_tests: true,
        cure,
    }
}

const fn outside_tests(files: &'static str, path: &'static [&'static str], cure: &'static str) -> Ban {
    Ban {
        files,
        ending: "",
        path,
        in_tests: false,
        cure,
    }
}

const PURE: &str = "domain decides from one snapshot: let controller do it and pass in the outcome";
const NO_CLUSTER: &str = "domain knows no Kubernetes types: let controller translate them";
const NO_CLOCK: &str = "time is one of the observed facts: take `now` as an argument";
const NO_CHANCE: &str = "ids and jitter are passed in, so that equal input gives equal output";
const NO_EFFECT: &str = "api only describes the kinds: do it in controller";
const NO_KUBE: &str = "platforms speak HTTP only: let controller translate to domain::port first";
const NO_HTTP: &str = "controller knows a platform only through domain::port: put the call into platforms";
const APART: &str =
    "the simulator shares nothing with the operator, or one misreading of the contract would hide another";
const PURE_VALIDATE: &str = "validate turns a spec into a wish without asking anybody: read in observe instead";

/// All bans.
pub(crate) const BANS: &[Ban] = &[
    always("src/domain/", &["kube"], NO_CLUSTER),
    always("src/domain/", &["kube_runtime"], NO_CLUSTER),
    always("src/domain/", &["k8s_openapi"], NO_CLUSTER),
    always("src/domain/", &["reqwest"], PURE),
    always("src/domain/", &["hyper"], PURE),
    outside_tests("src/domain/", &["tokio"], PURE),
    outside_tests("src/domain/", &["std", "fs"], PURE),
    outside_tests("src/domain/", &["std", "net"], PURE),
    outside_tests("src/domain/", &["std", "env"], PURE),
    outside_tests("src/domain/", &["std", "process"], PURE),
    outside_tests("src/domain/", &["std", "thread"], PURE),
    outside_tests("src/domain/", &["std", "time", "Instant"], NO_CLOCK),
    outside_tests("src/domain/", &["std", "time", "SystemTime"], NO_CLOCK),
    outside_tests("src/domain/", &["Instant", "now"], NO_CLOCK),
    outside_tests("src/domain/", &["SystemTime", "now"], NO_CLOCK),
    outside_tests("src/domain/", &["Timestamp", "now"], NO_CLOCK),
    outside_tests("src/domain/", &["Zoned", "now"], NO_CLOCK),
    outside_tests("src/domain/", &["rand"], NO_CHANCE),
    outside_tests("src/domain/", &["getrandom"], NO_CHANCE),
    outside_tests("src/domain/", &["fastrand"], NO_CHANCE),
    outside_tests("src/domain/", &["Uuid", "new_v4"], NO_CHANCE),
    outside_tests("src/domain/", &["Uuid", "new_v7"], NO_CHANCE),
    outside_tests("src/domain/", &["Uuid", "now_v7"], NO_CHANCE),
    always("src/api/", &["tokio"], NO_EFFECT),
    always("src/api/", &["reqwest"], NO_EFFECT),
    always("src/api/", &["kube", "Client"], NO_EFFECT),
    always("src/api/", &["kube", "Api"], NO_EFFECT),
    always("src/api/", &["kube", "api", "Api"], NO_EFFECT),
    outside_tests("src/api/", &["std", "fs"], NO_EFFECT),
    outside_tests("src/api/", &["Timestamp", "now"], NO_EFFECT),
    always("src/platforms/", &["kube"], NO_KUBE),
    always("src/platforms/", &["kube_runtime"], NO_KUBE),
    always("src/platforms/", &["k8s_openapi"], NO_KUBE),
    always("src/controller/", &["reqwest"], NO_HTTP),
    always("src/controller/", &["hyper"], NO_HTTP),
    Ban {
        files: "src/controller/",
        ending: "/validate.rs",
        path: &["Timestamp", "now"],
        in_tests: false,
        cure: PURE_VALIDATE,
    },
    Ban {
        files: "src/controller/",
        ending: "/validate.rs",
        path: &["kube", "Api"],
        in_tests: true,
        cure: PURE_VALIDATE,
    },
    Ban {
        files: "src/controller/",
        ending: "/validate.rs",
        path: &["kube", "Client"],
        in_tests: true,
        cure: PURE_VALIDATE,
    },
    always("simulator/", &["oauth_registrar"], APART),
    always("simulator/", &["xtask"], APART),
    always("simulator/src/", &["kube"], APART),
    always("simulator/src/", &["k8s_openapi"], APART),
];

/// Words that may not stand in some files: beginning and end of the files' path, the words, the cure.
pub(crate) const WORDS: (&str, &str, &[&str], &str) =
    ("src/controller/", "/validate.rs", &["async", "await"], PURE_VALIDATE);
