//! Messages, replies, notifications and death, by the system calls of several threads.

use std::vec::Vec;

use weft_abi::message::{CAPS_IN, CAPS_OUT, CapItem};
use weft_abi::syscall::ThreadState;
use weft_abi::{CPtr, FaultKind, FaultLabel, MessageInfo};
use weft_hal::Nanoseconds;

use super::*;

mod faults;

/// Slots of root's CNode that the tests use.
pub(super) const CNODE: u64 = 1;
pub(super) const SPACE: u64 = 3;
pub(super) const CONTROL: u64 = 10;
pub(super) const ENDPOINT: u64 = 200;
pub(super) const BADGED: u64 = 201;
pub(super) const NOTIFICATION: u64 = 202;
pub(super) const REPLIES: u64 = 210;
pub(super) const THREADS: u64 = 220;
pub(super) const SCHEDS: u64 = 230;
/// Where root waits, so that others run.
const PARK: u64 = 240;
const BADGE: u64 = 0x77;
const FOREVER: u64 = u64::MAX;
pub(super) const MILLISECOND: u64 = 1_000_000;

/// A machine with an endpoint, a notification, reply objects, and threads that share root's CNode and space.
pub(super) struct Rig {
    pub(super) machine: Fixture,
    pub(super) threads: Vec<ThreadRef<Fake>>,
}

impl Rig {
    /// Threads of these priorities; `None` makes one without scheduling context. Root sleeps, and the first
    /// thread of the greatest priority runs.
    pub(super) fn new(priorities: &[Option<u64>]) -> Self {
        let mut rig = Self {
            machine: Fixture::new(),
            threads: Vec::new(),
        };
        let machine = &mut rig.machine;
        let untyped = machine.untyped(MemoryClass::Ram);
        machine
            .make(untyped, Kind::Endpoint, 0, ENDPOINT, 1)
            .unwrap();
        machine
            .make(untyped, Kind::Notification, 0, NOTIFICATION, 1)
            .unwrap();
        machine
            .make(untyped, Kind::Notification, 0, PARK, 1)
            .unwrap();
        machine.make(untyped, Kind::Reply, 0, REPLIES, 8).unwrap();
        let all = Rights::all().bits().into();
        machine
            .call(
                Syscall::CNodeMint,
                &[CNODE, BADGED, CNODE, ENDPOINT, all, BADGE],
            )
            .unwrap();
        for (index, priority) in (0..).zip(priorities) {
            rig.add_thread(untyped, index, *priority);
        }
        rig.call_root(Syscall::Wait, &[PARK, FOREVER]);
        rig
    }

    fn add_thread(&mut self, untyped: u64, index: u64, priority: Option<u64>) {
        let machine = &mut self.machine;
        let (thread, sched) = (THREADS + index, SCHEDS + index);
        machine.make(untyped, Kind::Thread, 0, thread, 1).unwrap();
        machine
            .call(Syscall::ThreadConfigure, &[thread, CNODE, SPACE, 0, 0, 0])
            .unwrap();
        if let Some(priority) = priority {
            machine
                .make(untyped, Kind::SchedContext, 0, sched, 1)
                .unwrap();
            let time = 10 * MILLISECOND;
            machine
                .call(
                    Syscall::SchedConfigure,
                    &[CONTROL, sched, priority, time, time],
                )
                .unwrap();
            machine.call(Syscall::SchedBind, &[sched, thread]).unwrap();
        }
        machine.call(Syscall::ThreadResume, &[thread]).unwrap();
        let object = machine
            .slot(thread)
            .object_of(machine.core.home(), Kind::Thread);
        self.threads.push(object.unwrap());
    }

    fn call_root(&mut self, call: Syscall, arguments: &[u64]) {
        let root = self.machine.root;
        root.context.request(call as u64, arguments);
        self.machine.core.enter();
    }

    /// The running thread makes a system call.
    pub(super) fn enter(&mut self, who: usize, call: Syscall, arguments: &[u64]) {
        let thread = self.threads[who];
        assert_eq!(self.running(), Some(who), "thread {who} should run");
        let mut registers = [0xdead; ARGUMENTS];
        registers[..arguments.len()].copy_from_slice(arguments);
        thread.context.request(call as u64, &registers);
        self.machine.core.enter();
    }

