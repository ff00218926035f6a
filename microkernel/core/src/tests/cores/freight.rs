//! Capabilities in messages between cores.

use weft_abi::message::{CAPS_IN, CAPS_OUT, CapItem};
use weft_abi::{CPtr, Kind, MessageInfo, Rights, Syscall};
use weft_hal::CoreId;

use super::Cluster;
use super::cluster::{Program, RECEIVE};
use crate::object::Tag;

/// Where a program keeps what it sends, and where what it receives goes.
const SENT: u64 = 20;
const RECEIVED: u64 = 30;

const NONE: u64 = MessageInfo::new(6, 0, 0).0;
const TWO: u64 = MessageInfo::new(6, 0, 2).0;

/// A client that calls a server, which receives; where they are, and whether it waits before.
struct Pair {
    cluster: Cluster,
    client: Program,
    server: Program,
    park: u64,
}

impl Pair {
    fn new(client: u8, server: u8) -> Self {
        let mut cluster = Cluster::new(4);
        let endpoint = cluster.make(server, Kind::Endpoint, 0);
        let reply = cluster.make(server, Kind::Reply, 0);
        let park = cluster.make(0, Kind::Notification, 0);
        let server = cluster.program(server, 20);
        cluster.give(server, endpoint, 3);
        cluster.give(server, reply, 4);
        let client = cluster.program(client, 10);
        cluster.give(client, endpoint, 3);
        Self {
            cluster,
            client,
            server,
            park,
        }
    }

    /// Something of a core, which root keeps too, for a program to send.
    fn furnish(&mut self, program: Program, core: u8) -> u64 {
        let object = self.cluster.make(core, Kind::Notification, 0);
        self.cluster.give(program, object, SENT);
        self.cluster.give(program, object, SENT + 1);
        object
    }

    /// What the message pages say: `from` sends one by copy and one by moving it.
    fn address(&mut self, from: Program, to: Program) {
        let rights = Rights::READ | Rights::GRANT;
        let items = [
            CapItem::copied(CPtr(SENT as u32), rights),
            CapItem::moved(CPtr(SENT as u32 + 1)),
        ];
        let (sender, receiver) = (self.cluster.thread_of(from), self.cluster.thread_of(to));
        let core = self.cluster.core(0);
        for (index, item) in items.into_iter().enumerate() {
            core.set_page_word(sender, CAPS_OUT + index, item.0);
            core.set_page_word(receiver, CAPS_IN + index, RECEIVED + index as u64);
        }
    }

    /// A system call of a program; root waits meanwhile.
    fn call_of(&mut self, program: Program, call: Syscall, arguments: &[u64]) -> bool {
        let thread = self.cluster.thread_of(program);
        self.cluster.try_call(thread, call, arguments).is_some()
    }

    fn park_root(&mut self) {
        let root = self.cluster.root;
        self.cluster
            .try_call(root, Syscall::Wait, &[self.park, u64::MAX]);
    }

    fn wake_root(&mut self) {
        self.cluster.wake_root(self.park);
        self.cluster.rest();
    }

    fn tag(&self, program: Program, index: u64) -> Tag {
        let core = self.cluster.core(program.core);
        let thread = self.cluster.thread_of(program);
        let slot = core.slot_in(&thread.cspace, index).expect("within");
        slot.tag.get(core.home())
    }

    /// Both arrived, of that core, and what was moved is gone.
    fn check(&self, from: Program, to: Program, core: u8) {
        let thread = self.cluster.thread_of(to);
        let info = MessageInfo(thread.context.arguments[1].get());
        assert_eq!(info.caps(), 3, "both arrive");
        for index in 0..2 {
            let tag = self.tag(to, RECEIVED + index);
            assert_eq!(tag.kind(), Some(Kind::Notification), "number {index}");
            assert_eq!(tag.home().0, core);
        }
        let copied = self.tag(to, RECEIVED).rights();
        assert_eq!(copied, Rights::READ | Rights::GRANT);
        assert!(self.tag(from, SENT + 1).is_empty());
        assert!(!self.tag(from, SENT).is_empty());
    }

