//! The examples: applied, planned again, an event sent along each way into the hub, destroyed.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::aws::Place;
use crate::judge::{Call, Policy};
use crate::support::account::{Account, REGION};
use crate::support::events;
use crate::support::moto::python;
use crate::terraform::Terraform;

const ELSEWHERE: &str = "us-east-1";
const HUB: &str = "module.hub.";

/// The configuration with a zip, which need not be a function here.
fn with_zip(account: &str, folder: &'static str) -> (Terraform, String) {
    let terraform = Terraform::new(account, folder);
    let main = terraform.path().join("main.tf");
    let guardrail = terraform.path().join("guardrail.toml");
    let guardrail = guardrail.exists().then_some(guardrail.as_path());
    let zip = Terraform::package(&terraform.path(), &main, guardrail);
    (terraform, json!({ "path": zip }).to_string())
}

fn value(terraform: &Terraform, address: &str) -> Value {
    let resources = terraform.resources();
    let found = resources.into_iter().find(|one| one.address == address);
    found.unwrap_or_else(|| panic!("there is no {address}")).values
}

/// Sees that an event of `from` arrives in the hub's queue, once.
fn assert_arrives(from: Place<'_>, event: &Value, hub: Place<'_>, queue: &Value) {
    from.put_event(event);
    let arrived = hub.take(queue.as_str().unwrap());
    assert_eq!(arrived.len(), 1, "{arrived:#?}");
    let arrived: Value = serde_json::from_str(&arrived[0]).unwrap();
    assert_eq!(arrived["detail"], event["detail"]);
}

#[tokio::test]
async fn a_single_account() {
    let account = Account::new().await;
    let (mut terraform, package) = with_zip(&account.id, "examples/single-account");
    terraform.set(&[("package", &package)]);
    terraform.apply();
    assert_eq!(terraform.changes(), "");
    let function = value(&terraform, &format!("{HUB}aws_lambda_function.this"));
    assert_eq!(function["environment"][0]["variables"]["GUARDRAIL_FILE"], "/opt/guardrail.toml");
    let command = terraform.outputs()["test_command"].as_str().unwrap().to_owned();
    let (_, payload) = command.split_once("--payload '").unwrap();
    let event = s3_guardrail::event::read(payload.split_once('\'').unwrap().0).unwrap();
    assert!(matches!(event, s3_guardrail::event::Event::Trigger(_)), "{event:?}");
    terraform.destroy();
}

#[tokio::test]
async fn several_regions_of_an_account() {
    let account = Account::new().await;
    let (mut terraform, package) = with_zip(&account.id, "examples/multi-region");
    terraform.set(&[("package", &package)]);
    terraform.apply();
    assert_eq!(terraform.changes(), "");
    let queue = &terraform.outputs()["queue_url"];
    let hub = Place { account: &account.id, region: REGION };
    let event = events::on_bucket(&account, "PutBucketPolicy", "clinic-reports");
    assert_arrives(hub, &event, hub, queue);
    assert_arrives(Place { region: ELSEWHERE, ..hub }, &event, hub, queue);
    assert_sends(&terraform, "module.us_east_1.");
    terraform.destroy();
}

/// What a spoke's rules cannot send lies in dead letters that they may send to, with an alarm; what
/// they send, their role may.
fn assert_sends(terraform: &Terraform, module: &str) {
    let of = |name: &str| value(terraform, &format!("{module}{name}"));
    let (letters, bus) = (
        of("aws_sqs_queue.dead_letters"),
        value(terraform, &format!("{HUB}aws_cloudwatch_event_bus.this")),
    );
    let policy = of("aws_sqs_queue_policy.dead_letters")["policy"].clone();
    let policy = Policy::of_resource(policy.as_str().unwrap());
    let rules = terraform.resources().into_iter();
    let rules =
        rules.filter(|one| one.address.starts_with(&format!("{module}aws_cloudwatch_event_rule")));
    let arns: Vec<_> = rules.map(|rule| rule.values["arn"].as_str().unwrap().to_owned()).collect();
    assert!(arns.len() >= 5, "{arns:?}");
    for arn in &arns {
        let call = Call::new(
            "sqs:SendMessage",
            letters["arn"].as_str().unwrap(),
            &[("aws:sourcearn", arn)],
        );
        assert!(policy.allows_service("events.amazonaws.com", &call), "{arn}");
    }
    let targets = terraform
        .resources()
        .into_iter()
        .filter(|one| one.address.starts_with(&format!("{module}aws_cloudwatch_event_target")));
    let targets: Vec<_> = targets.map(|target| target.values).collect();
    assert_eq!(targets.len(), arns.len());
    for target in targets {
        assert_eq!(target["arn"], bus["arn"]);
        assert_eq!(target["dead_letter_config"][0]["arn"], letters["arn"]);
        assert_eq!(target["role_arn"], of("aws_iam_role.sender")["arn"]);
    }
    let sender = of("aws_iam_role_policy.sender")["policy"].clone();
    let send = Call::new("events:PutEvents", bus["arn"].as_str().unwrap(), &[]);
    let sender = Policy::of_role(sender.as_str().unwrap());
    assert!(sender.allows(&send));
    assert_eq!(sender.allowed_actions(), ["events:PutEvents"]);
    let alarm = of("aws_cloudwatch_metric_alarm.dead_letters");
    assert_eq!(alarm["dimensions"]["QueueName"], letters["name"]);
}

