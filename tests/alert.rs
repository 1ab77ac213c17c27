//! `alert` as a person runs it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/command.rs"]
mod command;

use command::Ran;

fn run(arguments: &[&str], input: &str) -> Ran {
    command::run(&[&["alert", "preview"], arguments].concat(), input)
}

#[test]
fn every_form_of_a_message_is_shown() {
    let ran = run(&[], "");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    for part in [
        "==== PAGE, for pagers, ",
        "Subject: ALARM: clinic-reports FIXED, was open to anyone (111122223333)",
        "Subject: OK: clinic-reports FIXED, closed and verified (111122223333)",
        "\"NewStateValue\": \"ALARM\"",
        "==== MAIL",
        "WHAT TO DO NEXT",
        "==== TEXT MESSAGE",
        "==== CHAT, ",
        "\"textType\": \"client-markdown\"",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
}

#[test]
fn what_nobody_is_told_of_is_said() {
    let ran = run(&["events/ignored.read.json"], "");
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.starts_with("nobody is told of this event: "), "{}", ran.out);
    let ran = run(&["--mode", "observe"], "");
    assert!(ran.out.starts_with("nobody is told of this event: "), "{}", ran.out);
}

#[test]
fn what_is_no_event_is_refused() {
    let ran = run(&["-"], "{}");
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with("standard input: "), "{}", ran.err);
}
