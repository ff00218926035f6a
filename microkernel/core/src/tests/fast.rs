//! The prepared line: it serves in the plain case, and in no case in which something that it depends on has changed.

use weft_abi::{FaultKind, FaultLabel, MessageInfo};

use super::ipc::{BADGED, CNODE, CONTROL, ENDPOINT, NOTIFICATION, Rig, SCHEDS, THREADS};
use super::*;
use weft_store::Ref;

use crate::object::Endpoint;

const REPLY: u64 = 210;
const PLAIN: u64 = MessageInfo::new(5, 2, 0).0;
const TIME: u64 = 10_000_000;

/// A server (thread 0) that has answered thread 1 once by the general path, and waits on its line; thread 1 runs.
pub(super) fn served() -> Rig {
    let mut rig = Rig::new(&[Some(20), Some(10), Some(10), Some(30)]);
    rig.enter(3, Syscall::ThreadSuspend, &[THREADS + 3]);
    rig.enter(0, Syscall::Recv, &[ENDPOINT, 0, 0, 0, 0, 0, 0, 0, REPLY]);
    rig.enter(1, Syscall::Call, &[BADGED, PLAIN, 1, 2, 3, 4, 5, 6]);
    answer(&mut rig);
    assert_eq!(rig.running(), Some(1));
    rig
}

fn answer(rig: &mut Rig) {
    let arguments = [ENDPOINT, PLAIN, 7, 8, 0, 0, 0, 0, REPLY];
    rig.enter(0, Syscall::ReplyRecv, &arguments);
}

/// Whether the running thread's call takes the fast path.
pub(super) fn quick(rig: &mut Rig, who: usize, call: Syscall, arguments: &[u64]) -> bool {
    assert_eq!(rig.running(), Some(who), "thread {who} should run");
    let mut registers = [0; ARGUMENTS];
    registers[..arguments.len()].copy_from_slice(arguments);
    let thread = rig.threads[who];
    thread.context.request(call as u64, &registers);
    rig.machine.enter_quickly(thread)
}

pub(super) fn quick_call(rig: &mut Rig) -> bool {
    quick(rig, 1, Syscall::Call, &[BADGED, PLAIN, 1, 2, 3, 4, 5, 6])
}

pub(super) fn quick_answer(rig: &mut Rig) -> bool {
    let arguments = [ENDPOINT, PLAIN, 7, 8, 0, 0, 0, 0, REPLY];
    quick(rig, 0, Syscall::ReplyRecv, &arguments)
}

#[test]
fn a_plain_call_and_its_answer_are_quick() {
    let mut rig = served();
    for _ in 0..3 {
        assert!(quick_call(&mut rig));
        let got = rig.answer(0).unwrap();
        assert_eq!(got, [0x77, PLAIN, 1, 2, 3, 4, 5, 6, 0]);
        assert!(quick_answer(&mut rig));
        let got = rig.answer(1).unwrap();
        assert_eq!(got, [0, PLAIN, 7, 8, 0, 0, 0, 0, 0]);
    }
}

#[test]
fn words_beyond_the_registers_are_quick_too_and_no_others_are_copied() {
    for words in [7, 8, 9, 10, 255, 256] {
        let mut rig = served();
        let threads = [rig.threads[0], rig.threads[1]];
        for index in 0..512 {
            let core = &rig.machine.core;
            core.set_page_word(threads[0], index, 1000 + index as u64);
            core.set_page_word(threads[1], index, 5000 + index as u64);
        }
        let info = MessageInfo::new(5, words, 0).0;
        assert!(quick(&mut rig, 1, Syscall::Call, &[BADGED, info]));
        for index in 0..512 {
            let from = if (6..words).contains(&index) {
                5000
            } else {
                1000
            };
            let word = rig.machine.core.page_word(threads[0], index);
            assert_eq!(word, from + index as u64, "word {index} of {words}");
        }
    }
}

/// The third thread changes something while the server waits; the call of the second is then not quick.
fn call_after(change: impl Fn(&mut Rig)) -> bool {
    let mut rig = served();
    change(&mut rig);
    quick_call(&mut rig)
}

