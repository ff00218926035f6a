//! What always holds between two entries into the kernel.

use std::collections::BTreeSet;
use std::vec::Vec;

use weft_abi::deadlines::DEADLINE_PRIORITY;
use weft_abi::{Kind, Rights, boot};
use weft_hal::IrqLine;
use weft_hal::fake::Fake;
use weft_store::Ref;

use super::super::invariants::{check_used, untold};
use super::population::{ALARM, MEMORY, WAKE};
use super::world::World;
use crate::Core;
use crate::list::{Linked, List, Serving, Timed};
use crate::object::{
    Blocked, Endpoint, Notification, Queue, Reply, SchedContext, Slot, SlotRef, Thread, ThreadRef,
};

/// All living objects.
#[derive(Default)]
pub(super) struct Objects {
    pub(super) threads: Vec<Ref<Thread<Fake>>>,
    pub(super) scheds: Vec<Ref<SchedContext<Fake>>>,
    pub(super) endpoints: Vec<Ref<Endpoint<Fake>>>,
    pub(super) replies: Vec<Ref<Reply<Fake>>>,
    pub(super) notifications: Vec<Ref<Notification<Fake>>>,
}

impl Objects {
    fn add(&mut self, core: &Core<Fake>, slot: SlotRef) {
        let home = core.home();
        let tag = slot.tag.get(home);
        if !tag.is_original() {
            return;
        }
        match tag.kind() {
            Some(Kind::Thread) => self.threads.extend(slot.object_of(home, Kind::Thread)),
            Some(Kind::SchedContext) => {
                self.scheds.extend(slot.object_of(home, Kind::SchedContext));
            }
            Some(Kind::Endpoint) => self.endpoints.extend(slot.object_of(home, Kind::Endpoint)),
            Some(Kind::Reply) => self.replies.extend(slot.object_of(home, Kind::Reply)),
            Some(Kind::Notification) => {
                self.notifications
                    .extend(slot.object_of(home, Kind::Notification));
            }
            _ => {}
        }
    }
}

/// More than there are objects of a kind.
const MANY: usize = 1000;

fn members<T: Linked<L>, L>(
    core: &Core<Fake>,
    list: &List<T, L>,
    next: impl Fn(&T) -> Option<Ref<T>>,
) -> Vec<Ref<T>> {
    let found = std::iter::successors(list.first(core.home()), |member| next(member));
    let found: Vec<_> = found.take(MANY).collect();
    assert!(found.len() < MANY, "the list has a cycle");
    found
}

fn is_once_in<T>(all: &[Ref<T>], one: Ref<T>) -> bool {
    all.iter().filter(|other| **other == one).count() == 1
}

impl World {
    /// Panics if an invariant does not hold.
    pub(super) fn check(&self) {
        let objects = self.walk();
        let core = &*self.machine.core;
        objects.threads.iter().for_each(|it| thread(core, *it));
        objects.scheds.iter().for_each(|it| sched(core, *it));
        objects.endpoints.iter().for_each(|it| endpoint(core, *it));
        objects.replies.iter().for_each(|it| reply(core, *it));
        objects
            .notifications
            .iter()
            .for_each(|it| notification(core, *it));
        processor(core, &objects);
        interrupts(core);
    }

    /// All that is derived from the population's memory, and root's own objects.
    pub(super) fn walk(&self) -> Objects {
        let core = &*self.machine.core;
        let home = core.home();
        let mut objects = Objects::default();
        let mut seen = BTreeSet::new();
        let [thread, sched, reply] = [boot::THREAD, boot::SCHED, boot::REPLY].map(|it| it.0.into());
        let roots = [thread, sched, reply, ALARM, MEMORY].map(|index| self.machine.slot(index));
        let mut todo = Vec::from(roots);
        while let Some(slot) = todo.pop() {
            assert!(seen.insert(slot.address()), "the tree has a cycle");
            check_used(core, slot);
            objects.add(core, slot);
            let has_children = !slot.tag.get(home).is_untold();
            let Some(head) = slot.child.get(home).filter(|_| has_children) else {
                continue;
            };
            let ring = std::iter::successors(Some(head), |at| {
                at.next.get(home).filter(|next| *next != head)
            });
            todo.extend(ring);
        }
        objects
    }

