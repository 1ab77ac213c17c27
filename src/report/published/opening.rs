//! The published form of who opened what.

use serde::Serialize;

use super::rfc3339;
use super::verdict::PublishedVia;
use crate::blame::openers::{KnownBy, NotKnown, Opening, Share};

/// How one open path came to be open.
#[derive(Serialize)]
pub(super) struct PublishedOpening<'a> {
    via: PublishedVia<'a>,
    exposure: &'static str,
    /// Who wrote what lets in; null where that is not known.
    granted: Option<PublishedShare<'a>>,
    /// Why it is not known.
    not_known: Option<&'static str>,
    /// Who took away what had kept it closed; null where nobody is known to have.
    unshielded: Option<PublishedShare<'a>>,
}

#[derive(Serialize)]
struct PublishedShare<'a> {
    principal: Option<&'a str>,
    event: &'a str,
    event_id: &'a str,
    time: Option<String>,
    user_agent: Option<&'a str>,
    /// `event`, `memory` or `history`.
    known_by: &'static str,
}

impl<'a> PublishedOpening<'a> {
    pub(super) fn of(opening: &'a Opening) -> Self {
        Self {
            via: PublishedVia::of(&opening.via),
            exposure: opening.exposure.name(),
            granted: opening.grant.as_ref().ok().map(PublishedShare::of),
            not_known: opening.grant.as_ref().err().map(|why| match why {
                NotKnown::NotRemembered => "not_remembered",
                NotKnown::HistoryUnread(_) => "history_unread",
                NotKnown::NotInHistory => "not_in_history",
                NotKnown::AnotherSince(_) => "another_since",
            }),
            unshielded: opening.shield.as_ref().map(PublishedShare::of),
        }
    }
}

impl<'a> PublishedShare<'a> {
    fn of(share: &'a Share) -> Self {
        let mark = &share.mark;
        Self {
            principal: mark.principal.as_deref(),
            event: &mark.name,
            event_id: &mark.id,
            time: mark.time.and_then(rfc3339),
            user_agent: mark.user_agent.as_deref(),
            known_by: match share.by {
                KnownBy::Event => "event",
                KnownBy::Memory => "memory",
                KnownBy::History => "history",
            },
        }
    }
}
