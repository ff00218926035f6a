//! Mappings that go while threads of their space run on several cores.
//!
//! The core that has the space removes the entry, and forgets it in its own TLB. Other cores where threads of the space run may
//! know it still. So the slot that stands for what was mapped becomes *busy*: it cannot be mapped, moved or deleted, and
//! its memory not be used again. All such slots of a core wait together for a *round*: each of those other cores is
//! interrupted once, forgets, and answers; after the last answer the slots are settled. Cores that run no thread of such a
//! space hear nothing. What comes meanwhile waits for the next round.
//!
//! Whoever unmapped, and every thread that passes by to be sure that it is done, waits for the round as well. If its core has
//! nothing else to do, it looks for the answers for a while before it halts: it rings its own bell, so that whoever
//! answers meanwhile does not interrupt it. A round costs one interrupt a core then, and none back.

use weft_hal::{Arch, Context, CoreId};
use weft_store::Ref;

use weft_abi::Refusal;

use crate::Core;
use crate::object::{SlotRef, Thread, ThreadRef};
use crate::space::Mapping;
use crate::state::Next;

use super::Trip;
use super::freight::{bit, first_core};

/// How often a core that has nothing else to do looks for answers before it halts. With a pause of the processor between two
/// looks that is a few times as long as an interrupt takes to another core and back, and an interrupt of a device ends it.
const LOOKS: usize = 64;

/// What goes, or waits to go, on one round.
struct Batch<A: Arch> {
    /// The cores that have to forget.
    cores: u64,
    /// Where the page was, if it is one; else everything is to be forgotten.
    page: Option<Mapping>,
    /// The slots, linked as letters.
    slots: Option<SlotRef>,
    /// The threads that wait, linked as letters.
    threads: Option<ThreadRef<A>>,
}

impl<A: Arch> Batch<A> {
    const fn new() -> Self {
        Self {
            cores: 0,
            page: None,
            slots: None,
            threads: None,
        }
    }
}

/// A core's rounds.
pub(super) struct Rounds<A: Arch> {
    /// Who has not answered yet; 0: no round goes on.
    awaited: u64,
    now: Batch<A>,
    next: Batch<A>,
}

impl<A: Arch> Rounds<A> {
    pub(super) const fn new() -> Self {
        Self {
            awaited: 0,
            now: Batch::new(),
            next: Batch::new(),
        }
    }

    /// Whether anything waits for a round.
    pub(super) const fn is_any(&self) -> bool {
        self.awaited != 0 || self.next.cores != 0
    }
}

impl<A: Arch> Core<A> {
    /// Whether threads of this core have ever run on others: if not, no space has to be looked at.
    #[inline(always)]
    pub(crate) fn has_sent_out(&self) -> bool {
        self.visits.lodged != 0
    }

    /// Something is mapped at `word` no more, or with other rights, in a space of which these other cores run threads.
    /// `slot` stands for it until they have forgotten it.
    #[cold]
    #[inline(never)]
    pub(crate) fn join_round(&mut self, slot: Option<SlotRef>, word: Mapping, cores: u64) {
        let home = self.home();
        let next = &mut self.visits.rounds.next;
        next.page = (next.cores == 0)
            .then_some(word)
            .filter(|word| *word != Mapping::NONE);
        next.cores |= cores;
        if let Some(slot) = slot {
            slot.tag.set(home, slot.tag.get(home).busy());
            let before = next.slots.replace(slot);
            weft_store::Letter::set_next_letter(&*slot, home, before.map_or(0, Ref::address));
        }
    }

    /// As `join_round`, of what is mapped no more: until it is settled it looks as if it were mapped elsewhere.
    pub(crate) fn unmap_round(&mut self, slot: SlotRef, word: Mapping, cores: u64) {
        let elsewhere = Mapping::expected(first_core(cores));
        slot.mapping.set(self.home(), elsewhere.0);
        self.join_round(Some(slot), word, cores);
    }

    /// Begins a round, if something waits for one and none goes on.
    pub(crate) fn begin_round(&mut self) {
        let rounds = &mut self.visits.rounds;
        if rounds.awaited == 0 && rounds.next.cores != 0 {
            self.ask_all();
        }
    }

    #[cold]
    #[inline(never)]
    fn ask_all(&mut self) {
        let me = self.id();
        let rounds = &mut self.visits.rounds;
        rounds.now = core::mem::replace(&mut rounds.next, Batch::new());
        rounds.awaited = rounds.now.cores;
        let (mut left, page) = (rounds.now.cores, rounds.now.page);
        if let Some(boxes) = self.boxes(me) {
            boxes.requests.announce(page.map_or(0, |page| page.0));
        }
        while left != 0 {
            let core = first_core(left);
            left &= !bit(core);
            self.post(core, |boxes| boxes.requests.ask(me.0));
        }
    }

