//! The system calls: one file and one function each, all of one signature.
//!
//! A function reads its arguments from the thread's registers, checks everything, then acts. It returns who runs
//! next, or a refusal, in which case nothing has changed.

use weft_abi::{FaultKind, Refusal, Syscall};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::sched::End;
use crate::state::{Ended, Next, Outcome};

mod arguments;
mod call;
mod clock;
mod cnode_copy;
mod cnode_delete;
mod cnode_info;
mod cnode_inspect;
mod cnode_mint;
mod cnode_move;
mod cnode_revoke;
mod endpoint_set_min_budget;
mod frame_info;
mod irq_ack;
mod irq_bind;
mod irq_create;
mod irq_create_msi;
mod log_read;
mod log_write;
mod machine_off;
mod null;
mod poll;
mod port_read;
mod port_write;
mod recv;
mod reply;
mod reply_recv;
mod sched_bind;
mod sched_configure;
mod sched_set_ceiling;
mod sched_set_deadline;
mod sched_unbind;
mod send;
mod signal;
mod signal_wait;
mod space_allow_counters;
mod space_map;
mod space_map_many;
mod space_map_table;
mod space_unmap;
mod space_unmap_many;
mod thread_bind_notification;
mod thread_configure;
mod thread_info;
mod thread_map_message_page;
mod thread_read_registers;
mod thread_resume;
mod thread_serve;
mod thread_set_affinity;
mod thread_suspend;
mod thread_write_registers;
mod untyped_info;
mod untyped_retype;
mod wait;
mod yield_now;

impl<A: Arch> Core<A> {
    /// Handles the system call that the running thread made.
    #[inline(always)]
    pub(crate) fn system_call(&mut self, handlers: &Handlers<A>) -> Ended {
        let Some(thread) = self.sched.current else {
            crate::bug("a system call came while no thread was running");
        };
        let number = thread.context.number();
        let Some(Some(handler)) = handlers.of(number) else {
            return self.no_such_call(number);
        };
        self.catch_up();
        thread.context.clear_scratch();
        match handler(self, thread) {
            Ok(Next::Done) => Ended::Done,
            Ok(Next::Caller) => self.conclude(thread, 0),
            Err(Refusal::WrongCore) => self.end_seldom(thread, self.handlers.elsewhere),
            Err(refusal) => self.refused(thread, refusal),
            Ok(next) => {
                self.settle(next);
                Ended::Settled
            }
        }
    }

    /// Ends a call that is refused; that of a thread which computes here only may be possible at home.
    #[inline(never)]
    fn refused(&mut self, thread: ThreadRef<A>, refusal: Refusal) -> Ended {
        if self.is_visitor(thread) {
            return self.end_seldom(thread, self.handlers.elsewhere);
        }
        self.conclude(thread, refusal as u64)
    }

    /// Ends a call as a seldom handler says.
    #[cold]
    #[inline(never)]
    fn end_seldom(&mut self, thread: ThreadRef<A>, handler: Handler<A>) -> Ended {
        match handler(self, thread) {
            Ok(next) => {
                self.settle(next);
                Ended::Settled
            }
            Err(refusal) => self.conclude(thread, refusal as u64),
        }
    }

    /// Tells the handler of the running thread's faults that it asked for what does not exist.
    #[inline(never)]
    fn no_such_call(&mut self, number: u64) -> Ended {
        let fault = (FaultKind::BadSyscall, 0, number);
        if self.fault_directly(fault).is_none()
            && let Some(thread) = self.sched.current
        {
            self.catch_up();
            self.end_seldom(thread, self.handlers.missing);
        }
        // The general path leaves nothing open.
        self.catch_up();
        Ended::Settled
    }

    /// Ends a call after which the caller may go on: it has results, was refused, or may have changed who runs.
    #[inline(never)]
    fn conclude(&mut self, thread: ThreadRef<A>, status: u64) -> Ended {
        // The call may have destroyed the caller.
        if self.sched.current == Some(thread) {
            thread.context.set_status(status);
        }
        if !self.stays(self.sched.current) {
            self.settle(Next::Caller);
        }
        Ended::Settled
    }
}

/// The functions of all system calls, by number, and of what else happens seldom. They are compiled where a place for
/// this table is.
pub struct Handlers<A: Arch> {
    calls: [Option<Handler<A>>; NUMBERS],
    /// For a call that has named what another core has.
    elsewhere: Handler<A>,
    /// For a number that no call has.
    missing: Handler<A>,
    /// For a server whose client's budget has ended.
    pub(crate) finish_on_reserve: fn(&mut Core<A>, ThreadRef<A>),
    /// For a thread with a deadline that becomes ready.
    pub(crate) enqueue_by_deadline: fn(&mut Core<A>, ThreadRef<A>, End),
}

