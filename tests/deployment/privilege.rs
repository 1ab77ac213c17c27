//! What the function asked of AWS against what its role may do: every call is allowed, every
//! allowed action is used.

use std::collections::BTreeSet;

use s3_guardrail::iam::{Access, Action, Glob};
use serde_json::Value;

use crate::judge::{Call, Policy};
use crate::support::account::REGION;
use crate::support::moto::Request;

/// Calls for which no permission is needed.
const FREE: &[&str] = &["sts:GetCallerIdentity"];

/// The deployment whose function asked.
pub struct Role<'a> {
    pub account: &'a str,
    pub organization: &'a str,
    pub policy: Policy,
    /// The key of its topics.
    pub key: &'a str,
}

impl Role<'_> {
    /// The calls that `requests` are, and those that AWS makes in the role's name for them.
    pub fn calls(&self, requests: &[Request]) -> BTreeSet<Call> {
        let asked = requests.iter().filter(|request| !FREE.contains(&request.action.as_str()));
        asked.flat_map(|request| self.of_request(request)).collect()
    }

    fn of_request(&self, request: &Request) -> Vec<Call> {
        let Request { action, path, body, region, .. } = request;
        let account = self.account;
        let path = path.trim_start_matches('/');
        let (service, _) = action.split_once(':').unwrap();
        match service {
            "s3" if is_of_account(action) => vec![Call::new(action, "*", &[])],
            "s3" if action.contains("AccessPoint") => {
                let name = path.split('/').nth(2).unwrap();
                let arn = format!("arn:aws:s3:{region}:{account}:accesspoint/{name}");
                vec![Call::new(action, &arn, &[])]
            }
            "s3" => {
                let context = [("aws:resourceaccount", account)];
                vec![Call::new(action, &format!("arn:aws:s3:::{path}"), &context)]
            }
            "sns" => {
                let topic = field(body, "TopicArn");
                // SNS encrypts in the name of who publishes
                let key = |action| Call::new(action, self.key, &[]);
                let keys = [key("kms:Decrypt"), key("kms:GenerateDataKey")];
                [Call::new(action, &topic, &[])].into_iter().chain(keys).collect()
            }
            "sts" => {
                let context = [("aws:resourceorgid", self.organization)];
                vec![Call::new(action, &field(body, "RoleArn"), &context)]
            }
            "dynamodb" => {
                let body: Value = serde_json::from_str(body).unwrap();
                let table = body["TableName"].as_str().unwrap();
                let arn = format!("arn:aws:dynamodb:{REGION}:{account}:table/{table}");
                vec![Call::new(action, &arn, &[])]
            }
            _ => panic!("{request:?}: say which resource this is about"),
        }
    }

    /// Where `calls` and the policy differ.
    pub fn differences(&self, calls: &BTreeSet<Call>) -> Vec<String> {
        differences(&self.policy, calls)
    }

    /// Sees that each action that is taken from the policy is missed, and each that is added is
    /// noticed.
    pub fn assert_exact(&self, calls: &BTreeSet<Call>) {
        for action in self.policy.allowed_actions() {
            let without = differences(&self.policy.without(&action), calls);
            assert!(!without.is_empty(), "{action}: nobody would miss it");
        }
        let fewer: BTreeSet<_> = calls.iter().skip(1).cloned().collect();
        let first = &calls.first().unwrap().action;
        let unused = fewer.iter().all(|call| call.action != *first);
        assert_eq!(differences(&self.policy, &fewer).is_empty(), !unused, "{first}");
    }

    /// Sees that the role can neither read nor write data, nor change anything in S3 but what
    /// `writes` names.
    pub fn assert_harmless(&self, writes: &[&str]) {
        let context = [("aws:resourceaccount", self.account)];
        let resources = ["arn:aws:s3:::clinic-reports", "arn:aws:s3:::clinic-reports/x"];
        for action in Action::all() {
            for resource in resources {
                let allowed = self.policy.allows(&Call::new(action.name(), resource, &context));
                let configures =
                    action.name().starts_with("s3:GetBucket") || action.name() == "s3:GetObjectAcl";
                let reads = action.access() == Access::Read && configures;
                let expected = writes.contains(&action.name());
                assert!(!allowed || expected || reads, "{} on {resource}", action.name());
            }
        }
        let account_settings = Call::new("s3:PutAccountPublicAccessBlock", "*", &context);
        let expected = writes.contains(&account_settings.action.as_str());
        assert_eq!(self.policy.allows(&account_settings), expected);
        let foreign = [("aws:resourceaccount", "999999999999")];
        for action in ["s3:GetBucketPolicy", "s3:PutBucketPublicAccessBlock"] {
            assert!(!self.policy.allows(&Call::new(action, resources[0], &foreign)), "{action}");
        }
    }
}

fn differences(policy: &Policy, calls: &BTreeSet<Call>) -> Vec<String> {
    let denied = calls.iter().filter(|call| !policy.allows(call));
    let denied = denied.map(|call| format!("{} on {} is not allowed", call.action, call.resource));
    let used: BTreeSet<_> = calls.iter().map(|call| call.action.as_str()).collect();
    let allowed = policy.allowed_actions();
    let unused = allowed.iter().map(String::as_str);
    let is_used =
        |action: &str| used.iter().any(|one| Glob::new(action).matches_ignoring_case(one));
    let unused = unused.filter(|action| !is_used(action));
    let unused = unused.map(|action| format!("{action} is allowed and not used"));
    denied.chain(unused).collect()
}

/// Whether an action knows no resource but the account.
fn is_of_account(action: &str) -> bool {
    let account = ["s3:ListAllMyBuckets", "s3:ListAccessPoints"];
    account.contains(&action) || action.contains("AccountPublicAccessBlock")
}

fn field(form: &str, name: &str) -> String {
    let value = form.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    value.unwrap().replace("%3A", ":").replace("%2F", "/")
}
