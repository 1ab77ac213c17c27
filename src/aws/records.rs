//! Records of episodes in a DynamoDB table: partition key `bucket`, sort key `record`, both of
//! them strings, TTL in `expires_at`. What is remembered of a bucket is one item, what was there
//! before the first write of an episode another; each is one JSON document. Without a table the
//! process keeps them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::timeout::TimeoutConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use super::refusal::Refusal;
use crate::bucket::{AccountId, BucketName};
use crate::episode::{EpisodeId, Memory, PreImage};
use crate::local::Records;
use crate::ports::{Failure, Kept};

/// The sort key of what is remembered of a bucket.
const MEMORY: &str = "memory";

/// A containment waits for its record: not for long.
const CALL_TIMEOUT: Duration = Duration::from_secs(3);

/// What a person can look at when the table does not answer.
const WHAT_TO_DO: &str = "let the function's role `dynamodb:GetItem` and `dynamodb:PutItem` on the \
    table `EPISODE_TABLE`, and its KMS key if it has one";

/// Where records are kept.
#[derive(Debug)]
pub(super) enum Store {
    /// In a table.
    Table {
        /// Its client,
        client: Client,
        /// and its name or ARN.
        table: String,
    },
    /// In the process, for as long as it lasts.
    Process(Mutex<Records>),
}

impl Store {
    /// The table, or the process where there is none.
    pub(super) fn new(config: &aws_config::SdkConfig, table: Option<&str>) -> Self {
        let Some(table) = table else { return Self::Process(Mutex::default()) };
        let timeouts = TimeoutConfig::builder().operation_timeout(CALL_TIMEOUT).build();
        let config = aws_sdk_dynamodb::config::Builder::from(config).timeout_config(timeouts);
        Self::Table { client: Client::from_conf(config.build()), table: table.to_owned() }
    }

    /// Opens the connection to the table, by a look at a record that is not there.
    pub(super) async fn open_connection(&self) {
        if let Self::Table { client, table } = self {
            // what fails here fails again, and is told, when it matters
            let _ = get::<Memory>(client, table, "none", MEMORY).await;
        }
    }

    /// What is remembered of a bucket; nothing at first.
    pub(super) async fn recall(
        &self,
        account: AccountId,
        bucket: &BucketName,
    ) -> Result<Memory, Failure> {
        match self {
            Self::Table { client, table } => {
                let found = get(client, table, &key(account, bucket), MEMORY).await?;
                Ok(found.unwrap_or_default())
            }
            Self::Process(records) => Ok(lock(records).recall(account, bucket)),
        }
    }

    /// Remembers `memory` on top of the version before it.
    pub(super) async fn remember(
        &self,
        account: AccountId,
        bucket: &BucketName,
        memory: &Memory,
    ) -> Result<Kept, Failure> {
        let (client, table) = match self {
            Self::Table { client, table } => (client, table),
            Self::Process(records) => return Ok(lock(records).remember(account, bucket, memory)),
        };
        let before = memory.version.saturating_sub(1);
        let put = put(client, table, &key(account, bucket), MEMORY, memory, memory.keep_until())?;
        let put = put.item("version", AttributeValue::N(memory.version.to_string()));
        // names stand for themselves: DynamoDB reserves many
        let put = put.expression_attribute_names("#version", "version");
        let put = if before == 0 {
            put.condition_expression("attribute_not_exists(#version)")
        } else {
            put.condition_expression("#version = :before")
                .expression_attribute_values(":before", AttributeValue::N(before.to_string()))
        };
        written_unless_overtaken(put).await
    }

    /// Keeps what was there before the first write of an episode, once.
    pub(super) async fn keep(&self, pre_image: &PreImage) -> Result<(), Failure> {
        let (client, table) = match self {
            Self::Table { client, table } => (client, table),
            Self::Process(records) => {
                lock(records).keep(pre_image);
                return Ok(());
            }
        };
        let (bucket, record) = names(&pre_image.episode);
        let put = put(client, table, &bucket, &record, pre_image, Some(pre_image.keep_until))?;
        let put = put.expression_attribute_names("#record", "record");
        let put = put.condition_expression("attribute_not_exists(#record)");
        written_unless_overtaken(put).await.map(|_| ())
    }

    /// What was there before the first write of an episode, where that was kept.
    pub(super) async fn pre_image(&self, episode: &EpisodeId) -> Result<Option<PreImage>, Failure> {
        match self {
            Self::Table { client, table } => {
                let (bucket, record) = names(episode);
                get(client, table, &bucket, &record).await
            }
            Self::Process(records) => Ok(lock(records).pre_image(episode)),
        }
    }
}

fn lock(records: &Mutex<Records>) -> std::sync::MutexGuard<'_, Records> {
    records.lock().unwrap_or_else(PoisonError::into_inner)
}

fn key(account: AccountId, bucket: &BucketName) -> String {
    format!("{account}/{bucket}")
}

/// Partition and sort key of what was there before an episode.
fn names(episode: &EpisodeId) -> (String, String) {
    (key(episode.account(), episode.bucket()), format!("episode/{episode}"))
}

async fn get<T: DeserializeOwned>(
    client: &Client,
    table: &str,
    bucket: &str,
    record: &str,
) -> Result<Option<T>, Failure> {
    let answer = client
        .get_item()
        .table_name(table)
        .key("bucket", AttributeValue::S(bucket.to_owned()))
        .key("record", AttributeValue::S(record.to_owned()))
        .consistent_read(true)
        .send()
        .await;
    let item = answer.map_err(|error| Refusal::from(error).into_failure(WHAT_TO_DO))?.item;
    let Some(item) = item else { return Ok(None) };
    let document = item.get("document").and_then(|document| document.as_s().ok());
    let unreadable = |why: String| Failure {
        code: "RecordUnreadable".to_owned(),
        message: format!("record `{record}` of `{bucket}` cannot be read: {why}"),
    };
    let document = document.ok_or_else(|| unreadable("it has no `document`".to_owned()))?;
    serde_json::from_str(document).map(Some).map_err(|error| unreadable(error.to_string()))
}

type Put = aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;

fn put(
    client: &Client,
    table: &str,
    bucket: &str,
    record: &str,
    document: &impl Serialize,
    keep_until: Option<OffsetDateTime>,
) -> Result<Put, Failure> {
    let document = serde_json::to_string(document).map_err(|error| Failure {
        code: "RecordNotMade".to_owned(),
        message: error.to_string(),
    })?;
    let item = HashMap::from([
        ("bucket".to_owned(), AttributeValue::S(bucket.to_owned())),
        ("record".to_owned(), AttributeValue::S(record.to_owned())),
        ("document".to_owned(), AttributeValue::S(document)),
    ]);
    let put = client.put_item().table_name(table).set_item(Some(item));
    Ok(match keep_until {
        Some(until) => {
            let seconds = until.unix_timestamp().to_string();
            put.item("expires_at", AttributeValue::N(seconds))
        }
        None => put,
    })
}

async fn written_unless_overtaken(put: Put) -> Result<Kept, Failure> {
    match put.send().await.map_err(Refusal::from) {
        Ok(_) => Ok(Kept::Written),
        Err(refusal) if refusal.is("ConditionalCheckFailedException") => Ok(Kept::Overtaken),
        Err(refusal) => Err(refusal.into_failure(WHAT_TO_DO)),
    }
}