    /// Which thread runs; `None` if the core idles.
    pub(super) fn running(&self) -> Option<usize> {
        let current = self.machine.core.sched.current?;
        Some(
            self.threads
                .iter()
                .position(|thread| *thread == current)
                .expect("root sleeps"),
        )
    }

    /// What a finished system call left in a thread's registers.
    pub(super) fn answer(&self, who: usize) -> Answer {
        let context = &self.threads[who].context;
        assert!(
            !context.scratch_dirty.get(),
            "scratch registers were not cleared"
        );
        match Refusal::from_status(context.status.get().expect("the call has ended")) {
            Some(refusal) => Err(refusal),
            None => Ok(core::array::from_fn(|index| context.argument(index))),
        }
    }

    fn receive(&mut self, who: usize, reply: u64) {
        self.enter(who, Syscall::Recv, &[ENDPOINT, 0, 0, 0, 0, 0, 0, 0, reply]);
    }

    fn call(&mut self, who: usize, info: MessageInfo, words: [u64; 6]) {
        let [a, b, c, d, e, f] = words;
        self.enter(who, Syscall::Call, &[BADGED, info.0, a, b, c, d, e, f]);
    }

    fn reply_recv(&mut self, who: usize, info: MessageInfo, reply: u64) {
        self.enter(
            who,
            Syscall::ReplyRecv,
            &[ENDPOINT, info.0, 1, 2, 3, 4, 5, 6, reply],
        );
    }

    fn state(&mut self, who: usize) -> ThreadState {
        let asked = THREADS + who as u64;
        let running = self.running().expect("somebody runs");
        self.enter(running, Syscall::ThreadInfo, &[asked]);
        ThreadState::from_number(self.answer(running).unwrap()[1]).unwrap()
    }

    /// The running thread makes an endpoint.
    fn make_endpoint(&mut self, who: usize, at: u64) {
        let untyped = self.machine.untyped(MemoryClass::Ram);
        let kind = Kind::Endpoint as u64;
        self.enter(
            who,
            Syscall::UntypedRetype,
            &[untyped, kind, 0, CNODE, at, 1],
        );
        self.answer(who).unwrap();
    }

    fn set_page(&self, who: usize, index: usize, value: u64) {
        self.machine
            .core
            .set_page_word(self.threads[who], index, value);
    }

    fn page(&self, who: usize, index: usize) -> u64 {
        self.machine.core.page_word(self.threads[who], index)
    }
}

fn info(label: u32, words: usize) -> MessageInfo {
    MessageInfo::new(label, words, 0)
}

#[test]
fn a_call_switches_to_the_waiting_server_and_the_reply_back() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    rig.receive(0, REPLIES);
    assert_eq!(rig.running(), Some(1));
    rig.call(1, info(5, 2), [11, 12, 13, 14, 15, 16]);
    assert_eq!(rig.running(), Some(0));
    let got = rig.answer(0).unwrap();
    let words = [BADGE, info(5, 2).0, 11, 12, 13, 14, 15, 16, 0];
    assert_eq!(got, words, "all register words travel, and nothing else");
    rig.reply_recv(0, info(6, 1), REPLIES);
    assert_eq!(rig.running(), Some(1));
    assert_eq!(
        rig.answer(1).unwrap(),
        [0, info(6, 1).0, 1, 2, 3, 4, 5, 6, 0]
    );
}

#[test]
fn an_answered_caller_goes_on_before_others_of_its_priority() {
    let mut rig = Rig::new(&[Some(20), Some(10), Some(10)]);
    rig.receive(0, REPLIES);
    rig.call(1, info(5, 0), [0; 6]);
    rig.reply_recv(0, info(6, 0), REPLIES);
    assert_eq!(rig.running(), Some(1));
}

#[test]
fn a_called_server_that_is_outranked_waits_for_its_turn() {
    let mut rig = Rig::new(&[Some(20), Some(10), Some(15)]);
    rig.enter(0, Syscall::SchedSetCeiling, &[CONTROL, THREADS, 20]);
    let time = 10 * MILLISECOND;
    rig.enter(
        0,
        Syscall::SchedConfigure,
        &[CONTROL, SCHEDS, 10, time, time],
    );
    rig.enter(0, Syscall::ThreadSuspend, &[THREADS + 2]);
    rig.enter(0, Syscall::Wait, &[NOTIFICATION, MILLISECOND]);
    rig.receive(1, REPLIES);
    rig.machine.core.arch.advance(Nanoseconds(MILLISECOND));
    rig.machine.core.trap(Trap::Timer);
    rig.enter(0, Syscall::ThreadResume, &[THREADS + 2]);
    rig.call(0, info(5, 0), [0; 6]);
    assert_eq!(rig.running(), Some(2));
}

