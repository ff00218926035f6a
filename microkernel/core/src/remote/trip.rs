//! Threads on their way: going, arriving, coming home, called back.

use core::sync::atomic::Ordering;

use weft_abi::{Kind, MAX_CAPS, Refusal, Rights, Syscall};
use weft_hal::{Arch, Context, CoreId};
use weft_store::{Home, Letter, Ref};

use crate::Core;
use crate::object::{Blocked, SlotRef, Thread, ThreadRef};
use crate::sched::End;
use crate::state::{Next, Outcome};

use super::freight::first_core;
use super::{Boxes, Stage, Trip, is_mobile};

/// A thread as a letter in a mailbox for those that are called back: it may be in another mailbox at the same time.
#[repr(transparent)]
pub(super) struct Recalled<A: Arch>(Thread<A>);

impl<A: Arch> Letter for Recalled<A> {
    fn next_letter(&self, home: Home) -> u64 {
        self.0.recall.get(home)
    }

    fn set_next_letter(&self, home: Home, next: u64) {
        self.0.recall.set(home, next);
    }
}

/// What comes after a stage.
pub(super) enum Step {
    /// The next stage, on that core.
    Go(CoreId, Stage),
    /// The call is over.
    End(Result<(), Refusal>),
    /// The caller is to make the call again: something was in the way, or an interrupt came.
    Repeat,
    /// As `Repeat`, from here.
    Again,
    /// The thread waits here.
    Stay,
}

impl<A: Arch> Core<A> {
    pub(crate) fn boxes(&self, core: CoreId) -> Option<&Boxes<A>> {
        self.shared.boxes.get(usize::from(core.0))
    }

    /// Whether a thread is away, or here as a visitor.
    pub(crate) fn is_away(&self, thread: ThreadRef<A>) -> bool {
        let home = self.home();
        thread.core == self.id() && thread.lodges.get(home)
            || thread.state.get(home) == Blocked::Away
    }

    /// Whether a thread is here as a visitor.
    pub(crate) fn is_visitor(&self, thread: ThreadRef<A>) -> bool {
        thread.core != self.id()
    }

    /// Whether a thread makes the system call that is being handled.
    pub(crate) fn is_calling(&self, thread: ThreadRef<A>) -> bool {
        self.sched.current == Some(thread) || self.visits.guest == Some(thread)
    }

    /// What a thread, which may be a visitor, does or waits for.
    pub(crate) fn waits_for(&self, thread: ThreadRef<A>) -> Blocked<A> {
        match thread.state.get(self.home()) {
            Blocked::Away => thread.abroad.get(self.home()),
            state => state,
        }
    }

    /// Sets what a thread, which may be a visitor, does or waits for.
    pub(crate) fn set_waits_for(&self, thread: ThreadRef<A>, state: Blocked<A>) {
        let home = self.home();
        if thread.state.get(home) == Blocked::Away {
            thread.abroad.set(home, state);
        } else {
            thread.state.set(home, state);
        }
    }

    /// The running thread has named an object of another core: it goes there, if it may.
    pub(crate) fn leave(&mut self, thread: ThreadRef<A>) -> Outcome<A> {
        let home = self.home();
        if self.is_visitor(thread) {
            return self.call_at_home(thread);
        }
        let call = Syscall::from_number(thread.context.number());
        let mobile = call.is_some_and(is_mobile) && thread.own_sched.get(home).is_some();
        if !mobile {
            return Err(Refusal::WrongCore);
        }
        let (core, trip) = self.plan_trip(thread, call).ok_or(Refusal::WrongCore)?;
        self.send_away(thread, core, trip);
        Ok(Next::Blocked)
    }

    /// A thread of this core goes to another, or to the own as a visitor.
    fn send_away(&mut self, thread: ThreadRef<A>, core: CoreId, trip: Trip) {
        thread.trip.set(self.home(), trip);
        self.depart(thread);
        self.send_thread(thread, core);
    }

    /// A thread of this core is here no more: whoever calls this sends it.
    #[inline(never)]
    pub(super) fn depart(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        self.rest(thread);
        thread.state.set(home, Blocked::Away);
        thread.abroad.set(home, Blocked::Ready);
    }

    /// Puts a thread, which nobody here has any more, into the mailbox of a core.
    #[inline(never)]
    pub(super) fn send_thread(&mut self, thread: ThreadRef<A>, core: CoreId) {
        thread.place.store(core.0, Ordering::Release);
        let home = self.home();
        self.post(core, |boxes| boxes.threads.put(home, thread));
    }

