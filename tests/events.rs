//! One golden a sample event of `events/`: what was made of it.

use std::fmt::Write as _;
use std::path::Path;

use s3_guardrail::aws::delivery::{Delivery, open};
use s3_guardrail::event::{self, Actor, Event, EventInfo, Refused, Scope};

datatest_stable::harness! {
    { test = sample, root = "events", pattern = r"^[^.].*\.json$" },
}

fn sample(path: &Path) -> datatest_stable::Result<()> {
    let payload = std::fs::read_to_string(path)?;
    let rendered = match open(&payload) {
        Ok(Delivery::Single(body)) => rendered(&event::read(&body)),
        Ok(Delivery::Batch(messages)) => messages
            .iter()
            .map(|message| {
                let id = if message.id.is_empty() { "without an id" } else { &message.id };
                format!("message {id}\n{}", rendered(&event::read(&message.body)))
            })
            .collect::<Vec<_>>()
            .concat(),
        Err(refused) => format!("the payload is refused\n  {refused}\n"),
    };
    let name = path.file_stem().ok_or("a file without a name")?.to_string_lossy();
    insta::with_settings!({
        snapshot_path => "snapshots/events",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name.as_ref(), rendered);
    });
    Ok(())
}

fn rendered(event: &Result<Event, Refused>) -> String {
    match event {
        Ok(Event::Trigger(trigger)) => {
            let mut text = format!("trigger by {:?}\n", trigger.source);
            text += &scope(&trigger.scope);
            text += &info(&trigger.event);
            text += &trigger.actor.as_ref().map_or("  no actor\n".to_owned(), actor);
            let keys = trigger.parameters.as_object().map(|object| object.keys());
            let keys: Vec<_> = keys.into_iter().flatten().map(String::as_str).collect();
            text + &format!("  parameters: {}\n", keys.join(" "))
        }
        Ok(Event::Ignored { event, actor: by, reason }) => {
            let mut text = format!("ignored: {reason}\n");
            text += &event.as_ref().map_or(String::new(), info);
            text + &by.as_ref().map_or(String::new(), actor)
        }
        Err(refused) => format!("refused\n  {refused}\n"),
    }
}

fn scope(scope: &Scope) -> String {
    match scope {
        Scope::Bucket { bucket, account, region, object } => {
            let object = object.as_ref().map_or(String::new(), |key| format!(", object {key}"));
            format!("  look at bucket {bucket} of {account}, {region}{object}\n")
        }
        Scope::AccessPoint { name, account, region } => {
            format!("  look behind access point {name} of {account}, {region}\n")
        }
        Scope::Account { account, region } => {
            format!("  look at every bucket of {account}, {region}\n")
        }
    }
}

fn info(event: &EventInfo) -> String {
    let EventInfo { id, name, time, account, region } = event;
    let time = time.map_or("at an unknown time".to_owned(), |time| time.to_string());
    format!("  {name} in {account}, {region}, {time}\n  {id}\n")
}

/// Every part of an actor that is there, raw text escaped.
fn actor(actor: &Actor) -> String {
    let mut text = format!("  actor: {:?}\n", actor.kind);
    let name = actor.name.as_ref().map(|name| format!("{name} ({:?})", actor.confidence));
    let mfa = actor.mfa.map(|mfa| mfa.to_string());
    let parts = [
        ("principal", &actor.principal),
        ("name", &name),
        ("arn", &actor.arn),
        ("account", &actor.account),
        ("issuer_arn", &actor.issuer_arn),
        ("source_identity", &actor.source_identity),
        ("identity_center_user", &actor.identity_center_user),
        ("mfa", &mfa),
        ("source_ip", &actor.source_ip),
        ("user_agent", &actor.user_agent),
        ("via", &actor.via),
        ("access_key_id", &actor.access_key_id),
    ];
    for (part, value) in parts {
        if let Some(value) = value {
            let _ = writeln!(text, "    {part}: {}", value.escape_debug());
        }
    }
    text
}
