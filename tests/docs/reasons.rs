//! Reasons that pages name.

use cognigy_sso_api::Reason;

use crate::book::pages;

/// A table whose first column is headed so has a reason in each row.
const HEADING: &str = "reason";

#[test]
fn every_reason_in_a_table_of_reasons_is_one() {
    let (mut named, mut unknown) = (0, Vec::new());
    for page in pages() {
        for (line, _, cell) in page.first_cells.iter().filter(|(_, column, _)| column == HEADING) {
            for name in cell.split(", ") {
                named += 1;
                if !Reason::ALL.iter().any(|reason| reason.as_str() == name) {
                    unknown.push(format!("{}: {name}", page.at(*line)));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
    assert!(named > Reason::ALL.len() + 10, "pages name reasons beside the list of all: {named}");
}
