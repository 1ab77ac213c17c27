//! Clients of the services, made once for each account and Region: how they connect, how long they
//! wait, how often they try again, and with whose credentials.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::env;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::config::retry::RetryPartition;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::base64;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::sync::{Mutex, OnceCell};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use super::endpoint::ControlEndpoint;
use super::history::Lookups;
use super::records::Store;
use super::refusal::Refusal;
use crate::bucket::{AccountId, NameError, Region};
use crate::ports::Failure;
use crate::topic::TopicArn;

/// Until a connection is there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Until one attempt of a call is answered.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// Until a call is given up, all attempts and the waits between them.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// Attempts of a call.
const ATTEMPTS: u32 = 4;
/// Wait before the second attempt; doubled each time, times a random number below one.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest wait between attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Connections unused for longer are not used again: the other side may have closed them while the
/// function was frozen.
const IDLE_LIMIT: Duration = Duration::from_secs(20);
/// Credentials of a member account are renewed when they end within this time, which is longer than
/// any run of a Lambda function.
const SESSION_MARGIN: Duration = Duration::from_mins(16);
/// The name of our sessions in member accounts, as they see it.
const SESSION_NAME: &str = "s3-guardrail";

/// What the function was told when it was deployed.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Name of the role to assume in accounts other than our own; `None`: our own only.
    pub member_role_name: Option<String>,
    /// Where pages go; `None` only where none are sent.
    pub page_topic: Option<TopicArn>,
    /// Where chat messages go; `None`: nowhere.
    pub chat_topic: Option<TopicArn>,
    /// Name or ARN of the table of episodes; `None`: the process remembers, while it lasts.
    pub episode_table: Option<String>,
}

/// Every client that the function needs, kept from one invocation to the next.
#[derive(Debug)]
pub struct Clients {
    pub(super) options: Options,
    pub(super) home: Region,
    pub(super) lookups: Lookups,
    pub(super) records: Store,
    pub(super) config: SdkConfig,
    sts: aws_sdk_sts::Client,
    own: OnceCell<AccountId>,
    sessions: Mutex<HashMap<AccountId, Session>>,
}

/// The clients of one account in one Region.
#[derive(Debug, Clone)]
pub(super) struct Regional {
    pub(super) s3: aws_sdk_s3::Client,
    /// The same for writes, with a retry budget of its own: reads that were throttled do not keep a
    /// write from trying again.
    pub(super) s3_writes: aws_sdk_s3::Client,
    pub(super) s3control: aws_sdk_s3control::Client,
    pub(super) cloudtrail: aws_sdk_cloudtrail::Client,
}

/// The clients of one account, and until when its credentials can be used.
#[derive(Debug)]
struct Session {
    config: SdkConfig,
    expires: Option<SystemTime>,
    regions: HashMap<Region, Regional>,
}

impl Clients {
    /// Clients with the credentials, the Region and the endpoints of the environment.
    ///
    /// # Errors
    ///
    /// [`NameError`] where `AWS_REGION` is not a Region.
    pub async fn from_environment(options: Options) -> Result<Self, NameError> {
        let home = Region::parse(&env::var("AWS_REGION").unwrap_or_default())?;
        Ok(Self::in_region(home, options).await)
    }

    async fn in_region(home: Region, options: Options) -> Self {
        let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(sdk_region(&home))
            .credentials_provider(EnvironmentVariableCredentialsProvider::new())
            .http_client(http_client())
            .retry_config(retries())
            .timeout_config(timeouts())
            .load()
            .await;
        let sts = aws_sdk_sts::Client::new(&config);
        let records = Store::new(&config, options.episode_table.as_deref());
        let sessions = Mutex::default();
        let (lookups, own) = (Lookups::default(), OnceCell::new());
        Self { options, home, lookups, records, config, sts, own, sessions }
    }

    /// Whether other accounts than our own can be looked at.
    pub(super) fn covers_members(&self) -> bool {
        self.options.member_role_name.is_some()
    }

