//! The state of one processor core, and the way in and out of the kernel.

use weft_abi::{FaultKind, Kind, Refusal, Rights};
use weft_hal::{self as hal, Arch, CoreId, IrqLine, Trap};
use weft_store::{Home, Memory, Ref};

use crate::cspace::Dying;
use crate::interrupt::IrqTable;
use crate::object::{SlotRef, Tag, ThreadRef};
use crate::remote::Visits;
use crate::sched::Scheduler;
use crate::shared::Shared;
use crate::space::AsidTable;
use crate::syscall::Handlers;

/// One core's state. Large: it belongs in a per-core area, not on a stack. What the fast path needs comes first, where
/// instructions reach it by an offset of their own; the table that has thousands of entries is the last.
#[repr(C)]
pub struct Core<A: Arch> {
    /// The architecture.
    pub arch: A,
    pub(crate) sched: Scheduler<A>,
    wants: Wants,
    /// For each kind the word of a capability with all rights whose object is this core's.
    own: [Tag; KINDS],
    /// What it shares with the other cores.
    pub(crate) shared: Ref<Shared<A>>,
    pub(crate) memory: Memory,
    pub(crate) home: Home,
    pub(crate) irqs: IrqTable,
    pub(crate) handlers: &'static Handlers<A>,
    id: CoreId,
    pub(crate) dying: Dying,
    pub(crate) visits: Visits<A>,
    /// How often a large page was begun to be got ready.
    pub(crate) preparations: u64,
    pub(crate) asids: AsidTable,
}

/// What a slot's word is compared with: one look where constants would take several instructions to make.
#[derive(Clone, Copy)]
pub(crate) struct Want {
    word: Tag,
    mask: u64,
}

impl Want {
    const fn new(kind: Kind, rights: Rights, core: CoreId) -> Self {
        Self {
            word: Tag::of_any_kind(kind as u64, core),
            mask: Tag::mask_of(rights),
        }
    }

    /// Whether it is a capability of the kind and core, with at least the rights.
    #[inline(always)]
    pub(crate) fn accepts(self, tag: Tag) -> bool {
        tag.differs_in(self.word, self.mask) == 0
    }
}

/// What the fast path looks for.
struct Wants {
    call: Want,
    receive: Want,
    reply: Want,
    signal: Want,
    wait: Want,
    space: Want,
    frame: Want,
    cnode: Want,
}

impl Wants {
    const fn new(core: CoreId) -> Self {
        Self {
            call: Want::new(Kind::Endpoint, Rights::WRITE, core),
            receive: Want::new(Kind::Endpoint, Rights::READ, core),
            reply: Want::new(Kind::Reply, Rights::WRITE, core),
            signal: Want::new(Kind::Notification, Rights::WRITE, core),
            wait: Want::new(Kind::Notification, Rights::READ, core),
            space: Want::new(Kind::AddressSpace, Rights::WRITE, core),
            frame: Want::new(Kind::Frame, Rights::READ, core),
            cnode: Want::new(Kind::CNode, Rights::WRITE, core),
        }
    }
}

/// More than the number of any kind.
const KINDS: usize = 32;

const fn words_of(core: CoreId) -> [Tag; KINDS] {
    let mut words = [Tag::EMPTY; KINDS];
    let mut kind = 0;
    while kind < KINDS {
        #[expect(clippy::indexing_slicing, reason = "the loop ends before")]
        let word = &mut words[kind];
        *word = Tag::of_any_kind(kind as u64, core);
        kind = kind.wrapping_add(1);
    }
    words
}

/// What a system call says about who runs next.
pub(crate) enum Next<A: Arch> {
    /// The caller, with status 0.
    Caller,
    /// As `Caller`: the call has no result, and has changed nothing of what decides who runs.
    Done,
    /// Nobody in particular: the caller blocked.
    Blocked,
    /// This thread, directly, if nothing of higher priority is ready. The caller blocked.
    Switch(ThreadRef<A>),
    /// The caller repeats the call after pending interrupts.
    Repeat,
}

/// How a system call has ended.
pub(crate) enum Ended {
    /// As [`Next::Done`]; the status is not written.
    Done,
    /// Whoever runs next is the running thread.
    Settled,
}

/// How a system call ends: who runs next, or a refusal (and nothing has changed).
pub(crate) type Outcome<A> = Result<Next<A>, Refusal>;

impl<A: Arch> Core<A> {
    /// The state of a core before [`boot::start`](crate::boot::start).
    pub const fn new(
        arch: A,
        memory: Memory,
        shared: Ref<Shared<A>>,
        handlers: &'static Handlers<A>,
    ) -> Self {
        Self {
            arch,
            shared,
            memory,
            home: Home::new(),
            sched: Scheduler::new(),
            irqs: IrqTable::new(),
            asids: AsidTable::new(),
            dying: Dying::new(),
            visits: Visits::new(),
            preparations: 0,
            handlers,
            id: CoreId::BOOT,
            own: words_of(CoreId::BOOT),
            wants: Wants::new(CoreId::BOOT),
        }
    }

    /// The token that opens this core's objects.
    pub(crate) fn home(&self) -> Home {
        self.home
    }

    /// Gives the core its architecture, which says which one it is.
    pub fn install(&mut self, arch: A) {
        self.arch = arch;
        self.id = self.arch.core();
        self.own = words_of(self.id);
        self.wants = Wants::new(self.id);
    }

    /// Which core this is.
    pub(crate) fn id(&self) -> CoreId {
        self.id
    }