#[test]
fn what_a_message_carries_beyond_registers_takes_the_general_path() {
    for info in [
        MessageInfo::new(5, 257, 0),
        MessageInfo::new(5, 2, 1),
        MessageInfo::new(5, 2, 0).by_general_path(),
        MessageInfo(PLAIN | 1 << 20),
    ] {
        let mut rig = served();
        assert!(!quick(&mut rig, 1, Syscall::Call, &[BADGED, info.0]));
        assert!(quick_call(&mut rig));
        assert!(!quick(
            &mut rig,
            0,
            Syscall::ReplyRecv,
            &[ENDPOINT, info.0, 0, 0, 0, 0, 0, 0, REPLY]
        ));
    }
}

#[test]
fn a_call_finds_no_line_once_the_server_is_stopped_or_lost_what_it_needs() {
    let stopped = |rig: &mut Rig| rig.enter(1, Syscall::ThreadSuspend, &[THREADS]);
    assert!(!call_after(stopped));
    let without_reply = |rig: &mut Rig| rig.enter(1, Syscall::CNodeDelete, &[CNODE, REPLY]);
    assert!(!call_after(without_reply));
    let gone = |rig: &mut Rig| rig.enter(1, Syscall::CNodeDelete, &[CNODE, THREADS]);
    assert!(!call_after(gone));
    let no_badge = |rig: &mut Rig| rig.enter(1, Syscall::CNodeDelete, &[CNODE, BADGED]);
    assert!(!call_after(no_badge));
    assert!(call_after(|_| ()));
}

#[test]
fn a_capability_without_the_right_or_of_another_kind_is_not_quick() {
    let mut rig = served();
    rig.enter(1, Syscall::CNodeCopy, &[CNODE, 300, CNODE, BADGED, 1]);
    for cptr in [0, 300, NOTIFICATION, REPLY, CNODE, 9999, 1 << 40] {
        assert!(!quick(&mut rig, 1, Syscall::Call, &[cptr, PLAIN]), "{cptr}");
    }
    assert!(quick_call(&mut rig));
    rig.enter(0, Syscall::CNodeCopy, &[CNODE, 301, CNODE, ENDPOINT, 2]);
    let arguments = [301, PLAIN, 7, 8, 0, 0, 0, 0, REPLY];
    assert!(!quick(&mut rig, 0, Syscall::ReplyRecv, &arguments));
}

#[test]
fn a_server_that_is_outranked_does_not_run_at_once() {
    let mut rig = served();
    rig.enter(1, Syscall::SchedSetCeiling, &[CONTROL, THREADS + 1, 40]);
    rig.enter(1, Syscall::ThreadResume, &[THREADS + 3]);
    assert!(!quick_call(&mut rig), "thread 3 is ready with priority 30");
    rig.enter(1, Syscall::SchedSetCeiling, &[CONTROL, THREADS, 35]);
    assert!(quick_call(&mut rig), "now the server's ceiling is greater");
}

#[test]
fn a_caller_that_is_outranked_is_answered_by_the_general_path() {
    let mut rig = served();
    rig.enter(1, Syscall::SchedSetCeiling, &[CONTROL, THREADS, 40]);
    assert!(quick_call(&mut rig));
    rig.enter(0, Syscall::ThreadResume, &[THREADS + 3]);
    assert!(!quick_answer(&mut rig));
    answer(&mut rig);
    assert_eq!(rig.running(), Some(3));
}

#[test]
fn an_answer_is_not_quick_while_somebody_waits_for_the_server() {
    let mut rig = served();
    assert!(quick_call(&mut rig));
    rig.enter(0, Syscall::SchedSetCeiling, &[CONTROL, THREADS + 2, 50]);
    rig.enter(2, Syscall::Send, &[ENDPOINT, PLAIN]);
    assert!(!quick_answer(&mut rig));
    answer(&mut rig);
    assert_eq!(rig.answer(0).unwrap()[1], PLAIN, "the sender's message");
}

