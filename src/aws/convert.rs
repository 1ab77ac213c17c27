//! From the SDK's types to ours. What AWS says in words that we do not know makes the part unknown;
//! it is never dropped.

use std::collections::BTreeMap;

use aws_sdk_s3::types as s3;
use aws_sdk_s3control::types as control;

use super::refusal::one_line;
use crate::acl::{Acl, Grant, Grantee, Permission};
use crate::bucket::{NetworkOrigin, Observed, Ownership, Settings};
use crate::iam::Document;

/// A bucket's or an object's ACL.
pub(super) fn acl(owner: Option<s3::Owner>, grants: Option<Vec<s3::Grant>>) -> Observed<Acl> {
    let grants = grants.unwrap_or_default().into_iter().map(grant).collect::<Result<_, _>>();
    match grants {
        Ok(grants) => Observed::Known(Acl { owner: owner.and_then(|owner| owner.id), grants }),
        Err(error) => Observed::Unknown(error),
    }
}

fn grant(grant: s3::Grant) -> Result<Grant, String> {
    let grantee = grant.grantee.ok_or("a grant names nobody")?;
    let permission = grant.permission.ok_or("a grant permits nothing")?;
    let known = Permission::from_name(permission.as_str());
    Ok(Grant {
        grantee: self::grantee(grantee)?,
        permission: known.ok_or_else(|| not_known("permission", permission.as_str()))?,
    })
}

fn grantee(grantee: s3::Grantee) -> Result<Grantee, String> {
    let without = |part: &str| format!("a grant has a grantee without {part}");
    match grantee.r#type.as_str() {
        "CanonicalUser" => grantee.id.map(Grantee::CanonicalUser).ok_or_else(|| without("id")),
        "AmazonCustomerByEmail" => {
            grantee.email_address.map(Grantee::Email).ok_or_else(|| without("address"))
        }
        "Group" => grantee.uri.map(|uri| Grantee::from_uri(&uri)).ok_or_else(|| without("group")),
        other => Err(not_known("grantee type", other)),
    }
}

/// Object Ownership. Controls without a rule are as none: ACLs are in force.
pub(super) fn ownership(controls: Option<&s3::OwnershipControls>) -> Observed<Ownership> {
    let rule = controls.and_then(|controls| controls.rules.first());
    let Some(rule) = rule else { return Observed::Known(Ownership::ObjectWriter) };
    match rule.object_ownership.as_str() {
        "BucketOwnerEnforced" => Observed::Known(Ownership::BucketOwnerEnforced),
        "BucketOwnerPreferred" => Observed::Known(Ownership::BucketOwnerPreferred),
        "ObjectWriter" => Observed::Known(Ownership::ObjectWriter),
        other => Observed::Unknown(not_known("object ownership", other)),
    }
}

/// A policy, by its text.
pub(super) fn policy(text: Option<&str>) -> Observed<Option<Document>> {
    match text.map(Document::parse) {
        None => Observed::Known(None),
        Some(Ok(document)) => Observed::Known(Some(document)),
        Some(Err(error)) => {
            Observed::Unknown(format!("does not parse: {}", one_line(&error.to_string())))
        }
    }
}

/// A bucket's settings; a member that is missing is off.
pub(super) fn bucket_settings(block: Option<&s3::PublicAccessBlockConfiguration>) -> Settings {
    block.map_or_else(Settings::default, |block| Settings {
        block_public_acls: block.block_public_acls.unwrap_or(false),
        ignore_public_acls: block.ignore_public_acls.unwrap_or(false),
        block_public_policy: block.block_public_policy.unwrap_or(false),
        restrict_public_buckets: block.restrict_public_buckets.unwrap_or(false),
    })
}

/// The same of an account or an access point.
pub(super) fn control_settings(
    block: Option<&control::PublicAccessBlockConfiguration>,
) -> Settings {
    block.map_or_else(Settings::default, |block| Settings {
        block_public_acls: block.block_public_acls.unwrap_or(false),
        ignore_public_acls: block.ignore_public_acls.unwrap_or(false),
        block_public_policy: block.block_public_policy.unwrap_or(false),
        restrict_public_buckets: block.restrict_public_buckets.unwrap_or(false),
    })
}

