//! Nothing of one program's registers reaches another: one fills all that there are, and passes the processor on in every
//! way there is; the other looks at all.

use alloc::boxed::Box;
use alloc::format;

use libipc::abi::boot;
use libipc::abi::syscall::{Syscall, ThreadUses};
use libipc::abi::{FaultLabel, MessageInfo};
use libipc::objects::{AddressSpace, CNode, SchedContext, Start, Thread};
use libipc::{CPtr, Kind, Rights};

use crate::calls::{Process, THERE, process};
use crate::fixture::{FAULTS, Fixture, done};
use crate::probe::{self, FILL, FILL_END, MESSAGE, Probe, lost, stranger};
use crate::{Failure, Test};

/// Turns of a loop that last several time slices.
pub(crate) const LONG: u64 = 20_000_000;
/// What the filling program gets to name its object and its reply object.
const OBJECT: CPtr = CPtr(1);
const REPLY: CPtr = CPtr(2);
const BADGE: u64 = 5;
/// The command of the filling program that names a reply object.
const REPLY_RECV: u64 = Syscall::ReplyRecv as u64;
/// Commands besides system calls.
const FAULT: u64 = 0xf0;
const LOOP: u64 = 0xf1;

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "a_call_passes_nothing_on_but_its_message",
        run: |fixture| both(fixture, call),
    },
    Test {
        name: "an_answer_passes_nothing_on_but_its_message",
        run: |fixture| both(fixture, answer),
    },
    Test {
        name: "a_signal_passes_nothing_on",
        run: |fixture| both(fixture, signal),
    },
    Test {
        name: "a_yield_passes_nothing_on",
        run: |fixture| {
            both(fixture, |fixture, look| {
                turns(fixture, look, Syscall::Yield as u64)
            })
        },
    },
    Test {
        name: "a_preemption_passes_nothing_on",
        run: |fixture| both(fixture, |fixture, look| turns(fixture, look, LOOP)),
    },
    Test {
        name: "a_fault_passes_nothing_on_but_what_it_is",
        run: |fixture| both(fixture, fault),
    },
    Test {
        name: "vector_registers_survive_preemption",
        run: vectors_survive,
    },
];

/// Does it with a thread that has used vector registers before, and with one that has not.
fn both(
    fixture: &mut Fixture,
    way: fn(&mut Fixture, Probe) -> Result<(), Failure>,
) -> Result<(), Failure> {
    way(fixture, probe::LOOK)?;
    way(fixture, probe::LOOK_USED)
}

fn call(fixture: &mut Fixture, look: Probe) -> Result<(), Failure> {
    let (endpoint, reply) = endpoint(fixture)?;
    let looking = Looking::begin(fixture, look, (Syscall::Recv, endpoint, reply), 0)?;
    let filling = Filling::new(fixture, FAULTS)?;
    filling.give(OBJECT, endpoint, Rights::WRITE)?;
    filling.begin(Syscall::Call as u64)?;
    looking.end(fixture, filling)
}

fn answer(fixture: &mut Fixture, look: Probe) -> Result<(), Failure> {
    let (endpoint, reply) = endpoint(fixture)?;
    let filling = Filling::new(fixture, FAULTS)?;
    filling.give(OBJECT, endpoint, Rights::READ)?;
    filling.give(REPLY, reply, Rights::all())?;
    filling.begin(REPLY_RECV)?;
    let looking = Looking::begin(fixture, look, (Syscall::Call, endpoint, CPtr::NULL), 0)?;
    looking.end(fixture, filling)
}

