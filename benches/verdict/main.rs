//! How long a verdict takes, as a multiple of what parsing the same bytes as JSON takes: over the
//! labelled cases, and over policies built to take long. All of it in one run, case by case and in
//! turn, so that a busy machine slows all alike; of the repetitions the fastest counts.
//!
//! `cargo bench --no-default-features --bench verdict`, with `-- TEXT` for the cases alone that have
//! that text in their name.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::panic)]

mod worst;

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use s3_guardrail::bucket::snapshot;
use s3_guardrail::exposure::evaluate;
use s3_guardrail::trust::Trust;
use serde_json::Value;

/// Repetitions of a case: at least, at most, and how long it goes on in between.
const FEWEST: u32 = 3;
const MOST: u32 = 400;
const CASE_TIME: Duration = Duration::from_millis(400);

/// The fastest repetition of each step of a case, what it made dropped.
struct Times {
    json: Duration,
    read: Duration,
    evaluate: Duration,
}

impl Times {
    fn of(text: &str) -> Self {
        let trust = Trust::default();
        let mut fastest = [Duration::MAX; 3];
        let began = Instant::now();
        for repetition in 0..MOST {
            if repetition >= FEWEST && began.elapsed() > CASE_TIME {
                break;
            }
            let state = snapshot::read(text).unwrap();
            let steps = [
                time(|| serde_json::from_str::<Value>(black_box(text)).unwrap()),
                time(|| snapshot::read(black_box(text)).unwrap()),
                time(|| evaluate(black_box(&state), &trust)),
            ];
            for (fastest, step) in fastest.iter_mut().zip(steps) {
                *fastest = step.min(*fastest);
            }
        }
        let [json, read, evaluate] = fastest;
        Self { json, read, evaluate }
    }

    fn ratio(&self, step: Duration) -> f64 {
        step.as_secs_f64() / self.json.as_secs_f64()
    }
}

fn time<T>(step: impl FnOnce() -> T) -> Duration {
    let began = Instant::now();
    drop(black_box(step()));
    began.elapsed()
}

fn main() {
    // `cargo test --all-targets` builds and starts benchmarks too, but means no measuring
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let is_asked_for = |name: &str| only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    for (name, path) in [
        ("tests/cases/exposure.jsonl", root.join("tests/cases/exposure.jsonl")),
        ("shared corpus", root.join("../shared/corpus/exposure.jsonl")),
    ]
    .into_iter()
    .filter(|(name, _)| is_asked_for(name))
    {
        if let Ok(text) = fs::read_to_string(path) {
            labelled(name, &text);
        }
    }
    built_to_take_long(is_asked_for);
}

fn labelled(name: &str, text: &str) {
    let cases: Vec<Times> = text
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            Times::of(&line["snapshot"].to_string())
        })
        .collect();
    println!("\n{name}: {} cases", cases.len());
    println!("{:24} {:>10} {:>10} {:>10}", "", "median", "p99", "most");
    let all = |of: &dyn Fn(&Times) -> f64| cases.iter().map(of).collect::<Vec<_>>();
    for (name, micros) in [
        ("JSON parse, µs", all(&|case| micros(case.json))),
        ("read, µs", all(&|case| micros(case.read))),
        ("evaluate, µs", all(&|case| micros(case.evaluate))),
        ("read + evaluate, µs", all(&|case| micros(case.read + case.evaluate))),
        ("read / JSON", all(&|case| case.ratio(case.read))),
        ("evaluate / JSON", all(&|case| case.ratio(case.evaluate))),
        ("read + evaluate / JSON", all(&|case| case.ratio(case.read + case.evaluate))),
    ] {
        let mut sorted = micros;
        sorted.sort_by(f64::total_cmp);
        let at = |percent: usize| sorted[(sorted.len() - 1) * percent / 100];
        println!("{name:24} {:10.2} {:10.2} {:10.2}", at(50), at(99), at(100));
    }
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn built_to_take_long(is_asked_for: impl Fn(&str) -> bool) {
    println!("\nbuilt to take long");
    println!(
        "{:44} {:>8} {:>9} {:>9} {:>10} {:>9}",
        "", "bytes", "JSON, ms", "read, ms", "judge, ms", "/ JSON"
    );
    for (name, snapshot) in worst::cases().into_iter().filter(|(name, _)| is_asked_for(name)) {
        let text = snapshot.to_string();
        let times = Times::of(&text);
        let [json, read, evaluate] =
            [times.json, times.read, times.evaluate].map(|step| step.as_secs_f64() * 1e3);
        let ratio = times.ratio(times.read + times.evaluate);
        println!("{name:44} {:8} {json:9.3} {read:9.3} {evaluate:10.3} {ratio:9.1}", text.len());
    }
}
