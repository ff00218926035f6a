//! Clients that are gone: who is told of what, when, and how often.

use std::vec::Vec;

use weft_abi::MessageInfo;

use super::ipc::Rig;
use super::*;

/// Slots of root's CNode: as in `ipc`, and further ones.
const CNODE: u64 = 1;
const SPACE: u64 = 3;
const ENDPOINT: u64 = 200;
const SESSION: u64 = 201;
const REPLY: u64 = 210;
const THREADS: u64 = 220;
const COPY: u64 = 300;
const OTHER: u64 = 310;
const BADGE: u64 = 0x77;
/// The threads: the server, which runs whenever it can, and whoever does something to capabilities.
const SERVER: usize = 0;
const CLIENT: usize = 1;
const WORKER: usize = 2;

/// A server and two clients of less priority. The session's one copy is made.
fn rig() -> Rig {
    let mut rig = Rig::new(&[Some(20), Some(10), Some(5)]);
    receive(&mut rig);
    copy(&mut rig, SESSION, COPY);
    rig
}

/// The same, and the server is busy with the call of a client.
fn busy() -> Rig {
    let mut rig = rig();
    rig.enter(
        CLIENT,
        Syscall::Call,
        &[SESSION, MessageInfo::new(1, 0, 0).0],
    );
    // Woken again only by an answer or a signal: it waits elsewhere.
    rig.enter(SERVER, Syscall::ThreadSuspend, &[THREADS]);
    assert_eq!(rig.running(), Some(WORKER));
    rig
}

fn receive(rig: &mut Rig) {
    rig.enter(
        SERVER,
        Syscall::Recv,
        &[ENDPOINT, 0, 0, 0, 0, 0, 0, 0, REPLY],
    );
}

/// The busy server comes back to receive, and answers its caller.
fn come_back(rig: &mut Rig) {
    rig.enter(WORKER, Syscall::ThreadResume, &[THREADS]);
    rig.enter(
        SERVER,
        Syscall::ReplyRecv,
        &[ENDPOINT, 0, 0, 0, 0, 0, 0, 0, REPLY],
    );
}

/// Whoever runs, if it is not the server, does something to capabilities.
fn act(rig: &mut Rig, call: Syscall, arguments: &[u64]) {
    let who = rig.running().filter(|who| *who != SERVER);
    rig.enter(who.expect("a client runs"), call, arguments);
}

fn copy(rig: &mut Rig, from: u64, to: u64) {
    let all = Rights::all().bits().into();
    act(rig, Syscall::CNodeCopy, &[CNODE, to, CNODE, from, all]);
}

fn mint(rig: &mut Rig, to: u64, rights: Rights, badge: u64) {
    let rights = rights.bits().into();
    act(
        rig,
        Syscall::CNodeMint,
        &[CNODE, to, CNODE, ENDPOINT, rights, badge],
    );
}

fn delete(rig: &mut Rig, slot: u64) {
    act(rig, Syscall::CNodeDelete, &[CNODE, slot]);
}

/// Whether a session is to be told of.
fn is_untold(rig: &Rig, slot: u64) -> bool {
    let home = rig.machine.core.home();
    rig.machine.slot(slot).tag.get(home).is_untold()
}

/// The badge that the server, which runs, was told of.
fn told(rig: &Rig) -> u64 {
    assert_eq!(rig.running(), Some(SERVER), "the server was told");
    let answer = rig.answer(SERVER).unwrap();
    assert_eq!(answer[1..], [MessageInfo::gone().0, 0, 0, 0, 0, 0, 0, 0]);
    answer[0]
}

/// All that the server, which runs, is told until it blocks.
fn all_told(rig: &mut Rig) -> Vec<u64> {
    let mut all = Vec::new();
    while rig.running() == Some(SERVER) {
        all.push(told(rig));
        rig.machine.check_invariants();
        receive(rig);
    }
    all
}