fn signal(fixture: &mut Fixture, look: Probe) -> Result<(), Failure> {
    let notification: CPtr = fixture.object(Kind::Notification, 0)?;
    let own = CNode::from(boot::CNODE);
    let badged = fixture.slot();
    let minted = own.mint(badged, own, notification, Rights::all(), BADGE);
    done("minting", minted)?;
    let wait = (Syscall::Wait, notification, CPtr::NULL);
    let looking = Looking::begin(fixture, look, wait, -1)?;
    let filling = Filling::new(fixture, FAULTS)?;
    filling.give(OBJECT, badged, Rights::WRITE)?;
    filling.begin(Syscall::Signal as u64)?;
    looking.end(fixture, filling)
}

fn turns(fixture: &mut Fixture, look: Probe, command: u64) -> Result<(), Failure> {
    let filling = Filling::new(fixture, FAULTS)?;
    filling.begin(command)?;
    let yields = (Syscall::Yield, CPtr::NULL, CPtr::NULL);
    let looking = Looking::begin(fixture, look, yields, 0)?;
    looking.end(fixture, filling)
}

fn fault(fixture: &mut Fixture, look: Probe) -> Result<(), Failure> {
    let (endpoint, reply) = endpoint(fixture)?;
    let own = CNode::from(boot::CNODE);
    let faults = fixture.slot();
    let minted = own.mint(faults, own, endpoint, Rights::all(), BADGE);
    done("minting", minted)?;
    let looking = Looking::begin(fixture, look, (Syscall::Recv, endpoint, reply), 0)?;
    let filling = Filling::new(fixture, faults)?;
    filling.begin(FAULT)?;
    looking.end(fixture, filling)
}

fn vectors_survive(fixture: &mut Fixture) -> Result<(), Failure> {
    let filling = Filling::new(fixture, FAULTS)?;
    filling.begin(LOOP)?;
    let keeping = Looking::new(fixture)?;
    keeping.start(probe::KEEP, [LONG, 0])?;
    let dump = keeping.dump(fixture, filling)?;
    dump.is_kept()
}

impl Dump {
    /// Fails unless it is what [`KEEP`](probe::KEEP) wants to keep.
    pub(crate) fn is_kept(&self) -> Result<(), Failure> {
        match lost(&self.0[STACK..]) {
            Some(at) => Err(format!("word {at} is {:#x}", self.0[STACK + at])),
            None => Ok(()),
        }
    }
}

/// An endpoint, and a reply object for its server.
fn endpoint(fixture: &mut Fixture) -> Result<(CPtr, CPtr), Failure> {
    let endpoint = fixture.object(Kind::Endpoint, 0)?;
    Ok((endpoint, fixture.object(Kind::Reply, 0)?))
}

/// A process that fills its registers.
struct Filling(Process);

impl Filling {
    fn new(fixture: &mut Fixture, faults: CPtr) -> Result<Self, Failure> {
        let stock = fixture.own();
        let process = process(fixture, stock, (FILL, FILL_END))?;
        let (thread, space, cnode) = (process.thread, process.space, process.cnode);
        fixture.configure_for(thread, space, (cnode, faults), ThreadUses::VECTORS)?;
        Ok(Self(process))
    }

    fn give(&self, slot: CPtr, from: CPtr, rights: Rights) -> Result<(), Failure> {
        let own = CNode::from(boot::CNODE);
        done("giving", self.0.cnode.copy(slot, own, from, rights))
    }

    /// Lets it run until it waits, or for a time slice.
    fn begin(&self, command: u64) -> Result<(), Failure> {
        let reply = match command {
            REPLY_RECV => u64::from(REPLY.0),
            _ => 0,
        };
        let start = Start {
            ip: THERE,
            sp: u64::from(OBJECT.0) | reply << 8 | command << 16,
            ..Start::default()
        };
        done("setting registers", self.0.thread.set_start(start))?;
        done("resuming", self.0.thread.resume())?;
        weft_sys::yield_now();
        Ok(())
    }
}

/// Where the stack pointer of a looking thread is, in words; behind it are the registers.
const STACK: usize = 128;

/// What a looking thread writes: its stack, and registers.
#[repr(C, align(64))]
pub(crate) struct Dump([u64; 640]);

