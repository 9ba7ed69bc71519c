//! Hostile values of Secrets, and files: what is used is clean, and what is not is not told.

use std::path::Path;

use cognigy_sso_decide::InputProblem;
use cognigy_sso_testkit::fuzz::try_all;
use proptest::prelude::*;

use super::given::Given;
use super::objects::usable_text;

#[test]
fn secret_values() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/secret-values");
    try_all(Path::new(folder), |input| {
        match usable_text(input) {
            Ok(text) => {
                prop_assert_eq!(text.as_bytes(), input);
                prop_assert!((1..=5000).contains(&text.chars().count()));
                prop_assert!(text.trim() == text && !text.contains(char::is_control));
            }
            // Which of five it is tells nothing of the value, and neither does what is said of it.
            Err(problem) => prop_assert!(
                matches!(
                    problem,
                    InputProblem::Empty
                        | InputProblem::Surrounded
                        | InputProblem::NotUtf8
                        | InputProblem::ControlCharacters
                        | InputProblem::TooLong(5000)
                ),
                "{:?}",
                problem
            ),
        }
        Ok(())
    });
}

#[test]
fn files() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/files");
    try_all(Path::new(folder), |input| {
        let text = String::from_utf8_lossy(input);
        // A carriage return ends a line of YAML too.
        let lines = text.split(['\n', '\r']).count();
        if let Err(unreadable) = Given::default().take(&text) {
            prop_assert!(
                unreadable.line.is_none_or(|line| usize::try_from(line).unwrap() <= lines),
                "{:?}",
                unreadable
            );
        }
        Ok(())
    });
}
