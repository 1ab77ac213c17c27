//! `evaluate`: snapshots in, verdicts out, in the same order.

use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;

use s3_guardrail::exposure::{Class, Exposure, Verdict, evaluate};
use s3_guardrail::report::published;
use s3_guardrail::trust::Trust;

use crate::input::{self, Source};
use crate::{Ended, Format, complain, verdict_text};

/// Judges bucket snapshots: who gets in from outside the account, through what, proved by a
/// request.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Snapshots: `.json` with one object, `.jsonl` with one a line, `-` for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<PathBuf>,
    /// Guardrail file whose zone of trust counts as inside
    #[arg(long, value_name = "FILE")]
    guardrail: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Exit with status 3 when a bucket's exposure is this class, a wider one, or unknown
    #[arg(long, value_name = "CLASS", value_enum)]
    fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Anonymous,
    Authenticated,
    External,
    Trusted,
    Unknown,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Ended> {
    let trust = match &arguments.guardrail {
        Some(file) => input::guardrail(Some(file))?.trust,
        None => Trust::default(),
    };
    let mut out = BufWriter::new(stdout().lock());
    let (mut bad, mut exposed) = (false, false);
    for file in &arguments.files {
        let source = Source::of(file);
        let documents = match source.documents() {
            Ok(documents) => documents,
            Err(error) => {
                complain(&format!("{error:#}"));
                bad = true;
                continue;
            }
        };
        for snapshot in documents.snapshots() {
            match snapshot {
                Ok(state) => {
                    let verdict = evaluate(&state, &trust);
                    exposed |= arguments.fail_on.is_some_and(|class| class.is_met(&verdict));
                    print(&mut out, &verdict, arguments.format)?;
                }
                Err(error) => {
                    out.flush()?;
                    complain(&format!("{}:{}: {}", source.name(), error.line, error.reason));
                    bad = true;
                }
            }
        }
    }
    out.flush()?;
    Ok(match (bad, exposed) {
        (true, _) => Ended::BadInput,
        (false, true) => Ended::Exposed,
        (false, false) => Ended::Well,
    })
}

fn print(out: &mut impl Write, verdict: &Verdict, format: Format) -> std::io::Result<()> {
    match format {
        Format::Text => write!(out, "{}", verdict_text::of(verdict)),
        Format::Json => writeln!(out, "{}", published::line(&published::verdict(verdict))),
    }
}

impl FailOn {
    fn is_met(self, verdict: &Verdict) -> bool {
        let least = match self {
            Self::Anonymous => Some(Class::Anonymous),
            Self::Authenticated => Some(Class::Authenticated),
            Self::External => Some(Class::External),
            Self::Trusted => Some(Class::Trusted),
            Self::Unknown => None,
        };
        match verdict.exposure {
            Exposure::Unknown(_) => true,
            Exposure::Known(class) => least.is_some_and(|least| class >= least),
        }
    }
}
