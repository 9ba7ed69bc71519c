//! The reasons that conditions give.

use cognigy_sso_api::Reason;

use super::{cell, opening};

const INTRODUCTION: &str = "\
Every condition has a `reason`, one word for programs, and a `message`, which says what happened, to what, and what to do. These
are all the reasons, by what they are about. An empty last column means that there is nothing to do.";

pub fn page() -> String {
    let mut page = opening("Reasons", "crates/api/src/reason.rs", INTRODUCTION);
    for (topic, reasons) in Reason::TOPICS {
        page.extend([format!("\n## {topic}\n\n| reason | what it means | what to do |\n|---|---|---|\n")]);
        page.extend(reasons.iter().map(|reason| row(*reason)));
    }
    page
}

fn row(reason: Reason) -> String {
    format!("| `{reason}` | {} | {} |\n", cell(reason.meaning()), cell(reason.mend()))
}
