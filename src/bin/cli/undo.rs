//! `undo`: puts back the Block Public Access settings that a bucket had before the guardrail closed
//! it. The one place that may turn a setting off; it is a person's command, with a person's
//! credentials and a person's reason.

use std::io::{Write, stdout};
use std::sync::Arc;

use anyhow::{Context, bail};
use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use s3_guardrail::aws::{Aws, Clients, Options};
use s3_guardrail::bucket::{BucketState, Region, Setting, Settings};
use s3_guardrail::episode::{EpisodeId, PreImage};
use s3_guardrail::escape::sentence;
use s3_guardrail::ports::{Kept, Reading, Target, World};
use s3_guardrail::undo::{Undo, note, plan};
use time::Duration;

use crate::{Ended, input, verdict_text};

/// Reads after the write, until two in a row show what was put back.
const READS: usize = 8;

/// Shows, and with `--execute` writes, the settings that a bucket had before the guardrail closed
/// it. Only while they are still what the guardrail wrote.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The episode, as its page shows it: `111122223333/clinic-reports/9f86d081884c7d65`
    episode: String,
    /// The table of episodes
    #[arg(long, env = "EPISODE_TABLE")]
    table: String,
    /// Role to assume in the bucket's account, where it is not the one of your credentials
    #[arg(long, value_name = "ROLE", env = "MEMBER_ROLE_NAME")]
    member_role: Option<String>,
    /// Why: kept in the record. Needed to write
    #[arg(long)]
    reason: Option<String>,
    /// Hours for which the guardrail lets be what opens again
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=720))]
    lasts_h: u16,
    /// Guardrail file, for its zone of trust
    #[arg(long, value_name = "FILE")]
    guardrail: Option<std::path::PathBuf>,
    /// Write; without it nothing is written
    #[arg(long, conflicts_with = "dry_run")]
    execute: bool,
    /// Write nothing, which is the default
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(undo(arguments))
}

async fn undo(arguments: &Arguments) -> anyhow::Result<Ended> {
    let episode = EpisodeId::parse(&arguments.episode)?;
    let reason = arguments.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    if arguments.execute && reason.is_none() {
        bail!("`--execute` needs `--reason`: it is kept in the record of the episode");
    }
    let guardrail = input::guardrail(arguments.guardrail.as_deref())?;
    let aws = world(arguments).await?;
    let pre_image = aws.pre_image(&episode).await?;
    let Some(pre_image) = pre_image else {
        bail!("table `{}` has no record of `{episode}`; see the page for its id", arguments.table)
    };
    let target = target(&pre_image, &episode)?;
    let live = read(&aws, &target).await?;
    let memory = aws.recall(&target).await?;
    let written = match &memory.episode {
        Some(last) if last.id == episode => &last.written,
        Some(_) | None => &pre_image.turns_on,
    };
    let undo = plan(&pre_image, written, &live, &guardrail.trust)?;
    let mut out = stdout().lock();
    write!(out, "{}", shown(&pre_image, &live, &undo))?;
    let (true, Some(reason)) = (arguments.execute, reason) else {
        writeln!(out, "\nnothing was written; `--execute --reason TEXT` writes")?;
        return Ok(Ended::Well);
    };
    record(&aws, &target, &pre_image, &undo, reason, arguments.lasts_h).await?;
    if let Err(error) = put_back(&aws, &target, undo.puts_back).await {
        bail!("{error:#}; the record says that it was undone, run the same command again");
    }
    verify(&aws, &target, undo.puts_back).await?;
    writeln!(
        out,
        "\nput back and read again; the guardrail lets it be for {} h, then closes it again",
        arguments.lasts_h
    )?;
    Ok(Ended::Well)
}