impl<A: Arch> Handlers<A> {
    /// That of a number.
    #[inline(always)]
    pub(crate) fn of(&self, number: u64) -> Option<&Option<Handler<A>>> {
        self.calls.get(number as usize)
    }
}

pub(crate) type Handler<A> = fn(&mut Core<A>, ThreadRef<A>) -> Outcome<A>;

/// More than any system call's number.
const NUMBERS: usize = 64;

impl<A: Arch> Core<A> {
    /// The functions of the system calls, by number: on the way of each call one look, where a match takes two.
    pub const HANDLERS: Handlers<A> = {
        let mut all = [None; NUMBERS];
        let mut calls = Syscall::ALL;
        while let [call, rest @ ..] = calls {
            #[expect(
                clippy::indexing_slicing,
                reason = "at compile time, where it is an error"
            )]
            let place = &mut all[*call as usize];
            *place = Some(handler::<A>(*call));
            calls = rest;
        }
        Handlers {
            calls: all,
            elsewhere: Self::leave,
            missing: Self::fault_of_number,
            finish_on_reserve: Self::finish_on_reserve,
            enqueue_by_deadline: Self::enqueue_by_deadline,
        }
    };

    fn fault_of_number(&mut self, thread: ThreadRef<A>) -> Outcome<A> {
        Ok(self.fault(FaultKind::BadSyscall, 0, thread.context.number()))
    }
}

const fn handler<A: Arch>(call: Syscall) -> Handler<A> {
    match call {
        Syscall::Null => null::run,
        Syscall::Call => call::run,
        Syscall::Send => send::run,
        Syscall::Recv => recv::run,
        Syscall::Reply => reply::run,
        Syscall::ReplyRecv => reply_recv::run,
        Syscall::Signal => signal::run,
        Syscall::Wait => wait::run,
        Syscall::Poll => poll::run,
        Syscall::Yield => yield_now::run,
        Syscall::Clock => clock::run,
        Syscall::SignalWait => signal_wait::run,
        Syscall::UntypedRetype => untyped_retype::run,
        Syscall::UntypedInfo => untyped_info::run,
        Syscall::CNodeCopy => cnode_copy::run,
        Syscall::CNodeMint => cnode_mint::run,
        Syscall::CNodeMove => cnode_move::run,
        Syscall::CNodeDelete => cnode_delete::run,
        Syscall::CNodeRevoke => cnode_revoke::run,
        Syscall::CNodeInspect => cnode_inspect::run,
        Syscall::CNodeInfo => cnode_info::run,
        Syscall::ThreadConfigure => thread_configure::run,
        Syscall::ThreadWriteRegisters => thread_write_registers::run,
        Syscall::ThreadReadRegisters => thread_read_registers::run,
        Syscall::ThreadResume => thread_resume::run,
        Syscall::ThreadSuspend => thread_suspend::run,
        Syscall::ThreadMapMessagePage => thread_map_message_page::run,
        Syscall::ThreadBindNotification => thread_bind_notification::run,
        Syscall::ThreadInfo => thread_info::run,
        Syscall::ThreadServe => thread_serve::run,
        Syscall::ThreadSetAffinity => thread_set_affinity::run,
        Syscall::SchedConfigure => sched_configure::run,
        Syscall::SchedBind => sched_bind::run,
        Syscall::SchedUnbind => sched_unbind::run,
        Syscall::SchedSetCeiling => sched_set_ceiling::run,
        Syscall::SchedSetDeadline => sched_set_deadline::run,
        Syscall::EndpointSetMinBudget => endpoint_set_min_budget::run,
        Syscall::SpaceMap => space_map::run,
        Syscall::SpaceUnmap => space_unmap::run,
        Syscall::SpaceMapTable => space_map_table::run,
        Syscall::FrameInfo => frame_info::run,
        Syscall::SpaceAllowCounters => space_allow_counters::run,
        Syscall::SpaceMapMany => space_map_many::run,
        Syscall::SpaceUnmapMany => space_unmap_many::run,
        Syscall::IrqCreate => irq_create::run,
        Syscall::IrqCreateMsi => irq_create_msi::run,
        Syscall::IrqBind => irq_bind::run,
        Syscall::IrqAck => irq_ack::run,
        Syscall::PortRead => port_read::run,
        Syscall::PortWrite => port_write::run,
        Syscall::LogWrite => log_write::run,
        Syscall::LogRead => log_read::run,
        Syscall::MachineOff => machine_off::run,
    }
}
