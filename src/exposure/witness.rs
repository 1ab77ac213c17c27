//! From a request that gets through to its published form, so that nobody has to take our word.

use std::collections::BTreeMap;

use crate::exposure::Witness;
use crate::iam::{Policies, Request};

/// The witness that `request` is. It carries what `policies` mention, by the names that they give
/// the keys; a `grant` has no conditions, so its request says what a Deny asks about and no more.
pub(super) fn of(request: Request, policies: &Policies<'_>, grant: bool) -> Witness {
    let context: BTreeMap<String, Vec<String>> = request
        .context
        .into_iter()
        .filter_map(|(key, values)| {
            let as_written = policies.as_written(&key);
            let name = match key.as_str() {
                "aws:securetransport" if !grant => "aws:SecureTransport",
                "aws:sourceip" if !grant => "aws:SourceIp",
                "aws:sourcevpc" => "aws:SourceVpc",
                // of whom another name is told
                "aws:principalarn" => as_written.unwrap_or("aws:PrincipalArn"),
                _ => as_written?,
            };
            Some((name.to_owned(), values))
        })
        .collect();
    let Request { requester: principal, action, resource, .. } = request;
    Witness { principal, action, resource, context }
}
