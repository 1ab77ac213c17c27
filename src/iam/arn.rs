//! ARNs as the policy language sees them: six parts between colons, the last with colons of its
//! own.

use std::borrow::Cow;

use crate::iam::pattern::{is_literal, matches};
use crate::name::AccountId;

/// The six parts of an ARN, or of a pattern for ARNs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'t> {
    /// `arn`, partition, service, Region, account, resource.
    parts: [&'t str; 6],
}

impl<'t> Arn<'t> {
    /// `None` where `text` has fewer than six parts.
    #[must_use]
    pub fn split(text: &'t str) -> Option<Self> {
        let mut parts = [""; 6];
        let mut rest = text.splitn(6, ':');
        for part in &mut parts {
            *part = rest.next()?;
        }
        Some(Self { parts })
    }

    /// The service.
    #[must_use]
    pub fn service(self) -> &'t str {
        let [_, _, service, _, _, _] = self.parts;
        service
    }

    /// The Region, empty in the ARN of a bucket.
    #[must_use]
    pub fn region(self) -> &'t str {
        let [_, _, _, region, _, _] = self.parts;
        region
    }

    /// The account, empty in the ARN of a bucket.
    #[must_use]
    pub fn account(self) -> &'t str {
        let [_, _, _, _, account, _] = self.parts;
        account
    }

    /// The resource.
    #[must_use]
    pub fn resource(self) -> &'t str {
        let [_, _, _, _, _, resource] = self.parts;
        resource
    }

    /// Whether this pattern matches `arn`, each part by itself, as `ArnLike` and `ArnEquals` do.
    #[must_use]
    pub fn matches(self, arn: Arn<'_>) -> bool {
        self.parts.iter().zip(arn.parts).all(|(own, other)| matches(own, other))
    }
}

/// The account that an ARN pattern is bound to, when no wildcard stands where it could reach across
/// the account part. With `by_part` the parts are matched one by one (`ArnLike`); else a `*` in any
/// part before crosses colons (`StringLike`), and binds nothing.
#[must_use]
pub fn bound_account(pattern: &str, by_part: bool) -> Option<AccountId> {
    let arn = Arn::split(pattern)?;
    let [_, _, _, _, account, _] = arn.parts;
    let account = AccountId::of(account)?;
    let is_crossed = !by_part && !arn.parts.iter().take(4).all(|part| is_literal(part));
    (!is_crossed).then_some(account)
}

/// ARNs of every partition as those of `aws`: a bucket lies in one, and its policy names no other.
#[must_use]
pub fn any_partition(text: &str) -> Cow<'_, str> {
    let rest = text.strip_prefix("arn:aws-").and_then(|rest| rest.split_once(':'));
    match rest {
        Some((_, rest)) if rest.starts_with("s3:") => format!("arn:aws:{rest}").into(),
        Some(_) | None => text.into(),
    }
}

/// An ARN of the partition `aws` as one of `partition`.
#[must_use]
pub fn in_partition(arn: &str, partition: &str) -> String {
    match arn.strip_prefix("arn:aws:") {
        Some(rest) => ["arn:", partition, ":", rest].concat(),
        None => arn.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Arn, any_partition, bound_account};

    #[test]
    fn parts_are_matched_one_by_one() {
        let matches = |pattern, arn| Arn::split(pattern).unwrap().matches(Arn::split(arn).unwrap());
        assert!(matches("arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:role/path/App"));
        assert!(!matches("arn:*:111122223333:*:*:*", "arn:aws:iam::111122223333:role/App"));
        assert_eq!(Arn::split("arn:aws:iam::*"), None);
        assert_eq!(Arn::split("arn:aws:sns:r:a:b:c:d").unwrap().resource(), "b:c:d");
    }

    #[test]
    fn of_every_partition_those_of_s3_alone_are_taken_as_one() {
        assert_eq!(
            any_partition("arn:aws-cn:s3:::clinic-reports/*"),
            "arn:aws:s3:::clinic-reports/*"
        );
        for other in ["arn:aws-cn:sns:eu-west-1:s3:x", "arn:aws-cn", "arn:aws:s3:::b", "*"] {
            assert_eq!(any_partition(other), other);
        }
    }

    #[test]
    fn a_star_that_crosses_colons_binds_nothing() {
        let bound = |pattern, by_part| bound_account(pattern, by_part).map(|a| a.to_string());
        let crossing = "arn:*:iam::111122223333:role/*";
        assert_eq!(bound(crossing, true).as_deref(), Some("111122223333"));
        assert_eq!(bound(crossing, false), None);
        assert_eq!(
            bound("arn:aws:iam::111122223333:role/*", false).as_deref(),
            Some("111122223333")
        );
        assert_eq!(bound("arn:aws:s3:::clinic-reports", true), None);
    }
}
