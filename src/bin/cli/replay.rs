//! `replay`: an event through the whole flow, on an account in memory.

mod steps;

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::bail;
use s3_guardrail::aws::delivery::{self, Delivery};
use s3_guardrail::bucket::BucketState;
use s3_guardrail::event::{self, Event, Refused};
use s3_guardrail::guard::guard;
use s3_guardrail::guardrail::{Guardrail, Mode};
use s3_guardrail::local::LocalAccount;
use s3_guardrail::report::{Report, published};
use time::OffsetDateTime;

use crate::input::{self, Source};
use crate::{Ended, Format, complain};

/// Runs an event through the whole flow on an account in memory: nothing real is read or written.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// File with an event, or with an SQS batch of events; `-` for standard input
    event: PathBuf,
    /// Snapshots of the account's buckets; without it, what the event says was put there
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// Guardrail file; without it the built-in rules in mode `enforce`
    #[arg(long, value_name = "FILE")]
    guardrail: Option<PathBuf>,
    /// Mode in place of the guardrail's
    #[arg(long, value_enum)]
    mode: Option<ModeName>,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Said after an event that names no bucket, where there is no snapshot.
const NO_BUCKET: &str = "          the account in memory has no bucket, for the event names none: \
                         give its buckets with `--snapshot FILE`\n";

/// A mode as the command line names it.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ModeName {
    Observe,
    Notify,
    Enforce,
}

impl From<ModeName> for Mode {
    fn from(name: ModeName) -> Self {
        match name {
            ModeName::Observe => Self::Observe,
            ModeName::Notify => Self::Notify,
            ModeName::Enforce => Self::Enforce,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Ended> {
    let guardrail = guardrail(arguments)?;
    let source = Source::of(&arguments.event);
    let payload = source.read_text()?;
    let now = OffsetDateTime::now_utc();
    let account = match &arguments.snapshot {
        Some(file) => Some(LocalAccount::from_states(states(file)?, now)),
        None => None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let mut out = stdout().lock();
    if arguments.format == Format::Text {
        writeln!(out, "{}\n", preamble(arguments, &guardrail))?;
    }
    let mut ended = Ended::Well;
    for (place, body) in events(&source, &payload) {
        let body = body.and_then(|body| event::read(&body));
        let mut located_nothing = false;
        let report = match body {
            Ok(Event::Trigger(trigger)) => {
                let told = account.is_none().then(|| LocalAccount::from_event(&trigger, now));
                let Some(account) = account.as_ref().or(told.as_ref()) else { continue };
                let report = runtime.block_on(guard(&trigger, &guardrail, account));
                located_nothing = report.runs.is_empty();
                report
            }
            Ok(Event::Ignored { event, actor, reason }) => Report::ignored(event, actor, reason),
            Err(refused) => {
                complain(&format!("{place}: {refused}"));
                ended = Ended::BadInput;
                continue;
            }
        };
        match arguments.format {
            Format::Text => {
                let empty = account.is_none() && located_nothing;
                writeln!(out, "{}{}", steps::of(&report), if empty { NO_BUCKET } else { "" })?;
            }
            Format::Json => writeln!(out, "{}", published::line(&published::replay(&report)))?,
        }
    }
    out.flush()?;
    Ok(ended)
}

/// The guardrail that was asked for. The built-in one says `notify`, which would show little.
fn guardrail(arguments: &Arguments) -> anyhow::Result<Guardrail> {
    let mut guardrail = input::guardrail(arguments.guardrail.as_deref())?;
    guardrail.mode = match (arguments.mode, &arguments.guardrail) {
        (Some(mode), _) => mode.into(),
        (None, None) => Mode::Enforce,
        (None, Some(_)) => guardrail.mode,
    };
    Ok(guardrail)
}

fn preamble(arguments: &Arguments, guardrail: &Guardrail) -> String {
    let rules = match &arguments.guardrail {
        Some(file) => format!("the rules of {}", Source::of(file).shown()),
        None => "the built-in rules".to_owned(),
    };
    format!(
        "replayed on an account in memory with {rules} in mode {}: nothing real is read or written",
        guardrail.mode.name()
    )
}

/// The events of a payload, each with the place that a complaint about it names.
fn events(source: &Source, payload: &str) -> Vec<(String, Result<String, Refused>)> {
    match delivery::open(payload) {
        Ok(Delivery::Single(body)) => vec![(source.name(), Ok(body))],
        Ok(Delivery::Batch(messages)) => messages
            .into_iter()
            .zip(1_usize..)
            .map(|(message, number)| {
                let id = if message.id.is_empty() {
                    String::new()
                } else {
                    format!(" `{}`", message.id)
                };
                (format!("{}: message {number}{id}", source.name()), Ok(message.body))
            })
            .collect(),
        Err(refused) => vec![(source.name(), Err(refused))],
    }
}

/// The states of an account's buckets; here a bad one stops everything.
pub(crate) fn states(file: &Path) -> anyhow::Result<Vec<BucketState>> {
    let source = Source::of(file);
    let documents = source.documents()?;
    let mut states = Vec::new();
    for snapshot in documents.snapshots() {
        match snapshot {
            Ok(state) => states.push(state),
            Err(error) => bail!("{}:{}: {}", source.name(), error.line, error.reason),
        }
    }
    Ok(states)
}