/// The organization: its hub, a member by the stack set, and a member by the module `spoke`.
#[tokio::test]
async fn an_organization() {
    let (account, other) = (Account::new().await, Account::new().await);
    let hub = Place { account: &account.id, region: REGION };
    let (unit, joined) = organization(hub);
    let (mut terraform, package) = with_zip(&account.id, "examples/organization");
    terraform.set(&[
        ("package", &package),
        ("unit_ids", &json!([unit]).to_string()),
        ("call_as", "SELF"),
    ]);
    terraform.apply();
    assert_eq!(terraform.changes(), "");
    let queue = value(&terraform, &format!("{HUB}aws_sqs_queue.events"))["id"].clone();
    let event = events::on_bucket(&account, "PutBucketPolicy", "clinic-reports");
    for region in [REGION, ELSEWHERE] {
        let member = Place { account: &joined, region };
        assert_arrives(member, &event, hub, &queue);
        let mut denied = event.clone();
        denied["detail"]["errorCode"] = json!("AccessDenied");
        member.put_event(&denied);
        assert!(hub.take(queue.as_str().unwrap()).is_empty());
    }
    assert_eq!(swept(&joined), [true, false], "an account is swept from one Region");

    let lists: Value = serde_json::from_str(include_str!("../../infra/permissions.json")).unwrap();
    let template = std::fs::read_to_string(terraform.path().join("member.yaml.tftpl")).unwrap();
    assert!(template.lines().count() < 80, "{}", template.lines().count());
    let rendered = terraform.outputs()["template"].as_str().unwrap().to_owned();
    assert_template_loses_nothing(&rendered);
    assert_lints(&rendered, &terraform.path().join("member.yaml"));
    let of_stack = role_policy(Place { account: &joined, region: REGION }, "look");

    let mut spoke = Terraform::new(&other.id, "modules/spoke");
    let mut described = terraform.resources();
    described.retain(|one| one.address == format!("{HUB}aws_cloudwatch_event_bus.this"));
    let described = json!({
        "name": "s3-guardrail",
        "account": account.id,
        "bus_arn": described[0].values["arn"],
        "role_arn": format!("arn:aws:iam::{}:role/s3-guardrail", account.id),
        "mode": "notify",
        "member_role": "s3-guardrail-member",
        "contain_account_settings": false,
        "watch_objects": true,
    });
    spoke.set(&[("hub", &described.to_string()), ("first_region", "true")]);
    spoke.apply();
    assert_eq!(spoke.changes(), "");
    assert_arrives(Place { account: &other.id, region: REGION }, &event, hub, &queue);
    let policy = value(&spoke, "aws_iam_role_policy.member[0]")["policy"].clone();
    let of_module = Policy::of_role(policy.as_str().unwrap());
    for (policy, member) in [(&of_stack, &joined), (&of_module, &other.id)] {
        assert_reads_alone(policy, member, &lists);
    }
    let trust = value(&spoke, "aws_iam_role.member[0]")["assume_role_policy"].clone();
    assert_trusts_the_hub_alone(trust.as_str().unwrap(), &account.id);
    spoke.destroy();
    terraform.destroy();
    assert_eq!(swept(&joined), [false, false]);
}

