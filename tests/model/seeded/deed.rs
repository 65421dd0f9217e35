//! What others than the operator do, carried out.

use oauth_registrar::api::well_known::CLAIM;
use oauth_registrar::controller::suspicions::Suspect;
use oauth_registrar::domain::claim::Claim;

use super::life::Life;
use super::plan::Deed;
use crate::model::harm::Harm;
use crate::model::world::{NAME, NAMESPACE, resource_key};

impl Life {
    pub(super) async fn carry_out(&mut self, deed: Deed) {
        self.edits += 1;
        match deed {
            Deed::Create => {}
            Deed::Describe => self.run.describe(&format!("description {}", self.edits)),
            Deed::Rename => self.run.rename(&format!("{NAME}-{}", self.edits)),
            Deed::DeleteSecret => self.damage(|life| life.run.delete_secret()),
            Deed::AlterSecret => self.damage(|life| life.run.alter_secret()),
            Deed::RemoveClient => self.damage(|life| life.run.remove_clients()),
            Deed::Delete => self.run.delete(),
            Deed::CreateAgain => self.creates_again = true,
            Deed::MoveAway => self.move_away().await,
            Deed::MoveBack => self.move_back().await,
            Deed::Resync => self.resync(),
        }
        self.run.idle().await;
    }

    /// What somebody breaks by hand, the operator cannot know at once.
    fn damage(&mut self, how: impl FnOnce(&mut Self)) {
        self.run.gate.world().excused.push(Harm::FalseReady);
        how(self);
    }

    pub(super) fn create_if_free(&mut self) {
        if self.creates_again && self.run.gate.world().cluster.get(&resource_key()).is_none() {
            self.creates_again = false;
            self.run.create();
        }
    }

    /// A pass over the list makes every process look more closely.
    pub(super) fn resync(&mut self) {
        let world = self.run.gate.world();
        let uid = world
            .cluster
            .get(&resource_key())
            .and_then(|r| r["metadata"]["uid"].as_str());
        let uid = uid.map(str::to_owned);
        drop(world);
        self.run.note("", "a pass over the list");
        for process in &self.run.processes {
            let suspect = Suspect {
                namespace: NAMESPACE.into(),
                name: NAME.into(),
            };
            process.context.suspicions.raise(uid.clone(), suspect);
        }
        self.nudge();
    }

    /// The platform is another one from now on. Nothing has to keep a resource from it that was surely never
    /// registered here.
    async fn move_away(&mut self) {
        if self.move_matters() && !std::mem::replace(&mut self.run.gate.world().is_moved, true) {
            self.exchange_platforms("apiUrl leads to another platform").await;
        }
    }

    fn move_matters(&self) -> bool {
        let world = self.run.gate.world();
        let Some(resource) = world.cluster.get(&resource_key()) else {
            return false;
        };
        let claim = resource["metadata"]["annotations"][CLAIM].as_str();
        let Some(claim) = claim.and_then(|text| serde_json::from_str::<Claim>(text).ok()) else {
            return false;
        };
        let told = &resource["status"]["registration"];
        let is_over = told["outcome"] == "Claimed" && told["attempt"] == claim.attempt;
        let surely_nothing = is_over && world.ours().is_empty() && self.run.late.is_empty();
        world.facts().live && !surely_nothing
    }

    /// What was on its way arrives, at the platform that it was sent to.
    pub(super) async fn arrive_late(&mut self) {
        let elsewhere = self.run.late[0].is_moved != self.run.gate.world().is_moved;
        if elsewhere {
            std::mem::swap(&mut self.run.gate.world().platform, &mut self.elsewhere);
        }
        self.run.arrive_late().await;
        if elsewhere {
            std::mem::swap(&mut self.run.gate.world().platform, &mut self.elsewhere);
        }
    }

    pub(super) async fn move_back(&mut self) {
        if !std::mem::take(&mut self.run.gate.world().is_moved) {
            return;
        }
        self.exchange_platforms("apiUrl leads to the first platform again")
            .await;
    }

    async fn exchange_platforms(&mut self, what: &str) {
        self.run.note("", what);
        std::mem::swap(&mut self.run.gate.world().platform, &mut self.elsewhere);
        for index in 0..self.run.processes.len() {
            self.run.cut(index).await;
        }
        self.run.wake();
    }
}
