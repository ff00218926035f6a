//! Reports of bugs: what happened, where, the registers, and the calls that led there.
//!
//! Written to the debug port and COM1 by polling, because nothing else can be relied on any more; then the
//! machine ends. The other cores are stopped first; of cores that have a bug at the same time one reports.

use core::fmt::{self, Write};
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use weft_early::report::{BUG_CODE, Report, Scene, SymbolSection};
use weft_hal::Text;
use x86_64::registers::control::Cr2;

use crate::acpi::PowerPorts;
use crate::irq::LocalApic;
use crate::power;
use crate::serial::{DebugPort, Distress};
use crate::smp::{self, PerCore};

static REPORTING: AtomicBool = AtomicBool::new(false);
/// The core that reports; the number of none.
static REPORTER: AtomicU8 = AtomicU8::new(NOBODY);
const NOBODY: u8 = u8::MAX;
/// The kernel's symbols.
pub(crate) static SYMBOLS: SymbolSection = SymbolSection::new();

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
        let values = [
            self.rax,
            self.rbx,
            self.rcx,
            self.rdx,
            self.rsi,
            self.rdi,
            self.rbp,
            self.rsp,
            self.r8,
            self.r9,
            self.r10,
            self.r11,
            self.r12,
            self.r13,
            self.r14,
            self.r15,
            self.rip,
            self.rflags,
            self.cs,
            self.ss,
        ];
        for (name, value) in NAMES.iter().zip(values) {
            to.write_str(name)?;
            write!(to, " {value:016x}")?;
        }
        to.write_str("\n")
    }
}

/// What comes before each register of a report: four are on a line.
const NAMES: [&str; 20] = [
    "  rax", " rbx", " rcx", " rdx", //
    "\n  rsi", " rdi", " rbp", " rsp", //
    "\n  r8 ", " r9 ", " r10", " r11", //
    "\n  r12", " r13", " r14", " r15", //
    "\n  rip", " flg", " cs ", " ss ",
];

impl Scene for Distress {
    fn stack_word(&self, address: u64) -> Option<u64> {
        let inside = address.is_multiple_of(8) && PerCore::is_on_stack(address);
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
        power::off(BUG_CODE, PowerPorts::default())
    }
}

/// Begins a report of the core on one of whose stacks `address` is, with all others stopped, and gives the core's number.
#[inline(never)]
fn begin(address: u64) -> (Report<Distress>, u32) {
    let core = PerCore::of_stack(address).map_or(0, |core| core.id.get().0);
    match REPORTER.compare_exchange(NOBODY, core, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) if smp::is_alone() => {}
        Ok(_) => LocalApic::current().interrupt_others(),
        Err(reporter) if reporter == core => {}
        Err(_) => stop(),
    }
    (Report::begin(&REPORTING, Distress), core.into())
}

/// Stops this core for ever.
fn stop() -> ! {
    loop {
        x86_64::instructions::interrupts::disable();
        x86_64::instructions::hlt();
    }
}

/// Reports a panic of the kernel and ends the machine.
pub fn bug(info: &PanicInfo<'_>) -> ! {
    let frame = frame_pointer();
    let (mut report, core) = begin(frame);
    report.panic(info.location(), info.message());
    report.say(format_args!("on core {core}\n"));
    report.calls(frame);
    report.end()
}

/// Reports an exception of the kernel and ends the machine.
pub(crate) extern "C" fn fatal(frame: &Frame) -> ! {
    let (mut report, core) = begin((&raw const *frame).addr() as u64);
    let cr2 = Cr2::read_raw();
    let what = if PerCore::is_guard(cr2) {
        "kernel stack overflow"
    } else {
        name(frame.vector)
    };
    let (what, vector, error) = (Text(what), frame.vector, frame.error);
    report.say(format_args!(
        "{what} (vector {vector}, error {error:#x}, cr2 {cr2:#x})\n{frame}on core {core}\n"
    ));
    report.call(frame.rip);
    report.calls(frame.rbp);
    report.end()
}

/// Reports where a non-maskable interrupt hit, and the machine goes on; or stops the core, because another reports a bug.
pub(crate) extern "C" fn nmi(frame: &Frame) {
    let core = PerCore::current().id.get().0;
    let reporter = REPORTER.load(Ordering::Acquire);
    if reporter != NOBODY && reporter != core {
        stop();
    }
    let _ = writeln!(
        DebugPort,
        "weft: non-maskable interrupt on core {} at {:#x}",
        u32::from(core),
        frame.rip
    );
    let _ = write!(DebugPort, "{frame}");
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
