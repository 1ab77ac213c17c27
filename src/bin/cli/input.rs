//! Files and standard input as documents, each with the line that it begins on.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use s3_guardrail::bucket::BucketState;
use s3_guardrail::bucket::snapshot::{self, SnapshotError};
use s3_guardrail::escape::quoted;
use s3_guardrail::guardrail::{DEFAULT, Guardrail};
use serde::de::IgnoredAny;

/// Bytes of the largest file that is read.
const LARGEST_BYTES: u64 = 1 << 30;

/// Where documents come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// The documents of one source.
pub(crate) enum Documents {
    /// One document, over any number of lines.
    Whole(Vec<u8>),
    /// One document a line.
    Lines(Vec<u8>),
}

/// A snapshot that cannot be used.
pub(crate) struct BadSnapshot {
    /// From 1.
    pub(crate) line: usize,
    /// What is wrong, and where in the line.
    pub(crate) reason: String,
}

impl Source {
    /// The source that an argument names, `-` being standard input.
    pub(crate) fn of(argument: &Path) -> Self {
        if argument.as_os_str() == "-" { Self::Stdin } else { Self::File(argument.to_owned()) }
    }

    /// Its name in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdin => "standard input".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// Its name as output that no message's cleaning goes over shows it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Stdin => self.name(),
            Self::File(path) => quoted(&path.display().to_string()),
        }
    }

    /// Everything in it.
    pub(crate) fn read(&self) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = match self {
            Self::Stdin => std::io::stdin().lock().take(LARGEST_BYTES).read_to_end(&mut bytes),
            Self::File(path) => std::fs::File::open(path)
                .and_then(|file| file.take(LARGEST_BYTES).read_to_end(&mut bytes)),
        };
        read.with_context(|| format!("{}: cannot be read", self.name()))?;
        if bytes.len() as u64 == LARGEST_BYTES {
            bail!("{}: is larger than {LARGEST_BYTES} bytes, split it", self.name());
        }
        let mark = "\u{feff}".as_bytes();
        if bytes.starts_with(mark) {
            bytes.drain(..mark.len());
        }
        Ok(bytes)
    }

    /// Everything in it, as text.
    pub(crate) fn read_text(&self) -> anyhow::Result<String> {
        String::from_utf8(self.read()?)
            .with_context(|| format!("{}: is not text in UTF-8", self.name()))
    }

    /// Everything in it, as documents: by the name's ending, or by what it looks like.
    pub(crate) fn documents(&self) -> anyhow::Result<Documents> {
        let bytes = self.read()?;
        let ending = match self {
            Self::Stdin => None,
            Self::File(path) => path.extension().and_then(|ending| ending.to_str()),
        };
        Ok(match ending {
            Some("jsonl" | "ndjson") => Documents::Lines(bytes),
            Some("json") => Documents::Whole(bytes),
            Some(_) | None if looks_like_lines(&bytes) => Documents::Lines(bytes),
            Some(_) | None => Documents::Whole(bytes),
        })
    }
}

impl Documents {
    /// Every document as a snapshot, in order; blank lines are none.
    pub(crate) fn snapshots(&self) -> impl Iterator<Item = Result<BucketState, BadSnapshot>> {
        let (whole, lines) = match self {
            Self::Whole(bytes) => (Some(bytes.as_slice()), None),
            Self::Lines(bytes) => (None, Some(bytes.split(|byte| *byte == b'\n'))),
        };
        let whole = whole.into_iter().map(|bytes| snapshot_of(bytes, None));
        let lines = lines
            .into_iter()
            .flatten()
            .zip(1..)
            .filter(|(line, _)| !line.trim_ascii().is_empty())
            .map(|(line, number)| snapshot_of(line, Some(number)));
        whole.chain(lines)
    }
}

/// The guardrail of a file, else the built-in one.
pub(crate) fn guardrail(file: Option<&Path>) -> anyhow::Result<Guardrail> {
    let (name, text) = match file {
        None => ("the built-in guardrail".to_owned(), DEFAULT.to_owned()),
        Some(path) => {
            let source = Source::of(path);
            (source.name(), source.read_text()?)
        }
    };
    Guardrail::parse(&text).map_err(|error| {
        anyhow::anyhow!("{name}:{}:{}: {}", error.line, error.column, error.reason)
    })
}

/// A single document has its own lines; one that is a line of more has that line's number.
fn snapshot_of(bytes: &[u8], number: Option<usize>) -> Result<BucketState, BadSnapshot> {
    let text = std::str::from_utf8(bytes).map_err(|error| BadSnapshot {
        line: number.unwrap_or_else(|| {
            let before = bytes.iter().take(error.valid_up_to());
            before.filter(|byte| **byte == b'\n').count().saturating_add(1)
        }),
        reason: "not text in UTF-8".to_owned(),
    })?;
    snapshot::read(text).map_err(|error| {
        let place = match &error {
            SnapshotError::Json(json) => Some((json.line(), json.column())),
            SnapshotError::Shape { source, .. } => Some((source.line(), source.column())),
            SnapshotError::Content { .. } => None,
        };
        let mut reason = error.to_string();
        if let Some((line, column)) = place
            && let Some(start) = reason.strip_suffix(&format!(" at line {line} column {column}"))
        {
            reason = format!("{start} (column {column})");
        }
        BadSnapshot { line: number.or(place.map(|(line, _)| line)).unwrap_or(1), reason }
    })
}

/// Whether there are several documents, one a line: not one document as a whole, and some line that
/// is one by itself.
fn looks_like_lines(bytes: &[u8]) -> bool {
    let is_document = |bytes: &[u8]| serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
    let mut lines = bytes.split(|byte| *byte == b'\n');
    !is_document(bytes) && lines.any(|line| line.first() == Some(&b'{') && is_document(line))
}
