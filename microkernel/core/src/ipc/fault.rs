//! Faults: told to the thread's fault endpoint as a call in its name.

use weft_abi::{FaultKind, FaultLabel, Kind, MessageInfo};
use weft_hal::{Arch, Context, Text};
use weft_store::Ref;

use crate::Core;
use crate::object::{Blocked, Endpoint, Slot, ThreadRef};
use crate::state::Next;

impl<A: Arch> Core<A> {
    /// The running thread faulted.
    pub(crate) fn fault(&mut self, kind: FaultKind, address: u64, code: u64) -> Next<A> {
        let Some(thread) = self.sched.current else {
            crate::bug("a fault came from user mode while no thread was running");
        };
        let home = self.home();
        thread.fault.set(home, Some((kind, address, code)));
        if self.is_visitor(thread) {
            self.check_out(thread, true);
            return Next::Blocked;
        }
        if let Some(core) = self.far_endpoint(thread) {
            return self.fault_far(thread, core);
        }
        match self.send_fault(thread, &thread.fault_endpoint) {
            Some(next) => next,
            None => self.stop_faulted(thread),
        }
    }

    /// Tells a server's timeout endpoint, if it has one, that the budget of a client ended. Says whether it waits for
    /// the answer, or for somebody to receive this.
    pub(crate) fn tell_of_timeout(&mut self, server: ThreadRef<A>) -> bool {
        let home = self.home();
        let before = server.fault.replace(home, Some((FaultKind::Budget, 0, 0)));
        match self.send_fault(server, &server.timeout_endpoint) {
            Some(Next::Switch(receiver)) => self.make_ready(receiver),
            Some(_) => {}
            None => server.fault.set(home, before),
        }
        server.state.get(home) != Blocked::Ready
    }

    /// Sends a thread's fault, as a call in its name, to the endpoint that this slot of it holds.
    pub(crate) fn send_fault(&mut self, thread: ThreadRef<A>, slot: &Slot) -> Option<Next<A>> {
        let home = self.home();
        let endpoint: Ref<Endpoint<A>> = slot.object_of(home, Kind::Endpoint)?;
        thread.faulting.set(home, true);
        thread.calling.set(home, true);
        thread.sending_badge.set(home, slot.badge.get(home));
        let sent = self.send_to(thread, endpoint);
        if sent.is_err() {
            thread.faulting.set(home, false);
        }
        sent.ok()
    }

    /// Stops a thread whose fault nobody handles; the log says why.
    pub(crate) fn stop_faulted(&mut self, thread: ThreadRef<A>) -> Next<A> {
        let home = self.home();
        thread.faulting.set(home, false);
        self.set_waits_for(thread, Blocked::Faulted);
        let (kind, address, code) = thread.fault.get(home).unwrap_or((FaultKind::Other, 0, 0));
        let (ip, identity) = (thread.context.ip(), self.memory.physical(thread).0);
        self.print(format_args!(
            "kernel: thread {identity:#x} stopped, no fault handler: {} (address {address:#x}, ip {ip:#x}, code {code:#x})\n",
            Text(kind.text()),
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
