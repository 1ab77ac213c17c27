//! Who acted, and who opened each way in: the two may be different people, months apart.

use std::collections::BTreeMap;

use crate::alert::situation::Situation;
use crate::alert::text::{TOLD, more, section};
use crate::alert::words;
use crate::blame::openers::{KnownBy, NotKnown, Opening, Share};
use crate::episode::Mark;
use crate::escape::{plain, quoted};
use crate::event::{Actor, Confidence, Trigger};
use crate::exposure::Via;

/// Who made the change that led here, and when.
pub(super) fn acted(trigger: &Trigger) -> String {
    let mut lines = match &trigger.actor {
        Some(actor) => who(actor),
        None => vec!["The event does not say who acted.".to_owned()],
    };
    let when = match trigger.event.time {
        Some(time) => format!("On {}", words::moment(time)),
        None => "At a time that the event does not say".to_owned(),
    };
    lines.push(format!(
        "{when}: {}, id {} ({})",
        quoted(&trigger.event.name),
        quoted(&trigger.event.id),
        words::source(trigger.source)
    ));
    let title = match trigger.actor {
        Some(_) => "WHO (the change that led here, as its event reports it)",
        None => "WHEN",
    };
    section(title, &lines)
}

fn who(actor: &Actor) -> Vec<String> {
    let mut lines = vec![format!(
        "Principal: {} ({}, account {})",
        or_not_said(actor.principal.as_deref()),
        words::kind(actor.kind),
        or_not_said(actor.account.as_deref())
    )];
    match &actor.name {
        Some(name) => {
            lines.push(format!("Name: {} ({})", quoted(name), vouched(actor.confidence)));
        }
        None => lines.push("Name: not said".to_owned()),
    }
    let mfa = match actor.mfa {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not said",
    };
    lines.push(format!(
        "From: {}, MFA (a second factor at sign-in): {mfa}",
        or_not_said(actor.source_ip.as_deref())
    ));
    lines.push(format!("Tool: {}", or_not_said(actor.user_agent.as_deref())));
    let further = [
        ("Session", &actor.arn),
        ("Acted through", &actor.via),
        ("Source identity", &actor.source_identity),
        ("Identity Center user", &actor.identity_center_user),
        ("Access key", &actor.access_key_id),
    ];
    for (what, text) in further {
        if text.is_some() && *text != actor.principal {
            lines.push(format!("{what}: {}", or_not_said(text.as_deref())));
        }
    }
    lines
}

/// How far a name can be relied on.
pub(super) fn vouched(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "AWS vouches for this name",
        Confidence::Low => "a name that the caller chose: a hint, no proof",
        Confidence::None => "no name of a human",
    }
}

/// Who opened what, a line for all ways in that came to be open alike.
pub(super) fn opened(situation: &Situation<'_>) -> String {
    let openings = &situation.judged.openings;
    let mut alike: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for opening in openings {
        alike.entry(history(opening)).or_default().push(words::via(&opening.via));
    }
    let mut lines: Vec<String> = alike
        .iter()
        .take(TOLD)
        .map(|(history, paths)| {
            let mut named = paths.clone();
            named.truncate(3);
            let rest = paths.len().saturating_sub(named.len());
            if rest > 0 {
                named.push(format!("{rest} more"));
            }
            format!("{}: {history}", crate::alert::text::capital(&words::joined(&named)))
        })
        .collect();
    lines.extend(more(alike.len()));
    section("WHO OPENED IT (who wrote what lets in, and who took its protection away)", &lines)
}

/// `policy written by X on D; protection removed by Y now`.
pub(super) fn history(opening: &Opening) -> String {
    let what = match opening.via {
        Via::Policy { .. } | Via::AccessPoint { .. } => "policy",
        Via::Acl { .. } | Via::ObjectAcl { .. } => "grant",
    };
    let wrote = match &opening.grant {
        Ok(share) => format!("{what} written by {}", by(share)),
        Err(why) => format!("who wrote the {what} is not known: {}", unknown(why)),
    };
    match &opening.shield {
        Some(share) => format!("{wrote}; protection removed by {}", by(share)),
        None => wrote,
    }
}

fn by(share: &Share) -> String {
    let mark = &share.mark;
    let principal = or_not_said(mark.principal.as_deref());
    match share.by {
        KnownBy::Event => format!("{principal} now, by {} (this event)", quoted(&mark.name)),
        KnownBy::Memory => format!("{principal} {} (remembered from its event)", on(mark)),
        KnownBy::History => format!("{principal} {} (as CloudTrail has it)", on(mark)),
    }
}

fn on(mark: &Mark) -> String {
    let name = quoted(&mark.name);
    match mark.time {
        Some(time) => format!("on {}, by {name}", words::moment(time)),
        None => format!("at a time that is not known, by {name}"),
    }
}

fn unknown(why: &NotKnown) -> String {
    match why {
        NotKnown::NotRemembered => {
            "no event told of it since the guardrail remembers this bucket".to_owned()
        }
        NotKnown::HistoryUnread(failure) => format!(
            "no event told of it since the guardrail remembers this bucket, and CloudTrail's \
             history was not to be had ({}: {})",
            quoted(&failure.code),
            plain(&failure.message)
        ),
        NotKnown::NotInHistory => {
            "no event told of it, and CloudTrail's history of 90 days has no \
                                   such change: it is older"
                .to_owned()
        }
        NotKnown::AnotherSince(mark) => format!(
            "the last such change that CloudTrail has, by {} {}, put something else there",
            or_not_said(mark.principal.as_deref()),
            on(mark)
        ),
    }
}

fn or_not_said(text: Option<&str>) -> String {
    text.map_or_else(|| "not said".to_owned(), quoted)
}