/// Each rule of the template has dead letters, to which its account's rules may send.
fn assert_template_loses_nothing(template: &str) {
    let count = |part: &str| template.matches(part).count();
    assert_eq!(count("AWS::Events::Rule"), 6, "{template}");
    assert_eq!(count("DeadLetterConfig: {Arn: !GetAtt DeadLetters.Arn}"), 6, "{template}");
    let (_, policy) = template.split_once("Type: AWS::SQS::QueuePolicy").unwrap();
    let policy = policy.split_once("Type: ").unwrap().0;
    for part in [
        "Queues: [!Ref DeadLetters]",
        "{Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: \"sqs:SendMessage\"",
        "Condition: {StringEquals: {\"aws:SourceAccount\": !Ref \"AWS::AccountId\"}}",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
}

/// cfn-lint, which moto brings along, knows what CloudFormation takes.
fn assert_lints(template: &str, file: &Path) {
    std::fs::write(file, template).unwrap();
    let mut lint = Command::new(python(Path::new(env!("CARGO_MANIFEST_DIR"))));
    // a `!Sub` on a statement that needs none
    lint.args(["-c", "import sys, cfnlint.runner; sys.exit(cfnlint.runner.main())"]);
    lint.args(["--ignore-checks", "W1020", "--template"]).arg(file);
    let output = lint.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// An organization of the hub's account with a unit and one account in it; gives their ids.
fn organization(hub: Place<'_>) -> (String, String) {
    let call = |operation: &str, body: Value| {
        hub.json("organizations", &format!("AWSOrganizationsV20161128.{operation}"), &body)
    };
    call("CreateOrganization", json!({"FeatureSet": "ALL"}));
    let root = call("ListRoots", json!({}))["Roots"][0]["Id"].clone();
    let unit = call("CreateOrganizationalUnit", json!({"ParentId": root, "Name": "members"}));
    let unit = unit["OrganizationalUnit"]["Id"].clone();
    let account =
        call("CreateAccount", json!({"Email": "clinic@example.com", "AccountName": "clinic"}));
    let account = account["CreateAccountStatus"]["AccountId"].clone();
    let moved = json!({"AccountId": account, "SourceParentId": root, "DestinationParentId": unit});
    call("MoveAccount", moved);
    (unit.as_str().unwrap().to_owned(), account.as_str().unwrap().to_owned())
}

/// In which Regions a rule of the account has a schedule.
fn swept(account: &str) -> [bool; 2] {
    [REGION, ELSEWHERE].map(|region| {
        let rules = Place { account, region }.json("events", "AWSEvents.ListRules", &json!({}));
        rules["Rules"].as_array().unwrap().iter().any(|rule| rule["ScheduleExpression"].is_string())
    })
}

/// An inline policy of the member role. moto keeps one that a stack made as Python prints it.
fn role_policy(place: Place<'_>, name: &str) -> Policy {
    let answer = place.form(
        "iam",
        &[
            ("Action", "GetRolePolicy"),
            ("Version", "2010-05-08"),
            ("RoleName", "s3-guardrail-member"),
            ("PolicyName", name),
        ],
    );
    let (_, rest) = answer.split_once("<PolicyDocument>").unwrap();
    let encoded = rest.split_once("</PolicyDocument>").unwrap().0;
    Policy::of_role(&decoded(encoded).replace('\'', "\""))
}

fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut decoded = parts.next().unwrap().to_owned();
    for part in parts {
        let (byte, rest) = part.split_at(2);
        decoded.push(char::from(u8::from_str_radix(byte, 16).unwrap()));
        decoded.push_str(rest);
    }
    decoded
}

/// A member role reads what the hub's own reads, in its own account, and writes nothing.
fn assert_reads_alone(policy: &Policy, account: &str, lists: &Value) {
    let listed = |names: &[&str]| -> Vec<String> {
        let lists = names.iter().flat_map(|name| lists[name].as_array().unwrap());
        lists.map(|action| action.as_str().unwrap().to_owned()).collect()
    };
    let reads = listed(&["read_bucket", "read_object_acl", "read_access_points", "read_account"]);
    assert_eq!(policy.allowed_actions(), reads);
    let own = [("aws:resourceaccount", account)];
    let acl = Call::new("s3:GetBucketAcl", "arn:aws:s3:::clinic", &own);
    assert!(policy.allows(&acl));
    let foreign = [("aws:resourceaccount", "999999999999")];
    assert!(!policy.allows(&Call::new("s3:GetBucketAcl", "arn:aws:s3:::clinic", &foreign)));
    let point = format!("arn:aws:s3:eu-west-1:{account}:accesspoint/lab");
    assert!(policy.allows(&Call::new("s3:GetAccessPointPolicy", &point, &[])));
}

/// Of the hub's account its function's role may come in, and nobody else.
fn assert_trusts_the_hub_alone(trust: &str, hub: &str) {
    let mut trust: Value = serde_json::from_str(trust).unwrap();
    trust["Statement"][0]["Resource"] = json!("*");
    let trust = Policy::of_resource(&trust.to_string());
    let by = |role: &str| {
        let arn = format!("arn:aws:iam::{hub}:role/{role}");
        trust.delegates_to(hub, &Call::new("sts:AssumeRole", "*", &[("aws:principalarn", &arn)]))
    };
    assert!(by("s3-guardrail"));
    assert!(!by("admin"));
}
