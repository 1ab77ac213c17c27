//! The command line: judge snapshots, explain requests, replay events, check guardrail files, show
//! and test alerts, undo containments. Nothing but `undo` and `alert test` reaches AWS.

mod alert;
mod evaluate;
mod explain;
mod guardrail;
mod input;
mod replay;
#[cfg(feature = "lambda")]
mod undo;
mod verdict_text;

use std::io::{ErrorKind, Write, stderr};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Says who can get into an S3 bucket from outside its account, through what, and proves it.
#[derive(Parser)]
#[command(name = "s3-guardrail", version, about, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judge bucket snapshots: who gets in, through what, proved by a request
    Evaluate(evaluate::Arguments),
    /// Explain why a request gets through to a bucket, or does not, statement by statement
    Explain(explain::Arguments),
    /// Run an event through the whole flow, on an account in memory
    Replay(replay::Arguments),
    /// Show what people get of an event, or test the way to them
    Alert(alert::Arguments),
    /// Check a guardrail file, or print the built-in one
    Guardrail(guardrail::Arguments),
    /// Put back the settings that a bucket had before the guardrail closed it
    #[cfg(feature = "lambda")]
    Undo(undo::Arguments),
}

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// As asked.
    Well,
    /// Some input could not be used; standard error says which and why.
    BadInput,
    /// `--fail-on` was met.
    Exposed,
}

/// What a command prints.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Plain text for a person
    Text,
    /// One JSON object a line
    Json,
}

fn main() -> ExitCode {
    let ended = match Arguments::parse().command {
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Alert(arguments) => alert::run(&arguments),
        Command::Guardrail(arguments) => guardrail::run(&arguments),
        #[cfg(feature = "lambda")]
        Command::Undo(arguments) => undo::run(&arguments),
    };
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::BadInput) => ExitCode::from(2),
        Ok(Ended::Exposed) => ExitCode::from(3),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Says on standard error what is wrong, safe for a terminal.
fn complain(what: &str) {
    // nobody is left to hear that standard error is closed
    let _ = writeln!(stderr(), "{}", s3_guardrail::escape::sentence(what));
}

/// Whoever read our output had enough of it.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let of = |error: &std::io::Error| error.kind() == ErrorKind::BrokenPipe;
    error.downcast_ref::<std::io::Error>().is_some_and(of)
}
