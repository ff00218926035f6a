//! Threads that play parts, in the peer's process or in this one.

use libipc::abi::syscall::ThreadUses;
use libipc::objects::{AddressSpace, CNode, SchedContext, Start, Thread, ThreadConfiguration};
use libipc::{CPtr, Kind, Rights};
use proto::bench_peer::{ENDPOINT, REPLY, SIGNALS, WAITS};

use crate::check::{Outcome, done};
use crate::pages::{BASE, PAGE};
use crate::stage::{READ_WRITE, Stage};

/// Runs before the benchmark goes on.
pub(crate) const HIGH: u8 = 35;
/// The benchmark's own priority.
pub(crate) const SAME: u8 = 30;
/// Runs only while the benchmark waits.
pub(crate) const LOW: u8 = 20;

/// log2 of the slots that a worker has.
pub(crate) const CNODE_SIZE: u8 = 5;
/// From one worker's stack to the next.
const EACH: u64 = 2 * PAGE;

/// A thread that plays a part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Worker {
    /// The thread.
    pub(crate) thread: Thread,
    /// Its capabilities.
    pub(crate) cnode: CNode,
    stack_top: u64,
}

/// Where a worker is, and how urgent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// In whose address space.
    pub(crate) space: AddressSpace,
    /// How urgent.
    pub(crate) priority: u8,
    /// Where its faults go; NULL for nowhere.
    pub(crate) faults: CPtr,
    /// What of the processor it may use.
    pub(crate) uses: ThreadUses,
}

/// Where a thread begins, with what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    /// The first instruction.
    pub(crate) entry: u64,
    /// What it is told.
    pub(crate) arguments: [u64; 2],
}

impl From<u64> for Part {
    fn from(entry: u64) -> Self {
        Self {
            entry,
            arguments: [0; 2],
        }
    }
}

impl Stage {
    /// A worker in the peer's process.
    pub(crate) fn peer_worker(&mut self, priority: u8) -> Outcome<Worker> {
        let place = Place {
            space: self.peer_space,
            priority,
            faults: CPtr::NULL,
            uses: ThreadUses::empty(),
        };
        self.worker(place)
    }

    /// A worker with a stack of one page.
    pub(crate) fn worker(&mut self, place: Place) -> Outcome<Worker> {
        let thread: Thread = self.object(Kind::Thread, 0)?;
        let sched: SchedContext = self.object(Kind::SchedContext, 0)?;
        self.threads.push(thread);
        let stack = BASE + self.threads.len() as u64 * EACH;
        let worker = Worker {
            thread,
            cnode: self.object(Kind::CNode, CNODE_SIZE)?,
            stack_top: stack + PAGE,
        };
        self.page(place.space, stack)?;
        let to = ThreadConfiguration {
            cnode: worker.cnode,
            space: place.space,
            fault_endpoint: place.faults,
            timeout_endpoint: CPtr::NULL,
            uses: place.uses,
        };
        done("configuring a thread", thread.configure(to))?;
        done(
            "setting time",
            self.scheduler().schedule(sched, place.priority),
        )?;
        done("giving time", sched.bind(thread))?;
        Ok(worker)
    }
}

impl Worker {
    /// Lets it receive on an endpoint, and answer.
    pub(crate) fn serves(self, stage: &mut Stage, endpoint: CPtr) -> Outcome {
        let reply: CPtr = stage.object(Kind::Reply, 0)?;
        self.give(ENDPOINT, endpoint, Rights::READ)?;
        self.give(REPLY, reply, READ_WRITE)
    }

    /// Lets it send to an endpoint.
    pub(crate) fn sends(self, endpoint: CPtr) -> Outcome {
        self.give(ENDPOINT, endpoint, Rights::WRITE)
    }

    /// Lets it wait for a notification.
    pub(crate) fn waits(self, notification: CPtr) -> Outcome {
        self.give(WAITS, notification, Rights::READ)
    }

    /// Lets it signal one.
    pub(crate) fn signals(self, notification: CPtr) -> Outcome {
        self.give(SIGNALS, notification, Rights::WRITE)
    }

    fn give(self, slot: u32, from: CPtr, rights: Rights) -> Outcome {
        self.may(CPtr(slot), from, rights)
    }

    /// Gives it a capability in a slot that the interface does not name.
    pub(crate) fn may(self, slot: CPtr, from: CPtr, rights: Rights) -> Outcome {
        let given = self.cnode.copy(slot, CNode::OWN, from, rights);
        done("giving a capability", given)
    }

    /// Lets it play its part.
    pub(crate) fn play(self, part: impl Into<Part>) -> Outcome {
        let start = start(part.into(), self.stack_top);
        done("setting registers", self.thread.set_start(start))?;
        done("resuming", self.thread.resume())
    }
}

/// A part's first registers, on a stack.
pub(crate) fn start(part: Part, stack_top: u64) -> Start {
    // As behind a call: where the architecture keeps the way back on the stack, there is room for it.
    let way_back = if cfg!(target_arch = "x86_64") { 8 } else { 0 };
    Start {
        ip: part.entry,
        sp: stack_top - way_back,
        arguments: part.arguments,
        thread_block: 0,
    }
}
