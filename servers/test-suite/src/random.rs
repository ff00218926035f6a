//! Random system calls: whatever a program asks for, the kernel goes on and nothing but its own things changes.
//!
//! The program (`random.rs` of the assistant) runs with a small CSpace that holds one of almost everything, all
//! made of one piece of memory. Below it in priority the suite's sentinel runs whenever the program does
//! not: it signals, and the suite then answers a fault, cancels what the program waits for, or, if the
//! program destroyed or stopped itself, revokes its memory and starts it anew with the next seed. A program that
//! counts nothing for too long is ended in the same way.

use alloc::format;

use libipc::abi::Syscall;
use libipc::abi::syscall::ThreadState;
use libipc::objects::{
    AddressSpace, Budget, CNode, Frame, Notification, Start, Thread, ThreadConfiguration, Untyped,
};
use libipc::{CPtr, FaultKind, Kind, Refusal, Rights, clock_ns};
use test_script::{Progress, Step};

use crate::bench::{Bench, READ_WRITE};
use crate::check::{Outcome, done, ensure, expect};
use crate::robot::LOW;
use crate::steps::signal;

crate::tests! {
    random_system_calls_harm_nobody_else
    what_a_random_program_had_can_be_used_again
    the_process_of_the_random_program_still_answers
}

/// System calls in all, unless the image was started with another number.
const CALLS: u64 = 1_000_000;
/// Calls that one start of the program makes at most: then it is started with another seed.
const PART: u64 = 1_000;
/// What the program can hardly or never do: it must not end the machine or fill the log, and a call, or an answer
/// to one, needs two threads that agree.
const UNREACHABLE: [Syscall; 6] = [
    Syscall::MachineOff,
    Syscall::LogWrite,
    Syscall::Call,
    Syscall::Send,
    Syscall::Reply,
    Syscall::ReplyRecv,
];
/// Priority of the program: above the sentinel, below the suite.
const PRIORITY: u8 = LOW + 2;
/// How long the program may run without a sign of life.
const PATIENCE_NS: u64 = 300_000_000;
/// log2 of the bytes that a program and all its objects are made of.
const MEMORY: u8 = 22;
/// log2 of its slots.
const SLOTS: u8 = 6;
/// The end of its stack, in the assistant's space.
const STACK_TOP: u64 = 0x2f00_0000;
const STACK_PAGES: u64 = 4;
/// Where the suite sees its message page.
const MESSAGE: u64 = 0x2f80_0000;
/// Where its record is, in both spaces.
const RECORD: u64 = 0x2f40_0000;

/// What all starts of the program share.
struct Arena {
    memory: Untyped,
    slots: CPtr,
    sentinel: Notification,
    seed: u64,
    count: Count,
}

/// What happened.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    starts: u64,
    calls: u64,
    faults: u64,
    cancelled: u64,
    destroyed: u64,
    silent: u64,
    accepted: u64,
    /// A bit for each number that was ever accepted.
    numbers: u64,
}

/// What the suite does about the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It goes on.
    GoesOn,
    /// It made all its calls.
    Finished,
    /// It cannot go on.
    Over,
}

fn random_system_calls_harm_nobody_else(bench: &mut Bench) -> Outcome {
    let calls = calls_wanted(bench)?;
    let mut arena = Arena::new(bench)?;
    while arena.count.calls < calls {
        arena.start(bench)?;
        while arena.watch(bench)? == Verdict::GoesOn {}
        arena.count();
        arena.clean()?;
    }
    libipc::log!("random system calls: {:?}", arena.count);
    ensure(
        || arena.count.faults > calls / 10,
        "hardly any call was faulty",
    )
}

/// The number in the image's arguments (`random=N`), or the usual one.
fn calls_wanted(bench: &Bench) -> Outcome<u64> {
    let arguments = done("asking root", bench.given.system.boot_arguments())?;
    let text = core::str::from_utf8(&arguments).unwrap_or_default();
    let wanted = text
        .split_whitespace()
        .find_map(|word| word.strip_prefix("random="));
    wanted.map_or(Ok(CALLS), |number| {
        number
            .parse()
            .map_err(|_| format!("random={number} is no number of calls"))
    })
}

