//! The processor: what it can do, and how it is set up.
//!
//! What CPUID does not show is done without and named in [`Features`]'s text, so that the absence of a
//! protection is seen, and so are cores that are not used. NX and long mode are not optional: `boot.S` refuses to start
//! without them.

use core::arch::x86_64::{__cpuid, __cpuid_count, _rdtsc};
use core::fmt;

use weft_hal::Counters;
use x86_64::registers::control::{Cr0, Cr0Flags, Cr4, Cr4Flags};
use x86_64::registers::model_specific::{Efer, EferFlags, Msr};
use x86_64::registers::xcontrol::{XCr0, XCr0Flags};

use crate::entry::PAT;
use crate::smp::{LeftOut, PerCore};

unsafe extern "C" {
    fn weft_vectors_reset();
}

const IA32_PAT: u32 = 0x277;
const IA32_SYSENTER_CS: u32 = 0x174;

/// The parts of the vector registers, by their bits in XCR0: x87 and SSE, the upper halves of AVX, masks and the rest of
/// AVX-512. Others (bounds, protection keys, tiles) stay off.
const X87_SSE: u64 = 3;
const AVX: u64 = 1 << 2;
const AVX_512: u64 = 7 << 5;

/// Optional features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    /// Kernel mode cannot execute user pages.
    pub smep: bool,
    /// Kernel mode cannot touch user pages.
    pub smap: bool,
    /// User mode cannot read descriptor-table addresses.
    pub umip: bool,
    /// FS and GS base have instructions of their own.
    pub fsgsbase: bool,
    /// Damage that the processor notices is an exception instead of a silent stop.
    pub machine_check: bool,
    /// Entries can stay in the TLB when the root changes.
    pub global_pages: bool,
    /// TLB entries can be tagged with their address space, and stay when the root changes.
    pub pcid: bool,
    /// 1 GiB pages.
    pub huge_pages: bool,
    /// Vector registers can be saved in parts, which there are more of than those that every processor has.
    pub xsave: bool,
    /// Vector registers of 256 bits.
    pub avx: bool,
    /// Vector registers of 512 bits, and masks.
    pub avx512: bool,
    /// The interrupt controller has registers in MSRs.
    pub x2apic: bool,
    /// The time-stamp counter runs at a constant rate.
    pub invariant_tsc: bool,
    /// Bits of a physical address.
    pub physical_bits: u8,
}

impl Features {
    /// None at all.
    pub(crate) const NONE: Self = Self {
        smep: false,
        smap: false,
        umip: false,
        fsgsbase: false,
        machine_check: false,
        global_pages: false,
        pcid: false,
        huge_pages: false,
        xsave: false,
        avx: false,
        avx512: false,
        x2apic: false,
        invariant_tsc: false,
        physical_bits: 36,
    };

    /// Asks CPUID.
    pub(crate) fn detect() -> Self {
        let greatest = __cpuid(0).eax;
        let basic = __cpuid(1);
        let extended = if greatest >= 7 {
            __cpuid_count(7, 0)
        } else {
            __cpuid_count(0, 0)
        };
        let (ebx, ecx) = if greatest >= 7 {
            (extended.ebx, extended.ecx)
        } else {
            (0, 0)
        };
        let amd = __cpuid(0x8000_0000).eax;
        let leaf = |number: u32| {
            if amd >= number {
                Some(__cpuid(number))
            } else {
                None
            }
        };
        let xsave = bit(basic.ecx, 26);
        let parts = if xsave { __cpuid_count(0xd, 0).eax } else { 0 };
        let has = |wanted: u64| u64::from(parts) & wanted == wanted;
        Self {
            xsave,
            avx: has(AVX),
            avx512: has(AVX | AVX_512),
            smep: bit(ebx, 7),
            smap: bit(ebx, 20),
            umip: bit(ecx, 2),
            fsgsbase: bit(ebx, 0),
            machine_check: bit(basic.edx, 7),
            global_pages: bit(basic.edx, 13),
            // All tags at once are forgotten by way of global pages.
            pcid: bit(basic.ecx, 17) && bit(basic.edx, 13),
            huge_pages: leaf(0x8000_0001).is_some_and(|leaf| bit(leaf.edx, 26)),
            x2apic: bit(basic.ecx, 21) && !(bit(basic.ecx, 31) && is_emulated()),
            invariant_tsc: leaf(0x8000_0007).is_some_and(|leaf| bit(leaf.edx, 8)),
            physical_bits: leaf(0x8000_0008)
                .map_or(36, |leaf| leaf.eax.to_le_bytes()[0])
                .min(52),
        }
    }

