//! One moto a test process, and what the tests ask of it beside AWS.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Value, json};

use super::http;

/// moto, running as long as this process: it ends when its standard input does.
pub struct Moto {
    port: u16,
    _child: Child,
    _stdin: ChildStdin,
}

/// What the function asked of AWS.
#[derive(Debug, Clone, Deserialize)]
pub struct Request {
    /// The IAM action that it needs, such as `s3:GetBucketAcl`.
    pub action: String,
    pub service: String,
    pub region: String,
    pub method: String,
    pub path: String,
    pub query: String,
    pub expected_owner: Option<String>,
    pub body: String,
}

impl Request {
    /// Whether it changes anything in S3.
    pub fn writes_to_s3(&self) -> bool {
        self.service == "s3" && !["GET", "HEAD"].contains(&self.method.as_str())
    }
}

/// The moto of this process.
pub fn moto() -> &'static Moto {
    static MOTO: OnceLock<Moto> = OnceLock::new();
    MOTO.get_or_init(Moto::start)
}

impl Moto {
    /// Where it is, for `AWS_ENDPOINT_URL`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What the function of `account` asked, in order.
    pub fn requests(&self, account: &str) -> Vec<Request> {
        let path = format!("/_test/requests?account={account}");
        serde_json::from_slice(&http::ask(self.port, "GET", &path, "")).unwrap()
    }

    /// Holds back the request number `at` of `account` from now on, before its effect or after.
    pub fn hold(&self, account: &str, at: usize, after: bool) {
        let hold = json!({"account": account, "at": at, "after": after}).to_string();
        http::ask(self.port, "POST", "/_test/hold", &hold);
    }

    /// Whether that request has come.
    pub fn held(&self, account: &str) -> bool {
        let path = format!("/_test/held?account={account}");
        serde_json::from_slice(&http::ask(self.port, "GET", &path, "")).unwrap()
    }

    /// Answers what the function of `account` asks by `action` with an error or a text: see
    /// `moto_server.py`.
    pub fn fault(&self, account: &str, action: &str, mut fault: Value) {
        fault["account"] = json!(account);
        fault["action"] = json!(action);
        http::ask(self.port, "POST", "/_test/faults", &json!([fault]).to_string());
    }

    /// Lets the account's list of buckets have no more than `size` in a page.
    pub fn page_size(&self, account: &str, size: usize) {
        let body = json!({"account": account, "size": size}).to_string();
        http::ask(self.port, "POST", "/_test/pages", &body);
    }

    /// Which of `patterns`, by name, `event` matches as EventBridge would have it.
    pub fn matching(&self, patterns: &Value, event: &Value) -> Vec<String> {
        let body = json!({"patterns": patterns, "event": event}).to_string();
        let names = http::ask(self.port, "POST", "/_test/matching", &body);
        serde_json::from_slice(&names).unwrap()
    }

    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut child = Command::new(python(root))
            .arg(root.join("tests/support/moto_server.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python is there");
        let mut port = String::new();
        let stdin = child.stdin.take().unwrap();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let port = port.trim().parse().expect("moto starts; if it is not there, run tests/setup");
        Self { port, _child: child, _stdin: stdin }
    }
}

/// `MOTO_PYTHON`, else the one that `tests/setup` made, else any.
pub fn python(root: &Path) -> PathBuf {
    let own = root.join(".venv/bin/python");
    match std::env::var_os("MOTO_PYTHON") {
        Some(python) => python.into(),
        None if own.exists() => own,
        None => "python3".into(),
    }
}