#[test]
fn senders_that_come_first_are_served_in_order() {
    let mut rig = Rig::new(&[Some(30), Some(20), Some(10)]);
    rig.call(0, info(1, 0), [0; 6]);
    rig.enter(1, Syscall::Send, &[BADGED, info(2, 0).0]);
    rig.receive(2, REPLIES);
    assert_eq!(MessageInfo(rig.answer(2).unwrap()[1]).label(), 1);
    rig.enter(2, Syscall::Reply, &[REPLIES, info(3, 0).0]);
    assert_eq!(
        rig.running(),
        Some(0),
        "the answered caller outranks the server"
    );
    rig.call(0, info(4, 0), [0; 6]);
    rig.receive(2, REPLIES);
    assert_eq!(MessageInfo(rig.answer(2).unwrap()[1]).label(), 2);
    assert_eq!(
        rig.running(),
        Some(1),
        "a sender goes on once its message is received"
    );
}

#[test]
fn long_messages_travel_through_the_message_pages() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    for index in 6..256 {
        rig.set_page(1, index, index as u64 * 3);
    }
    rig.set_page(0, 100, 42);
    rig.receive(0, REPLIES);
    rig.call(1, info(1, 100), [1; 6]);
    assert_eq!(rig.page(0, 99), 297);
    assert_eq!(
        rig.page(0, 100),
        42,
        "nothing behind the message is touched"
    );
}

#[test]
fn capabilities_move_or_are_derived_into_the_slots_that_the_receiver_named() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    let notification = CPtr(NOTIFICATION as u32);
    rig.set_page(1, CAPS_OUT, CapItem::copied(notification, Rights::WRITE).0);
    rig.set_page(1, CAPS_OUT + 1, CapItem::moved(CPtr(PARK as u32)).0);
    rig.set_page(1, CAPS_OUT + 2, CapItem::moved(CPtr(999)).0);
    rig.set_page(0, CAPS_IN, 300);
    rig.set_page(0, CAPS_IN + 1, ENDPOINT);
    rig.set_page(0, CAPS_IN + 2, 302);
    rig.receive(0, REPLIES);
    rig.call(1, MessageInfo::new(1, 0, 3), [0; 6]);
    let arrived = MessageInfo(rig.answer(0).unwrap()[1]).caps();
    assert_eq!(
        arrived, 1,
        "an occupied slot and an empty source transfer nothing"
    );
    let home = rig.machine.core.home();
    let tag = rig.machine.slot(300).tag.get(home);
    assert_eq!(
        (tag.kind(), tag.rights()),
        (Some(Kind::Notification), Rights::WRITE)
    );
    assert!(
        !rig.machine.slot(PARK).is_empty(home),
        "what did not arrive stays with the sender"
    );
}

#[test]
fn a_call_that_cannot_be_answered_changes_nothing() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    let home = rig.machine.core.home();
    rig.set_page(1, CAPS_OUT, CapItem::moved(CPtr(PARK as u32)).0);
    rig.set_page(0, CAPS_IN, 300);
    rig.receive(0, 0);
    rig.call(1, MessageInfo::new(1, 0, 1), [0; 6]);
    assert_eq!(rig.answer(1), Err(Refusal::NotConfigured));
    assert!(rig.machine.slot(300).is_empty(home));
    rig.enter(1, Syscall::Send, &[BADGED, info(2, 0).0]);
    assert_eq!(MessageInfo(rig.answer(0).unwrap()[1]).label(), 2);
}

#[test]
fn callers_that_cannot_be_answered_are_refused_and_the_next_sender_is_served() {
    let mut rig = Rig::new(&[Some(30), Some(20), Some(10)]);
    rig.call(0, info(1, 0), [0; 6]);
    rig.enter(1, Syscall::Send, &[BADGED, info(2, 0).0]);
    rig.receive(2, 0);
    assert_eq!(rig.answer(0), Err(Refusal::NotConfigured));
    assert_eq!(MessageInfo(rig.answer(2).unwrap()[1]).label(), 2);
}

