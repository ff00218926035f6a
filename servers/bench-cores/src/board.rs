//! The pages that processes share: one by which the cores keep in step, and one a core with what it has counted.
//!
//! Cores wait for each other by looking again and again, and not by signals: a signal to another core is an interrupt,
//! and there are to be none while they measure.

use core::sync::atomic::{AtomicU64, Ordering};

/// Runs before the first sample, after which nothing is done for the first time any more.
pub(crate) const WARM_UP: usize = 16;
/// Samples of an operation on each core.
pub(crate) const SAMPLES: usize = 32;
/// Bytes in a page.
pub(crate) const PAGE: u64 = 4096;
/// Where processes have the board.
const BOARD: u64 = 0x4000_0000;
/// Where the one that measures has its core's sheet, and the director that of core 0; the others follow.
const SHEETS: u64 = BOARD + PAGE;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Nothing: what reading the counter takes.
    Counter,
    /// A call to another process and its answer, without words.
    Call,
    /// One page is mapped.
    Map,
    /// A read of a page that is missing, which another process maps.
    Fault,
    /// A signal for which nobody waits.
    Signal,
    /// A frame is made of memory, clearing included.
    Alloc,
}

impl Operation {
    /// All of them, in the order in which they are measured.
    pub(crate) const ALL: [Self; 6] = [
        Self::Counter,
        Self::Call,
        Self::Map,
        Self::Fault,
        Self::Signal,
        Self::Alloc,
    ];

    /// The mark of the one run that a core marks.
    pub(crate) const fn mark(self, core: u64) -> u64 {
        self as u64 + STEP * (core + 1)
    }

    /// The mark of the stretch in which all cores take samples.
    pub(crate) const fn phase(self) -> u64 {
        self as u64 + 1
    }
}

/// The mark of the stretch in which one core interrupts another, to see that this is seen.
pub(crate) const CONTROL: u64 = 15;
/// The mark of the stretch in which one core unmaps pages that another core knows as well.
pub(crate) const UNMAP: u64 = 14;

/// From a core's marks to the next one's.
pub(crate) const STEP: u64 = 16;

/// By which the cores keep in step.
#[repr(C, align(4096))]
pub(crate) struct Board {
    arrived: AtomicU64,
    /// What the thread that reads pages on another core is to do: nothing, read them, and it has.
    reads: AtomicU64,
}

/// It is to read them, and it has.
const READ: u64 = 1;
const HAS_READ: u64 = 2;

/// What a core has counted.
#[repr(C, align(4096))]
pub(crate) struct Sheet {
    runs: [[AtomicU64; SAMPLES]; Operation::ALL.len()],
    refused: [AtomicU64; Operation::ALL.len()],
}

const _: () = assert!(size_of::<Board>() as u64 == PAGE && size_of::<Sheet>() as u64 == PAGE);

impl Board {
    /// Where it is in every space.
    pub(crate) const ADDRESS: u64 = BOARD;

    /// The board of a process that has it mapped.
    pub(crate) fn here() -> &'static Self {
        let address = core::ptr::with_exposed_provenance::<Self>(BOARD as usize);
        // SAFETY:
        // 1. the director maps a page of its own there before anybody comes here, and leaves it there.
        // 2. all in it is atomic, and zero is a value of it.
        unsafe { &*address }
    }

    /// Comes to the `round`th meeting of so many cores, and waits until all have come.
    pub(crate) fn meet(&self, round: u64, cores: u64) {
        self.arrived.fetch_add(1, Ordering::AcqRel);
        while self.arrived.load(Ordering::Acquire) < round * cores {
            give_way();
        }
    }

    /// Has pages read, and waits until they are.
    pub(crate) fn have_read(&self) {
        self.reads.store(READ, Ordering::Release);
        while self.reads.load(Ordering::Acquire) != HAS_READ {
            give_way();
        }
    }

    /// Whether somebody has pages read.
    pub(crate) fn is_to_read(&self) -> bool {
        self.reads.load(Ordering::Acquire) == READ
    }

    /// They are read.
    pub(crate) fn has_read(&self) {
        self.reads.store(HAS_READ, Ordering::Release);
    }
}

impl Sheet {
    /// Where the director has that of a core.
    pub(crate) const fn address(core: u64) -> u64 {
        SHEETS + core * PAGE
    }

    /// The sheet at the place of a core: in the director's space that core's, in others the process's own is at that of core 0.
    pub(crate) fn at(core: u64) -> &'static Self {
        let address = core::ptr::with_exposed_provenance::<Self>(Self::address(core) as usize);
        // SAFETY:
        // 1. the director maps a page there before anybody comes here, and leaves it there.
        // 2. all in it is atomic, and zero is a value of it.
        unsafe { &*address }
    }

    /// Writes a sample down.
    pub(crate) fn write(&self, operation: Operation, number: usize, took: u64) {
        if let Some(run) = self.runs[operation as usize].get(number) {
            run.store(took, Ordering::Relaxed);
        }
    }

    /// Writes down that something was refused.
    pub(crate) fn refuse(&self, operation: Operation, status: u64) {
        self.refused[operation as usize].store(status, Ordering::Relaxed);
    }

    /// The samples of an operation.
    ///
    /// # Errors
    /// The status with which something was refused.
    pub(crate) fn read(&self, operation: Operation) -> Result<[u64; SAMPLES], u64> {
        match self.refused[operation as usize].load(Ordering::Relaxed) {
            0 => Ok(self.runs[operation as usize]
                .each_ref()
                .map(|run| run.load(Ordering::Relaxed))),
            status => Err(status),
        }
    }
}

/// Lets another core run, where an emulator runs one after the other: what an emulated PAUSE does.
#[cfg(target_arch = "x86_64")]
pub(crate) fn give_way() {
    core::hint::spin_loop();
}

/// Lets another core run, where an emulator runs one after the other: what an emulated YIELD does, but not the ISB that
/// the compiler takes for waiting.
#[cfg(target_arch = "aarch64")]
pub(crate) fn give_way() {
    // SAFETY:
    // 1. the instruction is a hint.
    unsafe { core::arch::asm!("yield", options(nomem, nostack, preserves_flags)) };
}
