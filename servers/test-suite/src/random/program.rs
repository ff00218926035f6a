//! What a program of random system calls is made of.

use alloc::format;

use libipc::abi::syscall::ThreadUses;
use libipc::objects::{Budget, CNode, SchedContext, Start, ThreadConfiguration};
use libipc::{CPtr, Kind, Rights};
use test_script::Progress;

use super::arena::Arena;
use crate::bench::Bench;
use crate::check::{Outcome, done};
use crate::robot::LOW;

/// Calls that one start of the program makes at most: then it is started with another seed.
pub(super) const PART: u64 = 1_000;
/// The slots of its notification, and of a copy with a badge.
const NOTIFICATION: CPtr = CPtr(4);
const BADGED: CPtr = CPtr(5);
/// Priority of the program: above the sentinel, below the suite.
const PRIORITY: u8 = LOW + 2;
/// How long the program may run without a sign of life.
pub(super) const PATIENCE_NS: u64 = 300_000_000;
/// log2 of its slots.
pub(super) const SLOTS: u8 = 6;
/// The end of its stack, in the assistant's space.
pub(super) const STACK_TOP: u64 = 0x2f00_0000;
pub(super) const STACK_PAGES: u64 = 4;
/// Where the suite sees its message page.
pub(super) const MESSAGE: u64 = 0x2f80_0000;
/// Where its record is, in both spaces.
pub(super) const RECORD: u64 = 0x2f40_0000;
impl Arena {
    /// Makes everything anew and lets the program run.
    pub(super) fn start(&mut self, bench: &Bench) -> Outcome {
        self.count.starts += 1;
        self.seed = self
            .seed
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(1);
        let made = |kind, size, slot| self.memory.retype(kind, size, CNode::OWN, slot);
        done("a CNode", made(Kind::CNode, SLOTS, self.slot(0)))?;
        done("a thread", made(Kind::Thread, 0, self.slot(1)))?;
        done("a context", made(Kind::SchedContext, 0, self.slot(2)))?;
        self.fill(bench)?;
        self.configure(bench)?;
        write_record(Progress {
            wanted: PART,
            ..Progress::default()
        });
        let start = Start {
            ip: bench.given.entries.random,
            sp: STACK_TOP - 8,
            arguments: [self.seed, RECORD],
            thread_block: 0,
        };
        done("setting registers", self.thread().set_start(start))?;
        done("resuming", self.thread().resume())
    }

    /// One of almost everything, in slots 1 to 23 of the program's CNode.
    fn fill(&self, bench: &Bench) -> Outcome {
        let cnode = self.cnode();
        let objects = [
            (Kind::Untyped, 16),
            (Kind::Endpoint, 0),
            (Kind::Endpoint, 0),
            (Kind::Notification, 0),
            (Kind::Frame, 12),
            (Kind::Reply, 0),
            (Kind::Reply, 0),
            (Kind::Thread, 0),
            (Kind::SchedContext, 0),
            (Kind::CNode, 3),
            (Kind::Frame, 12),
            (Kind::Frame, 12),
            (Kind::AddressSpace, 0),
            (Kind::PageTable, 0),
            (Kind::PageTable, 0),
        ];
        for (slot, (kind, size)) in (1..).zip(objects) {
            let made = self.memory.retype(kind, size, cnode, CPtr(slot));
            done(&format!("a {kind:?}"), made)?;
        }
        // A signal without a badge would say nothing.
        done("making room", cnode.delete(BADGED))?;
        let minted = cnode.mint(BADGED, cnode, NOTIFICATION, Rights::all(), 3);
        done("a notification with a badge", minted)?;
        let given = [
            (16, self.slot(0)),
            (17, self.slot(1)),
            (18, self.slot(2)),
            (19, bench.given.assist.slot()),
        ];
        for (slot, from) in given {
            let copied = cnode.copy(CPtr(slot), CNode::OWN, from, Rights::all());
            done("a copy", copied)?;
        }
        let devices = [
            (21, bench.given.irqs.cptr(), Rights::all()),
            (22, bench.given.timer.capability(), Rights::all()),
            (23, bench.given.log.cptr(), Rights::READ),
        ];
        for (slot, from, rights) in devices {
            let copied = cnode.copy(CPtr(slot), CNode::OWN, from, rights);
            done("a copy", copied)?;
        }
        let control = bench.given.control.cptr();
        let minted = cnode.mint(
            CPtr(20),
            CNode::OWN,
            control,
            Rights::all(),
            PRIORITY.into(),
        );
        done("the right to set priorities", minted)
    }

    fn configure(&self, bench: &Bench) -> Outcome {
        let fault_endpoint = self.slot(3);
        let minted = CNode::OWN.mint(fault_endpoint, CNode::OWN, bench.faults, Rights::all(), 99);
        done("a fault endpoint", minted)?;
        let to = ThreadConfiguration {
            cnode: self.cnode(),
            space: bench.given.assist.object(),
            fault_endpoint,
            timeout_endpoint: CPtr::NULL,
            uses: ThreadUses::empty(),
        };
        done("configuring", self.thread().configure(to))?;
        done("deleting", CNode::OWN.delete(fault_endpoint))?;
        let mapped = self.thread().map_message_page(bench.given.space, MESSAGE);
        done("a message page", mapped)?;
        let time = Budget {
            budget_ns: PATIENCE_NS / 2,
            period_ns: PATIENCE_NS * 2,
        };
        let context = SchedContext::from(self.slot(2));
        bench.budget(context, PRIORITY, time)?;
        done("giving time", context.bind(self.thread()))
    }
}

fn record() -> *mut Progress {
    core::ptr::with_exposed_provenance_mut(RECORD as usize)
}

fn write_record(progress: Progress) {
    // SAFETY:
    // 1. the arena mapped a page there, writable, and no reference to it exists.
    unsafe { record().write_volatile(progress) }
}

/// What the last program told.
pub(super) fn told() -> Progress {
    // SAFETY:
    // 1. the arena mapped a page there, and every bit pattern is a record.
    unsafe { record().read_volatile() }
}
