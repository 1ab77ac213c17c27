//! Any text as a policy: reading never panics, and what is read is printed as itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use s3_guardrail::iam::Document;

fuzz_target!(|text: &str| {
    let Ok(document) = Document::parse(text) else { return };
    let printed = document.to_json();
    assert_eq!(Document::from_json(&printed).as_ref(), Ok(&document), "{printed}");
    assert_eq!(Document::parse(&printed.to_string()).as_ref(), Ok(&document), "{printed}");
});
