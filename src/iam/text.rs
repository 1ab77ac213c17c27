//! Sets of texts: patterns as pieces, unions of them, and which text is in one set and in none of
//! others.
//!
//! A pattern is a regular language, so unions, intersections and complements of patterns are
//! regular too, and whether one is empty can be decided: all patterns are read at once, letter by
//! letter, each remembering the places in it where it may stand (the subset construction), and the
//! shortest text that brings them all where they should be is the answer.

use std::collections::{BTreeSet, HashSet, VecDeque};

use crate::iam::fuel::Fuel;

/// Which characters a piece takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Any.
    Any,
    /// Any but `:`, as in a part of an ARN.
    NotColon,
    /// Any but `/`.
    NotSlash,
    /// A digit.
    Digit,
    /// What IAM allows in names: letters, digits and `+=,.@_-`.
    Name,
    /// The same, and spaces: what stands at the end of the ARN of a user, or of an origin access
    /// identity.
    UserName,
}

/// A piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Piece {
    /// This character.
    Letter(char),
    /// One character.
    One(Class),
    /// Any number of characters, none included.
    Run(Class),
}

/// The texts that any of some patterns matches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Union {
    /// The patterns.
    pub patterns: Vec<Vec<Piece>>,
    /// Whether ASCII capitals do not count.
    pub fold: bool,
}

/// What was found of a set of texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<T> {
    /// This is in it.
    Example(T),
    /// Nothing is in it.
    Nothing,
    /// The search was given up.
    GaveUp,
}

impl Class {
    /// Whether the class takes `letter`.
    #[must_use]
    pub fn takes(self, letter: char) -> bool {
        match self {
            Self::Any => true,
            Self::NotColon => letter != ':',
            Self::NotSlash => letter != '/',
            Self::Digit => letter.is_ascii_digit(),
            Self::Name => letter.is_ascii_alphanumeric() || "+=,.@_-".contains(letter),
            Self::UserName => letter == ' ' || Self::Name.takes(letter),
        }
    }
}

/// The pieces of a pattern with `*` and `?`, each wildcard taking characters of `class`. Some `*`
/// in a row are one.
pub fn pieces(pattern: &str, class: Class) -> impl Iterator<Item = Piece> {
    let mut before = None;
    let letters = pattern
        .chars()
        .filter(move |letter| before.replace(*letter) != Some('*') || *letter != '*');
    letters.map(move |letter| match letter {
        '*' => Piece::Run(class),
        '?' => Piece::One(class),
        _ => Piece::Letter(letter),
    })
}

/// The pieces of a text in which nothing is a wildcard.
pub fn letters(text: &str) -> impl Iterator<Item = Piece> {
    text.chars().map(Piece::Letter)
}

impl Union {
    /// The texts that one pattern matches.
    #[must_use]
    pub fn of(pattern: Vec<Piece>) -> Self {
        Self { patterns: vec![pattern], fold: false }
    }

    /// What may follow `prefix` in the texts of the set.
    #[must_use]
    pub fn after(&self, prefix: &str) -> Self {
        let mut places = Places::start(self);
        prefix.chars().for_each(|letter| places = places.after(self, letter));
        let mut first = 0;
        let mut patterns: Vec<Vec<Piece>> = Vec::new();
        for pattern in &self.patterns {
            let rests = (0..=pattern.len()).filter(|at| places.has(first + at));
            for rest in rests.filter_map(|at| pattern.get(at..)) {
                // what follows a run is in the run's own rest already
                let known = |longer: &Vec<Piece>| {
                    matches!(longer.first(), Some(Piece::Run(_))) && longer.get(1..) == Some(rest)
                };
                if !patterns.last().is_some_and(known) {
                    patterns.push(rest.to_vec());
                }
            }
            first += pattern.len() + 1;
        }
        Self { patterns, fold: self.fold }
    }

    /// Whether `text` is in the set.
    #[must_use]
    pub fn has(&self, text: &str) -> bool {
        let mut places = Places::start(self);
        text.chars().for_each(|letter| places = places.after(self, letter));
        places.accept(self)
    }
}

/// The shortest text, or one of the shortest, that is in every set of `within` and in none of
/// `without`.
pub fn shortest(within: &[Union], without: &[Union], fuel: &Fuel) -> Found<String> {
    let sets: Vec<&Union> = within.iter().chain(without).collect();
    let size: usize = sets.iter().flat_map(|set| &set.patterns).map(Vec::len).sum();
    if !fuel.burn(size / 2) {
        return Found::GaveUp;
    }
    let unnamed = Unnamed::by(&sets);
    let start: Vec<Places> = sets.iter().map(|set| Places::start(set)).collect();
    let wanted = |places: &[Places]| {
        let mut sides = places.iter().zip(&sets).enumerate();
        sides.all(|(index, (places, set))| places.accept(set) == (index < within.len()))
    };
    let mut seen = HashSet::from([start.clone()]);
    let mut order: Vec<(Vec<Places>, usize, char)> = vec![(start, 0, ' ')];
    let mut queue: VecDeque<usize> = VecDeque::from([0]);
    while let Some(at) = queue.pop_front() {
        let Some((places, _, _)) = order.get(at).cloned() else { break };
        if wanted(&places) {
            return Found::Example(spell(&order, at));
        }
        for letter in telling(&places, &sets, within.len(), &unnamed) {
            if !fuel.burn(10 + size / 8) {
                return Found::GaveUp;
            }
            let mut next = Vec::with_capacity(places.len());
            next.extend(places.iter().zip(&sets).map(|(places, set)| places.after(set, letter)));
            let mut sides = next.iter().zip(&sets).enumerate();
            let dead = sides.any(|(index, (places, set))| {
                if index < within.len() { places.is_dead() } else { places.is_sealed(set) }
            });
            if !dead && seen.insert(next.clone()) {
                queue.push_back(order.len());
                order.push((next, at, letter));
            }
        }
    }
    Found::Nothing
}

