//! How long a side looks again before it sleeps, where its peer runs on another core.
//!
//! Whoever sleeps has to be woken: two entries into the kernel and an interrupt between cores. A peer that runs meanwhile has
//! mostly answered by then. So a side looks for about as long as falling asleep and being woken take, and never loses more
//! than twice the time of the better choice. Where looking has been in vain again and again it sleeps at once, and tries
//! now and then whether that has changed.
//!
//! Looks are counted instead of time, because reading a clock takes longer than a look. Who has a clock that is read quickly,
//! or lets others run between looks, decides by [`Looks`] only whether to look.

/// The most looks of one wait: a few microseconds, with the pause of the processor between two of them. The model
/// checker needs no more than two to see every order.
pub const WINDOW: u32 = if cfg!(loom) { 2 } else { 128 };
/// After so many waits in vain in a row it sleeps at once, and tries again each [`RETRY`]th time.
pub const IN_VAIN: u32 = 4;
/// See [`IN_VAIN`].
pub const RETRY: u32 = 16;

/// What was learnt of the waits of one side.
#[derive(Clone, Copy, Debug, Default)]
pub struct Looks {
    /// How many waits in a row ended asleep.
    in_vain: u32,
}

impl Looks {
    /// Whether the next wait looks before it sleeps.
    #[must_use]
    pub fn pay(self) -> bool {
        self.in_vain < IN_VAIN || self.in_vain.is_multiple_of(RETRY)
    }

    /// Waits: looks again and again, but no more often than [`WINDOW`] and `most`. Each `look` begins with a pause, for the
    /// caller has just looked. Returns what was found, and how often it looked.
    pub fn wait<T>(&mut self, most: u32, mut look: impl FnMut() -> Option<T>) -> (Option<T>, u32) {
        let most = if self.pay() { WINDOW.min(most) } else { 0 };
        for looks in 1..=most {
            if let Some(found) = look() {
                self.found();
                return (Some(found), looks);
            }
        }
        self.slept();
        (None, most)
    }

    /// What a wait was for came while it looked.
    pub fn found(&mut self) {
        self.in_vain = 0;
    }

    /// A wait ended asleep.
    pub fn slept(&mut self) {
        self.in_vain = self.in_vain.wrapping_add(1);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// Waits for what comes with a look; gives how often it looked.
    fn wait(looks: &mut Looks, comes_at: u32) -> (bool, u32) {
        let mut count = 0;
        let (found, looked) = looks.wait(u32::MAX, || {
            count += 1;
            (count == comes_at).then_some(())
        });
        assert_eq!(looked, count);
        (found.is_some(), count)
    }

    const NEVER: u32 = u32::MAX;

    #[test]
    fn a_wait_looks_no_more_often_than_the_window_and_than_it_may() {
        let mut looks = Looks::default();
        assert_eq!(wait(&mut looks, 3), (true, 3));
        assert_eq!(wait(&mut looks, WINDOW), (true, WINDOW));
        assert_eq!(wait(&mut looks, WINDOW + 1), (false, WINDOW));
        assert_eq!(looks.wait(5, || None::<()>), (None, 5));
    }

    #[test]
    fn whoever_looked_in_vain_sleeps_at_once_and_tries_again_now_and_then() {
        let mut looks = Looks::default();
        for _ in 0..IN_VAIN {
            assert!(looks.pay());
            assert_eq!(wait(&mut looks, NEVER), (false, WINDOW));
        }
        assert!(!looks.pay());
        let tried = (0..4 * RETRY).filter(|_| wait(&mut looks, NEVER).1 != 0);
        assert_eq!(tried.count(), 4);
    }

    #[test]
    fn what_is_found_by_looking_makes_it_look_again() {
        let mut looks = Looks::default();
        while !wait(&mut looks, 1).0 || looks.in_vain != 0 {}
        for _ in 0..RETRY {
            wait(&mut looks, NEVER);
        }
        assert_eq!(wait(&mut looks, 2), (true, 2), "a try");
        assert_eq!(wait(&mut looks, NEVER), (false, WINDOW), "and the next");
    }
}
