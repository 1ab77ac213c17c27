//! The hub: applied in every mode, driven, judged, and destroyed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use aws_sdk_s3::types::ObjectCannedAcl;
use serde_json::{Value, json};

use crate::audit::Made;
use crate::aws::{Place, hear_pages};
use crate::filters;
use crate::judge::{Call, Policy};
use crate::privilege::Role;
use crate::support::account::{Account, REGION, everyone_reads};
use crate::support::events;
use crate::support::lambda::Function;
use crate::support::moto::{moto, python};
use crate::terraform::Terraform;

const NAME: &str = "s3-guardrail";
const ORGANIZATION: &str = "o-exampleorgid";

const RULES: &str = r#"
[[rules]]
name     = "nothing is open to the world"
exposure = "authenticated"
action   = "contain"
urgency  = "high"

[[rules]]
name     = "what cannot be judged is told"
exposure = "unknown"
action   = "alert"
urgency  = "high"
"#;

const ACCOUNT_RULE: &str = r#"
[[account_rules]]
name    = "accounts stay closed"
action  = "contain"
urgency = "high"
"#;

#[tokio::test]
async fn the_hub_is_applied_driven_and_destroyed_in_every_mode() {
    let (account, member) = (Account::new().await, Account::new().await);
    let mut hub = Hub::new(&account);
    // that with the account's settings comes last: it leaves nothing open
    for (mode, accounts) in
        [("enforce", false), ("notify", false), ("observe", false), ("enforce", true)]
    {
        hub.apply(mode, accounts);
        assert_eq!(hub.terraform.changes(), "", "{mode}");
        if mode == "enforce" && !accounts {
            hub.assert_complete();
            hub.assert_delivers().await;
        }
        hub.assert_least_privilege(mode, accounts, &member).await;
    }
    hub.terraform.destroy();
    assert_eq!(left(&account), [""; 0]);
}

struct Hub<'a> {
    account: &'a Account,
    place: Place<'a>,
    terraform: Terraform,
    guardrail: PathBuf,
    zip: String,
}

impl<'a> Hub<'a> {
    fn new(account: &'a Account) -> Self {
        let terraform = Terraform::new(&account.id, "");
        let guardrail = terraform.path().join("guardrail.toml");
        let binary = Path::new(env!("CARGO_BIN_EXE_s3-guardrail-lambda"));
        let zip = Terraform::package(&terraform.path(), binary, None);
        let place = Place { account: &account.id, region: REGION };
        Self { account, place, terraform, guardrail, zip }
    }

    /// In `mode`, and with or without a containment of the account's own settings.
    fn apply(&mut self, mode: &str, accounts: bool) {
        let account_rule = if accounts { ACCOUNT_RULE } else { "" };
        let file = format!("mode = \"{mode}\"\n{RULES}{account_rule}");
        std::fs::write(&self.guardrail, file).unwrap();
        // the layer anew, with another zip than the function's beside it
        let other = self.terraform.path().join("other");
        Terraform::package(&other, &self.guardrail, Some(&self.guardrail));
        let package = json!({ "path": self.zip }).to_string();
        let members = json!({ "organization_id": ORGANIZATION }).to_string();
        let subscribers = json!({
            "page_emails": ["oncall@example.com"],
            "page_urls": ["https://pager.example.com/key"],
            "chat_urls": ["https://chat.example.com"],
        });
        self.terraform.set(&[
            ("mode", mode),
            ("contain_account_settings", if accounts { "true" } else { "false" }),
            ("package", &package),
            ("guardrail_file", self.guardrail.to_str().unwrap()),
            ("members", &members),
            ("subscribers", &subscribers.to_string()),
        ]);
        self.terraform.apply();
    }

    fn value(&self, address: &str) -> Value {
        let resources = self.terraform.resources();
        let found = resources.into_iter().find(|one| one.address == address);
        found.unwrap_or_else(|| panic!("there is no {address}")).values
    }

    /// Everything that carries something is there, and would be missed.
    fn assert_complete(&self) {
        let made =
            Made { name: NAME, account: &self.account.id, resources: self.terraform.resources() };
        assert_eq!(made.problems(), [""; 0]);
        let missed = made.assert_that_each_part_is_missed();
        assert!(missed > 70, "{missed}");
    }