impl Arena {
    fn new(bench: &mut Bench) -> Outcome<Self> {
        let assist = bench.given.assist.object();
        for page in 1..=STACK_PAGES {
            let frame: Frame = bench.object(Kind::Frame, 12)?;
            bench.map(assist, frame, STACK_TOP - page * 4096, READ_WRITE)?;
        }
        let record = bench.own_page(RECORD)?;
        let there: Frame = bench.copy(record.cptr(), READ_WRITE)?;
        bench.map(assist, there, RECORD, READ_WRITE)?;
        // The page tables for the message page stay, whatever becomes of the thread.
        let frame = bench.own_page(MESSAGE)?;
        done("unmapping", frame.unmap())?;
        let sentinel: Notification = bench.object(Kind::Notification, 0)?;
        let robot = bench.robot(LOW)?;
        robot.give_badged(1, sentinel.cptr(), Rights::WRITE, 1)?;
        bench.run(robot, &[signal(1), Step::go_to(0)])?;
        Ok(Self {
            memory: bench.object(Kind::Untyped, MEMORY)?,
            slots: bench.slots(8),
            sentinel,
            seed: 0x0057_4546_5446_555a,
            count: Count::default(),
        })
    }

    fn slot(&self, index: u32) -> CPtr {
        CPtr(self.slots.0 + index)
    }

    fn cnode(&self) -> CNode {
        CNode::from(self.slot(0))
    }

    fn thread(&self) -> Thread {
        Thread::from(self.slot(1))
    }

    /// Makes everything anew and lets the program run.
    fn start(&mut self, bench: &Bench) -> Outcome {
        self.count.starts += 1;
        self.seed = self
            .seed
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(1);
        let made = |kind, size, slot| self.memory.retype(kind, size, CNode::OWN, slot);
        done("a CNode", made(Kind::CNode, SLOTS, self.slot(0)))?;
        done("a thread", made(Kind::Thread, 0, self.slot(1)))?;
        done("a context", made(Kind::SchedContext, 0, self.slot(2)))?;
        self.fill(bench)?;
        self.configure(bench)?;
        write_record(Progress {
            wanted: PART,
            ..Progress::default()
        });
        let start = Start {
            ip: bench.given.entries.random,
            sp: STACK_TOP - 8,
            arguments: [self.seed, RECORD],
            thread_block: 0,
        };
        done("setting registers", self.thread().set_start(start))?;
        done("resuming", self.thread().resume())
    }

