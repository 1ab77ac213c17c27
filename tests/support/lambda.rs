//! The built function, driven as Lambda drives it: by a Runtime API on loopback.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::account::{Account, REGION};
use super::http;
use super::moto::moto;

/// How long an invocation may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A running function.
pub struct Function {
    child: Child,
    invoke: Sender<String>,
    outcomes: Receiver<Outcome>,
    log: Arc<Mutex<String>>,
}

/// What an invocation came to.
#[derive(Debug)]
pub enum Outcome {
    Answer(Value),
    Error { kind: String, message: String },
}

impl Outcome {
    #[track_caller]
    pub fn answer(self) -> Value {
        match self {
            Self::Answer(answer) => answer,
            Self::Error { kind, message } => panic!("{kind}: {message}"),
        }
    }

    /// The type of the error and its message.
    #[track_caller]
    pub fn error(self) -> (String, String) {
        match self {
            Self::Error { kind, message } => (kind, message),
            Self::Answer(answer) => panic!("no error, but {answer}"),
        }
    }
}

/// The environment in which Lambda would start the function for `account`; `more` is added, an
/// empty value takes a variable away.
fn command(account: &Account, port: u16, more: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_s3-guardrail-lambda"));
    command
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", format!("FUNC{}", account.id))
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", REGION)
        .env("AWS_ENDPOINT_URL", moto().url())
        .env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{port}"))
        .env("AWS_LAMBDA_FUNCTION_NAME", "s3-guardrail")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024")
        .env("PAGE_TOPIC_ARN", &account.topic);
    for (name, value) in more {
        match *value {
            "" => command.env_remove(name),
            value => command.env(name, value),
        };
    }
    command
}

impl Function {
    /// Starts the function in `account` with the guardrail file `guardrail`.
    pub fn start(account: &Account, guardrail: &str) -> Self {
        let file = account.folder.path().join("guardrail.toml");
        std::fs::write(&file, guardrail).unwrap();
        Self::start_with(account, &[("GUARDRAIL_FILE", file.to_str().unwrap())])
    }

    /// Starts the function with more of an environment.
    pub fn start_with(account: &Account, more: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (invoke, invocations) = channel();
        let (tell, outcomes) = channel();
        let api =
            RuntimeApi { account: account.id.clone(), tell, invocations: Mutex::new(invocations) };
        thread::spawn(move || api.serve(&listener));
        let mut child = command(account, port, more).stdout(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (output, kept) = (child.stdout.take().unwrap(), Arc::clone(&log));
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                kept.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        Self { child, invoke, outcomes, log }
    }

    /// Hands one payload to the function and waits for what comes of it.
    #[track_caller]
    pub fn invoke(&self, payload: &impl ToString) -> Outcome {
        self.invoke.send(payload.to_string()).unwrap();
        match self.outcomes.recv_timeout(TIMEOUT) {
            Ok(outcome) => outcome,
            Err(error) => panic!("{error}"),
        }
    }

    /// Hands one payload to the function and does not wait.
    pub fn hand(&self, payload: &impl ToString) {
        self.invoke.send(payload.to_string()).unwrap();
    }

    /// What came of it, if anything has.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcomes.try_recv().ok()
    }

    /// The records of its runs so far.
    pub fn records(&self) -> Vec<Value> {
        // standard output is read by another thread
        thread::sleep(Duration::from_millis(100));
        self.log().lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("the function's log:\n{}", self.log());
        }
    }
}

/// Starts a function that is expected to refuse, and gives its status and its output.
pub fn refusal_to_start(account: &Account, more: &[(&str, &str)]) -> (ExitStatus, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let output = command(account, port, more).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status, text + &String::from_utf8_lossy(&output.stderr))
}

/// Lambda's Runtime API, for one function.
struct RuntimeApi {
    account: String,
    invocations: Mutex<Receiver<String>>,
    tell: Sender<Outcome>,
}

impl RuntimeApi {
    fn serve(&self, listener: &TcpListener) {
        thread::scope(|scope| {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                scope.spawn(move || self.connection(&stream));
            }
        });
    }

    fn connection(&self, stream: &TcpStream) {
        let mut from = BufReader::new(stream);
        while let Ok(Some(request)) = http::read(&mut from) {
            let path = request.first_line.split(' ').nth(1).unwrap_or_default();
            let sent = match path.rsplit('/').next() {
                Some("next") => match self.invocations.lock().unwrap().recv() {
                    Ok(payload) => write(stream, "200 OK", &self.headers(), &payload),
                    Err(_) => return,
                },
                Some("response") => {
                    let answer = serde_json::from_slice(&request.body).unwrap();
                    let _ = self.tell.send(Outcome::Answer(answer));
                    write(stream, "202 Accepted", "", "{}")
                }
                Some("error") => {
                    let error: Value = serde_json::from_slice(&request.body).unwrap();
                    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
                    let (kind, message) = (text("errorType"), text("errorMessage"));
                    let _ = self.tell.send(Outcome::Error { kind, message });
                    write(stream, "202 Accepted", "", "{}")
                }
                _ => write(stream, "404 Not Found", "", "{}"),
            };
            if sent.is_err() {
                return;
            }
        }
    }

    fn headers(&self) -> String {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let deadline_ms = (now + TIMEOUT).as_millis();
        format!(
            "Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
             Lambda-Runtime-Deadline-Ms: {deadline_ms}\r\n\
             Lambda-Runtime-Invoked-Function-Arn: \
             arn:aws:lambda:{REGION}:{}:function:s3-guardrail\r\n\
             Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\r\n",
            self.account
        )
    }
}

fn write(mut to: &TcpStream, status: &str, headers: &str, body: &str) -> std::io::Result<()> {
    let size = body.len();
    write!(
        to,
        "HTTP/1.1 {status}\r\n{headers}Content-Type: application/json\r\n\
         Content-Length: {size}\r\n\r\n{body}"
    )
}
