//! What the platform holds, and what it does when a request reaches it.

use std::sync::Arc;

use oauth_registrar::domain::credentials::{Credentials, SecretText};
use oauth_registrar::domain::failure::{Class, Failure};
use oauth_registrar::domain::marker::Marker;
use oauth_registrar::domain::port::{Capabilities, Listed, Proof, Registered, RemoteClient, Rotation, Unique};
use oauth_registrar::domain::registration::{AllowedTenant, ApplicationId, Change, ClientId, Registration, TenantId};

/// One registered client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub id: ApplicationId,
    /// What is managed of it, allowed tenants included.
    pub registration: Registration,
    /// Counts its secrets; only the last one works, and the one before where they overlap.
    pub secret: u32,
}

/// So many secrets a client can have before another one gets its id.
const SECRETS_OF_A_CLIENT: u32 = 100;

impl Client {
    pub fn client_id(&self) -> ClientId {
        ClientId(format!("client-of-{}", self.id))
    }

    pub fn client_secret(&self) -> String {
        self.secret_at(self.secret)
    }

    fn secret_at(&self, count: u32) -> String {
        format!("secret-{count}-of-{}", self.id)
    }

    /// Whether it was replaced just now and goes on working where secrets overlap.
    fn replaced(&self, secret: &str) -> bool {
        let first = self.secret % SECRETS_OF_A_CLIENT == 1;
        !first && self.secret_at(self.secret - 1) == secret
    }

    fn listed(&self) -> Listed {
        Listed {
            application_id: self.id.clone(),
            client_id: self.client_id(),
            name: self.registration.name.clone(),
            marker: self.registration.marker.clone(),
            revision: String::new(),
            created_at: format!("2026-01-01T00:00:{:0>2}Z", self.id.0.trim_start_matches("app-")),
        }
    }
}

/// The platform's store.
#[derive(Clone, Debug)]
pub struct Store {
    pub capabilities: Capabilities,
    /// In the order of their registration.
    pub clients: Vec<Client>,
    /// Those that a list does not show yet.
    pub unlisted: Vec<ApplicationId>,
    /// The markers of all that were ever registered.
    registered: Vec<Option<Marker>>,
}

impl Default for Store {
    /// As on OLT: unique names, and a place for the marker.
    fn default() -> Self {
        Self {
            capabilities: Capabilities {
                unique: Unique::Names,
                marks: true,
                rotation: Rotation::HardCut,
                consents: None,
            },
            clients: vec![],
            unlisted: vec![],
            registered: vec![],
        }
    }
}

impl Store {
    pub fn client(&self, id: &ApplicationId) -> Option<&Client> {
        self.clients.iter().find(|c| c.id == *id)
    }

    fn client_mut(&mut self, id: &ApplicationId) -> Result<&mut Client, Failure> {
        self.clients
            .iter_mut()
            .find(|c| c.id == *id)
            .ok_or_else(|| not_found(id))
    }

    pub fn register(&mut self, registration: &Registration) -> Result<Registered, Failure> {
        let id = self.next_id(registration.marker.as_ref());
        let taken = match self.capabilities.unique {
            Unique::Names => self.clients.iter().any(|c| c.registration.name == registration.name),
            Unique::Ids => self.client(&id).is_some(),
            Unique::Nothing => false,
        };
        if taken {
            return Err(Failure::new(
                Class::Conflict,
                format!("the name {:?} or the id {id} is taken", registration.name),
            ));
        }
        let same =
            |marker: &&Option<Marker>| self.capabilities.unique == Unique::Ids && **marker == registration.marker;
        let before = self.registered.iter().filter(same).count();
        self.registered.push(registration.marker.clone());
        let client = Client {
            id: id.clone(),
            registration: registration.clone(),
            secret: u32::try_from(before).unwrap_or_default() * SECRETS_OF_A_CLIENT + 1,
        };
        let (client_id, client_secret) = (client.client_id(), SecretText::new(client.client_secret()));
        self.clients.push(client);
        Ok(Registered {
            application_id: id,
            client_id,
            public_client_id: None,
            client_secret,
            complete: true,
        })
    }