    /// Which vector registers user mode can have, as XCR0 names them (SDM 1 §13.3); 0: those of every processor.
    pub(crate) fn vector_state(&self) -> u64 {
        let parts = [
            (self.xsave, X87_SSE),
            (self.avx, AVX),
            (self.avx512, AVX_512),
        ];
        let present = parts.iter().filter(|(present, _)| *present);
        present.fold(0, |state, (_, part)| state | part)
    }

    /// Which of the features that are here `other` lacks: the first.
    pub(crate) fn lacking(&self, other: &Self) -> Option<u8> {
        let missing = self.bits() & !other.bits();
        (missing != 0).then(|| missing.trailing_zeros() as u8)
    }

    /// What a feature is called that `lacking` gave.
    pub(crate) fn name(feature: u8) -> &'static str {
        NAMES.get(usize::from(feature)).copied().unwrap_or_default()
    }

    /// A bit for each that is there, in the order of the names.
    #[inline(never)]
    fn bits(&self) -> u32 {
        let all = [
            self.smep,
            self.smap,
            self.umip,
            self.fsgsbase,
            self.machine_check,
            self.global_pages,
            self.huge_pages,
            self.x2apic,
            self.invariant_tsc,
            self.xsave,
            self.avx,
            self.avx512,
            self.pcid,
        ];
        let bits = all.into_iter().rev();
        bits.fold(0, |bits, present| bits << 1 | u32::from(present))
    }
}

/// What the features are called.
const NAMES: [&str; 13] = [
    "SMEP",
    "SMAP",
    "UMIP",
    "FSGSBASE",
    "MCE",
    "PGE",
    "1GiB-pages",
    "x2APIC",
    "invariant-TSC",
    "XSAVE",
    "AVX",
    "AVX-512",
    "PCID",
];

/// Whether this is QEMU's translator. With instruction counting (`-icount`) it ends with "Bad icount read"
/// when the interrupt controller's timer is reached through MSRs, so there the controller is reached
/// through memory. `-cpu …,-hypervisor` hides the translator.
fn is_emulated() -> bool {
    let leaf = __cpuid(0x4000_0000);
    [leaf.ebx, leaf.ecx, leaf.edx]
        .map(u32::to_le_bytes)
        .as_flattened()
        == b"TCGTCGTCGTCG"
}

const fn bit(word: u32, number: u32) -> bool {
    word >> number & 1 == 1
}

impl fmt::Display for Features {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (has, all) = (self.bits(), (1 << NAMES.len()) - 1);
        list(to, "processor has", has)?;
        list(to, "; lacks", all & !has)?;
        if has == all {
            to.write_str(" nothing")?;
        }
        LeftOut.fmt(to)
    }
}

/// Writes a text, and what the features are called whose bits are set.
// One copy, for size.
#[inline(never)]
fn list(to: &mut fmt::Formatter<'_>, text: &str, bits: u32) -> fmt::Result {
    to.write_str(text)?;
    for (index, name) in NAMES.iter().enumerate() {
        if bits >> index & 1 == 1 {
            to.write_str(" ")?;
            to.write_str(name)?;
        }
    }
    Ok(())
}