    /// One of almost everything, in slots 1 to 23 of the program's CNode.
    fn fill(&self, bench: &Bench) -> Outcome {
        let cnode = self.cnode();
        let objects = [
            (Kind::Untyped, 16),
            (Kind::Endpoint, 0),
            (Kind::Endpoint, 0),
            (Kind::Notification, 0),
            (Kind::Notification, 0),
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
        for (slot, (kind, size)) in (1..).zip(objects) {
            let made = self.memory.retype(kind, size, cnode, CPtr(slot));
            done(&format!("a {kind:?}"), made)?;
        }
        let given = [
            (16, self.slot(0)),
            (17, self.slot(1)),
            (18, self.slot(2)),
            (19, bench.given.assist.slot()),
        ];
        for (slot, from) in given {
            let copied = cnode.copy(CPtr(slot), CNode::OWN, from, Rights::all());
            done("a copy", copied)?;
        }
        let (ports, _) = bench.given.timer;
        let devices = [
            (21, bench.given.irqs.cptr(), Rights::all()),
            (22, ports.ports.cptr(), Rights::all()),
            (23, bench.given.log.cptr(), Rights::READ),
        ];
        for (slot, from, rights) in devices {
            let copied = cnode.copy(CPtr(slot), CNode::OWN, from, rights);
            done("a copy", copied)?;
        }
        let control = bench.given.control.cptr();
        let minted = cnode.mint(
            CPtr(20),
            CNode::OWN,
            control,
            Rights::all(),
            PRIORITY.into(),
        );
        done("the right to set priorities", minted)
    }

    fn configure(&self, bench: &Bench) -> Outcome {
        let fault_endpoint = self.slot(3);
        let minted = CNode::OWN.mint(fault_endpoint, CNode::OWN, bench.faults, Rights::all(), 99);
        done("a fault endpoint", minted)?;
        let to = ThreadConfiguration {
            cnode: self.cnode(),
            space: bench.given.assist.object(),
            fault_endpoint,
        };
        done("configuring", self.thread().configure(to))?;
        let mapped = self.thread().map_message_page(bench.given.space, MESSAGE);
        done("a message page", mapped)?;
        let time = Budget {
            budget_ns: PATIENCE_NS / 2,
            period_ns: PATIENCE_NS * 2,
        };
        let context = libipc::objects::SchedContext::from(self.slot(2));
        bench.budget(context, PRIORITY, time)?;
        done("giving time", context.bind(self.thread()))
    }

    /// Waits until the program does not run, and decides about it.
    fn watch(&mut self, bench: &Bench) -> Outcome<Verdict> {
        match self.sentinel.wait_until(clock_ns() + PATIENCE_NS) {
            Ok(_) => {}
            Err(Refusal::TimedOut) => {
                self.count.silent += 1;
                return Ok(Verdict::Over);
            }
            Err(refusal) => return Err(format!("waiting for the sentinel: {refusal:?}")),
        }
        let Ok(described) = self.thread().describe() else {
            self.count.destroyed += 1;
            return Ok(Verdict::Over);
        };
        match described.state {
            Some(ThreadState::Faulted) => self.faulted(bench),
            Some(
                ThreadState::Sending
                | ThreadState::Receiving
                | ThreadState::AwaitingReply
                | ThreadState::Waiting,
            ) => self.cancel(),
            _ => {
                self.count.destroyed += 1;
                Ok(Verdict::Over)
            }
        }
    }

    fn faulted(&mut self, bench: &Bench) -> Outcome<Verdict> {
        self.count.faults += 1;
        let fault = bench.fault()?;
        match fault.kind {
            FaultKind::BadSyscall => {
                bench.resume()?;
                Ok(Verdict::GoesOn)
            }
            FaultKind::Undefined => {
                bench.stop()?;
                Ok(Verdict::Finished)
            }
            _ => {
                bench.stop()?;
                self.count.destroyed += 1;
                Ok(Verdict::Over)
            }
        }
    }

    fn cancel(&mut self) -> Outcome<Verdict> {
        self.count.cancelled += 1;
        done("cancelling", self.thread().suspend())?;
        // Without CSpace, memory or time it cannot go on.
        match self.thread().resume() {
            Ok(()) => Ok(Verdict::GoesOn),
            Err(_) => Ok(Verdict::Over),
        }
    }

    /// Adds up what the program tells.
    fn count(&mut self) {
        let told = read_record();
        self.count.calls += told.made.min(PART);
        self.count.accepted += told.accepted.min(PART);
        self.count.numbers |= told.numbers;
    }

    /// Looks at all that the program holds, and takes its memory back.
    fn clean(&self) -> Outcome {
        self.inspect()?;
        done("revoking", CNode::OWN.revoke(self.memory.cptr()))?;
        // What is left is a copy of something that was never the program's.
        let _ = CNode::OWN.delete(self.slot(3));
        for slot in 0..4 {
            expect("a slot", CNode::OWN.inspect(self.slot(slot)), Ok(None))?;
        }
        let free = done("describing", self.memory.describe())?.free;
        expect("free memory", free, 1 << MEMORY)?;
        // The sentinel's last signal may be about the old program.
        let _ = self.sentinel.poll();
        Ok(())
    }

    /// The kernel's own description of each slot agrees with itself.
    fn inspect(&self) -> Outcome {
        let Ok(count) = self.cnode().count() else {
            return Ok(());
        };
        let mut used = 0;
        for slot in 1..1 << SLOTS {
            let found = done("looking", self.cnode().inspect(CPtr(slot)))?;
            let Some(found) = found else { continue };
            used += 1;
            ensure(|| found.identity != 0, "a capability to nothing")?;
        }
        expect("slots in use", used, count.used)
    }
}

fn record() -> *mut Progress {
    core::ptr::with_exposed_provenance_mut(RECORD as usize)
}

fn write_record(progress: Progress) {
    // SAFETY:
    // 1. the arena mapped a page there, writable, and no reference to it exists.
    unsafe { record().write_volatile(progress) }
}

fn read_record() -> Progress {
    // SAFETY:
    // 1. the arena mapped a page there, and every bit pattern is a record.
    unsafe { record().read_volatile() }
}

fn what_a_random_program_had_can_be_used_again(bench: &mut Bench) -> Outcome {
    let mut arena = Arena::new(bench)?;
    for _ in 0..3 {
        arena.start(bench)?;
        while arena.watch(bench)? == Verdict::GoesOn {}
        arena.clean()?;
        fill_memory(bench, arena.memory)?;
    }
    (0..8).try_for_each(|_| {
        let space: AddressSpace = bench.object(Kind::AddressSpace, 0)?;
        done("deleting", CNode::OWN.delete(space.cptr()))
    })
}

fn the_process_of_the_random_program_still_answers(bench: &mut Bench) -> Outcome {
    let (entries, _) = done("asking the assistant", bench.given.assistant.introduce())?;
    expect("its answer", entries.random, bench.given.entries.random)
}

/// Makes frames of all of a piece of memory, and takes them back.
fn fill_memory(bench: &mut Bench, memory: Untyped) -> Outcome {
    let count = 1 << (MEMORY - 12);
    let first = bench.slots(count);
    let made = memory.retype_many(Kind::Frame, 12, CNode::OWN, first, count.into());
    done("making frames of all of it", made)?;
    let none = memory.retype(Kind::Endpoint, 0, CNode::OWN, bench.slot());
    expect("one more", none, Err(Refusal::NoMemory))?;
    done("revoking", CNode::OWN.revoke(memory.cptr()))
}