fn spell(order: &[(Vec<Places>, usize, char)], mut at: usize) -> String {
    let mut letters = Vec::new();
    while at != 0 {
        let Some((_, before, letter)) = order.get(at) else { break };
        letters.push(*letter);
        at = *before;
    }
    letters.iter().rev().collect()
}

/// A letter, and a digit, that no pattern names: they stand for all those.
struct Unnamed {
    letter: char,
    digit: Option<char>,
}

impl Unnamed {
    fn by(sets: &[&Union]) -> Self {
        let named: BTreeSet<char> = sets
            .iter()
            .flat_map(|set| set.patterns.iter().flatten())
            .filter_map(|piece| match piece {
                Piece::Letter(letter) => Some(letter.to_ascii_lowercase()),
                Piece::One(_) | Piece::Run(_) => None,
            })
            .collect();
        let is_new = |letter: &char| !named.contains(letter);
        let letter = "xyz".chars().chain('a'..='w').chain('\u{e0}'..='\u{17f}').find(is_new);
        Self { letter: letter.unwrap_or('x'), digit: ('0'..='9').rev().find(is_new) }
    }
}

/// The letters that lead to different places from these: those that come next in a pattern, those
/// that a class leaves out, and one for all others. Where one of the first `within` sets goes on
/// with few letters alone, no other letter is worth reading.
fn telling(places: &[Places], sets: &[&Union], within: usize, unnamed: &Unnamed) -> Vec<char> {
    let few = places.iter().zip(sets).take(within).find_map(|(places, set)| {
        let letters: Option<Vec<char>> = places
            .next_pieces(set)
            .map(|piece| match piece {
                Piece::Letter(letter) if !set.fold => Some(letter),
                Piece::Letter(_) | Piece::One(_) | Piece::Run(_) => None,
            })
            .collect();
        letters
    });
    if let Some(mut few) = few {
        few.sort_unstable();
        few.dedup();
        return few;
    }
    let mut telling = vec![unnamed.letter];
    for (places, set) in places.iter().zip(sets) {
        for piece in places.next_pieces(set) {
            match piece {
                Piece::Letter(letter) if set.fold => {
                    telling.extend([letter.to_ascii_lowercase(), letter.to_ascii_uppercase()]);
                }
                Piece::Letter(letter) => telling.push(letter),
                Piece::One(Class::NotColon) | Piece::Run(Class::NotColon) => telling.push(':'),
                Piece::One(Class::NotSlash) | Piece::Run(Class::NotSlash) => telling.push('/'),
                Piece::One(Class::Digit) | Piece::Run(Class::Digit) => match unnamed.digit {
                    Some(digit) => telling.push(digit),
                    None => telling.extend('0'..='9'),
                },
                Piece::One(Class::Any | Class::Name | Class::UserName)
                | Piece::Run(Class::Any | Class::Name | Class::UserName) => {}
            }
        }
    }
    let mut seen = BTreeSet::new();
    telling.retain(|letter| seen.insert(*letter));
    telling
}

/// Where in the patterns of a union the letters read so far may lead: one bit for each place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Places(Vec<u64>);

impl Places {
    fn start(set: &Union) -> Self {
        let places = set.patterns.iter().map(|pattern| pattern.len() + 1).sum::<usize>();
        let mut start = Self(vec![0; places.div_ceil(64).max(1)]);
        let mut first = 0;
        for pattern in &set.patterns {
            start.reach(pattern, first, 0);
            first += pattern.len() + 1;
        }
        start
    }

    fn after(&self, set: &Union, letter: char) -> Self {
        let mut after = Self(vec![0; self.0.len()]);
        let mut first = 0;
        for pattern in &set.patterns {
            for (at, piece) in pattern.iter().enumerate() {
                if !self.has(first + at) {
                    continue;
                }
                match piece {
                    Piece::Letter(own) if set.fold => {
                        if own.eq_ignore_ascii_case(&letter) {
                            after.reach(pattern, first, at + 1);
                        }
                    }
                    Piece::Letter(own) => {
                        if *own == letter {
                            after.reach(pattern, first, at + 1);
                        }
                    }
                    Piece::One(class) => {
                        if class.takes(letter) {
                            after.reach(pattern, first, at + 1);
                        }
                    }
                    Piece::Run(class) => {
                        if class.takes(letter) {
                            after.reach(pattern, first, at);
                        }
                    }
                }
            }
            first += pattern.len() + 1;
        }
        after
    }