/// Turns on every protection that `features` has; user mode has no floating point and no vectors before it is given them
/// (`vectors.S`), and no counters before [`set_counters`] opens them.
///
/// Needs the kernel's final page tables.
pub(crate) fn harden(features: &Features) {
    set_msr(IA32_PAT, PAT);
    // SYSENTER with a null selector is a fault: the only way in is SYSCALL.
    set_msr(IA32_SYSENTER_CS, 0);
    write_efer(Efer::read() | EferFlags::SYSTEM_CALL_EXTENSIONS | EferFlags::NO_EXECUTE_ENABLE);
    write_cr0(
        Cr0Flags::PROTECTED_MODE_ENABLE
            | Cr0Flags::EXTENSION_TYPE
            | Cr0Flags::NUMERIC_ERROR
            | Cr0Flags::WRITE_PROTECT
            | Cr0Flags::PAGING
            | Cr0Flags::MONITOR_COPROCESSOR,
    );
    let mut cr4 =
        Cr4Flags::PHYSICAL_ADDRESS_EXTENSION | Cr4Flags::OSFXSR | Cr4Flags::OSXMMEXCPT_ENABLE;
    cr4.insert(Cr4Flags::TIMESTAMP_DISABLE);
    cr4.set(Cr4Flags::OSXSAVE, features.xsave);
    cr4.set(Cr4Flags::MACHINE_CHECK_EXCEPTION, features.machine_check);
    cr4.set(
        Cr4Flags::SUPERVISOR_MODE_EXECUTION_PROTECTION,
        features.smep,
    );
    cr4.set(Cr4Flags::SUPERVISOR_MODE_ACCESS_PREVENTION, features.smap);
    cr4.set(Cr4Flags::USER_MODE_INSTRUCTION_PREVENTION, features.umip);
    cr4.set(Cr4Flags::FSGSBASE, features.fsgsbase);
    write_cr4(cr4);
    reset_vectors(features);
}

/// Lets user mode read the time-stamp counter by RDTSC and RDTSCP, or makes that a fault (SDM 3A §2.5, CR4.TSD). RDPMC
/// always is one: CR4.PCE stays clear.
pub(crate) fn set_counters(counters: Counters) {
    let mut cr4 = Cr4::read();
    cr4.set(Cr4Flags::TIMESTAMP_DISABLE, counters == Counters::Closed);
    write_cr4(cr4);
}

/// Nothing of what was there before stays in vector registers, and nobody may use them.
fn reset_vectors(features: &Features) {
    let state = features.vector_state();
    PerCore::current().vector_state.set(state);
    if let Some(parts) = XCr0Flags::from_bits(state).filter(|_| features.xsave) {
        // SAFETY:
        // 1. every part is one that CPUID shows, and OSXSAVE is set.
        unsafe { XCr0::write(parts) };
    }
    // SAFETY:
    // 1. vector registers may be used here; compiled code of the kernel has none.
    unsafe { weft_vectors_reset() };
    write_cr0(Cr0::read() | Cr0Flags::TASK_SWITCHED);
}

/// Lets global entries stay in the TLB when the root changes, and those that are tagged, if the processor can, and forgets
/// everything once. The root register holds no tag.
pub(crate) fn keep_entries(features: &Features) {
    let mut cr4 = Cr4::read();
    cr4.set(Cr4Flags::PAGE_GLOBAL, features.global_pages);
    cr4.set(Cr4Flags::PCID, features.pcid);
    write_cr4(cr4);
}

/// Forgets all TLB entries of this core, global ones too, whatever their tags: so does a change of CR4.PGE
/// (SDM 3A §4.10.4.1).
pub(crate) fn forget_all() {
    let cr4 = Cr4::read();
    write_cr4(cr4 ^ Cr4Flags::PAGE_GLOBAL);
    write_cr4(cr4);
}

fn write_efer(flags: EferFlags) {
    // SAFETY:
    // 1. flags keep memory accesses as they are: long mode and NX, which boot.S turned on, stay on.
    unsafe { Efer::write(flags) };
}

fn write_cr0(flags: Cr0Flags) {
    // SAFETY:
    // 1. paging and write protection stay on; the kernel is built without floating point and vectors.
    unsafe { Cr0::write(flags) };
}

fn write_cr4(flags: Cr4Flags) {
    // SAFETY:
    // 1. every flag is one that CPUID shows; no kernel mapping is a user mapping, so SMEP and SMAP hold.
    unsafe { Cr4::write(flags) };
}

/// Reads a model-specific register that exists on every x86_64 processor or whose feature was checked.
pub(crate) fn msr(number: u32) -> u64 {
    // SAFETY:
    // 1. reading a register has no effect on memory; callers name registers that exist.
    unsafe { Msr::new(number).read() }
}

/// Writes a model-specific register that holds no address the kernel relies on, or the right one.
pub(crate) fn set_msr(number: u32, value: u64) {
    // SAFETY:
    // 1. callers in this crate write the interrupt controller, entry points and segment bases of this core.
    unsafe { Msr::new(number).write(value) };
}

/// The time-stamp counter.
pub(crate) fn time_stamp() -> u64 {
    // SAFETY:
    // 1. the instruction exists on every x86_64 processor and only reads.
    unsafe { _rdtsc() }
}
