//! Tables of small policies that differ in one thing.

pub mod alike;
pub mod callers;
pub mod conditions;
pub mod elsewhere;
pub mod pairs;
pub mod states;
pub mod targets;

use std::fmt::Write as _;

use s3_guardrail::trust::Trust;
use serde_json::{Value, json};

use crate::shown;

const OBJECTS: &str = "arn:aws:s3:::clinic-reports/*";

const BUCKET: &str = "arn:aws:s3:::clinic-reports";

fn snapshot(policy: Value) -> Value {
    json!({"Bucket": "clinic-reports", "Account": "111122223333", "Region": "eu-west-1",
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "Policy": {"Version": "2012-10-17", "Statement": policy}})
}

fn statement(effect: &str, condition: Value) -> Value {
    json!({"Effect": effect, "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS,
        "Condition": condition})
}

fn allow(condition: Value) -> Value {
    statement("Allow", condition)
}

fn deny(condition: Value) -> Value {
    statement("Deny", condition)
}

fn to(effect: &str, principal: Value, condition: Value) -> Value {
    let mut statement = statement(effect, condition);
    statement["Principal"] = principal;
    statement
}

/// The paths of a verdict as in [`conditions`].
pub fn cell(snapshot: &Value, trust: &Trust) -> String {
    let verdict = shown::published(snapshot, trust);
    let mut cell = String::new();
    for path in verdict["paths"].as_array().unwrap() {
        cell.push_str(match path["exposure"].as_str().unwrap() {
            "anonymous" => "A",
            "authenticated" => "U",
            "external" => "E",
            "trusted" => "T",
            other => panic!("{other}"),
        });
        if !path["unproved"].is_null() {
            cell.push('?');
        }
        for list in path["parties"].as_object().unwrap().values() {
            for one in list.as_array().unwrap() {
                let _ = write!(cell, "<{}>", one.as_str().unwrap());
            }
        }
    }
    if cell.is_empty() {
        cell.push('-');
    }
    let public = |field: &str, sign: &str| {
        if verdict[field] == true { sign.to_owned() } else { String::new() }
    };
    cell + " " + &public("policy_is_public", "P") + &public("policy_is_public_with_deny", "p")
}
