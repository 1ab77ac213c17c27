//! Why a request gets through to a bucket, or does not: statement by statement, grant by grant,
//! setting by setting, with the value that the policy asks for beside the one that the request
//! carries.
//!
//! `question` says what is asked, `context` what such a request carries, `statement` and
//! `condition`, `acl` and `settings` what each has to say, `conclusion` and `notes` what follows,
//! and [`text`] lays it out. Each answer has a third value: what AWS does not document, or what
//! cannot be known from the state, is `None`, never a guess.

mod acl;
mod conclusion;
mod condition;
mod context;
mod notes;
mod question;
mod settings;
mod statement;
pub mod text;
mod three_valued;
mod told;
mod words;

pub use self::question::{Carried, Question, QuestionError, Words};
pub use self::told::{
    AclTold, Answer, ElementTold, Explanation, GrantTold, Holder, PolicyText, PolicyTold,
    SettingTold, StatementTold,
};
use crate::bucket::{AccessPoint, BucketState};
use crate::exposure::Verdict;

/// Explains what becomes of the request that `question` asks about; `verdict` is the judgement of
/// `state`.
///
/// Source of the order: IAM User Guide, "Policy evaluation logic"; S3 User Guide, "How Amazon S3
/// authorizes a request" and "Configuring IAM policies for using access points".
#[must_use]
pub fn explain(state: &BucketState, verdict: &Verdict, question: &Question) -> Explanation {
    let point = access_point(state, question);
    let policies = statement::policies(state, point, question);
    let acl = acl::told(state, question);
    let settings = settings::told(state, verdict, point, question, &acl);
    let (answer, because) = conclusion::of(state, question, &policies, &acl, &settings);
    let notes = notes::notes(state, question, &policies, answer);
    Explanation { question: question.clone(), policies, acl, settings, answer, because, notes }
}

/// The access point that the request goes through.
fn access_point<'s>(state: &'s BucketState, question: &Question) -> Option<&'s AccessPoint> {
    let name = question.access_point.as_ref()?;
    state.access_points.known()?.iter().find(|point| point.name == *name)
}
