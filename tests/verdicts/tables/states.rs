//! What settings close, and what is said where a part could not be read.

use std::fmt::Write as _;

use s3_guardrail::trust::Trust;
use serde_json::{Value, json};

use crate::shown;
use crate::tables::{BUCKET, OBJECTS, statement};

/// What is said where a part could not be read, of a bucket that is open, and of one that is not.
pub fn unreadable() -> String {
    let parts = [
        "Acl",
        "OwnershipControls",
        "Policy",
        "PublicAccessBlockConfiguration",
        "AccountPublicAccessBlockConfiguration",
        "AccessPoints",
        "ObjectAcls",
        "Tags",
        "WebsiteConfiguration",
        "PolicyStatus",
        "SomethingElse",
    ];
    let grants = json!({"Owner": {"ID": "ace"}, "Grants": [
        {"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}]});
    let mut table = String::new();
    for (of, policy, acl) in [
        ("nothing", None, None),
        ("a policy", Some(json!([statement("Allow", json!({}))])), None),
        ("an ACL", None, Some(grants)),
    ] {
        for ownership in ["BucketOwnerEnforced", "ObjectWriter"] {
            for on in [false, true] {
                for part in parts {
                    let mut state = json!({"Bucket": "clinic-reports", "Account": "111122223333",
                        "OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]},
                        "Unreadable": {part: "AccessDenied"}});
                    if let Some(policy) = &policy {
                        state["Policy"] = json!({"Version": "2012-10-17", "Statement": policy});
                    }
                    if let Some(acl) = &acl {
                        state["Acl"] = acl.clone();
                    }
                    if on {
                        state["PublicAccessBlockConfiguration"] =
                            json!({"IgnorePublicAcls": true, "RestrictPublicBuckets": true});
                    }
                    if let Value::Object(parts) = &mut state {
                        parts.remove(part);
                    }
                    let verdict = shown::published(&state, &Trust::default());
                    let at_least = &verdict["exposure_at_least"];
                    let _ = writeln!(
                        table,
                        "{of}, {ownership}, settings {on}, without {part}: {} (at least {at_least}) public {} policy {} acl {}",
                        verdict["exposure"],
                        verdict["public"],
                        verdict["policy_is_public"],
                        verdict["acl_is_public"]
                    );
                    for warning in verdict["warnings"].as_array().unwrap() {
                        let _ = writeln!(table, "  ! {}", warning.as_str().unwrap());
                    }
                }
            }
        }
    }
    table
}

/// What each setting, at each place, closes of a bucket with every kind of way in.
pub fn settings() -> String {
    let uri = |group: &str| format!("http://acs.amazonaws.com/groups/{group}");
    let grant =
        |grantee: Value, permission: &str| json!({"Grantee": grantee, "Permission": permission});
    let acl = json!([
        grant(json!({"Type": "Group", "URI": uri("global/AllUsers")}), "READ"),
        grant(json!({"Type": "Group", "URI": uri("global/AuthenticatedUsers")}), "WRITE_ACP"),
        grant(json!({"Type": "Group", "URI": uri("s3/LogDelivery")}), "WRITE"),
        grant(json!({"Type": "Group", "URI": uri("global/Unheard")}), "READ_ACP"),
        grant(json!({"Type": "CanonicalUser", "ID": "facade"}), "FULL_CONTROL"),
        grant(json!({"Type": "CanonicalUser", "ID": "ace"}), "FULL_CONTROL"),
        grant(json!({"Type": "AmazonCustomerByEmail", "EmailAddress": "a@example.com"}), "READ"),
    ]);
    let point = |name: &str, origin: Value, settings: Value| {
        let arn = format!("arn:aws:s3:eu-west-1:111122223333:accesspoint/{name}");
        let mut point = json!({"Name": name, "PublicAccessBlockConfiguration": settings,
            "Policy": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [arn.clone(), format!("{arn}/object/*")]},
                {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com", "AWS": "444455556666"},
                 "Action": "s3:GetObject", "Resource": format!("{arn}/object/*")},
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("{arn}/object/a"),
                 "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1a2b3c4d"}}},
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("{arn}/object/b"),
                 "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-elsewhere"}}}]}});
        for (key, value) in origin.as_object().unwrap() {
            point[key] = value.clone();
        }
        point
    };
    let internet = || json!({"NetworkOrigin": "Internet"});
    let vpc = json!({"NetworkOrigin": "VPC", "VpcConfiguration": {"VpcId": "vpc-1a2b3c4d"}});
    let restrict = || json!({"RestrictPublicBuckets": true});
    let delegated = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [BUCKET, OBJECTS],
        "Condition": {"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}}});
    let mut named = statement("Allow", json!({}));
    named["Principal"] = json!({"AWS": "444455556666", "Service": "cloudtrail.amazonaws.com"});
    let plain_http = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [BUCKET, OBJECTS],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let but_the_owner = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [BUCKET, OBJECTS],
        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": ["111122223333", "444455556666"]}}});
    let policies = [
        ("public", json!([statement("Allow", json!({})), named, delegated])),
        ("named", json!([named, delegated])),
        (
            "public but denied",
            json!([statement("Allow", json!({})), named, plain_http, but_the_owner]),
        ),
        ("public over TLS", json!([statement("Allow", json!({})), named, plain_http])),
        (
            "public if signed",
            json!([statement("Allow", json!({})), named, {
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": OBJECTS,
            "Condition": {"Null": {"aws:PrincipalArn": "true"}}}]),
        ),
        (
            "public if at all",
            json!([statement("Allow", json!({"NoSuchOperator": {"aws:UserAgent": "x"}})), named]),
        ),
    ];
    let mut table = String::new();
    for (of, policy) in policies {
        for (place, settings) in [
            ("nowhere", json!({})),
            ("bucket", json!({"PublicAccessBlockConfiguration": restrict()})),
            (
                "account",
                json!({"AccountPublicAccessBlockConfiguration": {"IgnorePublicAcls": true, "RestrictPublicBuckets": true}}),
            ),
            ("bucket ACLs", json!({"PublicAccessBlockConfiguration": {"IgnorePublicAcls": true}})),
            (
                "only for later",
                json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "BlockPublicPolicy": true}}),
            ),
            (
                "ownership",
                json!({"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}),
            ),
            (
                "preferred",
                json!({"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}}),
            ),
        ] {
            let mut state = json!({"Bucket": "clinic-reports", "Account": "111122223333", "Region": "eu-west-1",
                "Acl": {"Owner": {"ID": "ace"}, "Grants": acl},
                "ObjectAcls": [{"Key": "report", "Owner": {"ID": "ace"}, "Grants": acl},
                    {"Key": "theirs", "Owner": {"ID": "facade"}, "Grants": [acl[4]]}],
                "Policy": {"Version": "2012-10-17", "Statement": policy},
                "AccessPoints": [point("open", internet(), json!({})), point("shut", internet(), restrict()),
                    point("inner", vpc.clone(), json!({}))]});
            for (key, value) in settings.as_object().unwrap() {
                state[key] = value.clone();
            }
            let _ = writeln!(table, "{of}, {place}\n{}", shown::verdict(&state, &Trust::default()));
        }
    }
    table
}
