//! Does a command show what the page shows?

/// Columns may be as wide as they like, `...` stands for the rest of a line or, alone, for any lines, and one age is like another.
pub fn fits(page: &str, output: &str) -> bool {
    let lines = |text: &str| -> Vec<Vec<String>> {
        text.trim().lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
    };
    all_fit(&lines(page), &lines(output))
}

fn all_fit(page: &[Vec<String>], output: &[Vec<String>]) -> bool {
    match page.split_first() {
        None => output.is_empty(),
        Some((first, rest)) if first == &["..."] => (0..=output.len()).any(|skipped| all_fit(rest, &output[skipped..])),
        Some((first, rest)) => {
            output.split_first().is_some_and(|(line, others)| line_fits(first, line) && all_fit(rest, others))
        }
    }
}

fn line_fits(page: &[String], line: &[String]) -> bool {
    match page.split_first() {
        None => line.is_empty(),
        Some((word, [])) if word == "..." => true,
        Some((word, rest)) => {
            let same = |found: &String| found == word || (is_age(word) && is_age(found));
            line.split_first().is_some_and(|(found, others)| same(found) && line_fits(rest, others))
        }
    }
}

/// As kubectl writes ages: `5s`, `2m10s`.
fn is_age(word: &str) -> bool {
    let is_part = |character: char| character.is_ascii_digit() || "smhd".contains(character);
    word.starts_with(|character: char| character.is_ascii_digit())
        && word.ends_with(['s', 'm', 'h', 'd'])
        && word.chars().all(is_part)
}

#[test]
fn what_differs_is_told_from_what_always_differs() {
    for (page, output) in [
        ("A  B\nx  5s", "A     B\nx     2m10s\n"),
        ("a\n...\nz", "a\nb\nc\nz"),
        ("a\n...\nz", "a\nz"),
        ("Error: ...", "Error: it says\n"),
    ] {
        assert!(fits(page, output), "{page:?} {output:?}");
    }
    for (page, output) in
        [("a", "a b"), ("a b", "a"), ("a", "a\nb"), ("5s", "5x"), ("a\n...\nz", "a\nb"), ("x True", "x False")]
    {
        assert!(!fits(page, output), "{page:?} {output:?}");
    }
}
