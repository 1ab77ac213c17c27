//! Policy variables, `${aws:username}`: where they stand in a value, and what it means once what
//! they stand for is put in.
//!
//! Source: IAM User Guide, "IAM policy elements: Variables and tags". Nothing is equal to, or like, a
//! variable that has no value.

use std::collections::BTreeMap;

use crate::iam::condition::Test;
use crate::iam::text::{Class, Piece, Union, letters};

/// What a policy variable stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// This text.
    Text(String),
    /// This text, or nothing, as suits the reading.
    Maybe(String),
    /// Nothing: the request does not carry the key.
    Absent,
    /// It is not known: any text.
    Open,
}

/// What variables stand for, by their key in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bindings {
    /// Those that are told.
    pub told: BTreeMap<String, Binding>,
    /// All others.
    pub others: Binding,
}

/// How values are read whose meaning is not documented, and what variables stand for.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'t> {
    /// Whether a value of no known meaning is met by everything, or by nothing.
    pub generous: bool,
    /// `None` where `${…}` is text.
    pub bindings: Option<&'t Bindings>,
}

impl Bindings {
    /// Of which nothing is known.
    pub const OPEN: Self = Self { told: BTreeMap::new(), others: Binding::Open };

    fn of(&self, key: &str) -> &Binding {
        self.told.get(key).unwrap_or(&self.others)
    }
}

/// What a value means, its variables put in.
pub struct Filled {
    /// The texts that it may mean; `None`: which they are is not known, and none counts.
    pub texts: Option<Vec<Piece>>,
    /// Whether what some variable stands for is not known.
    pub open: bool,
}

/// What a value means under `operator`; `None`: nothing, where a variable stands for nothing.
pub fn fill(operator: Test, value: &str, terms: Terms<'_>) -> Option<Filled> {
    let mut made = Vec::new();
    let mut colons = 0;
    let (mut open, mut known) = (false, true);
    let is_pattern = matches!(operator, Test::StringLike | Test::Arn);
    for token in tokens(value) {
        match token {
            Token::Text(text) => {
                for letter in text.chars() {
                    let in_part = operator == Test::Arn && colons < 5;
                    let class = if in_part { Class::NotColon } else { Class::Any };
                    colons += usize::from(letter == ':');
                    match letter {
                        '*' if is_pattern => run(&mut made, class),
                        '?' if is_pattern => made.push(Piece::One(class)),
                        _ => made.push(Piece::Letter(letter)),
                    }
                }
            }
            Token::Letters(text) => made.extend(letters(text)),
            Token::Variable { key, default } => match terms.bindings?.of(&key) {
                Binding::Text(text) => {
                    colons += text.matches(':').count();
                    made.extend(letters(text));
                }
                Binding::Absent => made.extend(letters(default?)),
                binding => {
                    (open, known) = (true, known && terms.generous);
                    match (binding, default) {
                        (_, Some(_)) => run(&mut made, Class::Any),
                        (Binding::Maybe(text), None) => made.extend(letters(text)),
                        (_, None) => anything(&key, &mut made),
                    }
                }
            },
        }
    }
    Some(Filled { texts: known.then_some(made), open })
}

/// A piece of a value with variables.
enum Token<'t> {
    Text(&'t str),
    /// No wildcard is one here.
    Letters(&'t str),
    Variable {
        key: String,
        default: Option<&'t str>,
    },
}

/// The keys, in small letters, of the variables in a value.
pub fn variables(value: &str) -> impl Iterator<Item = String> {
    tokens(value).into_iter().filter_map(|token| match token {
        Token::Text(_) | Token::Letters(_) => None,
        Token::Variable { key, .. } => Some(key),
    })
}

/// The colons of a value that do not come with its variables.
pub fn colons(value: &str) -> usize {
    let count = |token: Token<'_>| match token {
        Token::Text(text) => text.matches(':').count(),
        Token::Letters(_) | Token::Variable { .. } => 0,
    };
    tokens(value).into_iter().map(count).sum()
}

fn tokens(value: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, left)) = after.split_once('}') else { break };
        tokens.push(Token::Text(before));
        tokens.push(match inside.split_once(',') {
            // `${*}`, `${?}` and `${$}` are these characters
            None if ["*", "?", "$"].contains(&inside) => Token::Letters(inside),
            None => Token::Variable { key: inside.trim().to_ascii_lowercase(), default: None },
            Some((key, default)) => Token::Variable {
                key: key.trim().to_ascii_lowercase(),
                default: Some(default.trim().trim_matches('\'')),
            },
        });
        rest = left;
    }
    tokens.push(Token::Text(rest));
    tokens
}

/// The texts that a resource element means, its variables put in; `None` where it means none.
#[must_use]
pub fn resource(pattern: &str, terms: Terms<'_>) -> Option<Union> {
    fill(Test::StringLike, pattern, terms)?.texts.map(Union::of)
}

/// Adds any text to `made`. Two in a row are one.
fn run(made: &mut Vec<Piece>, class: Class) {
    if made.last() != Some(&Piece::Run(class)) {
        made.push(Piece::Run(class));
    }
}

/// Adds to `made` what the variable of `key` may stand for where it is not known: digits, where it
/// is an account; the end of an ARN, where it is a user's name (that of an origin access identity
/// has spaces).
fn anything(key: &str, made: &mut Vec<Piece>) {
    match key {
        "aws:principalaccount"
        | "aws:resourceaccount"
        | "s3:resourceaccount"
        | "aws:sourceaccount"
        | "s3:dataaccesspointaccount" => made.extend([Piece::One(Class::Digit); 12]),
        "aws:username" => made.extend([Piece::One(Class::UserName), Piece::Run(Class::UserName)]),
        _ => run(made, Class::Any),
    }
}
