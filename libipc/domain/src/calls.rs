//! The system calls that building takes.

use libipc::objects::{
    AddressSpace, Frame, MapError, Notification, PageTable, SchedContext, SchedControl, Start,
    Thread, ThreadConfiguration,
};
use libipc::{CPtr, Refusal};

use crate::{Mapping, Turn, Urgency, window};

/// The system calls that building takes. Errors are the kernel's refusals.
#[allow(
    clippy::missing_errors_doc,
    reason = "every method refuses what its system call refuses"
)]
pub trait Calls {
    /// Maps a frame.
    fn map(&mut self, frame: CPtr, to: Mapping) -> Result<(), MapError>;

    /// Maps `count` frames (1 to [`AT_ONCE`](crate::AT_ONCE)) in consecutive slots one behind the other; gives how many
    /// it was before one that cannot be mapped.
    fn map_many(&mut self, first: CPtr, count: u64, to: Mapping) -> Result<u64, MapError>;

    /// Removes a frame's mapping.
    fn unmap(&mut self, frame: CPtr) -> Result<(), Refusal>;

    /// Hangs a page table into the first missing level for an address; returns the level (1 is the last).
    fn map_table(&mut self, space: AddressSpace, table: CPtr, address: u64)
    -> Result<u64, Refusal>;

    /// Maps a thread's message page.
    fn map_message_page(
        &mut self,
        thread: Thread,
        space: AddressSpace,
        address: u64,
    ) -> Result<(), Refusal>;

    /// Writes bytes at an offset of the page that is mapped at [`WINDOW`](crate::WINDOW); what does not fit is
    /// left out.
    fn write_window(&mut self, offset: u64, bytes: &[u8]);

    /// Lets the threads of a space read the processor's counters.
    fn allow_counters(&mut self, control: SchedControl, space: AddressSpace)
    -> Result<(), Refusal>;

    /// Configures a suspended thread.
    fn configure(&mut self, thread: Thread, to: ThreadConfiguration) -> Result<(), Refusal>;

    /// Binds a notification to a thread.
    fn bind_notification(&mut self, thread: Thread, to: Notification) -> Result<(), Refusal>;

    /// Sets where a suspended thread goes on.
    fn set_start(&mut self, thread: Thread, start: Start) -> Result<(), Refusal>;

    /// Sets priority or deadlines, budget and period of a scheduling context.
    fn schedule(&mut self, turn: Turn, context: SchedContext) -> Result<(), Refusal>;

    /// Gives a thread a scheduling context.
    fn bind_context(&mut self, context: SchedContext, thread: Thread) -> Result<(), Refusal>;
}

/// The kernel below this program.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemCalls;

impl Calls for SystemCalls {
    fn map(&mut self, frame: CPtr, to: Mapping) -> Result<(), MapError> {
        to.space.map(Frame::from(frame), to.address, to.flags)
    }

    fn map_many(&mut self, first: CPtr, count: u64, to: Mapping) -> Result<u64, MapError> {
        to.space
            .map_many(Frame::from(first), to.address, to.flags, count)
    }

    fn unmap(&mut self, frame: CPtr) -> Result<(), Refusal> {
        Frame::from(frame).unmap()
    }

    fn map_table(
        &mut self,
        space: AddressSpace,
        table: CPtr,
        address: u64,
    ) -> Result<u64, Refusal> {
        space.map_table(PageTable::from(table), address)
    }

    fn map_message_page(
        &mut self,
        thread: Thread,
        space: AddressSpace,
        address: u64,
    ) -> Result<(), Refusal> {
        thread.map_message_page(space, address)
    }

    fn write_window(&mut self, offset: u64, bytes: &[u8]) {
        window::write(offset, bytes);
    }

    fn allow_counters(
        &mut self,
        control: SchedControl,
        space: AddressSpace,
    ) -> Result<(), Refusal> {
        space.allow_counters(control)
    }

    fn configure(&mut self, thread: Thread, to: ThreadConfiguration) -> Result<(), Refusal> {
        thread.configure(to)
    }

    fn bind_notification(&mut self, thread: Thread, to: Notification) -> Result<(), Refusal> {
        thread.bind(to)
    }

    fn set_start(&mut self, thread: Thread, start: Start) -> Result<(), Refusal> {
        thread.set_start(start)
    }

    fn schedule(&mut self, turn: Turn, context: SchedContext) -> Result<(), Refusal> {
        match turn.urgency {
            Urgency::Priority(priority) => turn.control.configure(context, priority, turn.time),
            Urgency::Deadlines { blocking_ns } => {
                turn.control.set_deadline(context, turn.time, blocking_ns)
            }
        }
    }

    fn bind_context(&mut self, context: SchedContext, thread: Thread) -> Result<(), Refusal> {
        context.bind(thread)
    }
}