    /// Nothing of it is left once root revokes the object and destroys both programs.
    fn end(mut self, object: u64) {
        self.wake_root();
        self.cluster
            .call(Syscall::CNodeRevoke, &[1, object])
            .unwrap();
        for program in [self.client, self.server] {
            for index in [RECEIVED, RECEIVED + 1, SENT, SENT + 1] {
                assert!(self.tag(program, index).is_empty());
            }
        }
        for program in [self.client, self.server] {
            for index in [program.thread, program.cnode, program.space] {
                self.cluster
                    .call(Syscall::CNodeDelete, &[1, index])
                    .unwrap();
            }
        }
        for core in 0..4 {
            self.cluster.check_idle(core);
        }
    }
}

/// Where client, server and object are.
const PLACES: [[u8; 3]; 9] = [
    [0, 0, 0],
    [0, 0, 1],
    [1, 1, 0],
    [0, 1, 0],
    [0, 1, 1],
    [0, 1, 2],
    [2, 1, 0],
    [2, 1, 1],
    [2, 1, 2],
];

#[test]
fn a_call_brings_capabilities_of_any_core_to_any_core() {
    for [client, server, object] in PLACES {
        for waits in [true, false] {
            let mut pair = Pair::new(client, server);
            let sent = pair.furnish(pair.client, object);
            pair.address(pair.client, pair.server);
            pair.park_root();
            if waits {
                assert!(!pair.call_of(pair.server, Syscall::Recv, &RECEIVE));
            } else if client == server {
                continue;
            }
            assert!(!pair.call_of(pair.client, Syscall::Call, &[3, TWO]));
            if !waits {
                assert!(pair.call_of(pair.server, Syscall::Recv, &RECEIVE));
            }
            pair.check(pair.client, pair.server, object);
            pair.end(sent);
        }
    }
}

#[test]
fn an_answer_brings_capabilities_of_any_core_to_any_core() {
    for [client, server, object] in PLACES {
        let mut pair = Pair::new(client, server);
        let sent = pair.furnish(pair.server, object);
        pair.address(pair.server, pair.client);
        let used = pair.cluster.call(Syscall::CNodeInfo, &[pair.client.cnode]);
        pair.park_root();
        pair.call_of(pair.server, Syscall::Recv, &RECEIVE);
        assert!(!pair.call_of(pair.client, Syscall::Call, &[3, NONE]));
        pair.call_of(pair.server, Syscall::Reply, &[4, TWO]);
        pair.check(pair.server, pair.client, object);
        pair.wake_root();
        let after = pair.cluster.call(Syscall::CNodeInfo, &[pair.client.cnode]);
        assert_eq!(after.unwrap()[2], used.unwrap()[2] + 2);
        pair.end(sent);
    }
}

#[test]
fn slots_for_an_answer_that_brings_nothing_are_free_again() {
    for [client, server, object] in PLACES {
        let mut pair = Pair::new(client, server);
        let sent = pair.furnish(pair.server, object);
        pair.address(pair.server, pair.client);
        let used = pair.cluster.call(Syscall::CNodeInfo, &[pair.client.cnode]);
        for killed in [false, true] {
            pair.park_root();
            if !killed {
                pair.call_of(pair.server, Syscall::Recv, &RECEIVE);
            }
            assert!(!pair.call_of(pair.client, Syscall::Call, &[3, NONE]));
            if killed {
                pair.wake_root();
                let suspend = [pair.client.thread];
                pair.cluster.call(Syscall::ThreadSuspend, &suspend).unwrap();
            } else {
                pair.call_of(pair.server, Syscall::Reply, &[4, NONE]);
                pair.wake_root();
            }
            assert!(pair.tag(pair.client, RECEIVED).is_empty());
            let after = pair.cluster.call(Syscall::CNodeInfo, &[pair.client.cnode]);
            assert_eq!(after, used);
        }
        pair.end(sent);
    }
}

