//! What proves that a client is ours.

use super::Seen;
use crate::domain::port::RemoteClient;
use crate::domain::registration::ApplicationId;

impl Seen {
    /// The client carries the marker of another registration.
    #[must_use]
    pub fn is_anothers(&self, client: &RemoteClient) -> bool {
        let marker = &client.registration.marker;
        self.platform.capabilities.marks && marker.is_some() && *marker != self.marker()
    }

    /// What is there is ours for certain: it carries our marker, or this process registered it. Where there are no markers
    /// status has to do, as long as it is the only one that names the client.
    #[must_use]
    pub fn is_proven(&self, client: &RemoteClient) -> bool {
        let id = &client.application_id;
        let held = self.memory.held.as_ref().is_some_and(|held| held.application_id == *id);
        if held || self.untold().is_some_and(|known| known.application_id == *id) {
            return !self.is_anothers(client);
        }
        if self.platform.capabilities.marks {
            client.registration.marker.is_some() && client.registration.marker == self.marker()
        } else {
            !self.told.disputed
        }
    }

    /// The client that is known and was read, if it is ours for certain.
    #[must_use]
    pub fn proven(&self) -> Option<&ApplicationId> {
        let id = &self.known.as_ref()?.application_id;
        let read = self.clients.get(id).and_then(Option::as_ref);
        let registered = self.published.registered && self.platform.capabilities.marks;
        (registered || read.is_some_and(|client| self.is_proven(client))).then_some(id)
    }
}
