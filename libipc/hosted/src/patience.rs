//! How a side waits when it finds nothing.

use std::time::{Duration, Instant};

use crate::bell::LONGEST;

/// Looks between two looks at the clock.
const LOOKS: u32 = 64;

/// What a side does while there is nothing to take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// Sleeps at once.
    #[default]
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

/// One wait, from the first look that found nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    patience: Patience,
    looks: u32,
    since: Option<Instant>,
}

impl Waiting {
    pub(crate) fn new(patience: Patience) -> Self {
        Self {
            patience,
            looks: 0,
            since: None,
        }
    }

    /// Something was found.
    #[inline]
    pub(crate) fn found(&mut self) {
        self.looks = 0;
        self.since = None;
    }

    /// Nothing was found.
    #[inline]
    pub(crate) fn next(&mut self) -> Next {
        match self.patience {
            Patience::Block => return Next::Sleep,
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
}
