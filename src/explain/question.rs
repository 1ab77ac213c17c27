//! What is asked: one request, from a person's words or from a path's witness.

use time::OffsetDateTime;

use crate::bucket::{AccessPoint, BucketState};
use crate::escape::shown;
use crate::explain::context;
use crate::exposure::{Via, Witness};
use crate::iam::{Action, Arn, Glob, On, Requester};
use crate::name::AccountId;

/// The key that is asked for where nobody says which.
const ANY_KEY: &str = "x";

/// Names that are offered in place of one that is not known.
const OFFERED: usize = 3;

/// One request to a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who asks.
    pub requester: Requester,
    /// For what.
    pub action: Action,
    /// Of what, by the ARN of the bucket or access point that is asked.
    pub resource: String,
    /// The object's key; `None`: the bucket itself is asked for.
    pub key: Option<String>,
    /// The access point that the request goes through, by name.
    pub access_point: Option<String>,
    /// The condition keys that the request carries.
    pub context: Vec<Carried>,
}

/// A condition key that a request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The key, as AWS or the person asking writes it.
    pub key: String,
    /// Its values.
    pub values: Vec<String>,
    /// Whether nobody gave it: such requests carry it, and this value is a likely one.
    pub assumed: bool,
}

/// A question in a person's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words<'a> {
    /// `anonymous`, an account id, an ARN, `canonical:ID` or `service:NAME`.
    pub principal: &'a str,
    /// `s3:GetObject`.
    pub action: &'a str,
    /// An ARN; absent: the bucket, or an object `x` in it, as the action needs.
    pub resource: Option<&'a str>,
    /// An access point's name.
    pub access_point: Option<&'a str>,
    /// `KEY=VALUE`, each; a key that comes again has one value more.
    pub context: &'a [String],
}

/// A question that cannot be answered: what is wrong with it and what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// The principal.
    #[error(
        "principal `{0}`: expected `anonymous`, an account id of 12 digits, the ARN of a user, \
         role or session, `canonical:ID` or `service:NAME.amazonaws.com`"
    )]
    Principal(String),
    /// The action.
    #[error("action `{0}` is not known for buckets and objects{1}")]
    Action(String, String),
    /// The resource.
    #[error("resource `{0}`: {1}")]
    Resource(String, String),
    /// The access point.
    #[error("access point `{0}`: {1}")]
    AccessPoint(String, String),
    /// The context.
    #[error("context `{0}`: expected `KEY=VALUE`, such as `aws:SourceIp=203.0.113.7`")]
    Context(String),
}

impl Question {
    /// Reads a question about the bucket of `state`, asked at `now`.
    ///
    /// # Errors
    ///
    /// [`QuestionError`] for words that mean no request to this bucket.
    pub fn read(
        words: &Words<'_>,
        state: &BucketState,
        now: OffsetDateTime,
    ) -> Result<Self, QuestionError> {
        let requester = requester(words.principal)?;
        let action = action(words.action)?;
        let target = words.resource.map(|resource| own_target(resource, state)).transpose()?;
        let point = chosen_point(words.access_point, target.as_ref(), state)?;
        let key = match (&target, action.on()) {
            (None, On::Bucket) => None,
            (None, On::Object) => Some(ANY_KEY.to_owned()),
            (Some(target), on) => fitting_key(target, action, on, words.resource)?,
        };
        let resource = resource(state, point, key.as_deref());
        let given = given(words.context)?;
        let context = context::filled(given, &requester, state, point, now);
        let access_point = point.map(|point| point.name.clone());
        Ok(Self { requester, action, resource, key, access_point, context })
    }

    /// The request of a path's witness, with what it carries and nothing beside.
    #[must_use]
    pub fn of_witness(witness: &Witness, via: &Via) -> Self {
        let requester = witness.principal.clone();
        let (key, access_point) = match via {
            Via::AccessPoint { name, .. } => {
                (Target::of(&witness.resource).and_then(|target| target.key), Some(name.clone()))
            }
            Via::ObjectAcl { key, .. } => (Some(key.clone()), None),
            Via::Policy { .. } | Via::Acl { .. } => {
                (Target::of(&witness.resource).and_then(|target| target.key), None)
            }
        };
        let carried = |(key, values): (&String, &Vec<String>)| Carried {
            key: key.clone(),
            values: values.clone(),
            assumed: false,
        };
        Self {
            requester,
            action: witness.action,
            resource: witness.resource.clone(),
            key,
            access_point,
            context: witness.context.iter().map(carried).collect(),
        }
    }

