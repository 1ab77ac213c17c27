//! What tells one exposure from another: a print of each thing that is open and that no exemption
//! lets be.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::exposure::{Class, Exposure, Path, Verdict, Via};
use crate::guardrail::Decision;

/// Hexadecimal digits of a print.
const DIGITS: usize = 16;

/// The prints of all that is open.
pub type Prints = BTreeSet<String>;

/// The prints of what `verdict` finds open and `decision` does not let be, and of what could not be
/// read. The place of a statement in its policy is no part of it: to move one opens nothing.
#[must_use]
pub fn prints(verdict: &Verdict, decision: &Decision) -> Prints {
    let open = verdict.paths.iter().filter(|path| path.is_open());
    let open = open.filter(|path| path.exposure != Class::None && !is_exempt(path, decision));
    let mut prints: Prints = open.map(|path| print(&of_path(path))).collect();
    if let Exposure::Unknown(class) = verdict.exposure {
        prints.insert(print(&format!("unknown {}", class.name())));
    }
    let unread = verdict.unreadable.iter().map(|(part, _)| print(&format!("unread {part}")));
    prints.extend(unread);
    prints
}

fn is_exempt(path: &Path, decision: &Decision) -> bool {
    decision.held.iter().any(|held| held.exempts(path).is_some())
}

fn of_path(path: &Path) -> String {
    let via = match &path.via {
        Via::Policy { .. } => "policy".to_owned(),
        Via::Acl { .. } => "acl".to_owned(),
        Via::AccessPoint { name, .. } => format!("access point {name}"),
        Via::ObjectAcl { key, .. } => format!("object {key}"),
    };
    let mut text = format!("{via}\n{}\n", path.exposure.name());
    for action in path.actions.iter() {
        let _ = writeln!(text, "{}", action.name());
    }
    for party in path.parties.names() {
        let _ = writeln!(text, "{party}");
    }
    text
}

fn print(text: &str) -> String {
    hash(text.as_bytes()).chars().take(DIGITS).collect()
}

/// SHA-256, in hexadecimal digits.
pub(super) fn hash(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