#[test]
fn capabilities_need_the_grant_right() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    let write = Rights::WRITE.bits().into();
    rig.enter(0, Syscall::CNodeCopy, &[CNODE, 300, CNODE, BADGED, write]);
    rig.enter(0, Syscall::Call, &[300, MessageInfo::new(1, 0, 1).0]);
    assert_eq!(rig.answer(0), Err(Refusal::NotPermitted));
    rig.enter(0, Syscall::Recv, &[300, 0, 0, 0, 0, 0, 0, 0, REPLIES]);
    assert_eq!(rig.answer(0), Err(Refusal::NotPermitted));
    rig.enter(0, Syscall::Call, &[BADGED, 1 << 20]);
    assert_eq!(rig.answer(0), Err(Refusal::InvalidArgument));
}

#[test]
fn an_answer_may_be_given_later_through_its_own_reply_object() {
    let mut rig = Rig::new(&[Some(20), Some(12), Some(10)]);
    rig.enter(0, Syscall::SchedSetCeiling, &[CONTROL, THREADS, 20]);
    rig.receive(0, REPLIES);
    rig.call(1, info(1, 0), [0; 6]);
    rig.receive(0, REPLIES);
    assert_eq!(
        rig.answer(0),
        Err(Refusal::Busy),
        "the reply object holds a caller"
    );
    rig.receive(0, REPLIES + 1);
    rig.call(2, info(2, 0), [0; 6]);
    rig.enter(0, Syscall::Reply, &[REPLIES, info(9, 0).0]);
    rig.enter(0, Syscall::Reply, &[REPLIES, info(9, 0).0]);
    assert_eq!(
        rig.answer(0),
        Err(Refusal::Empty),
        "a caller is answered once"
    );
    rig.reply_recv(0, info(8, 0), REPLIES + 1);
    assert_eq!(MessageInfo(rig.answer(1).unwrap()[1]).label(), 9);
    assert_eq!(MessageInfo(rig.answer(2).unwrap()[1]).label(), 8);
}

#[test]
fn a_passive_server_runs_on_its_callers_context_and_parks_it_when_it_blocks() {
    let mut rig = Rig::new(&[Some(20), Some(10), Some(5)]);
    rig.receive(0, REPLIES);
    rig.enter(1, Syscall::SchedUnbind, &[SCHEDS]);
    let home = rig.machine.core.home();
    let lent = rig.threads[1].sched.get(home);
    rig.call(1, info(1, 0), [0; 6]);
    assert_eq!(
        (rig.running(), rig.threads[0].sched.get(home)),
        (Some(0), lent)
    );
    assert_eq!(rig.machine.core.priority_of(rig.threads[0]), 10);
    rig.receive(0, REPLIES + 1);
    assert_eq!(rig.running(), Some(2), "the parked context lets nobody run");
    assert!(rig.threads[0].sched.get(home).is_none());
    rig.enter(2, Syscall::Reply, &[REPLIES, info(2, 0).0]);
    assert_eq!(
        (rig.running(), rig.threads[1].sched.get(home)),
        (Some(1), lent)
    );
}

#[test]
fn a_cancelled_caller_gets_a_parked_context_back_at_once() {
    let mut rig = Rig::new(&[Some(20), Some(10), Some(5)]);
    rig.receive(0, REPLIES);
    rig.enter(1, Syscall::SchedUnbind, &[SCHEDS]);
    rig.call(1, info(1, 0), [0; 6]);
    rig.enter(0, Syscall::Wait, &[NOTIFICATION, FOREVER]);
    rig.enter(2, Syscall::ThreadSuspend, &[THREADS + 1]);
    rig.enter(2, Syscall::ThreadResume, &[THREADS + 1]);
    assert_eq!(
        (rig.running(), rig.answer(1)),
        (Some(1), Err(Refusal::Cancelled))
    );
}