    /// What the request carries for `key`, capitals not counting.
    #[must_use]
    pub fn carried(&self, key: &str) -> Option<&Carried> {
        self.context.iter().find(|carried| carried.key.eq_ignore_ascii_case(key))
    }

    /// Whether a principal of the bucket's own account asks.
    #[must_use]
    pub fn is_by_owner(&self, owner: &AccountId) -> bool {
        matches!(&self.requester, Requester::Identity { account, .. } if account == owner)
    }
}

/// What an ARN of S3 names.
struct Target {
    /// Bucket, or access point with its account.
    place: Place,
    /// The object's key.
    key: Option<String>,
}

enum Place {
    Bucket(String),
    AccessPoint { account: String, name: String },
}

impl Target {
    fn of(arn: &str) -> Option<Self> {
        let parts = Arn::split(arn).filter(|parts| parts.service() == "s3")?;
        let (name, key) = match parts.resource().strip_prefix("accesspoint/") {
            Some(point) => match point.split_once("/object/") {
                Some((name, key)) => (name, Some(key)),
                None => (point, None),
            },
            None => match parts.resource().split_once('/') {
                Some((bucket, key)) => (bucket, Some(key)),
                None => (parts.resource(), None),
            },
        };
        let place = if parts.resource().starts_with("accesspoint/") {
            Place::AccessPoint { account: parts.account().to_owned(), name: name.to_owned() }
        } else {
            Place::Bucket(name.to_owned())
        };
        Some(Self { place, key: key.map(str::to_owned) })
    }
}

fn requester(text: &str) -> Result<Requester, QuestionError> {
    let refused = || QuestionError::Principal(shown(text));
    if text == "anonymous" {
        return Ok(Requester::Anonymous);
    }
    if let Ok(account) = AccountId::parse(text) {
        let arn = format!("arn:aws:iam::{account}:root");
        return Ok(Requester::Identity { account, arn });
    }
    match text.split_once(':') {
        Some(("canonical", id)) if !id.is_empty() => Ok(Requester::CanonicalUser(id.to_owned())),
        Some(("service", name)) if name.contains('.') => Ok(Requester::Service(name.to_owned())),
        Some(("arn", _)) if Glob::new(text).is_literal() => {
            let arn = Arn::split(text).ok_or_else(refused)?;
            let account = AccountId::parse(arn.account()).map_err(|_| refused())?;
            let of_a_principal = ["iam", "sts"].contains(&arn.service());
            if of_a_principal && !arn.resource().is_empty() {
                Ok(Requester::Identity { account, arn: text.to_owned() })
            } else {
                Err(refused())
            }
        }
        Some(_) | None => Err(refused()),
    }
}

fn action(text: &str) -> Result<Action, QuestionError> {
    let with_service = format!("s3:{text}");
    Action::from_name(text).or_else(|| Action::from_name(&with_service)).ok_or_else(|| {
        let asked = text.to_ascii_lowercase();
        let asked = asked.strip_prefix("s3:").unwrap_or(&asked);
        let likeness = |action: &Action| {
            let name = action.name().to_ascii_lowercase();
            strsim::jaro_winkler(name.strip_prefix("s3:").unwrap_or(&name), asked)
        };
        let mut near: Vec<(f64, Action)> = Action::all()
            .map(|action| (likeness(&action), action))
            .filter(|(likeness, _)| *likeness > 0.85)
            .collect();
        near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let near: Vec<String> =
            near.iter().take(OFFERED).map(|(_, action)| format!("`{action}`")).collect();
        let hint = match near.as_slice() {
            [] => ", expected one such as `s3:GetObject`".to_owned(),
            near => format!(", did you mean {}?", near.join(", ")),
        };
        QuestionError::Action(shown(text), hint)
    })
}

/// What `resource` names, where that is the bucket of `state` or one of its access points.
fn own_target(resource: &str, state: &BucketState) -> Result<Target, QuestionError> {
    let refused = |reason: String| QuestionError::Resource(shown(resource), reason);
    let bucket = state.bucket.as_str();
    let expected = format!("expected `arn:aws:s3:::{bucket}` or `arn:aws:s3:::{bucket}/KEY`");
    let target = Target::of(resource).ok_or_else(|| refused(expected.clone()))?;
    match &target.place {
        Place::Bucket(name) if name == bucket => {}
        Place::Bucket(_) => {
            return Err(refused(format!("is not in bucket `{bucket}`; {expected}")));
        }
        Place::AccessPoint { account, name } => {
            let known = state.access_points.known().into_iter().flatten();
            let known = known.filter(|point| point.name == *name).any(|point| {
                point.account.as_ref().unwrap_or(&state.account).as_str() == account.as_str()
            });
            if !known {
                return Err(refused(format!("no such access point here: {}", points(state))));
            }
        }
    }
    if target.key.as_deref() == Some("") {
        return Err(refused("the key is empty, write one after the `/`".to_owned()));
    }
    Ok(target)
}

