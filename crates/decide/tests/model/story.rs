//! How a rule was broken, in words.

use stateright::Path;

use crate::drive::visit;
use crate::model::{Action, Operator, State};
use crate::script::Script;
use crate::settle;
use crate::world::Declared;

/// One line for each thing that happened, and what comes of it.
pub fn tell(model: &Operator, path: Path<State, Action>) -> String {
    let steps = path.into_vec();
    let mut lines = Vec::new();
    for (state, action) in &steps {
        lines.push(in_words(state));
        match action {
            Some(Action::Happens(happening)) => lines.push(format!("{happening}")),
            Some(Action::Visit(number, choices, _)) => {
                let script = Script::new(choices.clone(), state.world.left);
                let story = visit(model.setting, model.bug, &state.world, *number, script).story;
                lines.extend(story.into_iter().map(|line| format!("resource {number}: {line}")));
            }
            None => {}
        }
    }
    if let Some((last, _)) = steps.last() {
        if last.world.broken.is_none() {
            lines.extend(settle::story(model.setting, model.bug, &last.world));
        }
        let broken = model.broken(last).map_or_else(String::new, |broken| format!("{:?}: {}", broken.rule, broken.by));
        lines.push(broken);
    }
    lines.join("\n  ")
}

fn in_words(state: &State) -> String {
    let world = &state.world;
    let resources: Vec<_> = world
        .resources
        .iter()
        .map(|declared| declared.as_deref().map_or_else(|| "gone".to_owned(), Declared::ready_in_words))
        .collect();
    format!("  [{} s; {}; holds {}]", world.now, resources.join(", "), world.organization.in_words())
}
