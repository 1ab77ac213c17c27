//! Two patterns and a text over few letters: `matches` is what a regular expression says, `covers`
//! and `meets` are as the matches are, and `meets` is the same both ways.

#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use regex_lite::RegexBuilder;
use s3_guardrail::iam::Glob;

/// Letters with capitals, one of more than a byte, those of ARNs, those special to regular
/// expressions, a line's end.
const LETTERS: [char; 12] = ['a', 'b', 'A', ':', '/', '.', '\n', 'é', '+', '$', '{', '}'];

#[derive(Debug)]
struct Input {
    one: String,
    other: String,
    text: String,
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let mut text = |wild: bool| -> arbitrary::Result<String> {
            let length = bytes.int_in_range(0..=24)?;
            (0..length)
                .map(|_| {
                    Ok(match bytes.int_in_range(0..=if wild { 17 } else { 13 })? {
                        at @ 0..12 => LETTERS[at],
                        12 | 13 => 'a',
                        14..=16 => '*',
                        _ => '?',
                    })
                })
                .collect()
        };
        Ok(Self { one: text(true)?, other: text(true)?, text: text(false)? })
    }
}

fuzz_target!(|input: Input| {
    let (one, other) = (Glob::new(input.one), Glob::new(input.other));
    let by_regex = |glob: &Glob, ignoring_case: bool| {
        // ASCII capitals alone do not count
        let matched = |letter: char| match letter {
            '*' => ".*".to_owned(),
            '?' => ".".to_owned(),
            letter if ignoring_case && letter.is_ascii_alphabetic() => {
                format!("[{}{}]", letter.to_ascii_lowercase(), letter.to_ascii_uppercase())
            }
            letter => regex_lite::escape(&letter.to_string()),
        };
        let pattern: String = glob.as_str().chars().map(matched).collect();
        let regex = RegexBuilder::new(&format!(r"\A(?:{pattern})\z"))
            .dot_matches_new_line(true)
            .build()
            .expect("a regular expression");
        regex.is_match(&input.text)
    };
    for glob in [&one, &other] {
        assert_eq!(glob.matches(&input.text), by_regex(glob, false), "{glob:?}");
        assert_eq!(glob.matches_ignoring_case(&input.text), by_regex(glob, true), "{glob:?}");
        assert!(glob.covers(glob) || !glob.is_literal(), "{glob:?} does not cover itself");
        assert!(glob.meets(glob), "{glob:?} does not meet itself");
    }
    let meet = one.meets(&other);
    assert_eq!(meet, other.meets(&one));
    if one.matches(&input.text) && other.matches(&input.text) {
        assert!(meet, "both match");
    }
    for (wide, narrow) in [(&one, &other), (&other, &one)] {
        if wide.covers(narrow) {
            assert!(meet, "what is covered is met");
            assert!(wide.matches(&input.text) || !narrow.matches(&input.text), "covered in part");
        }
        if narrow.is_literal() {
            let matched = wide.matches(narrow.as_str());
            assert_eq!(wide.covers(narrow), matched, "a literal is a text");
            assert_eq!(meet, matched, "a literal is a text");
        }
    }
});