async fn world(arguments: &Arguments) -> anyhow::Result<Aws> {
    let options = Options {
        member_role_name: arguments.member_role.clone(),
        episode_table: Some(arguments.table.clone()),
        ..Options::default()
    };
    let clients = Clients::from_environment(options).await.context("`AWS_REGION`")?;
    // whose account the credentials are of is asked
    Ok(Aws::new(Arc::new(clients), ""))
}

fn target(pre_image: &PreImage, episode: &EpisodeId) -> anyhow::Result<Target> {
    let region = pre_image.snapshot.get("Region").and_then(serde_json::Value::as_str);
    Ok(Target {
        bucket: episode.bucket().clone(),
        account: episode.account(),
        region: Region::parse(region.context("the record does not say the bucket's Region")?)?,
        object: None,
    })
}

async fn read(aws: &Aws, target: &Target) -> anyhow::Result<BucketState> {
    match aws.read(target).await? {
        Reading::State(state) => Ok(*state),
        Reading::Gone(why) => bail!("{why}; there is nothing to undo"),
    }
}

fn shown(pre_image: &PreImage, live: &BucketState, undo: &Undo) -> String {
    let on =
        |settings: Settings, setting: Setting| if settings.has(setting) { "on" } else { "off" };
    let now = live.settings.known().copied().unwrap_or_default();
    let by = pre_image.event.principal.as_deref().unwrap_or("not known");
    let mut lines = vec![
        format!("episode   {}", pre_image.episode),
        format!("opened    by {}, {}", sentence(by), sentence(&pre_image.event.name)),
        format!("kept      {}, SHA-256 {}", pre_image.taken_at, pre_image.sha256),
    ];
    lines.extend(Setting::ALL.map(|setting| {
        let (now, then) = (on(now, setting), on(undo.puts_back, setting));
        format!("setting   {}: {now}, would be {then}", setting.name())
    }));
    lines.push(format!("then      {}", verdict_text::headline(&undo.verdict)));
    let details = verdict_text::details(&undo.verdict).into_iter();
    lines.extend(details.map(|line| format!("          {line}")));
    lines.join("\n") + "\n"
}

/// Notes the undo first: else the guardrail would close the bucket at once.
async fn record(
    aws: &Aws,
    target: &Target,
    pre_image: &PreImage,
    undo: &Undo,
    reason: &str,
    lasts_h: u16,
) -> anyhow::Result<()> {
    let by = aws.caller().await?;
    for _ in 0..5 {
        let mut memory = aws.recall(target).await?;
        let lasts = Duration::hours(lasts_h.into());
        note(&mut memory, pre_image, undo, reason, &by, aws.now(), lasts);
        match aws.remember(target, &memory).await? {
            Kept::Written => return Ok(()),
            Kept::Overtaken => {}
        }
    }
    bail!("the guardrail is at work on this bucket right now; try again in a minute")
}

async fn put_back(aws: &Aws, target: &Target, settings: Settings) -> anyhow::Result<()> {
    let configuration = PublicAccessBlockConfiguration::builder()
        .block_public_acls(settings.block_public_acls)
        .ignore_public_acls(settings.ignore_public_acls)
        .block_public_policy(settings.block_public_policy)
        .restrict_public_buckets(settings.restrict_public_buckets)
        .build();
    let call = aws
        .s3(target)
        .await?
        .put_public_access_block()
        .bucket(target.bucket.as_str())
        .expected_bucket_owner(target.account.as_str())
        .public_access_block_configuration(configuration);
    call.send().await.context("the settings were not put back")?;
    Ok(())
}

async fn verify(aws: &Aws, target: &Target, settings: Settings) -> anyhow::Result<()> {
    let mut good = 0;
    for _ in 0..READS {
        let seen = read(aws, target).await?.settings.known().copied() == Some(settings);
        good = if seen { good + 1 } else { 0 };
        if good == 2 {
            return Ok(());
        }
        aws.pause(std::time::Duration::from_millis(500)).await;
    }
    bail!("S3 took the settings, and does not show them yet; read them again in a minute")
}