    /// Marks a place, and those after it as far as runs, which may take nothing, go.
    fn reach(&mut self, pattern: &[Piece], first: usize, at: usize) {
        let mut at = at;
        loop {
            if let Some(word) = self.0.get_mut((first + at) / 64) {
                *word |= 1 << ((first + at) % 64);
            }
            match pattern.get(at) {
                Some(Piece::Run(_)) => at += 1,
                Some(Piece::Letter(_) | Piece::One(_)) | None => return,
            }
        }
    }

    fn has(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    /// The pieces that a letter read next may fall to.
    fn next_pieces(&self, set: &Union) -> impl Iterator<Item = Piece> {
        let mut first = 0;
        set.patterns.iter().flat_map(move |pattern| {
            let own = first;
            first += pattern.len() + 1;
            let here = move |at: &usize| self.has(own + at);
            (0..pattern.len()).filter(here).filter_map(|at| pattern.get(at).copied())
        })
    }

    fn accept(&self, set: &Union) -> bool {
        let mut first = 0;
        set.patterns.iter().any(|pattern| {
            let end = first + pattern.len();
            first = end + 1;
            self.has(end)
        })
    }

    /// Whether every text from here on is in the set.
    fn is_sealed(&self, set: &Union) -> bool {
        let mut first = 0;
        set.patterns.iter().any(|pattern| {
            let last = first + pattern.len();
            first = last + 1;
            pattern.last() == Some(&Piece::Run(Class::Any)) && self.has(last - 1)
        })
    }

    fn is_dead(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, Found, Piece, Union, pieces, shortest};
    use crate::iam::fuel::Fuel;

    fn union(patterns: &[&str]) -> Union {
        let patterns = patterns.iter().map(|text| pieces(text, Class::Any).collect()).collect();
        Union { patterns, fold: false }
    }

    fn found(within: &[&str], without: &[&str]) -> Found<String> {
        let sets = |list: &[&str]| list.iter().map(|text| union(&[text])).collect::<Vec<_>>();
        shortest(&sets(within), &sets(without), &Fuel::new(1_000_000))
    }

    fn example(text: &str) -> Found<String> {
        Found::Example(text.to_owned())
    }

    #[test]
    fn the_shortest_text_in_all_and_in_none() {
        assert_eq!(found(&["a*", "*b"], &[]), example("ab"));
        assert_eq!(found(&["a*", "*b"], &["ab"]), example("axb"));
        assert_eq!(found(&["*"], &["*"]), Found::Nothing);
        assert_eq!(found(&["*"], &["?*"]), example(""));
        assert_eq!(found(&["a?"], &["a?*"]), Found::Nothing);
        assert_eq!(found(&["a*"], &["ab*", "a"]), example("ax"));
        assert_eq!(found(&["ab*c"], &["*"]), Found::Nothing);
    }

    #[test]
    fn pieces_with_classes_keep_to_them() {
        let mut account: Vec<Piece> = vec![Piece::One(Class::Digit); 3];
        account.push(Piece::Letter(':'));
        let within = [Union::of(account), union(&["1*"])];
        let without = [union(&["?0*"]), union(&["*0:"])];
        let Found::Example(text) = shortest(&within, &without, &Fuel::new(1_000_000)) else {
            panic!("nothing found")
        };
        let [b'1', second, third, b':'] = text.as_bytes() else { panic!("{text}") };
        assert!(*second != b'0' && *third != b'0', "{text}");
    }

    #[test]
    fn capitals_count_unless_folded() {
        let folded = Union { fold: true, ..union(&["abc"]) };
        let not = [union(&["abc"]), union(&["a*"])];
        let Found::Example(text) = shortest(&[folded], &not, &Fuel::new(1_000_000)) else {
            panic!("nothing found")
        };
        assert_eq!(text.to_ascii_lowercase(), "abc");
        assert!(text.starts_with('A'));
    }

    #[test]
    fn sets_of_any_length_are_told_apart() {
        for length in 58..70 {
            let [one, other] = ["a", "b"].map(|letter| letter.repeat(length));
            let set = union(&[&format!("{one}*c"), &format!("{other}*d"), &one]);
            for text in [format!("{one}xc"), format!("{other}d"), one.clone()] {
                assert!(set.has(&text), "{text}");
            }
            for text in [format!("{one}xd"), format!("{other}c"), other.clone(), "c".to_owned()] {
                assert!(!set.has(&text), "{text}");
            }
            let rest = set.after(&one);
            assert!(rest.has("xc") && rest.has("") && !rest.has("d"), "{length}");
        }
    }

    #[test]
    fn a_search_without_fuel_says_so() {
        assert_eq!(shortest(&[union(&["a*"])], &[], &Fuel::new(1)), Found::GaveUp);
    }
}
