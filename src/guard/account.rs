//! The account's own Block Public Access settings, where an account rule speaks of them: one write
//! that covers every bucket of the account.

use std::time::Duration;

use super::contain;
use super::tell::{publish, told};
use crate::alert::compose_account;
use crate::bucket::{AccountId, Region, Settings};
use crate::event::{Scope, Trigger};
use crate::guardrail::{AccountRule, Guardrail, Mode, RuleAction, Urgency};
use crate::ports::{Failure, World};
use crate::remedy::Remedy;
use crate::report::{AccountJudged, AccountRun, Applied, Sent};

/// Reads after a write before it is given up as not verified, half a second apart.
const READS: usize = 10;
const WAIT: Duration = Duration::from_millis(500);

/// Looks at the settings of the account that `trigger` is about; `None` where no rule speaks of
/// them.
pub(super) async fn guard_account(
    trigger: &Trigger,
    guardrail: &Guardrail,
    world: &impl World,
) -> Option<(AccountRun, Vec<Sent>)> {
    let Scope::Account { account, region } = &trigger.scope else { return None };
    let rules: Vec<&AccountRule> = guardrail
        .accounts
        .iter()
        .filter(|rule| rule.accounts.is_empty() || rule.accounts.contains(account))
        .collect();
    let action = rules.iter().map(|rule| rule.action).max()?;
    let run = look(*account, region, action, guardrail.mode, world).await;
    let run = AccountRun {
        account: *account,
        region: region.clone(),
        rules: rules
            .iter()
            .filter(|rule| rule.action == action)
            .map(|rule| rule.name.clone())
            .collect(),
        urgency: rules
            .iter()
            .filter(|rule| rule.action == action)
            .map(|rule| rule.urgency)
            .max()
            .unwrap_or(Urgency::High),
        outcome: run,
    };
    let alerts = {
        let messages = compose_account(trigger, &run, &guardrail.telling);
        publish(told(guardrail, messages), world).await
    };
    Some((run, alerts))
}

async fn look(
    account: AccountId,
    region: &Region,
    action: RuleAction,
    mode: Mode,
    world: &impl World,
) -> Result<AccountJudged, Failure> {
    let before = world.account_settings(account, region).await?;
    let turns_on = before.off();
    let writes = match (action, mode) {
        (RuleAction::Contain, Mode::Enforce) => !turns_on.is_empty(),
        (RuleAction::Contain, Mode::Notify | Mode::Observe)
        | (RuleAction::Alert | RuleAction::Ignore, _) => false,
    };
    if !writes {
        return Ok(AccountJudged { before, action, mode, applied: Vec::new(), verified: None });
    }
    let remedy = Remedy::BlockAccountPublicAccess { account, region: region.clone(), turns_on };
    let applied = contain(vec![remedy], world).await;
    let verified = verify(account, region, &applied, world).await;
    Ok(AccountJudged { before, action, mode, applied, verified })
}

/// Whether two reads in a row showed all four on; `None` where nothing was written.
async fn verify(
    account: AccountId,
    region: &Region,
    applied: &[Applied],
    world: &impl World,
) -> Option<bool> {
    applied.iter().find(|applied| applied.result.is_ok())?;
    let mut good = 0_u8;
    for read in 0..READS {
        if read > 0 {
            world.pause(WAIT).await;
        }
        let shows = world.account_settings(account, region).await == Ok(Settings::ALL_ON);
        good = if shows { good.saturating_add(1) } else { 0 };
        if good == 2 {
            return Some(true);
        }
    }
    Some(false)
}
