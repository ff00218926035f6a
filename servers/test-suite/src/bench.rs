//! What tests work with: memory, slots, address spaces, and where faults arrive.

use alloc::format;
use alloc::vec::Vec;

use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::abi::startup::EntryKind;
use libipc::abi::{FaultLabel, MessageInfo};
use libipc::objects::{
    AddressSpace, Budget, CNode, Frame, IrqControl, Notification, SchedContext, SchedControl,
    Thread, Untyped,
};
use libipc::{CPtr, Cap, FaultKind, Kind, Log, Rights, Startup};
use proto::system;
use proto::test_assist::{self, Entries};
use proto::test_floats;

use crate::check::{Outcome, done, expect};
use crate::machine::Timer;

/// Slots between those that libipc takes from below and those of tests.
const KEPT: u32 = 64;
/// A time slice in ns.
pub(crate) const SLICE: u64 = 10_000_000;
/// Readable and writable.
pub(crate) const READ_WRITE: Rights = Rights::READ.union(Rights::WRITE);

/// What the suite was given, and what the running test made of it.
pub(crate) struct Bench {
    /// What the manifest gives.
    pub(crate) given: Given,
    first: u32,
    next: u32,
    /// The threads of the test's robots.
    pub(crate) robots: Vec<Thread>,
    /// Where the robots' faults arrive.
    pub(crate) faults: CPtr,
    reply: CPtr,
}

/// What the manifest gives.
pub(crate) struct Given {
    /// All that tests are made of.
    pub(crate) memory: Untyped,
    /// The suite's own address space.
    pub(crate) space: AddressSpace,
    /// The assistant.
    pub(crate) assistant: test_assist::Client,
    /// Its address space.
    pub(crate) assist: Cap<AddressSpace>,
    /// Where threads can begin there.
    pub(crate) entries: Entries,
    /// For priorities up to 40.
    pub(crate) control: SchedControl,
    /// A device that interrupts.
    pub(crate) timer: Timer,
    /// The right to more interrupts.
    pub(crate) irqs: IrqControl,
    /// The kernel log.
    pub(crate) log: Log,
    /// What computes in floating point.
    pub(crate) floats: test_floats::Client,
    /// Root.
    pub(crate) system: system::Client,
}

/// A fault that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Whose: the robot's number.
    pub(crate) robot: u64,
    /// What.
    pub(crate) kind: FaultKind,
    /// At which instruction.
    pub(crate) ip: u64,
    /// The address concerned.
    pub(crate) address: u64,
    /// More, by kind.
    pub(crate) code: u64,
}

impl Bench {
    /// Takes what the manifest gives.
    pub(crate) fn new(env: &Startup) -> Self {
        let assistant: test_assist::Client = env.connect("assist");
        let (entries, assist) = match assistant.introduce() {
            Ok(introduced) => introduced,
            Err(error) => panic!("the assistant does not answer: {error}"),
        };
        let (Some(memory), Some(log)) = (env.find(EntryKind::Other, "free-memory"), env.log())
        else {
            panic!("the manifest gives no memory or no log");
        };
        // A bound notification would end the suite's receiving.
        let thread: Thread = env.other("thread");
        if let Err(refusal) = thread.bind(Notification::from(CPtr::NULL)) {
            panic!("the notification cannot be unbound: {refusal:?}");
        }
        let first = env.header().first_free + KEPT;
        Self {
            given: Given {
                memory: Untyped::from(CPtr(memory.slot)),
                space: env.other("space"),
                assistant,
                assist,
                entries,
                control: env.other("priorities"),
                timer: Timer::open(env),
                irqs: env.other("irq-control"),
                log,
                floats: env.connect("floats"),
                system: env.connect("system"),
            },
            first,
            next: first,
            robots: Vec::new(),
            faults: CPtr::NULL,
            reply: CPtr::NULL,
        }
    }

    /// Takes back everything that the last test made.
    ///
    /// Its robots stop first: one of higher priority whose endpoint is gone already could otherwise run in
    /// circles for ever when an interrupt comes between two steps of the revocation.
    pub(crate) fn reset(&mut self) -> Outcome {
        for robot in self.robots.drain(..) {
            // A test may have destroyed it, or taken what it needs to run.
            let _ = robot.suspend();
        }
        done("revoking the memory", self.revoke())?;
        for slot in self.first..self.next {
            // An empty slot is what is wanted.
            let _ = CNode::OWN.delete(CPtr(slot));
        }
        self.next = self.first;
        self.faults = self.object(Kind::Endpoint, 0)?;
        self.reply = self.object(Kind::Reply, 0)?;
        Ok(())
    }

