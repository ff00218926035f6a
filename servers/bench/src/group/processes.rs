//! Processes.

use alloc::format;

use bench::figure::{PROCESS_BARE_CREATE_DESTROY, PROCESS_SPAWN_EXIT_WAIT};
use bench::report::Report;
use bench::samples::Batch;
use libipc::abi::syscall::ThreadUses;
use libipc::objects::{
    AddressSpace, CNode, Frame, Notification, SchedContext, Thread, ThreadConfiguration, Untyped,
};
use libipc::{CPtr, Kind, Refusal, Rights};
use proto::bench_peer::{SIGNALS, WAITS};
use proto::processes::{Client, Ending};

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Operation, measure};
use crate::pages::{BASE, PAGE, PAGE_BITS, flags};
use crate::stage::{READ_WRITE, Scheduler, Stage};
use crate::worker::{CNODE_SIZE, HIGH, Part, start};

/// The least process there is.
pub(crate) const BARE: Group = Group {
    figures: &[PROCESS_BARE_CREATE_DESTROY],
    run: bare,
};

/// A program from a file.
pub(crate) const SPAWN: Group = Group {
    figures: &[PROCESS_SPAWN_EXIT_WAIT],
    run: spawn,
};

/// A program that does nothing.
const NOTHING: &[u8] = b"/bin/nothing";
/// log2 of the memory of which a process is made.
const NURSERY: u8 = 18;
/// Where its program is, in its own space; its stack is behind.
const PROGRAM: u64 = BASE;
/// Slots that a process takes: space, CNode, thread, scheduling context, stack, program, and page tables.
const SLOTS: u32 = 12;
const READ_EXECUTE: Rights = Rights::READ.union(Rights::EXECUTE);

fn bare(stage: &mut Stage, report: &mut Report) -> Outcome {
    let at = BASE + 16 * PAGE;
    let program = stage.page(stage.peer_space, at)?;
    done("writing a program", stage.peer.write_program(at))?;
    done("unmapping it", program.unmap())?;
    let (signalled, signal) = stage.notification()?;
    let (never, _) = stage.notification()?;
    let nursery: Untyped = stage.object(Kind::Untyped, NURSERY)?;
    let maker = Maker {
        nursery,
        program,
        signal,
        signalled,
        never,
        scheduler: stage.scheduler(),
        first: stage.slots(SLOTS),
    };
    let operation = Operation {
        before: |_: &mut Stage| Ok(()),
        run: |(): &()| maker.make_and_destroy(),
        after: |_: &mut Stage, (), ()| Ok(()),
    };
    let figure = (PROCESS_BARE_CREATE_DESTROY, Batch::ONE);
    measure(stage, operation, figure, report)
}

fn spawn(stage: &mut Stage, report: &mut Report) -> Outcome {
    let processes: Client = stage.client("processes")?;
    let exited = Ending::Exited(0);
    let operation = Operation {
        before: |_: &mut Stage| Ok(()),
        run: |(): &()| processes.wait(processes.spawn(NOTHING, b"")?),
        after: |_: &mut Stage, (), status| match status == exited {
            true => Ok(()),
            false => Err(format!("the program ended otherwise: {status:?}")),
        },
    };
    let figure = (PROCESS_SPAWN_EXIT_WAIT, Batch::ONE);
    measure(stage, operation, figure, report)
}

/// What processes are made of.
struct Maker {
    nursery: Untyped,
    program: Frame,
    signal: Notification,
    signalled: Notification,
    never: Notification,
    scheduler: Scheduler,
    first: CPtr,
}

impl Maker {
    fn slot(&self, index: u32) -> CPtr {
        CPtr(self.first.0 + index)
    }

    fn object<T: From<CPtr>>(&self, kind: Kind, size: u8, index: u32) -> Result<T, Refusal> {
        let slot = self.slot(index);
        self.nursery.retype(kind, size, CNode::OWN, slot)?;
        Ok(T::from(slot))
    }

    fn make_and_destroy(&self) -> Result<(), Refusal> {
        let program = self.make()?;
        self.signalled.wait()?;
        CNode::OWN.revoke(self.nursery.cptr())?;
        CNode::OWN.delete(program)
    }

    /// Makes a process and lets it run; returns the slot of its program's frame.
    fn make(&self) -> Result<CPtr, Refusal> {
        let space: AddressSpace = self.object(Kind::AddressSpace, 0, 0)?;
        self.scheduler.open_counters(space)?;
        let cnode: CNode = self.object(Kind::CNode, CNODE_SIZE, 1)?;
        let thread: Thread = self.object(Kind::Thread, 0, 2)?;
        let sched: SchedContext = self.object(Kind::SchedContext, 0, 3)?;
        let stack: Frame = self.object(Kind::Frame, PAGE_BITS, 4)?;
        let program = self.slot(5);
        let own = CNode::OWN;
        own.copy(program, own, self.program.cptr(), READ_EXECUTE)?;
        self.map(space, Frame::from(program), PROGRAM, READ_EXECUTE)?;
        self.map(space, stack, PROGRAM + PAGE, READ_WRITE)?;
        let (signal, never) = (self.signal.cptr(), self.never.cptr());
        cnode.copy(CPtr(SIGNALS), own, signal, Rights::WRITE)?;
        cnode.copy(CPtr(WAITS), own, never, Rights::READ)?;
        thread.configure(ThreadConfiguration {
            cnode,
            space,
            fault_endpoint: CPtr::NULL,
            timeout_endpoint: CPtr::NULL,
            uses: ThreadUses::empty(),
        })?;
        self.scheduler.schedule(sched, HIGH)?;
        sched.bind(thread)?;
        let part = Part::from(PROGRAM);
        thread.set_start(start(part, PROGRAM + 2 * PAGE))?;
        thread.resume()?;
        Ok(program)
    }

    /// Maps a frame, with the page tables that it takes.
    fn map(
        &self,
        space: AddressSpace,
        frame: Frame,
        address: u64,
        rights: Rights,
    ) -> Result<(), Refusal> {
        let mut slots = 6..SLOTS;
        let table = || {
            let index = slots.next().ok_or(Refusal::NoTable)?;
            self.object(Kind::PageTable, 0, index)
        };
        space.map_with(frame, address, flags(rights), table)?
    }
}
