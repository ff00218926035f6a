//! The processor: what it can do, and how it is set up.

use core::arch::asm;
use core::fmt;

use weft_early::DIRECT_MAP;
use weft_hal::{Counters, Text};

use crate::entry::MAIR;
use crate::identify::Source;

unsafe extern "C" {
    fn weft_vectors_reset();
}

/// SCTLR_EL1 when the MMU is switched on: RES1 bits, caches, stack alignment checks, cache maintenance and
/// WFE by user mode as usual. `boot.S` loads it.
pub(crate) const SCTLR: u64 = 0x30d0_0800
    | 1 << 0 // MMU
    | 1 << 2 // data cache
    | 1 << 3 // stack alignment, kernel
    | 1 << 4 // stack alignment, user
    | 1 << 12 // instruction cache
    | 1 << 14 // DC ZVA by user mode
    | 1 << 15 // CTR_EL0 by user mode
    | 1 << 18; // WFE by user mode
/// What is writable is never executable.
const WRITE_NEVER_EXECUTE: u64 = 1 << 19;
/// Clear: exceptions set PAN.
const KEEP_PAN: u64 = 1 << 23;

/// TCR_EL1: 48-bit halves, 4 KiB pages, write-back shareable walks; the physical size is added.
pub(crate) const TCR: u64 = 16 // user half
    | 1 << 8
    | 1 << 10
    | 3 << 12
    | 16 << 16 // kernel half
    | 1 << 24
    | 1 << 26
    | 3 << 28
    | 2 << 30;

/// In TCR_EL1: ASIDs have 16 bits instead of 8 (Arm ARM D24.2.188).
const ASID_16: u64 = 1 << 36;

/// Optional features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    /// Kernel mode cannot touch user pages.
    pub pan: bool,
    /// Atomic instructions of ARMv8.1 (the kernel is built without).
    pub lse: bool,
    /// Speculation barrier as an instruction (the kernel uses DSB and ISB).
    pub sb: bool,
    /// Address spaces are tagged in the TLB with 16 bits instead of 8.
    pub asid_16: bool,
    /// Bits of a physical address.
    pub physical_bits: u8,
}

impl Features {
    /// None at all.
    pub(crate) const NONE: Self = Self {
        pan: false,
        lse: false,
        sb: false,
        asid_16: false,
        physical_bits: 32,
    };

    /// Reads the identification registers.
    pub(crate) fn detect() -> Self {
        let field = |register: u64, at: u32| register >> at & 0xf;
        let size = field(memory_features_0(), 0);
        Self {
            pan: field(memory_features_1(), 20) != 0,
            lse: field(instruction_features_0(), 20) >= 2,
            sb: field(instruction_features_1(), 36) != 0,
            asid_16: field(memory_features_0(), 4) == 2,
            physical_bits: [32, 36, 40, 42, 44, 48]
                .get(size as usize)
                .copied()
                .unwrap_or(48),
        }
    }

    fn named(&self) -> [(&'static str, bool); 4] {
        [
            ("PAN", self.pan),
            ("LSE", self.lse),
            ("SB", self.sb),
            ("ASID16", self.asid_16),
        ]
    }
}

impl fmt::Display for Features {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("processor has")?;
        for (name, _) in self.named().iter().filter(|(_, present)| *present) {
            write!(to, " {}", Text(name))?;
        }
        to.write_str("; lacks")?;
        let mut missing = self
            .named()
            .into_iter()
            .filter(|(_, present)| !present)
            .peekable();
        if missing.peek().is_none() {
            to.write_str(" nothing")?;
        }
        missing.try_for_each(|(name, _)| write!(to, " {}", Text(name)))
    }
}

