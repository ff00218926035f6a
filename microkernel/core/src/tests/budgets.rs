//! Budgets of callers: what a server asks for, and what happens when one ends inside a server.

use weft_abi::{FaultKind, FaultLabel, MessageInfo};
use weft_hal::Nanoseconds;

use super::ipc::{
    BADGED, CNODE, CONTROL, ENDPOINT, MILLISECOND, REPLIES, Rig, SCHEDS, SPACE, THREADS,
};
use super::*;
use crate::object::Blocked;

const TIMEOUTS: u64 = 300;
const PLAIN: u64 = 6 << 32;

impl Rig {
    fn budget(&mut self, by: usize, of: u64, priority: u64, budget: u64, period: u64) {
        let settings = [CONTROL, SCHEDS + of, priority, budget, period];
        self.enter(by, Syscall::SchedConfigure, &settings);
    }

    /// The running thread works, up to the end of its budget at most.
    fn work(&mut self, time: u64) {
        let core = &mut self.machine.core;
        if core.arch.advance(Nanoseconds(time)) {
            core.trap(Trap::Timer);
        }
    }

    /// Lets time pass until a thread runs.
    fn run_until(&mut self, who: usize) -> Nanoseconds {
        for _ in 0..4 {
            let now = self.run_to_timer();
            if self.running() == Some(who) {
                return now;
            }
        }
        panic!("thread {who} does not run");
    }

    fn receive_at(&mut self, who: usize, endpoint: u64, reply: u64) {
        let arguments = [endpoint, 0, 0, 0, 0, 0, 0, 0, reply];
        self.enter(who, Syscall::Recv, &arguments);
    }

    fn plain_call(&mut self, who: usize) {
        self.enter(who, Syscall::Call, &[BADGED, PLAIN, 1, 2, 3, 4, 5, 6]);
    }

    fn time_used(&self, who: usize) -> u64 {
        let home = self.machine.core.home();
        let own = self.threads[who].own_sched.get(home).expect("a context");
        own.used.get(home).0
    }
}

/// Thread 0 is a server that asks for a millisecond, 1 its client with 2 of 10 ms, 2 runs when they do not.
fn asking(min_budget: u64) -> Rig {
    let mut rig = Rig::new(&[Some(20), Some(10), Some(5)]);
    rig.budget(0, 1, 10, 2 * MILLISECOND, 10 * MILLISECOND);
    rig.enter(0, Syscall::EndpointSetMinBudget, &[ENDPOINT, min_budget]);
    rig.receive_at(0, ENDPOINT, REPLIES);
    rig
}

#[test]
fn a_caller_with_too_little_left_calls_when_its_budget_is_back() {
    let mut rig = asking(MILLISECOND);
    for _ in 0..3 {
        rig.plain_call(1);
        assert_eq!(rig.running(), Some(0), "it has enough");
        let answer = [ENDPOINT, PLAIN, 0, 0, 0, 0, 0, 0, REPLIES];
        rig.threads[0]
            .context
            .request(Syscall::ReplyRecv as u64, &answer);
        let server = rig.threads[0];
        assert!(
            !rig.machine.enter_quickly(server),
            "nobody is put on the line"
        );
        rig.enter(0, Syscall::ReplyRecv, &answer);
    }
    rig.work(3 * MILLISECOND / 2);
    let started = rig.machine.core.arch.now;
    rig.plain_call(1);
    assert_eq!(rig.running(), Some(2), "the client waits");
    let refilled = rig.run_until(1);
    assert!(started < refilled && refilled.0 <= started.0 + 10 * MILLISECOND);
    rig.machine.core.enter();
    assert_eq!(rig.running(), Some(0));
    assert_eq!(rig.answer(0).unwrap()[2..8], [1, 2, 3, 4, 5, 6]);
}