    /// Puts something into a mailbox of a core, which `put` says was empty or not, and tells the core if it has to be told.
    pub(super) fn post(&mut self, core: CoreId, put: impl FnOnce(&Boxes<A>) -> bool) {
        if self
            .boxes(core)
            .is_some_and(|boxes| put(boxes) && boxes.bell.ring())
        {
            self.arch.notify(core);
        }
    }

    /// Handles what other cores have put into this core's mailboxes.
    #[cold]
    #[inline(never)]
    pub(crate) fn receive_mail(&mut self) -> Next<A> {
        // Until their time comes nobody who fills a mailbox rings again.
        let Some(began) = self.begin_visits() else {
            return Next::Caller;
        };
        let me = self.id();
        if let Some(boxes) = self.boxes(me) {
            boxes.bell.answer();
        }
        // Behind the answer: whoever asked before it has told nobody else.
        self.handle_requests();
        self.sort_slots();
        self.sort_recalls();
        if self.visits.first.is_none() {
            self.visits.first = self.visits.again.take();
        }
        let mut interrupted = false;
        while !interrupted && let Some(thread) = self.next_visitor() {
            self.visit(thread);
            interrupted = self.arch.interrupt_pending();
        }
        // The interrupt that told of what is still in the mailbox may have been this one.
        let left = interrupted || self.visits.again.is_some();
        if !self.tidy_up() || left {
            self.arch.notify(me);
        }
        self.begin_round();
        self.end_visits(began);
        Next::Caller
    }

    fn next_visitor(&mut self) -> Option<ThreadRef<A>> {
        let home = self.home();
        let thread = match self.visits.first {
            Some(thread) => thread,
            None => self.boxes(self.id())?.threads.take(home)?,
        };
        self.visits.first = Ref::from_address(thread.letter.get(home));
        Some(thread)
    }

    /// The next stage of a thread that is here.
    #[inline(never)]
    fn visit(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        let trip = thread.trip.get(home);
        if trip.stage == Stage::Home {
            // What was ordered for it, or comes back to it, came before it.
            self.sort_slots();
            return self.go_home(thread);
        }
        if trip.stage == Stage::Lodge {
            return self.take_in(thread);
        }
        self.visits.guest = Some(thread);
        let step = match trip.stage {
            Stage::Call => self.call_as_visitor(thread),
            stage => self.run_errand(thread, stage),
        };
        self.visits.guest = None;
        match step {
            Step::Go(core, stage) => {
                let trip = thread.trip.get(home);
                thread.trip.set(home, Trip { stage, ..trip });
                self.send_thread(thread, core);
            }
            Step::End(result) => self.conclude_visit(thread, result),
            Step::Repeat => self.repeat_at_home(thread),
            Step::Again if trip.recalled && trip.stage == Stage::Call => {
                self.repeat_at_home(thread)
            }
            Step::Again if trip.recalled => self.go_home(thread),
            Step::Again => {
                let next = self.visits.again.replace(thread);
                thread.letter.set(home, next.map_or(0, Ref::address));
            }
            Step::Stay => {}
        }
    }

    fn repeat_at_home(&mut self, thread: ThreadRef<A>) {
        thread.context.repeat_syscall();
        self.go_home(thread);
    }

    /// Ends a visitor's system call.
    #[cold]
    #[inline(never)]
    pub(crate) fn conclude_visit(&mut self, thread: ThreadRef<A>, result: Result<(), Refusal>) {
        let status = result.err().map_or(0, |refusal| refusal as u64);
        thread.context.set_status(status);
        self.go_home(thread);
    }

    /// Makes the system call of a visitor as if it were at home.
    fn call_as_visitor(&mut self, thread: ThreadRef<A>) -> Step {
        let number = thread.context.number();
        let Some(Some(handler)) = self.handlers.of(number) else {
            return Step::End(Err(Refusal::InvalidArgument));
        };
        self.visits.elsewhere.set(None);
        match handler(self, thread) {
            Ok(Next::Caller | Next::Done) => Step::End(Ok(())),
            // What it waits for may wait for the CNode that is pinned for it.
            Ok(Next::Repeat) if self.carried(thread).is_some() => Step::Repeat,
            Ok(Next::Repeat) => Step::Again,
            Ok(Next::Blocked) => Step::Stay,
            Ok(Next::Switch(receiver)) => {
                self.make_ready(receiver);
                Step::Stay
            }
            Err(Refusal::WrongCore) => self.go_on(thread),
            Err(refusal) => Step::End(Err(refusal)),
        }
    }