#[test]
fn a_server_that_waits_is_woken_when_the_last_copy_is_deleted() {
    let mut rig = rig();
    copy(&mut rig, SESSION, COPY + 1);
    copy(&mut rig, COPY, COPY + 2);
    copy(&mut rig, COPY + 2, COPY + 3);
    for slot in [COPY, COPY + 1, COPY + 3] {
        delete(&mut rig, slot);
        assert_eq!(rig.running(), Some(CLIENT), "one copy is left");
    }
    delete(&mut rig, COPY + 2);
    assert_eq!(all_told(&mut rig), [BADGE]);
    copy(&mut rig, SESSION, COPY);
    delete(&mut rig, COPY);
    assert_eq!(all_told(&mut rig), [BADGE], "the next client with it");
}

#[test]
fn a_busy_server_is_told_once_when_it_receives_and_before_any_sender() {
    let mut rig = busy();
    delete(&mut rig, COPY);
    assert!(is_untold(&rig, SESSION));
    act(&mut rig, Syscall::CNodeInspect, &[CNODE, SESSION]);
    let inspected = rig.answer(WORKER).unwrap()[1];
    assert_eq!(inspected >> 16, 0b10, "untold, not original");
    come_back(&mut rig);
    assert_eq!(all_told(&mut rig), [BADGE]);
    assert!(!is_untold(&rig, SESSION));
    assert_eq!(rig.running(), Some(CLIENT), "it was answered meanwhile");

    rig.enter(CLIENT, Syscall::ThreadSuspend, &[THREADS]);
    copy(&mut rig, SESSION, COPY);
    delete(&mut rig, COPY);
    rig.enter(
        CLIENT,
        Syscall::Send,
        &[SESSION, MessageInfo::new(9, 0, 0).0],
    );
    rig.enter(WORKER, Syscall::ThreadResume, &[THREADS]);
    receive(&mut rig);
    assert_eq!(told(&rig), BADGE);
    receive(&mut rig);
    let sent = rig.answer(SERVER).unwrap();
    assert_eq!(sent[..2], [BADGE, MessageInfo::new(9, 0, 0).0]);
}

#[test]
fn an_answer_is_not_quick_while_there_is_something_to_tell() {
    let mut rig = rig();
    let request = MessageInfo::new(1, 0, 0).0;
    rig.enter(CLIENT, Syscall::Call, &[SESSION, request]);
    let answer = [ENDPOINT, 0, 0, 0, 0, 0, 0, 0, REPLY];
    rig.enter(SERVER, Syscall::ReplyRecv, &answer);
    rig.enter(CLIENT, Syscall::Call, &[SESSION, request]);
    let server = rig.threads[SERVER];
    server
        .context
        .request(Syscall::CNodeDelete as u64, &[CNODE, COPY]);
    rig.machine.core.enter();
    server.context.request(Syscall::ReplyRecv as u64, &answer);
    assert!(!rig.machine.enter_quickly(server));
    rig.machine.core.enter();
    assert_eq!(all_told(&mut rig), [BADGE]);
    assert_eq!(rig.running(), Some(CLIENT));
}

#[test]
fn what_is_told_comes_in_the_order_in_which_it_happened() {
    let mut rig = busy();
    for number in 0..4 {
        mint(&mut rig, OTHER + number, Rights::all(), 1 + number);
        copy(&mut rig, OTHER + number, COPY + 1 + number);
    }
    for number in [2, 0, 3, 1] {
        delete(&mut rig, COPY + 1 + number);
        rig.machine.check_invariants();
    }
    come_back(&mut rig);
    assert_eq!(all_told(&mut rig), [3, 1, 4, 2]);
}

#[test]
fn a_session_that_is_deleted_or_given_out_again_is_not_told_of_and_one_that_is_moved_is() {
    let mut rig = busy();
    for number in 0..5 {
        mint(&mut rig, OTHER + number, Rights::all(), 1 + number);
        copy(&mut rig, OTHER + number, COPY + 1 + number);
        delete(&mut rig, COPY + 1 + number);
    }
    delete(&mut rig, OTHER);
    delete(&mut rig, OTHER + 2);
    copy(&mut rig, OTHER + 3, COPY + 9);
    let kept = OTHER + 20;
    act(
        &mut rig,
        Syscall::CNodeMove,
        &[CNODE, kept, CNODE, OTHER + 1],
    );
    rig.machine.check_invariants();
    assert!(is_untold(&rig, kept) && is_untold(&rig, OTHER + 4));
    come_back(&mut rig);
    assert_eq!(all_told(&mut rig), [5, 2]);
}

