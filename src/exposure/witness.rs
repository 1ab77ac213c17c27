//! From a request that gets through to its published form, so that nobody has to take our word.

use std::collections::BTreeMap;

use crate::exposure::{Witness, WitnessPrincipal};
use crate::iam::{Policies, Request, Requester};

/// The witness that `request` is. It carries what `policies` mention, by the names that they give
/// the keys; a `grant` has no conditions, so its request says what a Deny asks about and no more.
pub(super) fn of(request: Request, policies: &Policies<'_>, grant: bool) -> Witness {
    let context: BTreeMap<String, Vec<String>> = request
        .context
        .into_iter()
        .filter_map(|(key, values)| {
            let name = match key.as_str() {
                "aws:securetransport" if !grant => "aws:SecureTransport",
                "aws:sourceip" if !grant => "aws:SourceIp",
                _ => policies.keys().find(|(lower, _)| *lower == key)?.1,
            };
            Some((name.to_owned(), values))
        })
        .collect();
    let principal = match request.requester {
        Requester::Anonymous => WitnessPrincipal::Anonymous,
        Requester::CanonicalUser(id) => WitnessPrincipal::CanonicalUser(id),
        Requester::OriginAccessIdentity(arn) => WitnessPrincipal::OriginAccessIdentity(arn),
        Requester::Service(name) => WitnessPrincipal::Service(name),
        Requester::Identity { account, arn } => WitnessPrincipal::Aws { account, arn },
    };
    Witness { principal, action: request.action, resource: request.resource, context }
}