/// A message that a server of core 1 has got, with capabilities of core 2, which has not looked yet.
fn ordered(client: u8, call: Syscall) -> (Pair, u64) {
    let mut pair = Pair::new(client, 1);
    let sent = pair.furnish(pair.client, 2);
    pair.address(pair.client, pair.server);
    pair.park_root();
    assert!(!pair.call_of(pair.server, Syscall::Recv, &RECEIVE));
    let thread = pair.cluster.thread_of(pair.client);
    thread.context.request(call as u64, &[3, TWO]);
    pair.cluster.cores[usize::from(client)].enter();
    pair.cluster.rest_without(2);
    (pair, sent)
}

#[test]
fn nobody_goes_on_before_another_core_has_taken_what_is_sent() {
    for call in [Syscall::Send, Syscall::Call] {
        let (mut pair, sent) = ordered(0, call);
        let (client, server) = (
            pair.cluster.thread_of(pair.client),
            pair.cluster.thread_of(pair.server),
        );
        assert!(pair.cluster.core(0).is_away(client));
        assert!(pair.cluster.core(1).is_away(server));
        pair.cluster.rest();
        assert_eq!(pair.cluster.core(1).sched.current, Some(server));
        pair.check(pair.client, pair.server, 2);
        pair.end(sent);
    }
}

#[test]
fn the_cnode_that_another_core_takes_from_is_pinned() {
    let (mut pair, sent) = ordered(1, Syscall::Call);
    let pins = |pair: &Pair| {
        let core = pair.cluster.core(1);
        let client = pair.cluster.thread_of(pair.client);
        let zero = core.slot_zero(core.slot_in(&client.cspace, SENT).expect("within"));
        zero.expect("a CNode's").badge.get(core.home()) >> 32
    };
    assert_eq!(pins(&pair), 1);
    pair.cluster.rest();
    assert_eq!(pins(&pair), 0);
    pair.check(pair.client, pair.server, 2);
    pair.end(sent);
}

#[test]
fn what_is_gone_when_another_core_looks_does_not_arrive() {
    let (mut pair, sent) = ordered(0, Syscall::Call);
    let core = pair.cluster.core(0);
    let home = core.home();
    let client = pair.cluster.thread_of(pair.client);
    let slots = [SENT, SENT + 1].map(|at| core.slot_in(&client.cspace, at).expect("within"));
    let tags = slots.map(|slot| slot.tag.get(home));
    for (slot, tag) in slots.iter().zip(tags) {
        let other = Tag::new(Kind::Notification, Rights::all(), CoreId(3));
        slot.tag.set(home, other.within(tag.container()));
    }
    pair.cluster.rest();
    for (slot, tag) in slots.iter().zip(tags) {
        slot.tag.set(home, tag);
    }
    for index in [RECEIVED, RECEIVED + 1] {
        let tag = pair.tag(pair.server, index);
        assert!(tag.is_empty(), "{tag:?}");
    }
    pair.end(sent);
}

#[test]
fn a_capability_without_a_free_slot_stays_where_it_is() {
    let mut pair = Pair::new(0, 1);
    let sent = pair.furnish(pair.client, 2);
    pair.cluster.give(pair.server, sent, RECEIVED + 1);
    pair.address(pair.client, pair.server);
    pair.park_root();
    assert!(!pair.call_of(pair.server, Syscall::Recv, &RECEIVE));
    assert!(!pair.call_of(pair.client, Syscall::Call, &[3, TWO]));
    let thread = pair.cluster.thread_of(pair.server);
    let info = MessageInfo(thread.context.arguments[1].get());
    assert_eq!(info.caps(), 1);
    assert!(!pair.tag(pair.client, SENT + 1).is_empty());
    pair.end(sent);
}