#[test]
fn signals_come_before_the_next_call() {
    let mut rig = served();
    rig.enter(
        1,
        Syscall::CNodeMint,
        &[CNODE, 300, CNODE, NOTIFICATION, 31, 4],
    );
    rig.enter(1, Syscall::ThreadBindNotification, &[THREADS, NOTIFICATION]);
    assert!(quick_call(&mut rig));
    rig.enter(0, Syscall::Signal, &[300]);
    assert!(!quick_answer(&mut rig));
    answer(&mut rig);
    let signals = rig.answer(0).unwrap();
    assert_eq!(signals[..2], [4, MessageInfo::signal().0]);
}

/// A server that handles the faults of thread 2, which runs.
fn handled() -> Rig {
    let mut rig = served();
    rig.enter(1, Syscall::ThreadSuspend, &[THREADS + 2]);
    let space = 3;
    let target = [THREADS + 2, CNODE, space, BADGED, 0, 0];
    rig.enter(1, Syscall::ThreadConfigure, &target);
    // That made pointers be looked up again, so the server names them once more.
    assert!(quick_call(&mut rig));
    answer(&mut rig);
    rig.enter(1, Syscall::SchedSetCeiling, &[CONTROL, THREADS + 2, 15]);
    rig.enter(1, Syscall::ThreadResume, &[THREADS + 2]);
    assert_eq!(rig.running(), Some(2));
    rig
}

const FAULT: Trap = Trap::Fault {
    kind: FaultKind::Read,
    address: 0x1000,
    code: 14,
};

fn quick_fault(rig: &mut Rig) -> bool {
    let quick = rig.machine.core.trap_directly(FAULT).is_some();
    rig.machine.core.catch_up();
    quick
}

fn quick_resume(rig: &mut Rig, label: u32) -> bool {
    let info = MessageInfo::new(label, 1, 0).0;
    let arguments = [ENDPOINT, info, 0, 0, 0, 0, 0, 0, REPLY];
    quick(rig, 0, Syscall::ReplyRecv, &arguments)
}

#[test]
fn a_fault_and_the_answer_to_it_are_quick() {
    let mut rig = handled();
    for _ in 0..3 {
        rig.threads[2].context.set_argument(3, 77);
        assert!(quick_fault(&mut rig));
        assert_eq!(rig.running(), Some(0));
        let [badge, info, kind, _, address, code, ..] = rig.answer(0).unwrap();
        assert_eq!((badge, address, code), (0x77, 0x1000, 14));
        assert_eq!(kind, FaultKind::Read as u64);
        assert!(MessageInfo(info).is_fault());
        assert!(quick_resume(&mut rig, FaultLabel::RESUME));
        assert_eq!(rig.running(), Some(2), "it repeats what faulted");
        assert_eq!(rig.threads[2].context.argument(3), 77);
    }
}

#[test]
fn a_fault_is_stopped_and_a_missing_handler_is_told_by_the_general_path() {
    let mut rig = handled();
    assert!(quick_fault(&mut rig));
    assert!(!quick_resume(&mut rig, FaultLabel::RESUME + 1));
    let mut rig = handled();
    let handler = THREADS;
    rig.enter(2, Syscall::ThreadSuspend, &[handler]);
    assert!(!quick_fault(&mut rig));
    rig.enter(2, Syscall::ThreadSuspend, &[THREADS + 1]);
    rig.machine.core.trap(FAULT);
    assert_eq!(rig.running(), None, "nobody handles it");
}

#[test]
fn pointers_are_looked_up_again_when_a_capability_has_left_its_slot() {
    for (slot, from) in [(ENDPOINT, BADGED), (REPLY, REPLY + 1)] {
        let mut rig = served();
        assert!(quick_call(&mut rig));
        rig.enter(0, Syscall::CNodeMove, &[CNODE, 300, CNODE, slot]);
        assert!(!quick_answer(&mut rig), "the slot is empty");
        rig.enter(0, Syscall::CNodeMove, &[CNODE, slot, CNODE, from]);
        assert!(!quick_answer(&mut rig), "another capability is there");
    }
}

#[test]
fn a_lent_context_that_its_owner_lost_takes_the_general_path() {
    let mut rig = served();
    assert!(quick_call(&mut rig));
    rig.enter(0, Syscall::SchedUnbind, &[SCHEDS + 1]);
    assert!(!quick_answer(&mut rig));
    answer(&mut rig);
    assert_eq!(rig.running(), Some(2), "the caller has no context any more");
}

