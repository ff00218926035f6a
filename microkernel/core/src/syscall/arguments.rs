//! Arguments that several system calls read alike.

use weft_abi::{CPtr, Kind, Refusal, Rights};
use weft_hal::{Arch, Context, IrqLine, Width};
use weft_store::Ref;

use crate::Core;
use crate::object::{Blocked, Notification, Reply, SlotRef, ThreadRef};

impl<A: Arch> Core<A> {
    /// The thread whose capability is in `a0`.
    pub(super) fn thread_argument(&self, thread: ThreadRef<A>) -> Result<ThreadRef<A>, Refusal> {
        self.object(
            thread,
            thread.context.argument(0),
            Kind::Thread,
            Rights::WRITE,
        )
    }

    /// The notification whose capability is in an argument, and the badge.
    pub(super) fn notification_argument(
        &self,
        thread: ThreadRef<A>,
        argument: usize,
        rights: Rights,
    ) -> Result<(Ref<Notification<A>>, u64), Refusal> {
        let cptr = thread.context.argument(argument);
        let slot = self.expect(thread, cptr, Kind::Notification, rights)?;
        let home = self.home();
        let notification = Ref::from_slot(slot.object.get(home));
        Ok((notification, slot.badge.get(home)))
    }

    /// The empty slot named by a CNode capability and an index in two arguments.
    pub(super) fn empty_slot_argument(
        &self,
        thread: ThreadRef<A>,
        cnode: usize,
        index: usize,
    ) -> Result<SlotRef, Refusal> {
        let cnode = self.expect(
            thread,
            thread.context.argument(cnode),
            Kind::CNode,
            Rights::WRITE,
        )?;
        let index = thread.context.argument(index);
        let index = u32::try_from(index)
            .ok()
            .filter(|index| *index != 0)
            .ok_or(Refusal::OutOfRange)?;
        let slot = self
            .slot_of(&cnode, CPtr(index))
            .ok_or(Refusal::OutOfRange)?;
        if !slot.is_empty(self.home()) {
            return Err(Refusal::SlotOccupied);
        }
        Ok(slot)
    }

    /// The line of the interrupt handler in `a0`.
    pub(super) fn irq_argument(&self, thread: ThreadRef<A>) -> Result<IrqLine, Refusal> {
        let slot = self.expect(
            thread,
            thread.context.argument(0),
            Kind::IrqHandler,
            Rights::WRITE,
        )?;
        Ok(IrqLine(slot.object.get(self.home()) as u16))
    }

    /// The port and width in `a1` and `a2`, inside the range of the capability in `a0`.
    pub(super) fn port_argument(
        &self,
        thread: ThreadRef<A>,
        rights: Rights,
    ) -> Result<(u16, Width), Refusal> {
        let slot = self.expect(thread, thread.context.argument(0), Kind::IoPorts, rights)?;
        if !A::EXIST {
            return Err(Refusal::Unsupported);
        }
        let (width, bytes) = match thread.context.argument(2) {
            1 => (Width::Byte, 1_u16),
            2 => (Width::Word, 2),
            4 => (Width::Long, 4),
            _ => return Err(Refusal::InvalidArgument),
        };
        let range = slot.badge.get(self.home());
        let (first, last) = (range as u16, (range >> 16) as u16);
        let port = u16::try_from(thread.context.argument(1)).map_err(|_| Refusal::OutOfRange)?;
        let end = port
            .checked_add(bytes.wrapping_sub(1))
            .ok_or(Refusal::OutOfRange)?;
        if port < first || end > last {
            return Err(Refusal::OutOfRange);
        }
        Ok((port, width))
    }

    /// Refuses a reply object that holds a caller or that another thread waits with.
    pub(super) fn free_for_receive(&self, reply: Option<Ref<Reply<A>>>) -> Result<(), Refusal> {
        let home = self.home();
        let waits_with = |thread: ThreadRef<A>, reply| {
            let waits = matches!(thread.state.get(home), Blocked::Receiving(_));
            waits && thread.reply.get(home) == Some(reply)
        };
        let busy = reply.is_some_and(|reply| {
            let server = reply.server.get(home);
            reply.caller.get(home).is_some() || server.is_some_and(|it| waits_with(it, reply))
        });
        if busy { Err(Refusal::Busy) } else { Ok(()) }
    }
}