    /// Panics if anything of the population is left.
    pub(super) fn check_nothing_left(&self) {
        let core = &*self.machine.core;
        let home = core.home();
        assert!(self.machine.slot(MEMORY).child.get(home).is_none());
        assert!(core.sched.throttled.is_empty(home));
        assert!(core.sched.deadlines.is_empty(home));
        assert!(core.sched.admitted.is_empty(home));
        assert_eq!(core.sched.occupied, 0);
        assert_eq!(core.asids.free::<Fake>(), 14, "only root's space is left");
        for line in 0..crate::interrupt::MAX_LINES {
            let line = IrqLine(line);
            let entry = core.irqs.entry(line).expect("a line");
            assert_eq!(entry.taken.get(home), line == WAKE);
        }
    }
}

fn thread(core: &Core<Fake>, thread: ThreadRef<Fake>) {
    let home = core.home();
    let current = core.sched.current == Some(thread);
    assert_eq!(
        thread.queued.get(home).is_some(),
        core.runnable(thread) && !current,
        "ready threads wait in a queue, and no others"
    );
    if let Some(priority) = thread.queued.get(home) {
        assert_eq!(priority, core.priority_of(thread));
        let queue = &core.sched.ready[usize::from(priority)];
        let queue = members(core, queue, |it| it.links.next(home));
        assert!(is_once_in(&queue, thread));
        if priority == DEADLINE_PRIORITY {
            let deadlines = queue.iter().map(|it| {
                let sched = it.sched.get(home).expect("a context");
                sched.refill_at.get(home)
            });
            assert!(deadlines.is_sorted());
        }
        assert!(core.sched.occupied & 1 << priority != 0);
    }
    state(core, thread);
    time(core, thread);
    if let Some(endpoint) = thread.serves.get(home) {
        let servers = members(core, &endpoint.servers, |it: &Thread<Fake>| {
            Linked::<Serving>::links(it).next(home)
        });
        assert!(is_once_in(&servers, thread));
    }
    for reply in members(core, &thread.replies, |it| it.links.next(home)) {
        assert_eq!(reply.server.get(home), Some(thread));
    }
    let bound: Option<Ref<Notification<Fake>>> =
        thread.notification.object_of(home, Kind::Notification);
    if let Some(bound) = bound {
        assert_eq!(bound.bound.get(home), Some(thread));
    }
}

fn state(core: &Core<Fake>, thread: ThreadRef<Fake>) {
    let home = core.home();
    let state = thread.state.get(home);
    let waiting = |endpoint: Ref<Endpoint<Fake>>, queue| {
        assert_eq!(endpoint.queue.get(home), queue);
        let waiting = members(core, &endpoint.waiting, |it| it.links.next(home));
        assert!(is_once_in(&waiting, thread));
    };
    match state {
        Blocked::Sending(endpoint) => waiting(endpoint, Queue::Senders),
        Blocked::Receiving(endpoint) if endpoint.prepared(home) == Some(thread) => {
            prepared(core, thread);
        }
        Blocked::Receiving(endpoint) => waiting(endpoint, Queue::Receivers),
        Blocked::AwaitingReply(reply) => assert_eq!(reply.caller.get(home), Some(thread)),
        Blocked::Waiting(notification) => {
            assert_eq!(notification.waiter.get(home), Some(thread));
        }
        Blocked::Ready => {
            let has = |slot: &Slot| !slot.is_empty(home);
            assert!(has(&thread.cspace) && has(&thread.space));
        }
        Blocked::Suspended | Blocked::Faulted | Blocked::Away => {}
    }
    if let Some(reply) = thread.reply.get(home) {
        assert_eq!(reply.server.get(home), Some(thread));
        assert!(
            !matches!(state, Blocked::Receiving(_)) || reply.caller.get(home).is_none(),
            "waits with a reply object that holds a caller"
        );
    }
    if matches!(state, Blocked::Receiving(_)) {
        assert_eq!(thread.sched.get(home), None, "its context rests");
    }
    if thread.faulting.get(home) {
        assert!(matches!(
            state,
            Blocked::Sending(_) | Blocked::AwaitingReply(_)
        ));
    }
    let deadlines = members(core, &core.sched.deadlines, |it: &Thread<Fake>| {
        Linked::<Timed>::links(it).next(home)
    });
    let timed = thread.deadline.get(home) != weft_hal::Nanoseconds::NEVER;
    assert_eq!(deadlines.contains(&thread), timed);
    assert!(!timed || matches!(state, Blocked::Waiting(_)));
}

