//! The parts that threads play: each is an endless loop of system calls.
//!
//! A thread has the capabilities that the interface names, a stack of one page, and no message page that it
//! could reach: it talks in registers. What is measured is written out here and nowhere hidden, because these
//! instructions are part of the figures.

use core::arch::asm;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use libipc::CPtr;
use libipc::abi::MessageInfo;
use libipc::objects::Notification;
use proto::bench_peer::{ENDPOINT, Entries, REPLY, SIGNALS, WAITS};
use weft_sys::Words;
use weft_sys::measure::{begin, counter, end};

/// Where a thread begins.
type Entry = extern "C" fn(u64, u64) -> !;

const ONE: MessageInfo = MessageInfo::new(0, 1, 0);
const TWO: MessageInfo = MessageInfo::new(0, 2, 0);
const NOTHING: Words = [0; 6];

/// Turns of the counting thread, the only one that writes them.
static TURNS: AtomicU64 = AtomicU64::new(0);

/// Where threads begin.
pub(crate) fn entries() -> Entries {
    Entries {
        answers: address(answers),
        stamps: address(stamps),
        marks: address(marks),
        wakes: address(wakes),
        wakes_marked: address(wakes_marked),
        echoes: address(echoes),
        echoes_apart: address(echoes_apart),
        yields: address(yields),
        yields_marked: address(yields_marked),
        breaks: address(breaks),
        touches: address(touches),
        signals: address(signals),
        turns: address(turns_a_loop),
        answers_with_vectors: address(answers_with_vectors),
        oversleeps: address(oversleeps),
    }
}

fn address(entry: Entry) -> u64 {
    (entry as *const ()).addr() as u64
}

/// How many turns the counting thread has made.
pub(crate) fn turns() -> u64 {
    TURNS.load(Relaxed)
}

/// Answers with this information word.
extern "C" fn answers(info: u64, _: u64) -> ! {
    let _ = weft_sys::recv(CPtr(ENDPOINT), CPtr(REPLY));
    loop {
        let _ = weft_sys::reply_recv(CPtr(ENDPOINT), MessageInfo(info), NOTHING, CPtr(REPLY));
    }
}

extern "C" fn answers_with_vectors(info: u64, _: u64) -> ! {
    let _ = weft_sys::recv(CPtr(ENDPOINT), CPtr(REPLY));
    loop {
        weft_sys::measure::use_vectors();
        let _ = weft_sys::reply_recv(CPtr(ENDPOINT), MessageInfo(info), NOTHING, CPtr(REPLY));
    }
}

extern "C" fn oversleeps(least: u64, spread: u64) -> ! {
    let mut random = 1_u64;
    loop {
        // A generator of Lehmer's (Park and Miller, "Random number generators: good ones are hard to find", 1988).
        random = random * 16_807 % 0x7fff_ffff;
        let until = weft_sys::clock_ns() + least + random % spread;
        let _ = Notification::from(CPtr(WAITS)).wait_until(until);
        let late = weft_sys::clock_ns().wrapping_sub(until);
        let _ = weft_sys::call(CPtr(ENDPOINT), ONE, [late, 0, 0, 0, 0, 0]);
    }
}

extern "C" fn stamps(_: u64, _: u64) -> ! {
    let _ = weft_sys::recv(CPtr(ENDPOINT), CPtr(REPLY));
    loop {
        let came = counter();
        let answer = [came, counter(), 0, 0, 0, 0];
        let _ = weft_sys::reply_recv(CPtr(ENDPOINT), TWO, answer, CPtr(REPLY));
    }
}

extern "C" fn marks(_: u64, _: u64) -> ! {
    let mut received = weft_sys::recv(CPtr(ENDPOINT), CPtr(REPLY));
    loop {
        let [ended, begun, ..] = received.map_or(NOTHING, |received| received.words);
        end(ended);
        if begun != 0 {
            begin(begun);
        }
        received = weft_sys::reply_recv(CPtr(ENDPOINT), TWO, NOTHING, CPtr(REPLY));
    }
}

extern "C" fn wakes(_: u64, _: u64) -> ! {
    loop {
        let _ = Notification::from(CPtr(WAITS)).wait();
        tell(counter());
    }
}