    /// What the words of capabilities of this core's objects are compared with.
    #[inline(always)]
    pub(crate) fn own(&self, kind: Kind) -> Tag {
        self.own.get(kind as usize).copied().unwrap_or(Tag::EMPTY)
    }

    /// Handles what else than a system call brought the core into the kernel and was not handled by the fast path; says
    /// what runs next.
    #[inline(never)]
    pub fn trap(&mut self, trap: Trap) -> hal::Next<'_, A::Context> {
        self.trap_generally(trap);
        self.resume()
    }

    /// Handles an exception (kind, address, and the architecture's own code) by the fast path, if that takes it; else
    /// nothing has changed.
    #[inline(always)]
    pub fn faulted_directly(&mut self, fault: (FaultKind, u64, u64)) -> bool {
        self.fault_directly(fault).is_some()
    }

    /// Handles a device interrupt by the fast path, if that takes it; says who goes on then.
    #[inline(always)]
    pub fn interrupted_directly(&mut self, line: IrqLine) -> Option<&A::Context> {
        let runs = self.interrupt_directly(line)?;
        Some(&self.sched.current.insert(runs).context)
    }

    /// Handles a system call that the fast path did not; says what runs next.
    #[inline(always)]
    pub fn syscall(&mut self, handlers: &Handlers<A>) -> hal::Next<'_, A::Context> {
        match self.system_call(handlers) {
            Ended::Done => hal::Next::Caller,
            Ended::Settled => self.resume(),
        }
    }

    /// Handles a trap by the general path.
    pub(crate) fn trap_generally(&mut self, trap: Trap) {
        self.catch_up();
        let next = match trap {
            Trap::Spurious => Next::Caller,
            Trap::Mail => self.receive_mail(),
            Trap::Fault {
                kind,
                address,
                code,
            } => self.fault(kind, address, code),
            Trap::Interrupt(line) => self.interrupt(line),
            Trap::Timer => self.tick(),
        };
        self.settle(next);
    }

    /// What runs first, after [`boot::start`](crate::boot::start).
    pub fn first(&mut self) -> hal::Next<'_, A::Context> {
        self.settle(Next::Blocked);
        self.resume()
    }

    /// What runs now.
    #[inline(always)]
    pub fn resume(&self) -> hal::Next<'_, A::Context> {
        match &self.sched.current {
            Some(thread) => hal::Next::User(&thread.context),
            None => hal::Next::Idle,
        }
    }

    /// What a slot's word is compared with that is to be of a kind with these rights. They are known when this is compiled.
    #[inline(always)]
    pub(crate) fn want(&self, kind: Kind, rights: Rights) -> Want {
        const READ: u8 = Rights::READ.bits();
        const WRITE: u8 = Rights::WRITE.bits();
        match (kind, rights.bits()) {
            (Kind::Endpoint, WRITE) => self.wants.call,
            (Kind::Endpoint, READ) => self.wants.receive,
            (Kind::Reply, WRITE) => self.wants.reply,
            (Kind::Notification, WRITE) => self.wants.signal,
            (Kind::Notification, READ) => self.wants.wait,
            (Kind::AddressSpace, WRITE) => self.wants.space,
            (Kind::Frame, READ) => self.wants.frame,
            (Kind::CNode, WRITE) => self.wants.cnode,
            _ => Want {
                word: self.own(kind),
                mask: Tag::mask_of(rights),
            },
        }
    }

    /// The slot that a capability pointer of a thread names; empty slots are refused.
    pub(crate) fn lookup(&self, thread: ThreadRef<A>, cptr: u64) -> Result<SlotRef, Refusal> {
        let home = self.home();
        let (base, count) = thread.slots.get(home);
        if cptr == 0 || cptr >= count {
            return Err(Refusal::NoCapability);
        }
        let slot = self.behind(base, cptr);
        if slot.is_empty(home) {
            return Err(Refusal::NoCapability);
        }
        Ok(slot)
    }

    /// As `lookup`, and checks kind, rights and home core.
    #[inline(always)]
    pub(crate) fn expect(
        &self,
        thread: ThreadRef<A>,
        cptr: u64,
        kind: Kind,
        rights: Rights,
    ) -> Result<SlotRef, Refusal> {
        // Slot 0 may hold a CNode that is being destroyed.
        match self.quick_lookup(thread, cptr, kind, rights) {
            Some(slot) if cptr != 0 => Ok(slot),
            _ => Err(self.unexpected(thread, cptr, kind, rights)),
        }
    }

    /// The object that a capability pointer names, checked as by `expect`; `T` is what capabilities of this kind name.
    #[inline(always)]
    pub(crate) fn object<T>(
        &self,
        thread: ThreadRef<A>,
        cptr: u64,
        kind: Kind,
        rights: Rights,
    ) -> Result<Ref<T>, Refusal> {
        let slot = self.expect(thread, cptr, kind, rights)?;
        Ok(Ref::from_slot(slot.object.get(self.home())))
    }

    /// Why a pointer does not name what was expected.
    #[cold]
    #[inline(never)]
    fn unexpected(&self, thread: ThreadRef<A>, cptr: u64, kind: Kind, rights: Rights) -> Refusal {
        let tag = match self.lookup(thread, cptr) {
            Ok(slot) => slot.tag.get(self.home()),
            Err(refusal) => return refusal,
        };
        if tag.kind() != Some(kind) {
            return Refusal::WrongKind;
        }
        if !tag.rights().contains(rights) {
            return Refusal::NotPermitted;
        }
        self.is_elsewhere(tag.home(), None)
    }
}
