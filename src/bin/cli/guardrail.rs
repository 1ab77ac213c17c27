//! `guardrail`: check a guardrail file before a deployment does, or print the built-in one.

use std::io::{Write, stdout};
use std::path::PathBuf;

use s3_guardrail::escape::quoted;
use s3_guardrail::guardrail::{DEFAULT, Guardrail, Mode};
use time::OffsetDateTime;

use crate::input::{self, Source};
use crate::{Ended, complain};

/// Checks a guardrail file, or prints the built-in one.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Say whether a guardrail file can be used, and what it comes to
    Check {
        /// The file, `-` for standard input
        file: PathBuf,
    },
    /// Print the built-in guardrail file, to start one from
    Default,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Ended> {
    let mut out = stdout().lock();
    match &arguments.command {
        Command::Default => out.write_all(DEFAULT.as_bytes())?,
        Command::Check { file } => match input::guardrail(Some(file)) {
            Ok(guardrail) => {
                let today = OffsetDateTime::now_utc().date();
                write!(out, "{}", summary(&Source::of(file).shown(), &guardrail, today))?;
            }
            Err(error) => {
                complain(&format!("{error:#}"));
                return Ok(Ended::BadInput);
            }
        },
    }
    out.flush()?;
    Ok(Ended::Well)
}

fn summary(name: &str, guardrail: &Guardrail, today: time::Date) -> String {
    let does = match guardrail.mode {
        Mode::Observe => "writes nothing and alerts nobody",
        Mode::Notify => "alerts and writes nothing",
        Mode::Enforce => "contains and alerts",
    };
    let mut lines = vec![
        format!("{name}: can be used"),
        format!("  mode {}: {does}", guardrail.mode.name()),
        format!("  {} and {}", count(guardrail.rules.len(), "rule"), {
            count(guardrail.exemptions.len(), "exemption")
        }),
    ];
    if guardrail.rules.is_empty() {
        lines.push("  no rule: only what cannot be read is told".to_owned());
    }
    let expired = guardrail.exemptions.iter().filter(|exemption| exemption.expires < today);
    lines.extend(expired.map(|exemption| {
        format!("  exemption {} expired on {}", quoted(&exemption.name), exemption.expires)
    }));
    lines.join("\n") + "\n"
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