#[test]
fn copies_in_a_destroyed_table_or_thread_are_gone_with_it_and_a_revocation_tells_too() {
    let mut rig = rig();
    let untyped = rig.machine.untyped(MemoryClass::Ram);
    let table = OTHER;
    let make = [untyped, Kind::CNode as u64, 4, CNODE, table, 1];
    act(&mut rig, Syscall::UntypedRetype, &make);
    act(&mut rig, Syscall::CNodeMove, &[table, 3, CNODE, COPY]);
    delete(&mut rig, table);
    assert_eq!(all_told(&mut rig), [BADGE]);

    let thread = THREADS + WORKER as u64;
    act(&mut rig, Syscall::ThreadSuspend, &[thread]);
    let configure = [thread, CNODE, SPACE, SESSION, 0, 0];
    act(&mut rig, Syscall::ThreadConfigure, &configure);
    delete(&mut rig, thread);
    assert_eq!(all_told(&mut rig), [BADGE]);

    copy(&mut rig, SESSION, COPY);
    copy(&mut rig, SESSION, COPY + 1);
    act(&mut rig, Syscall::CNodeRevoke, &[CNODE, SESSION]);
    assert_eq!(all_told(&mut rig), [BADGE]);
}

#[test]
fn a_revocation_while_the_server_is_busy_leaves_the_session_and_others_to_be_told_of() {
    let mut rig = busy();
    mint(&mut rig, OTHER, Rights::all(), 2);
    copy(&mut rig, OTHER, COPY + 1);
    delete(&mut rig, COPY + 1);
    copy(&mut rig, SESSION, COPY + 1);
    copy(&mut rig, COPY + 1, COPY + 2);
    for _ in 0..2 {
        act(&mut rig, Syscall::CNodeRevoke, &[CNODE, SESSION]);
        rig.machine.check_invariants();
        assert!(is_untold(&rig, SESSION) && is_untold(&rig, OTHER));
    }
    act(&mut rig, Syscall::CNodeRevoke, &[CNODE, ENDPOINT]);
    rig.machine.check_invariants();
    come_back(&mut rig);
    assert_eq!(rig.running(), Some(CLIENT), "nothing is left to tell");
}

#[test]
fn nobody_is_told_of_what_is_no_session() {
    let mut rig = rig();
    copy(&mut rig, ENDPOINT, COPY + 1);
    copy(&mut rig, COPY + 1, COPY + 2);
    delete(&mut rig, COPY + 2);
    mint(&mut rig, OTHER, Rights::READ | Rights::GRANT, 9);
    copy(&mut rig, OTHER, COPY + 2);
    delete(&mut rig, COPY + 2);
    copy(&mut rig, COPY, COPY + 2);
    delete(&mut rig, COPY + 2);
    mint(&mut rig, OTHER + 1, Rights::all(), 8);
    delete(&mut rig, OTHER + 1);
    copy(&mut rig, SESSION, COPY + 1);
    delete(&mut rig, SESSION);
    for slot in [COPY, COPY + 1] {
        delete(&mut rig, slot);
    }
    assert_eq!(rig.running(), Some(CLIENT));
}

#[test]
fn a_successor_is_not_told_of_clients_that_it_never_had() {
    let mut rig = busy();
    delete(&mut rig, COPY);
    assert!(is_untold(&rig, SESSION));
    act(&mut rig, Syscall::CNodeDelete, &[CNODE, THREADS]);
    assert!(!is_untold(&rig, SESSION));
    copy(&mut rig, SESSION, COPY);
    delete(&mut rig, COPY);
    assert!(!is_untold(&rig, SESSION), "nobody can be told");
    rig.machine.check_invariants();
}

