//! The classes of platforms: what can be looked up there, and how a secret is replaced.

use oauth_registrar::domain::port::{Capabilities, Rotation, Unique};

use super::world::World;

/// What can be looked up: what the platform keeps unique, and whether our marker can be found.
pub const LOOKUPS: [(&str, Unique, bool); 4] = [
    ("by name", Unique::Names, true),
    ("by id", Unique::Ids, true),
    ("by marker", Unique::Nothing, true),
    ("not at all", Unique::Nothing, false),
];

/// How secrets are replaced.
pub const ROTATIONS: [Rotation; 4] = [
    Rotation::HardCut,
    Rotation::Overlap,
    Rotation::Recreate,
    Rotation::Never,
];

/// Every class.
pub fn all() -> Vec<Capabilities> {
    let of = |rotation| {
        LOOKUPS.map(|(_, unique, marks)| Capabilities {
            unique,
            marks,
            rotation,
            consents: None,
        })
    };
    ROTATIONS.into_iter().flat_map(of).collect()
}

/// What a person calls it.
pub fn name(class: Capabilities) -> String {
    let is_it = |(_, unique, marks): &&(&str, Unique, bool)| (*unique, *marks) == (class.unique, class.marks);
    let found = LOOKUPS
        .iter()
        .find(is_it)
        .map_or("in no known way", |(found, ..)| *found);
    format!("clients are found {found}, secrets replaced by {:?}", class.rotation)
}

impl World {
    /// The world with neighbours, around a platform that can do this.
    pub fn with(capabilities: Capabilities) -> Self {
        let mut world = Self::with_neighbours();
        world.platform.capabilities = capabilities;
        world
    }
}
