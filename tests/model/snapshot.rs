//! A state of a run, as a number: equal for two states that nobody could tell apart from there on.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::canonical::{Canonical, Digest};
use super::run::Run;
use super::world::{World, resource_key};

/// All that makes a state another one than others.
pub struct Snapshot<'a> {
    run: &'a Run,
    canonical: Canonical,
    versions: usize,
    /// Objects, platform, and the versions of the resource that a cache may still hold.
    world: Vec<Digest>,
    harms: usize,
    handed: Vec<Option<usize>>,
}

impl<'a> Snapshot<'a> {
    /// Takes it; with `stale`, caches may hold old versions.
    pub fn of(run: &'a Run, stale: bool) -> Self {
        let world = run.gate.world();
        let canonical = Canonical::of(&world);
        let versions = world.cluster.versions(&resource_key()).len();
        let handed = world
            .handed
            .iter()
            .map(|(version, _)| versions.checked_sub(*version))
            .collect();
        let mut texts: Vec<String> = objects(&world);
        if stale {
            texts.extend(cached(&world));
        }
        let world_digests = texts.iter().map(|text| canonical.digest(text)).collect();
        Self {
            run,
            canonical,
            versions,
            world: world_digests,
            harms: world.harms.len(),
            handed,
        }
    }

    /// The number, with the processes in this order. Exchanging them exchanges their names too.
    pub fn number(&self, order: &[usize], besides: impl Hash) -> u64 {
        let mirrored = order.first() != Some(&0);
        let hasher = &mut DefaultHasher::new();
        self.world
            .iter()
            .for_each(|digest| digest.hash(mirrored, self.versions, hasher));
        (self.harms, besides).hash(hasher);
        for &index in order {
            (self.run.waits(index), self.handed[index]).hash(hasher);
            self.run.processes[index]
                .knowledge
                .hash(&self.canonical, mirrored, self.versions, hasher);
        }
        hasher.finish()
    }
}

fn objects(world: &World) -> Vec<String> {
    let objects = world
        .cluster
        .objects()
        .filter(|(key, _)| key.resource.plural != "events");
    objects
        .map(|(_, object)| object.to_string())
        .chain([format!("{:?}", world.platform)])
        .collect()
}

fn cached(world: &World) -> Vec<String> {
    let oldest = world
        .handed
        .iter()
        .map(|(version, _)| if *version == usize::MAX { 0 } else { *version })
        .min();
    let versions = &world.cluster.versions(&resource_key())[oldest.unwrap_or_default()..];
    versions.iter().map(ToString::to_string).collect()
}
