//! A verdict as plain text for a terminal.

use s3_guardrail::alert::words;
use s3_guardrail::escape::{quoted, sentence};
use s3_guardrail::exposure::{Closer, Exposure, Path, Verdict};

/// The verdict, one headline and what is below it, ending with a line break.
pub(crate) fn of(verdict: &Verdict) -> String {
    let mut lines = vec![headline(verdict)];
    lines.extend(details(verdict).into_iter().map(|line| format!("  {line}")));
    lines.join("\n") + "\n"
}

/// `clinic-reports (111122223333): anonymous, public`.
pub(crate) fn headline(verdict: &Verdict) -> String {
    let public = match verdict.public {
        Some(true) => "public by AWS's meaning",
        Some(false) => "not public by AWS's meaning",
        None => "perhaps public by AWS's meaning",
    };
    let exposure = match verdict.exposure {
        Exposure::Known(class) => class.name().to_owned(),
        Exposure::Unknown(class) => format!("unknown, at least {}", class.name()),
    };
    format!("{} ({}): {exposure}; {public}", verdict.bucket, verdict.account)
}

/// Paths, what could not be read, warnings.
pub(crate) fn details(verdict: &Verdict) -> Vec<String> {
    let (open, latent): (Vec<_>, Vec<_>) = verdict.paths.iter().partition(|path| path.is_open());
    let mut lines: Vec<String> = open.into_iter().flat_map(told).collect();
    lines.extend(latent.into_iter().flat_map(told));
    for (part, error) in &verdict.unreadable {
        lines.push(format!("not read: {}: {}", quoted(part), sentence(error)));
    }
    if let Some(differing) = verdict.disagreement {
        let public = |is: bool| if is { "public" } else { "not public" };
        lines.push(format!(
            "AWS calls the bucket policy {}, we call it {}: the wider reading is used",
            public(differing.aws),
            public(differing.ours)
        ));
    }
    lines.extend(verdict.warnings.iter().map(|warning| format!("warning: {}", sentence(warning))));
    lines
}

fn told(path: &Path) -> Vec<String> {
    let state = if path.is_open() {
        "open".to_owned()
    } else {
        let closers: Vec<_> = path.closed_by.iter().copied().map(Closer::name).collect();
        format!("closed by {}", words::joined(&closers))
    };
    let mut lines = vec![
        format!(
            "{state}: {} can {} ({})",
            words::reached(path),
            words::does(path.actions),
            words::via(&path.via)
        ),
        format!("  {}", words::actions(path.actions)),
    ];
    lines.extend(path.witness.as_ref().map(|witness| format!("  {}", words::request(witness))));
    lines
}
