//! Resources and actions.

use std::fmt::Write as _;

use s3_guardrail::trust::Trust;
use serde_json::json;

use crate::shown;
use crate::tables::{BUCKET, OBJECTS, snapshot};

/// Patterns of resources, let in and kept out, by themselves and as all but they.
pub fn resources() -> String {
    let patterns = [
        json!("*"),
        json!("arn:aws:s3:::*"),
        json!(OBJECTS),
        json!(BUCKET),
        json!([BUCKET, OBJECTS]),
        json!("arn:aws:s3:::clinic-reports*"),
        json!("arn:aws:s3:::clinic-report?/public/*"),
        json!("arn:aws:s3:::*/private/*"),
        json!("arn:aws:s3:::clinic-reports/a?c*"),
        json!("arn:aws-cn:s3:::clinic-reports/*"),
        json!("arn:aws:s3:::c*c-r*s/a*b"),
        json!("arn:aws:s3:::*-reports/x"),
        json!("*reports/x?"),
        json!("arn:aws:s3:::clinic-repor?s"),
        json!("arn:*:*/*/*.html"),
        json!("arn:aws:s3:::other-bucket/*"),
        json!("arn:aws:s3:::clinic-reports/"),
        json!("arn:aws:s3:::clinic-reports/${aws:username}/*"),
        json!("arn:aws:s3:::${aws:PrincipalTag/bucket}/*"),
        json!([]),
    ];
    let mut table = String::new();
    for pattern in patterns {
        for element in ["Resource", "NotResource"] {
            let tested = |effect: &str| {
                json!({"Effect": effect, "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"],
                    element: pattern})
            };
            let all = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [BUCKET, OBJECTS]});
            let _ = writeln!(table, "{element} {pattern}");
            let mut elsewhere = tested("Allow");
            elsewhere["Action"] = json!("s3:GetObject");
            let in_public = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                "NotResource": "arn:aws:s3:::clinic-reports/public/*"});
            for policy in [
                json!([tested("Allow")]),
                json!([all, tested("Deny")]),
                json!([elsewhere, in_public]),
                json!([tested("Allow"), tested("Deny")]),
            ] {
                let verdict = shown::published(&snapshot(policy.clone()), &Trust::default());
                let _ =
                    writeln!(table, "  {}", policy.as_array().unwrap().last().unwrap()["Effect"]);
                for path in verdict["paths"].as_array().unwrap() {
                    let _ = writeln!(table, "  {}", shown::path(path));
                }
            }
        }
    }
    // a request in another partition says that one
    let china = "arn:aws-cn:s3:::clinic-reports/*";
    let mut state = snapshot(json!([{"Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": china}]));
    state["Region"] = "cn-north-1".into();
    let _ = writeln!(table, "cn-north-1 {china}\n{}", shown::verdict(&state, &Trust::default()));
    table
}

/// Patterns of actions, let in, and taken away.
pub fn actions() -> String {
    let patterns = [
        json!("*"),
        json!("s3:*"),
        json!("S3:getobject"),
        json!("s3:Get*"),
        json!("s3:?etObject"),
        json!("s3:GetObject*"),
        json!(["s3:GetObject", "s3:GetObject", "s3:ListBucket"]),
        json!("s3:GetObjct"),
        json!("s3:Unheard*"),
        json!("sns:Publish"),
        json!("s3:*Acl"),
        json!([]),
        json!(["s3:GetObject", "ec2:*"]),
    ];
    let mut table = String::new();
    for pattern in patterns {
        for element in ["Action", "NotAction"] {
            let tested = |effect: &str| json!({"Effect": effect, "Principal": "*", element: pattern, "Resource": [BUCKET, OBJECTS]});
            let named = json!({"Effect": "Allow", "Principal": "*", "Resource": [BUCKET, OBJECTS],
                "Action": ["s3:GetObject", "s3:ListBucket", "s3:PutObjectAcl", "s3:PutObjectTagging"]});
            for policy in [json!([tested("Allow")]), json!([named, tested("Deny")])] {
                let _ = writeln!(
                    table,
                    "{element} {pattern} {}",
                    policy.as_array().unwrap().last().unwrap()["Effect"]
                );
                let _ = writeln!(table, "{}", shown::verdict(&snapshot(policy), &Trust::default()));
            }
        }
    }
    table
}
