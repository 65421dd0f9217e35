//! The life of a release: installed, upgraded, removed, installed again.

use std::fs;
use std::path::Path;
use std::process::Command;

use oauth_registrar::api::crds;
use serde_json::{Value, json};
use xtask::cluster::ControlPlane;

use crate::helm::{self, RELEASE, chart};
use crate::kit::{OPERATOR_NAMESPACE, until};

const ROLE_BINDINGS: &str = "rolebindings --all-namespaces -l app.kubernetes.io/managed-by=Helm";

struct Release(ControlPlane);

impl Release {
    fn helm(&self, args: &[&str], chart: Option<&Path>, namespaces: &[&str]) -> String {
        let kubeconfig = self.0.kubeconfig().to_str().unwrap();
        let args = [args, &["--kubeconfig", kubeconfig]].concat();
        helm::run(&args, chart, &json!({ "namespaces": namespaces })).unwrap()
    }

    fn kubectl(&self, args: &str) -> String {
        let output = Command::new(self.0.binary("kubectl").unwrap())
            .arg("--kubeconfig")
            .arg(self.0.kubeconfig())
            .args(args.split_whitespace())
            .output()
            .unwrap();
        assert!(output.status.success(), "{args}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn count(&self, what: &str) -> usize {
        self.kubectl(&format!("get {what} --output name")).lines().count()
    }
}

/// The chart with one more short name for applications: a later version of the kind.
fn later_chart(into: &Path) {
    for folder in ["", "definitions", "templates", "templates/generated"] {
        fs::create_dir_all(into.join(folder)).unwrap();
        for entry in fs::read_dir(chart().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::copy(&path, into.join(folder).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    let path = into.join("definitions/oauthapplications.yaml");
    let mut kind: Value = serde_saphyr::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    kind["spec"]["names"]["shortNames"]
        .as_array_mut()
        .unwrap()
        .push("later".into());
    fs::write(path, kind.to_string()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_brings_the_kinds_along_and_an_uninstall_leaves_them() {
    let start = || ControlPlane::start("flow_chart_release").unwrap();
    let release = Release(tokio::task::spawn_blocking(start).await.unwrap());
    for namespace in [OPERATOR_NAMESPACE, "billing", "shipping"] {
        release.kubectl(&format!("create namespace {namespace}"));
    }
    release.kubectl(&format!(
        "label namespace {OPERATOR_NAMESPACE} pod-security.kubernetes.io/enforce=restricted"
    ));

    let notes = release.helm(&["install", RELEASE], Some(&chart()), &["billing"]);
    assert!(
        notes.contains("watches billing.") && notes.contains("oauthregistrar.io/secret=credential"),
        "{notes}"
    );
    assert!(notes.contains("is found only on nodes"), "{notes}");
    assert_eq!(release.count(ROLE_BINDINGS), 3);
    let pods = format!("pods -n {OPERATOR_NAMESPACE}");
    until("two pods are made", async || release.count(&pods), |count| *count == 2).await;

    let later = release.0.dir().join("later-chart");
    later_chart(&later);
    release.helm(&["upgrade", RELEASE], Some(&later), &["billing", "shipping"]);
    assert_eq!(release.count(ROLE_BINDINGS), 4);
    let names = "get crd oauthapplications.oauthregistrar.io --output jsonpath={.spec.names.shortNames}";
    assert!(release.kubectl(names).contains("later"));
    release.helm(&["upgrade", RELEASE], Some(&chart()), &["shipping"]);
    assert_eq!(release.count(ROLE_BINDINGS), 3);

    release.helm(&["uninstall", RELEASE], None, &[]);
    assert_eq!(release.count(ROLE_BINDINGS), 0);
    let kinds = release.kubectl("get crd --output name");
    assert_eq!(kinds.matches(".oauthregistrar.io").count(), crds().len(), "{kinds}");
    release.helm(&["install", RELEASE], Some(&chart()), &["billing"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_that_were_applied_by_hand_are_taken_over_when_asked_to() {
    let start = || ControlPlane::start("flow_chart_takeover").unwrap();
    let release = Release(tokio::task::spawn_blocking(start).await.unwrap());
    for namespace in [OPERATOR_NAMESPACE, "billing"] {
        release.kubectl(&format!("create namespace {namespace}"));
    }
    let other = release.0.dir().join("other-chart");
    later_chart(&other);
    release.kubectl(&format!("apply -f {}/definitions", other.display()));
    let values = json!({ "namespaces": ["billing"] });
    let kubeconfig = release.0.kubeconfig().to_str().unwrap();
    let install = ["install", RELEASE, "--kubeconfig", kubeconfig];
    let refused = helm::run(&install, Some(&chart()), &values).unwrap_err();
    assert!(refused.contains("invalid ownership metadata"), "{refused}");
    let taking = [&install[..], &["--take-ownership", "--force-conflicts"]].concat();
    helm::run(&taking, Some(&chart()), &values).unwrap();
    assert_eq!(release.count("crd"), crds().len());
}
