//! Where the model begins.

use crate::cognigy::Organization;
use crate::drive::visit;
use crate::samples::{NAMES, STRANGER, STRANGERS_NAME, USER, at};
use crate::script::Script;
use crate::setting::Setting;
use crate::world::World;

/// Fresh resources with an organization that has nothing or a stranger's configuration, resources that are settled, and one
/// that was corrected so often that once more is once too often.
pub fn worlds(setting: Setting, left: u8) -> Vec<World> {
    let fresh = |organization| World::new(setting, organization, left);
    let settled = settled(setting, fresh(Organization::default()));
    let mut worlds = vec![
        fresh(Organization::default()),
        fresh(Organization::of_a_stranger(setting.strategy, STRANGERS_NAME, STRANGER, -3600)),
        // By hand, with the account that the API key belongs to, before there was a resource.
        fresh(Organization::of_a_stranger(setting.strategy, NAMES[0], USER, -3600)),
        settled.clone(),
    ];
    if !setting.two {
        worlds.push(often_corrected(settled));
    }
    worlds
}

fn settled(setting: Setting, mut world: World) -> World {
    for _ in 0..2 {
        for number in world.alive() {
            world = visit(setting, None, &world, number, Script::calm()).world;
        }
        world.now += 40;
    }
    world
}

fn often_corrected(mut world: World) -> World {
    let now = at(world.now);
    if let Some(declared) = world.get_mut(0) {
        declared.server.status.corrections = vec![now; 3];
    }
    world
}
