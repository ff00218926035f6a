//! The fast path of what wakes a thread or gives up the processor: Signal, Wait, SignalWait, Yield, interrupts.
//!
//! As in [`fast`](super::fast), a function looks first and changes nothing until it is sure; `None` sends what happened
//! down the general path, which does the same and everything else.

use weft_abi::{Kind, Rights};
use weft_hal::{Arch, Context, IrqLine, Nanoseconds, Turn};
use weft_store::Ref;

use crate::Core;
use crate::object::{Blocked, Notification, SchedContext, Slot, ThreadRef};
use crate::sched::End;

/// A thread that a signal wakes, and the context that it runs on then.
struct Sleeper<A: Arch> {
    thread: ThreadRef<A>,
    sched: Ref<SchedContext<A>>,
    /// Whether it waits in Recv, and not in Wait.
    receives: bool,
}

impl<A: Arch> Core<A> {
    /// Signal through the notification capability `object`.
    #[inline(always)]
    pub fn signal_directly(&mut self, object: u64) -> Option<Turn<'_, A::Context>> {
        let home = self.home();
        let thread = self.sched.current?;
        let (notification, bits) = self.signalled(thread, object)?;
        if notification.waiter.get(home).is_none() && notification.bound.get(home).is_none() {
            let word = notification.word.get(home) | bits;
            notification.word.set(home, word);
            return Some(Turn::Caller);
        }
        let woken = self.wake_directly(notification, bits)?;
        thread.context.set_status(0);
        Some(self.turn(woken.is_some()))
    }

    /// Wait for the notification capability `object`.
    #[inline(always)]
    pub fn wait_directly(&mut self, object: u64, deadline: u64) -> Option<Turn<'_, A::Context>> {
        let home = self.home();
        let thread = self.sched.current?;
        let awaited = self.awaited(thread, object, deadline)?;
        let word = awaited.word.get(home);
        if word != 0 {
            awaited.word.set(home, 0);
            thread.context.set_status(0);
            thread.context.set_argument(0, word);
            return Some(Turn::Of(&self.sched.current.as_ref()?.context));
        }
        let (next, priority) = self.next_ready()?;
        let passing = self.passing(next, next.sched.get(home)?)?;
        self.take(next, priority);
        self.fall_asleep(thread, awaited);
        self.pass(passing, next);
        Some(self.turn(true))
    }

    /// Signal through one notification capability and Wait for another, if that hands the processor from the caller to
    /// the thread that is woken.
    #[inline(always)]
    pub fn signal_wait_directly(
        &mut self,
        objects: u64,
        deadline: u64,
    ) -> Option<Turn<'_, A::Context>> {
        let home = self.home();
        let thread = self.sched.current?;
        let (notification, bits) = self.signalled(thread, objects & u64::from(u32::MAX))?;
        let awaited = self.awaited(thread, objects >> 32, deadline)?;
        if awaited.word.get(home) != 0 {
            return None;
        }
        let sleeper = self.sleeper(notification, bits)?;
        if self.is_outranked(sleeper.sched, sleeper.thread) {
            return None;
        }
        let passing = self.passing(sleeper.thread, sleeper.sched)?;
        self.fall_asleep(thread, awaited);
        self.rouse(notification, bits, &sleeper);
        self.pass(passing, sleeper.thread);
        Some(self.turn(true))
    }

    /// Yield.
    #[inline(always)]
    pub fn yield_directly(&mut self) -> Option<Turn<'_, A::Context>> {
        let thread = self.sched.current?;
        let (next, priority) = self.next_ready()?;
        let home = self.home();
        let passing = self.passing(next, next.sched.get(home)?)?;
        let own = self.sched.running_on?.priority.get(home);
        if priority != own.max(thread.ceiling.get(home)) {
            return None;
        }
        self.catch_up();
        self.rotate(next, thread, priority);
        thread.context.set_status(0);
        self.pass(passing, next);
        Some(self.turn(true))
    }

    /// A device interrupt that wakes a driver. Gives the thread that runs then.
    #[inline(always)]
    pub(crate) fn interrupt_directly(&mut self, line: IrqLine) -> Option<ThreadRef<A>> {
        let home = self.home();
        let entry = self.irqs.entry(line)?;
        let notification: Ref<Notification<A>> =
            entry.binding.object_of(home, Kind::Notification)?;
        let bits = entry.binding.badge.get(home);
        let running = self.sched.current?;
        let woken = self.wake_directly(notification, bits)?;
        Some(woken.unwrap_or(running))
    }

    /// Signals a notification for which somebody waits; gives the thread for which the running one had to step aside, if it
    /// had to.
    #[inline(always)]
    fn wake_directly(
        &mut self,
        notification: Ref<Notification<A>>,
        bits: u64,
    ) -> Option<Option<ThreadRef<A>>> {
        let home = self.home();
        let running = self.sched.current?;
        let sched = self.sched.running_on?;
        let sleeper = self.sleeper(notification, bits)?;
        // The fewer priorities are above a thread, the greater is its own.
        let above = |sched: Ref<SchedContext<A>>, thread: ThreadRef<A>| {
            sched.above.get(home) & thread.above.get(home)
        };
        if above(sleeper.sched, sleeper.thread) >= above(sched, running) {
            self.rouse(notification, bits, &sleeper);
            self.join(sleeper.thread, End::Back);
            return Some(None);
        }
        let passing = self.passing(sleeper.thread, sleeper.sched)?;
        self.step_aside(running, sched, End::Front);
        self.rouse(notification, bits, &sleeper);
        self.pass(passing, sleeper.thread);
        Some(Some(sleeper.thread))
    }

    /// Who waits for a notification, if it runs as soon as it is woken by these bits.
    #[inline(always)]
    fn sleeper(&self, notification: Ref<Notification<A>>, bits: u64) -> Option<Sleeper<A>> {
        let home = self.home();
        if bits == 0 {
            return None;
        }
        let sleeper = match notification.waiter.get(home) {
            Some(thread) => Sleeper {
                thread,
                sched: thread.sched.get(home)?,
                receives: false,
            },
            None => {
                let thread = notification.bound.get(home)?;
                let Blocked::Receiving(endpoint) = thread.state.get(home) else {
                    return None;
                };
                let sched = thread.own_sched.get(home)?;
                let rests = sched.user.get(home).is_none() && sched.parked.get(home).is_none();
                if !rests || endpoint.prepared(home) != Some(thread) {
                    return None;
                }
                Sleeper {
                    thread,
                    sched,
                    receives: true,
                }
            }
        };
        let waits_for_ever = sleeper.thread.deadline.get(home) == Nanoseconds::NEVER;
        let budgeted = sleeper.sched.remaining.get(home).0 != 0;
        (waits_for_ever && budgeted).then_some(sleeper)
    }

    /// Completes the system call of a thread that is woken, and makes it one that can run.
    #[inline(always)]
    fn rouse(&mut self, notification: Ref<Notification<A>>, bits: u64, sleeper: &Sleeper<A>) {
        let home = self.home();
        let thread = sleeper.thread;
        if sleeper.receives {
            if let Blocked::Receiving(endpoint) = thread.state.get(home) {
                endpoint.line.set(home, None);
            }
            self.give(sleeper.sched, thread);
            self.deliver_signals(thread, bits);
        } else {
            notification.waiter.set(home, None);
            self.complete_wait(thread, bits);
        }
        thread.state.set(home, Blocked::Ready);
    }

    /// The running thread, which uses its own context, blocks in Wait.
    #[inline(always)]
    fn fall_asleep(&mut self, thread: ThreadRef<A>, awaited: Ref<Notification<A>>) {
        let home = self.home();
        self.catch_up();
        awaited.waiter.set(home, Some(thread));
        thread.state.set(home, Blocked::Waiting(awaited));
    }

    /// The notification that Signal names, and the bits.
    #[inline(always)]
    fn signalled(&self, thread: ThreadRef<A>, object: u64) -> Option<(Ref<Notification<A>>, u64)> {
        let home = self.home();
        let slot: Ref<Slot> =
            self.quick_lookup(thread, object, Kind::Notification, Rights::WRITE)?;
        let notification = Ref::from_slot(slot.object.get(home));
        Some((notification, slot.badge.get(home)))
    }

    /// The notification that Wait names, if nobody waits for it and the caller, which has lent nothing, waits for ever.
    #[inline(always)]
    fn awaited(
        &self,
        thread: ThreadRef<A>,
        object: u64,
        deadline: u64,
    ) -> Option<Ref<Notification<A>>> {
        let home = self.home();
        let slot = self.quick_lookup(thread, object, Kind::Notification, Rights::READ)?;
        let awaited: Ref<Notification<A>> = Ref::from_slot(slot.object.get(home));
        let plain = deadline == u64::MAX
            && awaited.waiter.get(home).is_none()
            && thread.lent_by.get(home).is_none();
        plain.then_some(awaited)
    }

    /// The registers of whoever runs now, if that changed.
    #[inline(always)]
    fn turn(&self, switched: bool) -> Turn<'_, A::Context> {
        match &self.sched.current {
            Some(thread) if switched => Turn::Of(&thread.context),
            _ => Turn::Caller,
        }
    }
}