    /// Starts the deployed function: with the environment that Lambda has for it, and its layer.
    fn function(&self) -> Function {
        let path = format!("/2015-03-31/functions/{NAME}/configuration");
        let deployed: Value = serde_json::from_str(&self.place.get("lambda", &path)).unwrap();
        let variables = deployed["Environment"]["Variables"].as_object().unwrap();
        let layer = self.account.folder.path().join("opt");
        let zip = format!("{}.zip", self.guardrail.display());
        let unzip = ["-m", "zipfile", "-e", zip.as_str(), layer.to_str().unwrap()];
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(Command::new(python(root)).args(unzip).status().unwrap().success());
        assert_eq!(deployed["Layers"].as_array().unwrap().len(), 1, "{deployed}");
        // the tests' own topic is not that of the deployment
        let mut environment = vec![("PAGE_TOPIC_ARN".to_owned(), String::new())];
        environment.extend(variables.iter().map(|(name, value)| {
            let value = value.as_str().unwrap();
            (name.clone(), value.replace("/opt/", &format!("{}/", layer.display())))
        }));
        let environment: Vec<_> =
            environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Function::start_with(self.account, &environment)
    }

    fn queue(&self) -> String {
        self.value("aws_sqs_queue.events")["id"].as_str().unwrap().to_owned()
    }

    /// Takes what lies in the queue as Lambda's poller does.
    fn poll(&self, function: &Function) -> Value {
        let bodies = self.place.take(&self.queue());
        assert!(!bodies.is_empty(), "nothing lies in the queue");
        let with_account = |body: String| {
            let mut event: Value = serde_json::from_str(&body).unwrap();
            event["account"] = json!(self.account.id);
            event.to_string()
        };
        let bodies: Vec<_> = bodies.into_iter().map(with_account).collect();
        function.invoke(&events::batch(&bodies)).answer()
    }

    /// An event put on the bus ends as a contained bucket, a page and an episode; the log's metrics
    /// count it.
    async fn assert_delivers(&self) {
        let account = self.account;
        let topic = self.value("aws_sns_topic.this[\"page\"]")["arn"].clone();
        hear_pages(account, self.place, topic.as_str().unwrap());
        let bucket = opened(account, "clinic-delivered").await;
        let function = self.function();
        self.place.put_event(&events::on_bucket(account, "PutBucketPolicy", &bucket));
        assert_eq!(self.poll(&function), json!({"batchItemFailures": []}));
        assert!(account.is_blocked(&bucket).await);
        let pages = account.pages().await;
        assert_eq!(pages.len(), 1, "{pages:#?}");
        assert!(pages[0].text.contains(&bucket), "{pages:#?}");
        let table = json!({"TableName": format!("{NAME}-episodes")});
        let scanned = self.place.json("dynamodb", "DynamoDB_20120810.Scan", &table);
        // what is remembered of the bucket, and what was there before the write
        assert_eq!(scanned["Count"], 2, "{scanned}");
        let shown = scanned.to_string();
        assert!(shown.contains("contained") && shown.contains(&bucket), "{scanned}");
        // a denied call and a read leave the queue as it is
        let mut denied = events::on_bucket(account, "PutBucketPolicy", &bucket);
        denied["detail"]["errorCode"] = json!("AccessDenied");
        self.place.put_event(&denied);
        self.place.put_event(&events::on_bucket(account, "GetBucketPolicy", &bucket));
        assert_eq!(self.place.take(&self.queue()), [""; 0]);
        self.assert_counted(&function).await;
    }

