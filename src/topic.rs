//! SNS topics: where messages go.

use std::fmt;

use crate::bucket::Region;

/// ARN of an SNS topic that people and pagers can subscribe to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TopicArn {
    arn: String,
    region: Region,
}

/// Why a text is not the ARN of such a topic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    /// Not of the form of one.
    #[error(
        "`{0}` is not the ARN of an SNS topic; it has the form \
         `arn:aws:sns:eu-west-1:111122223333:name`"
    )]
    Form(String),
    /// A FIFO topic delivers to queues only.
    #[error("`{0}` is a FIFO topic, which mail and pagers cannot subscribe to; use a standard one")]
    Fifo(String),
}

impl TopicArn {
    /// # Errors
    ///
    /// [`TopicError`] unless `text` is the ARN of a standard topic.
    pub fn parse(text: &str) -> Result<Self, TopicError> {
        let form = || TopicError::Form(text.escape_default().take(300).collect());
        let parts: Vec<&str> = text.split(':').collect();
        let ["arn", partition, "sns", region, account, name] = parts.as_slice() else {
            return Err(form());
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let complete = [partition, account, name]
            .iter()
            .all(|part| !part.is_empty() && part.len() <= 256 && part.bytes().all(plain));
        if !complete {
            return Err(form());
        }
        if name.rsplit_once('.').is_some_and(|(_, end)| end == "fifo") {
            return Err(TopicError::Fifo(text.to_owned()));
        }
        let region = Region::parse(region).map_err(|_| form())?;
        Ok(Self { arn: text.to_owned(), region })
    }

    /// The ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.arn
    }

    /// The Region in which it is.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn)
    }
}

#[cfg(test)]
mod tests {
    use super::{TopicArn, TopicError};

    #[test]
    fn a_topic_says_its_region() {
        let topic = TopicArn::parse("arn:aws:sns:eu-west-1:111122223333:pages").unwrap();
        assert_eq!(topic.region().as_str(), "eu-west-1");
        assert!(TopicArn::parse("arn:aws-cn:sns:cn-north-1:111122223333:a-b_c").is_ok());
    }

    #[test]
    fn what_is_no_topic_is_refused() {
        for text in [
            "",
            "pages",
            "arn:aws:sqs:eu-west-1:111122223333:pages",
            "arn:aws:sns:eu-west-1:111122223333:pages:0d2b",
            "arn:aws:sns:evil.example/:111122223333:pages",
            "arn:aws:sns:eu-west-1:111122223333:",
            "arn:aws:sns:eu-west-1:111122223333:pages\n",
        ] {
            assert!(matches!(TopicArn::parse(text), Err(TopicError::Form(_))), "{text}");
        }
        let fifo = TopicArn::parse("arn:aws:sns:eu-west-1:111122223333:pages.fifo");
        assert!(matches!(fifo, Err(TopicError::Fifo(_))));
    }
}