/// A receiver on its endpoint's line has all that a direct call takes for granted.
fn prepared(core: &Core<Fake>, thread: ThreadRef<Fake>) {
    let home = core.home();
    if let Blocked::Receiving(endpoint) = thread.state.get(home) {
        let line = endpoint.line.get(home).expect("it stands there");
        assert_eq!(thread.reply.get(home), Some(line.reply));
    }
    assert!(thread.lent_by.get(home).is_none());
    assert!(!thread.faulting.get(home));
    let space = core.space_of(thread).expect("an address space");
    assert_eq!(thread.root.get(home).table(), space.root.get(home));
    assert_eq!(thread.slots.get(home).0, thread.cspace.object.get(home));
}

/// The scheduling contexts of a thread.
fn time(core: &Core<Fake>, thread: ThreadRef<Fake>) {
    let home = core.home();
    if let Some(sched) = thread.sched.get(home) {
        assert_eq!(sched.user.get(home), Some(thread));
        assert!(
            sched.owner.get(home) == Some(thread) || thread.lent_by.get(home).is_some(),
            "runs on a context that is neither its own nor lent to it"
        );
    }
    if let Some(own) = thread.own_sched.get(home) {
        assert_eq!(own.owner.get(home), Some(thread));
    }
    if let Some(reply) = thread.lent_by.get(home) {
        assert_eq!(reply.server.get(home), Some(thread));
    }
}

fn sched(core: &Core<Fake>, sched: Ref<SchedContext<Fake>>) {
    let home = core.home();
    let (owner, user) = (sched.owner.get(home), sched.user.get(home));
    let parked = sched.parked.get(home);
    if let Some(owner) = owner {
        assert_eq!(owner.own_sched.get(home), Some(sched));
        let state = owner.state.get(home);
        let calls = matches!(
            state,
            Blocked::AwaitingReply(_) | Blocked::Receiving(_) | Blocked::Suspended
        );
        // It has given back what it was lent, and is not told yet that it may go on.
        let timed_out = owner.faulting.get(home) || state == Blocked::Faulted;
        assert!(
            user.is_some()
                || parked.is_some()
                || owner.sched.get(home).is_some()
                || calls
                || timed_out,
            "a context lies idle while its owner has none"
        );
    }
    if let Some(user) = user {
        assert_eq!(user.sched.get(home), Some(sched));
        assert_eq!(parked, None, "in use and parked");
    }
    if let Some(reply) = parked {
        assert_eq!(reply.parked.get(home), Some(sched));
    }
    let admitted = members(core, &core.sched.admitted, |it| it.admitted.next(home));
    assert_eq!(admitted.contains(&sched), sched.has_deadlines(home));
    let periods: Vec<_> = admitted.iter().map(|it| it.period.get(home)).collect();
    assert!(periods.is_sorted());
    if sched.has_deadlines(home) {
        assert_eq!(
            sched.remaining.get(home).0,
            0,
            "the fast path would take it"
        );
    }
    if sched.throttled.get(home) {
        assert_eq!(sched.left(home).get(home).0, 0);
    }
    let throttled = members(core, &core.sched.throttled, |it| it.links.next(home));
    assert_eq!(throttled.contains(&sched), sched.throttled.get(home));
    let times: Vec<_> = throttled.iter().map(|it| it.refill_at.get(home)).collect();
    assert!(times.is_sorted());
}

