//! The commands, wired from the rooms.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, Client, Config, ResourceExt};
use oauth_registrar::api::rights;
use oauth_registrar::controller::check::needs::{Places, needs};
use oauth_registrar::controller::check::{Findings, rights as allowed, text};
use oauth_registrar::controller::context::{Context, Settings};
use oauth_registrar::controller::error::Error as CallError;
use oauth_registrar::controller::leading::Leading;
use oauth_registrar::controller::orphans::store::Records;
use oauth_registrar::controller::orphans::table;
use oauth_registrar::controller::watch;
use oauth_registrar::controller::watch::caches::{Caches, Writers};
use oauth_registrar::domain::claim::Holder;
use oauth_registrar::domain::rules::Rules;
use oauth_registrar::platforms::Connector;
use oauth_registrar::runtime::leadership::Leadership;
use oauth_registrar::runtime::{shutdown, telemetry};

use crate::arguments::{Check, LogFormat, Orphans, Output, Run};

/// The shortest settle time: three calls of the shortest time-out that a platform can have.
const SHORTEST_SETTLE: Duration = Duration::from_millis(300);

/// Several of these fit between two renewals of the lease.
const LEASE_TIMEOUT: Duration = Duration::from_secs(3);

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

/// Tells which rights are missing, and which are not needed.
#[tokio::main]
pub async fn check(arguments: &Check) -> Result<(), Box<dyn Error>> {
    let (client, own) = connect(arguments.namespace.as_ref()).await?;
    let places = Places {
        own,
        watched: arguments.reach.watch_namespaces.clone(),
    };
    let needs = needs(&arguments.reach.features(), &places);
    let findings = Findings {
        who: allowed::who(&client).await.map_err(|error| told(&error))?,
        missing: allowed::missing(&client, &needs).await.map_err(|error| told(&error))?,
        beyond: allowed::beyond(&client, &needs, &places)
            .await
            .map_err(|error| told(&error))?,
    };
    print!("{}", text::text(&findings));
    if findings.are_well() {
        Ok(())
    } else {
        Err("the operator cannot do its work with these rights".into())
    }
}

fn told(error: &CallError) -> String {
    format!("the API server cannot be asked: {}", error.said())
}

/// The cluster of KUBECONFIG or the one that we run in, and the operator's namespace there.
async fn connect(namespace: Option<&String>) -> Result<(Client, String), Box<dyn Error>> {
    let (config, namespace) = configure(namespace).await?;
    Ok((Client::try_from(config)?, namespace))
}

async fn configure(namespace: Option<&String>) -> Result<(Config, String), Box<dyn Error>> {
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
    Ok((config, namespace))
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
    let (config, namespace) = configure(arguments.namespace.as_ref()).await?;
    let client = Client::try_from(config.clone())?;
    let settings = settings(arguments, namespace, &client).await?;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        namespace = settings.namespace,
        instance = settings.holder.instance,
        watched = ?arguments.reach.watch_namespaces,
        "operator starts"
    );
    let leadership = if arguments.reach.leader_elect {
        Some(stand(config, &settings).await?)
    } else {
        None
    };
    let leading = leadership
        .as_ref()
        .map_or_else(Leading::always, |l| Leading::told_by(l.leads()));
    let (caches, writers) = Caches::new(&arguments.reach.watch_namespaces);
    let caches = Arc::new(caches);
    let context = Context::new(
        client,
        settings,
        Arc::new(Connector::of_environment()?),
        Arc::clone(&caches) as _,
    )
    .when(leading);
    work(Arc::new(context), caches, writers, leadership).await
}

/// A replica's part in the election, with calls that end in time.
async fn stand(mut config: Config, settings: &Settings) -> Result<Leadership, String> {
    config.connect_timeout = Some(LEASE_TIMEOUT);
    config.read_timeout = Some(LEASE_TIMEOUT);
    let client = Client::try_from(config).map_err(|error| error.to_string())?;
    // In a pod this is its name, which people look for.
    let host = std::env::var("HOSTNAME").unwrap_or_default();
    let identity = format!("{host}_{}", settings.holder.process);
    Leadership::stand(client, &settings.namespace, rights::LEASE, &identity).await
}

/// Works until asked to end. The lease is kept until what was begun is finished, and released then.
async fn work(
    context: Arc<Context>,
    caches: Arc<Caches>,
    writers: Writers,
    mut leadership: Option<Leadership>,
) -> Result<(), Box<dyn Error>> {
    let stop = async {
        if let Err(error) = shutdown::requested().await {
            tracing::error!(%error, "signals cannot be received");
        }
    };
    let stop = stop.boxed().shared();
    let late = stop.clone().then(|()| tokio::time::sleep(shutdown::GRACE));
    let lost = async {
        match &mut leadership {
            Some(leadership) => leadership.lost().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = watch::run(context, caches, writers, stop) => tracing::info!("operator ended"),
        () = late => tracing::warn!("operator ended with work under way; the next one goes on from the claims"),
        why = lost => return Err(format!("this replica leads no more: {why}").into()),
    }
    if let Some(leadership) = leadership {
        leadership.release().await;
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
        watch_secrets: arguments.reach.watch_secrets,
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
