//! Explanations as plain text for a terminal: short lines, what matters most last.

use crate::alert::words::{self as plain, joined};
use crate::escape::{quoted, sentence};
use crate::explain::acl::grant_name;
use crate::explain::{
    AclTold, Answer, Carried, ElementTold, Explanation, Holder, PolicyText, PolicyTold,
    SettingTold, StatementTold, words,
};
use crate::exposure::{Closer, Path, Verdict};
use crate::iam::Effect;

/// Columns that a line of words may have.
const COLUMNS: usize = 96;

/// Grants that do nothing for the request and are told one by one.
const IDLE_GRANTS: usize = 6;

/// Every path of a verdict, shortly, each with its index.
#[must_use]
pub fn paths(verdict: &Verdict) -> String {
    let mut lines = Vec::new();
    for (index, path) in verdict.paths.iter().enumerate() {
        let head = format!("path {index}, {}: ", standing(path));
        let whom = plain::reached(path);
        let told = format!("{whom} can {} ({})", plain::does(path.actions), plain::via(&path.via));
        lines.extend(wrapped(&head, 4, &told));
    }
    if verdict.paths.is_empty() {
        lines.push("no way in from outside the account was found".to_owned());
    }
    for (part, error) in &verdict.unreadable {
        lines.push(format!("not read: {}: {}", quoted(part), sentence(error)));
    }
    if !verdict.paths.is_empty() {
        lines.push("explain one of them: --path N".to_owned());
    }
    lines.push(
        "explain any request: --principal anonymous --action s3:GetObject [--resource ARN]"
            .to_owned(),
    );
    lines.join("\n") + "\n"
}

/// One path, before its witness is explained.
#[must_use]
pub fn path(index: usize, path: &Path) -> String {
    let mut lines = vec![format!("Path {index}: {}", standing(path))];
    lines.extend(wrapped("  through    ", 13, &plain::via(&path.via)));
    lines.extend(wrapped("  reaches    ", 13, &plain::reached(path)));
    let names: Vec<String> = path.actions.iter().map(|action| action.name().to_owned()).collect();
    lines.extend(wrapped("  to         ", 13, &plain::does(path.actions)));
    lines.extend(wrapped("  actions    ", 13, &names.join(", ")));
    lines.extend(wrapped("  closed by  ", 13, &closers(path)));
    let witness = match path.witness {
        Some(_) => "the request below",
        None => "none was found: exposed, not proved",
    };
    lines.push(format!("  witness    {witness}"));
    lines.join("\n") + "\n"
}

fn standing(path: &Path) -> &'static str {
    if path.is_open() { "open" } else { "closed" }
}

fn closers(path: &Path) -> String {
    let closers: Vec<String> = path.closed_by.iter().copied().map(Closer::name).collect();
    if closers.is_empty() { "nothing".to_owned() } else { joined(&closers) }
}

/// What becomes of one request, and why.
#[must_use]
pub fn explanation(explanation: &Explanation) -> String {
    let mut sections = vec![request(explanation)];
    sections.extend(explanation.policies.iter().map(policy));
    sections.push(acl(&explanation.acl));
    sections.push(settings(&explanation.settings));
    sections.push(conclusion(explanation));
    let sections: Vec<String> = sections.into_iter().map(|lines| lines.join("\n")).collect();
    sections.join("\n\n") + "\n"
}

fn request(explanation: &Explanation) -> Vec<String> {
    let question = &explanation.question;
    let mut lines = wrapped("Request: ", 9, &words::request(question));
    let mut elements =
        explanation.policies.iter().flat_map(|p| &p.statements).flat_map(|s| &s.elements);
    let asked: Vec<&str> = elements.by_ref().filter_map(|own| own.key.as_deref()).collect();
    let matters = |carried: &&Carried| {
        !carried.assumed || asked.iter().any(|key| key.eq_ignore_ascii_case(&carried.key))
    };
    let (shown, idle): (Vec<_>, Vec<_>) = question.context.iter().partition(matters);
    for carried in shown {
        let assumed = if carried.assumed { " (assumed)" } else { "" };
        let value = words::listed(&carried.values);
        lines.extend(wrapped("  ", 6, &format!("{} = {value}{assumed}", quoted(&carried.key))));
    }
    if !idle.is_empty() {
        lines.push(format!("  {} other keys are assumed, which no policy asks about", idle.len()));
    }
    lines
}

