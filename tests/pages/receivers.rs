//! Each on-call tool reads our pages by its own published rule, written down here as a small parser
//! with its source, and finds a title, a state, a key that pairs `ALARM` with `OK`, and a link.
//! None of this was tried on the tools themselves.

use s3_guardrail::ports::Message;
use serde_json::{Value, json};

use crate::world::{ENFORCE, account, bucket, everyone_reads, pages, put_policy, run};

/// What a tool makes of a message.
#[derive(Debug, PartialEq)]
struct Seen {
    title: String,
    state: State,
    /// What pairs the end of an incident with its beginning.
    key: String,
    link: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Triggered,
    Resolved,
}

/// What SNS posts to an HTTPS subscriber without raw delivery.
///
/// <https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html>
fn posted(message: &Message) -> Value {
    let wire = message.wire();
    assert!(wire.per_protocol, "mail has a text of its own");
    let forms: Value = serde_json::from_str(&wire.message).unwrap();
    // a protocol without a form of its own gets the default
    let body = forms.get("https").or(forms.get("default")).unwrap().as_str().unwrap();
    json!({"Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:eu-west-1:111122223333:pages", "Subject": message.subject,
        "Message": body, "Timestamp": "2026-11-20T09:14:10.000Z", "SignatureVersion": "2"})
}