    /// The account whose credentials these are, asked for once.
    pub(super) async fn own_account(&self) -> Result<AccountId, Failure> {
        let asked = self.own.get_or_try_init(|| async {
            let answer = self.sts.get_caller_identity().send().await;
            let answer = answer.map_err(|error| {
                Refusal::from(error).into_failure("the function's own account is not known")
            })?;
            AccountId::parse(answer.account().unwrap_or_default()).map_err(|error| Failure {
                code: "OwnAccountUnknown".to_owned(),
                message: error.to_string(),
            })
        });
        asked.await.cloned()
    }

    /// ARN of whoever's credentials these are.
    pub(super) async fn caller(&self) -> Result<String, Failure> {
        let answer = self.sts.get_caller_identity().send().await;
        let answer = answer.map_err(|error| {
            Refusal::from(error).into_failure("whose credentials these are is not known")
        })?;
        Ok(answer.arn.unwrap_or_default())
    }

    /// The clients for `account` in `region`; `own` is the account of the function itself.
    pub(super) async fn of(
        &self,
        account: &AccountId,
        own: &AccountId,
        region: &Region,
    ) -> Result<Regional, Failure> {
        let mut sessions = self.sessions.lock().await;
        let session = match sessions.entry(*account) {
            Entry::Occupied(live) if live.get().lasts() => live.into_mut(),
            entry if account == own => {
                let config = self.config.clone();
                let session = Session { config, expires: None, regions: HashMap::new() };
                entry.insert_entry(session).into_mut()
            }
            entry => entry.insert_entry(self.assume(account).await?).into_mut(),
        };
        Ok(session.region(region).clone())
    }

    /// A session of the member role of `account`.
    async fn assume(&self, account: &AccountId) -> Result<Session, Failure> {
        let Some(name) = &self.options.member_role_name else { return Err(not_covered(account)) };
        let arn = format!("arn:{}:iam::{account}:role/{name}", self.home.partition());
        let call = self.sts.assume_role().role_arn(&arn).role_session_name(SESSION_NAME);
        let answer = call.send().await.map_err(|error| {
            let what_to_do = format!(
                "let the function's role assume `{arn}`: `sts:AssumeRole` here, the trust policy \
                 there"
            );
            Refusal::from(error).into_failure(&what_to_do)
        })?;
        let Some(given) = answer.credentials else {
            let message = format!("STS gave no credentials for `{arn}`");
            return Err(Failure { code: "NoCredentials".to_owned(), message });
        };
        let expires = SystemTime::try_from(given.expiration).ok();
        let credentials = Credentials::builder()
            .access_key_id(given.access_key_id)
            .secret_access_key(given.secret_access_key)
            .session_token(given.session_token)
            .account_id(account.as_str())
            .provider_name("member role")
            .build();
        let provider = SharedCredentialsProvider::new(credentials);
        let config = self.config.to_builder().credentials_provider(provider).build();
        Ok(Session { config, expires, regions: HashMap::new() })
    }
}

impl Session {
    fn lasts(&self) -> bool {
        let left = self.expires.map(|expires| expires.duration_since(SystemTime::now()));
        left.is_none_or(|left| left.is_ok_and(|left| left > SESSION_MARGIN))
    }

    fn region(&mut self, region: &Region) -> &Regional {
        let Self { config, regions, .. } = self;
        regions.entry(region.clone()).or_insert_with(|| Regional::new(config, region))
    }
}

impl Regional {
    /// The clients of `region` with `config`'s credentials.
    pub(super) fn new(config: &SdkConfig, region: &Region) -> Self {
        // one host a Region, and so one pool of connections for all of its buckets
        let s3 = aws_sdk_s3::config::Builder::from(config)
            .region(sdk_region(region))
            .force_path_style(true);
        let writes = s3.clone().retry_partition(RetryPartition::new("s3-guardrail writes"));
        let control = aws_sdk_s3control::config::Builder::from(config)
            .region(sdk_region(region))
            .endpoint_resolver(ControlEndpoint::default());
        Self {
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            s3_writes: aws_sdk_s3::Client::from_conf(writes.build()),
            s3control: aws_sdk_s3control::Client::from_conf(control.build()),
            cloudtrail: super::history::client(config, region),
        }
    }
}

