//! Scheduling contexts with deadlines: their limits, and whether all deadlines can be met. The kernel decides so whom it
//! admits, and the composer whether a manifest makes sense.

/// The priority of all scheduling contexts with deadlines, and of nothing else.
pub const DEADLINE_PRIORITY: u8 = 47;

/// What scheduling contexts with deadlines may use of a core's time, in percent.
pub const DEADLINE_SHARE: u64 = 95;

/// How many scheduling contexts with deadlines a core takes.
pub const MAX_DEADLINES: usize = 64;

/// Parts of a core's time are counted in parts of this.
const WHOLE: u64 = 1 << 20;

/// What a scheduling context with deadlines asks for. All times are at most an hour.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// Time in each period, in ns.
    pub budget_ns: u64,
    /// The period, in ns; deadlines are the ends of periods.
    pub period_ns: u64,
    /// The longest that others keep the processor from it, in ns.
    pub blocking_ns: u64,
}

impl Demand {
    /// The part of its period that a time is, rounded up.
    fn share(&self, time_ns: u64) -> u64 {
        let share = time_ns
            .saturating_mul(WHOLE)
            .checked_div(self.period_ns)
            .unwrap_or(u64::MAX);
        share.saturating_add(1)
    }
}

/// Of demands in the order of their periods, the first with which deadlines could be missed: all with periods up to its
/// own, and the longest that others keep the processor from one of its period, want more than there is. It is the
/// last of its period.
pub fn first_missed(demands: impl IntoIterator<Item = Demand>) -> Option<usize> {
    let limit = DEADLINE_SHARE.saturating_mul(WHOLE / 100);
    let mut demands = demands.into_iter().enumerate().peekable();
    let (mut used, mut blocking) = (0_u64, 0_u64);
    while let Some((index, demand)) = demands.next() {
        used = used.saturating_add(demand.share(demand.budget_ns));
        blocking = blocking.max(demand.share(demand.blocking_ns));
        let next = demands.peek().map(|(_, next)| next.period_ns);
        if next == Some(demand.period_ns) {
            continue;
        }
        if used.saturating_add(blocking) > limit || index >= MAX_DEADLINES {
            return Some(index);
        }
        blocking = 0;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn of_ten(budget_ns: u64, blocking_ns: u64) -> Demand {
        Demand {
            budget_ns,
            period_ns: 10,
            blocking_ns,
        }
    }

    #[test]
    fn demands_of_one_period_count_together_and_longer_ones_not_before_their_own() {
        assert_eq!(first_missed([]), None);
        assert_eq!(first_missed([of_ten(4, 0), of_ten(5, 0)]), None);
        assert_eq!(first_missed([of_ten(4, 1), of_ten(5, 0)]), Some(1));
        let longer = Demand {
            period_ns: 100,
            ..of_ten(10, 0)
        };
        assert_eq!(first_missed([of_ten(5, 4), longer]), None);
        assert_eq!(first_missed([of_ten(9, 0), longer]), Some(1));
        assert_eq!(first_missed([of_ten(6, 4), longer]), Some(0));
        let none = Demand {
            period_ns: 0,
            ..longer
        };
        assert_eq!(first_missed([none]), Some(0));
    }
}
