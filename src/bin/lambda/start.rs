//! What the function needs before its first event: a guardrail, a topic, clients.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use s3_guardrail::aws::{Clients, Options};
use s3_guardrail::guardrail::{DEFAULT, Guardrail, Mode};
use s3_guardrail::topic::TopicArn;

use crate::function::Function;

/// Where a layer puts the guardrail file.
const LAYER_FILE: &str = "/opt/guardrail.toml";

/// Starts the function, or says why it cannot.
pub(crate) async fn start() -> Result<Function> {
    let guardrail = guardrail(variable("GUARDRAIL_FILE").map(PathBuf::from), LAYER_FILE.as_ref())?;
    let options = Options {
        member_role_name: variable("MEMBER_ROLE_NAME"),
        page_topic: page_topic(variable("PAGE_TOPIC_ARN").as_deref(), guardrail.mode)?,
        chat_topic: chat_topic(variable("CHAT_TOPIC_ARN").as_deref())?,
        // where nothing is told, nothing is remembered
        episode_table: match guardrail.mode {
            Mode::Observe => None,
            Mode::Notify | Mode::Enforce => variable("EPISODE_TABLE"),
        },
    };
    let clients = Clients::from_environment(options).await.context("`AWS_REGION`")?;
    clients.open_connections().await;
    Ok(Function { guardrail, clients: Arc::new(clients) })
}

/// A variable that is set to something; Terraform sets what has no value to the empty string.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The guardrail in the file `named`, else in the layer's file if there is one, else the built-in
/// one. A file that is named must be there and be good: with another one the function would do what
/// nobody asked for.
fn guardrail(named: Option<PathBuf>, layer: &Path) -> Result<Guardrail> {
    let file = named.or_else(|| layer.exists().then(|| layer.to_owned()));
    let Some(file) = file else {
        return Guardrail::parse(DEFAULT).context("the built-in guardrail file");
    };
    let shown = file.display();
    let text = std::fs::read_to_string(&file).with_context(|| {
        format!(
            "guardrail file `{shown}` cannot be read; ship it as a layer or unset GUARDRAIL_FILE"
        )
    })?;
    Guardrail::parse(&text).with_context(|| {
        format!("guardrail file `{shown}`; try `s3-guardrail guardrail check` on it")
    })
}

/// The topic of pages, which only a function that never pages can do without.
fn page_topic(arn: Option<&str>, mode: Mode) -> Result<Option<TopicArn>> {
    match (arn, mode) {
        (Some(arn), _) => Ok(Some(TopicArn::parse(arn).context("`PAGE_TOPIC_ARN`")?)),
        (None, Mode::Observe) => Ok(None),
        (None, Mode::Notify | Mode::Enforce) => bail!(
            "`PAGE_TOPIC_ARN` is not set; set it to an SNS topic, or the guardrail's mode to \
             `observe`"
        ),
    }
}

/// The topic of chat messages, which every function can do without.
fn chat_topic(arn: Option<&str>) -> Result<Option<TopicArn>> {
    arn.map(|arn| TopicArn::parse(arn).context("`CHAT_TOPIC_ARN`")).transpose()
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use s3_guardrail::guardrail::Mode;

    use super::{chat_topic, guardrail, page_topic};

    #[test]
    fn without_a_topic_nothing_but_observing_starts() {
        assert!(page_topic(None, Mode::Observe).unwrap().is_none());
        for mode in [Mode::Notify, Mode::Enforce] {
            let error = page_topic(None, mode).unwrap_err().to_string();
            assert!(error.contains("PAGE_TOPIC_ARN"), "{error}");
        }
        assert!(page_topic(Some("pages"), Mode::Observe).is_err());
        let arn = "arn:aws:sns:eu-west-1:111122223333:pages";
        assert!(page_topic(Some(arn), Mode::Enforce).unwrap().is_some());
        assert!(chat_topic(Some(arn)).unwrap().is_some() && chat_topic(None).unwrap().is_none());
        assert!(format!("{:#}", chat_topic(Some("chat")).unwrap_err()).contains("CHAT_TOPIC_ARN"));
    }

    #[test]
    fn a_file_that_is_named_must_be_there() {
        let nowhere = Path::new("/nowhere/guardrail.toml");
        let error = guardrail(Some(PathBuf::from(nowhere)), nowhere).unwrap_err();
        assert!(format!("{error:#}").contains("`/nowhere/guardrail.toml`"), "{error:#}");
    }
}
