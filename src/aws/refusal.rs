//! What a call that failed said: which code, whether it means that nothing is there, that we may
//! not look, that the bucket is in another Region, or that it is worth another try.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::bucket::Region;
use crate::ports::Failure;

/// Characters of a message that are kept.
const MESSAGE_LIMIT: usize = 300;

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The service's error code; where there was no answer, what kept it away.
    pub(super) code: String,
    /// One line, bounded.
    message: String,
    /// The HTTP status, where there was an answer.
    status: Option<u16>,
    /// The Region in which S3 says that the bucket is.
    region: Option<Region>,
}

impl Refusal {
    /// Whether the code is `code`.
    pub(super) fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// Whether we may not look. S3 says the same where `ExpectedBucketOwner` is not the owner.
    pub(super) fn denied(&self) -> bool {
        self.is("AccessDenied")
    }

    /// Whether the call does not exist there: an S3 that is not Amazon's.
    pub(super) fn unsupported(&self) -> bool {
        self.status == Some(501) || self.is("NotImplemented") || self.is("MethodNotAllowed")
    }

    /// Whether it says nothing of the bucket, and may say another thing later: no answer, a fault
    /// of the service, or too many calls.
    pub(super) fn transient(&self) -> bool {
        let slow_down =
            ["SlowDown", "Throttling", "ThrottlingException", "RequestTimeout"].map(|c| self.is(c));
        self.status.is_none_or(|status| status >= 500) || slow_down.contains(&true)
    }

    /// The Region to ask instead, where S3 says that the bucket is not in the one that was asked.
    pub(super) fn elsewhere(&self) -> Option<&Region> {
        let redirects = [
            "PermanentRedirect",
            "MovedPermanently",
            "AuthorizationHeaderMalformed",
            "IllegalLocationConstraint",
            "IllegalLocationConstraintException",
        ];
        let redirected =
            self.status == Some(301) || redirects.iter().any(|redirect| self.is(redirect));
        self.region.as_ref().filter(|_| redirected)
    }

    /// The same as a failure, with what to do.
    pub(super) fn into_failure(self, what_to_do: &str) -> Failure {
        let message = if what_to_do.is_empty() {
            self.message
        } else {
            format!("{}; {what_to_do}", self.message)
        };
        Failure { code: self.code, message }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Refusal
where
    E: ProvideErrorMetadata + Error + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let raw = error.raw_response();
        let status = raw.map(|raw| raw.status().as_u16());
        let without_code = || match (&error, status) {
            (SdkError::ConstructionFailure(_), _) => "RequestNotMade".to_owned(),
            (SdkError::TimeoutError(_), _) => "TimedOut".to_owned(),
            (SdkError::DispatchFailure(_), _) => "NotReached".to_owned(),
            (_, Some(status)) => format!("Http{status}"),
            (_, None) => "AnswerNotUnderstood".to_owned(),
        };
        let header = raw.and_then(|raw| raw.headers().get("x-amz-bucket-region"));
        let body = raw.and_then(|raw| raw.body().bytes()).map(String::from_utf8_lossy);
        let body = body.as_deref().unwrap_or_default();
        let message = match error.message().or_else(|| element(body, "Message")) {
            Some(message) => one_line(message),
            None => one_line(&chain(&error)),
        };
        let region = header.and_then(|name| Region::parse(name).ok());
        let code = error.code().or_else(|| element(body, "Code"));
        Self {
            code: code.map_or_else(without_code, one_line),
            region: region.or_else(|| region_in(&message)),
            message,
            status,
        }
    }
}

/// The text of an XML element: some that are not Amazon's put S3 Control's errors into another root
/// than the SDK looks for.
fn element<'b>(body: &'b str, name: &str) -> Option<&'b str> {
    let (_, rest) = body.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text)
}

/// What `error` says, and what each error behind it says.
fn chain(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        said = format!("{said}: {error}");
        source = error.source();
    }
    said
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { code: failure.code, message: failure.message, status: None, region: None }
    }
}

/// The last Region that `message` names: S3 says `expecting 'eu-west-1'`, or `The af-south-1
/// location constraint is incompatible`.
fn region_in(message: &str) -> Option<Region> {
    message
        .split(|character: char| !character.is_ascii_alphanumeric() && character != '-')
        .filter_map(|word| Region::parse(word).ok())
        .next_back()
}

