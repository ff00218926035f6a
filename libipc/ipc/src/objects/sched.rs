//! Scheduling contexts and the right to configure them.

use weft_abi::syscall::Affinity;
use weft_abi::{Refusal, Syscall};
use weft_sys::invoke;

use super::Thread;

super::object! {
    /// The right to use processor time.
    SchedContext
}

super::object! {
    /// The right to set priorities up to a limit.
    SchedControl
}

/// How much time a scheduling context has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Nanoseconds of processor time in each period.
    pub budget_ns: u64,
    /// The period in nanoseconds. Equal to the budget: plain round robin.
    pub period_ns: u64,
}

impl SchedControl {
    /// Sets priority (0 to 63), budget and period of a scheduling context.
    pub fn configure(
        self,
        context: SchedContext,
        priority: u8,
        time: Budget,
    ) -> Result<(), Refusal> {
        let context = u64::from(context.0.0);
        let arguments = [
            context,
            u64::from(priority),
            time.budget_ns,
            time.period_ns,
            0,
        ];
        invoke(Syscall::SchedConfigure, self.0, arguments).map(|_| ())
    }

    /// Lets a scheduling context run by deadlines: earliest deadline first, above priority 46 and below 48. `blocking_ns`
    /// is the longest that servers above it work for somebody else.
    pub fn set_deadline(
        self,
        context: SchedContext,
        time: Budget,
        blocking_ns: u64,
    ) -> Result<(), Refusal> {
        let context = u64::from(context.0.0);
        let arguments = [context, time.budget_ns, time.period_ns, blocking_ns, 0];
        invoke(Syscall::SchedSetDeadline, self.0, arguments).map(|_| ())
    }

    /// Sets a thread's ceiling: it runs at least at this priority, whoever lends it a scheduling context.
    pub fn set_ceiling(self, thread: Thread, ceiling: u8) -> Result<(), Refusal> {
        let arguments = [u64::from(thread.cptr().0), u64::from(ceiling), 0, 0, 0];
        invoke(Syscall::SchedSetCeiling, self.0, arguments).map(|_| ())
    }

    /// Says whether a thread may run on this core, besides its own.
    pub fn set_affinity(self, thread: Thread, affinity: Affinity) -> Result<(), Refusal> {
        let arguments = [u64::from(thread.cptr().0), affinity as u64, 0, 0, 0];
        invoke(Syscall::ThreadSetAffinity, self.0, arguments).map(|_| ())
    }
}

impl SchedContext {
    /// Gives it to a thread.
    pub fn bind(self, thread: Thread) -> Result<(), Refusal> {
        let arguments = [u64::from(thread.cptr().0), 0, 0, 0, 0];
        invoke(Syscall::SchedBind, self.0, arguments).map(|_| ())
    }

    /// Takes it back.
    pub fn unbind(self) -> Result<(), Refusal> {
        invoke(Syscall::SchedUnbind, self.0, [0; 5]).map(|_| ())
    }
}
