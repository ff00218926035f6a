//! The keeper of a core: makes the program of that core, looks after it, and cleans up behind it.
//!
//! It is more urgent than the program and has everything of its own core, so that a fault or a wait costs no way to
//! another. A less urgent thread signals while the program does not run.

use core::sync::atomic::Ordering::Relaxed;

use libipc::abi::syscall::{ThreadState, ThreadUses};
use libipc::abi::{FaultLabel, MessageInfo};
use libipc::objects::{
    AddressSpace, Budget, CNode, Notification, SchedContext, SchedControl, Start, Thread,
    ThreadConfiguration, Untyped,
};
use libipc::{CPtr, FaultKind, Kind, Refusal, Rights};
use test_script::random::{FAR, SLOTS};

use super::program::{PART, calls};
use super::sheet::{HERE, Sheet, count};

/// What the keeper and its helper have, by slot.
pub(super) mod slots {
    use libipc::CPtr;

    /// The keeper's own CNode.
    pub(in crate::random) const OWN: CPtr = CPtr(1);
    /// Memory for programs.
    pub(in crate::random) const MEMORY: CPtr = CPtr(2);
    /// The space in which all of the core run.
    pub(in crate::random) const SPACE: CPtr = CPtr(3);
    /// Where faults of programs arrive.
    pub(in crate::random) const FAULTS: CPtr = CPtr(4);
    /// A reply object.
    pub(in crate::random) const REPLY: CPtr = CPtr(5);
    /// The right to set priorities up to the program's.
    pub(in crate::random) const CONTROL: CPtr = CPtr(6);
    /// What the suite waits for.
    pub(in crate::random) const DONE: CPtr = CPtr(7);
    /// To signal that the program does not run.
    pub(in crate::random) const SENTINEL: CPtr = CPtr(8);
    /// For whom nobody signals: to wait for a while.
    pub(in crate::random) const NEVER: CPtr = CPtr(9);
    /// The first of those with which a program is made.
    pub(in crate::random) const FIRST: u32 = 10;
    /// The capabilities of other cores.
    pub(in crate::random) const FAR: u32 = 16;
}

/// log2 of the keeper's slots.
pub(super) const KEEPER_SLOTS: u8 = 8;
/// log2 of a program's.
const PROGRAM_SLOTS: u8 = 6;
/// log2 of the bytes that a program is made of.
pub(super) const MEMORY: u8 = 20;
/// Of the program, below the keeper.
pub(super) const PRIORITY: u8 = 20;
/// The end of the program's stack.
pub(super) const STACK_TOP: u64 = HERE + 0x4_0000;
/// Bits of the keeper's notification: the program does not run; nothing has happened for long.
pub(super) const IDLE: u64 = 1;
pub(super) const SILENT: u64 = 2;
/// So often it may be seen not to run, without a further call, before something is done about it.
const PATIENCE: u32 = 4;
/// So often something may be done in vain.
const TRIES: u32 = 4;
/// Attempts to take memory back of which a thread of another core is using something.
const ATTEMPTS: u32 = 100_000;
const TIME: Budget = Budget {
    budget_ns: 100_000_000,
    period_ns: 200_000_000,
};
const RESUME: MessageInfo = MessageInfo::new(FaultLabel::RESUME, 0, 0);
const STAY: MessageInfo = MessageInfo::new(FaultLabel::RESUME + 1, 0, 0);
/// A notification of the program, and the same with a badge.
const BELL: CPtr = CPtr(4);
const BADGED: CPtr = CPtr(5);
/// One of almost everything, from slot 1 of the program on.
const OBJECTS: [(Kind, u8); 15] = [
    (Kind::Untyped, 15),
    (Kind::Endpoint, 0),
    (Kind::Endpoint, 0),
    (Kind::Notification, 0),
    (Kind::Frame, 12),
    (Kind::Reply, 0),
    (Kind::Reply, 0),
    (Kind::Thread, 0),
    (Kind::SchedContext, 0),
    (Kind::CNode, 3),
    (Kind::Frame, 12),
    (Kind::Frame, 12),
    (Kind::AddressSpace, 0),
    (Kind::PageTable, 0),
    (Kind::PageTable, 0),
];

/// Where the keeper gave up, and why.
struct Trouble(u64, Option<Refusal>);