fn policy(policy: &PolicyTold) -> Vec<String> {
    let head = match &policy.of {
        Holder::Bucket => "Bucket policy".to_owned(),
        Holder::AccessPoint(name) => format!("Policy of access point {}", quoted(name)),
    };
    match &policy.text {
        PolicyText::Absent => return vec![format!("{head}: there is none")],
        PolicyText::Unreadable(error) => {
            return wrapped(&format!("{head}: "), 2, &format!("not read: {}", sentence(error)));
        }
        PolicyText::Read => {}
    }
    let mut lines = vec![format!("{head}:")];
    if policy.statements.is_empty() {
        lines.push("  it has no statements".to_owned());
    }
    lines.extend(policy.statements.iter().flat_map(statement));
    lines
}

fn statement(statement: &StatementTold) -> Vec<String> {
    let effect = match statement.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    let applies = match statement.applies {
        Some(true) => "applies",
        Some(false) => "does not apply",
        None => "not known whether it applies",
    };
    let mut lines = vec![format!("  {}: {effect}, {applies}", words::statement_name(statement))];
    lines.extend(statement.elements.iter().flat_map(element));
    lines
}

fn element(element: &ElementTold) -> Vec<String> {
    let mark = match element.met {
        Some(true) => "yes",
        Some(false) => "no ",
        None => "?  ",
    };
    let Some(key) = &element.key else {
        return wrapped(&format!("    {mark}  {}: ", element.element), 11, &element.why);
    };
    let operator = element.operator.as_deref().unwrap_or_default();
    let wanted = words::listed(&element.policy);
    let asks = format!("{operator} {} {wanted}", quoted(key));
    let mut lines = wrapped(&format!("    {mark}  Condition: "), 11, &asks);
    lines.extend(wrapped("           ", 11, &element.why));
    lines
}

fn acl(acl: &AclTold) -> Vec<String> {
    let state = if acl.off { "off by Object Ownership" } else { "in force" };
    let mut lines = vec![format!("ACLs: {state}")];
    let (idle, busy): (Vec<_>, Vec<_>) =
        acl.grants.iter().partition(|grant| grant.grants == Some(false));
    let more = idle.len().saturating_sub(IDLE_GRANTS);
    for grant in busy.into_iter().chain(idle.into_iter().take(IDLE_GRANTS)) {
        let mark = match grant.lets_in {
            Some(true) => "yes",
            Some(false) => "no ",
            None => "?  ",
        };
        lines.extend(wrapped(&format!("  {mark}  "), 7, &format!("{}:", grant_name(grant))));
        let but = grant.muted_by.as_ref().map_or_else(String::new, |by| format!(", but {by}"));
        lines.extend(wrapped("       ", 7, &format!("{}{but}", grant.why)));
    }
    if more > 0 {
        lines.push(format!("  no   {more} more grants, which do not name it or this action"));
    }
    if acl.grants.is_empty() && acl.not_seen.is_empty() {
        lines.push("  no grants".to_owned());
    }
    lines.extend(acl.not_seen.iter().map(|what| format!("  ?    {what}")));
    lines
}

fn settings(settings: &[SettingTold]) -> Vec<String> {
    let mut lines = vec!["Settings:".to_owned()];
    for setting in settings {
        let mark = match setting.cuts {
            Some(true) => "cuts  ",
            Some(false) => "passes",
            None => "?     ",
        };
        lines.extend(wrapped(&format!("  {mark}  {}: ", setting.name), 10, &setting.why));
    }
    lines
}

fn conclusion(explanation: &Explanation) -> Vec<String> {
    let head = match explanation.answer {
        Answer::Through => "GETS THROUGH: ",
        Answer::Refused => "DOES NOT GET THROUGH: ",
        Answer::OwnerDecides => "THE ACCOUNT'S OWN IAM POLICIES DECIDE: ",
        Answer::Unknown => "NOT KNOWN: ",
    };
    let mut lines = wrapped(head, 2, &format!("{}.", explanation.because));
    for note in &explanation.notes {
        lines.extend(wrapped("  note: ", 8, note));
    }
    lines
}

/// `head` and `text`, broken between words; the lines after the first begin with `indent` blanks.
fn wrapped(head: &str, indent: usize, text: &str) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), head.to_owned());
    let (mut columns, mut fresh) = (head.chars().count(), true);
    for word in text.split(' ') {
        let wide = word.chars().count();
        if !fresh && columns.saturating_add(wide) >= COLUMNS {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            (columns, fresh) = (indent, true);
        }
        if !fresh {
            line.push(' ');
            columns = columns.saturating_add(1);
        }
        line.push_str(word);
        columns = columns.saturating_add(wide);
        fresh = false;
    }
    lines.push(line);
    lines
}