/// Reads a system register.
macro_rules! read {
    ($(#[$doc:meta])* $name:ident, $register:literal) => {
        $(#[$doc])*
        pub(crate) fn $name() -> u64 {
            let value;
            // SAFETY:
            // 1. the register exists at EL1 on every ARMv8-A processor; reading it changes nothing.
            unsafe {
                asm!(concat!("mrs {}, ", $register), out(reg) value, options(nomem, nostack));
            }
            value
        }
    };
}

/// Writes a system register.
macro_rules! write {
    ($(#[$doc:meta])* $name:ident, $register:literal) => {
        $(#[$doc])*
        pub(crate) fn $name(value: u64) {
            // SAFETY:
            // 1. callers in this crate keep the kernel's memory, stack and vectors as they are.
            unsafe {
                asm!(concat!("msr ", $register, ", {}"), in(reg) value, options(nostack));
            }
        }
    };
}

read!(memory_features_0, "id_aa64mmfr0_el1");
read!(memory_features_1, "id_aa64mmfr1_el1");
read!(instruction_features_0, "id_aa64isar0_el1");
read!(instruction_features_1, "id_aa64isar1_el1");
read!(debug_features, "id_aa64dfr0_el1");
read!(
    /// The result of the last translation.
    translation, "par_el1"
);
read!(
    /// The counter.
    counter, "cntvct_el0"
);
read!(
    /// The counter's rate in Hz.
    counter_hz, "cntfrq_el0"
);
read!(
    /// Interrupts that wait.
    pending, "isr_el1"
);
read!(
    /// The core's own data.
    own_data, "tpidr_el1"
);
read!(processor, "mpidr_el1");
read!(
    /// What the caches are like.
    cache_kind, "ctr_el0"
);
read!(system_control, "sctlr_el1");
read!(translation_control, "tcr_el1");
write!(set_system_control, "sctlr_el1");
write!(set_translation_control, "tcr_el1");
write!(set_memory_attributes, "mair_el1");
write!(
    /// Sets the core's own data.
    set_own_data, "tpidr_el1"
);
write!(
    /// Sets where exceptions go.
    set_vectors, "vbar_el1"
);
write!(
    /// Sets when the timer fires.
    set_timer_compare, "cntv_cval_el0"
);
write!(
    /// Switches the timer: 1 on, 0 off.
    set_timer_control, "cntv_ctl_el0"
);
write!(set_user_root, "ttbr0_el1");
write!(set_kernel_root, "ttbr1_el1");
write!(set_vector_access, "cpacr_el1");
write!(set_debug, "mdscr_el1");
write!(set_counter_access, "cntkctl_el1");
write!(set_performance_access, "pmuserenr_el0");
write!(set_performance_control, "pmcr_el0");
write!(set_performance_counters, "pmcntenset_el0");
write!(set_cycle_filter, "pmccfiltr_el0");

/// The core's affinity: level 3 in the highest byte, level 0 in the lowest.
pub(crate) fn affinity() -> u32 {
    let register = processor();
    (register & 0x00ff_ffff) as u32 | (register >> 8 & 0xff00_0000) as u32
}

/// Orders everything before against everything after, instructions included.
pub(crate) fn barrier() {
    // SAFETY:
    // 1. barriers change no state that Rust knows of.
    unsafe { asm!("dsb ish", "isb", options(nostack, preserves_flags)) };
}

/// Makes what was written before visible to other cores before what comes.
pub(crate) fn publish() {
    // SAFETY:
    // 1. barriers change no state that Rust knows of.
    unsafe { asm!("dsb ishst", options(nostack, preserves_flags)) };
}

/// Lets another core go first: QEMU runs it at once where all take turns.
pub(crate) fn give_way() {
    // SAFETY:
    // 1. a hint, which changes no state.
    unsafe { asm!("yield", options(nomem, nostack, preserves_flags)) };
}

/// Wakes cores that wait for an event.
pub(crate) fn wake_waiting() {
    // SAFETY:
    // 1. wakes others; changes no state of this core.
    unsafe { asm!("sev", options(nostack, preserves_flags)) };
}

/// Stops this core for ever; interrupts are masked in the kernel.
pub(crate) fn park() -> ! {
    loop {
        // SAFETY:
        // 1. waits; nothing is left to do.
        unsafe { asm!("wfi", options(nomem, nostack)) };
    }
}

/// Whether there is a performance unit that the architecture describes (Arm ARM, ID_AA64DFR0_EL1.PMUVer).
fn has_cycle_counter() -> bool {
    // 0: no such unit; 15: one of another kind.
    !matches!(debug_features() >> 8 & 0xf, 0 | 15)
}

/// Lets user mode read the cycle counter and nothing else of the performance unit (Arm ARM, PMUSERENR_EL0.CR), and
/// the virtual counter (CNTKCTL_EL1.EL0VCTEN); or makes that a fault. The timers and the physical counter always are one.
/// It counts from the next ERET on.
pub(crate) fn set_counters(counters: Counters) {
    const READ_CYCLES: u64 = 1 << 2;
    const VIRTUAL_COUNTER: u64 = 1 << 1;
    let (time, cycles) = match counters {
        Counters::Closed => (0, 0),
        Counters::Open => (VIRTUAL_COUNTER, READ_CYCLES),
    };
    set_counter_access(time);
    if has_cycle_counter() {
        set_performance_access(cycles);
    }
}

/// Lets the cycle counter count in user mode and kernel alike (Arm ARM, PMCCFILTR_EL0).
fn start_cycle_counter() {
    const CYCLES: u64 = 1 << 31;
    const ON: u64 = 1 << 0;
    const RESET_CYCLES: u64 = 1 << 2;
    const ALL_64_BITS: u64 = 1 << 6;
    if !has_cycle_counter() {
        return;
    }
    set_cycle_filter(0);
    set_performance_counters(CYCLES);
    set_performance_control(ON | RESET_CYCLES | ALL_64_BITS);
}

/// CPACR_EL1 that traps no vector instruction but those of SVE and SME (Arm ARM D24.2.33).
pub(crate) const VECTORS_OF_USER_AND_KERNEL: u64 = 3 << 20;

/// Nothing of what was there before stays in vector registers, and nobody may use them.
fn reset_vectors() {
    set_vector_access(VECTORS_OF_USER_AND_KERNEL);
    barrier();
    // SAFETY:
    // 1. vector registers may be used here; compiled code of the kernel has none.
    unsafe { weft_vectors_reset() };
    set_vector_access(0);
}

/// Turns on every protection; user mode has no floating point and no vectors before it is given them (`vectors.S`), and no
/// counters before [`set_counters`] opens them.
///
/// Needs page tables that show nothing writable and executable.
pub(crate) fn harden(features: &Features) {
    set_memory_attributes(MAIR);
    reset_vectors();
    set_debug(0);
    start_cycle_counter();
    set_counters(Counters::Closed);
    set_system_control((system_control() | WRITE_NEVER_EXECUTE) & !KEEP_PAN);
    if features.asid_16 {
        set_translation_control(translation_control() | ASID_16);
    }
    if features.pan {
        // SAFETY:
        // 1. the processor has PAN; the kernel never touches user pages. The encoding is MSR PAN, #1, which
        //    the assembler only knows for ARMv8.1.
        unsafe { asm!(".inst 0xd500419f", options(nostack, preserves_flags)) };
    }
    barrier();
}

/// This processor, for programs that ask what it has.
pub(crate) struct Own;

impl Source for Own {
    /// The address is only translated, as user mode would; what is read is the kernel's own view of that memory, if it
    /// has one.
    fn instruction(&self, address: u64) -> Option<u32> {
        if !address.is_multiple_of(4) {
            return None;
        }
        let physical = translated(translate_user, address)?;
        let own = DIRECT_MAP.checked_add(physical)?;
        translated(translate_kernel, own)?;
        let instruction = core::ptr::with_exposed_provenance::<u32>(own as usize);
        // SAFETY:
        // 1. the processor says that the kernel may read there, and a page does not end between the two.
        // 2. volatile, because user mode may write there.
        Some(unsafe { instruction.read_volatile() })
    }

    fn features(&self) -> u64 {
        instruction_features_0()
    }
}

/// Translates an address as a load of user mode would.
fn translate_user(address: u64) {
    // SAFETY:
    // 1. the instruction changes PAR_EL1 alone, and raises no exception.
    unsafe { asm!("at s1e0r, {}", in(reg) address, options(nostack)) };
}

/// Translates an address as a load of the kernel would.
fn translate_kernel(address: u64) {
    // SAFETY:
    // 1. the instruction changes PAR_EL1 alone, and raises no exception.
    unsafe { asm!("at s1e1r, {}", in(reg) address, options(nostack)) };
}

/// Where an address leads (Arm ARM D24.2.132, PAR_EL1); `None` if it may not be read.
fn translated(translate: fn(u64), address: u64) -> Option<u64> {
    const FAILED: u64 = 1;
    const PAGE: u64 = 0xf_ffff_ffff << 12;
    translate(address);
    barrier();
    let result = translation();
    (result & FAILED == 0).then_some(result & PAGE | address & 0xfff)
}