#[test]
fn the_budget_that_a_client_lends_ends_and_the_server_goes_on_with_its_own() {
    let mut rig = served();
    let short = [CONTROL, SCHEDS + 1, 10, TIME / 10, TIME];
    rig.enter(1, Syscall::SchedConfigure, &short);
    assert!(quick_call(&mut rig));
    let home = rig.machine.core.home();
    let own = rig.threads[0].own_sched.get(home);
    rig.machine
        .core
        .arch
        .advance(weft_hal::Nanoseconds(TIME / 10));
    rig.machine.core.trap(Trap::Timer);
    assert_eq!(rig.running(), Some(0), "the server finishes");
    assert_eq!(rig.threads[0].sched.get(home), own);
    assert!(!quick_answer(&mut rig));
    answer(&mut rig);
    assert_eq!(rig.running(), Some(2), "the client waits for its period");
    rig.machine.core.arch.advance(weft_hal::Nanoseconds(TIME));
    rig.machine.core.trap(Trap::Timer);
    assert_eq!(rig.answer(1).unwrap()[1], PLAIN);
}

const BIT: u64 = 300;
const OTHER: u64 = 301;
const OTHER_BIT: u64 = 302;

/// Threads 1 and 2 of one priority, of which 1 runs, thread 3 above them and suspended, and two notifications.
fn signalled() -> Rig {
    let mut rig = served();
    let untyped = rig.machine.untyped(MemoryClass::Ram);
    let kind = Kind::Notification as u64;
    rig.enter(
        1,
        Syscall::UntypedRetype,
        &[untyped, kind, 0, CNODE, OTHER, 1],
    );
    for (from, to) in [(NOTIFICATION, BIT), (OTHER, OTHER_BIT)] {
        let mint = [CNODE, to, CNODE, from, 31, 4];
        rig.enter(1, Syscall::CNodeMint, &mint);
    }
    rig
}

const FOR_EVER: u64 = u64::MAX;

#[test]
fn a_signal_is_quick_whomever_it_wakes() {
    let mut rig = signalled();
    assert!(quick(&mut rig, 1, Syscall::Signal, &[BIT]));
    rig.enter(1, Syscall::Poll, &[NOTIFICATION]);
    assert_eq!(rig.answer(1).unwrap()[0], 4, "nobody");
    assert!(quick(&mut rig, 1, Syscall::Wait, &[NOTIFICATION, FOR_EVER]));
    assert!(quick(&mut rig, 2, Syscall::Signal, &[BIT]));
    assert_eq!(rig.running(), Some(2), "one of the same priority");
    assert_eq!(rig.answer(1).unwrap()[0], 4);
    rig.enter(2, Syscall::ThreadResume, &[THREADS + 3]);
    rig.enter(3, Syscall::Wait, &[NOTIFICATION, FOR_EVER]);
    let running = rig.running().unwrap();
    assert!(quick(&mut rig, running, Syscall::Signal, &[BIT]));
    assert_eq!(rig.running(), Some(3), "a greater one");
    assert_eq!(rig.answer(3).unwrap()[0], 4);
    rig.enter(3, Syscall::ThreadSuspend, &[THREADS + 3]);
    assert_eq!(rig.running(), Some(running), "who was interrupted goes on");
}

#[test]
fn signals_that_are_there_end_a_wait_at_once() {
    let mut rig = signalled();
    assert!(quick(&mut rig, 1, Syscall::Signal, &[BIT]));
    assert!(quick(&mut rig, 1, Syscall::Wait, &[NOTIFICATION, FOR_EVER]));
    assert_eq!(rig.running(), Some(1));
    assert_eq!(rig.answer(1).unwrap()[0], 4);
}

