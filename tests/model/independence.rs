//! Which steps of two processes can be exchanged without anybody noticing: then one order is enough (sleep sets,
//! Godefroid 1996, with the sets kept for each state so that no state is lost).

use super::gate::{Party, What};

/// One step that a process can take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mover {
    /// Index of the process.
    pub process: usize,
    /// Which version it is handed, counted from the newest.
    pub version: Option<usize>,
    what: What,
}

impl Mover {
    pub fn new(process: usize, version: Option<usize>, what: What) -> Self {
        Self { process, version, what }
    }

    /// Whether the order of the two makes no difference. Two writes always count as one that does.
    pub fn is_independent_of(&self, other: &Self) -> bool {
        let apart = self.touches().iter().all(|thing| !other.touches().contains(thing));
        let reads = !self.what.writes && !other.what.writes;
        let writes = self.what.writes && other.what.writes;
        self.process != other.process && (reads || apart && !writes)
    }

    /// The same step, of the process at that place in the order.
    pub fn in_order(&self, order: &[usize]) -> Self {
        let place = order.iter().position(|index| *index == self.process);
        Self {
            process: place.unwrap_or(self.process),
            ..self.clone()
        }
    }

    fn touches(&self) -> &'static [Thing] {
        match self.what.party {
            // With the resource, a process looks into its watch cache of the Secret.
            Party::Cache => &[Thing::Resource, Thing::Secret],
            Party::Platform => &[Thing::Platform],
            Party::Cluster if self.what.text.contains(" oauthapplications") => &[Thing::Resource],
            Party::Cluster if self.what.text.contains(" secrets") => &[Thing::Secret],
            Party::Cluster => &[Thing::Resource, Thing::Secret, Thing::Platform],
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Thing {
    Resource,
    Secret,
    Platform,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(process: usize, party: Party, text: &str, writes: bool) -> Mover {
        Mover::new(
            process,
            None,
            What {
                party,
                text: text.into(),
                writes,
            },
        )
    }

    #[test]
    fn reads_can_be_exchanged_and_what_touches_the_same_cannot() {
        let get = |process| step(process, Party::Cluster, "GET secrets/a", false);
        let post = step(1, Party::Cluster, "POST secrets", true);
        let prove = step(0, Party::Platform, "prove", false);
        assert!(get(0).is_independent_of(&get(1)));
        assert!(
            !get(0).is_independent_of(&get(0)),
            "the steps of one process have their order"
        );
        assert!(!get(0).is_independent_of(&post));
        assert!(prove.is_independent_of(&post));
        assert!(!step(0, Party::Cache, "look", false).is_independent_of(&post));
        assert!(
            !step(0, Party::Platform, "register", true).is_independent_of(&post),
            "both write"
        );
    }
}