#[test]
fn a_cancelled_caller_gets_its_context_back_when_the_server_blocks() {
    let mut rig = Rig::new(&[Some(20), Some(10), Some(30)]);
    let all = Rights::all().bits().into();
    let mint = [CNODE, 301, CNODE, NOTIFICATION, all, 1];
    rig.enter(2, Syscall::CNodeMint, &mint);
    rig.enter(2, Syscall::Wait, &[NOTIFICATION, FOREVER]);
    rig.receive(0, REPLIES);
    rig.enter(1, Syscall::SchedUnbind, &[SCHEDS]);
    rig.call(1, info(1, 0), [0; 6]);
    rig.enter(0, Syscall::Signal, &[301]);
    assert_eq!(rig.running(), Some(2));
    rig.enter(2, Syscall::ThreadSuspend, &[THREADS + 1]);
    rig.enter(2, Syscall::ThreadResume, &[THREADS + 1]);
    rig.enter(2, Syscall::Wait, &[NOTIFICATION, FOREVER]);
    assert_eq!(
        rig.running(),
        Some(0),
        "the server goes on with what it was lent"
    );
    rig.receive(0, REPLIES + 1);
    assert_eq!(
        (rig.running(), rig.answer(1)),
        (Some(1), Err(Refusal::Cancelled))
    );
}

#[test]
fn a_context_that_was_lent_onward_comes_home_when_the_first_call_is_over() {
    const INNER: u64 = 300;
    let mut rig = Rig::new(&[Some(30), Some(25), Some(10)]);
    rig.receive(0, REPLIES);
    rig.make_endpoint(1, INNER);
    rig.enter(1, Syscall::Recv, &[INNER, 0, 0, 0, 0, 0, 0, 0, REPLIES + 1]);
    rig.enter(2, Syscall::SchedUnbind, &[SCHEDS]);
    rig.enter(2, Syscall::SchedUnbind, &[SCHEDS + 1]);
    rig.call(2, info(1, 0), [0; 6]);
    rig.enter(0, Syscall::Call, &[INNER, info(2, 0).0]);
    rig.enter(1, Syscall::CNodeDelete, &[CNODE, REPLIES]);
    rig.enter(1, Syscall::Reply, &[REPLIES + 1, info(3, 0).0]);
    assert_eq!(
        (rig.running(), rig.answer(2)),
        (Some(2), Err(Refusal::Dead)),
        "the server in the middle must not keep it"
    );
}

#[test]
fn a_thread_goes_on_with_its_own_context_after_it_gave_back_a_lent_one() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    rig.receive(0, REPLIES);
    rig.enter(1, Syscall::SchedUnbind, &[SCHEDS]);
    rig.call(1, info(1, 0), [0; 6]);
    rig.enter(0, Syscall::SchedBind, &[SCHEDS, THREADS]);
    rig.enter(0, Syscall::Reply, &[REPLIES, info(2, 0).0]);
    assert_eq!(rig.running(), Some(0));
}

#[test]
fn a_caller_goes_on_with_its_own_context_if_what_it_lent_is_gone() {
    const INNER: u64 = 300;
    let mut rig = Rig::new(&[Some(30), Some(25), Some(10), Some(5)]);
    rig.receive(0, REPLIES);
    rig.make_endpoint(1, INNER);
    let receive = [INNER, 0, 0, 0, 0, 0, 0, 0, REPLIES + 1];
    rig.enter(1, Syscall::Recv, &receive);
    rig.enter(2, Syscall::SchedUnbind, &[SCHEDS]);
    rig.call(2, info(1, 0), [0; 6]);
    rig.enter(0, Syscall::SchedBind, &[SCHEDS, THREADS]);
    rig.enter(0, Syscall::Call, &[INNER, info(2, 0).0]);
    rig.enter(1, Syscall::CNodeDelete, &[CNODE, SCHEDS + 2]);
    rig.enter(1, Syscall::Reply, &[REPLIES + 1, info(3, 0).0]);
    assert_eq!(rig.running(), Some(0));
}

