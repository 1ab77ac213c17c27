//! Terraform, run on a copy of `infra/` against moto.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::account::REGION;
use crate::support::moto::{moto, python};

/// A configuration with a state of its own; what is left of it is destroyed with the test's moto.
pub struct Terraform {
    account: String,
    copy: TempDir,
    /// The configuration's folder within `infra/`.
    folder: &'static str,
    variables: Vec<String>,
    /// As the last run left it.
    state: OnceCell<Value>,
}

/// A resource as Terraform has it.
#[derive(Debug, Clone)]
pub struct Resource {
    pub address: String,
    pub kind: String,
    pub values: Value,
}

impl Terraform {
    /// A copy of `infra/` whose `folder` is the configuration.
    pub fn new(account: &str, folder: &'static str) -> Self {
        let copy = tempfile::tempdir().unwrap();
        copied(&root().join("infra"), copy.path());
        let new = Self {
            account: account.to_owned(),
            copy,
            folder,
            variables: Vec::new(),
            state: OnceCell::new(),
        };
        let mut init = new.command(&["init", "-backend=false", "-input=false"]);
        let plugins = std::env::var("TERRAFORM_PLUGINS").unwrap_or_default();
        if !plugins.is_empty() {
            init.arg(format!("-plugin-dir={plugins}"));
        }
        succeeded(&init.output().unwrap(), "init");
        new
    }

    /// Where the configuration lies.
    pub fn path(&self) -> PathBuf {
        self.copy.path().join(self.folder)
    }

    /// Sets the variables of the next runs.
    pub fn set(&mut self, variables: &[(&str, &str)]) {
        self.variables =
            variables.iter().map(|(name, value)| format!("-var={name}={value}")).collect();
    }

    /// Packs `binary` in a folder within `beside` and, next to the file itself, the guardrail file
    /// as `infra/package` does; gives the path of the function's zip.
    pub fn package(beside: &Path, binary: &Path, guardrail: Option<&Path>) -> String {
        let out = beside.join("zip");
        let mut command = Command::new(python(root()));
        command.arg(root().join("infra/package")).arg("--binary").arg(binary);
        command.arg("--out").arg(&out);
        if let Some(guardrail) = guardrail {
            command.arg("--guardrail").arg(guardrail);
        }
        succeeded(&command.output().unwrap(), "package");
        out.join("function.zip").to_str().unwrap().to_owned()
    }

    pub fn apply(&mut self) {
        self.run("apply", &["-auto-approve"]);
    }

    pub fn destroy(&mut self) {
        self.run("destroy", &["-auto-approve"]);
        assert!(self.resources().is_empty());
    }

    /// What another apply would change.
    pub fn changes(&self) -> String {
        let output = self.output("plan", &["-detailed-exitcode"]);
        match output.status.code() {
            Some(0) => String::new(),
            _ => said(&output),
        }
    }

    /// Everything that is managed.
    pub fn resources(&self) -> Vec<Resource> {
        let mut found = Vec::new();
        if let Some(root) = self.state()["values"].get("root_module") {
            collect(root, &mut found);
        }
        found
    }

    /// What the configuration hands out.
    pub fn outputs(&self) -> BTreeMap<String, Value> {
        let state = self.state();
        let outputs = state["values"]["outputs"].as_object().unwrap();
        outputs.iter().map(|(name, output)| (name.clone(), output["value"].clone())).collect()
    }

    fn state(&self) -> &Value {
        self.state.get_or_init(|| {
            let output = self.command(&["show", "-json"]).output().unwrap();
            succeeded(&output, "show");
            serde_json::from_slice(&output.stdout).unwrap()
        })
    }

    fn run(&mut self, verb: &str, arguments: &[&str]) {
        self.state.take();
        succeeded(&self.output(verb, arguments), verb);
    }

    fn output(&self, verb: &str, arguments: &[&str]) -> Output {
        let mut command = self.command(&[verb, "-input=false", "-parallelism=30"]);
        command.args(arguments).args(&self.variables).output().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        command
            .arg(format!("-chdir={}", self.path().to_str().unwrap()))
            .arg(arguments[0])
            .arg("-no-color")
            .args(&arguments[1..])
            .env("TF_CLI_CONFIG_FILE", "/dev/null")
            .env("TF_IN_AUTOMATION", "1")
            .env("AWS_ENDPOINT_URL", moto().url())
            .env("AWS_ACCESS_KEY_ID", format!("TEST{}", self.account))
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", REGION)
            .env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn collect(module: &Value, found: &mut Vec<Resource>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        if resource["mode"] == "managed" {
            let text = |name: &str| resource[name].as_str().unwrap().to_owned();
            found.push(Resource {
                address: text("address"),
                kind: text("type"),
                values: resource["values"].clone(),
            });
        }
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        collect(child, found);
    }
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        let hidden = name.to_str().unwrap().starts_with(".terraform");
        let state = name.to_str().unwrap().contains("tfstate");
        if path.is_dir() && !hidden {
            copied(&path, &to.join(name));
        } else if !hidden && !state {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

#[track_caller]
fn succeeded(output: &Output, what: &str) {
    assert!(output.status.success(), "{what}: {}", said(output));
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}