/// `region` as the SDK has it.
pub(super) fn sdk_region(region: &Region) -> aws_config::Region {
    aws_config::Region::new(region.as_str().to_owned())
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_WAIT)
        .with_max_backoff(LONGEST_WAIT)
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build()
}

/// One pool of connections for all clients: rustls on aws-lc, trusting Mozilla's roots as compiled
/// in, so that nothing is read from the file system at cold start. With `SSL_CERT_FILE` or
/// `SSL_CERT_DIR` set, the system's roots instead: a custom endpoint may have a private one.
fn http_client() -> SharedHttpClient {
    let own_roots =
        ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().any(|name| env::var_os(name).is_some());
    let roots = TrustStore::empty().with_native_roots(own_roots);
    let roots = if own_roots { roots } else { roots.with_pem_certificate(mozilla_roots()) };
    let builder = Builder::new()
        .pool_idle_timeout(IDLE_LIMIT)
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    match TlsContext::builder().with_trust_store(roots).build() {
        Ok(context) => builder.tls_context(context).build_https(),
        Err(error) => {
            tracing::error!(%error, "the compiled-in roots are of no use, the system's are used");
            builder.build_https()
        }
    }
}

fn mozilla_roots() -> String {
    let mut pem = String::new();
    for root in TLS_SERVER_ROOT_CERTS {
        // the reader of PEM takes a line of any length
        let _ = writeln!(
            pem,
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----",
            base64::encode(root)
        );
    }
    pem
}

fn not_covered(account: &AccountId) -> Failure {
    Failure {
        code: "AccountNotCovered".to_owned(),
        message: format!(
            "account `{account}` is not the function's own; set `MEMBER_ROLE_NAME` to the name of \
             a role there that the function may assume"
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{Clients, Options, SESSION_MARGIN, Session, http_client, mozilla_roots};

    #[test]
    fn every_root_of_mozilla_is_in_the_pem_text() {
        let pem = mozilla_roots();
        let roots = pem.matches("-----BEGIN CERTIFICATE-----\n").count();
        assert_eq!(roots, webpki_root_certs::TLS_SERVER_ROOT_CERTS.len());
        assert!(roots > 100);
    }

    /// The SDK panics on a certificate that it cannot read, when the first connector is made.
    #[test]
    fn the_tls_connector_takes_the_roots() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let config = aws_sdk_s3::Config::builder()
                .behavior_version(aws_config::BehaviorVersion::v2026_01_12())
                .http_client(http_client())
                .region(aws_config::Region::new("eu-west-1"))
                .endpoint_url("https://127.0.0.1:1")
                .credentials_provider(aws_credential_types::Credentials::for_tests())
                .retry_config(aws_smithy_types::retry::RetryConfig::disabled())
                .build();
            let client = aws_sdk_s3::Client::from_conf(config);
            let error = client.list_buckets().send().await.unwrap_err();
            assert!(matches!(error, aws_sdk_s3::error::SdkError::DispatchFailure(_)), "{error:?}");
        });
    }

    #[test]
    fn a_session_is_renewed_well_before_it_ends() {
        let session = |expires| Session {
            config: aws_config::SdkConfig::builder().build(),
            expires,
            regions: std::collections::HashMap::new(),
        };
        let now = SystemTime::now();
        assert!(session(None).lasts());
        assert!(session(Some(now + SESSION_MARGIN + Duration::from_mins(1))).lasts());
        assert!(!session(Some(now + SESSION_MARGIN)).lasts());
        assert!(!session(Some(now - Duration::from_mins(1))).lasts());
    }

    #[tokio::test]
    async fn another_account_without_a_member_role_is_not_covered() {
        let account = |text| crate::bucket::AccountId::parse(text).unwrap();
        let region = crate::bucket::Region::parse("eu-west-1").unwrap();
        let clients = Clients::in_region(region.clone(), Options::default()).await;
        let own = account("111122223333");
        assert!(clients.of(&own, &own, &region).await.is_ok());
        let failure = clients.of(&account("444455556666"), &own, &region).await.unwrap_err();
        assert_eq!(failure.code, "AccountNotCovered");
        assert!(failure.message.contains("MEMBER_ROLE_NAME"), "{failure}");
    }
}