#[test]
fn a_bound_server_is_woken_quickly() {
    let mut rig = signalled();
    rig.enter(1, Syscall::ThreadBindNotification, &[THREADS, NOTIFICATION]);
    assert!(quick(&mut rig, 1, Syscall::Signal, &[BIT]));
    assert_eq!(rig.running(), Some(0));
    let signals = rig.answer(0).unwrap();
    assert_eq!(signals[..2], [4, MessageInfo::signal().0]);
    let home = rig.machine.core.home();
    let slot = rig.machine.slot(ENDPOINT);
    let endpoint: Ref<Endpoint<Fake>> = slot.object_of(home, Kind::Endpoint).unwrap();
    assert_eq!(endpoint.prepared(home), None, "it waits no longer");
}

/// As `signalled`, and thread 3, with this budget, waits for `OTHER`.
fn asleep(budget: u64, uses: u64) -> Rig {
    let mut rig = signalled();
    let short = [CONTROL, SCHEDS + 3, 30, budget, TIME];
    rig.enter(1, Syscall::SchedConfigure, &short);
    rig.enter(1, Syscall::ThreadResume, &[THREADS + 3]);
    rig.machine.core.arch.advance(weft_hal::Nanoseconds(uses));
    rig.enter(3, Syscall::Wait, &[OTHER, FOR_EVER]);
    rig
}

#[test]
fn who_has_used_its_budget_up_is_not_woken_to_run() {
    for above in [10, 40] {
        let mut rig = asleep(TIME / 10, TIME / 10);
        let running = rig.running().unwrap();
        let own = [CONTROL, SCHEDS + running as u64, above, TIME, TIME];
        rig.enter(running, Syscall::SchedConfigure, &own);
        assert!(!quick(&mut rig, running, Syscall::Signal, &[OTHER_BIT]));
        rig.enter(running, Syscall::Signal, &[OTHER_BIT]);
        assert_eq!(rig.running(), Some(running));
        let home = rig.machine.core.home();
        assert_eq!(rig.threads[3].queued.get(home), None);
    }
}

#[test]
fn nobody_is_handed_the_processor_past_a_greater_priority() {
    let mut rig = asleep(TIME, 0);
    let running = rig.running().unwrap();
    let low = [CONTROL, SCHEDS + 3, 5, TIME, TIME];
    rig.enter(running, Syscall::SchedConfigure, &low);
    let there = [OTHER_BIT, FOR_EVER, 0, 0, 0, 0, 0, 0, NOTIFICATION];
    assert!(!quick(&mut rig, running, Syscall::SignalWait, &there));
    rig.enter(running, Syscall::SignalWait, &there);
    assert_eq!(rig.running(), Some(3 - running), "ready, and above it");
}

#[test]
fn the_timer_is_set_for_a_budget_that_ends_sooner() {
    let mut rig = asleep(TIME / 4, 0);
    let core = &mut rig.machine.core;
    core.arch.advance(weft_hal::Nanoseconds(TIME / 4));
    core.trap(Trap::Timer);
    let running = rig.running().unwrap();
    assert!(!quick(&mut rig, running, Syscall::Signal, &[OTHER_BIT]));
    rig.enter(running, Syscall::Signal, &[OTHER_BIT]);
    assert_eq!(rig.running(), Some(3));
    let arch = &rig.machine.core.arch;
    assert_eq!(arch.timer.unwrap().0, arch.now.0 + TIME / 4);
}

#[test]
fn two_threads_hand_the_processor_to_each_other() {
    let mut rig = signalled();
    let there = [OTHER_BIT, FOR_EVER, 0, 0, 0, 0, 0, 0, NOTIFICATION];
    let back = [BIT, FOR_EVER, 0, 0, 0, 0, 0, 0, OTHER];
    rig.enter(1, Syscall::SignalWait, &there);
    rig.enter(2, Syscall::Wait, &[OTHER, FOR_EVER]);
    // Its word was set already.
    assert_eq!(rig.answer(2).unwrap()[0], 4);
    for _ in 0..3 {
        assert!(quick(&mut rig, 2, Syscall::SignalWait, &back));
        assert_eq!(rig.answer(1).unwrap()[0], 4);
        assert!(quick(&mut rig, 1, Syscall::SignalWait, &there));
        assert_eq!(rig.answer(2).unwrap()[0], 4);
    }
}

