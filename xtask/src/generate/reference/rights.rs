//! What the chart grants to the operator, in each mode.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cognigy_sso_testkit::rights::{Breadth, Mode, Right};

use crate::rights::granted_in;

pub async fn page() -> anyhow::Result<String> {
    let mut page = format!("{}\n", INTRODUCTION.trim());
    for mode in Mode::ALL {
        let rights: Vec<_> = granted_in(mode).await?.into_iter().collect();
        section(&mut page, mode, &rights)?;
    }
    Ok(page)
}

const INTRODUCTION: &str = "
# The operator's rights

What the chart grants to the operator's ServiceAccount. In each of these modes all tests of the operator run as that ServiceAccount, and
the API server's audit log is compared with what is granted: a right that is missing fails, and so does one that nothing uses.

Generated from the chart by `cargo xtask generate`; `cargo xtask rights` makes the comparison.
";

fn section(page: &mut String, mode: Mode, rights: &[Right]) -> std::fmt::Result {
    let (title, what) = match mode {
        Mode::Cluster => ("All namespaces", "The default."),
        Mode::Namespaces => ("Listed namespaces", "`watchNamespaces` lists them."),
        Mode::Named => {
            ("Listed names", "`watchNamespaces`, `secretNames` and `configMapNames` list what may be looked at.")
        }
    };
    let cluster_wide = rights.iter().filter(|right| right.breadth.cluster_wide).count();
    writeln!(
        page,
        "\n## {title}\n\n{what} {} rights: {cluster_wide} to all namespaces, {} to single ones.\n",
        rights.len(),
        rights.len() - cluster_wide
    )?;
    writeln!(page, "| API group | resource | verbs | where |\n|---|---|---|---|")?;
    let mut rows: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for right in rights {
        let row = (!right.breadth.cluster_wide, &right.group, &right.resource, right.breadth);
        rows.entry(row).or_default().push(&right.verb);
    }
    for ((_, group, resource, breadth), verbs) in rows {
        let group = if group.is_empty() { "core" } else { group.as_str() };
        writeln!(page, "| {group} | `{resource}` | {} | {} |", verbs.join(", "), place(resource, breadth))?;
    }
    Ok(())
}

fn place(resource: &str, breadth: Breadth) -> &'static str {
    match (resource, breadth.cluster_wide, breadth.by_name) {
        ("leases", _, false) => "the operator's own namespace",
        ("leases", _, true) => "the operator's own namespace, its own lease",
        (_, true, false) => "all namespaces",
        (_, true, true) => "all namespaces, listed names",
        (_, false, false) => "each listed namespace",
        (_, false, true) => "each listed namespace, listed names",
    }
}
