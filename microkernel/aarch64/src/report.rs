//! Reports of bugs: what happened, where, the registers, and the calls that led there.
//!
//! Written to the serial port by polling, because nothing else can be relied on any more; then the machine
//! ends. One core reports, and the others are stopped, those that are in the kernel excepted: they take no interrupts.

use core::fmt;
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use weft_early::report::{BUG_CODE, Report, Scene, SymbolSection};
use weft_hal::Text;

use crate::board::Conduit;
use crate::serial::Serial;
use crate::smp::PerCore;
use crate::{cpu, power, sgi};

static REPORTING: AtomicBool = AtomicBool::new(false);
/// The core that reports, counted from 1.
static REPORTER: AtomicU8 = AtomicU8::new(0);
/// The kernel's symbols.
pub(crate) static SYMBOLS: SymbolSection = SymbolSection::new();

/// Without asking the device tree again: what QEMU's `virt` has at EL1.
const CONDUIT: Option<Conduit> = Some(Conduit::Hypervisor);

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

impl Scene for Serial {
    fn stack_word(&self, address: u64) -> Option<u64> {
        let inside = address.is_multiple_of(8) && PerCore::current().is_on_stack(address);
        let word = core::ptr::with_exposed_provenance::<u64>(address as usize);
        // SAFETY:
        // 1. aligned and within a mapped stack; nothing else runs.
        inside.then(|| unsafe { word.read_volatile() })
    }

    fn symbol_byte(&self, offset: usize) -> Option<u8> {
        let address = SYMBOLS.address_of(offset)?;
        let byte = core::ptr::with_exposed_provenance::<u8>(address as usize);
        // SAFETY:
        // 1. within the symbol section, which the direct map holds for ever; volatile, because user mode may
        //    write there.
        Some(unsafe { byte.read_volatile() })
    }

    fn off(self) -> ! {
        power::off(BUG_CODE, CONDUIT)
    }
}

/// Begins the report, if no other core does, and gives the core's number.
#[inline(never)]
fn begin() -> (Report<Serial>, u32) {
    let core = PerCore::current().id();
    let own = core.0 + 1;
    let first = REPORTER.compare_exchange(0, own, Ordering::AcqRel, Ordering::Acquire);
    if first.is_err_and(|other| other != own) {
        cpu::park();
    }
    sgi::stop_others(core);
    (Report::begin(&REPORTING, Serial), core.0.into())
}

/// Reports a panic of the kernel and ends the machine.
pub fn bug(info: &PanicInfo<'_>) -> ! {
    let (mut report, core) = begin();
    report.panic(info.location(), info.message());
    report.say(format_args!("on core {core}\n"));
    report.calls(frame_pointer());
    report.end()
}

/// Reports an exception of the kernel and ends the machine.
pub(crate) extern "C" fn fatal(frame: &Frame) -> ! {
    if power::is_ending() {
        power::off(BUG_CODE, CONDUIT);
    }
    let (mut report, core) = begin();
    let what = if PerCore::current().is_guard(frame.far) {
        "kernel stack overflow"
    } else {
        "exception"
    };
    let (what, syndrome, address) = (Text(what), frame.esr, frame.far);
    report.say(format_args!(
        "{what} (syndrome {syndrome:#x}, address {address:#x})\n{frame}on core {core}\n"
    ));
    report.call(frame.elr);
    report.calls(frame.x[29]);
    report.end()
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
