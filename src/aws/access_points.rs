//! The access points of a bucket, with their settings and policies.

use futures_util::{StreamExt, stream};

use super::clients::Regional;
use super::convert;
use super::parts::{Asked, or_absent};
use super::refusal::Refusal;
use crate::bucket::{AccessPoint, Observed, Settings};
use crate::iam::Document;
use crate::ports::Target;

/// Access points that are asked about side by side.
const AT_ONCE: usize = 8;
/// Pages of 1,000 before the list is given up; an account has 10,000 in a Region.
const PAGES: usize = 20;

/// The owner's access points to `target`. Those of other accounts cannot be listed.
pub(super) async fn access_points(regional: &Regional, target: &Target) -> Asked<Vec<AccessPoint>> {
    let listed = match list(regional, target).await? {
        Observed::Known(listed) => listed,
        Observed::Unknown(error) => return Ok(Observed::Unknown(error)),
    };
    let asked: Vec<_> = listed.iter().map(|point| access_point(regional, target, point)).collect();
    let points: Vec<_> = stream::iter(asked).buffered(AT_ONCE).collect().await;
    Ok(Observed::Known(points.into_iter().flatten().collect()))
}

async fn list(
    regional: &Regional,
    target: &Target,
) -> Asked<Vec<aws_sdk_s3control::types::AccessPoint>> {
    let mut found = Vec::new();
    let mut token = None;
    for _ in 0..PAGES {
        let call = regional
            .s3control
            .list_access_points()
            .account_id(target.account.as_str())
            .bucket(target.bucket.as_str())
            .set_next_token(token);
        let page = call.send().await.map_err(Refusal::from)?;
        found.extend(page.access_point_list.unwrap_or_default());
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(Observed::Known(found));
        }
    }
    Ok(Observed::Unknown(format!("TooManyAccessPoints: more than {}", found.len())))
}

/// One access point; `None` where it was deleted meanwhile.
async fn access_point(
    regional: &Regional,
    target: &Target,
    point: &aws_sdk_s3control::types::AccessPoint,
) -> Option<AccessPoint> {
    let (settings, policy) = tokio::join!(
        Box::pin(settings(regional, target, &point.name)),
        Box::pin(policy(regional, target, &point.name)),
    );
    let gone = |refusal: &Refusal| refusal.is("NoSuchAccessPoint");
    if settings.as_ref().is_err_and(gone) || policy.as_ref().is_err_and(gone) {
        return None;
    }
    Some(AccessPoint {
        name: point.name.clone(),
        account: Some(target.account),
        origin: convert::origin(point),
        settings: settings.unwrap_or_else(|refusal| Observed::Unknown(refusal.to_string())),
        policy: policy.unwrap_or_else(|refusal| Observed::Unknown(refusal.to_string())),
    })
}

async fn settings(regional: &Regional, target: &Target, name: &str) -> Asked<Settings> {
    let call = regional.s3control.get_access_point().account_id(target.account.as_str());
    let answer = call.name(name).send().await.map_err(Refusal::from)?;
    let block = answer.public_access_block_configuration;
    Ok(Observed::Known(convert::control_settings(block.as_ref())))
}

async fn policy(regional: &Regional, target: &Target, name: &str) -> Asked<Option<Document>> {
    let call = regional.s3control.get_access_point_policy().account_id(target.account.as_str());
    let answer = call.name(name).send().await;
    let asked = answer.map(|answer| convert::policy(answer.policy.as_deref()));
    or_absent(asked, "NoSuchAccessPointPolicy", None)
}