/// The access point that is named, by itself or in the resource.
fn chosen_point<'s>(
    named: Option<&str>,
    target: Option<&Target>,
    state: &'s BucketState,
) -> Result<Option<&'s AccessPoint>, QuestionError> {
    let in_target = target.and_then(|target| match &target.place {
        Place::Bucket(_) => None,
        Place::AccessPoint { name, .. } => Some(name.as_str()),
    });
    if let (Some(named), Some(other)) = (named, in_target)
        && named != other
    {
        let reason = format!("the resource is of access point `{}`", shown(other));
        return Err(QuestionError::AccessPoint(shown(named), reason));
    }
    let Some(name) = named.or(in_target) else { return Ok(None) };
    let mut known = state.access_points.known().into_iter().flatten();
    known.find(|point| point.name == name).map(Some).ok_or_else(|| {
        let reason = format!("the bucket has no such one: {}", points(state));
        QuestionError::AccessPoint(shown(name), reason)
    })
}

/// The access points that there are, in words.
fn points(state: &BucketState) -> String {
    match state.access_points.known().map(Vec::as_slice) {
        None => "its access points could not be read".to_owned(),
        Some([]) => "it has no access points".to_owned(),
        Some(points) => {
            let names = points.iter().take(8).map(|point| format!("`{}`", shown(&point.name)));
            format!("it has {}", names.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The key of `target`, where the action is done to such a thing.
fn fitting_key(
    target: &Target,
    action: Action,
    on: On,
    resource: Option<&str>,
) -> Result<Option<String>, QuestionError> {
    let refused =
        |reason: String| Err(QuestionError::Resource(shown(resource.unwrap_or_default()), reason));
    match (&target.key, on) {
        (Some(key), On::Object) => Ok(Some(key.clone())),
        (None, On::Bucket) => Ok(None),
        (None, On::Object) => {
            refused(format!("{action} is done to an object, write its key after the bucket"))
        }
        (Some(_), On::Bucket) => {
            refused(format!("{action} is done to the bucket, leave the key out"))
        }
    }
}

/// The ARN by which the access point, or else the bucket, names what is asked for.
fn resource(state: &BucketState, point: Option<&AccessPoint>, key: Option<&str>) -> String {
    match point {
        None => bucket_resource(state, key),
        Some(point) => {
            let arn = point_arn(state, point);
            key.map_or_else(|| arn.clone(), |key| format!("{arn}/object/{key}"))
        }
    }
}

/// The ARN by which the bucket policy names what is asked for.
pub(super) fn bucket_resource(state: &BucketState, key: Option<&str>) -> String {
    let partition = state.region.as_ref().map_or("aws", |region| region.partition());
    let arn = format!("arn:{partition}:s3:::{}", state.bucket);
    key.map_or_else(|| arn.clone(), |key| format!("{arn}/{key}"))
}

/// The access point's own ARN; where the Region is not known, one in `us-east-1`.
pub(super) fn point_arn(state: &BucketState, point: &AccessPoint) -> String {
    let account = point.account.as_ref().unwrap_or(&state.account);
    let region = state.region.as_ref().map_or("us-east-1", |region| region.as_str());
    let partition = state.region.as_ref().map_or("aws", |region| region.partition());
    format!("arn:{partition}:s3:{region}:{account}:accesspoint/{}", point.name)
}

/// The context that is given, a key's values together.
fn given(context: &[String]) -> Result<Vec<Carried>, QuestionError> {
    let mut given: Vec<Carried> = Vec::new();
    for pair in context {
        let parts = pair.split_once('=').filter(|(key, _)| {
            let mut parts = key.splitn(2, ':');
            let some = |part: Option<&str>| part.is_some_and(|part| !part.trim().is_empty());
            some(parts.next()) && some(parts.next())
        });
        let (key, value) = parts.ok_or_else(|| QuestionError::Context(shown(pair)))?;
        match given.iter_mut().find(|carried| carried.key.eq_ignore_ascii_case(key)) {
            Some(carried) => carried.values.push(value.to_owned()),
            None => given.push(Carried {
                key: key.to_owned(),
                values: vec![value.to_owned()],
                assumed: false,
            }),
        }
    }
    Ok(given)
}
