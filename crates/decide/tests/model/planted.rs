//! Each rule has a check that finds what breaks it: shown with bugs that are planted.

use cognigy_sso_api::{AdoptionPolicy, DeletionPolicy};
use stateright::{Checker, Model};

use crate::bug::Bug;
use crate::model::Operator;
use crate::rules::Rule;
use crate::setting::Setting;
use crate::story::tell;
use crate::strategy::Strategy;

/// Where the bug does harm.
fn setting(bug: Bug, strategy: Strategy) -> Setting {
    let plain = Setting { strategy, ..Setting::PLAIN };
    match bug {
        Bug::LosesRecord => Setting { adoption: AdoptionPolicy::Never, audit: false, ..plain },
        Bug::IgnoresRival => Setting { two: true, ..plain },
        Bug::ResetsBlindly => Setting { deletion: DeletionPolicy::Reset, ..plain },
        _ => plain,
    }
}

/// The rules that are found broken, each with the way there.
fn found(bug: Bug, strategy: Strategy) -> Vec<(Rule, String)> {
    let checker = Operator::new(setting(bug, strategy), Some(bug), 2).checker().spawn_bfs().join();
    let model = checker.model();
    let told = checker.discoveries().into_values().map(|path| {
        let rule = model.broken(path.last_state()).unwrap().rule;
        (rule, tell(model, path))
    });
    told.collect()
}

#[test]
fn every_planted_bug_is_found_by_the_check_of_its_rule_alone() {
    for (bug, strategy) in Bug::ALL.into_iter().flat_map(|bug| Strategy::ALL.map(|strategy| (bug, strategy))) {
        let found = found(bug, strategy);
        let rules: Vec<_> = found.iter().map(|(rule, _)| *rule).collect();
        let stories: Vec<_> = found.iter().map(|(_, story)| story.as_str()).collect();
        println!("{bug:?}, {strategy:?}\n{}\n", stories.join("\n"));
        assert_eq!(rules, [bug.breaks()], "{bug:?}, {strategy:?}");
        assert!(stories.iter().all(|story| story.lines().count() > 3), "{bug:?} comes with the way there");
    }
}
