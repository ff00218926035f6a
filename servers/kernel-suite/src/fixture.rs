//! What tests work with: a victim thread, where its faults arrive, and memory for more objects.

use alloc::{format, vec::Vec};

use libipc::abi::boot::{self, BootInfo};
use libipc::abi::cap::MemoryClass;
use libipc::abi::message::REGISTER_WORDS;
use libipc::abi::syscall::ThreadUses;
use libipc::abi::{FaultLabel, MessageInfo};
use libipc::objects::{
    AddressSpace, Budget, CNode, Notification, SchedContext, SchedControl, Start, Thread,
    ThreadConfiguration, Untyped,
};
use libipc::{CPtr, FaultKind, Kind, Refusal, Rights};
use weft_sys::page;

use crate::Failure;
use crate::probe::Probe;

/// The stack that the victim is given: root's, below what root uses.
const VICTIM_STACK: u64 = 0x0fff_0000;
/// The thread block that it is given.
pub(crate) const THREAD_BLOCK: u64 = 0x0123_4000;
const ENDPOINT: CPtr = CPtr(1000);
const VICTIM: CPtr = CPtr(1002);
const SCHED: CPtr = CPtr(1003);
const NOTIFICATION: CPtr = CPtr(1004);
const NURSERY: CPtr = CPtr(1005);
const FIRST_FREE: u32 = 1010;
/// log2 of the bytes of memory for what is taken back soon: room for six processes.
pub(crate) const NURSERY_BITS: u8 = 18;
/// A time slice, in ns.
pub(crate) const SLICE: u64 = 1_000_000;
/// Time without end, by slices.
pub(crate) const SLICES: Budget = Budget {
    budget_ns: SLICE,
    period_ns: SLICE,
};
/// A badged copy of the endpoint at which faults arrive.
pub(crate) const FAULTS: CPtr = CPtr(1001);
/// The greatest number of registers in a dump.
const REGISTERS: usize = 40;

/// A fault of the victim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What it is.
    pub(crate) kind: FaultKind,
    /// Where.
    pub(crate) ip: u64,
    /// The address concerned.
    pub(crate) address: u64,
}

/// What objects of a core are made from.
#[derive(Clone, Copy)]
pub(crate) struct Stock {
    /// The core's memory.
    pub(crate) memory: Untyped,
    /// The right to set priorities there.
    pub(crate) control: SchedControl,
}

/// The objects.
pub(crate) struct Fixture {
    /// For the cores but the first.
    pub(crate) others: Vec<Stock>,
    /// The memory of what ran only at boot.
    pub(crate) init: Untyped,
    memory: Untyped,
    /// What is taken back soon is made of this.
    nursery: Untyped,
    next: u32,
    /// The thread that runs probes, suspended between tests.
    pub(crate) victim: Thread,
    /// For tests that wait.
    pub(crate) notification: Notification,
}

/// Turns a refusal into a failure that says of what.
pub(crate) fn done<T>(what: &str, result: Result<T, Refusal>) -> Result<T, Failure> {
    result.map_err(|refusal| format!("{what} was refused: {refusal:?}"))
}

fn largest_of(info: &BootInfo, core: u8) -> Result<Untyped, Failure> {
    let untypeds = info.untypeds.iter().take(info.untyped_count as usize);
    let ram = untypeds.filter(|entry| entry.class == MemoryClass::Ram as u8 && entry.core == core);
    let largest = ram.max_by_key(|entry| entry.size);
    let largest = largest.ok_or_else(|| format!("core {core} has no memory"))?;
    Ok(Untyped::from(CPtr(largest.slot)))
}

/// The last piece of memory, which is that of what ran only at boot.
fn last_of(info: &BootInfo) -> Result<Untyped, Failure> {
    let last = info
        .untypeds
        .iter()
        .take(info.untyped_count as usize)
        .next_back();
    let last = last.ok_or_else(|| Failure::from("there is no memory"))?;
    Ok(Untyped::from(CPtr(last.slot)))
}

