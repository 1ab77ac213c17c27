//! The house rules that can be checked by reading the source: who may name what, how long a file
//! may be, what it begins with.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

const FILE_LINES: usize = 400;
const COLUMNS: usize = 100;

struct Source {
    /// Relative to the project, with `/`.
    path: String,
    /// What comes before the file's tests.
    code: String,
    text: String,
}

fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(&root.join(folder), &mut found);
    assert!(!found.is_empty(), "no sources under {folder}");
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let code = before_tests(&text).to_owned();
            let path = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            Source { path, code, text }
        })
        .collect()
}

/// The file without its `mod tests`.
fn before_tests(text: &str) -> &str {
    let start = text.match_indices("#[cfg(test)]\n").map(|(at, _)| at).find(|at| {
        let block = text.get(*at..).unwrap();
        block.lines().take(3).any(|line| line.starts_with("mod tests {"))
    });
    text.get(..start.unwrap_or(text.len())).unwrap()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.ends_with("alert/examples.rs") {
            // goldens: compiled for tests alone
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Lines of code: no comments, no documentation, no content of strings.
fn code_lines(source: &Source) -> impl Iterator<Item = (usize, String)> {
    source
        .code
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.starts_with("//"))
        .map(|(number, line)| (number, line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")))
}

fn is_outer(source: &Source) -> bool {
    ["src/aws/", "src/bin/"].iter().any(|outer| source.path.starts_with(outer))
}

fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn only_aws_and_the_binaries_name_the_outer_world() {
    let words = [
        "aws_",
        "tokio",
        "std::env",
        "env::var",
        "std::fs",
        "fs::",
        "std::net::Tcp",
        "std::process",
        "SystemTime",
        "Instant",
        "now_utc",
        "now_local",
        "thread::sleep",
        "reqwest",
        "hyper",
    ];
    let allowed = ["src/lib.rs"];
    let mut found = Vec::new();
    for source in sources("src") {
        if is_outer(&source) || allowed.contains(&source.path.as_str()) {
            continue;
        }
        for (number, line) in code_lines(&source) {
            for word in words.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{number}: names `{word}`", source.path));
            }
        }
    }
    assert_none(&found);
}

#[test]
fn the_judging_rooms_are_pure_and_total() {
    let pure = [
        "src/exposure/",
        "src/explain/",
        "src/iam/",
        "src/remedy.rs",
        "src/alert/",
        "src/blame",
        "src/change.rs",
        "src/episode/",
        "src/guardrail/contain.rs",
        "src/guardrail/decide.rs",
        "src/guardrail/exempt.rs",
        "src/guardrail/fit.rs",
    ];
    let mut found = Vec::new();
    for source in sources("src") {
        if !pure.iter().any(|room| source.path.starts_with(room)) {
            continue;
        }
        // parsing may fail; nothing after it may
        let parses =
            ["document.rs", "condition.rs", "principal.rs", "question.rs", "episode/id.rs"];
        let may_fail = parses.iter().any(|name| source.path.ends_with(name));
        for (number, line) in code_lines(&source) {
            if line.contains("async ") || line.contains(".await") {
                found.push(format!("{}:{number}: waits", source.path));
            }
            if !may_fail && line.starts_with("pub ") && line.contains("-> Result<") {
                found.push(format!("{}:{number}: may fail", source.path));
            }
        }
    }
    assert_none(&found);
}

#[test]
fn nothing_can_turn_a_setting_off() {
    let setters = [
        "block_public_acls(",
        "ignore_public_acls(",
        "block_public_policy(",
        "restrict_public_buckets(",
    ];
    let writes = [
        "delete_public_access_block",
        "put_bucket_policy",
        "delete_bucket_policy",
        "put_bucket_acl",
        "put_object_acl",
        "delete_bucket(",
        "put_bucket_ownership",
        "put_bucket_tagging",
        "delete_access_point",
        "put_access_point_policy",
    ];
    let (mut found, mut set) = (Vec::new(), 0);
    for source in sources("src") {
        for (number, line) in code_lines(&source) {
            for setter in setters.iter().filter(|setter| line.contains(**setter)) {
                let value = line.split(*setter).nth(1).unwrap();
                // `then` is what is on with more on, see `Settings::with`
                let on = value.starts_with("true)") || value.starts_with("then.");
                if source.path.starts_with("src/aws/apply") && on {
                    set += 1;
                } else if source.path == "src/bin/cli/undo.rs" {
                    // a person's command: the one exception
                } else if !value.starts_with(')') {
                    found.push(format!("{}:{number}: sets `{setter}…`", source.path));
                }
            }
            for call in writes.iter().filter(|call| line.contains(**call)) {
                found.push(format!("{}:{number}: calls `{call}`", source.path));
            }
        }
    }
    assert_none(&found);
    assert_eq!(set, 12, "of a bucket and an account all to true; the third leaves on what is on");
}

#[test]
fn files_and_lines_keep_their_limits_and_say_what_they_are_for() {
    let mut found = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")) {
        let lines = source.code.lines().count();
        if lines > FILE_LINES && source.path.starts_with("src/") {
            found.push(format!("{}: {lines} lines before its tests", source.path));
        }
        if !source.text.starts_with("//!") {
            found.push(format!("{}: does not say at its top what it is for", source.path));
        }
        for (index, line) in source.code.lines().enumerate() {
            // a string that cannot be broken may stand out
            if line.chars().count() > COLUMNS && !line.contains('"') {
                found.push(format!("{}:{}: over {COLUMNS} columns", source.path, index + 1));
            }
        }
    }
    assert_none(&found);
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    let (mut section, mut before, mut found, mut seen) = ("", "", Vec::new(), 0);
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.contains("dependencies") && !line.starts_with('#') && line.contains(" = ")
        {
            seen += 1;
            if !before.starts_with('#') {
                found.push(format!("Cargo.toml: `{line}` does not say what it is for"));
            }
        }
        before = line;
    }
    assert!(seen > 20);
    assert_none(&found);
}
