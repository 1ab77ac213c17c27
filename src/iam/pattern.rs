//! Patterns with `*` (any run of characters, none included) and `?` (any one character), as IAM and
//! the guardrail file write them.

use std::fmt;

/// Pairs of letters of two patterns that are looked at: those of two of AWS's longest ARNs, and
/// more.
const PAIRS: usize = 4_000_000;

/// From this length on it is worth looking for whole parts.
const LONG: usize = 64;

/// A pattern with `*` and `?`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob(String);

impl Glob {
    /// Every string is a pattern.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the pattern has no wildcard and so matches itself alone.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        is_literal(&self.0)
    }

    /// Whether `text` as a whole matches, capitals counting.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        matches(&self.0, text)
    }

    /// Whether `text` as a whole matches, ASCII capitals not counting.
    #[must_use]
    pub fn matches_ignoring_case(&self, text: &str) -> bool {
        if text.is_ascii() {
            let same = |own: u8, letter: u8| own == b'?' || own.eq_ignore_ascii_case(&letter);
            return glob(self.0.bytes(), text.bytes(), b'*', same);
        }
        let same = |own: char, letter: char| own == '?' || own.eq_ignore_ascii_case(&letter);
        glob(self.0.chars(), text.chars(), '*', same)
    }

    /// Whether whatever matches `narrower` surely matches this pattern too. `false` says only that
    /// this could not be shown: a `*` of `narrower` must fall to a `*` of ours, its `?` to a `*` or
    /// a `?`.
    #[must_use]
    pub fn covers(&self, narrower: &Self) -> bool {
        covers(&self.0, &narrower.0)
    }

    /// Whether some text matches both patterns. Of patterns so long that finding out would take
    /// more than some millions of steps it is said that they meet.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        let (own, other) = (chars(&self.0), chars(&other.0));
        if own.len().saturating_mul(other.len()) > PAIRS {
            return true;
        }
        // the row of `other`'s ends that a text matching the first letters of `own` can reach
        let mut row = reach_by_stars(&other, vec![true]);
        for &letter in &own {
            let mut next = if letter == '*' { row.clone() } else { vec![false; other.len() + 1] };
            for (end, &beside) in other.iter().enumerate() {
                let here = row.get(end).copied().unwrap_or(false);
                let there = next.get(end).copied().unwrap_or(false);
                let met = match (letter, beside) {
                    ('*', _) => there,
                    (_, '*') => row.get(end + 1).copied().unwrap_or(false) || here,
                    ('?', _) | (_, '?') => here,
                    (one, two) => here && one == two,
                } || (beside == '*' && there);
                if let Some(cell) = next.get_mut(end + 1) {
                    *cell = *cell || met;
                }
            }
            row = next;
        }
        row.last().copied().unwrap_or(false)
    }
}

/// Leading `*` of `other` take nothing.
fn reach_by_stars(other: &[char], mut row: Vec<bool>) -> Vec<bool> {
    for &letter in other {
        let before = row.last().copied().unwrap_or(false);
        row.push(before && letter == '*');
    }
    row
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// Whether whatever matches `narrower` surely matches `pattern` too.
pub(super) fn covers(pattern: &str, narrower: &str) -> bool {
    if pattern.len().saturating_mul(narrower.len()) > PAIRS {
        return false;
    }
    // what may be any text, or any letter, is covered by the same alone
    glob(pattern.chars(), narrower.chars(), '*', |own, letter| {
        letter != '*' && (own == '?' || own == letter)
    })
}

/// Whether a pattern has no wildcard.
#[must_use]
pub fn is_literal(pattern: &str) -> bool {
    !pattern.contains(['*', '?'])
}

/// Whether `text` as a whole matches `pattern`, capitals counting.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    if pattern.len().min(text.len()) > LONG && !pattern.contains('?') {
        return matches_by_parts(pattern, text);
    }
    if text.is_ascii() {
        // no letter of more than one byte is in it
        return glob(pattern.bytes(), text.bytes(), b'*', |own, letter| {
            own == b'?' || own == letter
        });
    }
    glob(pattern.chars(), text.chars(), '*', |own, letter| own == '?' || own == letter)
}

/// The same of a pattern without `?`: what stands between its stars is found one after the other,
/// in time that grows with both lengths and not with their product.
fn matches_by_parts(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let inner = text.strip_prefix(start).and_then(|text| text.strip_suffix(end));
    let mut parts = middle.split('*').filter(|part| !part.is_empty());
    inner.is_some_and(|inner| {
        parts.try_fold(inner, |left, part| left.split_once(part).map(|(_, left)| left)).is_some()
    })
}