    fn revoke(&self) -> Result<(), libipc::Refusal> {
        CNode::OWN.revoke(self.given.memory.cptr())
    }

    /// An empty slot.
    pub(crate) fn slot(&mut self) -> CPtr {
        self.next += 1;
        CPtr(self.next - 1)
    }

    /// `count` empty slots one after the other.
    pub(crate) fn slots(&mut self, count: u32) -> CPtr {
        self.next += count;
        CPtr(self.next - count)
    }

    /// A new object in a new slot. `size` is log2.
    pub(crate) fn object<T: From<CPtr>>(&mut self, kind: Kind, size: u8) -> Outcome<T> {
        let slot = self.slot();
        let made = self.given.memory.retype(kind, size, CNode::OWN, slot);
        done(&format!("making a {kind:?}"), made)?;
        Ok(T::from(slot))
    }

    /// A copy in a new slot.
    pub(crate) fn copy<T: From<CPtr>>(&mut self, from: CPtr, rights: Rights) -> Outcome<T> {
        let slot = self.slot();
        done("copying", CNode::OWN.copy(slot, CNode::OWN, from, rights))?;
        Ok(T::from(slot))
    }

    /// A copy with a badge in a new slot.
    pub(crate) fn mint<T: From<CPtr>>(&mut self, from: CPtr, badge: u64) -> Outcome<T> {
        let slot = self.slot();
        let minted = CNode::OWN.mint(slot, CNode::OWN, from, Rights::all(), badge);
        done("minting", minted)?;
        Ok(T::from(slot))
    }

    /// Maps a frame, with the page tables that it takes.
    pub(crate) fn map(
        &mut self,
        space: AddressSpace,
        frame: Frame,
        address: u64,
        rights: Rights,
    ) -> Outcome {
        let flags = MapFlags::new(rights, CacheMode::Normal);
        let table = || self.object(Kind::PageTable, 0);
        done("mapping", space.map_with(frame, address, flags, table)?)
    }

    /// Maps a new frame at an address of the suite's own space.
    pub(crate) fn own_page(&mut self, address: u64) -> Outcome<Frame> {
        let frame: Frame = self.object(Kind::Frame, 12)?;
        self.map(self.given.space, frame, address, READ_WRITE)?;
        Ok(frame)
    }

    /// Sets priority and a plain time slice of a scheduling context.
    pub(crate) fn schedule(&self, context: SchedContext, priority: u8) -> Outcome {
        let time = Budget {
            budget_ns: SLICE,
            period_ns: SLICE,
        };
        self.budget(context, priority, time)
    }

    /// Sets priority and budget of a scheduling context.
    pub(crate) fn budget(&self, context: SchedContext, priority: u8, time: Budget) -> Outcome {
        done(
            "setting time",
            self.given.control.configure(context, priority, time),
        )
    }

    /// Takes the next fault, which must have been made already; it must be answered.
    pub(crate) fn fault(&self) -> Outcome<Fault> {
        let received = done("receiving a fault", weft_sys::recv(self.faults, self.reply))?;
        expect("a fault message", received.info.is_fault(), true)?;
        let [kind, ip, address, code, ..] = received.words;
        let kind = FaultKind::from_number(kind).ok_or("a kind that is none")?;
        Ok(Fault {
            robot: received.badge,
            kind,
            ip,
            address,
            code,
        })
    }

    /// Answers the fault so that the thread goes on.
    pub(crate) fn resume(&self) -> Outcome {
        self.answer(FaultLabel::RESUME)
    }

    /// Answers the fault so that the thread stays stopped.
    pub(crate) fn stop(&self) -> Outcome {
        self.answer(FaultLabel::RESUME + 1)
    }

    fn answer(&self, label: u32) -> Outcome {
        let info = MessageInfo::new(label, 0, 0);
        done(
            "answering a fault",
            weft_sys::reply(self.reply, info, [0; 6]),
        )
    }
}
