//! A small executor: futures of a program with one thread.
//!
//! A program that has nothing to do but wait hands one future to [`block_on`], which sleeps on the program's notification
//! until something comes or the nearest deadline does. A server goes on receiving: it keeps its futures in [`Tasks`]
//! and runs those that can go on after every event. That is the asynchronous style of a `@deferred` method: it moves
//! its reply into a future, and the future answers.
//!
//! Both [`Doze`] before they sleep: where who answers runs on another core they look for a while first.
//!
//! What comes is taken by [`Reactor`]s, in practice by [`Submitter`](crate::submit::Submitter)s.

mod join;
mod tasks;

use alloc::sync::Arc;
use core::cell::Cell;
use core::fmt;
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use core::task::{Context, Poll, Waker};

pub use join::{JoinAll, join_all};
pub use libipc_ring::{Arming, Prospect, Source};
pub use tasks::Tasks;

use libipc_ring::{Looks, doze};

use crate::clock_ns;
use crate::objects::Notification;

/// How long a sleep takes at most before it is asked whether those who are waited for live: a notification cannot
/// tell. In ns.
const PATIENCE: u64 = 100_000_000;

/// Takes what futures wait for, and wakes them.
pub trait Reactor: Source {
    /// Takes what has come, and tells how many futures can go on.
    fn turn(&self) -> usize;

    /// Makes sure that what was submitted is taken, for a program that goes on without waiting for it.
    fn flush(&self);

    /// When the next future is to be woken that waits in vain, in ns of the monotonic clock.
    fn deadline(&self) -> u64;

    /// Looks whether those who are waited for are alive.
    fn probe(&self);
}

/// How a program falls asleep: what it learnt of looking before it asks to be woken. One for all that it waits for, because it
/// sleeps for all of it at once.
#[derive(Debug, Default)]
pub struct Doze(Cell<Looks>);

impl Doze {
    /// Looks for a while if somebody answers on another core, and then makes sure that what was submitted is taken, and asks to be
    /// woken by what comes next. If it is [`Ready`](Arming::Ready) the caller has the reactors [turn](Reactor::turn), and does not
    /// sleep; it comes back, or [flushes](Reactor::flush) them.
    pub fn over<'r>(
        &self,
        reactors: impl Iterator<Item = &'r (dyn Reactor + 'r)> + Clone,
    ) -> Arming {
        let mut looks = self.0.get();
        let arming = doze(&mut looks, reactors, weft_sys::relax);
        self.0.set(looks);
        arming
    }
}

/// What a program sleeps by.
pub trait Sleeper {
    /// What it learnt of falling asleep.
    fn doze(&self) -> &Doze;

    /// The monotonic clock, in ns.
    fn now_ns(&self) -> u64;

    /// Sleeps until it is woken, at most until `until_ns`. It may return earlier for no reason.
    fn sleep(&self, until_ns: u64);
}

/// Sleeps on the program's notification. Signals that are of others are kept.
pub struct Signals {
    notification: Notification,
    taken: Cell<u64>,
    doze: Doze,
}

impl Signals {
    /// Sleeps on `notification`.
    pub fn new(notification: Notification) -> Self {
        Self {
            notification,
            taken: Cell::new(0),
            doze: Doze::default(),
        }
    }

    /// Takes the signals that came meanwhile, for the loop that would have taken them.
    pub fn take(&self) -> u64 {
        self.taken.take()
    }
}

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signals({:#x})", self.taken.get())
    }
}

impl Sleeper for Signals {
    fn doze(&self) -> &Doze {
        &self.doze
    }

    fn now_ns(&self) -> u64 {
        clock_ns()
    }

    fn sleep(&self, until_ns: u64) {
        if let Ok(bits) = self.notification.wait_until(until_ns) {
            self.taken.set(self.taken.get() | bits);
        }
    }
}

/// Whether a future can go on.
struct Flag(AtomicBool);

impl Flag {
    fn raised() -> Arc<Self> {
        Arc::new(Self(AtomicBool::new(true)))
    }

    fn take(&self) -> bool {
        self.0.swap(false, Relaxed)
    }
}

impl alloc::task::Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}

/// Runs a future to its end. Sleeps while it can not go on, until one of the `reactors` has something for it. What was submitted
/// and not waited for is announced at the end.
pub fn block_on<F: Future>(
    sleeper: &impl Sleeper,
    reactors: &[&dyn Reactor],
    future: F,
) -> F::Output {
    let mut future = pin!(future);
    let flag = Flag::raised();
    let waker = Waker::from(Arc::clone(&flag));
    let mut context = Context::from_waker(&waker);
    loop {
        while flag.take() {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                reactors.iter().for_each(|reactor| reactor.flush());
                return output;
            }
            for reactor in reactors {
                reactor.turn();
            }
        }
        wait(sleeper, reactors);
    }
}

/// Waits until a reactor has something, or its deadline comes.
fn wait(sleeper: &impl Sleeper, reactors: &[&dyn Reactor]) {
    if sleeper.doze().over(reactors.iter().copied()) == Arming::Ready {
        for reactor in reactors {
            reactor.turn();
        }
        return;
    }
    let patience = sleeper.now_ns().saturating_add(PATIENCE);
    let deadlines = reactors.iter().map(|reactor| reactor.deadline());
    sleeper.sleep(deadlines.fold(patience, u64::min));
    let is_late = sleeper.now_ns() >= patience;
    for reactor in reactors {
        let has_come = reactor.turn();
        if has_come == 0 && is_late {
            reactor.probe();
            reactor.turn();
        }
    }
}
