//! Threads that compute on another core than their own.
//!
//! A thread's objects stay where they are, and so does what it can name: it only takes its turn in another core's ready
//! queues, on its own scheduling context. It goes there when the timer of its own core finds that it has computed for
//! longer than its budget, and comes home as soon as it wants anything of the kernel: a system call is made there again, a fault
//! told there. While it lodges it can name nothing (it has no slots), so every system call that is about anything ends
//! in a refusal, and each refusal sends it home; what runs often has no test for it.
//!
//! What is whose: the other core has the thread's state, context, queues, registers and scheduling context. Its own core
//! knows that it is away ([`Thread::lodges`]), and calls it back before it touches any of that. The state of a thread that
//! lodges is Ready all the time, so that both may look.
//!
//! Its address space is a *guest* on the other core, which gives it a TLB tag as any other. What that core's TLB knows of
//! it is forgotten when the last of its threads leaves, and when mappings go (see `round`).

use core::sync::atomic::Ordering;

use weft_abi::syscall::{Affinity, MAX_PRIORITY};
use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Asid, Context, CoreId};
use weft_store::Ref;

use crate::Core;
use crate::object::{AddressSpace, Blocked, Named, ThreadRef};
use crate::sched::End;
use crate::state::{Next, Outcome};

use super::freight::bit;
use super::trip::Step;
use super::{Stage, Trip};

/// How many address spaces of other cores a core has room for.
pub(super) const GUESTS: usize = 32;

/// Where a thread may run besides its own core.
#[derive(Clone, Copy)]
pub struct Affinities {
    /// A bit for each core.
    allowed: u64,
    /// Where it is to run: one of these, or its own.
    preferred: CoreId,
    /// The greatest priority at which it may.
    limit: u8,
}

impl Affinities {
    /// Nowhere else.
    pub(crate) const fn home(core: CoreId) -> Self {
        Self {
            allowed: 0,
            preferred: core,
            limit: MAX_PRIORITY,
        }
    }
}

/// An address space of another core.
#[derive(Clone, Copy)]
struct Guest {
    core: CoreId,
    space: Ref<AddressSpace>,
    /// Its identifier there.
    asid: Asid,
    /// How many of its threads are here.
    threads: u32,
}

/// The address spaces of other cores whose threads are here.
pub(super) struct Guests([Option<Guest>; GUESTS]);

impl Guests {
    pub(super) const fn new() -> Self {
        Self([None; GUESTS])
    }

    fn find(&mut self, wanted: impl Fn(&Guest) -> bool) -> Option<&mut Option<Guest>> {
        self.0
            .iter_mut()
            .find(|place| place.as_ref().is_some_and(&wanted))
    }

    #[cfg(test)]
    pub(super) fn is_free(&self, index: usize) -> bool {
        self.0.get(index).is_none_or(Option::is_none)
    }

    /// One of the spaces, and its identifier there, if it is of this core.
    pub(super) fn of_core(&self, index: usize, core: CoreId) -> Option<(Ref<AddressSpace>, Asid)> {
        let guest = self.0.get(index)?.as_ref()?;
        (guest.core == core).then_some((guest.space, guest.asid))
    }
}

impl<A: Arch> Core<A> {
    /// The timer fired: a thread of this core that is to run, or may run, on another goes there.
    #[inline(always)]
    pub(crate) fn send_out(&mut self) {
        if self.visits.roaming {
            self.send_one_out();
        }
    }

    #[cold]
    #[inline(never)]
    fn send_one_out(&mut self) {
        let running = self.sched.current;
        let first = self.next_ready().map(|(thread, _)| thread);
        for thread in [running, first].into_iter().flatten() {
            if let Some(core) = self.preferred_core(thread) {
                return self.lodge(thread, core, false);
            }
        }
        if running.is_some()
            && let Some(thread) = first
            && let Some(core) = self.idle_core_for(thread)
        {
            self.lodge(thread, core, true);
        }
    }

    /// Whether a thread of this core is one that can run on others just now.
    fn may_lodge(&self, thread: ThreadRef<A>) -> bool {
        let home = self.home();
        let affinity = thread.affinity.get(home);
        let Some(own) = thread.own_sched.get(home) else {
            return false;
        };
        let is_near = |tag: crate::object::Tag| tag.is_empty() || self.is_near(tag);
        thread.core == self.id()
            && affinity.allowed != 0
            && self.runnable(thread)
            && thread.sched.get(home) == Some(own)
            && thread.lent_by.get(home).is_none()
            && !own.has_deadlines(home)
            && self.priority_of(thread) <= affinity.limit
            && thread.replies.is_empty(home)
            && is_near(thread.space.tag.get(home))
            && is_near(thread.fault_endpoint.tag.get(home))
            && !thread.recalled.load(Ordering::Acquire)
    }

    /// The other core that a thread is to run on, if it can.
    fn preferred_core(&self, thread: ThreadRef<A>) -> Option<CoreId> {
        let preferred = thread.affinity.get(self.home()).preferred;
        (preferred != self.id() && self.may_lodge(thread)).then_some(preferred)
    }