    /// Forgets what other cores ask this one to forget, and sees who has answered it.
    pub(super) fn handle_requests(&mut self) {
        let me = self.id();
        let Some(boxes) = self.boxes(me) else {
            return;
        };
        let (mut askers, answers) = (boxes.requests.take(), boxes.requests.answers());
        while askers != 0 {
            let core = first_core(askers);
            askers &= !bit(core);
            let what = self.boxes(core).map_or(0, |boxes| boxes.requests.what());
            self.forget_guests(core, Mapping(what));
            self.post(core, |boxes| boxes.requests.answer(me.0));
        }
        if answers != 0 {
            self.visits.rounds.awaited &= !answers;
            if self.visits.rounds.awaited == 0 {
                self.end_round();
            }
        }
    }

    /// Nothing is ready: looks for the answers of a round that goes on, for a while. Says whether it did, and so has looked into
    /// its mailboxes.
    pub(crate) fn look_for_answers(&mut self) -> bool {
        self.visits.rounds.awaited != 0 && self.wait_for_answers()
    }

    #[cold]
    #[inline(never)]
    fn wait_for_answers(&mut self) -> bool {
        let awaited = self.visits.rounds.awaited;
        let Some(boxes) = self.boxes(self.id()) else {
            return false;
        };
        if !boxes.bell.ring() {
            // An interrupt is on its way.
            return false;
        }
        let mut looks = 0..LOOKS;
        while !boxes.requests.have_answered(awaited)
            && !self.arch.interrupt_pending()
            && looks.next().is_some()
        {
            core::hint::spin_loop();
        }
        // It answers the bell, and then looks at whatever was put down without an interrupt.
        self.receive_mail();
        true
    }

    /// Forgets what the TLB knows of a page of another core's space, or, if none is named, of all its spaces.
    fn forget_guests(&mut self, core: CoreId, page: Mapping) {
        for index in 0..super::lodge::GUESTS {
            let Some((space, asid)) = self.visits.guests.of_core(index, core) else {
                continue;
            };
            if page == Mapping::NONE {
                self.forget_space(space);
            } else if page.asid() == asid {
                self.forget_page(space, page.address());
            }
        }
    }

    /// All have answered.
    fn end_round(&mut self) {
        let home = self.home();
        let done = core::mem::replace(&mut self.visits.rounds.now, Batch::new());
        let mut next = done.slots;
        while let Some(slot) = next {
            next = Ref::from_address(weft_store::Letter::next_letter(&*slot, home));
            weft_store::Letter::set_next_letter(&*slot, home, 0);
            let core = slot.tag.get(home).home();
            if core == self.id() {
                self.settle_slot(slot);
            } else {
                self.send_slot(slot, core);
            }
        }
        let mut next = done.threads;
        while let Some(thread) = next {
            next = Ref::from_address(thread.letter.get(home));
            self.go_home(thread);
        }
        self.begin_round();
    }

    /// Nothing is being done any more with a slot of this core that was busy.
    pub(super) fn settle_slot(&mut self, slot: SlotRef) {
        let home = self.home();
        if Mapping(slot.mapping.get(home)).is_beyond(self.id()) {
            slot.mapping.set(home, Mapping::NONE.0);
        }
        slot.tag.set(home, slot.tag.get(home).settled());
    }

    /// A thread on its way home waits here for what goes round.
    #[cold]
    pub(super) fn wait_for_round(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        let rounds = &mut self.visits.rounds;
        let batch = if rounds.next.cores != 0 {
            &mut rounds.next
        } else {
            &mut rounds.now
        };
        let before = batch.threads.replace(thread);
        thread.letter.set(home, before.map_or(0, Ref::address));
        thread
            .place
            .store(self.id().0, core::sync::atomic::Ordering::Release);
        self.begin_round();
    }

    /// A call is done but for what goes round: its thread waits for that, and goes on.
    #[cold]
    pub(crate) fn waits_for_round(&mut self, thread: ThreadRef<A>) -> Next<A> {
        thread.context.set_status(0);
        self.pass_by(thread, self.id());
        if self.sets_out(thread) {
            return Next::Blocked;
        }
        Next::Caller
    }

    /// Refuses whoever has no time of its own to wait for other cores.
    pub(crate) fn can_wait_for(&self, thread: ThreadRef<A>, cores: u64) -> Result<(), Refusal> {
        if cores != 0 && thread.own_sched.get(self.home()).is_none() {
            return Err(self.is_nowhere());
        }
        Ok(())
    }

    /// A stopped thread of this core stays away until all have forgotten its message page.
    #[cold]
    pub(crate) fn wait_without_message_page(&mut self, thread: Ref<Thread<A>>) {
        let home = self.home();
        self.depart(thread);
        thread.stopping.set(home, true);
        thread.trip.set(home, Trip::NONE);
        self.pass_by(thread, self.id());
        self.go_home(thread);
    }
}
