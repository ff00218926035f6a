//! The objects of a domain, and its thread's start.

use libipc::abi::layout::{STACK_TOP, STARTUP_PAGE};
use libipc::abi::syscall::ThreadUses;
use libipc::objects::{
    AddressSpace, Budget, CNode, Notification, SchedContext, SchedControl, Start, Thread,
    ThreadConfiguration,
};
use libipc::{CPtr, Kind};

use crate::{Builder, Calls};

/// The objects that every domain has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Its capabilities.
    pub cnode: CNode,
    /// Its memory.
    pub space: AddressSpace,
    /// Its thread.
    pub thread: Thread,
    /// Its share of processor time.
    pub sched: SchedContext,
    /// The notification bound to its thread.
    pub notification: Notification,
}

/// When a domain's thread runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The right to say so.
    pub control: SchedControl,
    /// Before whom it goes.
    pub urgency: Urgency,
    /// Its time.
    pub time: Budget,
}

/// Before whom a thread goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Before those of a lower priority.
    Priority(u8),
    /// Before those with later deadlines: the ends of its periods.
    Deadlines {
        /// The longest that servers above it work for somebody else, in ns.
        blocking_ns: u64,
    },
}

impl Parts {
    /// Makes the objects, with a CNode of 2^`cnode_size` slots.
    ///
    /// # Errors
    /// As [`Builder::make`].
    pub fn new<B: Builder>(builder: &mut B, cnode_size: u8) -> Result<Self, B::Error> {
        Ok(Self {
            cnode: builder.make(Kind::CNode, cnode_size)?.into(),
            space: builder.make(Kind::AddressSpace, 0)?.into(),
            thread: builder.make(Kind::Thread, 0)?.into(),
            sched: builder.make(Kind::SchedContext, 0)?.into(),
            notification: builder.make(Kind::Notification, 0)?.into(),
        })
    }

    /// Lets the program read the processor's counters; before the capability to its space is copied and
    /// before it is [configured](Self::configure).
    ///
    /// # Errors
    /// A refusal.
    pub fn allow_counters<B: Builder>(
        &self,
        builder: &mut B,
        control: SchedControl,
    ) -> Result<(), B::Error> {
        builder
            .calls()
            .allow_counters(control, self.space)
            .map_err(|refusal| B::error("open the counters", refusal))
    }

    /// Puts the thread together, so that it begins at `entry` with an empty stack and the start-up page, and may use this
    /// of the processor. Its faults go to `faults`.
    ///
    /// # Errors
    /// A refusal.
    pub fn configure<B: Builder>(
        &self,
        builder: &mut B,
        faults: CPtr,
        entry: u64,
        uses: ThreadUses,
    ) -> Result<(), B::Error> {
        let configuration = ThreadConfiguration {
            cnode: self.cnode,
            space: self.space,
            fault_endpoint: faults,
            timeout_endpoint: CPtr::NULL,
            uses,
        };
        let start = Start {
            ip: entry,
            sp: STACK_TOP,
            arguments: [STARTUP_PAGE, 0],
            thread_block: 0,
        };
        let calls = builder.calls();
        calls
            .configure(self.thread, configuration)
            .map_err(|refusal| B::error("configure a thread", refusal))?;
        calls
            .bind_notification(self.thread, self.notification)
            .map_err(|refusal| B::error("bind a notification", refusal))?;
        calls
            .set_start(self.thread, start)
            .map_err(|refusal| B::error("set a thread's start", refusal))
    }

    /// Gives the thread its time.
    ///
    /// # Errors
    /// A refusal.
    pub fn schedule<B: Builder>(&self, builder: &mut B, turn: Turn) -> Result<(), B::Error> {
        let calls = builder.calls();
        calls
            .schedule(turn, self.sched)
            .map_err(|refusal| B::error("set a priority", refusal))?;
        calls
            .bind_context(self.sched, self.thread)
            .map_err(|refusal| B::error("bind a scheduling context", refusal))
    }
}
