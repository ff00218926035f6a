//! What kinds of instructions are told apart, on all architectures alike.

/// The kind of an instruction. Everything of no interest is [`Class::Plain`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Anything else.
    Plain,
    /// Writes the register of the page tables' root: `mov cr3`, `msr ttbr0_el1`, `msr ttbr1_el1`.
    RootWrite,
    /// Writes a model-specific or system register.
    MsrWrite,
    /// Interrupts another core: `wrmsr` of the x2APIC's command register, `msr icc_sgi1r_el1`.
    Send,
    /// Reads a model-specific or system register.
    MsrRead,
    /// Writes a base of thread-local data: `wrfsbase`, `wrgsbase`, `wrmsr` of FS's base, `msr tpidr*`.
    TlsWrite,
    /// Reads one: `rdfsbase`, `rdgsbase`, `mrs tpidr*`.
    TlsRead,
    /// `swapgs`.
    GsSwap,
    /// Invalidates translations: `invlpg`, `invpcid`, `tlbi`.
    Tlb,
    /// Other control of the processor: other control and debug registers, descriptor tables, `cpuid`, `at`.
    Control,
    /// Masks interrupts or access: `cli`, `sti`, `clac`, `stac`, `msr daif*`, `msr pan`.
    FlagWrite,
    /// Maintains caches: `clflush`, `wbinvd`, `dc`, `ic`.
    Cache,
    /// Clears a block by one instruction: `dc zva`.
    BlockClear,
    /// Saves vector registers: `fxsave`, `xsave*`, pairs of whole vectors by `stp`.
    VectorSave,
    /// Restores them.
    VectorRestore,
    /// Orders memory or instructions: `mfence`, `lfence`, `sfence`, `dmb`, `dsb`, `isb`, `sb`.
    Fence,
    /// Changes memory atomically. Of a pair of exclusives the store counts.
    Locked,
    /// Enters a higher level: `syscall`, `sysenter`, `int`, `svc`, `hvc`, `smc`.
    Entry,
    /// Returns from it: `sysret`, `sysexit`, `iret`, `eret`.
    Exit,
    /// Waits: `hlt`, `mwait`, `wfi`, `wfe`.
    Halt,
    /// Reads or writes an I/O port.
    PortIo,
    /// Reads a clock or a counter of the processor: `rdtsc`, `mrs cntvct_el0`, `mrs pmccntr_el0`.
    ClockRead,
    /// `rep movs`.
    RepCopy,
    /// `rep stos`.
    RepFill,
}

/// Whether each retired execution of an instruction is seen to access memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Memory {
    /// At least once: an execution without an access was stopped by a fault.
    Always,
    /// Perhaps, or in ways that cannot be seen.
    Unknown,
}

/// What is known of an instruction from its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decoded {
    /// Its kind.
    pub class: Class,
    /// Whether it accesses memory.
    pub memory: Memory,
    /// The general register whose value tells more: what a root is set to, or which register `wrmsr` writes.
    pub register: Option<u8>,
}
