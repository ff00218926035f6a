//! Faults: told to the thread's fault endpoint as a call in its name.

use weft_abi::{FaultKind, FaultLabel, Kind, MessageInfo};
use weft_hal::{Arch, Context};
use weft_store::Ref;

use crate::Core;
use crate::object::{Blocked, Endpoint, ThreadRef};
use crate::state::Next;

impl<A: Arch> Core<A> {
    /// The running thread faulted.
    pub(crate) fn fault(&mut self, kind: FaultKind, address: u64, code: u64) -> Next<A> {
        let Some(thread) = self.sched.current else {
            crate::bug("a fault came from user mode while no thread was running");
        };
        let home = self.home();
        thread.fault.set(home, Some((kind, address, code)));
        let slot = &thread.fault_endpoint;
        let endpoint: Option<Ref<Endpoint<A>>> = slot.object_of(home, Kind::Endpoint);
        let Some(endpoint) = endpoint else {
            return self.stop_faulted(thread);
        };
        thread.faulting.set(home, true);
        thread.calling.set(home, true);
        thread.sending_badge.set(home, slot.badge.get(home));
        match self.send_to(thread, endpoint) {
            Ok(next) => next,
            Err(_) => self.stop_faulted(thread),
        }
    }

    /// Stops a thread whose fault nobody handles; the log says why.
    pub(super) fn stop_faulted(&mut self, thread: ThreadRef<A>) -> Next<A> {
        let home = self.home();
        thread.faulting.set(home, false);
        thread.state.set(home, Blocked::Faulted);
        let (kind, address, code) = thread.fault.get(home).unwrap_or((FaultKind::Other, 0, 0));
        let (ip, identity) = (thread.context.ip(), self.memory.physical(thread).0);
        self.print(format_args!(
            "kernel: thread {identity:#x} stopped, no fault handler: {} (address {address:#x}, ip {ip:#x}, code {code:#x})\n",
            kind.text(),
        ));
        Next::Blocked
    }

    /// Delivers a faulted thread's message: kind, instruction pointer, address, code.
    pub(super) fn deliver_fault(&mut self, from: ThreadRef<A>, to: ThreadRef<A>, badge: u64) {
        let (kind, address, code) = from
            .fault
            .get(self.home())
            .unwrap_or((FaultKind::Other, 0, 0));
        let words = [kind as u64, from.context.ip(), address, code, 0, 0];
        for (register, word) in (2..8).zip(words) {
            to.context.set_argument(register, word);
        }
        self.deliver(
            to,
            badge,
            MessageInfo::new(FaultLabel::NUMBER, 4, 0).as_fault(),
        );
    }
}