    /// A core that has nothing to do and that a thread may run on, if it can.
    fn idle_core_for(&self, thread: ThreadRef<A>) -> Option<CoreId> {
        if !self.may_lodge(thread) {
            return None;
        }
        let allowed = thread.affinity.get(self.home()).allowed;
        (0..CoreId::MAX as u8).map(CoreId).find(|core| {
            allowed & bit(*core) != 0
                && self
                    .boxes(*core)
                    .is_some_and(|boxes| boxes.idle.swap(false, Ordering::Relaxed))
        })
    }

    /// This core has nothing to do.
    pub(crate) fn note_idle(&self) {
        if let Some(boxes) = self.boxes(self.id()) {
            boxes.idle.store(true, Ordering::Relaxed);
        }
    }

    /// A thread of this core that is ready goes to another; `when_idle`: if that has nothing to do.
    fn lodge(&mut self, thread: ThreadRef<A>, core: CoreId, when_idle: bool) {
        let home = self.home();
        self.leave_processor(thread);
        if !self.runnable(thread) {
            return;
        }
        if let Some(space) = thread.space.object_of(home, Kind::AddressSpace) {
            count_lodger(home, space, core, Way::Out);
        }
        let used = thread.own_sched.get(home).map(|own| own.used.get(home));
        thread.spent.set(home, used.unwrap_or_default());
        thread.lodges.set(home, true);
        thread.slots.set(home, (0, 0));
        thread.named.set(home, Named::NOTHING);
        thread.abroad.set(home, Blocked::Ready);
        self.visits.lodged |= bit(core);
        let trip = Trip {
            core,
            count: u64::from(when_idle),
            ..Trip::to(Stage::Lodge)
        };
        thread.trip.set(home, trip);
        self.send_thread(thread, core);
    }

    /// A ready thread is in no queue of this core, does not run here, and its registers are in its memory.
    fn leave_processor(&mut self, thread: ThreadRef<A>) {
        if self.sched.current == Some(thread) {
            self.charge_now();
            self.sched.current = None;
            self.sched.running_on = None;
        }
        self.dequeue(thread);
        self.arch.put_away(&thread.context);
    }

    /// A thread of another core has come to compute here, unless there is no room for its address space, or it was to
    /// come only if this core is idle.
    pub(super) fn take_in(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        let mut trip = thread.trip.get(home);
        let unwanted = trip.recalled || trip.count != 0 && self.sched.current.is_some();
        if unwanted || self.welcome(thread).is_none() {
            return self.go_home(thread);
        }
        self.note_space(thread);
        trip.stage = Stage::Lodged;
        thread.trip.set(home, trip);
        self.enqueue(thread, End::Back);
    }

    /// Whether a thread is here to compute.
    pub(super) fn is_lodger(&self, thread: ThreadRef<A>) -> bool {
        self.is_visitor(thread) && thread.trip.get(self.home()).stage == Stage::Lodged
    }

    /// A thread that computes here goes home; `faulted`: with its fault.
    pub(crate) fn check_out(&mut self, thread: ThreadRef<A>, faulted: bool) {
        let home = self.home();
        self.leave_processor(thread);
        // Its own core has to wait for its budget then.
        if let Some(sched) = thread.sched.get(home)
            && sched.throttled.get(home)
        {
            self.sched.throttled.remove(home, sched);
        }
        self.discharge(thread);
        let trip = thread.trip.get(home);
        thread.trip.set(home, Trip { faulted, ..trip });
        self.go_home(thread);
    }

    /// A thread that computes here wants something of the kernel: it makes its system call again at home.
    #[cold]
    #[inline(never)]
    pub(crate) fn call_at_home(&mut self, thread: ThreadRef<A>) -> Outcome<A> {
        thread.context.repeat_syscall();
        self.check_out(thread, false);
        Ok(Next::Blocked)
    }

    /// A thread that has computed elsewhere is home again.
    pub(super) fn settle_in(&mut self, thread: ThreadRef<A>, trip: Trip) {
        let home = self.home();
        if let Some(space) = thread.space.object_of(home, Kind::AddressSpace) {
            count_lodger(home, space, trip.core, Way::Back);
        }
        self.note_bindings(thread);
        if let Some(sched) = thread.sched.get(home)
            && sched.throttled.get(home)
        {
            self.throttle(sched);
        }
        if thread.stopping.replace(home, false) {
            return self.suspend(thread, Refusal::Cancelled);
        }
        if !trip.faulted {
            return self.enqueue(thread, End::Back);
        }
        if self.send_near_fault(thread).is_none() {
            self.stop_faulted(thread);
        }
    }

    /// Asks a thread of this core that computes elsewhere to come home.
    fn fetch(&mut self, thread: ThreadRef<A>) {
        if thread.lodges.get(self.home()) && !thread.recalled.load(Ordering::Acquire) {
            self.send_recall(thread);
        }
    }

    /// Refuses what concerns a scheduling context whose thread computes elsewhere.
    pub(crate) fn expect_at_home(&self, thread: Option<ThreadRef<A>>) -> Result<(), Refusal> {
        match thread {
            Some(thread) if thread.lodges.get(self.home()) => Err(Refusal::Busy),
            _ => Ok(()),
        }
    }

