//! All applications, and what must hold across them: names unique per owner, client ids known. What a single
//! application does is kept out.

use std::collections::{BTreeMap, HashMap};

use super::{Application, OwnStatus, Status};
use crate::clock::Moment;
use crate::id::Id;
use crate::random::{Purpose, Random};
use crate::schema::{ChangeApplication, CreateApplication};
use crate::switches::{NameScope, Switches};

/// Every application since the start or the last reset, in the order of creation.
#[derive(Clone, Debug)]
pub struct Applications {
    all: Vec<Application>,
    by_id: HashMap<Id, usize>,
    by_client: HashMap<Id, (usize, ClientKind)>,
    by_name: HashMap<String, Vec<usize>>,
    switches: Switches,
}

/// The two kinds of OAuth2 client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// Has a secret.
    Confidential,
    /// Has none.
    Public,
}

/// Another application of the owner, not deleted, has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameTaken;

impl Applications {
    /// None yet; the switches decide where names are unique.
    pub fn new(switches: &Switches) -> Self {
        Self {
            all: Vec::new(),
            by_id: HashMap::new(),
            by_client: HashMap::new(),
            by_name: HashMap::new(),
            switches: switches.clone(),
        }
    }

    /// An application by id, deleted ones too.
    pub fn get(&self, id: Id) -> Option<&Application> {
        self.by_id.get(&id).and_then(|index| self.all.get(*index))
    }

    /// An application by id unless deleted.
    pub fn live(&self, id: Id) -> Option<&Application> {
        self.get(id).filter(|application| application.status != Status::Deleted)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, id: Id) -> Option<&mut Application> {
        self.by_id.get(&id).and_then(|index| self.all.get_mut(*index))
    }

    /// The live application behind a client id, and which of its clients that is.
    pub fn by_client(&self, client_id: Id) -> Option<(&Application, ClientKind)> {
        let (index, kind) = self.by_client.get(&client_id)?;
        self.all.get(*index).map(|application| (application, *kind))
    }

    /// All in the order of creation.
    pub fn iter(&self) -> impl Iterator<Item = &Application> {
        self.all.iter()
    }

    /// Creates an application for `owner`, under `id` when one is given.
    pub fn create(
        &mut self,
        owner: Id,
        id: Option<Id>,
        wanted: CreateApplication,
        random: &mut Random,
        now: Moment,
    ) -> Result<Id, NameTaken> {
        let name = wanted.name.into_string();
        if self.is_taken(owner, &name) {
            return Err(NameTaken);
        }
        let mut application = Application {
            id: id.unwrap_or_else(|| random.id(Purpose::Application)),
            owner,
            name,
            teaser_description: wanted.teaser_description.map(Into::into),
            url: wanted.url.map(Into::into),
            redirect_uris: wanted
                .redirect_uris
                .map(|uris| uris.into_iter().map(Into::into).collect()),
            permissions: wanted.permissions,
            status: Status::Active,
            client_id: random.id(Purpose::Client),
            secret: random.secret(),
            secret_generation: 1,
            service_account: random.id(Purpose::ServiceAccount),
            public_client_id: wanted
                .with_public_oauth2_client
                .then(|| random.id(Purpose::PublicClient)),
            allowed: BTreeMap::new(),
            installations: BTreeMap::new(),
            created_at: now,
            updated_at: now,
        };
        for row in wanted.allowed_tenants.unwrap_or_default() {
            application.allow(
                row.tenant_id,
                Some(row.comment.map(Into::into).unwrap_or_default()),
                now,
                &self.switches,
            );
        }
        Ok(self.add(application))
    }

    /// Applies a partial change. Nothing happens when the new name is taken.
    pub fn change(
        &mut self,
        id: Id,
        wanted: ChangeApplication,
        random: &mut Random,
        now: Moment,
    ) -> Result<(), NameTaken> {
        let Some(&index) = self.by_id.get(&id) else {
            return Ok(());
        };
        if let Some(name) = wanted.name {
            self.rename(index, name.into_string())?;
        }
        if let Some(wished) = wanted.with_public_oauth2_client {
            self.set_public_client(index, wished, random);
        }
        let application = &mut self.all[index];
        if let Some(text) = wanted.teaser_description {
            application.teaser_description = Some(text.into());
        }
        if let Some(url) = wanted.url {
            application.url = Some(url.into());
        }
        if let Some(uris) = wanted.redirect_uris {
            application.redirect_uris = Some(uris.into_iter().map(Into::into).collect());
        }
        if let Some(permissions) = wanted.permissions {
            application.permissions = Some(permissions);
        }
        match wanted.status {
            Some(OwnStatus::Active) => application.status = Status::Active,
            Some(OwnStatus::Inactive) => application.status = Status::Inactive,
            None => {}
        }
        application.touch(now);
        Ok(())
    }

    /// Deletes softly: clients and name are free, installations stay. False when it was not there.
    pub fn delete(&mut self, id: Id, now: Moment) -> bool {
        let Some(&index) = self.by_id.get(&id) else {
            return false;
        };
        let application = &mut self.all[index];
        if application.status == Status::Deleted {
            return false;
        }
        application.status = Status::Deleted;
        application.touch(now);
        if let Some(holders) = self.by_name.get_mut(&application.name) {
            holders.retain(|holder| *holder != index);
        }
        self.by_client.remove(&application.client_id);
        if let Some(public) = application.public_client_id {
            self.by_client.remove(&public);
        }
        true
    }

    fn add(&mut self, application: Application) -> Id {
        let (id, index) = (application.id, self.all.len());
        self.by_id.insert(id, index);
        self.by_name.entry(application.name.clone()).or_default().push(index);
        self.by_client
            .insert(application.client_id, (index, ClientKind::Confidential));
        if let Some(public) = application.public_client_id {
            self.by_client.insert(public, (index, ClientKind::Public));
        }
        self.all.push(application);
        id
    }

    fn rename(&mut self, index: usize, name: String) -> Result<(), NameTaken> {
        let application = &self.all[index];
        if application.name == name {
            return Ok(());
        }
        if self.switches.patch_name_conflict.is_default() && self.is_taken(application.owner, &name) {
            return Err(NameTaken);
        }
        if let Some(holders) = self.by_name.get_mut(&application.name) {
            holders.retain(|holder| *holder != index);
        }
        self.by_name.entry(name.clone()).or_default().push(index);
        self.all[index].name = name;
        Ok(())
    }

    fn is_taken(&self, owner: Id, name: &str) -> bool {
        let mut holders = self.by_name.get(name).into_iter().flatten();
        holders.any(|holder| match self.switches.name_scope {
            NameScope::Tenant => self.all[*holder].owner == owner,
            NameScope::Global => true,
        })
    }

    fn set_public_client(&mut self, index: usize, wished: bool, random: &mut Random) {
        let application = &mut self.all[index];
        match (application.public_client_id, wished) {
            (None, true) => {
                let id = random.id(Purpose::PublicClient);
                application.public_client_id = Some(id);
                self.by_client.insert(id, (index, ClientKind::Public));
            }
            (Some(id), false) => {
                application.public_client_id = None;
                self.by_client.remove(&id);
            }
            (None, false) | (Some(_), true) => {}
        }
    }
}
