//! How a side waits when it finds nothing.

use std::time::{Duration, Instant};

use libipc_ring::Looks;

use crate::bell::LONGEST;

/// Looks between two looks at the clock.
const LOOKS: u32 = 64;
/// Looks before others may run, where the other side answers from another core.
const APART: u32 = 32;
/// The longest that one who adapts looks: about what it takes to fall asleep and be woken, so that it never loses more than
/// twice the time of the better choice.
const WINDOW: Duration = Duration::from_micros(10);

/// What a side does while there is nothing to take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// Looks again for as long as that pays, at most about as long as it takes to sleep and be woken, and lets others run
    /// on its core meanwhile; then sleeps.
    #[default]
    Adaptive,
    /// Sleeps at once.
    Block,
    /// Looks again for so long, then sleeps.
    Spin(Duration),
    /// Looks again for ever, on a core of its own.
    Poll,
    /// Looks again for ever, and lets others run on its core each time.
    Yield,
}

/// What to do after a look that found nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Look again.
    Look,
    /// See whether the other side still lives, then look again.
    LookAround,
    /// Sleep.
    Sleep,
}

/// One wait after another, each from the first look that found nothing, and what was learnt of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    patience: Patience,
    looks: u32,
    since: Option<Instant>,
    /// Whether it pays to look.
    habit: Looks,
    /// Looks before others may run: none where what is waited for comes when they have.
    before_yield: u32,
    yielded: bool,
}

impl Waiting {
    pub(crate) fn new(patience: Patience) -> Self {
        Self {
            patience,
            looks: 0,
            since: None,
            habit: Looks::default(),
            before_yield: APART,
            yielded: false,
        }
    }

    /// Something was found.
    #[inline]
    pub(crate) fn found(&mut self) {
        if self.looks != 0 && self.patience == Patience::Adaptive {
            self.learn();
        }
        self.looks = 0;
        self.since = None;
    }

    /// It was worth while to look.
    fn learn(&mut self) {
        self.habit.found();
        self.before_yield = if self.yielded { 0 } else { APART };
    }

    /// Nothing was found.
    #[inline]
    pub(crate) fn next(&mut self) -> Next {
        match self.patience {
            Patience::Block => return Next::Sleep,
            Patience::Adaptive => return self.adapt(),
            Patience::Yield => std::thread::yield_now(),
            Patience::Spin(_) | Patience::Poll => std::hint::spin_loop(),
        }
        self.looks = self.looks.wrapping_add(1);
        if self.looks.is_multiple_of(LOOKS) {
            self.look_at_clock()
        } else {
            Next::Look
        }
    }

    fn adapt(&mut self) -> Next {
        if self.looks == 0 && !self.habit.pay() {
            return self.sleep();
        }
        self.yielded = self.looks >= self.before_yield;
        self.looks = self.looks.wrapping_add(1);
        if !self.yielded {
            std::hint::spin_loop();
            return Next::Look;
        }
        if self.since.get_or_insert_with(Instant::now).elapsed() >= WINDOW {
            return self.sleep();
        }
        std::thread::yield_now();
        Next::Look
    }

    fn sleep(&mut self) -> Next {
        self.habit.slept();
        self.before_yield = APART;
        self.looks = 0;
        self.since = None;
        Next::Sleep
    }

    #[cold]
    fn look_at_clock(&mut self) -> Next {
        let waited = self.since.get_or_insert_with(Instant::now).elapsed();
        match self.patience {
            Patience::Spin(most) if waited >= most => Next::Sleep,
            _ if waited >= LONGEST => {
                self.since = None;
                Next::LookAround
            }
            _ => Next::Look,
        }
    }
}

#[cfg(test)]
mod tests {
    use libipc_ring::{IN_VAIN, RETRY};

    use super::*;

    fn first_other(patience: Patience) -> Next {
        let mut waiting = Waiting::new(patience);
        loop {
            match waiting.next() {
                Next::Look => {}
                other => return other,
            }
        }
    }

    #[test]
    fn whoever_spins_sleeps_in_the_end_and_whoever_polls_never_does() {
        assert_eq!(Waiting::new(Patience::Block).next(), Next::Sleep);
        let spin = Patience::Spin(Duration::from_micros(50));
        assert_eq!(Waiting::new(spin).next(), Next::Look);
        assert_eq!(first_other(spin), Next::Sleep);
        assert_eq!(first_other(Patience::Poll), Next::LookAround);
        assert_eq!(first_other(Patience::Yield), Next::LookAround);
    }

    /// Looks until it is to sleep; gives how often.
    fn looks(waiting: &mut Waiting) -> u32 {
        let mut looks = 0;
        while waiting.next() == Next::Look {
            looks += 1;
        }
        looks
    }

    #[test]
    fn whoever_adapts_looks_less_where_that_was_in_vain_and_more_when_it_was_not() {
        let mut waiting = Waiting::new(Patience::Adaptive);
        for _ in 0..IN_VAIN {
            assert!(looks(&mut waiting) >= APART);
        }
        let tried = (0..4 * RETRY).filter(|_| looks(&mut waiting) != 0).count();
        assert_eq!(tried, 4, "it tries again now and then");
        // What is found while it looks makes it look again.
        while waiting.next() != Next::Look {}
        waiting.found();
        assert!(looks(&mut waiting) >= APART);
    }

    #[test]
    fn whoever_finds_something_when_others_have_run_lets_them_run_at_once() {
        let mut waiting = Waiting::new(Patience::Adaptive);
        let mut find_at = |look: u32| {
            (0..look).for_each(|_| assert_eq!(waiting.next(), Next::Look));
            waiting.found();
            waiting.before_yield
        };
        assert_eq!(find_at(APART), APART, "on another core");
        assert_eq!(find_at(APART + 1), 0, "on this one");
        assert_eq!(find_at(1), 0, "again");
    }
}
