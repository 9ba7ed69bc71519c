//! What the demo looks like: short lines, aligned, in colour on a terminal.

use std::collections::HashSet;
use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use cognigy_sso_api::{Condition, ConditionStatus, ConditionType};
use console::{Alignment, StyledObject, Term, pad_str, style, truncate_str};
use indicatif::ProgressBar;
use textwrap::{Options, WordSplitter};

/// A wider terminal is not filled: long lines are hard to read.
const WIDEST: usize = 120;
const NARROWEST: usize = 60;
const MARGIN: &str = "  ";
const INDENT: &str = "    ";

/// The first line of all.
pub fn title(text: &str) {
    line(&format!("\n{}", style(text).bold()));
}

/// The beginning of a step.
pub fn heading(number: usize, text: &str) {
    line(&format!("\n\n{}", style(format!("{number}. {text}")).bold().underlined()));
}

/// Plain words.
pub fn say(text: &str) {
    line("");
    for wrapped in textwrap::wrap(text, plain(width() - MARGIN.len())) {
        line(&format!("{MARGIN}{wrapped}"));
    }
}

/// A statement that was found to be true.
pub fn fact(text: impl Display) {
    let text = text.to_string();
    let mark = format!("{MARGIN}{} ", style("✓").green());
    for (number, wrapped) in textwrap::wrap(&text, plain(width() - INDENT.len())).iter().enumerate() {
        line(&format!("{}{wrapped}", if number == 0 { mark.as_str() } else { INDENT }));
    }
}

/// A part of the demo that is up, with where it is.
pub fn up(what: &str, place: &str, took: Duration) {
    let what = pad_str(what, 40, Alignment::Left, None);
    let place = pad_str(place, 34, Alignment::Left, None);
    line(&format!("{MARGIN}{} {what}{}{}", style("✓").green(), style(place).cyan(), style(spoken(took)).dim()));
}

/// A command as a user would type it.
pub fn command(text: &str) {
    line(&format!("\n{MARGIN}{} {}", style("$").dim(), style(text).cyan().bold()));
}

/// What a program printed. What is too long for the screen is cut.
pub fn output(text: &str) {
    for printed in text.lines() {
        line(&format!("{INDENT}{}", truncate_str(printed.trim_end(), width() - INDENT.len(), "…")));
    }
}

/// The same, whole.
pub fn quote(text: &str) {
    for quoted in text.lines() {
        line(&format!("{INDENT}{quoted}"));
    }
}

/// Names and values, aligned.
pub fn table<N: Display, V: Display>(rows: impl IntoIterator<Item = (N, V)>) {
    let rows: Vec<_> = rows.into_iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let widest = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in rows {
        line(&format!("{INDENT}{}{value}", pad_str(&name, widest + 3, Alignment::Left, None)));
    }
}

/// Conditions as a table: type, status, reason and message. A message that stands there already is not repeated.
pub fn conditions<'a>(conditions: impl IntoIterator<Item = &'a Condition>) {
    let conditions: Vec<_> = conditions.into_iter().collect();
    let columns = Columns::fitting(&conditions);
    let mut shown = HashSet::new();
    line("");
    for condition in conditions {
        let is_new = shown.insert(&condition.message);
        columns.show(condition, if is_new { &condition.message } else { "(the same)" });
    }
    line("");
}

/// The widths of the first columns; the message has the rest.
struct Columns {
    r#type: usize,
    reason: usize,
}

impl Columns {
    const STATUS: usize = 9;

    fn fitting(conditions: &[&Condition]) -> Self {
        let widest = |width: fn(&&Condition) -> usize| conditions.iter().map(width).max().unwrap_or(0) + 2;
        Self {
            r#type: widest(|condition| type_of(condition).len()),
            reason: widest(|condition| condition.reason.as_str().len()),
        }
    }

    fn show(&self, condition: &Condition, message: &str) {
        let before = INDENT.len() + self.r#type + Self::STATUS + self.reason;
        let message = textwrap::wrap(message, plain(width().saturating_sub(before).max(30)));
        let mut message = message.iter();
        line(&format!(
            "{MARGIN}{} {}{}{}{}",
            mark(condition),
            style(pad_str(&type_of(condition), self.r#type, Alignment::Left, None)).bold(),
            pad_str(condition.status.as_str(), Self::STATUS, Alignment::Left, None),
            pad_str(condition.reason.as_str(), self.reason, Alignment::Left, None),
            style(message.next().map_or("", |first| first)).dim(),
        ));
        for rest in message {
            line(&format!("{}{}", " ".repeat(before), style(rest).dim()));
        }
    }
}

/// Good, bad or not known: for the markers, being there at all is what counts.
fn mark(condition: &Condition) -> StyledObject<&'static str> {
    match (condition.r#type, condition.status) {
        (ConditionType::Reconciling, _) => style("…").yellow(),
        (ConditionType::Stalled, _) => style("!").red(),
        (_, ConditionStatus::True) => style("✓").green(),
        (_, ConditionStatus::False) => style("✗").red(),
        (_, ConditionStatus::Unknown) => style("?").yellow(),
    }
}

fn type_of(condition: &Condition) -> String {
    format!("{:?}", condition.r#type)
}

/// A step did not happen.
pub fn failure(text: &str) {
    line(&format!("\n{} {}", style("✗").red().bold(), style(text).red().bold()));
}

/// One line. Nobody may be there to read it.
pub fn line(text: &str) {
    let _ = Term::stdout().write_line(text);
}

/// Shows on a terminal what is waited for, as long as it lasts.
pub async fn waiting<T>(what: &str, work: impl Future<Output = T>) -> T {
    let spinner = ProgressBar::new_spinner().with_message(what.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(120));
    let result = work.await;
    spinner.finish_and_clear();
    result
}

/// A time as one would say it.
pub fn spoken(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..1000 => format!("{millis} ms"),
        1000..60_000 => format!("{:.1} s", time.as_secs_f32()),
        _ => format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

fn width() -> usize {
    let columns = Term::stdout().size_checked().map_or(WIDEST, |(_, columns)| columns.into());
    columns.clamp(NARROWEST, WIDEST)
}

/// Names, dates and URLs stay whole.
fn plain(width: usize) -> Options<'static> {
    Options::new(width).break_words(false).word_splitter(WordSplitter::NoHyphenation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spoken_in_the_unit_that_fits() {
        assert_eq!(spoken(Duration::from_millis(7)), "7 ms");
        assert_eq!(spoken(Duration::from_millis(2_340)), "2.3 s");
        assert_eq!(spoken(Duration::from_secs(125)), "2 min 5 s");
    }
}
