//! Where S3 Control is. On AWS its host begins with the account id; the SDK puts the id before the
//! host of a custom endpoint too (`111122223333.127.0.0.1`), and that does not resolve.

use aws_sdk_s3control::config::endpoint::{
    DefaultResolver, Endpoint, EndpointFuture, Params, ResolveEndpoint,
};
use aws_smithy_types::endpoint::EndpointAuthScheme;

/// AWS's own rules, except that a custom endpoint is used as it was given. The SDK has by then
/// taken it from `AWS_ENDPOINT_URL_S3_CONTROL` or `AWS_ENDPOINT_URL`.
#[derive(Debug, Default)]
pub(super) struct ControlEndpoint {
    rules: DefaultResolver,
}

impl ResolveEndpoint for ControlEndpoint {
    fn resolve_endpoint<'a>(&'a self, params: &'a Params) -> EndpointFuture<'a> {
        match params.endpoint() {
            Some(url) => EndpointFuture::ready(Ok(as_given(url, params.region()))),
            None => ResolveEndpoint::resolve_endpoint(&self.rules, params),
        }
    }
}

/// The endpoint at `url`, signed for as AWS's rules have it.
fn as_given(url: &str, region: Option<&str>) -> Endpoint {
    let scheme = EndpointAuthScheme::with_capacity("sigv4", 3)
        .put("disableDoubleEncoding", true)
        .put("signingName", "s3".to_owned())
        .put("signingRegion", region.unwrap_or("us-east-1").to_owned());
    Endpoint::builder().url(url.trim_end_matches('/').to_owned()).auth_scheme(scheme).build()
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3control::config::endpoint::{Endpoint, Params, ResolveEndpoint};

    use super::ControlEndpoint;

    async fn resolved(custom: Option<&str>, region: &str) -> Endpoint {
        let params = Params::builder()
            .account_id("111122223333")
            .requires_account_id(true)
            .region(region)
            .set_endpoint(custom.map(str::to_owned))
            .build()
            .unwrap();
        ControlEndpoint::default().resolve_endpoint(&params).await.unwrap()
    }

    #[tokio::test]
    async fn on_aws_the_account_stays_before_the_host() {
        for (region, url) in [
            ("eu-west-1", "https://111122223333.s3-control.eu-west-1.amazonaws.com"),
            ("cn-north-1", "https://111122223333.s3-control.cn-north-1.amazonaws.com.cn"),
        ] {
            assert_eq!(resolved(None, region).await.url(), url);
        }
    }

    #[tokio::test]
    async fn a_custom_endpoint_stays_as_it_was_given() {
        for custom in ["http://127.0.0.1:5000", "http://localhost:5000", "https://s3.example.com"] {
            let endpoint = resolved(Some(custom), "eu-west-1").await;
            assert_eq!(endpoint.url(), custom);
            let ours = &endpoint.auth_schemes()[0];
            // all but the host is what AWS's rules say
            let theirs = resolved(None, "eu-west-1").await;
            assert_eq!(ours, &theirs.auth_schemes()[0]);
        }
        assert_eq!(resolved(Some("http://h:1/"), "eu-west-1").await.url(), "http://h:1");
    }
}