#[test]
fn an_endpoint_goes_with_all_that_was_to_be_told() {
    let mut rig = busy();
    delete(&mut rig, COPY);
    mint(&mut rig, OTHER, Rights::all(), 2);
    copy(&mut rig, OTHER, COPY);
    delete(&mut rig, ENDPOINT);
    let home = rig.machine.core.home();
    for slot in [ENDPOINT, SESSION, OTHER, COPY] {
        assert!(rig.machine.slot(slot).is_empty(home));
    }
    rig.machine.check_invariants();
}

#[test]
fn nobody_can_send_what_only_the_kernel_says() {
    let mut rig = rig();
    for info in [MessageInfo::gone(), MessageInfo::gone().as_fault()] {
        for call in [Syscall::Send, Syscall::Call] {
            rig.enter(CLIENT, call, &[SESSION, info.0]);
            assert_eq!(rig.answer(CLIENT), Err(Refusal::InvalidArgument));
        }
    }
    let call = [SESSION, MessageInfo::new(1, 0, 0).0];
    rig.enter(CLIENT, Syscall::Call, &call);
    rig.enter(SERVER, Syscall::Reply, &[REPLY, MessageInfo::gone().0]);
    assert_eq!(rig.answer(SERVER), Err(Refusal::InvalidArgument));
}

#[test]
fn a_thread_that_is_configured_with_the_same_session_again_is_no_client_that_is_gone() {
    let mut rig = rig();
    let thread = THREADS + WORKER as u64;
    act(&mut rig, Syscall::ThreadSuspend, &[thread]);
    let configured = [thread, CNODE, SPACE, SESSION, 0, 0];
    act(&mut rig, Syscall::ThreadConfigure, &configured);
    delete(&mut rig, COPY);
    let steps: [(u64, u64, &[u64]); 5] = [
        (SESSION, 0, &[]),
        (SESSION, SESSION, &[]),
        (0, SESSION, &[]),
        (SESSION, 0, &[]),
        (0, 0, &[BADGE]),
    ];
    for (fault, timeout, expected) in steps {
        let configured = [thread, CNODE, SPACE, fault, timeout, 0];
        act(&mut rig, Syscall::ThreadConfigure, &configured);
        rig.machine.check_invariants();
        assert_eq!(
            all_told(&mut rig),
            expected,
            "faults {fault}, timeouts {timeout}"
        );
    }
}

#[test]
fn two_sessions_that_change_places_in_a_thread_are_both_there_still() {
    let mut rig = rig();
    mint(&mut rig, OTHER, Rights::all(), BADGE + 1);
    delete(&mut rig, COPY);
    assert_eq!(all_told(&mut rig), [BADGE]);
    let thread = THREADS + WORKER as u64;
    act(&mut rig, Syscall::ThreadSuspend, &[thread]);
    for [fault, timeout] in [[SESSION, OTHER], [OTHER, SESSION]] {
        let configure = [thread, CNODE, SPACE, fault, timeout, 0];
        act(&mut rig, Syscall::ThreadConfigure, &configure);
        assert_eq!(all_told(&mut rig), []);
    }
    let configure = [thread, CNODE, SPACE, OTHER, 0, 0];
    act(&mut rig, Syscall::ThreadConfigure, &configure);
    assert_eq!(all_told(&mut rig), [BADGE]);
}

#[test]
fn whether_a_session_has_copies_can_be_seen_until_the_last_is_gone() {
    let mut rig = rig();
    let inspect = |rig: &mut Rig| {
        let who = rig.running().expect("somebody runs");
        rig.enter(who, Syscall::CNodeInspect, &[CNODE, SESSION]);
        rig.answer(who).unwrap()[1] >> 17
    };
    assert_eq!(inspect(&mut rig), 0b10, "copied, and not untold");
    copy(&mut rig, COPY, COPY + 1);
    delete(&mut rig, COPY);
    assert_eq!(inspect(&mut rig), 0b10, "a copy of the copy is there");
    delete(&mut rig, COPY + 1);
    assert_eq!(all_told(&mut rig), [BADGE]);
    assert_eq!(inspect(&mut rig), 0, "told");
    let mut rig = busy();
    delete(&mut rig, COPY);
    assert_eq!(inspect(&mut rig), 0b01, "untold, and not copied");
}