#[test]
fn a_servers_death_is_told_to_callers_in_flight_queued_and_new() {
    let mut rig = Rig::new(&[Some(20), Some(15), Some(12), Some(10)]);
    rig.receive(0, REPLIES);
    rig.call(1, info(1, 0), [0; 6]);
    // The server works on the first call while others queue: it waits for something else.
    rig.enter(0, Syscall::Wait, &[NOTIFICATION, FOREVER]);
    rig.call(2, info(2, 0), [0; 6]);
    rig.enter(3, Syscall::CNodeDelete, &[CNODE, THREADS]);
    assert_eq!(rig.running(), Some(1));
    assert_eq!(rig.answer(1), Err(Refusal::Dead));
    rig.call(1, info(1, 0), [0; 6]);
    assert_eq!(rig.answer(1), Err(Refusal::Dead));
    rig.enter(1, Syscall::Wait, &[NOTIFICATION, FOREVER]);
    assert_eq!(rig.answer(2), Err(Refusal::Dead));
    // A successor revives the endpoint.
    rig.receive(2, REPLIES);
    rig.call(3, info(3, 0), [0; 6]);
    assert_eq!(rig.running(), Some(2));
    assert_eq!(MessageInfo(rig.answer(2).unwrap()[1]).label(), 3);
}

#[test]
fn callers_of_a_server_that_dies_before_it_first_receives_are_told() {
    let mut rig = Rig::new(&[Some(20), Some(15), Some(10)]);
    rig.enter(0, Syscall::ThreadServe, &[THREADS, ENDPOINT]);
    assert!(rig.answer(0).is_ok());
    rig.enter(0, Syscall::Wait, &[NOTIFICATION, FOREVER]);
    rig.call(1, info(1, 0), [0; 6]);
    assert_eq!(rig.running(), Some(2));
    rig.enter(2, Syscall::CNodeDelete, &[CNODE, THREADS]);
    assert_eq!(rig.running(), Some(1));
    assert_eq!(rig.answer(1), Err(Refusal::Dead));
}

#[test]
fn a_callers_death_leaves_its_server_running_and_the_answer_is_dropped() {
    let mut rig = Rig::new(&[Some(20), Some(10), Some(5)]);
    rig.receive(0, REPLIES);
    rig.call(1, info(1, 0), [0; 6]);
    rig.enter(0, Syscall::CNodeDelete, &[CNODE, THREADS + 1]);
    assert_eq!(rig.answer(0).err(), None);
    rig.enter(0, Syscall::Reply, &[REPLIES, info(2, 0).0]);
    assert_eq!(rig.answer(0), Err(Refusal::Empty));
    rig.receive(0, REPLIES);
    rig.call(2, info(3, 0), [0; 6]);
    assert_eq!(rig.running(), Some(0));
}

#[test]
fn destroyed_endpoints_and_reply_objects_wake_those_who_wait() {
    let mut rig = Rig::new(&[Some(20), Some(15), Some(10)]);
    rig.receive(0, REPLIES);
    rig.call(1, info(1, 0), [0; 6]);
    rig.enter(0, Syscall::CNodeDelete, &[CNODE, REPLIES]);
    rig.receive(0, REPLIES + 1);
    assert_eq!(rig.answer(1), Err(Refusal::Dead));
    rig.enter(1, Syscall::Wait, &[NOTIFICATION, FOREVER]);
    rig.enter(2, Syscall::CNodeDelete, &[CNODE, ENDPOINT]);
    assert_eq!(rig.answer(0), Err(Refusal::Dead));
    assert_eq!(rig.running(), Some(0));
    rig.enter(0, Syscall::CNodeDelete, &[CNODE, NOTIFICATION]);
    rig.enter(0, Syscall::Wait, &[NOTIFICATION, FOREVER]);
    assert_eq!(rig.answer(0), Err(Refusal::NoCapability));
    rig.enter(0, Syscall::ThreadSuspend, &[THREADS]);
    assert_eq!(
        (rig.running(), rig.answer(1)),
        (Some(1), Err(Refusal::Dead))
    );
}

#[test]
fn signals_are_kept_until_they_are_waited_for_and_wake_once() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    let all = Rights::all().bits().into();
    for (slot, bit) in [(301, 1), (302, 4)] {
        rig.enter(
            0,
            Syscall::CNodeMint,
            &[CNODE, slot, CNODE, NOTIFICATION, all, bit],
        );
    }
    rig.enter(0, Syscall::Poll, &[NOTIFICATION]);
    assert_eq!(rig.answer(0), Err(Refusal::Empty));
    for _ in 0..1000 {
        rig.enter(0, Syscall::Signal, &[301]);
        rig.enter(0, Syscall::Signal, &[302]);
    }
    rig.enter(0, Syscall::Wait, &[NOTIFICATION, FOREVER]);
    assert_eq!(rig.answer(0).unwrap()[0], 5);
    rig.enter(0, Syscall::Wait, &[NOTIFICATION, FOREVER]);
    rig.enter(1, Syscall::Wait, &[NOTIFICATION, FOREVER]);
    assert_eq!(rig.answer(1), Err(Refusal::Busy));
    rig.enter(1, Syscall::Signal, &[301]);
    assert_eq!((rig.running(), rig.answer(0).unwrap()[0]), (Some(0), 1));
}

