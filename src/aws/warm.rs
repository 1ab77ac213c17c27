//! Connections opened before the first event: the TLS handshakes, which cost more than all else at
//! a cold start, are done while Lambda still gives the function its full processor.

use std::time::Duration;

use futures_util::future;

use super::clients::{Clients, Regional, sdk_region};

/// For how long the function's start waits for them.
const LIMIT: Duration = Duration::from_secs(1);
/// Connections to S3: as many as one round of reads has calls, since it speaks HTTP/1.1.
const TO_S3: usize = 8;
/// The same to S3 Control.
const TO_S3_CONTROL: usize = 2;

impl Clients {
    /// Opens connections to S3, S3 Control, SNS and DynamoDB in the home Region by calls that the
    /// function's role may make and that change nothing. What fails here fails again, and is told,
    /// when it matters.
    pub async fn open_connections(&self) {
        let regional = Regional::new(&self.config, &self.home);
        let to_s3 = (0..TO_S3).map(|_| regional.s3.list_buckets().max_buckets(1).send());
        let all = async {
            tokio::join!(
                future::join_all(to_s3),
                Box::pin(self.to_s3_control(&regional)),
                Box::pin(self.to_sns()),
                Box::pin(self.records.open_connection()),
            )
        };
        if tokio::time::timeout(LIMIT, all).await.is_err() {
            tracing::warn!("connections are not open after {LIMIT:?}; the first event opens them");
        }
    }

    /// The host of S3 Control begins with the account, so that has to be known first.
    async fn to_s3_control(&self, regional: &Regional) {
        if let Ok(own) = self.own_account().await {
            let call = || regional.s3control.get_public_access_block().account_id(own.as_str());
            future::join_all((0..TO_S3_CONTROL).map(|_| call().send())).await;
        }
    }

    /// SNS has no call that the role may make and that publishes nothing. One without a signature
    /// is refused and leaves no record, and the connection stays.
    async fn to_sns(&self) {
        if let Some(topic) = &self.options.page_topic {
            let mut unsigned = self.config.to_builder();
            unsigned.set_credentials_provider(None);
            let config = aws_sdk_sns::config::Builder::from(&unsigned.build())
                .region(sdk_region(topic.region()))
                .allow_no_auth();
            let _ = aws_sdk_sns::Client::from_conf(config.build()).list_topics().send().await;
        }
    }
}
