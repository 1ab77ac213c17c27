//! Patterns with `*` (any run of characters, none included) and `?` (any one character), as IAM and
//! the guardrail file write them.

use std::fmt;

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
        !self.0.contains(['*', '?'])
    }

    /// Whether `text` as a whole matches, capitals counting.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        glob(&chars(&self.0), &chars(text), |pattern, letter| pattern == letter)
    }

    /// Whether `text` as a whole matches, ASCII capitals not counting.
    #[must_use]
    pub fn matches_ignoring_case(&self, text: &str) -> bool {
        glob(&chars(&self.0), &chars(text), |pattern, letter| pattern.eq_ignore_ascii_case(&letter))
    }

    /// Whether whatever matches `narrower` surely matches this pattern too. `false` says only that
    /// this could not be shown: a wildcard of `narrower` is taken for a letter that nothing but our
    /// own wildcards match, and its `*` is matched by our `*` alone.
    #[must_use]
    pub fn covers(&self, narrower: &Self) -> bool {
        let own = chars(&self.0);
        glob(&own, &chars(&narrower.0), |pattern, letter| {
            pattern == letter && letter != '*' && letter != '?'
        }) && !question_mark_meets_star(&own, &narrower.0)
    }
}

/// `?` stands for one character, a `*` of the narrower pattern for any number: where our pattern has
/// a `?` at all, one of them might have been matched with a `*`.
fn question_mark_meets_star(own: &[char], narrower: &str) -> bool {
    own.contains(&'?') && narrower.contains('*')
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// Linear-time matching: on a mismatch, the last `*` takes one character more.
fn glob(pattern: &[char], text: &[char], same: impl Fn(char, char) -> bool) -> bool {
    let (mut at, mut seen) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while let Some(&letter) = text.get(seen) {
        match pattern.get(at) {
            Some('*') => {
                last_star = Some((at, seen));
                at += 1;
            }
            Some(&own) if own == '?' || same(own, letter) => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((star, from)) = last_star else { return false };
                last_star = Some((star, from + 1));
                at = star + 1;
                seen = from + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|&own| own == '*')
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::new(pattern).matches(text)
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
        assert!(!covers("b", "b/*"));
    }
}
