//! The command line of the operator.

use clap::{Arg, ArgAction, Command, CommandFactory as _};
use cognigy_sso_operator::cli::Cli;

use super::{cell, opening};

const INTRODUCTION: &str = "\
The operator is one program, `cognigy-sso-operator`. Most of its flags are environment variables too; a flag wins over its variable.
Where several values may be given, repeat the flag, or separate the values by commas. A flag that
cannot be used is refused with exit code 2.";

pub fn page() -> String {
    let mut page = opening("Flags", "src/cli", INTRODUCTION);
    let mut program = Cli::command();
    program.build();
    for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
        page.push_str(&section(command));
    }
    page
}

fn section(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
    let mut section = format!("\n## {}\n\n{}\n", command.get_name(), sentence(about.trim_end()));
    let arguments: Vec<_> = command.get_arguments().filter(|argument| !is_help(argument)).collect();
    if !arguments.is_empty() {
        section.push_str("\n| flag, environment variable | what |\n|---|---|\n");
        section.extend(arguments.into_iter().map(row));
    }
    section
}

fn is_help(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version)
}

fn row(argument: &Arg) -> String {
    let variable = argument.get_env().map(|name| format!("<br>{}", code(&name.to_string_lossy()))).unwrap_or_default();
    let help = argument.get_long_help().or_else(|| argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let help = sentence(&cell(&help));
    format!("| {}{variable} | {help}{}{} |\n", spelled(argument), choices(argument), default(argument))
}

/// The program's own help ends without a full stop.
fn sentence(text: &str) -> String {
    if text.is_empty() || text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}

/// As it is typed: `-f`, `--filename FILE`.
fn spelled(argument: &Arg) -> String {
    let value = takes_value(argument).then(|| argument.get_value_names()?.first().map(ToString::to_string)).flatten();
    let Some(long) = argument.get_long() else { return value.map(|value| code(&value)).unwrap_or_default() };
    let value = value.map(|value| format!(" {value}")).unwrap_or_default();
    let short = argument.get_short().map(|short| format!("`-{short}`, ")).unwrap_or_default();
    format!("{short}`--{long}{value}`")
}

fn default(argument: &Arg) -> String {
    let values = argument.get_default_values().iter().filter(|_| takes_value(argument));
    let values: Vec<_> = values.map(|value| code(&value.to_string_lossy())).collect();
    if values.is_empty() { String::new() } else { format!(" Default: {}.", values.join(", ")) }
}

fn choices(argument: &Arg) -> String {
    let choices: Vec<_> = argument.get_possible_values().iter().map(|value| code(value.get_name())).collect();
    if choices.is_empty() || !takes_value(argument) {
        String::new()
    } else {
        format!(" One of {}.", choices.join(", "))
    }
}

/// Switches have a value too, which nobody types.
fn takes_value(argument: &Arg) -> bool {
    argument.get_action().takes_values()
}

fn code(text: &str) -> String {
    format!("`{text}`")
}