impl Fixture {
    /// Makes them from the largest piece of memory.
    pub(crate) fn new(info: &BootInfo) -> Result<Self, Failure> {
        let others = 1..info.cores as u8;
        let others = others.map(|core| {
            let memory = largest_of(info, core)?;
            let control = SchedControl::from(boot::sched_control(core));
            Ok::<_, Failure>(Stock { memory, control })
        });
        let fixture = Self {
            others: others.collect::<Result<_, _>>()?,
            init: last_of(info)?,
            memory: largest_of(info, 0)?,
            nursery: Untyped::from(NURSERY),
            next: FIRST_FREE,
            victim: Thread::from(VICTIM),
            notification: Notification::from(NOTIFICATION),
        };
        fixture.make(Kind::Untyped, NURSERY_BITS, NURSERY)?;
        fixture.make(Kind::Endpoint, 0, ENDPOINT)?;
        fixture.make(Kind::Thread, 0, VICTIM)?;
        fixture.make(Kind::SchedContext, 0, SCHED)?;
        fixture.make(Kind::Notification, 0, NOTIFICATION)?;
        let own = CNode::from(boot::CNODE);
        done(
            "the fault endpoint",
            own.mint(FAULTS, own, ENDPOINT, Rights::all(), 1),
        )?;
        fixture.configure(fixture.victim, AddressSpace::from(boot::SPACE), own, FAULTS)?;
        fixture.give_time(fixture.victim, SchedContext::from(SCHED))?;
        Ok(fixture)
    }

    /// Makes an object in a slot.
    fn make(&self, kind: Kind, size: u8, slot: CPtr) -> Result<(), Failure> {
        let made = self
            .memory
            .retype(kind, size, CNode::from(boot::CNODE), slot);
        made.map_err(|refusal| format!("no {kind:?}: {refusal:?}"))
    }

    /// Makes an object in a fresh slot.
    pub(crate) fn object<T: From<CPtr>>(&mut self, kind: Kind, size: u8) -> Result<T, Failure> {
        let slot = self.slot();
        self.make(kind, size, slot)?;
        Ok(T::from(slot))
    }

    /// Takes back what this makes of this program's own core, the slots as well.
    pub(crate) fn within(
        &mut self,
        run: impl FnOnce(&mut Self) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let first = self.next;
        core::mem::swap(&mut self.memory, &mut self.nursery);
        let result = run(self);
        core::mem::swap(&mut self.memory, &mut self.nursery);
        self.next = first;
        let own = CNode::from(boot::CNODE);
        done("taking back", own.revoke(self.nursery.cptr()))?;
        result
    }

    /// What objects of this program's own core are made from.
    pub(crate) fn own(&self) -> Stock {
        Stock {
            memory: self.memory,
            control: SchedControl::from(boot::sched_control(0)),
        }
    }

    /// Makes an object of a core's memory in a fresh slot.
    pub(crate) fn object_of<T: From<CPtr>>(
        &mut self,
        stock: Stock,
        kind: Kind,
        size: u8,
    ) -> Result<T, Failure> {
        let slot = self.slot();
        let made = stock
            .memory
            .retype(kind, size, CNode::from(boot::CNODE), slot);
        made.map_err(|refusal| format!("no {kind:?}: {refusal:?}"))?;
        Ok(T::from(slot))
    }

    /// An empty slot.
    pub(crate) fn slot(&mut self) -> CPtr {
        self.next += 1;
        CPtr(self.next)
    }

    /// Gives a thread a space, capabilities and a fault endpoint.
    pub(crate) fn configure(
        &self,
        thread: Thread,
        space: AddressSpace,
        cnode: CNode,
        fault_endpoint: CPtr,
    ) -> Result<(), Failure> {
        let holds = (cnode, fault_endpoint);
        self.configure_for(thread, space, holds, ThreadUses::empty())
    }

    /// As `configure`, of a thread that uses something of the processor.
    pub(crate) fn configure_for(
        &self,
        thread: Thread,
        space: AddressSpace,
        (cnode, fault_endpoint): (CNode, CPtr),
        uses: ThreadUses,
    ) -> Result<(), Failure> {
        let to = ThreadConfiguration {
            cnode,
            space,
            fault_endpoint,
            timeout_endpoint: CPtr::NULL,
            uses,
        };
        done("configuring a thread", thread.configure(to))
    }