#[test]
fn a_signal_that_is_sent_and_a_wait_that_is_refused_are_told_apart() {
    let mut rig = signalled();
    let late = [BIT, 0, 0, 0, 0, 0, 0, 0, OTHER];
    rig.enter(1, Syscall::SignalWait, &late);
    assert_eq!(rig.answer(1), Err(Refusal::TimedOut));
    rig.enter(1, Syscall::Poll, &[NOTIFICATION]);
    assert_eq!(rig.answer(1).unwrap()[0], 4, "the signal was sent");
    rig.enter(1, Syscall::Wait, &[OTHER, FOR_EVER]);
    let busy = [BIT, FOR_EVER, 0, 0, 0, 0, 0, 0, OTHER];
    rig.enter(2, Syscall::SignalWait, &busy);
    assert_eq!(rig.answer(2), Err(Refusal::Busy));
    rig.enter(2, Syscall::Poll, &[NOTIFICATION]);
    assert_eq!(rig.answer(2), Err(Refusal::Empty), "no signal was sent");
}

#[test]
fn yielding_to_one_of_the_same_priority_is_quick() {
    let mut rig = signalled();
    for running in [1, 2, 1, 2] {
        assert!(quick(&mut rig, running, Syscall::Yield, &[]));
        assert_eq!(rig.running(), Some(3 - running));
    }
    rig.enter(1, Syscall::ThreadSuspend, &[THREADS + 2]);
    assert!(!quick(&mut rig, 1, Syscall::Yield, &[]), "nobody else is");
}

#[test]
fn three_that_yield_quickly_take_turns() {
    let mut rig = Rig::new(&[Some(10), Some(10), Some(10)]);
    for running in [0, 1, 2, 0, 1, 2] {
        assert!(quick(&mut rig, running, Syscall::Yield, &[]));
    }
    assert_eq!(rig.running(), Some(0));
}

#[test]
fn a_wait_that_ends_or_a_budget_that_does_takes_the_general_path() {
    let mut rig = signalled();
    assert!(!quick(
        &mut rig,
        1,
        Syscall::Wait,
        &[NOTIFICATION, FOR_EVER - 1]
    ));
    rig.enter(1, Syscall::Wait, &[NOTIFICATION, FOR_EVER - 1]);
    assert!(!quick(&mut rig, 2, Syscall::Signal, &[BIT]), "a deadline");
    for late in [TIME, TIME / 2] {
        let mut rig = signalled();
        let short = [CONTROL, SCHEDS + 1, 10, TIME / 2, TIME];
        rig.enter(1, Syscall::SchedConfigure, &short);
        rig.machine.core.arch.advance(weft_hal::Nanoseconds(late));
        let wait = [NOTIFICATION, FOR_EVER];
        assert!(!quick(&mut rig, 1, Syscall::Wait, &wait), "{late} ns later");
        assert!(!quick(&mut rig, 1, Syscall::Yield, &[]));
    }
}

#[test]
fn two_threads_that_hand_over_to_each_other_leave_a_third_its_turn() {
    let mut rig = signalled();
    let equal = [CONTROL, SCHEDS + 3, 10, TIME, TIME];
    rig.enter(1, Syscall::SchedConfigure, &equal);
    rig.enter(1, Syscall::Wait, &[NOTIFICATION, FOR_EVER]);
    rig.enter(2, Syscall::ThreadResume, &[THREADS + 3]);
    let there = [OTHER_BIT, FOR_EVER, 0, 0, 0, 0, 0, 0, NOTIFICATION];
    let back = [BIT, FOR_EVER, 0, 0, 0, 0, 0, 0, OTHER];
    for _ in 0..25 {
        let (who, arguments) = match rig.running() {
            Some(1) => (1, there),
            Some(2) => (2, back),
            other => return assert_eq!(other, Some(3)),
        };
        // The budget ends between two looks of the timer.
        rig.machine
            .core
            .arch
            .advance(weft_hal::Nanoseconds(TIME / 10));
        if !quick(&mut rig, who, Syscall::SignalWait, &arguments) {
            rig.enter(who, Syscall::SignalWait, &arguments);
        }
    }
    panic!("the third thread never ran");
}
