//! What strangers wrote (events, policies, keys, names, tags), made safe to show in a terminal, a
//! mail or a chat: nothing hidden, nothing that moves the cursor or the reading direction, nothing
//! that a viewer takes for markup or a link.

/// Characters of a stranger's text that are shown.
const SHOWN_CHARS: usize = 200;

/// Characters of a stranger's text that are kept for machines.
const KEPT_CHARS: usize = 2_000;

/// Characters of a sentence of ours that are shown.
const SENTENCE_CHARS: usize = 600;

/// A stranger's text between backticks, every backtick in it escaped.
#[must_use]
pub fn quoted(text: &str) -> String {
    if text.is_empty() { "(empty)".to_owned() } else { format!("`{}`", shown(text)) }
}

/// A stranger's text on one line, of bounded length: hidden and control characters, backticks and
/// what markup is made of as `\u{…}`, links defanged.
#[must_use]
pub fn shown(text: &str) -> String {
    cleaned(text, SHOWN_CHARS, "`<>&\\")
}

/// A sentence of ours that may quote strangers: as [`shown`], but for backticks and backslashes,
/// which are left as they are.
#[must_use]
pub fn sentence(text: &str) -> String {
    cleaned(text, SENTENCE_CHARS, "<>&")
}

/// A sentence that may quote strangers, for a chat: as [`sentence`], and nothing in it begins or
/// ends what a chat takes for markup.
#[must_use]
pub fn plain(text: &str) -> String {
    sentence(text).replace('`', "'").replace(['*', '~'], "-")
}

/// A stranger's text for a machine whose people see it: as [`shown`], but longer, and with
/// backslashes and backticks as they are.
#[must_use]
pub fn kept(text: &str) -> String {
    cleaned(text, KEPT_CHARS, "<>&")
}

/// Whether `letter` cannot be seen, or changes how what stands beside it is seen.
#[must_use]
pub fn is_hidden(letter: char) -> bool {
    const BLANK_LETTERS: &[char] =
        &['\u{115f}', '\u{1160}', '\u{17b4}', '\u{17b5}', '\u{2800}', '\u{3164}', '\u{ffa0}'];
    if letter.is_ascii() {
        return letter.is_ascii_control();
    }
    let printable = letter.escape_debug().len() == 1;
    !printable || BLANK_LETTERS.contains(&letter) || is_written_right_to_left(letter)
}

/// Such letters reorder the text beside them, as the control characters for it do.
fn is_written_right_to_left(letter: char) -> bool {
    matches!(letter,
        '\u{590}'..='\u{8ff}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
}

fn cleaned(text: &str, most_chars: usize, markup: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(most_chars));
    for letter in text.chars().take(most_chars) {
        match letter {
            '\\' if markup.contains(letter) => clean.push_str("\\\\"),
            _ if is_hidden(letter) || markup.contains(letter) => {
                clean.extend(letter.escape_unicode());
            }
            _ => clean.push(letter),
        }
    }
    let left_out = text.chars().count().saturating_sub(most_chars);
    if left_out > 0 {
        clean.push_str("... (");
        clean.push_str(&left_out.to_string());
        clean.push_str(" characters more)");
    }
    defanged(&clean)
}

/// What viewers make links of, with brackets in it, so that nothing can be clicked.
fn defanged(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.replace("://", "[:]//").split_inclusive('.') {
        let links = part.strip_suffix('.').filter(|before| {
            before
                .len()
                .checked_sub(3)
                .and_then(|at| before.get(at..))
                .is_some_and(|end| end.eq_ignore_ascii_case("www"))
        });
        match links {
            Some(before) => {
                out.push_str(before);
                out.push_str("[.]");
            }
            None => out.push_str(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{is_hidden, quoted, sentence, shown};

    #[test]
    fn what_is_plain_stays_as_it_is() {
        for plain in ["arn:aws:iam::111122223333:role/Deploy_*", "alice@example.com", "Müller 東京"]
        {
            assert_eq!(shown(plain), plain);
        }
        assert_eq!(quoted("x"), "`x`");
        assert_eq!(quoted(""), "(empty)");
    }

    #[test]
    fn nothing_hidden_and_nothing_active_is_left() {
        let cases = [
            ("a\nb\r\tc\0", r"a\u{a}b\u{d}\u{9}c\u{0}"),
            ("\u{1b}[31mred\u{9b}0m", r"\u{1b}[31mred\u{9b}0m"),
            ("invoice\u{202e}fdp.exe", r"invoice\u{202e}fdp.exe"),
            ("a\u{200b}b\u{feff}\u{2066}\u{e0041}", r"a\u{200b}b\u{feff}\u{2066}\u{e0041}"),
            ("a\u{2028}b\u{85}\u{a0}", r"a\u{2028}b\u{85}\u{a0}"),
            ("\u{5d0}\u{3164}\u{301}", r"\u{5d0}\u{3164}\u{301}"),
            ("`<!here>`&amp;", r"\u{60}\u{3c}!here\u{3e}\u{60}\u{26}amp;"),
            (r"\u{202e}", r"\\u{202e}"),
            ("see https://evil.example/x", "see https[:]//evil.example/x"),
            ("WWW.evil.example www.a", "WWW[.]evil.example www[.]a"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn length_is_bounded() {
        let shown = shown(&"x".repeat(5_000));
        assert_eq!(shown, format!("{}... (4800 characters more)", "x".repeat(200)));
        assert!(quoted(&"\u{202e}".repeat(5_000)).len() < 2_000);
        assert!(sentence(&"`".repeat(5_000)).len() < 700);
    }

    #[test]
    fn a_sentence_keeps_its_backticks() {
        assert_eq!(sentence(r"bucket `x\n` <b>"), r"bucket `x\n` \u{3c}b\u{3e}");
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_one_plain_line_comes_out(text in "\\PC*|[\\s\\S]{0,300}") {
            let clean = shown(&text);
            proptest::prop_assert!(!clean.chars().any(is_hidden));
            proptest::prop_assert!(!clean.contains(['`', '<', '>', '&']));
            proptest::prop_assert!(!clean.contains("://"));
        }
    }
}
