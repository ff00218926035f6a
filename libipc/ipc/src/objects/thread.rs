//! Threads.

use weft_abi::syscall::{ThreadState, ThreadUses};
use weft_abi::{CPtr, FaultKind, Refusal, Syscall};
use weft_sys::invoke;

use super::{AddressSpace, CNode, Notification};

super::object! {
    /// A thread of execution, with its message page.
    Thread
}

/// What a suspended thread is configured with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadConfiguration {
    /// Its capabilities.
    pub cnode: CNode,
    /// Its memory.
    pub space: AddressSpace,
    /// Where its faults go; NULL for nowhere.
    pub fault_endpoint: CPtr,
    /// Where it is told, as of a fault, that a client's budget ended while the thread worked for it; NULL for nowhere.
    pub timeout_endpoint: CPtr,
    /// What of the processor it may use besides the general registers.
    pub uses: ThreadUses,
}

/// Where a suspended thread goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Instruction pointer.
    pub ip: u64,
    /// Stack pointer.
    pub sp: u64,
    /// The first two arguments of the function there.
    pub arguments: [u64; 2],
    /// The thread-block register.
    pub thread_block: u64,
}

/// Where a suspended thread is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadRegisters {
    /// Instruction pointer.
    pub ip: u64,
    /// Stack pointer.
    pub sp: u64,
    /// Processor flags.
    pub flags: u64,
    /// How many registers are in the batch area of the message page.
    pub count: u64,
}

/// How a thread is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadDescription {
    /// What it is doing; `None` for a state that this program does not know.
    pub state: Option<ThreadState>,
    /// Processor time used, in nanoseconds.
    pub cpu_ns: u64,
    /// Effective priority.
    pub priority: u8,
    /// Its last fault.
    pub fault: Option<FaultKind>,
    /// The core that has it: its own, or one where it computes or makes a system call.
    pub core: u8,
}

impl Thread {
    /// Configures it. It must be suspended.
    pub fn configure(self, to: ThreadConfiguration) -> Result<(), Refusal> {
        let cnode = u64::from(to.cnode.cptr().0);
        let space = u64::from(to.space.cptr().0);
        let endpoints =
            [to.fault_endpoint, to.timeout_endpoint].map(|endpoint| u64::from(endpoint.0));
        let arguments = [cnode, space, endpoints[0], endpoints[1], to.uses.bits()];
        invoke(Syscall::ThreadConfigure, self.0, arguments).map(|_| ())
    }

    /// Sets where it goes on. It must be suspended.
    pub fn set_start(self, start: Start) -> Result<(), Refusal> {
        let [first, second] = start.arguments;
        let arguments = [start.ip, start.sp, first, second, start.thread_block];
        invoke(Syscall::ThreadWriteRegisters, self.0, arguments).map(|_| ())
    }

    /// Reads where it is. It must be suspended.
    pub fn registers(self) -> Result<ThreadRegisters, Refusal> {
        let [_, ip, sp, flags, count] = invoke(Syscall::ThreadReadRegisters, self.0, [0; 5])?;
        Ok(ThreadRegisters {
            ip,
            sp,
            flags,
            count,
        })
    }

    /// Makes it run.
    pub fn resume(self) -> Result<(), Refusal> {
        invoke(Syscall::ThreadResume, self.0, [0; 5]).map(|_| ())
    }

    /// Stops it wherever it is.
    pub fn suspend(self) -> Result<(), Refusal> {
        invoke(Syscall::ThreadSuspend, self.0, [0; 5]).map(|_| ())
    }

    /// Maps its message page at a page address of a space.
    pub fn map_message_page(self, space: AddressSpace, address: u64) -> Result<(), Refusal> {
        let arguments = [u64::from(space.cptr().0), address, 0, 0, 0];
        invoke(Syscall::ThreadMapMessagePage, self.0, arguments).map(|_| ())
    }

    /// Binds a notification, so that receiving also wakes for its signals.
    pub fn bind(self, notification: Notification) -> Result<(), Refusal> {
        let arguments = [u64::from(notification.cptr().0), 0, 0, 0, 0];
        invoke(Syscall::ThreadBindNotification, self.0, arguments).map(|_| ())
    }

    /// Counts it among the servers of an endpoint before it first receives there, so that callers are told if it dies
    /// until then.
    pub fn serve(self, endpoint: CPtr) -> Result<(), Refusal> {
        let arguments = [u64::from(endpoint.0), 0, 0, 0, 0];
        invoke(Syscall::ThreadServe, self.0, arguments).map(|_| ())
    }

    /// State, processor time, priority and last fault.
    pub fn describe(self) -> Result<ThreadDescription, Refusal> {
        let [_, state, cpu_ns, priority, fault] = invoke(Syscall::ThreadInfo, self.0, [0; 5])?;
        let (fault, core) = (fault & 0xff, (fault >> 8) as u8);
        Ok(ThreadDescription {
            state: ThreadState::from_number(state),
            cpu_ns,
            priority: priority as u8,
            fault: FaultKind::from_number(fault),
            core,
        })
    }
}