/// A refusal at a step, by its number.
fn at<T>(step: u64, outcome: Result<T, Refusal>) -> Result<T, Trouble> {
    outcome.map_err(|refusal| Trouble(step, Some(refusal)))
}

/// What to do about the program.
enum Verdict {
    GoesOn,
    Over,
}

struct Keeper {
    sheet: &'static Sheet,
    seed: u64,
    far: u64,
    seen: u64,
    idle: u32,
    tries: u32,
}

/// Keeps programs running until they have made so many calls.
pub(super) extern "C" fn keeps(wanted: u64, core_and_far: u64) -> ! {
    let (core, far) = (core_and_far & 0xff, core_and_far >> 8);
    let mut keeper = Keeper {
        sheet: Sheet::at(HERE),
        seed: 0x5745_4654_0000_0000 + core,
        far,
        seen: 0,
        idle: 0,
        tries: 0,
    };
    let state = match keeper.run(wanted) {
        Ok(()) => 1,
        Err(Trouble(step, refusal)) => {
            let number = refusal.map_or(0, |refusal| refusal as u64);
            keeper.sheet.refusal.store(number, Relaxed);
            step
        }
    };
    keeper.sheet.state.store(state, Relaxed);
    let _ = Notification::from(slots::DONE).signal();
    loop {
        let _ = weft_sys::recv(slots::FAULTS, slots::REPLY);
    }
}

const fn slot(index: u32) -> CPtr {
    CPtr(slots::FIRST + index)
}

fn own() -> CNode {
    CNode::from(slots::OWN)
}

fn memory() -> Untyped {
    Untyped::from(slots::MEMORY)
}

fn cnode() -> CNode {
    CNode::from(slot(0))
}

fn thread() -> Thread {
    Thread::from(slot(1))
}

impl Keeper {
    fn run(&mut self, wanted: u64) -> Result<(), Trouble> {
        while self.sheet.calls.load(Relaxed) < wanted {
            self.start()?;
            while matches!(self.watch()?, Verdict::GoesOn) {}
            let made = self.sheet.made.swap(0, Relaxed).min(PART);
            let calls = self.sheet.calls.load(Relaxed);
            self.sheet.calls.store(calls + made, Relaxed);
            clean()?;
        }
        Ok(())
    }

    /// Makes everything anew and lets the program run.
    fn start(&mut self) -> Result<(), Trouble> {
        count(&self.sheet.starts);
        let (multiplier, step) = (0x5851_f42d_4c95_7f2d, 0x1405_7b7e_f767_814f);
        self.seed = self.seed.wrapping_mul(multiplier).wrapping_add(step);
        (self.seen, self.idle, self.tries) = (0, 0, 0);
        let made = |kind, size, slot| memory().retype(kind, size, own(), slot);
        at(10, made(Kind::CNode, PROGRAM_SLOTS, slot(0)))?;
        at(11, made(Kind::Thread, 0, slot(1)))?;
        at(12, made(Kind::SchedContext, 0, slot(2)))?;
        self.fill()?;
        let to = ThreadConfiguration {
            cnode: cnode(),
            space: AddressSpace::from(slots::SPACE),
            fault_endpoint: slots::FAULTS,
            timeout_endpoint: CPtr::NULL,
            uses: ThreadUses::empty(),
        };
        at(13, thread().configure(to))?;
        let context = SchedContext::from(slot(2));
        let control = SchedControl::from(slots::CONTROL);
        at(14, control.configure(context, PRIORITY, TIME))?;
        at(15, context.bind(thread()))?;
        let start = Start {
            ip: (calls as extern "C" fn(u64, u64) -> ! as *const ()).addr() as u64,
            // As behind a call, where the architecture keeps the way back on the stack.
            sp: STACK_TOP - 16 - if cfg!(target_arch = "x86_64") { 8 } else { 0 },
            arguments: [self.seed, self.far.min(1)],
            thread_block: 0,
        };
        at(16, thread().set_start(start))?;
        at(17, thread().resume())
    }

