//! One business call with all it may touch, and the dispatch from endpoint to behaviour.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::clock::Moment;
use crate::id::Id;
use crate::message::{Reply, Request};
use crate::refusal::Refusal;
use crate::route::{self, Endpoint};
use crate::state::{Application, Applications, Platform};
use crate::{application_info, developer, devices, identity, tenant};

/// A request being carried out, alone, on the platform.
pub struct Call<'a> {
    /// The platform's state.
    pub platform: &'a mut Platform,
    /// What was asked.
    pub request: &'a Request,
    /// When.
    pub now: Moment,
}

impl Call<'_> {
    /// Carries the request out, wholly or not at all.
    pub fn answer(mut self) -> Reply {
        let request = self.request;
        if request.too_large || request.body.len() > self.platform.switches.body_limit {
            return Reply::empty(413);
        }
        let endpoint = route::route(&request.method, &request.path, &self.platform.switches);
        endpoint
            .and_then(|endpoint| {
                let reply = perform(&mut self, endpoint)?;
                if let (Endpoint::ListOwned | Endpoint::ListAllowed(_) | Endpoint::ListVisible, Some(lag)) =
                    (endpoint, &mut self.platform.lag)
                {
                    lag.count_read();
                }
                Ok(reply)
            })
            .unwrap_or_else(|refusal| {
                let forbidden = self.platform.switches.forbidden_code;
                refusal.into_reply(route::family(&request.path), forbidden)
            })
    }
}

/// The applications that a list shows of those that `keep` accepts, the newest first; lists may lag behind.
pub fn listed<'a>(call: &'a Call<'_>, keep: impl Fn(&Application) -> bool) -> Vec<&'a Application> {
    let by_id = |applications: &'a Applications| -> BTreeMap<Id, &'a Application> {
        let kept = applications.iter().filter(|application| keep(application));
        kept.map(|application| (application.id, application)).collect()
    };
    let now = by_id(&call.platform.applications);
    let lag = call.platform.lists_lag(call.now);
    let shown = lag.map_or_else(|| now.clone(), |lag| lag.rows(&now, &by_id(&lag.then)));
    let mut shown: Vec<&Application> = shown.into_values().collect();
    shown.sort_by_key(|application| (Reverse(application.created_at), application.id));
    shown
}

fn perform(call: &mut Call<'_>, endpoint: Endpoint<'_>) -> Result<Reply, Refusal> {
    match endpoint {
        Endpoint::Create => developer::create(call),
        Endpoint::ListOwned => developer::list(call),
        Endpoint::Read(id) => developer::read(call, id),
        Endpoint::Change(id) => developer::change(call, id),
        Endpoint::Delete(id) => developer::delete(call, id),
        Endpoint::Rotate(id) => developer::rotate(call, id),
        Endpoint::ListAllowed(id) => developer::list_allowed(call, id),
        Endpoint::Allow(id, tenant) => developer::allow(call, id, tenant),
        Endpoint::Disallow(id, tenant) => developer::disallow(call, id, tenant),
        Endpoint::ListVisible => tenant::list(call),
        Endpoint::View(id) => tenant::view(call, id),
        Endpoint::Declared(id) => tenant::declared(call, id),
        Endpoint::Install(id) => tenant::install(call, id),
        Endpoint::InstallPlainly(id) => tenant::install_plainly(call, id),
        Endpoint::Installation(id) => tenant::installation(call, id),
        Endpoint::Consent(id) => tenant::consent(call, id),
        Endpoint::Uninstall(id) => tenant::uninstall(call, id),
        Endpoint::InstalledTenants => application_info::installed_tenants(call),
        Endpoint::OwnInstallation => application_info::installation(call),
        Endpoint::Permissions => identity::permissions(call),
        Endpoint::UserPermissions(sub) => identity::user_permissions(call, sub),
        Endpoint::UserTenants(sub) => identity::user_tenants(call, sub),
        Endpoint::Administration => devices::administration(call),
        Endpoint::Devices => devices::list(call),
        Endpoint::Realm => Ok(identity::realm(call.platform)),
        Endpoint::Discovery => Ok(identity::discovery(call.platform)),
        Endpoint::Certs => Ok(identity::certs(call.platform)),
        Endpoint::Token => Ok(identity::token(call)),
    }
}
