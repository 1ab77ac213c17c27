//! How the events of a batch are run: which of them are one and the same, which must wait for each
//! other, and which need not.

use std::collections::BTreeMap;

use s3_guardrail::event::{Event, Refused, Scope, Trigger};
use s3_guardrail::report::Report;

/// A batch, put in order.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Messages that are no events that can be used.
    pub(crate) refused: Vec<(String, Refused)>,
    /// Reports on those that are none of our business.
    pub(crate) ignored: Vec<Report>,
    /// One lane a bucket: a lane's jobs run one after the other, lanes side by side.
    pub(crate) lanes: Vec<Vec<Job>>,
    /// Jobs that run one after the other when the lanes are done, as it is not known beforehand
    /// which buckets they are about: access points, then whole accounts.
    pub(crate) last: Vec<Job>,
}

/// One trigger, and every message that brought it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) trigger: Box<Trigger>,
    pub(crate) messages: Vec<String>,
}

/// Puts a batch in order. The same event in the same place is one job, however often it came; its
/// outcome is that of all its messages.
pub(crate) fn arrange(
    messages: impl IntoIterator<Item = (String, Result<Event, Refused>)>,
) -> Batch {
    let mut batch = Batch::default();
    let mut jobs: Vec<Job> = Vec::new();
    for (message, event) in messages {
        match event {
            Err(refused) => batch.refused.push((message, refused)),
            Ok(Event::Ignored { event, actor, reason }) => {
                batch.ignored.push(Report::ignored(event, actor, reason));
            }
            Ok(Event::Trigger(trigger)) => {
                let same = jobs.iter_mut().find(|job| {
                    job.trigger.event.id == trigger.event.id && job.trigger.scope == trigger.scope
                });
                match same {
                    Some(job) => job.messages.push(message),
                    None => jobs.push(Job { trigger, messages: vec![message] }),
                }
            }
        }
    }
    let mut lanes: BTreeMap<_, Vec<Job>> = BTreeMap::new();
    let mut sweeps = Vec::new();
    for job in jobs {
        match &job.trigger.scope {
            Scope::Bucket { bucket, account, region: _, object: _ } => {
                lanes.entry((*account, bucket.clone())).or_default().push(job);
            }
            Scope::AccessPoint { .. } => batch.last.push(job),
            Scope::Account { .. } => sweeps.push(job),
        }
    }
    batch.lanes = lanes.into_values().collect();
    batch.last.extend(sweeps);
    batch
}

#[cfg(test)]
mod tests {
    use s3_guardrail::bucket::{AccountId, BucketName, Region};
    use s3_guardrail::event::{Event, EventInfo, Refused, Scope, Source, Trigger};
    use serde_json::Value;

    use super::{Batch, Job, arrange};

    fn account() -> AccountId {
        AccountId::parse("111122223333").unwrap()
    }

    fn region() -> Region {
        Region::parse("eu-west-1").unwrap()
    }

    fn bucket(name: &str, object: Option<&str>) -> Scope {
        Scope::Bucket {
            bucket: BucketName::parse(name).unwrap(),
            account: account(),
            region: region(),
            object: object.map(str::to_owned),
        }
    }

    fn message(message: &str, event: &str, scope: Scope) -> (String, Result<Event, Refused>) {
        let event = EventInfo {
            id: event.to_owned(),
            name: "PutBucketPolicy".to_owned(),
            time: None,
            account: account(),
            region: region(),
        };
        let trigger = Trigger {
            event,
            source: Source::CloudTrail,
            actor: None,
            scope,
            parameters: Value::Null,
        };
        (message.to_owned(), Ok(Event::Trigger(Box::new(trigger))))
    }

    fn messages(jobs: &[Job]) -> Vec<Vec<&str>> {
        jobs.iter().map(|job| job.messages.iter().map(String::as_str).collect()).collect()
    }

    #[test]
    fn the_same_event_is_one_job_for_all_its_messages() {
        let batch = arrange([
            message("m1", "e1", bucket("clinic", None)),
            message("m2", "e1", bucket("clinic", None)),
            // an id that is used again for another place hides nothing
            message("m3", "e1", bucket("other", None)),
        ]);
        assert_eq!(batch.lanes.len(), 2);
        assert_eq!(messages(&batch.lanes[0]), [["m1", "m2"]]);
        assert_eq!(messages(&batch.lanes[1]), [["m3"]]);
    }

    #[test]
    fn a_bucket_has_one_lane_and_its_order_stays() {
        let batch = arrange([
            message("m1", "e1", bucket("clinic", None)),
            message("m2", "e2", bucket("other", None)),
            message("m3", "e3", bucket("clinic", Some("x.pdf"))),
        ]);
        assert_eq!(batch.lanes.len(), 2);
        assert_eq!(messages(&batch.lanes[0]), [["m1"], ["m3"]]);
    }

    #[test]
    fn accounts_come_last_and_access_points_before_them() {
        let sweep = Scope::Account { account: account(), region: region() };
        let point =
            Scope::AccessPoint { name: "ap".to_owned(), account: account(), region: region() };
        let batch = arrange([
            message("m1", "e1", sweep),
            message("m2", "e2", point),
            message("m3", "e3", bucket("clinic", None)),
        ]);
        assert_eq!(messages(&batch.last), [["m2"], ["m1"]]);
        assert_eq!(messages(&batch.lanes[0]), [["m3"]]);
    }

    #[test]
    fn what_is_refused_or_ignored_is_no_job() {
        let refused = Refused { place: "$".to_owned(), reason: "not JSON".to_owned() };
        let ignored = Event::Ignored { event: None, actor: None, reason: "a read call".to_owned() };
        let Batch { refused, ignored, lanes, last } =
            arrange([("m1".to_owned(), Err(refused)), ("m2".to_owned(), Ok(ignored))]);
        assert_eq!(refused[0].0, "m1");
        assert_eq!(ignored[0].ignored.as_deref(), Some("a read call"));
        assert!(lanes.is_empty() && last.is_empty());
    }
}
