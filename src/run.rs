//! The commands, wired from the rooms.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, Client, Config, ResourceExt};
use oauth_registrar::controller::context::{Context, Settings};
use oauth_registrar::controller::orphans::store::Records;
use oauth_registrar::controller::orphans::table;
use oauth_registrar::controller::watch;
use oauth_registrar::controller::watch::caches::Caches;
use oauth_registrar::domain::claim::Holder;
use oauth_registrar::domain::rules::Rules;
use oauth_registrar::platforms::Connector;
use oauth_registrar::runtime::{shutdown, telemetry};

use crate::arguments::{LogFormat, Orphans, Output, Run};

/// The shortest settle time: three calls of the shortest time-out that a platform can have.
const SHORTEST_SETTLE: Duration = Duration::from_millis(300);

/// More often, a platform would be asked for its list without a pause.
const SHORTEST_RESYNC: Duration = Duration::from_secs(1);

/// Prints the CustomResourceDefinitions.
pub fn crds() -> Result<(), Box<dyn Error>> {
    for crd in oauth_registrar::api::crds() {
        println!("---\n{}", serde_saphyr::to_string(&crd)?.trim_end());
    }
    Ok(())
}

/// Lists the clients without a resource.
#[tokio::main]
pub async fn orphans(arguments: &Orphans) -> Result<(), Box<dyn Error>> {
    let (client, namespace) = connect(arguments.namespace.as_ref()).await?;
    let all = Records::new(client, &namespace).list().await;
    let mut all = all.map_err(|error| {
        format!(
            "the records in namespace {namespace} cannot be listed: {}",
            error.said()
        )
    })?;
    all.sort_by(|a, b| (&a.record.since, &a.name).cmp(&(&b.record.since, &b.name)));
    match arguments.output {
        Output::Table => print!("{}", table::table(&all)),
        Output::Json => println!("{:#}", table::list(&all)),
    }
    Ok(())
}

/// The cluster of KUBECONFIG or the one that we run in, and the operator's namespace there.
async fn connect(namespace: Option<&String>) -> Result<(Client, String), Box<dyn Error>> {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return Err("a crypto provider was installed before ours".into());
    }
    let mut config = Config::infer().await?;
    // kube would repeat 429, 503 and 504 for minutes; each of our calls has a time-out, and reconciles repeat.
    config.default_retry = false;
    // kube takes it over from HTTPS_PROXY, whatever NO_PROXY says; it is for platforms, and our own cluster is near.
    if config.proxy_url.as_ref().is_some_and(of_environment) {
        config.proxy_url = None;
    }
    let namespace = namespace.unwrap_or(&config.default_namespace).clone();
    Ok((Client::try_from(config)?, namespace))
}

fn of_environment<U: std::str::FromStr + PartialEq>(proxy: &U) -> bool {
    let values = ["HTTPS_PROXY", "https_proxy"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok());
    values.filter_map(|url| url.parse().ok()).any(|url: U| url == *proxy)
}

/// Runs the operator until it is asked to end.
#[tokio::main]
pub async fn run(arguments: &Run) -> Result<(), Box<dyn Error>> {
    telemetry::start(match arguments.log_format {
        LogFormat::Text => telemetry::Format::Text,
        LogFormat::Json => telemetry::Format::Json,
    });
    if arguments.settle < SHORTEST_SETTLE {
        return Err(format!(
            "--settle {:?} is shorter than {SHORTEST_SETTLE:?}, three times the shortest limits.timeout",
            arguments.settle
        )
        .into());
    }
    if arguments.resync < SHORTEST_RESYNC {
        return Err(format!(
            "--resync-interval {:?} is shorter than {SHORTEST_RESYNC:?}",
            arguments.resync
        )
        .into());
    }
    let (client, namespace) = connect(arguments.namespace.as_ref()).await?;
    let settings = settings(arguments, namespace, &client).await?;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        namespace = settings.namespace,
        instance = settings.holder.instance,
        watched = ?arguments.watch_namespaces,
        "operator starts"
    );
    let (caches, writers) = Caches::new(&arguments.watch_namespaces);
    let caches = Arc::new(caches);
    let context = Arc::new(Context::new(
        client,
        settings,
        Arc::new(Connector::of_environment()?),
        Arc::clone(&caches) as _,
    ));
    let stop = async {
        if let Err(error) = shutdown::requested().await {
            tracing::error!(%error, "signals cannot be received");
        }
    };
    let stop = stop.boxed().shared();
    let late = stop.clone().then(|()| tokio::time::sleep(shutdown::GRACE));
    tokio::select! {
        () = watch::run(context, caches, writers, stop) => tracing::info!("operator ended"),
        () = late => tracing::warn!("operator ended with work under way; the next one goes on from the claims"),
    }
    Ok(())
}

async fn settings(arguments: &Run, namespace: String, client: &Client) -> Result<Settings, Box<dyn Error>> {
    let instance = match &arguments.instance {
        Some(instance) => instance.clone(),
        None => cluster_id(client).await?,
    };
    Ok(Settings {
        namespace,
        holder: Holder {
            process: uuid::Uuid::new_v4().to_string(),
            instance,
        },
        settle: arguments.settle,
        recheck: arguments.recheck,
        resync: arguments.resync,
        insecure_hosts: arguments.insecure_hosts.clone(),
        allowed_hosts: arguments.allowed_hosts.clone(),
        rules: Rules::FIXED,
    })
}

/// The UID of kube-system stands for the cluster.
async fn cluster_id(client: &Client) -> Result<String, Box<dyn Error>> {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let system = namespaces.get_metadata("kube-system").await.map_err(|error| {
        format!("the UID of namespace kube-system, the default of --instance, cannot be read: {error}")
    })?;
    system.uid().ok_or_else(|| "namespace kube-system has no UID".into())
}