/// A thread of this program that looks at its registers.
pub(crate) struct Looking {
    pub(crate) thread: Thread,
    dump: Box<Dump>,
}

impl Looking {
    /// A thread that may use vector registers.
    pub(crate) fn new(fixture: &mut Fixture) -> Result<Self, Failure> {
        let thread: Thread = fixture.object(Kind::Thread, 0)?;
        let sched: SchedContext = fixture.object(Kind::SchedContext, 0)?;
        let space = AddressSpace::from(boot::SPACE);
        let holds = (CNode::from(boot::CNODE), FAULTS);
        fixture.configure_for(thread, space, holds, ThreadUses::VECTORS)?;
        fixture.give_time(thread, sched)?;
        Ok(Self {
            thread,
            dump: Box::new(Dump([0; 640])),
        })
    }

    /// Makes one, and lets it run into its system call.
    fn begin(
        fixture: &mut Fixture,
        look: Probe,
        (call, object, reply): (Syscall, CPtr, CPtr),
        second: i64,
    ) -> Result<Self, Failure> {
        let looking = Self::new(fixture)?;
        let objects = u64::from(object.0) | u64::from(reply.0) << 32;
        looking.start(look, [objects, (second << 8) as u64 | call as u64])?;
        weft_sys::yield_now();
        Ok(looking)
    }

    /// Lets it run a probe.
    pub(crate) fn start(&self, probe: Probe, arguments: [u64; 2]) -> Result<(), Failure> {
        let stack = (&raw const self.dump.0[STACK]).expose_provenance();
        let start = Start {
            ip: probe.address(),
            sp: stack as u64,
            arguments,
            thread_block: 0,
        };
        done("setting registers", self.thread.set_start(start))?;
        done("resuming", self.thread.resume())
    }

    /// Waits until it has looked, and gives what it saw.
    fn dump(self, fixture: &Fixture, filling: Filling) -> Result<Dump, Failure> {
        let dump = self.see(fixture);
        done("stopping", filling.0.thread.suspend())?;
        dump
    }

    /// As `dump`, if nobody fills registers meanwhile.
    pub(crate) fn see(self, fixture: &Fixture) -> Result<Dump, Failure> {
        fixture.fault()?;
        fixture.finish()?;
        done("stopping", self.thread.suspend())?;
        // SAFETY:
        // 1. valid and aligned: it is a reference's. Volatile, because another thread wrote it, which stands still now.
        Ok(unsafe { (&raw const *self.dump).read_volatile() })
    }

    /// Stops it after its fault was taken.
    #[cfg(target_arch = "aarch64")]
    pub(crate) fn end_unseen(self, fixture: &Fixture) -> Result<(), Failure> {
        fixture.finish()?;
        done("stopping", self.thread.suspend())
    }

    /// Fails if it saw what is not its own, nor of a message.
    fn end(self, fixture: &Fixture, filling: Filling) -> Result<(), Failure> {
        let dump = self.dump(fixture, filling)?;
        match stranger(&dump.0[STACK..], is_message) {
            Some(at) => Err(format!("word {at} is {:#x}", dump.0[STACK + at])),
            None => Ok(()),
        }
    }
}

/// Whether a word may have come with a message: small numbers, the words that were sent, of a fault its information word,
/// its place and its code (0x02000000 on aarch64: an instruction of 32 bits that is not defined). Or it is what the
/// looking thread gave as its call's second argument.
fn is_message(word: u64) -> bool {
    const CODE: u64 = 1 << 25;
    const FOR_EVER: u64 = u64::MAX;
    let is_place = (THERE..THERE + 0x1000).contains(&word);
    let is_known = [MESSAGE, CODE, FOR_EVER].contains(&word);
    let info = MessageInfo(word);
    let is_fault = info.is_fault() && info.label() == FaultLabel::NUMBER;
    word < 0x1000 || is_place || is_known || is_fault
}