    /// Gives a thread time at the highest priority, like this program's.
    pub(crate) fn give_time(&self, thread: Thread, sched: SchedContext) -> Result<(), Failure> {
        self.give_time_of(self.own(), thread, sched)
    }

    /// As `give_time`, of a core.
    pub(crate) fn give_time_of(
        &self,
        stock: Stock,
        thread: Thread,
        sched: SchedContext,
    ) -> Result<(), Failure> {
        let set = stock.control.configure(sched, 63, SLICES);
        done("configuring time", set)?;
        done("giving time", sched.bind(thread))
    }

    /// Lets a context allow time at the highest priority.
    pub(crate) fn configure_time(&self, sched: SchedContext) -> Result<(), Refusal> {
        self.own().control.configure(sched, 63, SLICES)
    }

    /// The victim's scheduling context.
    pub(crate) fn sched(&self) -> SchedContext {
        SchedContext::from(SCHED)
    }

    /// Lets another thread run a probe, in this program's space and with the victim's stack.
    pub(crate) fn start_other(&self, thread: Thread, probe: Probe) -> Result<(), Failure> {
        let own = CNode::from(boot::CNODE);
        self.configure(thread, AddressSpace::from(boot::SPACE), own, FAULTS)?;
        let start = Start {
            ip: probe.address(),
            sp: VICTIM_STACK,
            ..Start::default()
        };
        done("setting registers", thread.set_start(start))?;
        done("resuming", thread.resume())
    }

    /// Lets the victim run a probe.
    pub(crate) fn start(&self, probe: Probe, argument: u64) -> Result<(), Failure> {
        self.start_at(probe.address(), argument)
    }

    /// Lets the victim run from an address.
    pub(crate) fn start_at(&self, ip: u64, argument: u64) -> Result<(), Failure> {
        let arguments = [argument, 0];
        let start = Start {
            ip,
            sp: VICTIM_STACK,
            arguments,
            thread_block: THREAD_BLOCK,
        };
        // What a failed test left running is stopped first.
        self.stop()?;
        done("setting registers", self.victim.set_start(start))?;
        done("resuming", self.victim.resume())
    }

    /// Stops the victim.
    pub(crate) fn stop(&self) -> Result<(), Failure> {
        done("suspending", self.victim.suspend())
    }

    /// Waits for the victim's next fault; it must be answered.
    pub(crate) fn fault(&self) -> Result<Fault, Failure> {
        let received = done("receiving", weft_sys::recv(ENDPOINT, boot::REPLY))?;
        let [kind, ip, address, ..] = received.words;
        let kind = FaultKind::from_number(kind).filter(|_| received.info.is_fault());
        let kind = kind.ok_or_else(|| format!("no fault but {received:x?}"))?;
        Ok(Fault { kind, ip, address })
    }

    /// Lets the victim repeat the faulting instruction.
    pub(crate) fn retry(&self) -> Result<(), Failure> {
        self.answer(FaultLabel::RESUME)
    }

    fn answer(&self, label: u32) -> Result<(), Failure> {
        let info = MessageInfo::new(label, 0, 0);
        done(
            "answering",
            weft_sys::reply(boot::REPLY, info, [0; REGISTER_WORDS]),
        )
    }

    /// Runs a probe until it faults, and leaves the victim stopped there.
    pub(crate) fn run(&self, probe: Probe, argument: u64) -> Result<Fault, Failure> {
        self.start(probe, argument)?;
        let fault = self.fault()?;
        self.finish()?;
        Ok(fault)
    }

    /// Answers the fault that was received so that the victim stays stopped.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        self.answer(FaultLabel::RESUME + 1)?;
        self.stop()
    }

    /// The stopped victim's registers, in the order of the architecture's dump.
    pub(crate) fn registers(&self) -> Result<[u64; REGISTERS], Failure> {
        done("reading registers", self.victim.registers())?;
        let mut bytes = [0; REGISTERS * 8];
        page::read_batch(&mut bytes);
        let mut registers = [0; REGISTERS];
        for (register, word) in registers.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *register = u64::from_le_bytes(*word);
        }
        Ok(registers)
    }
}
