//! For how long it was open, and how sure that is.

use time::{Duration, OffsetDateTime};

use crate::alert::case::Case;
use crate::alert::text;
use crate::alert::words::{self, moment};
use crate::episode::{Episode, Opened};

/// From when to when, as far as it is known.
pub(super) fn section(case: &Case<'_>) -> String {
    let lines = case.episode.map(lines).unwrap_or_default();
    text::section("WHEN (how long it was open)", &lines)
}

fn lines(episode: &Episode) -> Vec<String> {
    let Opened { not_before, not_after } = episode.opened;
    let opened = match not_before {
        Some(before) if before == not_after => {
            format!("Opened: {} (the time of the event)", moment(not_after))
        }
        Some(before) => format!("Opened: between {} and {}", moment(before), moment(not_after)),
        None => format!(
            "Opened: not after {}, when it was seen open; since when is not known",
            moment(not_after)
        ),
    };
    let closed = match episode.closed_at {
        Some(closed) => {
            format!("Closed: {}, {}", moment(closed), how_long(&episode.opened, closed))
        }
        None => "Closed: not yet".to_owned(),
    };
    vec![opened, closed]
}

fn how_long(opened: &Opened, closed: OffsetDateTime) -> String {
    let least = closed - opened.not_after;
    match opened.not_before {
        Some(before) if before == opened.not_after => format!("open for {}", lasted(least)),
        Some(before) => {
            format!("open for {} at least, {} at most", lasted(least), lasted(closed - before))
        }
        None => format!("open for {} at least", lasted(least)),
    }
}

/// From when to when, in seconds, for machines: at least and at most.
pub(super) fn seconds(episode: &Episode) -> (Option<i64>, Option<i64>) {
    let Some(closed) = episode.closed_at else { return (None, None) };
    let since = |opened: OffsetDateTime| (closed - opened).whole_seconds().max(0);
    (Some(since(episode.opened.not_after)), episode.opened.not_before.map(since))
}

fn lasted(duration: Duration) -> String {
    words::duration(duration.whole_seconds())
}
