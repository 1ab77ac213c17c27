//! Whether everything that carries an event, a page or the word of a failure is there, points to
//! the right place, and may do what it is for. Judged from the resources as they were made.

use serde_json::{Value, json};

use crate::judge::{Call, Policy};
use crate::terraform::Resource;

/// The metrics without an alarm on which a failure would stay unseen; `{name}` is the deployment's.
const WATCHED: &[(&str, &str, &str)] = &[
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "{name}-dead-letters"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "{name}-undelivered"),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage", "{name}-events"),
    ("AWS/Lambda", "Errors", "{name}"),
    ("AWS/Lambda", "Throttles", "{name}"),
    ("AWS/SNS", "NumberOfNotificationsFailed", "{name}-page"),
    ("AWS/SNS", "NumberOfNotificationsFailed", "{name}-chat"),
    ("AWS/Scheduler", "TargetErrorCount", "{name}"),
    ("{name}", "failed-containments", ""),
    ("{name}", "failed-alerts", ""),
    ("{name}", "sweeps", ""),
];

/// A deployment of `infra/`, as it was made.
pub struct Made<'a> {
    pub name: &'a str,
    pub account: &'a str,
    pub resources: Vec<Resource>,
}

impl Made<'_> {
    /// What is missing, points nowhere, or may not do what it is for.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        self.events(&mut problems);
        self.sweeps(&mut problems);
        self.alerts(&mut problems);
        self.alarms(&mut problems);
        problems
    }

    fn all(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.resources.iter().filter(move |one| one.kind == kind).map(|one| &one.values)
    }

    /// The one whose `key` is `value`.
    fn find(&self, kind: &str, key: &str, value: &Value) -> Option<&Value> {
        self.all(kind).find(|values| &values[key] == value)
    }

    fn queue(&self, suffix: &str) -> Option<&Value> {
        self.find("aws_sqs_queue", "name", &json!(format!("{}-{suffix}", self.name)))
    }

    /// Whether `service`, acting for `source`, may send to the queue at `arn`.
    fn may_send(&self, service: &str, source: &Value, arn: &Value) -> bool {
        let queue = self.find("aws_sqs_queue", "arn", arn);
        let policy =
            queue.and_then(|queue| self.find("aws_sqs_queue_policy", "queue_url", &queue["id"]));
        let call = Call::new(
            "sqs:SendMessage",
            text(arn),
            &[("aws:sourcearn", text(source)), ("aws:sourceaccount", self.account)],
        );
        policy.is_some_and(|policy| {
            Policy::of_resource(text(&policy["policy"])).allows_service(service, &call)
        })
    }

    fn events(&self, problems: &mut Vec<String>) {
        let events = self.queue("events").map_or(Value::Null, |queue| queue["arn"].clone());
        let rules: Vec<_> = self.all("aws_cloudwatch_event_rule").collect();
        check(problems, rules.len() == 11, || format!("{} rules, not 11", rules.len()));
        for rule in rules {
            let name = text(&rule["name"]);
            let target = self.find("aws_cloudwatch_event_target", "rule", &rule["name"]);
            let Some(target) = target else {
                problems.push(format!("rule {name} has no target"));
                continue;
            };
            check(problems, target["arn"] == events, || format!("rule {name} has another target"));
            let dead_letters = &target["dead_letter_config"][0]["arn"];
            for arn in [&target["arn"], dead_letters] {
                check(problems, self.may_send("events.amazonaws.com", &rule["arn"], arn), || {
                    format!("rule {name} may not send to {arn}")
                });
            }
        }
        let redrive = self.queue("events").and_then(|queue| queue["redrive_policy"].as_str());
        let redrive: Value = serde_json::from_str(redrive.unwrap_or("{}")).unwrap_or_default();
        let dead_letters = self.queue("dead-letters").map(|queue| &queue["arn"]);
        check(problems, dead_letters == Some(&redrive["deadLetterTargetArn"]), || {
            "the queue has no dead letters".to_owned()
        });
        let mapping = self.find("aws_lambda_event_source_mapping", "event_source_arn", &events);
        check(problems, mapping.is_some_and(|mapping| mapping["enabled"] == true), || {
            "nothing is taken from the queue".to_owned()
        });
    }

    fn sweeps(&self, problems: &mut Vec<String>) {
        let Some(schedule) = self.all("aws_scheduler_schedule").next() else {
            problems.push("there is no schedule".to_owned());
            return;
        };
        let target = &schedule["target"][0];
        let role = self.find("aws_iam_role", "arn", &target["role_arn"]);
        let policy = role.and_then(|role| self.find("aws_iam_role_policy", "role", &role["id"]));
        for arn in [&target["arn"], &target["dead_letter_config"][0]["arn"]] {
            let call = Call::new("sqs:SendMessage", text(arn), &[]);
            let may =
                policy.is_some_and(|policy| Policy::of_role(text(&policy["policy"])).allows(&call));
            check(problems, may, || format!("the schedule may not send to {arn}"));
        }
    }

    fn alerts(&self, problems: &mut Vec<String>) {
        let alarm = format!("arn:aws:cloudwatch:eu-west-1:{}:alarm:{}-x", self.account, self.name);
        let context = [("aws:sourceaccount", self.account), ("aws:sourcearn", alarm.as_str())];
        for topic in self.all("aws_sns_topic") {
            let name = text(&topic["name"]);
            let key = self.find("aws_kms_key", "arn", &topic["kms_master_key_id"]);
            let Some(key) = key else {
                problems.push(format!("topic {name} is not encrypted by a key of ours"));
                continue;
            };
            let policy = Policy::of_resource(text(&key["policy"]));
            for action in ["kms:Decrypt", "kms:GenerateDataKey"] {
                let call = Call::new(action, text(&key["arn"]), &context);
                check(problems, policy.allows_service("cloudwatch.amazonaws.com", &call), || {
                    format!("alarms may not {action} for {name}")
                });
                check(problems, policy.delegates_to(self.account, &call), || {
                    format!("the account's policies cannot let the function {action} for {name}")
                });
            }
        }
        let page = self.find("aws_sns_topic", "name", &json!(format!("{}-page", self.name)));
        let page = page.map_or(Value::Null, |page| page["arn"].clone());
        let policy = self.find("aws_sns_topic_policy", "arn", &page);
        let call = Call::new("sns:Publish", text(&page), &context);
        let may = policy.is_some_and(|policy| {
            Policy::of_resource(text(&policy["policy"]))
                .allows_service("cloudwatch.amazonaws.com", &call)
        });
        check(problems, may, || "alarms may not publish pages".to_owned());
        for subscription in self.all("aws_sns_topic_subscription") {
            let endpoint = &subscription["endpoint"];
            let redrive = subscription["redrive_policy"].as_str().unwrap_or("{}");
            let redrive: Value = serde_json::from_str(redrive).unwrap_or_default();
            let (topic, queue) = (&subscription["topic_arn"], &redrive["deadLetterTargetArn"]);
            check(problems, self.may_send("sns.amazonaws.com", topic, queue), || {
                format!("what {endpoint} does not take is lost")
            });
        }
    }

    fn alarms(&self, problems: &mut Vec<String>) {
        let page = self.find("aws_sns_topic", "name", &json!(format!("{}-page", self.name)));
        let page = page.map(|page| &page["arn"]);
        let alarms: Vec<_> = self.all("aws_cloudwatch_metric_alarm").collect();
        for alarm in &alarms {
            let actions = [&alarm["alarm_actions"][0], &alarm["ok_actions"][0]];
            check(problems, actions.map(Some) == [page, page], || {
                format!("alarm {} does not page", alarm["alarm_name"])
            });
        }
        for (namespace, metric, of) in WATCHED {
            let [namespace, of] = [namespace, of].map(|text| text.replace("{name}", self.name));
            let watches = |alarm: &&&Value| {
                let dimensions = alarm["dimensions"].as_object();
                let dimension = dimensions.and_then(|all| all.values().next()).map_or("", text);
                alarm["namespace"] == *namespace
                    && alarm["metric_name"] == *metric
                    && dimension == of
            };
            let found = alarms.iter().find(watches);
            check(problems, found.is_some(), || format!("no alarm on {metric} of {of}"));
            let heartbeat = *metric == "sweeps";
            let missing = if heartbeat { "breaching" } else { "notBreaching" };
            check(
                problems,
                found.is_none_or(|alarm| alarm["treat_missing_data"] == missing),
                || format!("the alarm on {metric} takes silence wrongly"),
            );
            let ours = namespace == self.name;
            let counted = self.all("aws_cloudwatch_log_metric_filter").any(|filter| {
                let to = &filter["metric_transformation"][0];
                to["namespace"] == *namespace && to["name"] == *metric
            });
            check(problems, counted || !ours, || format!("nothing counts {metric}"));
        }
        for rule in self.all("aws_cloudwatch_event_rule") {
            let counts = |alarm: &&Value| {
                let queries = alarm["metric_query"].as_array().into_iter().flatten();
                queries.flat_map(|query| query["metric"].as_array().into_iter().flatten()).any(
                    |metric| {
                        metric["metric_name"] == "InvocationsFailedToBeSentToDlq"
                            && metric["dimensions"]["RuleName"] == rule["name"]
                    },
                )
            };
            check(problems, alarms.iter().any(counts), || {
                format!("events of rule {} can be lost unseen", rule["name"])
            });
        }
    }

    /// Takes each part that carries something away, one by one, and sees that it is missed. Gives
    /// how many were.
    pub fn assert_that_each_part_is_missed(&self) -> usize {
        let carriers = [
            "aws_cloudwatch_event_target",
            "aws_cloudwatch_metric_alarm",
            "aws_lambda_event_source_mapping",
            "aws_scheduler_schedule",
            "aws_sns_topic_policy",
            "aws_sqs_queue_policy",
        ];
        let mut missed = 0;
        for (index, resource) in self.resources.iter().enumerate() {
            let address = &resource.address;
            let counts_what_alarms_watch = resource.kind == "aws_cloudwatch_log_metric_filter"
                && WATCHED.iter().any(|(_, metric, _)| address.contains(&format!("\"{metric}\"")));
            let sends_sweeps = address == "aws_iam_role_policy.sweep";
            if carriers.contains(&resource.kind.as_str())
                || counts_what_alarms_watch
                || sends_sweeps
            {
                let mut resources = self.resources.clone();
                resources.remove(index);
                self.assert_missed(resources, address);
                missed += 1;
            }
            for (part, values) in without_a_part(resource) {
                let mut resources = self.resources.clone();
                resources[index].values = values;
                self.assert_missed(resources, &format!("{part} of {address}"));
                missed += 1;
            }
        }
        missed
    }

    #[track_caller]
    fn assert_missed(&self, resources: Vec<Resource>, what: &str) {
        let without = Made { name: self.name, account: self.account, resources };
        assert!(!without.problems().is_empty(), "{what} can be taken away unseen");
    }
}