/// `text` on one line, at most [`MESSAGE_LIMIT`] characters.
pub(super) fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown: String =
        line.chars().filter(|character| !character.is_control()).take(MESSAGE_LIMIT).collect();
    if line.chars().count() > MESSAGE_LIMIT {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
pub(super) mod tests {
    use aws_sdk_s3::operation::get_bucket_acl::GetBucketAclError;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_runtime_api::client::result::SdkError;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::{MESSAGE_LIMIT, Refusal, one_line};

    /// What a call is refused with.
    pub(in crate::aws) fn answered(
        status: u16,
        code: &str,
        message: &str,
        region: Option<&str>,
    ) -> Refusal {
        let mut raw = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        if let Some(region) = region {
            raw.headers_mut().insert("x-amz-bucket-region", region.to_owned());
        }
        let error = ErrorMetadata::builder().code(code).message(message).build();
        SdkError::service_error(GetBucketAclError::generic(error), raw).into()
    }

    #[test]
    fn a_refusal_says_its_code_and_its_message() {
        let refusal = answered(403, "AccessDenied", "User: x is not\nauthorized", None);
        assert_eq!(refusal.to_string(), "AccessDenied: User: x is not authorized");
        assert!(refusal.denied() && !refusal.transient() && refusal.elsewhere().is_none());
    }

    #[test]
    fn a_code_in_another_root_is_found() {
        let body = "<?xml version=\"1.0\"?><Error><Code>NoSuchPublicAccessBlockConfiguration</Code>\
                    <Message>none</Message></Error>";
        let raw = HttpResponse::new(404.try_into().unwrap(), SdkBody::from(body));
        let error = GetBucketAclError::unhandled("expected ErrorResponse as root");
        let refusal = Refusal::from(SdkError::service_error(error, raw));
        assert_eq!(refusal.to_string(), "NoSuchPublicAccessBlockConfiguration: none");
    }

    #[test]
    fn the_region_of_a_redirect_is_found_in_header_or_message() {
        let region = |refusal: &Refusal| refusal.elsewhere().map(ToString::to_string);
        let moved = answered(301, "PermanentRedirect", "use the endpoint", Some("eu-west-1"));
        assert_eq!(region(&moved).as_deref(), Some("eu-west-1"));
        let message = "The authorization header is malformed; the region 'us-east-1' is wrong; \
                       expecting 'eu-central-1'";
        let malformed = answered(400, "AuthorizationHeaderMalformed", message, None);
        assert_eq!(region(&malformed).as_deref(), Some("eu-central-1"));
        let message = "The af-south-1 location constraint is incompatible for the region specific \
                       endpoint this request was sent to.";
        let illegal = answered(400, "IllegalLocationConstraintException", message, None);
        assert_eq!(region(&illegal).as_deref(), Some("af-south-1"));
        // S3 names the bucket's Region in other answers as well
        assert_eq!(region(&answered(403, "AccessDenied", "no", Some("eu-west-1"))), None);
        assert_eq!(region(&answered(301, "PermanentRedirect", "no", Some("evil.example/"))), None);
    }

    #[test]
    fn what_may_pass_is_told_from_what_will_not() {
        assert!(answered(503, "SlowDown", "please", None).transient());
        assert!(answered(500, "InternalError", "oops", None).transient());
        assert!(!answered(404, "NoSuchBucket", "none", None).transient());
        let nowhere = SdkError::<GetBucketAclError, HttpResponse>::timeout_error("late");
        let nowhere = Refusal::from(nowhere);
        assert!(nowhere.transient() && nowhere.is("TimedOut"));
        assert!(answered(501, "NotImplemented", "no", None).unsupported());
        assert!(answered(405, "MethodNotAllowed", "no", None).unsupported());
    }

    #[test]
    fn a_message_is_bounded_and_cannot_break_a_line() {
        let long = one_line(&"ä\r\n\u{1b}[31m".repeat(500));
        assert_eq!(long.chars().count(), MESSAGE_LIMIT + 1);
        assert!(!long.contains(['\r', '\n', '\u{1b}']));
    }
}