    /// The call of a visitor concerns a third core, or a second object.
    fn go_on(&mut self, thread: ThreadRef<A>) -> Step {
        let call = Syscall::from_number(thread.context.number());
        let home = self.home();
        let before = thread.trip.get(home);
        let Some((core, trip)) = self.plan_trip(thread, call) else {
            return Step::End(Err(Refusal::WrongCore));
        };
        // What it has as a whole is not here, so nowhere.
        let whole = trip.stage == Stage::Call && trip.slot.is_none();
        if whole || before.slot.is_some() {
            self.unpin_all(trip);
            return Step::End(Err(Refusal::WrongCore));
        }
        thread.trip.set(home, trip);
        Step::Go(core, trip.stage)
    }

    /// A thread whose call is over goes home, by the cores where CNodes are pinned for it.
    #[cold]
    #[inline(never)]
    pub(crate) fn go_home(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        let mut trip = thread.trip.get(home);
        trip.stage = Stage::Home;
        thread.trip.set(home, trip);
        if thread.places.get(home) != [0; MAX_CAPS] {
            self.give_places_back(thread);
        }
        let me = self.id();
        let was_to_pass = thread.via.get(home) & super::freight::bit(me) != 0;
        let left = self.passed(thread);
        if was_to_pass && self.visits.rounds.is_any() {
            return self.wait_for_round(thread);
        }
        if left != 0 {
            return self.send_thread(thread, first_core(left));
        }
        let mut next = thread.core;
        for pinned in &mut trip.pinned {
            let Some(zero) = *pinned else {
                continue;
            };
            let core = zero.tag.get(home).container().core();
            if core == me {
                self.unpin(zero);
                *pinned = None;
            } else {
                next = core;
            }
        }
        thread.trip.set(home, trip);
        if next == me {
            self.arrive(thread);
        } else {
            self.send_thread(thread, next);
        }
    }

    /// A thread is home again, and goes on, unless it was called back.
    fn arrive(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        thread.place.store(self.id().0, Ordering::Release);
        let trip = thread.trip.replace(home, Trip::NONE);
        if thread.lodges.replace(home, false) {
            return self.settle_in(thread, trip);
        }
        let stopping = thread.stopping.replace(home, false);
        let state = match thread.abroad.get(home) {
            _ if stopping => Blocked::Suspended,
            Blocked::Faulted => Blocked::Faulted,
            _ => Blocked::Ready,
        };
        thread.state.set(home, state);
        self.take_up_own(thread);
        self.enqueue(thread, End::Back);
    }

    /// Stops a thread that is away, or comes to be at home; says whether it is there. If not, whoever wants it has to come
    /// again.
    pub(crate) fn call_back(&mut self, thread: ThreadRef<A>) -> bool {
        let home = self.home();
        // It must not go away while another core has to look at the letter.
        let pending = thread.recalled.load(Ordering::Acquire);
        if !self.is_away(thread) {
            return !pending;
        }
        thread.stopping.set(home, true);
        if !pending {
            self.send_recall(thread);
        }
        false
    }

    /// Asks the core that has a thread to let it come home.
    pub(super) fn send_recall(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        thread.recalled.store(true, Ordering::Relaxed);
        let core = CoreId(thread.place.load(Ordering::Acquire));
        let letter: Option<Ref<Recalled<A>>> = Ref::from_address(thread.address());
        if let Some(letter) = letter {
            self.post(core, |boxes| boxes.recalls.put(home, letter));
        }
    }

    /// Lets go of those that are called back and wait here.
    fn sort_recalls(&mut self) {
        let home = self.home();
        let me = self.id();
        let mut next = self.boxes(me).and_then(|boxes| boxes.recalls.take(home));
        while let Some(letter) = next {
            next = Ref::from_address(letter.next_letter(home));
            let Some(thread) = Ref::<Thread<A>>::from_address(letter.address()) else {
                continue;
            };
            if thread.place.load(Ordering::Acquire) == me.0 && self.is_visitor(thread) {
                self.cancel_visit(thread);
            }
            // From here on its core may destroy it, and what waited for that goes on there.
            let core = thread.core;
            thread.recalled.store(false, Ordering::Release);
            self.arch.notify(core);
        }
    }

    /// A visitor that waits here waits no longer.
    fn cancel_visit(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        if self.is_lodger(thread) {
            return self.check_out(thread, false);
        }
        match thread.abroad.replace(home, Blocked::Ready) {
            Blocked::Sending(endpoint) => self.leave_queue(thread, endpoint),
            Blocked::AwaitingReply(reply) => self.forsake(thread, reply),
            _ => {
                let trip = thread.trip.get(home);
                let recalled = true;
                return thread.trip.set(home, Trip { recalled, ..trip });
            }
        }
        if thread.faulting.replace(home, false) {
            return self.go_home(thread);
        }
        self.conclude_visit(thread, Err(Refusal::Cancelled));
    }