fn endpoint(core: &Core<Fake>, endpoint: Ref<Endpoint<Fake>>) {
    let home = core.home();
    assert!(endpoint.prepared(home).is_none() || endpoint.min_budget.get(home).0 == 0);
    let waiting = members(core, &endpoint.waiting, |it| it.links.next(home));
    let queue = endpoint.queue.get(home);
    if waiting.is_empty() {
        assert_eq!(queue, endpoint.deserted(home));
    } else {
        assert!(matches!(queue, Queue::Senders | Queue::Receivers));
    }
    if !untold(core, endpoint).is_empty() {
        assert!(queue != Queue::Receivers && endpoint.prepared(home).is_none());
    }
    for thread in waiting {
        let state = thread.state.get(home);
        assert!(state == Blocked::Sending(endpoint) || state == Blocked::Receiving(endpoint));
    }
    let servers = members(core, &endpoint.servers, |it: &Thread<Fake>| {
        Linked::<Serving>::links(it).next(home)
    });
    for server in servers {
        assert!(server.serves.get(home) == Some(endpoint));
    }
}

fn reply(core: &Core<Fake>, reply: Ref<Reply<Fake>>) {
    let home = core.home();
    let server = reply.server.get(home);
    if let Some(caller) = reply.caller.get(home) {
        assert!(caller.state.get(home) == Blocked::AwaitingReply(reply));
        assert!(server.is_some(), "nobody owes the answer");
    }
    if let Some(server) = server {
        let tied = members(core, &server.replies, |it| it.links.next(home));
        assert!(is_once_in(&tied, reply));
    }
    if let Some(sched) = reply.parked.get(home) {
        assert_eq!(sched.parked.get(home), Some(reply));
        assert!(server.is_some());
    }
}

fn notification(core: &Core<Fake>, notification: Ref<Notification<Fake>>) {
    let home = core.home();
    if let Some(waiter) = notification.waiter.get(home) {
        assert!(waiter.state.get(home) == Blocked::Waiting(notification));
        assert_eq!(
            notification.word.get(home),
            0,
            "a waiter sleeps over a signal"
        );
    }
    if let Some(bound) = notification.bound.get(home) {
        let slot: Option<Ref<Notification<Fake>>> =
            bound.notification.object_of(home, Kind::Notification);
        assert_eq!(slot, Some(notification));
    }
}

/// The core itself: who runs, on what, in which space; and that its lists hold only the living.
fn processor(core: &Core<Fake>, objects: &Objects) {
    let home = core.home();
    let sched = &core.sched;
    for (level, queue) in sched.ready.iter().enumerate() {
        let queue = members(core, queue, |it| it.links.next(home));
        assert_eq!(sched.occupied >> level & 1 == 1, !queue.is_empty());
        assert!(queue.iter().all(|it| objects.threads.contains(it)));
    }
    let deadlines = members(core, &sched.deadlines, |it: &Thread<Fake>| {
        Linked::<Timed>::links(it).next(home)
    });
    assert!(deadlines.iter().all(|it| objects.threads.contains(it)));
    let throttled = members(core, &sched.throttled, |it| it.links.next(home));
    assert!(throttled.iter().all(|it| objects.scheds.contains(it)));
    let Some(current) = sched.current else {
        assert_eq!(sched.occupied, 0, "idle while somebody is ready");
        return assert_eq!(sched.running_on, None);
    };
    assert!(objects.threads.contains(&current));
    assert!(core.runnable(current));
    assert_eq!(sched.running_on, current.sched.get(home));
    assert!(
        core.greatest_ready()
            .is_none_or(|it| it <= core.priority_of(current))
    );
    let space = core.space_of(current).expect("an address space");
    let active = core.sched.tags.active;
    assert_eq!(active.table(), space.root.get(home));
    assert_eq!(current.root.get(home), active);
    assert_eq!(core.arch.active, Some(active));
    assert!(core.arch.timer.is_some(), "a slice that never ends");
}

fn interrupts(core: &Core<Fake>) {
    let home = core.home();
    for line in 0..crate::interrupt::MAX_LINES {
        let entry = core.irqs.entry(IrqLine(line)).expect("a line");
        let binding = entry.part(|entry| &entry.binding);
        if binding.is_empty(home) {
            continue;
        }
        check_used(core, binding);
        let tag = binding.tag.get(home);
        assert!(entry.taken.get(home), "a binding outlives its handler");
        assert!(tag.kind() == Some(Kind::Notification) && tag.rights().contains(Rights::WRITE));
    }
}

impl World {
    /// Whether a thread was not destroyed.
    pub(super) fn lives(&self, thread: ThreadRef<Fake>) -> bool {
        self.walk().threads.contains(&thread)
    }
}
