//! Calls on moto for which the package has no client.

use std::io::{BufReader, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::account::Account;
use crate::support::http;
use crate::support::moto::moto;

/// Who asks, of which Region.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub account: &'a str,
    pub region: &'a str,
}

impl Place<'_> {
    /// A call of a service that speaks JSON; `target` is its API and operation.
    pub fn json(&self, service: &str, target: &str, body: &Value) -> Value {
        let version = if service == "sqs" { "1.0" } else { "1.1" };
        let headers =
            format!("X-Amz-Target: {target}\r\nContent-Type: application/x-amz-json-{version}\r\n");
        let answer = self.send(service, "POST", "/", &headers, &body.to_string());
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{target}: {answer}"))
    }

    /// A call of a service that speaks forms and XML.
    pub fn form(&self, service: &str, fields: &[(&str, &str)]) -> String {
        let encoded = |text: &str| {
            let bytes: Vec<_> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            bytes.concat()
        };
        let fields: Vec<_> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
        self.send(service, "POST", "/", headers, &fields.join("&"))
    }

    /// A call by method and path.
    pub fn get(&self, service: &str, path: &str) -> String {
        self.send(service, "GET", path, "", "")
    }

    fn send(&self, service: &str, method: &str, path: &str, headers: &str, body: &str) -> String {
        let url = moto().url();
        let host = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        let (Self { account, region }, size) = (self, body.len());
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\
             Authorization: AWS4-HMAC-SHA256 \
             Credential=TEST{account}/20261121/{region}/{service}/aws4_request, \
             SignedHeaders=host, Signature=0\r\nContent-Length: {size}\r\n\r\n{body}"
        )
        .unwrap();
        let answer = http::read(&mut BufReader::new(stream)).unwrap().unwrap();
        let text = String::from_utf8(answer.body).unwrap();
        assert!(answer.first_line.contains(" 20"), "{service} {path}: {text}");
        text
    }

    /// Puts an event of an AWS service on a bus, as the service itself would.
    pub fn put_event(&self, event: &Value) {
        let entry = json!({
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": event["detail"].to_string(),
        });
        let answer = self.json("events", "AWSEvents.PutEvents", &json!({"Entries": [entry]}));
        assert_eq!(answer["FailedEntryCount"], 0, "{answer}");
    }

    /// Takes every message that lies in a queue.
    pub fn take(&self, queue_url: &str) -> Vec<String> {
        let mut bodies = Vec::new();
        loop {
            let asked = json!({"QueueUrl": queue_url, "MaxNumberOfMessages": 10});
            let got = self.json("sqs", "AmazonSQS.ReceiveMessage", &asked);
            let Some(messages) = got["Messages"].as_array().filter(|got| !got.is_empty()) else {
                return bodies;
            };
            for message in messages {
                bodies.push(message["Body"].as_str().unwrap().to_owned());
                let done =
                    json!({"QueueUrl": queue_url, "ReceiptHandle": message["ReceiptHandle"]});
                self.json("sqs", "AmazonSQS.DeleteMessage", &done);
            }
        }
    }
}

/// Has the account's queue of pages hear what is published on `topic`.
pub fn hear_pages(account: &Account, place: Place<'_>, topic: &str) {
    let endpoint = format!("arn:aws:sqs:{}:{}:pages", place.region, account.id);
    place.form(
        "sns",
        &[
            ("Action", "Subscribe"),
            ("Version", "2010-03-31"),
            ("TopicArn", topic),
            ("Protocol", "sqs"),
            ("Endpoint", &endpoint),
        ],
    );
}