#[test]
fn a_caller_that_never_has_enough_is_refused() {
    let mut rig = asking(3 * MILLISECOND);
    rig.plain_call(1);
    assert_eq!(rig.answer(1), Err(Refusal::BudgetTooShort));
    let all = [ENDPOINT, 2 * MILLISECOND];
    rig.enter(1, Syscall::EndpointSetMinBudget, &all);
    rig.plain_call(1);
    assert_eq!(
        rig.answer(1),
        Err(Refusal::BudgetTooShort),
        "it never has all"
    );
    rig.enter(1, Syscall::EndpointSetMinBudget, &[ENDPOINT, u64::MAX]);
    assert_eq!(rig.answer(1), Err(Refusal::OutOfRange));
    rig.enter(1, Syscall::EndpointSetMinBudget, &[ENDPOINT, 0]);
    rig.plain_call(1);
    assert_eq!(rig.running(), Some(0));
}

#[test]
fn a_caller_that_takes_turns_gives_up_the_rest_of_its_own() {
    let mut rig = Rig::new(&[Some(20), Some(10), Some(10)]);
    let half = 5 * MILLISECOND;
    rig.enter(0, Syscall::EndpointSetMinBudget, &[ENDPOINT, half]);
    rig.receive_at(0, ENDPOINT, REPLIES);
    rig.work(6 * MILLISECOND);
    rig.plain_call(1);
    assert_eq!(rig.running(), Some(2), "the other one's turn comes");
    rig.enter(2, Syscall::ThreadSuspend, &[THREADS + 2]);
    assert_eq!(rig.running(), Some(1));
    rig.machine.core.enter();
    assert_eq!(rig.running(), Some(0), "with a full budget it calls");
}

#[test]
fn a_message_that_lends_nothing_needs_no_budget() {
    let mut rig = asking(3 * MILLISECOND);
    rig.enter(1, Syscall::Send, &[BADGED, PLAIN, 1, 2, 3, 4, 5, 6]);
    assert_eq!(rig.running(), Some(0));
}

#[test]
fn what_a_server_finishes_on_its_own_time_is_taken_off_the_clients_next_budget() {
    let mut rig = asking(0);
    rig.plain_call(1);
    rig.work(2 * MILLISECOND);
    assert_eq!(rig.running(), Some(0), "the server finishes on its own");
    let before = rig.time_used(0);
    // Three milliseconds more than the client had.
    rig.work(3 * MILLISECOND);
    let answer = [ENDPOINT, PLAIN, 0, 0, 0, 0, 0, 0, REPLIES];
    rig.enter(0, Syscall::ReplyRecv, &answer);
    assert_eq!(rig.time_used(0) - before, 3 * MILLISECOND);
    assert_eq!(rig.running(), Some(2), "the client has nothing");
    let used = rig.time_used(1);
    let start = rig.machine.core.arch.now.0;
    while rig.machine.core.arch.now.0 < start + 40 * MILLISECOND {
        rig.run_to_timer();
    }
    let got = rig.time_used(1) - used;
    let full = 4 * 2 * MILLISECOND;
    assert_eq!(got, full - 2 * MILLISECOND, "no more than one of four");
}

/// As `asking(0)`, and thread 3, above all, handles the server's timeouts.
fn handled_server() -> Rig {
    let mut rig = Rig::new(&[Some(20), Some(10), Some(5), Some(30)]);
    let untyped = rig.machine.untyped(MemoryClass::Ram);
    for slot in [TIMEOUTS, TIMEOUTS + 2] {
        let endpoint = [untyped, Kind::Endpoint as u64, 0, CNODE, slot, 1];
        rig.enter(3, Syscall::UntypedRetype, &endpoint);
    }
    rig.enter(
        3,
        Syscall::CNodeMint,
        &[CNODE, TIMEOUTS + 1, CNODE, TIMEOUTS, 31, 9],
    );
    rig.enter(3, Syscall::ThreadSuspend, &[THREADS]);
    let configure = [THREADS, CNODE, SPACE, 0, TIMEOUTS + 1, 0];
    rig.enter(3, Syscall::ThreadConfigure, &configure);
    rig.enter(3, Syscall::ThreadResume, &[THREADS]);
    rig.budget(3, 1, 10, 2 * MILLISECOND, 10 * MILLISECOND);
    rig.receive_at(3, TIMEOUTS, REPLIES + 1);
    rig.receive_at(0, ENDPOINT, REPLIES);
    rig.plain_call(1);
    rig
}