/// A bucket's tags.
pub(super) fn tags(tags: Vec<s3::Tag>) -> BTreeMap<String, String> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

/// Where an access point takes requests from; an origin that we do not know counts as anywhere.
pub(super) fn origin(point: &control::AccessPoint) -> NetworkOrigin {
    match point.network_origin.as_str() {
        "VPC" => NetworkOrigin::Vpc(point.vpc_configuration.as_ref().map(|vpc| vpc.vpc_id.clone())),
        _ => NetworkOrigin::Internet,
    }
}

fn not_known(what: &str, name: &str) -> String {
    format!("{what} `{}` is not known to this version", one_line(name))
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::types as s3;
    use aws_sdk_s3control::types as control;

    use super::{acl, control_settings, origin, ownership, policy};
    use crate::acl::{Grantee, Permission};
    use crate::bucket::{NetworkOrigin, Observed, Ownership, Settings};

    fn grant(kind: &str, permission: &str) -> s3::Grant {
        let grantee = s3::Grantee::builder()
            .r#type(kind.into())
            .id("79a5")
            .uri("http://acs.amazonaws.com/groups/global/AllUsers")
            .email_address("a@example.com")
            .build()
            .unwrap();
        s3::Grant::builder().grantee(grantee).permission(permission.into()).build()
    }

    #[test]
    fn every_grant_arrives() {
        let grants = vec![
            grant("Group", "READ"),
            grant("CanonicalUser", "FULL_CONTROL"),
            grant("AmazonCustomerByEmail", "WRITE_ACP"),
        ];
        let owner = s3::Owner::builder().id("79a5").build();
        let Observed::Known(acl) = acl(Some(owner), Some(grants)) else { panic!("not known") };
        assert_eq!(acl.owner.as_deref(), Some("79a5"));
        let grantees: Vec<_> = acl.grants.iter().map(|grant| grant.grantee.clone()).collect();
        let user = Grantee::CanonicalUser("79a5".to_owned());
        assert_eq!(grantees, [Grantee::AllUsers, user, Grantee::Email("a@example.com".to_owned())]);
        assert_eq!(acl.grants[2].permission, Permission::WriteAcp);
    }

    #[test]
    fn a_word_that_is_not_known_makes_the_list_unknown() {
        for (odd, word) in [
            (grant("Galaxy", "READ"), "Galaxy"),
            (grant("Group", "TELEPORT"), "TELEPORT"),
            (s3::Grant::builder().build(), "nobody"),
        ] {
            let seen = acl(None, Some(vec![grant("Group", "READ"), odd]));
            assert!(seen.error().is_some_and(|error| error.contains(word)), "{seen:?}");
        }
        let controls = |name: &str| {
            let rule = s3::OwnershipControlsRule::builder().object_ownership(name.into());
            s3::OwnershipControls::builder().rules(rule.build().unwrap()).build().unwrap()
        };
        assert!(ownership(Some(&controls("Everyone"))).error().is_some());
        let enforced = ownership(Some(&controls("BucketOwnerEnforced")));
        assert_eq!(enforced, Observed::Known(Ownership::BucketOwnerEnforced));
        assert_eq!(ownership(None), Observed::Known(Ownership::ObjectWriter));
    }

    #[test]
    fn a_policy_that_does_not_parse_is_unknown_and_none_is_none() {
        assert_eq!(policy(None), Observed::Known(None));
        let error = policy(Some("{\"Version\": ")).error().unwrap().to_owned();
        assert!(error.starts_with("does not parse: "), "{error}");
    }

    #[test]
    fn a_missing_member_is_off_and_an_unknown_origin_is_anywhere() {
        let block = control::PublicAccessBlockConfiguration::builder().ignore_public_acls(true);
        let expected = Settings { ignore_public_acls: true, ..Settings::default() };
        assert_eq!(control_settings(Some(&block.build())), expected);
        let point = |name: &str| {
            control::AccessPoint::builder()
                .name("a")
                .bucket("b")
                .network_origin(name.into())
                .build()
                .unwrap()
        };
        assert_eq!(origin(&point("VPC")), NetworkOrigin::Vpc(None));
        assert_eq!(origin(&point("Moon")), NetworkOrigin::Internet);
    }
}