fn inner(posted: &Value) -> Option<Value> {
    serde_json::from_str(posted["Message"].as_str()?).ok()
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn alarm_state(alarm: &Value) -> Option<State> {
    match alarm.get("NewStateValue")?.as_str()? {
        "ALARM" => Some(State::Triggered),
        "OK" => Some(State::Resolved),
        _ => None,
    }
}

/// Where the user of a tool finds the runbook: among the details that it shows.
fn runbook(alarm: &Value) -> Option<String> {
    text(&alarm["guardrail"], "runbook")
}

/// The subject begins with the state and `: `, which must be that of the message; all keys are
/// shown as details. Its integration keeps one incident an alarm.
///
/// <http://cetinich.net/content/2022/cloudwatch-pagerduty-sns/> (the maker itself does not
/// document the rule)
/// <https://www.pagerduty.com/docs/guides/amazon-cloudwatch-integration-guide/>
fn pagerduty(posted: &Value) -> Option<Seen> {
    let alarm = inner(posted)?;
    let (state, _) = posted["Subject"].as_str()?.split_once(": ")?;
    if alarm["NewStateValue"] != state {
        return None;
    }
    Some(Seen {
        title: text(&alarm, "AlarmName")?,
        state: alarm_state(&alarm)?,
        key: text(&alarm, "AlarmName")?,
        link: runbook(&alarm)?,
    })
}

/// The title is the alarm's name; the text is made of state, Region, description and reason; the
/// link is of the topic's Region. Templates group and resolve by any key of the message.
///
/// <https://github.com/grafana/oncall/blob/dev/engine/apps/integrations/views.py> (`AmazonSNS`)
fn grafana_oncall(posted: &Value) -> Option<Seen> {
    let alarm = inner(posted)?;
    let object = alarm.as_object()?;
    text(&alarm, "Region")?;
    text(&alarm, "AlarmDescription")?;
    text(&alarm, "NewStateReason")?;
    let region = posted["TopicArn"].as_str()?.split(':').nth(3)?;
    let link = match alarm["Trigger"]["Namespace"].as_str() {
        Some("AWS/ElasticBeanstalk") => return None,
        _ => format!("https://console.aws.amazon.com/cloudwatch//home?region={region}"),
    };
    Some(Seen {
        title: object.get("AlarmName")?.as_str()?.to_owned(),
        state: alarm_state(&alarm)?,
        key: text(&alarm, "AlarmName")?,
        link,
    })
}

/// Its alert source `cloudwatch` takes a topic: an alert has title, description, a status that is
/// firing or resolved, and a deduplication key, all from the alarm.
///
/// <https://www.pulumi.com/registry/packages/incident/api-docs/alertsource/> (the provider's own)
fn incident_io(posted: &Value) -> Option<Seen> {
    let alarm = inner(posted)?;
    text(&alarm, "AlarmDescription")?;
    Some(Seen {
        title: text(&alarm, "AlarmName")?,
        state: alarm_state(&alarm)?,
        key: text(&alarm, "AlarmArn").filter(|arn| arn.starts_with("arn:aws:cloudwatch:"))?,
        link: runbook(&alarm)?,
    })
}

/// A versioned message: `triggered` makes an alert, `resolved` with the same `external_id` ends it.
///
/// <https://docs.rootly.com/integrations/aws-sns>
fn rootly(posted: &Value) -> Option<Seen> {
    let alert = inner(posted)?;
    text(&alert, "version")?;
    let state = match alert["status"].as_str()? {
        "triggered" => State::Triggered,
        "resolved" => State::Resolved,
        _ => return None,
    };
    Some(Seen {
        title: text(&alert, "summary")?,
        state,
        key: text(&alert, "external_id")?,
        link: runbook(&alert)?,
    })
}

/// `ALARM` is critical and `OK` recovers; incidents are told apart by the alarm's name; the reason
/// is the message of the state, with its time.
///
/// <https://help.victorops.com/knowledge-base/aws-cloudwatch-integration-guide-victorops/>
fn splunk_on_call(posted: &Value) -> Option<Seen> {
    let alarm = inner(posted)?;
    text(&alarm, "NewStateReason")?;
    let time = text(&alarm, "StateChangeTime")?;
    assert!(time.len() == 28 && time.ends_with("+0000"), "{time}");
    Some(Seen {
        title: text(&alarm, "AlarmName")?,
        state: alarm_state(&alarm)?,
        key: text(&alarm, "AlarmName")?,
        link: runbook(&alarm)?,
    })
}

/// Rules of the user's own on fields of the message, which must come in SNS's envelope: raw
/// delivery is answered with 400. The fields that our README names.
///
/// <https://betterstack.com/docs/uptime/api/create-amazon-sns-integration/>
fn better_stack(posted: &Value) -> Option<Seen> {
    if posted["Type"] != "Notification" {
        return None;
    }
    let message = inner(posted)?;
    Some(Seen {
        title: text(&message, "summary")?,
        state: alarm_state(&message)?,
        key: text(&message, "external_id")?,
        link: runbook(&message)?,
    })
}

type Tool = (&'static str, fn(&Value) -> Option<Seen>);

const TOOLS: [Tool; 6] = [
    ("PagerDuty", pagerduty),
    ("Grafana OnCall", grafana_oncall),
    ("incident.io", incident_io),
    ("Rootly", rootly),
    ("Splunk On-Call", splunk_on_call),
    ("Better Stack", better_stack),
];

/// Opened and contained at once; and opened, told, and closed later by a person.
fn pairs() -> Vec<(Message, Message)> {
    let trigger = put_policy("alice", "2026-11-20T09:14:07Z");
    let open = json!({"Policy": everyone_reads()});
    let report = run(&account(&open), &trigger, ENFORCE);
    let at_once: Vec<Message> = pages(&report).into_iter().cloned().collect();
    let world = account(&open);
    let notify = ENFORCE.replace("enforce", "notify");
    let told = run(&world, &trigger, &notify);
    world.put(bucket(&json!({})));
    let deleted = crate::world::call(
        "DeleteBucketPolicy",
        "bob",
        "2026-11-20T09:20:00Z",
        &json!({"policy": ""}),
    );
    let over = run(&world, &deleted, &notify);
    let later: Vec<Message> = [pages(&told), pages(&over)].concat().into_iter().cloned().collect();
    let pair = |messages: Vec<Message>| <[Message; 2]>::try_from(messages).unwrap().into();
    vec![pair(at_once), pair(later)]
}

#[test]
fn every_tool_opens_one_incident_and_closes_it() {
    for (alarm, end) in pairs() {
        for (tool, parse) in TOOLS {
            let read = |message: &Message| {
                let posted = posted(message);
                parse(&posted).unwrap_or_else(|| panic!("{tool} drops {posted:#}"))
            };
            let (opened, closed) = (read(&alarm), read(&end));
            assert_eq!((opened.state, closed.state), (State::Triggered, State::Resolved), "{tool}");
            assert_eq!(opened.key, closed.key, "{tool}");
            assert!(opened.key.chars().count() <= 255, "{tool}: {}", opened.key);
            assert!(opened.title.contains("clinic-reports"), "{tool}: {}", opened.title);
            assert!(opened.link.starts_with("https://"), "{tool}: {}", opened.link);
        }
    }
}

#[test]
fn another_episode_is_another_incident() {
    let keys = |tool: fn(&Value) -> Option<Seen>| -> Vec<String> {
        let world = account(&json!({"Policy": everyone_reads()}));
        let alarms = ["2026-11-20T09:14:07Z", "2026-11-20T09:40:00Z"].map(|time| {
            world.put(bucket(&json!({"Policy": everyone_reads()})));
            let report = run(&world, &put_policy("alice", time), ENFORCE);
            tool(&posted(pages(&report)[0])).unwrap().key
        });
        alarms.to_vec()
    };
    for (tool, parse) in TOOLS {
        let keys = keys(parse);
        assert_ne!(keys[0], keys[1], "{tool}");
    }
}

/// What is not in the schema is dropped without a word, so nothing else is.
///
/// <https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html>
#[test]
fn a_card_keeps_to_the_schema_of_chats() {
    let world = account(&json!({"Policy": everyone_reads()}));
    let report = run(&world, &put_policy("alice", "2026-11-20T09:14:07Z"), ENFORCE);
    let card = report.alerts.last().unwrap().message.wire();
    assert!(!card.per_protocol);
    let card: Value = serde_json::from_str(&card.message).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&card), ["content", "id", "metadata", "source", "version"]);
    assert_eq!((&card["version"], &card["source"]), (&json!("1.0"), &json!("custom")));
    let content = ["description", "keywords", "nextSteps", "textType", "title"];
    assert_eq!(keys(&card["content"]), content);
    assert_eq!(card["content"]["textType"], "client-markdown");
    let metadata = ["additionalContext", "eventType", "relatedResources", "summary", "threadId"];
    assert_eq!(keys(&card["metadata"]), metadata);
    let alarm = pages(&report)[0];
    assert_eq!(card["metadata"]["threadId"], alarm.json["external_id"]);
    assert!(card["content"]["description"].as_str().unwrap().chars().count() < 3_000);
    for list in ["nextSteps", "keywords"] {
        assert!(card["content"][list].as_array().unwrap().iter().all(Value::is_string));
    }
    let further = card["metadata"]["additionalContext"].as_object().unwrap();
    assert!(further.values().all(Value::is_string));
}