/// As that, and the client's budget has ended.
fn handled() -> Rig {
    let mut rig = handled_server();
    rig.work(2 * MILLISECOND);
    rig
}

#[test]
fn a_handler_is_told_of_a_timeout_and_lets_the_server_finish() {
    let mut rig = handled();
    assert_eq!(rig.running(), Some(3), "the handler runs");
    let told = rig.answer(3).unwrap();
    assert!(MessageInfo(told[1]).is_fault());
    assert_eq!((told[0], told[2]), (9, FaultKind::Budget as u64));
    let resume = MessageInfo::new(FaultLabel::RESUME, 0, 0).0;
    let answer = [TIMEOUTS, resume, 0, 0, 0, 0, 0, 0, REPLIES + 1];
    rig.enter(3, Syscall::ReplyRecv, &answer);
    assert_eq!(rig.running(), Some(0), "the server goes on, on its own");
    assert_eq!(rig.time_used(1), 2 * MILLISECOND);
    rig.work(MILLISECOND);
    assert_eq!(rig.running(), Some(0));
    let answer = [ENDPOINT, PLAIN, 0, 0, 0, 0, 0, 0, REPLIES];
    rig.enter(0, Syscall::ReplyRecv, &answer);
    rig.run_until(1);
    assert_eq!(rig.answer(1).unwrap()[1], PLAIN, "the client was answered");
}

#[test]
fn a_handler_that_resets_the_server_lets_the_client_go() {
    let mut rig = handled();
    rig.enter(3, Syscall::CNodeDelete, &[CNODE, THREADS]);
    let resume = MessageInfo::new(1, 0, 0).0;
    let answer = [TIMEOUTS, resume, 0, 0, 0, 0, 0, 0, REPLIES + 1];
    rig.enter(3, Syscall::ReplyRecv, &answer);
    let told = rig.answer(3).unwrap();
    assert_eq!(told[..2], [9, MessageInfo::gone().0], "the server is gone");
    rig.receive_at(3, TIMEOUTS, REPLIES + 1);
    assert_eq!(rig.running(), Some(2));
    rig.run_until(1);
    assert_eq!(rig.answer(1), Err(Refusal::Dead));
}

#[test]
fn a_timeout_that_nobody_can_be_told_of_is_none() {
    let mut rig = Rig::new(&[Some(20), Some(10), Some(5)]);
    rig.budget(0, 1, 10, 2 * MILLISECOND, 10 * MILLISECOND);
    rig.receive_at(0, ENDPOINT, REPLIES);
    rig.plain_call(1);
    rig.work(2 * MILLISECOND);
    assert_eq!(rig.running(), Some(0));
    let home = rig.machine.core.home();
    assert!(rig.threads[0].fault.get(home).is_none());
}

#[test]
fn a_server_that_blocks_as_the_budget_ends_waits_in_one_queue() {
    let mut rig = handled_server();
    // It sends to an endpoint at which nobody receives, at the very end of the budget.
    let core = &mut rig.machine.core;
    core.arch.advance(Nanoseconds(2 * MILLISECOND));
    rig.enter(0, Syscall::Send, &[TIMEOUTS + 2, PLAIN, 0, 0, 0, 0, 0, 0]);
    let home = rig.machine.core.home();
    assert!(!rig.threads[0].faulting.get(home));
    assert!(matches!(
        rig.threads[0].state.get(home),
        Blocked::Sending(_)
    ));
    rig.run_to_timer();
    assert_ne!(rig.running(), Some(3), "the handler is told nothing");
}