    /// There is one more thread of its space here; `None` if there is no room for another space.
    fn welcome(&mut self, thread: ThreadRef<A>) -> Option<()> {
        let space = self.space_of(thread)?;
        let guests = &mut self.visits.guests;
        if let Some(Some(guest)) = guests.find(|guest| guest.space == space) {
            guest.threads = guest.threads.wrapping_add(1);
            return Some(());
        }
        let free = guests.0.iter_mut().find(|place| place.is_none())?;
        *free = Some(Guest {
            core: thread.core,
            space,
            asid: space.asid.get(self.home),
            threads: 1,
        });
        Some(())
    }

    /// A thread leaves; if it was the last of its space, nothing of that is known here any more.
    fn discharge(&mut self, thread: ThreadRef<A>) {
        let Some(space) = self.space_of(thread) else {
            return;
        };
        let Some(place) = self.visits.guests.find(|guest| guest.space == space) else {
            return;
        };
        let left = place.map_or(0, |guest| guest.threads.wrapping_sub(1));
        if let (1.., Some(guest)) = (left, place.as_mut()) {
            guest.threads = left;
            return;
        }
        *place = None;
        self.leave_space(space);
        self.forget_space(space);
    }

    /// `ThreadSetAffinity` begins where the control is, which says at what priority threads may run there.
    pub(super) fn plan_affinity(&mut self, thread: ThreadRef<A>) -> Option<(CoreId, Trip)> {
        let control = self.core_of(thread, 0, Kind::SchedControl)?;
        let core = self.core_of(thread, 1, Kind::Thread)?;
        let stage = Stage::Permit;
        let trip = Trip {
            core,
            ..Trip::to(stage)
        };
        Some((control, trip))
    }

    /// What the control of this core permits a thread.
    pub(super) fn permit(&mut self, thread: ThreadRef<A>) -> Result<Step, Refusal> {
        let home = self.home();
        let control = self.expect_argument(thread, 0, Kind::SchedControl, Rights::WRITE)?;
        let mut trip = thread.trip.get(home);
        trip.count = control.badge.get(home);
        thread.trip.set(home, trip);
        Ok(Step::Go(trip.core, Stage::Allow))
    }

    /// Notes what the core before has permitted.
    pub(super) fn allow(&mut self, thread: ThreadRef<A>) -> Result<Step, Refusal> {
        let control = self.core_of(thread, 0, Kind::SchedControl);
        let limit = thread.trip.get(self.home()).count;
        let other = control.ok_or(Refusal::NoCapability)?;
        self.set_affinity(thread, other, limit)?;
        Ok(Step::End(Ok(())))
    }

    /// Says whether the thread that the second argument names may run on a core, up to a priority.
    pub(crate) fn set_affinity(
        &mut self,
        thread: ThreadRef<A>,
        core: CoreId,
        limit: u64,
    ) -> Result<(), Refusal> {
        let home = self.home();
        let me = self.id();
        let target = self.expect_argument(thread, 1, Kind::Thread, Rights::WRITE)?;
        let target: ThreadRef<A> = target
            .object_of(home, Kind::Thread)
            .ok_or(Refusal::NoCapability)?;
        let wanted = Affinity::from_number(thread.context.argument(2));
        let wanted = wanted.ok_or(Refusal::InvalidArgument)?;
        let mut now = target.affinity.get(home);
        match wanted {
            Affinity::Preferred if core == me => now = Affinities::home(me),
            _ if core == me => return Err(Refusal::InvalidArgument),
            Affinity::Never => {
                now.allowed &= !bit(core);
                if now.preferred == core {
                    now.preferred = me;
                }
            }
            Affinity::WhenIdle | Affinity::Preferred => {
                now.allowed |= bit(core);
                now.limit = now.limit.min(limit as u8);
                if wanted == Affinity::Preferred {
                    now.preferred = core;
                }
            }
        }
        if now.allowed == 0 {
            now.limit = MAX_PRIORITY;
        }
        target.affinity.set(home, now);
        self.visits.roaming = true;
        let place = CoreId(target.place.load(Ordering::Acquire));
        let may_stay =
            now.preferred == place || now.preferred == me && now.allowed & bit(place) != 0;
        if !may_stay || core == me {
            self.fetch(target);
        }
        if target.queued.get(home).is_some()
            && !target.lodges.get(home)
            && let Some(core) = self.preferred_core(target)
        {
            self.lodge(target, core, false);
        }
        Ok(())
    }
}

/// Which way a thread goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Out,
    Back,
}

/// A thread of a space goes to another core, or has come back.
fn count_lodger(home: weft_store::Home, space: Ref<AddressSpace>, core: CoreId, way: Way) {
    let Some(count) = space.lodgers.get(usize::from(core.0)) else {
        return;
    };
    let change = if way == Way::Out { 1 } else { u32::MAX };
    let now = count.get(home).wrapping_add(change);
    count.set(home, now);
    let others = space.cores.get(home) & !bit(core);
    space
        .cores
        .set(home, if now == 0 { others } else { others | bit(core) });
}