    /// The core of a thread's fault endpoint, if that is another core's.
    pub(crate) fn far_endpoint(&self, thread: ThreadRef<A>) -> Option<CoreId> {
        let tag = thread.fault_endpoint.tag.get(self.home());
        (!tag.is_empty() && !self.is_near(tag)).then(|| tag.home())
    }

    /// The running thread has faulted, and its fault endpoint is this other core's.
    #[cold]
    #[inline(never)]
    pub(crate) fn fault_far(&mut self, thread: ThreadRef<A>, core: CoreId) -> Next<A> {
        self.send_away(thread, core, Trip::to(Stage::Fault));
        Next::Blocked
    }

    /// Tells a visitor's fault to its fault endpoint, which is this core's.
    pub(super) fn fault_as_visitor(&mut self, thread: ThreadRef<A>) -> Step {
        let home = self.home();
        let slot = thread.part(|thread| &thread.fault_endpoint);
        if slot.tag.get(home).is_reserved() {
            return Step::Again;
        }
        if !self.is_mine(slot) || self.send_near_fault(thread).is_none() {
            self.stop_faulted(thread);
        }
        if thread.abroad.get(home) == Blocked::Faulted {
            self.go_home(thread);
        }
        Step::Stay
    }

    pub(super) fn send_near_fault(&mut self, thread: ThreadRef<A>) -> Option<()> {
        let slot = thread.part(|thread| &thread.fault_endpoint);
        if let Next::Switch(receiver) = self.send_fault(thread, &slot)? {
            self.make_ready(receiver);
        }
        Some(())
    }

    /// Has the fault endpoint of a thread that is stopped taken out, if it is another core's. Says whether it is out.
    pub(crate) fn give_up_far_endpoint(&mut self, thread: ThreadRef<A>) -> bool {
        let Some(core) = self.far_endpoint(thread) else {
            return true;
        };
        self.send_away(thread, core, Trip::to(Stage::Unbind));
        thread.stopping.set(self.home(), true);
        false
    }

    /// Takes out the fault endpoint of a visitor, which is this core's.
    pub(super) fn unbind_far(&mut self, thread: ThreadRef<A>) -> Step {
        let slot = thread.part(|thread| &thread.fault_endpoint);
        if slot.tag.get(self.home()).is_reserved() {
            return Step::Again;
        }
        if self.is_mine(slot) {
            self.unbind_slot(slot);
        }
        self.go_home(thread);
        Step::Stay
    }
}

impl<A: Arch> Core<A> {
    /// The slot that a visitor's call is about, if it brought one; an error if that slot went back to its core.
    pub(crate) fn carried(&self, thread: ThreadRef<A>) -> Option<Result<SlotRef, Refusal>> {
        let trip = thread.trip.get(self.home());
        let brought = self.visits.guest == Some(thread) && trip.pinned.first()?.is_some();
        brought.then(|| {
            let slot = trip.slot.filter(|slot| self.is_mine(*slot));
            slot.ok_or(Refusal::NoCapability)
        })
    }

    /// Whether the slot that a visitor brought is empty, and gone back to its core.
    pub(crate) fn is_vacated(&self, thread: ThreadRef<A>) -> bool {
        self.visits.guest.is_some() && self.carried(thread).is_some_and(|slot| slot.is_err())
    }

    /// Remembers that a slot, or what an argument names, belongs to another core.
    pub(crate) fn is_elsewhere(&self, core: CoreId, slot: Option<SlotRef>) -> Refusal {
        self.visits.elsewhere.set(Some((core, slot)));
        Refusal::WrongCore
    }

    /// Refuses what can be done on no core. Each WRONG_CORE comes from here or from `is_elsewhere`, so that none is taken
    /// for one of another call.
    pub(crate) fn is_nowhere(&self) -> Refusal {
        self.visits.elsewhere.set(None);
        Refusal::WrongCore
    }

    /// As `expect`, of an argument, where it matters less how long that takes than how much text.
    #[inline(never)]
    pub(crate) fn expect_argument(
        &self,
        thread: ThreadRef<A>,
        argument: usize,
        kind: Kind,
        rights: Rights,
    ) -> Result<SlotRef, Refusal> {
        self.expect(thread, thread.context.argument(argument), kind, rights)
    }

    /// The home core of what an argument names, by its slot's word.
    pub(super) fn core_of(
        &self,
        thread: ThreadRef<A>,
        argument: usize,
        kind: Kind,
    ) -> Option<CoreId> {
        let cptr = thread.context.argument(argument);
        let tag = self.lookup(thread, cptr).ok()?.tag.get(self.home());
        (tag.kind() == Some(kind)).then(|| tag.home())
    }
}
