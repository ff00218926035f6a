//! Random system calls: whatever a program asks for, the kernel goes on and nothing but its own things changes.
//!
//! The program (`random.rs` of the assistant) runs with a small CSpace that holds one of almost everything, all
//! made of one piece of memory ([`program`]). Below it in priority the suite's sentinel runs whenever the program
//! does not: it signals, and the suite ([`arena`]) then answers a fault, cancels what the program waits for, or, if the
//! program destroyed or stopped itself, revokes its memory and starts it anew with the next seed. A program that
//! gives no sign of life for too long is ended in the same way.

mod arena;
mod program;

use alloc::format;

use libipc::abi::Syscall;
use libipc::objects::{AddressSpace, CNode, Untyped};
use libipc::{Kind, Refusal};

use crate::bench::Bench;
use crate::check::{Outcome, done, ensure, expect};
use crate::machine::WITHOUT_OBJECTS;
use arena::{Arena, Verdict};

crate::tests! {
    random_system_calls_harm_nobody_else
    what_a_random_program_had_can_be_used_again
    the_process_of_the_random_program_still_answers
}

/// System calls in all, unless the image was started with another number.
const CALLS: u64 = 1_000_000;
/// log2 of the bytes that a program and all its objects are made of.
const MEMORY: u8 = 22;
/// What the program can hardly or never do: it must not end the machine or fill the log, its priorities are below that
/// of deadlines, and a message needs two threads that agree.
const UNREACHABLE: [Syscall; 8] = [
    Syscall::SchedSetDeadline,
    Syscall::MachineOff,
    Syscall::LogWrite,
    Syscall::Call,
    Syscall::Send,
    Syscall::Recv,
    Syscall::Reply,
    Syscall::ReplyRecv,
];

fn random_system_calls_harm_nobody_else(bench: &mut Bench) -> Outcome {
    let calls = calls_wanted(bench)?;
    let mut arena = Arena::new(bench)?;
    while arena.count.calls < calls {
        arena.start(bench)?;
        while arena.watch(bench)? == Verdict::GoesOn {}
        arena.add_up();
        arena.clean()?;
    }
    libipc::log!("random system calls: {:?}", arena.count);
    ensure(
        || arena.count.faults > calls / 10,
        "hardly any call was faulty",
    )?;
    // Some calls are accepted a few times in a million by chance.
    if calls < CALLS {
        return Ok(());
    }
    match Syscall::ALL.iter().find(|call| is_missing(**call, &arena)) {
        Some(call) => Err(format!("{call:?} was never accepted")),
        None => Ok(()),
    }
}

fn is_missing(call: Syscall, arena: &Arena) -> bool {
    let out_of_reach = UNREACHABLE.contains(&call) || WITHOUT_OBJECTS.contains(&call);
    !out_of_reach && arena.count.numbers & 1 << (call as u64) == 0
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