extern "C" fn wakes_marked(figure: u64, _: u64) -> ! {
    loop {
        let _ = Notification::from(CPtr(WAITS)).wait();
        end(figure);
        tell(0);
    }
}

extern "C" fn echoes(_: u64, _: u64) -> ! {
    let (waits, signals) = (Notification::from(CPtr(WAITS)), CPtr(SIGNALS).into());
    let _ = waits.wait();
    loop {
        let _ = Notification::signal_and_wait(signals, waits);
    }
}

extern "C" fn echoes_apart(_: u64, _: u64) -> ! {
    loop {
        let _ = Notification::from(CPtr(WAITS)).wait();
        let _ = Notification::from(CPtr(SIGNALS)).signal();
    }
}

extern "C" fn yields(_: u64, _: u64) -> ! {
    loop {
        weft_sys::yield_now();
        tell(counter());
    }
}

extern "C" fn yields_marked(figure: u64, _: u64) -> ! {
    loop {
        weft_sys::yield_now();
        end(figure);
        tell(0);
    }
}

extern "C" fn breaks(figure: u64, _: u64) -> ! {
    again_and_again(figure, pass)
}

extern "C" fn touches(figure: u64, address: u64) -> ! {
    again_and_again(figure, || touch(address))
}

extern "C" fn turns_a_loop(_: u64, _: u64) -> ! {
    loop {
        TURNS.store(TURNS.load(Relaxed).wrapping_add(1), Relaxed);
    }
}

extern "C" fn signals(_: u64, _: u64) -> ! {
    let _ = Notification::from(CPtr(SIGNALS)).signal();
    loop {
        let _ = Notification::from(CPtr(WAITS)).wait();
    }
}

/// Does something that faults, as often as it is told; an answer with a word asks to mark it as the figure.
#[inline(always)]
fn again_and_again(figure: u64, fault: impl Fn()) -> ! {
    let mut took = 0;
    loop {
        let words = [took, 0, 0, 0, 0, 0];
        let answer = weft_sys::call(CPtr(ENDPOINT), ONE, words);
        took = 0;
        match answer {
            Ok(answer) if answer.words[0] != 0 => {
                begin(figure);
                fault();
                end(figure);
            }
            Ok(_) => {
                let before = counter();
                fault();
                took = counter().wrapping_sub(before);
            }
            Err(_) => weft_sys::stop(),
        }
    }
}

/// Sends one word to the benchmark.
fn tell(word: u64) {
    if weft_sys::send(CPtr(ENDPOINT), ONE, [word, 0, 0, 0, 0, 0]).is_err() {
        weft_sys::stop();
    }
}

#[inline(always)]
fn touch(address: u64) {
    let page = core::ptr::with_exposed_provenance::<u64>(address as usize);
    // SAFETY:
    // 1. the address is aligned, and the benchmark maps a page there before it lets the instruction end.
    // 2. nothing in this program writes there.
    let _ = unsafe { page.read_volatile() };
}

/// Raises an exception behind which a resumed thread goes on: a breakpoint.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn pass() {
    // SAFETY:
    // 1. the handler lets the thread go on behind the instruction, with all registers.
    unsafe { asm!("int3", options(nomem, nostack)) };
}

/// Raises an exception behind which a resumed thread goes on: a system call that does not exist. A breakpoint would be
/// repeated (Arm ARM D1.3, "preferred exception return address").
#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn pass() {
    const NO_CALL: u64 = 255;
    // SAFETY:
    // 1. the handler lets the thread go on behind the instruction.
    // 2. every register that a system call destroys is an operand, a clobber or pushed; the stack is balanced.
    unsafe {
        asm!(
            "stp x19, x29, [sp, #-16]!", "svc #0", "ldp x19, x29, [sp], #16",
            inlateout("x8") NO_CALL => _,
            lateout("x20") _, lateout("x21") _, lateout("x22") _, lateout("x23") _, lateout("x24") _,
            lateout("x25") _, lateout("x26") _, lateout("x27") _, lateout("x28") _,
            clobber_abi("C"),
        );
    }
}
