//! An AWS account on moto, one a test, with what a person would do in it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::types::{BucketCannedAcl, PublicAccessBlockConfiguration};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::moto::{Request, moto};

/// Where the function and most buckets are.
pub const REGION: &str = "eu-west-1";

/// An account with a topic for pages and a queue that gets them.
pub struct Account {
    pub id: String,
    pub s3: aws_sdk_s3::Client,
    pub s3control: aws_sdk_s3control::Client,
    sns: aws_sdk_sns::Client,
    sqs: aws_sdk_sqs::Client,
    pub topic: String,
    queue: String,
    /// For files of the test.
    pub folder: TempDir,
}

/// A page as it arrived.
#[derive(Debug)]
pub struct Page {
    pub subject: String,
    pub text: String,
}

impl Account {
    /// A new account.
    pub async fn new() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(100_000_000_000);
        let id = LAST.fetch_add(1, Ordering::Relaxed).to_string();
        let config = sdk_config(&id, REGION);
        let control = aws_sdk_s3control::config::Builder::from(&config)
            .endpoint_resolver(WithoutPrefix(moto().url()));
        let sns = aws_sdk_sns::Client::new(&config);
        let sqs = aws_sdk_sqs::Client::new(&config);
        let (topic, queue) = topic_with_queue(&sns, &sqs, &id, "pages").await;
        Self {
            s3: s3(&config),
            s3control: aws_sdk_s3control::Client::from_conf(control.build()),
            sns,
            sqs,
            topic,
            queue,
            folder: tempfile::tempdir().unwrap(),
            id,
        }
    }

    /// The table of episodes, made anew.
    pub async fn table(&self) -> Table {
        use aws_sdk_dynamodb::types::{
            AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
        };
        let client = aws_sdk_dynamodb::Client::new(&sdk_config(&self.id, REGION));
        let mut call = client.create_table().table_name("episodes");
        for (name, kind) in [("bucket", KeyType::Hash), ("record", KeyType::Range)] {
            let key = KeySchemaElement::builder().attribute_name(name).key_type(kind);
            let text = AttributeDefinition::builder().attribute_name(name);
            call = call.key_schema(key.build().unwrap()).attribute_definitions(
                text.attribute_type(ScalarAttributeType::S).build().unwrap(),
            );
        }
        call.billing_mode(BillingMode::PayPerRequest).send().await.unwrap();
        Table { client, account: self.id.clone() }
    }

    /// A bucket with ACLs off and every setting on, as AWS makes them today.
    pub async fn bucket(&self, name: &str) -> String {
        let name = format!("{name}-{}", self.id);
        self.bucket_in(&name, &self.s3, REGION).await;
        name
    }

    /// A bucket in another Region that its policy opens to everyone.
    pub async fn open_bucket_elsewhere(&self, name: &str, region: &str) -> String {
        let name = format!("{name}-{}", self.id);
        let there = s3(&sdk_config(&self.id, region));
        self.bucket_in(&name, &there, region).await;
        there.delete_public_access_block().bucket(&name).send().await.unwrap();
        let policy = everyone_reads(&format!("arn:aws:s3:::{name}/*")).to_string();
        there.put_bucket_policy().bucket(&name).policy(policy).send().await.unwrap();
        name
    }

    async fn bucket_in(&self, name: &str, s3: &aws_sdk_s3::Client, region: &str) {
        let place = aws_sdk_s3::types::CreateBucketConfiguration::builder()
            .location_constraint(region.into())
            .build();
        s3.create_bucket().bucket(name).create_bucket_configuration(place).send().await.unwrap();
        self.block(name, s3).await;
    }

    async fn block(&self, bucket: &str, s3: &aws_sdk_s3::Client) {
        let all_on = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        s3.put_public_access_block()
            .bucket(bucket)
            .public_access_block_configuration(all_on)
            .send()
            .await
            .unwrap();
    }

    /// Takes the settings of a bucket away.
    pub async fn unblock(&self, bucket: &str) {
        self.s3.delete_public_access_block().bucket(bucket).send().await.unwrap();
    }

    /// Whether all four settings of a bucket are on.
    pub async fn is_blocked(&self, bucket: &str) -> bool {
        let Ok(block) = self.s3.get_public_access_block().bucket(bucket).send().await else {
            return false;
        };
        let block = block.public_access_block_configuration.unwrap();
        [
            block.block_public_acls,
            block.ignore_public_acls,
            block.block_public_policy,
            block.restrict_public_buckets,
        ]
        .iter()
        .all(|setting| *setting == Some(true))
    }

    /// Gives a bucket a policy by which everyone reads every object.
    pub async fn open_by_policy(&self, bucket: &str) {
        let policy = everyone_reads(&format!("arn:aws:s3:::{bucket}/*"));
        let call = self.s3.put_bucket_policy().bucket(bucket).policy(policy.to_string());
        call.send().await.unwrap();
    }

    /// Gives a bucket a public ACL.
    pub async fn open_by_acl(&self, bucket: &str) {
        let acl = BucketCannedAcl::PublicRead;
        self.s3.put_bucket_acl().bucket(bucket).acl(acl).send().await.unwrap();
    }

    /// What the function asked of AWS.
    pub fn requests(&self) -> Vec<Request> {
        moto().requests(&self.id)
    }

    /// What the function wrote to S3, as actions and paths.
    pub fn writes(&self) -> Vec<String> {
        let writes = self.requests().into_iter().filter(Request::writes_to_s3);
        writes.map(|request| format!("{} {}", request.action, request.path)).collect()
    }

    /// Another topic, and a queue that gets what is published on it.
    pub async fn topic(&self, name: &str) -> (String, String) {
        topic_with_queue(&self.sns, &self.sqs, &self.id, name).await
    }

    /// Another topic, to which nobody is subscribed.
    pub async fn topic_without_anybody(&self, name: &str) -> String {
        self.sns.create_topic().name(name).send().await.unwrap().topic_arn.unwrap()
    }

    /// The pages since the last look, but for those that only end what one just before them began.
    pub async fn pages(&self) -> Vec<Page> {
        let mut pages = self.messages().await;
        pages.retain(|page| !page.text.contains(r#""twin":true"#));
        pages
    }

    /// Every message on the topic of the pages since the last look.
    pub async fn messages(&self) -> Vec<Page> {
        self.received(&self.queue).await
    }

    /// Every message in a queue.
    pub async fn received(&self, queue: &str) -> Vec<Page> {
        let mut pages = Vec::new();
        loop {
            let call = self.sqs.receive_message().queue_url(queue);
            let got = call.max_number_of_messages(10).wait_time_seconds(0).send().await.unwrap();
            let messages = got.messages.unwrap_or_default();
            if messages.is_empty() {
                return pages;
            }
            for message in messages {
                let envelope: Value = serde_json::from_str(&message.body.unwrap()).unwrap();
                let text = |name: &str| envelope[name].as_str().unwrap_or_default().to_owned();
                pages.push(Page { subject: text("Subject"), text: text("Message") });
                let done = self.sqs.delete_message().queue_url(queue);
                done.set_receipt_handle(message.receipt_handle).send().await.unwrap();
            }
        }
    }
}

/// A topic, and a queue of the same name that gets what is published on it.
async fn topic_with_queue(
    sns: &aws_sdk_sns::Client,
    sqs: &aws_sdk_sqs::Client,
    account: &str,
    name: &str,
) -> (String, String) {
    let topic = sns.create_topic().name(name).send().await.unwrap().topic_arn.unwrap();
    let queue = sqs.create_queue().queue_name(name).send().await.unwrap().queue_url.unwrap();
    let arn = format!("arn:aws:sqs:{REGION}:{account}:{name}");
    let subscribe = sns.subscribe().topic_arn(&topic).protocol("sqs").endpoint(arn);
    subscribe.send().await.unwrap();
    (topic, queue)
}

/// The table of episodes.
pub struct Table {
    client: aws_sdk_dynamodb::Client,
    account: String,
}

impl Table {
    /// What is remembered of a bucket.
    pub async fn memory(&self, bucket: &str) -> Value {
        self.document(bucket, "memory").await.unwrap_or_default()
    }

    /// What was there before the episode that is remembered of a bucket.
    pub async fn pre_image(&self, bucket: &str) -> Option<Value> {
        let memory = self.memory(bucket).await;
        let id = memory["episode"]["id"].as_str()?;
        self.document(bucket, &format!("episode/{id}")).await
    }

    /// Lets the time go by for which a run may promise to tell.
    pub async fn let_claims_expire(&self, bucket: &str) {
        let mut memory = self.memory(bucket).await;
        if memory["episode"]["claim"].is_object() {
            memory["episode"]["claim"]["until"] = "2020-01-01T00:00:00Z".into();
            let document = AttributeValue::S(memory.to_string());
            self.client
                .update_item()
                .table_name("episodes")
                .set_key(Some(self.key(bucket, "memory")))
                .update_expression("SET #document = :document")
                .expression_attribute_names("#document", "document")
                .expression_attribute_values(":document", document)
                .send()
                .await
                .unwrap();
        }
    }

    async fn document(&self, bucket: &str, record: &str) -> Option<Value> {
        let call = self.client.get_item().table_name("episodes");
        let got = call.set_key(Some(self.key(bucket, record))).send().await.unwrap();
        let item = got.item?;
        Some(serde_json::from_str(item["document"].as_s().unwrap()).unwrap())
    }

    fn key(&self, bucket: &str, record: &str) -> HashMap<String, AttributeValue> {
        let text = |text: String| AttributeValue::S(text);
        HashMap::from([
            ("bucket".to_owned(), text(format!("{}/{bucket}", self.account))),
            ("record".to_owned(), text(record.to_owned())),
        ])
    }
}

/// A policy by which everyone reads what `resource` names.
pub fn everyone_reads(resource: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "PublicRead",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": resource
        }]
    })
}

fn sdk_config(account: &str, region: &str) -> SdkConfig {
    let credentials = Credentials::new(format!("TEST{account}"), "secret", None, None, "tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region.to_owned()))
        .endpoint_url(moto().url())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::config::Builder::from(config).force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}

/// S3 Control at moto, without the account before the host.
#[derive(Debug)]
struct WithoutPrefix(String);

impl aws_sdk_s3control::config::endpoint::ResolveEndpoint for WithoutPrefix {
    fn resolve_endpoint<'a>(
        &'a self,
        _: &'a aws_sdk_s3control::config::endpoint::Params,
    ) -> aws_sdk_s3control::config::endpoint::EndpointFuture<'a> {
        use aws_sdk_s3control::config::endpoint::{Endpoint, EndpointFuture};
        use aws_smithy_types::endpoint::EndpointAuthScheme;
        let scheme = EndpointAuthScheme::with_capacity("sigv4", 2)
            .put("signingName", "s3".to_owned())
            .put("signingRegion", REGION.to_owned());
        EndpointFuture::ready(Ok(Endpoint::builder()
            .url(self.0.clone())
            .auth_scheme(scheme)
            .build()))
    }
}
