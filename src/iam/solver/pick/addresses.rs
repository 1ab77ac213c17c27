//! Addresses: stretches of them, put together, kept and dropped, of IPv4 and of IPv6.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::iam::compare::Comparison;
use crate::iam::solver::domain::Texts;
use crate::iam::solver::pick::Constraint;

/// The first address of every stretch of addresses that meets what is asked of them as addresses.
pub fn addresses(texts: &Texts<'_>, asked: &[&Constraint<'_>]) -> Vec<String> {
    let mut left = Stretches::everything();
    if let Texts::Addresses(except) = texts {
        left.keep(&Stretches::public());
        left.drop(&Stretches::of(except.iter()));
    }
    for asked in asked {
        let Some((list, wanted)) = asked.comparisons() else { continue };
        let ranges: Option<Vec<&IpNet>> = list
            .iter()
            .map(
                |comparison| {
                    if let Comparison::Net(range) = comparison { Some(range) } else { None }
                },
            )
            .collect();
        let Some(ranges) = ranges else { continue };
        let ranges = Stretches::of(ranges.into_iter());
        if wanted { left.keep(&ranges) } else { left.drop(&ranges) }
    }
    left.first_of_each()
}

/// Disjoint stretches of addresses, sorted: those of IPv4, and those of IPv6.
struct Stretches([Vec<(u128, u128)>; 2]);

impl Stretches {
    fn everything() -> Self {
        Self([vec![(0, u128::from(u32::MAX))], vec![(0, u128::MAX)]])
    }

    fn of<'n>(ranges: impl Iterator<Item = &'n IpNet>) -> Self {
        let mut stretches = Self([Vec::new(), Vec::new()]);
        let [four, six] = &mut stretches.0;
        for range in ranges {
            match range {
                IpNet::V4(range) => {
                    four.push((
                        u32::from(range.network()).into(),
                        u32::from(range.broadcast()).into(),
                    ));
                }
                IpNet::V6(range) => six.push((range.network().into(), range.broadcast().into())),
            }
        }
        for family in &mut stretches.0 {
            family.sort_unstable();
            let mut merged: Vec<(u128, u128)> = Vec::with_capacity(family.len());
            for &(from, to) in family.iter() {
                match merged.last_mut() {
                    Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
                    Some(_) | None => merged.push((from, to)),
                }
            }
            *family = merged;
        }
        stretches
    }

    /// Addresses that requests over the internet come from, as `domain::is_public` says.
    fn public() -> Self {
        let four = |from: [u8; 4], to: [u8; 4]| {
            (u32::from(Ipv4Addr::from(from)).into(), u32::from(Ipv4Addr::from(to)).into())
        };
        let six = |first: u16, last: u16| {
            let from = u128::from(first) << 112;
            (from, (u128::from(last) << 112) | (u128::MAX >> 16))
        };
        let mut beginning = six(0, 0xfbff);
        // neither `::` nor `::1`
        beginning.0 = 2;
        Self([
            vec![
                four([1, 0, 0, 0], [9, 255, 255, 255]),
                four([11, 0, 0, 0], [126, 255, 255, 255]),
                four([128, 0, 0, 0], [169, 253, 255, 255]),
                four([169, 255, 0, 0], [172, 15, 255, 255]),
                four([172, 32, 0, 0], [192, 167, 255, 255]),
                four([192, 169, 0, 0], [223, 255, 255, 255]),
            ],
            vec![beginning, six(0xfe00, 0xfe7f), six(0xfec0, 0xfeff)],
        ])
    }

    fn keep(&mut self, others: &Self) {
        for (own, others) in self.0.iter_mut().zip(&others.0) {
            let mut kept = Vec::new();
            let mut others = others.iter().peekable();
            for &(from, to) in own.iter() {
                while let Some(&&(start, end)) = others.peek() {
                    if start > to {
                        break;
                    }
                    if end >= from {
                        kept.push((from.max(start), to.min(end)));
                    }
                    if end > to {
                        break;
                    }
                    others.next();
                }
            }
            *own = kept;
        }
    }

    fn drop(&mut self, others: &Self) {
        let mut rest = Self::everything();
        for (rest, others) in rest.0.iter_mut().zip(&others.0) {
            let last = rest.first().map_or(0, |all| all.1);
            let mut gaps = Vec::new();
            let mut next = Some(0);
            for &(from, to) in others {
                if let Some(start) = next.filter(|start| *start < from) {
                    gaps.push((start, from - 1));
                }
                next = if to < last { Some(to + 1) } else { None };
            }
            gaps.extend(next.map(|start| (start, last)));
            *rest = gaps;
        }
        self.keep(&rest);
    }

    fn first_of_each(&self) -> Vec<String> {
        let [four, six] = &self.0;
        let four = four.iter().flat_map(|(from, to)| [*from, (from + 7).min(*to)]);
        let four =
            four.filter_map(|ip| u32::try_from(ip).ok()).map(|ip| Ipv4Addr::from(ip).to_string());
        let six = six.iter().map(|(from, _)| Ipv6Addr::from(*from).to_string());
        four.chain(six).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::Stretches;
    use crate::iam::compare::range;
    use crate::iam::solver::domain::is_public;

    fn of(ranges: &[&str]) -> Stretches {
        let ranges: Vec<_> = ranges.iter().filter_map(|text| range(text)).collect();
        Stretches::of(ranges.iter())
    }

    #[test]
    fn halves_make_a_whole_and_a_whole_leaves_nothing() {
        let mut left = Stretches::everything();
        left.drop(&of(&["0.0.0.0/1", "128.0.0.0/1", "::/0"]));
        assert_eq!(left.first_of_each(), Vec::<String>::new());
        let mut left = Stretches::everything();
        left.drop(&of(&["0.0.0.0/1", "192.0.0.0/2", "::/0"]));
        assert_eq!(left.first_of_each(), ["128.0.0.0", "128.0.0.7"]);
        left.keep(&of(&["128.0.0.0/31", "130.0.0.0/32"]));
        assert_eq!(left.first_of_each(), ["128.0.0.0", "128.0.0.1", "130.0.0.0", "130.0.0.0"]);
    }

    #[test]
    fn what_is_public_is_told_alike_by_stretch_and_by_address() {
        let borders = [
            "0.0.0.0",
            "0.255.255.255",
            "1.0.0.0",
            "9.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "11.0.0.0",
            "126.255.255.255",
            "127.0.0.1",
            "128.0.0.0",
            "169.253.255.255",
            "169.254.0.1",
            "169.255.0.0",
            "172.15.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.168.0.0",
            "192.169.0.0",
            "223.255.255.255",
            "224.0.0.0",
            "255.255.255.255",
            "::",
            "::1",
            "::2",
            "2001:db8::1",
            "fbff::",
            "fc00::",
            "fdff::",
            "fe00::",
            "fe7f::",
            "fe80::",
            "febf::",
            "fec0::",
            "feff::",
            "ff00::",
        ];
        for border in borders {
            let ip: IpAddr = border.parse().unwrap();
            let mut left = Stretches::public();
            left.keep(&of(&[border]));
            assert_eq!(!left.first_of_each().is_empty(), is_public(&ip), "{border}");
        }
    }
}
