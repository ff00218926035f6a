//! The fast path of Call, ReplyRecv and faults: direct switch to the other thread on the same scheduling context.
//!
//! A function here looks first and changes nothing until it is sure; `None` sends the system call down the general
//! path, which does the same and everything else. The register words of the message are not touched: the
//! architecture's stubs leave them in the processor's registers. What is asked of the receiver is one word, the
//! endpoint's [line](super::line).
//!
//! That the running thread uses the context `running_on` is not written down in the two objects here, but when the
//! general path is next entered ([`Core::catch_up`]).

use weft_abi::message::MAX_WORDS;
use weft_abi::{FaultKind, FaultLabel, Kind, MessageInfo, Rights};
use weft_hal::{Answered, Arch, Direct, Root};
use weft_store::Ref;

use crate::Core;
use crate::object::{
    Blocked, Endpoint, Line, Named, Notification, Queue, Reply, SchedContext, Slot, Thread,
    ThreadRef,
};

/// Where a server receives, and what it answers through.
type Served<A> = (Ref<Endpoint<A>>, Ref<Reply<A>>);

/// What of a message is not in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    Nothing,
    /// Words of the message page, up to this one.
    Words(usize),
}

impl Rest {
    /// What an information word says of it; `None` if it says more than a label and a number of words.
    #[inline(always)]
    const fn of(info: u64) -> Option<Self> {
        if info as u32 > MAX_WORDS as u32 {
            return None;
        }
        Some(Self::Words(MessageInfo(info).words()))
    }
}

