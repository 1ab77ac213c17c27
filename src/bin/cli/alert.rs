//! `alert`: see the messages of an event as their receivers will, or send a test down their way.

#[cfg(feature = "lambda")]
mod test;

use std::io::{Write, stdout};
use std::path::PathBuf;

use s3_guardrail::aws::delivery::{self, Delivery};
use s3_guardrail::escape::sentence;
use s3_guardrail::event::{self, Event};
use s3_guardrail::guard::guard;
use s3_guardrail::guardrail::{Guardrail, Mode};
use s3_guardrail::local::LocalAccount;
use s3_guardrail::ports::{Message, Topic};
use s3_guardrail::report::{Report, published};
use serde_json::Value;
use time::OffsetDateTime;

use crate::input::{self, Source};
use crate::replay::{ModeName, states};
use crate::{Ended, complain};

/// What is shown where no event is given.
const SAMPLE: &str = include_str!("../../../events/put-bucket-policy.public.json");

/// Shows or tests what people get.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Show page, mail, text message and chat card of an event as their receivers will see them
    Preview(Preview),
    /// Publish a marked test page and say who would have heard it: reaches AWS
    Test(Test),
}

#[derive(clap::Args)]
struct Preview {
    /// File with an event, `-` for standard input; without it a sample
    event: Option<PathBuf>,
    /// Snapshots of the account's buckets; without it, what the event says was put there
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// Guardrail file; without it the built-in rules in mode `enforce`
    #[arg(long, value_name = "FILE")]
    guardrail: Option<PathBuf>,
    /// Mode in place of the guardrail's
    #[arg(long, value_enum)]
    mode: Option<ModeName>,
}

#[derive(clap::Args)]
pub(crate) struct Test {
    /// Topic of the pages; else `PAGE_TOPIC_ARN`
    #[arg(long, value_name = "ARN")]
    page_topic: Option<String>,
    /// Topic of chat messages; else `CHAT_TOPIC_ARN`
    #[arg(long, value_name = "ARN")]
    chat_topic: Option<String>,
    /// Guardrail file whose routes are tested too
    #[arg(long, value_name = "FILE")]
    guardrail: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Ended> {
    match &arguments.command {
        Command::Preview(preview) => show(preview),
        #[cfg(feature = "lambda")]
        Command::Test(asked) => test::run(asked),
        #[cfg(not(feature = "lambda"))]
        Command::Test(Test { page_topic: _, chat_topic: _, guardrail: _ }) => anyhow::bail!(
            "this program was built without AWS; `cargo install --path .` builds it with all"
        ),
    }
}

fn show(preview: &Preview) -> anyhow::Result<Ended> {
    let mut guardrail = input::guardrail(preview.guardrail.as_deref())?;
    guardrail.mode = match (preview.mode, &preview.guardrail) {
        (Some(mode), _) => mode.into(),
        (None, None) => Mode::Enforce,
        (None, Some(_)) => guardrail.mode,
    };
    let (name, payload) = match &preview.event {
        Some(file) => {
            let source = Source::of(file);
            (source.name(), source.read_text()?)
        }
        None => ("the sample".to_owned(), SAMPLE.to_owned()),
    };
    let bodies = match delivery::open(&payload) {
        Ok(Delivery::Single(body)) => vec![body],
        Ok(Delivery::Batch(messages)) => messages.into_iter().map(|message| message.body).collect(),
        Err(refused) => {
            complain(&format!("{name}: {refused}"));
            return Ok(Ended::BadInput);
        }
    };
    let mut ended = Ended::Well;
    let mut out = stdout().lock();
    for body in bodies {
        match event::read(&body) {
            Ok(Event::Trigger(trigger)) => {
                let now = OffsetDateTime::now_utc();
                let account = match &preview.snapshot {
                    Some(file) => LocalAccount::from_states(states(file)?, now),
                    None => LocalAccount::from_event(&trigger, now),
                };
                let account = account.with_chat();
                let report = told(&trigger, &guardrail, &account)?;
                if report.alerts.is_empty() {
                    writeln!(out, "nobody is told of this event: `replay` shows why")?;
                }
                for sent in &report.alerts {
                    write!(out, "{}", shown(&sent.message))?;
                }
            }
            Ok(Event::Ignored { reason, .. }) => {
                writeln!(out, "nobody is told of this event: {}", sentence(&reason))?;
            }
            Err(refused) => {
                complain(&format!("{name}: {refused}"));
                ended = Ended::BadInput;
            }
        }
    }
    out.flush()?;
    Ok(ended)
}

fn told(
    trigger: &event::Trigger,
    guardrail: &Guardrail,
    account: &LocalAccount,
) -> anyhow::Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    Ok(runtime.block_on(guard(trigger, guardrail, account)))
}

/// A message in each of its forms.
fn shown(message: &Message) -> String {
    let wire = message.wire();
    let size = wire.message.len();
    let to = message.to.as_ref().map(|topic| format!(" (to {topic})")).unwrap_or_default();
    let mut parts = Vec::new();
    match message.topic {
        Topic::Page => {
            let json = carried(&wire.message).unwrap_or_else(|| message.json.clone());
            parts.push(format!("==== PAGE, for pagers{to}, {size} bytes on the wire"));
            parts.push(format!("Subject: {}", message.subject));
            parts.push(pretty(&json));
            parts.push("==== MAIL".to_owned());
            parts.push(format!("Subject: {}\n\n{}", message.subject, message.text));
            parts.push("==== TEXT MESSAGE".to_owned());
            parts.push(message.short.clone());
        }
        Topic::Chat => {
            parts.push(format!("==== CHAT, {size} bytes on the wire"));
            parts.push(pretty(&message.json));
        }
    }
    parts.join("\n") + "\n\n"
}

/// What machines get of a message of several forms.
fn carried(wire: &str) -> Option<Value> {
    let forms: Value = serde_json::from_str(wire).ok()?;
    serde_json::from_str(forms.get("default")?.as_str()?).ok()
}

/// JSON over several lines, safe for a terminal.
fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.lines().map(published::safe).collect::<Vec<_>>().join("\n")
}
