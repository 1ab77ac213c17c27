//! The world of one invocation, on AWS.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::OnceCell;

use super::clients::{Clients, Regional};
use super::convert;
use super::refusal::Refusal;
use super::{apply, history, list, publish, read};
use crate::bucket::{AccountId, Region, Settings};
use crate::episode::{EpisodeId, Memory, PreImage};
use crate::event::{Scope, Trigger};
use crate::ports::{Failure, Kept, Message, Reading, Target, Topic, World};
use crate::remedy::Remedy;

/// AWS as one invocation sees it. What belongs to an account and not to a bucket is read once.
#[derive(Debug)]
pub struct Aws {
    pub(super) clients: Arc<Clients>,
    own: Option<AccountId>,
    accounts: Mutex<HashMap<AccountId, Arc<Account>>>,
}

/// The effective settings of one account, as the Region that was first asked sees them. They are
/// one setting for all Regions, and reach some later than others.
#[derive(Debug)]
struct Account {
    region: Region,
    settings: OnceCell<Settings>,
}

impl Aws {
    /// The world of an invocation of the function at `function_arn`, whose account is our own.
    #[must_use]
    pub fn new(clients: Arc<Clients>, function_arn: &str) -> Self {
        let account = function_arn.split(':').nth(4);
        let own = account.and_then(AccountId::of);
        Self { clients, own, accounts: Mutex::default() }
    }

    /// The clients for `account` in `region`.
    pub(super) async fn regional(
        &self,
        account: &AccountId,
        region: &Region,
    ) -> Result<Regional, Failure> {
        let own = match &self.own {
            Some(own) if own == account || self.clients.covers_members() => *own,
            // the ARN says another account, or none: the credentials have the last word
            Some(_) | None => self.clients.own_account().await?,
        };
        self.clients.of(account, &own, region).await
    }

    /// The client for a bucket, for what no port does: a person's undo.
    ///
    /// # Errors
    ///
    /// [`Failure`] where there are no credentials for its account.
    pub async fn s3(&self, target: &Target) -> Result<aws_sdk_s3::Client, Failure> {
        Ok(self.regional(&target.account, &target.region).await?.s3_writes)
    }

    /// ARN of whoever's credentials these are.
    ///
    /// # Errors
    ///
    /// [`Failure`] where STS does not say.
    pub async fn caller(&self) -> Result<String, Failure> {
        self.clients.caller().await
    }

    /// From which Region `account` is to be asked for its settings; the first who says so decides.
    pub(super) fn ask_account_in(&self, account: &AccountId, region: &Region) {
        self.account(account, region);
    }

    /// The effective settings of `account`. A failure is not kept: the next bucket asks again.
    pub(super) async fn settings_for_buckets(
        &self,
        id: &AccountId,
        region: &Region,
    ) -> Result<Settings, Refusal> {
        let account = self.account(id, region);
        let asked = account.settings.get_or_try_init(|| async {
            let regional = self.regional(id, &account.region).await?;
            settings_of(&regional, id).await
        });
        asked.await.copied()
    }

    fn account(&self, id: &AccountId, region: &Region) -> Arc<Account> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Account { region: region.clone(), settings: OnceCell::new() };
        Arc::clone(accounts.entry(*id).or_insert_with(|| Arc::new(new())))
    }
}

async fn settings_of(regional: &Regional, account: &AccountId) -> Result<Settings, Refusal> {
    let call = regional.s3control.get_public_access_block().account_id(account.as_str());
    match call.send().await.map_err(Refusal::from) {
        Ok(answer) => {
            Ok(convert::control_settings(answer.public_access_block_configuration.as_ref()))
        }
        Err(refusal) if refusal.is("NoSuchPublicAccessBlockConfiguration") => {
            Ok(Settings::default())
        }
        Err(refusal) => Err(refusal),
    }
}

impl World for Aws {
    async fn locate(&self, scope: &Scope) -> Result<Vec<Target>, Failure> {
        list::locate(self, scope).await
    }

    async fn account_settings(
        &self,
        account: AccountId,
        region: &Region,
    ) -> Result<Settings, Failure> {
        let regional = self.regional(&account, region).await?;
        let asked = settings_of(&regional, &account).await;
        asked.map_err(|refusal| {
            refusal.into_failure("let the function's role `s3:GetAccountPublicAccessBlock`")
        })
    }

    async fn read(&self, target: &Target) -> Result<Reading, Failure> {
        read::read(self, target).await
    }

    async fn apply(&self, remedy: &Remedy) -> Result<(), Failure> {
        apply::apply(self, remedy).await
    }

    async fn recall(&self, target: &Target) -> Result<Memory, Failure> {
        self.clients.records.recall(target.account, &target.bucket).await
    }

    async fn remember(&self, target: &Target, memory: &Memory) -> Result<Kept, Failure> {
        self.clients.records.remember(target.account, &target.bucket, memory).await
    }

    async fn keep(&self, pre_image: &PreImage) -> Result<(), Failure> {
        self.clients.records.keep(pre_image).await
    }

    async fn pre_image(&self, episode: &EpisodeId) -> Result<Option<PreImage>, Failure> {
        self.clients.records.pre_image(episode).await
    }

    async fn history(&self, target: &Target) -> Result<Vec<Trigger>, Failure> {
        history::history(self, target).await
    }

    fn hears(&self, topic: Topic) -> bool {
        publish::hears(&self.clients, topic)
    }

    async fn publish(&self, message: &Message) -> Result<(), Failure> {
        publish::publish(&self.clients, message).await
    }

    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    async fn pause(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
