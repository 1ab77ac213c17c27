//! Numbers and times: one for each stretch of them that comparisons tell apart.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::iam::compare::Comparison;

/// Numbers and times that stand for all that the comparisons tell apart: each bound, what is next
/// to it, and what is between two. Times are among them where `times` may be asked about.
pub fn ordered<'a>(
    comparisons: impl Iterator<Item = &'a Comparison<'a>>,
    times: bool,
) -> impl Iterator<Item = String> {
    let (mut numbers, mut moments, mut times) = (Vec::new(), Vec::new(), times);
    for comparison in comparisons {
        match comparison {
            Comparison::Number(_, bound) => {
                numbers.extend([bound.floor() - 1.0, bound.ceil() + 1.0, *bound, bound.floor()]);
                #[allow(clippy::cast_possible_truncation)]
                moments.push((bound * 1e9) as i128);
            }
            Comparison::Moment(_, bound) => {
                times = true;
                moments.push(*bound);
                // a number is a time in seconds
                #[allow(clippy::cast_precision_loss)]
                let seconds = (*bound / SECOND) as f64;
                numbers.extend([seconds - 1.0, seconds, seconds + 1.0]);
            }
            Comparison::Text(_)
            | Comparison::OneOf(_)
            | Comparison::Folded(_)
            | Comparison::Glob(_)
            | Comparison::Arn(_)
            | Comparison::Filled(_)
            | Comparison::Open(..)
            | Comparison::Net(_)
            | Comparison::Everything => {}
        }
    }
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    let between: Vec<f64> = numbers.windows(2).map(|pair| pair.iter().sum::<f64>() / 2.0).collect();
    numbers.extend(between);
    moments.retain(|_| times);
    moments.sort_unstable();
    moments.dedup();
    let near = |at: &i128| [-SECOND, -1, 0, 1, SECOND].map(|by| at.saturating_add(by));
    let mut times: Vec<i128> = moments.iter().flat_map(near).collect();
    times.extend(moments.windows(2).map(|pair| pair.iter().map(|at| at / 2).sum::<i128>()));
    let times = times.into_iter().filter_map(|at| {
        let time = OffsetDateTime::from_unix_timestamp_nanos(at).ok()?;
        time.format(&Rfc3339).ok()
    });
    numbers.into_iter().map(|number| number.to_string()).chain(times)
}

const SECOND: i128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::ordered;
    use crate::iam::compare::Comparison;
    use crate::iam::condition::Order;

    #[test]
    fn every_stretch_of_numbers_has_one() {
        let comparisons =
            [Comparison::Number(Order::Less, 3.0), Comparison::Number(Order::Equal, 1.5)];
        let found: Vec<f64> =
            ordered(comparisons.iter(), false).filter_map(|one| one.parse().ok()).collect();
        for stretch in [
            |n: f64| n < 1.5,
            |n: f64| (n - 1.5).abs() < 1e-9,
            |n| n > 1.5 && n < 3.0,
            |n: f64| (n - 3.0).abs() < 1e-9,
            |n| n > 3.0,
        ] {
            assert!(found.iter().copied().any(stretch), "{found:?}");
        }
    }

    #[test]
    fn times_beyond_reckoning_are_left_out() {
        let comparisons = [
            Comparison::Moment(Order::Less, i128::MAX),
            Comparison::Moment(Order::Less, i128::MIN),
            Comparison::Number(Order::Less, 1e300),
        ];
        assert!(ordered(comparisons.iter(), false).count() > 0);
    }
}
