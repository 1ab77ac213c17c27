//! Resource names of S3 as events give them, taken apart.

/// An ARN in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arn<'a> {
    /// The service, `s3`.
    pub(super) service: &'a str,
    /// The Region; empty in the ARN of a bucket.
    pub(super) region: &'a str,
    /// The account; empty in the ARN of a bucket.
    pub(super) account: &'a str,
    /// All that follows.
    pub(super) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// `None` unless `text` has the six parts of an ARN.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let is_arn = parts.next() == Some("arn") && parts.next()?.starts_with("aws");
        let arn = Self {
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        };
        is_arn.then_some(arn)
    }

    /// The name of the bucket, also in the ARN of an object.
    pub(super) fn bucket(&self) -> Option<&'a str> {
        let is_bucket = self.service == "s3" && self.region.is_empty() && self.account.is_empty();
        is_bucket.then(|| self.resource.split_once('/').map_or(self.resource, |(name, _)| name))
    }

    /// The key of the object.
    pub(super) fn key(&self) -> Option<&'a str> {
        self.bucket()?;
        self.resource.split_once('/').map(|(_, key)| key)
    }

    /// The name of the access point.
    pub(super) fn access_point(&self) -> Option<&'a str> {
        let name = self.resource.strip_prefix("accesspoint").filter(|_| self.service == "s3")?;
        let name = name.strip_prefix(['/', ':'])?;
        Some(name.split_once('/').map_or(name, |(name, _)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::Arn;

    #[test]
    fn buckets_objects_and_access_points_are_told_apart() {
        let bucket = Arn::parse("arn:aws-cn:s3:::clinic-reports").unwrap();
        assert_eq!(bucket.bucket(), Some("clinic-reports"));
        assert_eq!((bucket.key(), bucket.access_point()), (None, None));

        let object = Arn::parse("arn:aws:s3:::clinic-reports/a/b:c.csv").unwrap();
        assert_eq!(object.bucket(), Some("clinic-reports"));
        assert_eq!(object.key(), Some("a/b:c.csv"));

        let point = Arn::parse("arn:aws:s3:eu-west-1:111122223333:accesspoint/lab/object/x");
        assert_eq!(point.unwrap().access_point(), Some("lab"));
        assert_eq!(point.unwrap().bucket(), None);
    }

    #[test]
    fn other_arns_name_no_bucket() {
        for text in [
            "arn:aws:s3-outposts:eu-west-1:111122223333:outpost/op-1/bucket/lab",
            "arn:aws:s3tables:eu-west-1:111122223333:bucket/lab",
            "arn:aws:iam::111122223333:role/Developer",
        ] {
            let arn = Arn::parse(text).unwrap();
            assert_eq!((arn.bucket(), arn.key(), arn.access_point()), (None, None, None), "{text}");
        }
        for text in ["", "clinic-reports", "arn:aws:s3", "arn:evil:s3:::clinic-reports"] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }
}
