//! Reports of bugs: what happened, where, the registers, and the calls that led there.
//!
//! Written to the debug port and COM1 by polling, because nothing else can be relied on any more; then the
//! machine ends with [`BUG_CODE`].

use core::fmt::{self, Write};
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use x86_64::registers::control::Cr2;

use crate::acpi::PowerPorts;
use crate::power;
use crate::serial::{DebugPort, Distress};
use crate::smp::PerCore;
use weft_early::symbols::{self, Bytes};

/// The exit code of a kernel bug.
pub const BUG_CODE: u8 = 101;
/// Greatest number of calls that are shown.
const MAX_CALLS: usize = 32;

static REPORTING: AtomicBool = AtomicBool::new(false);
static SYMBOLS_AT: AtomicU64 = AtomicU64::new(0);
static SYMBOLS_BYTES: AtomicU64 = AtomicU64::new(0);

/// Registers as `trap.S` pushes them.
#[repr(C)]
pub(crate) struct Frame {
    r15: u64,
    r14: u64,
    r13: u64,
    r12: u64,
    r11: u64,
    r10: u64,
    r9: u64,
    r8: u64,
    rbp: u64,
    rdi: u64,
    rsi: u64,
    rdx: u64,
    rcx: u64,
    rbx: u64,
    rax: u64,
    vector: u64,
    error: u64,
    rip: u64,
    cs: u64,
    rflags: u64,
    rsp: u64,
    ss: u64,
}

impl fmt::Display for Frame {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            [
                ("rax", self.rax),
                ("rbx", self.rbx),
                ("rcx", self.rcx),
                ("rdx", self.rdx),
            ],
            [
                ("rsi", self.rsi),
                ("rdi", self.rdi),
                ("rbp", self.rbp),
                ("rsp", self.rsp),
            ],
            [
                ("r8 ", self.r8),
                ("r9 ", self.r9),
                ("r10", self.r10),
                ("r11", self.r11),
            ],
            [
                ("r12", self.r12),
                ("r13", self.r13),
                ("r14", self.r14),
                ("r15", self.r15),
            ],
            [
                ("rip", self.rip),
                ("flg", self.rflags),
                ("cs ", self.cs),
                ("ss ", self.ss),
            ],
        ];
        for row in rows {
            to.write_str(" ")?;
            row.iter()
                .try_for_each(|(name, value)| write!(to, " {name} {value:016x}"))?;
            to.write_str("\n")?;
        }
        Ok(())
    }
}

/// Tells where the kernel's symbol table is visible to the kernel.
pub(crate) fn set_symbols(address: u64, bytes: u64) {
    SYMBOLS_AT.store(address, Ordering::Relaxed);
    SYMBOLS_BYTES.store(bytes, Ordering::Release);
}

/// Reports a panic of the kernel and ends the machine.
pub fn bug(info: &PanicInfo<'_>) -> ! {
    begin();
    let _ = match info.location() {
        Some(at) => writeln!(
            Distress,
            "at {}:{}: {}",
            at.file(),
            at.line(),
            info.message()
        ),
        None => writeln!(Distress, "{}", info.message()),
    };
    calls(frame_pointer());
    end()
}

/// Reports an exception of the kernel and ends the machine.
pub(crate) extern "C" fn fatal(frame: &Frame) -> ! {
    begin();
    let cr2 = Cr2::read_raw();
    let what = if PerCore::is_guard(cr2) {
        "kernel stack overflow"
    } else {
        name(frame.vector)
    };
    let (error, cr2) = (frame.error, cr2);
    let _ = writeln!(
        Distress,
        "{what} (vector {}, error {error:#x}, cr2 {cr2:#x})",
        frame.vector
    );
    let _ = write!(Distress, "{frame}");
    call(frame.rip);
    calls(frame.rbp);
    end()
}

/// Reports where a non-maskable interrupt hit; the machine goes on.
pub(crate) extern "C" fn nmi(frame: &Frame) {
    let _ = writeln!(
        DebugPort,
        "weft: non-maskable interrupt at {:#x}",
        frame.rip
    );
    let _ = write!(DebugPort, "{frame}");
}

fn begin() {
    if REPORTING.swap(true, Ordering::AcqRel) {
        let _ = writeln!(
            Distress,
            "\nweft: kernel bug within the report of a kernel bug"
        );
        power::off(BUG_CODE, PowerPorts::default());
    }
    let _ = write!(Distress, "\nweft: kernel bug: ");
}

fn end() -> ! {
    let _ = writeln!(Distress, "weft: the machine stops here");
    power::off(BUG_CODE, PowerPorts::default())
}

const fn name(vector: u64) -> &'static str {
    match vector {
        0 => "division error",
        1 => "debug exception",
        3 => "breakpoint",
        6 => "undefined instruction",
        7 => "floating point",
        8 => "double fault",
        10 => "invalid task segment",
        11 => "segment not present",
        12 => "stack fault",
        13 => "general protection",
        14 => "page fault",
        18 => "machine check",
        _ => "exception",
    }
}

fn frame_pointer() -> u64 {
    let rbp: u64;
    // SAFETY:
    // 1. only reads a register.
    unsafe {
        core::arch::asm!("mov {}, rbp", out(reg) rbp, options(nomem, nostack, preserves_flags));
    }
    rbp
}

/// Follows the frame pointers; each frame begins with the caller's and the return address.
fn calls(mut frame: u64) {
    for _ in 0..MAX_CALLS {
        let (Some(next), Some(caller)) = (stack_word(frame), stack_word(frame.wrapping_add(8)))
        else {
            return;
        };
        call(caller);
        if next <= frame {
            return;
        }
        frame = next;
    }
}

fn stack_word(address: u64) -> Option<u64> {
    let inside = address.is_multiple_of(8) && PerCore::is_on_stack(address);
    if !inside {
        return None;
    }
    let word = core::ptr::with_exposed_provenance::<u64>(address as usize);
    // SAFETY:
    // 1. aligned and within a mapped stack; nothing else runs.
    Some(unsafe { word.read_volatile() })
}

fn call(address: u64) {
    let _ = write!(Distress, "  {address:016x}");
    if let Some(found) = symbols::find(&ImageSymbols, address) {
        let _ = Distress.write_char(' ');
        found.name(&ImageSymbols).for_each(|letter| {
            let _ = Distress.write_char(letter);
        });
        let _ = write!(Distress, "+{:#x}", found.offset);
    }
    let _ = Distress.write_char('\n');
}

/// The symbol section of the boot image.
struct ImageSymbols;

impl Bytes for ImageSymbols {
    fn byte(&self, offset: usize) -> Option<u8> {
        if offset as u64 >= SYMBOLS_BYTES.load(Ordering::Acquire) {
            return None;
        }
        let start = SYMBOLS_AT.load(Ordering::Relaxed);
        let byte = core::ptr::with_exposed_provenance::<u8>(start as usize + offset);
        // SAFETY:
        // 1. within the symbol section, which the direct map holds for ever; volatile, because user mode may
        //    write there.
        Some(unsafe { byte.read_volatile() })
    }
}
