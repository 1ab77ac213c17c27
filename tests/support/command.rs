//! The command line, run as a person runs it.

use assert_cmd::Command;

/// What a run gave.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

/// Runs it with `arguments` and `input` on its standard input.
pub fn run(arguments: &[&str], input: &str) -> Ran {
    let output = Command::cargo_bin("s3-guardrail")
        .unwrap()
        .args(arguments)
        .write_stdin(input.to_owned())
        .output()
        .unwrap();
    Ran {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