/// Matches in one pass: on a mismatch, the last `star` takes one letter more.
fn glob<L: Copy + PartialEq, Letters: Iterator<Item = L> + Clone>(
    mut pattern: Letters,
    mut text: Letters,
    star: L,
    same: impl Fn(L, L) -> bool,
) -> bool {
    // the pattern after the last star, and the text from which that star took nothing yet
    let mut last_star: Option<(Letters, Letters)> = None;
    loop {
        let text_before = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some(own), _) if own == star => {
                text = text_before;
                last_star = Some((pattern.clone(), text.clone()));
            }
            (Some(own), Some(letter)) if same(own, letter) => {}
            // whatever is left of the pattern is no star, or it would have been taken above
            (_, None) => return false,
            (_, Some(_)) => {
                let Some((after_star, mut from)) = last_star else { return false };
                from.next();
                (pattern, text) = (after_star.clone(), from.clone());
                last_star = Some((after_star, from));
            }
        }
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Glob, LONG, chars};

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::new(pattern).matches(text)
    }

    #[test]
    fn a_question_mark_in_a_long_pattern_takes_one_character() {
        let long = "a".repeat(2 * LONG);
        assert!(matches(&format!("{long}?*b"), &format!("{long}xyb")));
        assert!(matches(&format!("*?{long}"), &format!("x{long}")));
        assert!(!matches(&format!("{long}?b"), &format!("{long}b")));
        assert!(!matches(&format!("{long}?"), &format!("{long}??")));
    }

    #[test]
    fn star_takes_any_run_and_question_mark_one_character() {
        assert!(matches("*", ""));
        assert!(matches("s3:Get*", "s3:GetObject"));
        assert!(matches("a*b*c", "axxbyyc"));
        assert!(matches("s3:Get?bject", "s3:GetObject"));
        assert!(!matches("s3:Get?", "s3:Get"));
        assert!(!matches("clinic-*", "www-clinic"));
        assert!(!matches("S3:*", "s3:GetObject"));
        assert!(Glob::new("S3:get*").matches_ignoring_case("s3:GetObject"));
    }

    #[test]
    fn letters_of_several_bytes_are_one_character() {
        assert!(
            matches("?", "\u{e9}") && matches("a?c", "a\u{e9}c") && matches("*\u{e9}", "x\u{e9}")
        );
        assert!(
            !matches("??", "\u{e9}") && !matches("\u{e8}", "\u{e9}") && !matches("e", "\u{e9}")
        );
        let ignoring = |pattern: &str, text| Glob::new(pattern).matches_ignoring_case(text);
        assert!(ignoring("A?C\u{e9}*", "abc\u{e9}D") && ignoring("a?c", "A\u{e9}C"));
        assert!(!ignoring("a\u{e9}", "a\u{c9}") && !ignoring("b\u{e9}", "a\u{e9}"));
    }

    #[test]
    fn patterns_too_long_to_compare_meet_and_cover_nothing() {
        let long = Glob::new("a".repeat(5_000));
        let other = Glob::new("b".repeat(5_000));
        assert!(long.meets(&other), "finding out would take too long");
        assert!(!long.covers(&long));
    }

    #[test]
    fn long_ones_match_as_short_ones_do() {
        let long = |text: &str| text.replace('a', &"a".repeat(70)).replace('b', &"b".repeat(70));
        for pattern in ["a", "a*", "*a", "*", "a*b", "*a*", "a*a", "a*b*a", "**a**b*", "b*"] {
            for text in ["", "a", "ab", "aa", "aba", "abab", "ba", "a\u{e9}b"] {
                let found = matches(&long(pattern), &long(text));
                assert_eq!(found, by_hand(&chars(pattern), &chars(text)), "{pattern} {text}");
            }
        }
    }

    /// The same, letter by letter.
    fn by_hand(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], []) => by_hand(rest, text),
            (['*', rest @ ..], [_, others @ ..]) => by_hand(rest, text) || by_hand(pattern, others),
            ([own, rest @ ..], [letter, others @ ..]) => own == letter && by_hand(rest, others),
            ([], [_, ..]) | ([_, ..], []) => false,
        }
    }

    #[test]
    fn a_pattern_of_many_stars_takes_no_longer() {
        assert!(!matches(&"a*".repeat(40), &"a".repeat(39).replace('a', "ab")));
    }

    #[test]
    fn covers_is_never_said_without_being_so() {
        let covers = |wide: &str, narrow: &str| Glob::new(wide).covers(&Glob::new(narrow));
        assert!(covers("*", "a*b"));
        assert!(covers("b/*", "b/private/*"));
        assert!(covers("b/x", "b/x"));
        assert!(!covers("b/x", "b/*"));
        assert!(!covers("b/?", "b/*"));
        assert!(covers("b/?", "b/?") && covers("b/*", "b/?x*"));
        assert!(!covers("b", "b/*"));
    }

    #[test]
    fn two_patterns_meet_when_a_text_matches_both() {
        let meets = |one: &str, other: &str| {
            let (one, other) = (Glob::new(one), Glob::new(other));
            assert_eq!(one.meets(&other), other.meets(&one), "{one} {other}");
            one.meets(&other)
        };
        assert!(meets("arn:aws:s3:::*", "arn:aws:s3:::b/*"));
        assert!(meets("*/private", "b/*"));
        assert!(meets("a*c", "ab?"));
        assert!(meets("", "*") && meets("", "") && !meets("", "?"));
        assert!(meets("a?c*", "*bcd"));
        assert!(!meets("arn:aws:s3:::b", "arn:aws:s3:::b/*"));
        assert!(!meets("a*b", "a*c"));
        assert!(!meets("??", "?"));
    }

    #[test]
    fn meeting_agrees_with_trying_every_short_text() {
        let letters = ["", "a", "b", "*", "?"];
        let mut patterns = Vec::new();
        for one in letters {
            for two in letters {
                for three in letters {
                    patterns.push(Glob::new(format!("{one}{two}{three}")));
                }
            }
        }
        let texts: Vec<String> = (0..=6)
            .flat_map(|length| (0..1_u32 << length).map(move |bits| (length, bits)))
            .map(|(length, bits)| {
                (0..length).map(|at| if bits >> at & 1 == 0 { 'a' } else { 'b' }).collect()
            })
            .collect();
        for one in &patterns {
            for other in &patterns {
                let found = texts.iter().any(|text| one.matches(text) && other.matches(text));
                assert_eq!(one.meets(other), found, "{one} {other}");
                if one.covers(other) {
                    assert!(texts.iter().all(|text| !other.matches(text) || one.matches(text)));
                }
            }
        }
    }
}