#[test]
fn a_wait_ends_at_its_deadline() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    rig.enter(0, Syscall::Wait, &[NOTIFICATION, 3 * MILLISECOND]);
    assert_eq!(rig.running(), Some(1));
    let early = rig
        .machine
        .core
        .arch
        .advance(Nanoseconds(3 * MILLISECOND - 1));
    assert!(!early, "the timer is set to the deadline, not before");
    assert!(rig.machine.core.arch.advance(Nanoseconds(1)));
    rig.machine.core.trap(Trap::Timer);
    assert_eq!(
        (rig.running(), rig.answer(0)),
        (Some(0), Err(Refusal::TimedOut))
    );
}

#[test]
fn a_wait_that_a_signal_ended_has_no_deadline_any_more() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    let all = Rights::all().bits().into();
    let mint = [CNODE, 301, CNODE, NOTIFICATION, all, 1];
    rig.enter(0, Syscall::CNodeMint, &mint);
    rig.enter(0, Syscall::Wait, &[NOTIFICATION, 3 * MILLISECOND]);
    rig.enter(1, Syscall::Signal, &[301]);
    assert_eq!((rig.running(), rig.answer(0).unwrap()[0]), (Some(0), 1));
    let core = &rig.machine.core;
    let next = core.sched.deadlines.first(core.home());
    assert!(next.is_none(), "a thread that runs has no deadline");
}

#[test]
fn a_bound_notification_wakes_a_receiver() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    let all = Rights::all().bits().into();
    rig.enter(
        0,
        Syscall::CNodeMint,
        &[CNODE, 301, CNODE, NOTIFICATION, all, 8],
    );
    rig.enter(0, Syscall::ThreadBindNotification, &[THREADS, NOTIFICATION]);
    rig.enter(
        0,
        Syscall::ThreadBindNotification,
        &[THREADS + 1, NOTIFICATION],
    );
    assert_eq!(rig.answer(0), Err(Refusal::Busy));
    rig.receive(0, REPLIES);
    rig.enter(1, Syscall::Signal, &[301]);
    let got = rig.answer(0).unwrap();
    assert_eq!((got[0], MessageInfo(got[1]).is_signal()), (8, true));
    rig.enter(0, Syscall::Signal, &[301]);
    rig.receive(0, REPLIES);
    assert_eq!(
        rig.answer(0).unwrap()[0],
        8,
        "a signal that came before is not lost"
    );
    rig.enter(0, Syscall::ThreadBindNotification, &[THREADS, 0]);
    rig.enter(0, Syscall::Signal, &[301]);
    rig.receive(0, REPLIES);
    assert_eq!(
        rig.running(),
        Some(1),
        "unbound, it does not wake the receiver"
    );
}

#[test]
fn signals_without_a_pause_keep_no_sender_from_a_receiver() {
    let mut rig = Rig::new(&[Some(10), Some(20), Some(30)]);
    let all = Rights::all().bits().into();
    let mint = [CNODE, 301, CNODE, NOTIFICATION, all, 8];
    rig.enter(2, Syscall::CNodeMint, &mint);
    rig.enter(2, Syscall::ThreadBindNotification, &[THREADS, NOTIFICATION]);
    rig.enter(2, Syscall::Send, &[BADGED, info(5, 0).0]);
    rig.enter(1, Syscall::Send, &[BADGED, info(6, 0).0]);
    let mut heard = Vec::new();
    for _ in 0..4 {
        rig.enter(0, Syscall::Signal, &[301]);
        rig.receive(0, REPLIES);
        let got = MessageInfo(rig.answer(0).unwrap()[1]);
        heard.push((got.is_signal(), got.label()));
        if let Some(sender @ 1..) = rig.running() {
            rig.enter(sender, Syscall::ThreadSuspend, &[THREADS + sender as u64]);
        }
    }
    let signal = (true, MessageInfo::signal().label());
    assert_eq!(heard, [signal, (false, 5), signal, (false, 6)]);
    rig.receive(0, REPLIES);
    assert!(
        MessageInfo(rig.answer(0).unwrap()[1]).is_signal(),
        "it was kept"
    );
    let nobody_else = &[ENDPOINT, 0, 0, 0, 0, 0, 0, 0, 0];
    rig.enter(0, Syscall::Recv, nobody_else);
    assert_eq!(rig.running(), None);
}