    /// Each metric of the log counts the run that it is for, and no other.
    async fn assert_counted(&self, function: &Function) {
        let account = self.account;
        let counted = |record: &Value| -> Vec<String> {
            let filters = self.terraform.resources().into_iter();
            let filters = filters.filter(|one| one.kind == "aws_cloudwatch_log_metric_filter");
            let counts = filters
                .filter(|one| filters::counts(one.values["pattern"].as_str().unwrap(), record));
            let name = |values: &Value| values["metric_transformation"][0]["name"].clone();
            counts.map(|one| name(&one.values).as_str().unwrap().to_owned()).collect()
        };
        let last = || function.records().into_iter().rfind(|one| one["message"] == "run").unwrap();
        assert_eq!(counted(&last()), ["alerts", "contained"]);
        let closed = account.bucket("clinic-closed").await;
        function.invoke(&events::on_bucket(account, "PutBucketPolicy", &closed)).answer();
        assert_eq!(counted(&last()), [""; 0]);
        function.invoke(&self.sweep()).answer();
        assert_eq!(counted(&last()), ["sweeps"]);
        let elsewhere = last().to_string().replace(&account.id, "999999999999");
        let elsewhere: Value = serde_json::from_str(&elsewhere).unwrap();
        assert_eq!(counted(&elsewhere), [""; 0], "a member's sweep is no beat of this schedule");
        let bucket = opened(account, "clinic-denied").await;
        let denied = json!({"status": 403, "times": 1});
        moto().fault(&account.id, "s3:PutBucketPublicAccessBlock", denied.clone());
        function.invoke(&events::on_bucket(account, "PutBucketPolicy", &bucket)).error();
        assert_eq!(counted(&last()), ["alerts", "failed-containments"]);
        moto().fault(&account.id, "sns:Publish", denied);
        function.invoke(&events::on_bucket(account, "PutBucketPolicy", &bucket)).error();
        assert_eq!(counted(&last()), ["contained", "failed-alerts"]);
        moto().fault(&account.id, "s3:ListAllMyBuckets", json!({"status": 403, "times": 1}));
        function.invoke(&self.sweep()).error();
        assert!(!counted(&last()).contains(&"sweeps".to_owned()), "a sweep that failed is no beat");
        account.pages().await;
    }

    /// What the schedule puts on the queue, its blanks filled in as Scheduler does.
    fn sweep(&self) -> String {
        let schedule = self.value("aws_scheduler_schedule.sweep");
        let input = schedule["target"][0]["input"].as_str().unwrap();
        let filled = input
            .replace("<aws.scheduler.execution-id>", "d32c5kddcf5bb8c3")
            .replace("<aws.scheduler.scheduled-time>", "2026-11-21T09:00:00Z")
            .replace("<aws.scheduler.schedule-arn>", schedule["arn"].as_str().unwrap());
        assert!(!filled.contains(['<', '>']), "{filled}");
        filled
    }

    /// Drives the function through all situations: all that it asks for is allowed, and all that is
    /// allowed it asks for.
    async fn assert_least_privilege(&self, mode: &str, accounts: bool, member: &Account) {
        let account = self.account;
        let seen = account.requests().len();
        let function = self.function();
        let suffix = if accounts { format!("{mode}-too") } else { mode.to_owned() };
        for event in situations(account, &suffix).await {
            function.invoke(&event).answer();
        }
        function.invoke(&self.sweep()).answer();
        let elsewhere = opened(member, &format!("clinic-member-{suffix}")).await;
        function.invoke(&events::on_bucket(member, "PutBucketPolicy", &elsewhere)).answer();
        assert_eq!(member.is_blocked(&elsewhere).await, mode == "enforce");

        let policy = self.value("aws_iam_role_policy.this")["policy"].clone();
        let key = self.value("aws_kms_key.alerts")["arn"].clone();
        let role = Role {
            account: &account.id,
            organization: ORGANIZATION,
            policy: Policy::of_role(policy.as_str().unwrap()),
            key: key.as_str().unwrap(),
        };
        let requests: Vec<_> = account.requests().split_off(seen);
        let mut calls = role.calls(&requests);
        calls.extend(self.by_lambda());
        assert_eq!(role.differences(&calls), [""; 0], "{mode}");
        role.assert_exact(&calls);
        let writes: &[&str] = match (mode, accounts) {
            ("enforce", true) => {
                &["s3:PutAccountPublicAccessBlock", "s3:PutBucketPublicAccessBlock"]
            }
            ("enforce", false) => &["s3:PutBucketPublicAccessBlock"],
            _ => &[],
        };
        role.assert_harmless(writes);
        let wrote = requests.iter().filter(|request| request.writes_to_s3());
        let wrote: BTreeSet<_> = wrote.map(|request| request.action.as_str()).collect();
        assert_eq!(wrote, writes.iter().copied().collect(), "{mode}");
    }