    fn fill(&self) -> Result<(), Trouble> {
        let cnode = cnode();
        for (slot, (kind, size)) in (1..).zip(OBJECTS) {
            at(20, memory().retype(kind, size, cnode, CPtr(slot)))?;
        }
        // A signal without a badge would say nothing.
        at(21, cnode.delete(BADGED))?;
        at(22, cnode.mint(BADGED, cnode, BELL, Rights::all(), 3))?;
        let given = [
            (16, slot(0)),
            (17, slot(1)),
            (18, slot(2)),
            (19, slots::SPACE),
            (20, slots::CONTROL),
        ];
        for (to, from) in given {
            at(23, cnode.copy(CPtr(to), own(), from, Rights::all()))?;
        }
        // Of one other core at a time: each takes a way there and, at the end, another.
        let group = (self.seed >> 32) % self.far.max(1);
        for index in 0..FAR as u32 {
            let (to, from) = (
                SLOTS as u32 + index,
                slots::FAR + group as u32 * FAR as u32 + index,
            );
            // What a program of another core has destroyed is not there any more.
            let _ = cnode.copy(CPtr(to), own(), CPtr(from), Rights::all());
        }
        Ok(())
    }

    /// Waits until something happens to the program, and decides about it.
    fn watch(&mut self) -> Result<Verdict, Trouble> {
        let received = at(30, weft_sys::recv(slots::FAULTS, slots::REPLY))?;
        if received.info.is_signal() {
            return self.signalled(received.badge);
        }
        if !received.info.is_fault() {
            return Err(Trouble(31, None));
        }
        let kind = FaultKind::from_number(received.words[0]);
        let (answer, verdict) = match kind {
            Some(FaultKind::BadSyscall) => {
                count(&self.sheet.faults);
                (RESUME, Verdict::GoesOn)
            }
            Some(FaultKind::Undefined) => (STAY, Verdict::Over),
            _ => {
                count(&self.sheet.destroyed);
                (STAY, Verdict::Over)
            }
        };
        // Who faulted may have been destroyed meanwhile.
        let _ = weft_sys::reply(slots::REPLY, answer, [0; 6]);
        Ok(verdict)
    }

    fn signalled(&mut self, bits: u64) -> Result<Verdict, Trouble> {
        if bits & SILENT != 0 {
            count(&self.sheet.silent);
            return Ok(Verdict::Over);
        }
        let made = self.sheet.made.load(Relaxed);
        if made != self.seen {
            (self.seen, self.idle, self.tries) = (made, 0, 0);
        }
        self.idle += 1;
        if self.idle < PATIENCE {
            return Ok(Verdict::GoesOn);
        }
        self.idle = 0;
        self.tries += 1;
        let state = thread()
            .describe()
            .ok()
            .and_then(|described| described.state);
        match state {
            Some(
                ThreadState::Sending
                | ThreadState::Receiving
                | ThreadState::AwaitingReply
                | ThreadState::Waiting,
            ) => Ok(self.cancel()),
            // It is on another core, or has made itself less urgent than what signals.
            Some(ThreadState::Ready) if self.tries < TRIES => Ok(Verdict::GoesOn),
            _ => {
                count(&self.sheet.destroyed);
                Ok(Verdict::Over)
            }
        }
    }

    /// Ends what the program waits for, on this core or another. Without CSpace, memory or time it cannot go on.
    fn cancel(&self) -> Verdict {
        count(&self.sheet.cancelled);
        match thread().suspend().and_then(|()| thread().resume()) {
            Ok(()) => Verdict::GoesOn,
            Err(_) => Verdict::Over,
        }
    }
}

/// Looks at all that the program holds, and takes its memory back.
fn clean() -> Result<(), Trouble> {
    for index in 1..1 << PROGRAM_SLOTS {
        let Ok(Some(found)) = cnode().inspect(CPtr(index)) else {
            continue;
        };
        if found.identity == 0 {
            return Err(Trouble(40, None));
        }
    }
    let mut outcome = Ok(());
    for _ in 0..ATTEMPTS {
        outcome = own().revoke(slots::MEMORY);
        if outcome.is_ok() {
            break;
        }
    }
    at(41, outcome)?;
    for index in 0..3 {
        if at(42, own().inspect(slot(index)))?.is_some() {
            return Err(Trouble(43, None));
        }
    }
    match at(44, memory().describe())?.free {
        free if free == 1 << MEMORY => Ok(()),
        _ => Err(Trouble(45, None)),
    }
}