#[test]
fn signals_are_heard_though_whose_turn_it_is_is_refused() {
    let mut rig = Rig::new(&[Some(10), Some(20)]);
    let all = Rights::all().bits().into();
    let mint = [CNODE, 301, CNODE, NOTIFICATION, all, 8];
    rig.enter(1, Syscall::CNodeMint, &mint);
    rig.enter(1, Syscall::ThreadBindNotification, &[THREADS, NOTIFICATION]);
    rig.enter(1, Syscall::Signal, &[301]);
    rig.call(1, info(5, 0), [0; 6]);
    rig.receive(0, REPLIES);
    rig.enter(0, Syscall::Signal, &[301]);
    rig.enter(0, Syscall::Recv, &[ENDPOINT, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(rig.answer(1), Err(Refusal::NotConfigured));
    assert!(MessageInfo(rig.answer(0).unwrap()[1]).is_signal());
}

#[test]
fn a_notification_with_signals_wakes_the_receiver_that_it_is_bound_to() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    let all = Rights::all().bits().into();
    rig.enter(
        0,
        Syscall::CNodeMint,
        &[CNODE, 301, CNODE, NOTIFICATION, all, 4],
    );
    rig.enter(0, Syscall::Signal, &[301]);
    rig.receive(0, REPLIES);
    rig.enter(1, Syscall::ThreadBindNotification, &[THREADS, NOTIFICATION]);
    assert_eq!(rig.running(), Some(0));
    assert_eq!(rig.answer(0).unwrap()[..2], [4, MessageInfo::signal().0]);
}

#[test]
fn what_may_only_be_looked_at_is_no_cspace_and_no_address_space_of_a_thread() {
    let mut rig = Rig::new(&[Some(20), Some(10)]);
    let read = Rights::READ.bits().into();
    rig.enter(0, Syscall::CNodeCopy, &[CNODE, 301, CNODE, CNODE, read]);
    rig.enter(0, Syscall::CNodeCopy, &[CNODE, 302, CNODE, SPACE, read]);
    rig.enter(0, Syscall::ThreadSuspend, &[THREADS + 1]);
    for (cspace, space) in [(301, SPACE), (CNODE, 302)] {
        let configure = [THREADS + 1, cspace, space, 0, 0, 0];
        rig.enter(0, Syscall::ThreadConfigure, &configure);
        assert_eq!(rig.answer(0), Err(Refusal::NotPermitted));
    }
}

#[test]
fn a_suspended_thread_leaves_whatever_it_waited_in() {
    let waits: [(Syscall, &[u64]); 4] = [
        (Syscall::Recv, &[ENDPOINT, 0, 0, 0, 0, 0, 0, 0, REPLIES]),
        (Syscall::Call, &[BADGED, 0]),
        (Syscall::Send, &[BADGED, 0]),
        (Syscall::Wait, &[NOTIFICATION, 5 * MILLISECOND]),
    ];
    for (call, arguments) in waits {
        let mut rig = Rig::new(&[Some(20), Some(10)]);
        rig.enter(0, call, arguments);
        rig.enter(1, Syscall::ThreadSuspend, &[THREADS]);
        rig.enter(1, Syscall::Signal, &[NOTIFICATION]);
        rig.enter(1, Syscall::ThreadResume, &[THREADS]);
        assert_eq!(
            (rig.running(), rig.answer(0)),
            (Some(0), Err(Refusal::Cancelled)),
            "{call:?}"
        );
        rig.enter(0, Syscall::ThreadSuspend, &[THREADS]);
        rig.enter(1, Syscall::Recv, &[ENDPOINT, 0, 0, 0, 0, 0, 0, 0, REPLIES]);
        assert_eq!(
            rig.running(),
            None,
            "{call:?}: the queue holds no suspended thread"
        );
    }
}