impl<A: Arch> Core<A> {
    /// Call through the endpoint capability `object`, if its server waits on the line. The information word says no more
    /// than a label and up to six words.
    #[inline(always)]
    pub fn call_directly(&mut self, object: u64) -> Option<Direct<'_, A::Context>> {
        self.call_with(object, Rest::Nothing)
    }

    /// As `call_directly`, with any information word: what registers do not hold is copied.
    #[inline(always)]
    pub fn call_at_length(&mut self, object: u64, info: u64) -> Option<Direct<'_, A::Context>> {
        self.call_with(object, Rest::of(info)?)
    }

    #[inline(always)]
    fn call_with(&mut self, object: u64, rest: Rest) -> Option<Direct<'_, A::Context>> {
        let home = self.home();
        let caller = self.sched.current?;
        let slot = self.quick_lookup(caller, object, Kind::Endpoint, Rights::WRITE)?;
        let endpoint: Ref<Endpoint<A>> = Ref::from_slot(slot.object.get(home));
        let Line { server, reply } = endpoint.line.get(home)?;
        let sched = self.sched.running_on?;
        if self.is_outranked(sched, server) {
            return None;
        }
        let root = self.known_space(server)?;
        self.lend(caller, endpoint, Line { server, reply });
        let badge = slot.badge.get(home);
        self.copy_rest(caller, server, rest);
        let context = self.switch_directly(server, root);
        Some(Direct { context, badge })
    }

    /// The caller waits for the answer of the server on the line, which runs on the caller's context.
    #[inline(always)]
    fn lend(&self, caller: ThreadRef<A>, endpoint: Ref<Endpoint<A>>, line: Line<A>) {
        let home = self.home();
        let Line { server, reply } = line;
        endpoint.line.set(home, None);
        reply.caller.set(home, Some(caller));
        caller.state.set(home, Blocked::AwaitingReply(reply));
        caller.sched.set(home, None);
        server.state.set(home, Blocked::Ready);
        server.lent_by.set(home, Some(reply));
    }

    /// Tells the running thread's fault to the handler that waits on the line of its endpoint. Says whether it could.
    #[inline(always)]
    pub(crate) fn fault_directly(&mut self, fault: (FaultKind, u64, u64)) -> Option<()> {
        let home = self.home();
        let thread = self.sched.current?;
        let slot = &thread.fault_endpoint;
        let near = self.want(Kind::Endpoint, Rights::empty());
        if !near.accepts(slot.tag.get(home)) {
            return None;
        }
        let endpoint: Ref<Endpoint<A>> = Ref::from_slot(slot.object.get(home));
        let line = endpoint.line.get(home)?;
        let sched = self.sched.running_on?;
        if self.is_outranked(sched, line.server) {
            return None;
        }
        let root = self.known_space(line.server)?;
        thread.fault.set(home, Some(fault));
        thread.faulting.set(home, true);
        self.lend(thread, endpoint, line);
        self.deliver_fault(thread, line.server, slot.badge.get(home));
        self.switch_directly(line.server, root);
        Some(())
    }

    /// Answers through the reply capability in the upper half of `objects`, and waits at the endpoint capability in the
    /// lower half, if the caller lent what the server runs on and nobody waits for the server.
    #[inline(always)]
    pub fn answer_directly(&mut self, objects: u64, info: u64) -> Option<Answered<'_, A::Context>> {
        self.answer_with(objects, info, Rest::Nothing)
    }

    /// As `answer_directly`, with any information word: what registers do not hold is copied.
    #[inline(always)]
    pub fn answer_at_length(
        &mut self,
        objects: u64,
        info: u64,
    ) -> Option<Answered<'_, A::Context>> {
        self.answer_with(objects, info, Rest::of(info)?)
    }

    #[inline(always)]
    fn answer_with(
        &mut self,
        objects: u64,
        info: u64,
        rest: Rest,
    ) -> Option<Answered<'_, A::Context>> {
        let home = self.home();
        let server = self.sched.current?;
        let (endpoint, reply) = self.named(server, objects)?;
        if server.lent_by.get(home) != Some(reply)
            || endpoint.line.get(home).is_some()
            || endpoint.queue.get(home) != Queue::Empty
            || self.has_bound_signals(&server)
        {
            return None;
        }
        let caller = reply.caller.get(home)?;
        let sched = self.sched.running_on?;
        let entitled = sched.owner.get(home) == Some(caller) || caller.lent_by.get(home).is_some();
        if !entitled || self.is_outranked(sched, caller) {
            return None;
        }
        let root = self.known_space(caller)?;
        let faulted = caller.faulting.get(home);
        if faulted {
            if MessageInfo(info).label() != FaultLabel::RESUME {
                return None;
            }
            caller.faulting.set(home, false);
        }
        endpoint.line.set(home, Some(Line { server, reply }));
        reply.caller.set(home, None);
        server.state.set(home, Blocked::Receiving(endpoint));
        server.sched.set(home, None);
        server.lent_by.set(home, None);
        caller.state.set(home, Blocked::Ready);
        if faulted {
            return Some(Answered::Faulted(self.switch_directly(caller, root)));
        }
        self.copy_rest(server, caller, rest);
        Some(Answered::Caller(self.switch_directly(caller, root)))
    }

    /// Null: the way in and out.
    #[inline(always)]
    pub const fn null() {}

    /// The endpoint that a thread serves and the reply object that is tied to it, if these pointers are known to name
    /// them.
    #[inline(always)]
    fn named(&self, server: ThreadRef<A>, objects: u64) -> Option<Served<A>> {
        let home = self.home();
        let epoch = self.sched.epoch;
        let wanted = Named { objects, epoch };
        if server.named.get(home) != wanted {
            return None;
        }
        Some((server.serves.get(home)?, server.reply.get(home)?))
    }

    /// Remembers that these pointers name the endpoint that the thread serves and the reply object that is tied to
    /// it, if they do, until one of the capabilities leaves its slot.
    pub(crate) fn remember_named(&mut self, thread: ThreadRef<A>, endpoint: u64, reply: u64) {
        let home = self.home();
        let slots = (
            self.quick_lookup(thread, endpoint, Kind::Endpoint, Rights::READ),
            self.quick_lookup(thread, reply, Kind::Reply, Rights::WRITE),
        );
        let (Some(endpoint_slot), Some(reply_slot)) = slots else {
            return;
        };
        // Nobody may stand on the line of an endpoint that asks for a budget.
        let asks = |it: Ref<Endpoint<A>>| it.min_budget.get(home).0 != 0;
        if thread.serves.get(home).is_some_and(asks) {
            return;
        }
        let serves = endpoint_slot.object_of(home, Kind::Endpoint);
        let tied = reply_slot.object_of(home, Kind::Reply);
        if thread.serves.get(home) != serves || thread.reply.get(home) != tied {
            return;
        }
        for slot in [endpoint_slot, reply_slot] {
            slot.tag.set(home, slot.tag.get(home).remembered());
        }
        let named = Named {
            objects: endpoint | reply << 32,
            epoch: self.sched.epoch,
        };
        thread.named.set(home, named);
    }

    /// A capability leaves its slot: what threads remember of pointers to it is void.
    pub(crate) fn forget_named(&mut self, slot: &Slot) {
        if slot.tag.get(self.home()).is_remembered() {
            self.forget_all_named();
        }
    }

    /// What threads remember of pointers is void.
    pub(crate) fn forget_all_named(&mut self) {
        self.sched.epoch = self.sched.epoch.wrapping_add(1);
    }

    /// Copies the words of a message that are not in registers.
    #[inline(always)]
    fn copy_rest(&self, from: ThreadRef<A>, to: ThreadRef<A>, rest: Rest) {
        if let Rest::Words(words) = rest {
            self.copy_page_words(from, to, words);
        }
    }

    /// Writes down which context the running thread uses, which direct switches leave open.
    #[inline(always)]
    pub(crate) fn catch_up(&mut self) {
        let home = self.home();
        if let (Some(thread), Some(sched)) = (self.sched.current, self.sched.running_on) {
            thread.sched.set(home, Some(sched));
            sched.user.set(home, Some(thread));
        }
    }

    /// The slot that a capability pointer names, if it holds a capability of this kind and core with these rights.
    #[inline(always)]
    pub(crate) fn quick_lookup(
        &self,
        thread: ThreadRef<A>,
        cptr: u64,
        kind: Kind,
        rights: Rights,
    ) -> Option<Ref<Slot>> {
        let home = self.home();
        let (base, count) = thread.slots.get(home);
        if cptr >= count {
            return None;
        }
        let bytes = cptr.wrapping_mul(size_of::<Slot>() as u64);
        let slot: Ref<Slot> = Ref::from_slot(base.wrapping_add(bytes));
        let fits = self.want(kind, rights).accepts(slot.tag.get(home));
        fits.then_some(slot)
    }

    /// Whether a ready thread has a greater priority than this thread on this context.
    #[inline(always)]
    pub(crate) fn is_outranked(&self, sched: Ref<SchedContext<A>>, thread: ThreadRef<A>) -> bool {
        let home = self.home();
        let ready = self.sched.occupied;
        ready & sched.above.get(home) != 0 && ready & thread.above.get(home) != 0
    }

    #[inline(always)]
    fn has_bound_signals(&self, thread: &Thread<A>) -> bool {
        let home = self.home();
        if thread.notification.is_empty(home) {
            return false;
        }
        let bound: Ref<Notification<A>> = Ref::from_slot(thread.notification.object.get(home));
        bound.word.get(home) != 0
    }

    #[inline(always)]
    fn switch_directly(&mut self, to: ThreadRef<A>, root: Root) -> &A::Context {
        self.enter_directly(root);
        &self.sched.current.insert(to).context
    }
}
