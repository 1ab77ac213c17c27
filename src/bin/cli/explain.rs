//! `explain`: why a request gets through to a bucket, or does not, statement by statement.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::bail;
use s3_guardrail::bucket::BucketState;
use s3_guardrail::explain::{Explanation, Question, Words, explain, text};
use s3_guardrail::exposure::{Verdict, evaluate};
use s3_guardrail::report::published;
use s3_guardrail::trust::Trust;
use time::OffsetDateTime;

use crate::input::{self, Source};
use crate::{Ended, Format, complain, verdict_text};

/// Buckets that are named before the rest is counted only.
const NAMED: usize = 5;

/// Explains why a request gets through to a bucket, or does not: a path of the verdict by its
/// witness, or any request. With neither, lists the paths.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A snapshot: `.json`, or `.jsonl` with one a line, `-` for standard input
    #[arg(value_name = "SNAPSHOT", default_value = "-")]
    file: PathBuf,
    /// The bucket, where the file has several
    #[arg(long, value_name = "NAME")]
    bucket: Option<String>,
    /// Explain this path, by its index in the verdict's `paths`
    #[arg(long, value_name = "N", conflicts_with_all = ["principal", "action", "resource", "context", "access_point"])]
    path: Option<usize>,
    /// Who asks: `anonymous`, an account id, an ARN, `canonical:ID` or `service:NAME`
    #[arg(long, value_name = "WHO", requires = "action")]
    principal: Option<String>,
    /// For what: `s3:GetObject`
    #[arg(long, value_name = "ACTION", requires = "principal")]
    action: Option<String>,
    /// Of what: the ARN of the bucket, an object in it, or an access point [default: the bucket or
    /// an object `x`, as the action needs]
    #[arg(long, value_name = "ARN", requires = "action")]
    resource: Option<String>,
    /// A condition key that the request carries; again for more keys, or more values of one
    #[arg(long, value_name = "KEY=VALUE", requires = "action")]
    context: Vec<String>,
    /// The access point that the request goes through
    #[arg(long, value_name = "NAME", requires = "action")]
    access_point: Option<String>,
    /// Guardrail file whose zone of trust counts as inside, as `evaluate` was given it
    #[arg(long, value_name = "FILE")]
    guardrail: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// What is explained.
enum Told {
    /// Every path, shortly.
    Paths,
    /// One path, by its witness where it has one.
    Path(usize, Option<Explanation>),
    /// One request.
    Request(Explanation),
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Ended> {
    let trust = match &arguments.guardrail {
        Some(file) => input::guardrail(Some(file))?.trust,
        None => Trust::default(),
    };
    let (state, ended) = snapshot(&arguments.file, arguments.bucket.as_deref())?;
    let verdict = evaluate(&state, &trust);
    let told = tell(arguments, &state, &verdict)?;
    let mut out = stdout().lock();
    match arguments.format {
        Format::Text => write!(out, "{}", as_text(&verdict, &told))?,
        Format::Json => writeln!(out, "{}", as_json(&verdict, &told))?,
    }
    out.flush()?;
    Ok(ended)
}

/// The one snapshot that is meant. Others that cannot be used are complained of.
fn snapshot(file: &Path, bucket: Option<&str>) -> anyhow::Result<(BucketState, Ended)> {
    let source = Source::of(file);
    let (mut states, mut ended) = (Vec::new(), Ended::Well);
    for snapshot in source.documents()?.snapshots() {
        match snapshot {
            Ok(state) => states.push(state),
            Err(error) => {
                complain(&format!("{}:{}: {}", source.name(), error.line, error.reason));
                ended = Ended::BadInput;
            }
        }
    }
    let names: Vec<String> =
        states.iter().take(NAMED).map(|state| format!("`{}`", state.bucket)).collect();
    let more = if states.len() > NAMED { ", …" } else { "" };
    let there = format!("{}{more}", names.join(", "));
    if let Some(bucket) = bucket {
        states.retain(|state| state.bucket.as_str() == bucket);
    }
    let count = states.len();
    let mut states = states.into_iter();
    match (states.next(), count, bucket) {
        (Some(state), 1, _) => Ok((state, ended)),
        (Some(_), _, None) => {
            bail!("{}: has {count} buckets ({there}), choose one: --bucket NAME", source.name())
        }
        (Some(_), _, Some(bucket)) => {
            bail!("{}: has {count} snapshots of bucket `{bucket}`, keep one", source.name())
        }
        (None, _, Some(bucket)) if !there.is_empty() => {
            bail!("{}: has no bucket `{bucket}`, it has {there}", source.name())
        }
        (None, ..) => bail!("{}: has no snapshot that can be used", source.name()),
    }
}

fn tell(arguments: &Arguments, state: &BucketState, verdict: &Verdict) -> anyhow::Result<Told> {
    if let Some(index) = arguments.path {
        let Some(path) = verdict.paths.get(index) else {
            match verdict.paths.len() {
                0 => bail!("path {index}: the verdict has no paths"),
                1 => bail!("path {index}: the verdict has one path, 0"),
                count => bail!(
                    "path {index}: the verdict has {count} paths, 0 to {}",
                    count.saturating_sub(1)
                ),
            }
        };
        let witness = path.witness.as_ref();
        let explanation = witness
            .map(|witness| explain(state, verdict, &Question::of_witness(witness, &path.via)));
        return Ok(Told::Path(index, explanation));
    }
    let (Some(principal), Some(action)) = (&arguments.principal, &arguments.action) else {
        return Ok(Told::Paths);
    };
    let words = Words {
        principal,
        action,
        resource: arguments.resource.as_deref(),
        access_point: arguments.access_point.as_deref(),
        context: &arguments.context,
    };
    let question = Question::read(&words, state, OffsetDateTime::now_utc())?;
    Ok(Told::Request(explain(state, verdict, &question)))
}

fn as_text(verdict: &Verdict, told: &Told) -> String {
    match told {
        Told::Paths => {
            format!("{}\n\n{}", verdict_text::headline(verdict), text::paths(verdict))
        }
        Told::Path(index, explanation) => {
            let path = verdict.paths.get(*index).map(|path| text::path(*index, path));
            let explanation = explanation.as_ref().map(text::explanation);
            let parts: Vec<String> = path.into_iter().chain(explanation).collect();
            parts.join("\n")
        }
        Told::Request(explanation) => text::explanation(explanation),
    }
}

fn as_json(verdict: &Verdict, told: &Told) -> String {
    let (paths, explanation) = match told {
        Told::Paths => (0..verdict.paths.len(), None),
        Told::Path(index, explanation) => (*index..index.saturating_add(1), explanation.as_ref()),
        Told::Request(explanation) => (0..0, Some(explanation)),
    };
    published::line(&published::explanation(verdict, paths, explanation))
}