/// The resource without each of its dead letters, actions and statements in turn.
fn without_a_part(resource: &Resource) -> Vec<(String, Value)> {
    let mut parts = Vec::new();
    let carried = match resource.kind.as_str() {
        "aws_cloudwatch_event_target" => &["dead_letter_config"][..],
        "aws_sqs_queue" | "aws_sns_topic_subscription" => &["redrive_policy"],
        "aws_cloudwatch_metric_alarm" => &["alarm_actions", "ok_actions"],
        "aws_sns_topic" => &["kms_master_key_id"],
        _ => &[],
    };
    for part in carried {
        let there = &resource.values[part];
        if !(there.is_null() || there == "") {
            let mut values = resource.values.clone();
            values[part] = Value::Null;
            parts.push(((*part).to_owned(), values));
        }
    }
    let has_policy = ["aws_kms_key", "aws_sqs_queue_policy", "aws_sns_topic_policy"];
    if has_policy.contains(&resource.kind.as_str()) {
        let policy: Value = serde_json::from_str(text(&resource.values["policy"])).unwrap();
        for index in 0..policy["Statement"].as_array().unwrap().len() {
            let mut left = policy.clone();
            let statement = left["Statement"].as_array_mut().unwrap().remove(index);
            let mut values = resource.values.clone();
            values["policy"] = json!(left.to_string());
            parts.push((format!("statement {}", statement["Sid"]), values));
        }
    }
    parts
}

fn check(problems: &mut Vec<String>, holds: bool, problem: impl FnOnce() -> String) {
    if !holds {
        problems.push(problem());
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
