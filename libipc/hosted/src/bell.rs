//! Waking the other side: Linux's counterpart of a notification.
//!
//! Each side counts in its own memory how often it rang, and says there whether it sleeps. The rule is the ring's: whoever
//! rings counts, **full fence**, and asks the kernel to wake only a side that says it sleeps; whoever
//! goes to sleep says so, **full fence**, looks once more, and sleeps only at the count that it knew before it looked.

use std::sync::atomic::{AtomicU32, Ordering, fence};
use std::time::Duration;

use libipc_ring::sync::AtomicU64;
use rustix::fs::Timespec;
use rustix::thread::ClockId;
use rustix::thread::futex::{self, Flags, Wait, WaitFlags, WaitPtr, WaitvFlags};
use rustix::time::clock_gettime;

/// How long anybody sleeps at most before it looks whether the other side still lives, or somebody new has come.
pub(crate) const LONGEST: Duration = Duration::from_millis(20);

/// Counts, and wakes the side that sleeps if `asleep` says that it does.
pub(crate) fn ring(own: &AtomicU32, asleep: &AtomicU64) {
    let count = own.load(Ordering::Relaxed).wrapping_add(1);
    own.store(count, Ordering::Release);
    fence(Ordering::SeqCst);
    if asleep.load(Ordering::Relaxed) != 0 {
        // A bell at which nobody waits any more is nothing to complain about.
        let _woken = futex::wake(own, Flags::empty(), 1);
    }
}

/// Sleeps until one of some bells rings that had rung so often, at most [`LONGEST`]; not at all if `ready` finds something.
/// `asleep` are the words, one a bell, that tell the ringers. Returns as well if somebody else wakes it.
pub(crate) fn sleep<'a>(
    bells: &[(&'a AtomicU32, u32)],
    asleep: impl Iterator<Item = &'a AtomicU64> + Clone,
    ready: impl FnOnce() -> bool,
) {
    asleep
        .clone()
        .for_each(|word| word.store(1, Ordering::Relaxed));
    fence(Ordering::SeqCst);
    if !ready() {
        // Rung meanwhile, too late, or timed out: the caller looks again in any case.
        let _why = match bells {
            [] => Ok(()),
            [(bell, heard)] => futex::wait(bell, Flags::empty(), *heard, Some(&timespec(LONGEST))),
            bells => wait_for_one(bells),
        };
    }
    asleep.for_each(|word| word.store(0, Ordering::Relaxed));
}

fn wait_for_one(bells: &[(&AtomicU32, u32)]) -> rustix::io::Result<()> {
    let waits: Vec<_> = bells
        .iter()
        .map(|(bell, heard)| {
            let mut wait = Wait::new();
            wait.val = u64::from(*heard);
            wait.uaddr = WaitPtr::new(bell.as_ptr().cast());
            wait.flags = WaitFlags::SIZE_U32;
            wait
        })
        .collect();
    let now = clock_gettime(rustix::time::ClockId::Monotonic);
    let until = now + timespec(LONGEST);
    futex::waitv(
        &waits,
        WaitvFlags::empty(),
        Some(&until),
        ClockId::Monotonic,
    )
    .map(drop)
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: duration.as_secs() as i64,
        tv_nsec: i64::from(duration.subsec_nanos()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn a_ring_before_the_sleep_ends_it_and_one_during_it_too() {
        for others in 0..3 {
            let quiet: Vec<_> = (0..others).map(|_| AtomicU32::new(0)).collect();
            let (bell, asleep) = (AtomicU32::new(0), AtomicU64::new(0));
            let mut bells = vec![(&bell, 0)];
            bells.extend(quiet.iter().map(|quiet| (quiet, 0)));
            ring(&bell, &asleep);
            let begin = Instant::now();
            sleep(&bells, std::iter::once(&asleep), || false);
            assert!(begin.elapsed() < LONGEST, "the count had changed");
            bells[0].1 = 1;
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    while asleep.load(Ordering::Relaxed) == 0 {
                        std::hint::spin_loop();
                    }
                    ring(&bell, &asleep);
                });
                sleep(&bells, std::iter::once(&asleep), || false);
            });
            assert_eq!(bell.load(Ordering::Relaxed), 2);
            assert_eq!(asleep.load(Ordering::Relaxed), 0);
        }
    }
}