    /// Where the caller chooses the id, which is the marker: always the same for the same marker.
    fn next_id(&self, marker: Option<&Marker>) -> ApplicationId {
        let next = self.registered.len();
        let place = match self.capabilities.unique {
            Unique::Ids => self.registered.iter().position(|m| m.as_ref() == marker),
            Unique::Names | Unique::Nothing => None,
        };
        ApplicationId(format!("app-{}", place.unwrap_or(next) + 1))
    }

    pub fn scan(&self) -> Result<Arc<[Listed]>, Failure> {
        if self.capabilities.is_blind() {
            return Err(Failure::new(Class::Invalid, "there is no list of clients"));
        }
        let shown = self.clients.iter().filter(|c| !self.unlisted.contains(&c.id));
        Ok(shown.map(Client::listed).collect())
    }

    pub fn read(&self, id: &ApplicationId) -> Result<RemoteClient, Failure> {
        let client = self.client(id).ok_or_else(|| not_found(id))?;
        let registration = Registration {
            allowed_tenants: vec![],
            ..client.registration.clone()
        };
        Ok(RemoteClient {
            application_id: id.clone(),
            client_id: client.client_id(),
            public_client_id: None,
            registration,
        })
    }

    pub fn allowed_tenants(&self, id: &ApplicationId) -> Result<Vec<AllowedTenant>, Failure> {
        let client = self.client(id).ok_or_else(|| not_found(id))?;
        Ok(client.registration.allowed_tenants.clone())
    }

    pub fn update(&mut self, id: &ApplicationId, change: &Change) -> Result<(), Failure> {
        let change = change.clone();
        let has = &mut self.client_mut(id)?.registration;
        has.name = change.name.unwrap_or_else(|| has.name.clone());
        (has.description, has.marker) = change
            .description
            .unwrap_or_else(|| (has.description.clone(), has.marker.clone()));
        has.client_uri = change.client_uri.unwrap_or_else(|| has.client_uri.clone());
        has.redirect_uris = change.redirect_uris.unwrap_or_else(|| has.redirect_uris.clone());
        has.permissions = change.permissions.unwrap_or_else(|| has.permissions.clone());
        has.suspended = change.suspended.unwrap_or(has.suspended);
        has.public_client = change.public_client.unwrap_or(has.public_client);
        Ok(())
    }

    pub fn allow(&mut self, id: &ApplicationId, row: &AllowedTenant) -> Result<(), Failure> {
        self.disallow(id, &row.tenant_id)?;
        self.client_mut(id)?.registration.allowed_tenants.push(row.clone());
        Ok(())
    }

    pub fn disallow(&mut self, id: &ApplicationId, tenant: &TenantId) -> Result<(), Failure> {
        self.client_mut(id)?
            .registration
            .allowed_tenants
            .retain(|row| row.tenant_id != *tenant);
        Ok(())
    }

    pub fn rotate(&mut self, id: &ApplicationId) -> Result<SecretText, Failure> {
        if matches!(self.capabilities.rotation, Rotation::Recreate | Rotation::Never) {
            return Err(Failure::new(Class::Invalid, "a client has one secret for ever"));
        }
        let client = self.client_mut(id)?;
        client.secret += 1;
        Ok(SecretText::new(client.client_secret()))
    }

    pub fn deregister(&mut self, id: &ApplicationId) -> Result<(), Failure> {
        self.client_mut(id)?;
        self.clients.retain(|c| c.id != *id);
        Ok(())
    }

    pub fn prove(&self, credentials: &Credentials) -> Proof {
        let overlaps = self.capabilities.rotation == Rotation::Overlap;
        match self.clients.iter().find(|c| c.client_id().0 == credentials.client_id) {
            None => Proof::UnknownClient,
            Some(client) if client.client_secret() == credentials.client_secret.expose() => Proof::Works,
            Some(client) if overlaps && client.replaced(credentials.client_secret.expose()) => Proof::Works,
            Some(_) => Proof::WrongSecret,
        }
    }
}

fn not_found(id: &ApplicationId) -> Failure {
    Failure::new(Class::NotFound, format!("no application {id}"))
}
