//! Watching a program of random system calls, and cleaning up behind it.

use alloc::format;

use libipc::abi::syscall::ThreadState;
use libipc::objects::{CNode, Frame, Notification, Thread, Untyped};
use libipc::{CPtr, FaultKind, Kind, Refusal, Rights, clock_ns};
use test_script::Step;

use super::MEMORY;
use super::program::{MESSAGE, PART, PATIENCE_NS, RECORD, SLOTS, STACK_PAGES, STACK_TOP, told};
use crate::bench::{Bench, READ_WRITE};
use crate::check::{Outcome, done, ensure, expect};
use crate::robot::LOW;
use crate::steps::signal;

/// What all starts of the program share.
pub(super) struct Arena {
    pub(super) memory: Untyped,
    slots: CPtr,
    sentinel: Notification,
    pub(super) seed: u64,
    pub(super) count: Count,
}

/// What happened.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub(super) starts: u64,
    pub(super) calls: u64,
    pub(super) faults: u64,
    cancelled: u64,
    destroyed: u64,
    silent: u64,
    accepted: u64,
    /// A bit for each number that was ever accepted.
    pub(super) numbers: u64,
}

/// What the suite does about the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes on.
    GoesOn,
    /// It made all its calls.
    Finished,
    /// It cannot go on.
    Over,
}

impl Arena {
    pub(super) fn new(bench: &mut Bench) -> Outcome<Self> {
        let assist = bench.given.assist.object();
        for page in 1..=STACK_PAGES {
            let frame: Frame = bench.object(Kind::Frame, 12)?;
            bench.map(assist, frame, STACK_TOP - page * 4096, READ_WRITE)?;
        }
        let record = bench.own_page(RECORD)?;
        let there: Frame = bench.copy(record.cptr(), READ_WRITE)?;
        bench.map(assist, there, RECORD, READ_WRITE)?;
        // The page tables for the message page stay, whatever becomes of the thread.
        let frame = bench.own_page(MESSAGE)?;
        done("unmapping", frame.unmap())?;
        let sentinel: Notification = bench.object(Kind::Notification, 0)?;
        let robot = bench.robot(LOW)?;
        robot.give_badged(1, sentinel.cptr(), Rights::WRITE, 1)?;
        bench.run(robot, &[signal(1), Step::go_to(0)])?;
        Ok(Self {
            memory: bench.object(Kind::Untyped, MEMORY)?,
            slots: bench.slots(8),
            sentinel,
            seed: 0x0057_4546_5446_555a,
            count: Count::default(),
        })
    }

    pub(super) fn slot(&self, index: u32) -> CPtr {
        CPtr(self.slots.0 + index)
    }

    pub(super) fn cnode(&self) -> CNode {
        CNode::from(self.slot(0))
    }

    pub(super) fn thread(&self) -> Thread {
        Thread::from(self.slot(1))
    }

    /// Waits until the program does not run, and decides about it.
    pub(super) fn watch(&mut self, bench: &Bench) -> Outcome<Verdict> {
        match self.sentinel.wait_until(clock_ns() + PATIENCE_NS) {
            Ok(_) => {}
            Err(Refusal::TimedOut) => {
                self.count.silent += 1;
                return Ok(Verdict::Over);
            }
            Err(refusal) => return Err(format!("waiting for the sentinel: {refusal:?}")),
        }
        let Ok(described) = self.thread().describe() else {
            self.count.destroyed += 1;
            return Ok(Verdict::Over);
        };
        match described.state {
            Some(ThreadState::Faulted) => self.faulted(bench),
            Some(
                ThreadState::Sending
                | ThreadState::Receiving
                | ThreadState::AwaitingReply
                | ThreadState::Waiting,
            ) => self.cancel(),
            _ => {
                self.count.destroyed += 1;
                Ok(Verdict::Over)
            }
        }
    }

    fn faulted(&mut self, bench: &Bench) -> Outcome<Verdict> {
        self.count.faults += 1;
        let fault = bench.fault()?;
        match fault.kind {
            FaultKind::BadSyscall => {
                bench.resume()?;
                Ok(Verdict::GoesOn)
            }
            FaultKind::Undefined => {
                bench.stop()?;
                Ok(Verdict::Finished)
            }
            _ => {
                bench.stop()?;
                self.count.destroyed += 1;
                Ok(Verdict::Over)
            }
        }
    }

    fn cancel(&mut self) -> Outcome<Verdict> {
        self.count.cancelled += 1;
        done("cancelling", self.thread().suspend())?;
        // Without CSpace, memory or time it cannot go on.
        match self.thread().resume() {
            Ok(()) => Ok(Verdict::GoesOn),
            Err(_) => Ok(Verdict::Over),
        }
    }

    /// Adds up what the program tells.
    pub(super) fn add_up(&mut self) {
        let told = told();
        self.count.calls += told.made.min(PART);
        self.count.accepted += told.accepted.min(PART);
        self.count.numbers |= told.numbers;
    }

    /// Looks at all that the program holds, and takes its memory back.
    pub(super) fn clean(&self) -> Outcome {
        self.inspect()?;
        done("revoking", CNode::OWN.revoke(self.memory.cptr()))?;
        // What is left is a copy of something that was never the program's.
        let _ = CNode::OWN.delete(self.slot(3));
        for slot in 0..4 {
            expect("a slot", CNode::OWN.inspect(self.slot(slot)), Ok(None))?;
        }
        let free = done("describing", self.memory.describe())?.free;
        expect("free memory", free, 1 << MEMORY)?;
        // The sentinel's last signal may be about the old program.
        let _ = self.sentinel.poll();
        Ok(())
    }

    /// The kernel's own description of each slot agrees with itself.
    fn inspect(&self) -> Outcome {
        let Ok(count) = self.cnode().count() else {
            return Ok(());
        };
        let mut used = 0;
        for slot in 1..1 << SLOTS {
            let found = done("looking", self.cnode().inspect(CPtr(slot)))?;
            let Some(found) = found else { continue };
            used += 1;
            ensure(|| found.identity != 0, "a capability to nothing")?;
        }
        expect("slots in use", used, count.used)
    }
}
