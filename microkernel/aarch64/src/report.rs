//! Reports of bugs: what happened, where, the registers, and the calls that led there.
//!
//! Written to the serial port by polling, because nothing else can be relied on any more; then the machine
//! ends with [`BUG_CODE`].

use core::fmt::{self, Write};
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use weft_early::symbols::{self, Bytes};

use crate::board::Conduit;
use crate::power;
use crate::serial::Serial;
use crate::smp::PerCore;

/// The exit code of a kernel bug.
pub const BUG_CODE: u8 = 101;
/// Greatest number of calls that are shown.
const MAX_CALLS: usize = 32;

static REPORTING: AtomicBool = AtomicBool::new(false);
static SYMBOLS_AT: AtomicU64 = AtomicU64::new(0);
static SYMBOLS_BYTES: AtomicU64 = AtomicU64::new(0);

/// Registers as `trap.S` stores them.
#[repr(C)]
pub(crate) struct Frame {
    x: [u64; 31],
    sp: u64,
    elr: u64,
    esr: u64,
    far: u64,
    spsr: u64,
}

impl fmt::Display for Frame {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.x.iter().enumerate() {
            write!(to, "  x{index:<2} {value:016x}")?;
            if index % 4 == 3 {
                to.write_str("\n")?;
            }
        }
        writeln!(to, "  sp  {:016x}", self.sp)?;
        writeln!(to, "  pc  {:016x}  flg {:016x}", self.elr, self.spsr)
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
        Some(at) => writeln!(Serial, "at {}:{}: {}", at.file(), at.line(), info.message()),
        None => writeln!(Serial, "{}", info.message()),
    };
    calls(frame_pointer());
    end()
}

/// Reports an exception of the kernel and ends the machine.
pub(crate) extern "C" fn fatal(frame: &Frame) -> ! {
    if power::is_ending() {
        power::off(BUG_CODE, CONDUIT);
    }
    begin();
    let what = if PerCore::is_guard(frame.far) {
        "kernel stack overflow"
    } else {
        "exception"
    };
    let _ = writeln!(
        Serial,
        "{what} (syndrome {:#x}, address {:#x})",
        frame.esr, frame.far
    );
    let _ = write!(Serial, "{frame}");
    call(frame.elr);
    calls(frame.x[29]);
    end()
}

/// Without asking the device tree again: what QEMU's `virt` has at EL1.
const CONDUIT: Option<Conduit> = Some(Conduit::Hypervisor);

fn begin() {
    if REPORTING.swap(true, Ordering::AcqRel) {
        let _ = writeln!(
            Serial,
            "\nweft: kernel bug within the report of a kernel bug"
        );
        power::off(BUG_CODE, CONDUIT);
    }
    let _ = write!(Serial, "\nweft: kernel bug: ");
}

fn end() -> ! {
    let _ = writeln!(Serial, "weft: the machine stops here");
    power::off(BUG_CODE, CONDUIT)
}

fn frame_pointer() -> u64 {
    let frame: u64;
    // SAFETY:
    // 1. only reads a register.
    unsafe {
        core::arch::asm!("mov {}, x29", out(reg) frame, options(nomem, nostack, preserves_flags));
    }
    frame
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
    let _ = write!(Serial, "  {address:016x}");
    if let Some(found) = symbols::find(&ImageSymbols, address) {
        let _ = Serial.write_char(' ');
        found.name(&ImageSymbols).for_each(|letter| {
            let _ = Serial.write_char(letter);
        });
        let _ = write!(Serial, "+{:#x}", found.offset);
    }
    let _ = Serial.write_char('\n');
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