    /// What Lambda itself does in the role's name.
    fn by_lambda(&self) -> Vec<Call> {
        let arn = |address: &str| self.value(address)["arn"].as_str().unwrap().to_owned();
        let queue = arn("aws_sqs_queue.events");
        let log = format!("{}:log-stream:x", arn("aws_cloudwatch_log_group.this"));
        let taken = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
        let taken = taken.iter().map(|action| Call::new(action, &queue, &[]));
        let logged = ["logs:CreateLogStream", "logs:PutLogEvents"];
        taken.chain(logged.iter().map(|action| Call::new(action, &log, &[]))).collect()
    }
}

/// A bucket that everyone reads.
async fn opened(account: &Account, name: &str) -> String {
    let bucket = account.bucket(name).await;
    account.unblock(&bucket).await;
    account.open_by_policy(&bucket).await;
    bucket
}

/// One event of each kind about which the function asks AWS something that it asks for no other.
/// A new kind of call is proved to be allowed by a situation here in which it is made.
async fn situations(account: &Account, suffix: &str) -> Vec<Value> {
    let (name, id) = (|what: &str| format!("{what}-{suffix}"), account.id.as_str());
    let by_policy = opened(account, &name("clinic-policy")).await;
    let by_acl = account.bucket(&name("clinic-acl")).await;
    account.unblock(&by_acl).await;
    account.open_by_acl(&by_acl).await;
    let by_object = account.bucket(&name("clinic-object")).await;
    account.unblock(&by_object).await;
    let put = account.s3.put_object().bucket(&by_object).key("x").body(b"a".to_vec().into());
    put.acl(ObjectCannedAcl::PublicRead).send().await.unwrap();
    let object = json!({"bucketName": by_object, "key": "x", "x-amz-acl": "public-read"});

    let by_point = account.bucket(&name("clinic-point")).await;
    account.unblock(&by_point).await;
    let (control, point) = (&account.s3control, name("lab"));
    let create = control.create_access_point().account_id(id).name(&point).bucket(&by_point);
    create.send().await.unwrap();
    let resource = format!("arn:aws:s3:{REGION}:{id}:accesspoint/{point}/object/*");
    let policy = everyone_reads(&resource).to_string();
    let put = control.put_access_point_policy().account_id(id).name(&point).policy(policy);
    put.send().await.unwrap();
    vec![
        events::on_bucket(account, "PutBucketPolicy", &by_policy),
        events::on_bucket(account, "PutBucketAcl", &by_acl),
        events::call(account, "PutObjectAcl", &object),
        events::call(account, "PutAccessPointPolicy", &json!({ "name": point })),
        events::call(account, "DeleteAccountPublicAccessBlock", &json!({})),
        events::on_bucket(account, "PutBucketPolicy", "clinic-deleted"),
    ]
}

/// What of a deployment AWS still has.
fn left(account: &Account) -> Vec<String> {
    let place = Place { account: &account.id, region: REGION };
    let lists = [
        ("events", "AWSEvents.ListRules"),
        ("events", "AWSEvents.ListEventBuses"),
        ("sqs", "AmazonSQS.ListQueues"),
        ("dynamodb", "DynamoDB_20120810.ListTables"),
        ("logs", "Logs_20140328.DescribeLogGroups"),
        ("kms", "TrentService.ListAliases"),
    ];
    let mut answers: Vec<_> = lists
        .iter()
        .map(|(service, target)| place.json(service, target, &json!({})).to_string())
        .collect();
    answers.push(place.get("lambda", "/2015-03-31/functions/"));
    answers.push(place.get("lambda", "/2018-10-31/layers"));
    answers.push(place.get("scheduler", "/schedules"));
    for (service, action, version) in [
        ("sns", "ListTopics", "2010-03-31"),
        ("sns", "ListSubscriptions", "2010-03-31"),
        ("iam", "ListRoles", "2010-05-08"),
        ("monitoring", "DescribeAlarms", "2010-08-01"),
        ("monitoring", "ListDashboards", "2010-08-01"),
    ] {
        answers.push(place.form(service, &[("Action", action), ("Version", version)]));
    }
    answers.into_iter().filter(|answer| answer.contains(NAME)).collect()
}
