//! The GICv3's redistributor and processor interface (Arm IHI 0069H §12), and what its distributor has of its
//! own.
//!
//! All interrupts are put into group 1, which arrives as IRQ whether or not the controller has two security
//! states. The processor interface is system registers; `boot.S` has opened them where it came from EL2.

use core::arch::asm;

use weft_early::Range;

use crate::mmio::Mmio;
use crate::{cpu, its};

const DISTRIBUTOR_TYPE: u16 = 0x004;
const GROUP: u16 = 0x080;
const ROUTE: u16 = 0x6000;

const CONTROL: u16 = 0x00;
const MESSAGES_ON: u32 = 1;
const CONFIGURATIONS: u16 = 0x70;
const PENDING: u16 = 0x78;
const WAKER: u16 = 0x14;
const SLEEP: u32 = 1 << 1;
const ASLEEP: u32 = 1 << 2;
const TYPE: u16 = 0x08;
const AFFINITY: u16 = 0x0c;
const HAS_MESSAGES: u32 = 1;
const LAST: u32 = 1 << 4;
const HAS_VIRTUAL: u32 = 1 << 1;
const FRAME: u64 = 0x1_0000;

/// Reads of a register that is to change before it is taken as it is.
const PATIENCE: u32 = 100_000;

/// What the distributor's control register wants to be on: affinity routing, group 1 of both security states.
pub(crate) const DISTRIBUTOR_ON: u32 = 1 << 4 | 1 << 1 | 1;

/// A core's interface to the controller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interface {
    private: Mmio,
}

impl Interface {
    /// Wakes the core's redistributor and switches the interface on for interrupts of every priority; `None`
    /// if no redistributor is this core's.
    pub(crate) fn new(redistributors: Range) -> Option<Self> {
        let own = find(redistributors, cpu::affinity())?;
        let registers = Mmio::new(own);
        registers.write(WAKER, registers.read(WAKER) & !SLEEP);
        let _ = (0..PATIENCE).find(|_| registers.read(WAKER) & ASLEEP == 0);
        let private = Mmio::new(own + FRAME);
        private.write(GROUP, !0);
        open();
        Some(Self { private })
    }

    /// The registers of the core's private interrupts, at the offsets that the distributor has for shared ones.
    pub(crate) fn private(self) -> Mmio {
        self.private
    }

    /// Sends four shared interrupts to this core.
    pub(crate) fn route(distributor: Mmio, first: u16) {
        let affinity = cpu::affinity();
        for number in first..first + 4 {
            let register = ROUTE + 8 * number;
            distributor.write(register, affinity & 0x00ff_ffff);
            distributor.write(register + 4, affinity >> 24);
        }
    }

    /// Puts 32 interrupts into group 1.
    pub(crate) fn group(distributor: Mmio, word: u16) {
        distributor.write(GROUP + 4 * word, !0);
    }

    /// Takes the most urgent interrupt: its number.
    pub(crate) fn take(self) -> u32 {
        let taken: u64;
        // SAFETY:
        // 1. ICC_IAR1_EL1 exists where a GICv3 was found; reading it changes the controller alone.
        unsafe { asm!("mrs {}, s3_0_c12_c12_0", "dsb sy", out(reg) taken, options(nostack)) };
        taken as u32
    }

    /// Ends what was taken.
    pub(crate) fn end(self, taken: u32) {
        // SAFETY:
        // 1. ICC_EOIR1_EL1 exists where a GICv3 was found; writing it changes the controller alone.
        unsafe {
            asm!("msr s3_0_c12_c12_1, {}", "isb", in(reg) u64::from(taken), options(nostack))
        };
    }
}

/// Lets this core have LPIs, whose tables are at `memory` and cleared. `None` if the controller has none, or not so many, or
/// has tables elsewhere, which cannot be exchanged. `gic` is the distributor and the redistributors.
pub(crate) fn start_messages(gic: (Range, Range), memory: u64) -> Option<its::Redistributor> {
    // Memory is read past caches (Arm IHI 0069H §12.11).
    const UNCACHED: u64 = 1 << 7;
    const CLEARED: u64 = 1 << 62;
    if !has_messages(Mmio::new(gic.0.start).read(DISTRIBUTOR_TYPE)) {
        return None;
    }
    let address = find(gic.1, cpu::affinity())?;
    let own = Mmio::new(address);
    let kind = own.read(TYPE);
    let control = own.read(CONTROL);
    if kind & HAS_MESSAGES == 0 || control & MESSAGES_ON != 0 {
        return None;
    }
    let configurations = (memory + its::CONFIGURATION) | UNCACHED | u64::from(its::ID_BITS - 1);
    write_long(own, CONFIGURATIONS, configurations);
    write_long(own, PENDING, (memory + its::PENDING) | UNCACHED | CLEARED);
    own.write(CONTROL, control | MESSAGES_ON);
    Some(its::Redistributor {
        address,
        number: (kind >> 8) as u16,
    })
}

/// Whether a distributor with this TYPE register has the LPIs that are used: they may be fewer than their numbers have room
/// for.
fn has_messages(kind: u32) -> bool {
    const LPIS: u32 = 1 << 17;
    let id_bits = (kind >> 19 & 0x1f) as u8 + 1;
    let most = match kind >> 11 & 0x1f {
        0 => u32::MAX,
        log2 => 8192 + (2 << log2),
    };
    kind & LPIS != 0 && id_bits >= its::ID_BITS && its::END <= most
}

fn write_long(registers: Mmio, register: u16, value: u64) {
    registers.write(register, value as u32);
    registers.write(register + 4, (value >> 32) as u32);
}

/// How the controller reaches this core from others: its place in ICC_SGI1R_EL1 (Arm IHI 0069H §12.2.20).
pub(crate) fn target() -> u64 {
    let affinity = u64::from(cpu::affinity());
    let level = |number: u32| affinity >> (8 * number) & 0xff;
    level(3) << 48 | level(2) << 32 | level(1) << 16 | level(0) >> 4 << 44 | 1 << (level(0) & 0xf)
}

/// Raises a software-generated interrupt.
pub(crate) fn send(target: u64, number: u16) {
    let value = target | u64::from(number) << 24;
    // SAFETY:
    // 1. ICC_SGI1R_EL1 exists where a GICv3 was found; writing it changes which interrupts arrive.
    unsafe { asm!("msr s3_0_c12_c11_5, {}", "isb", in(reg) value, options(nostack)) };
}

/// The redistributor of the core with this affinity.
fn find(redistributors: Range, affinity: u32) -> Option<u64> {
    let mut at = redistributors.start;
    while at + 2 * FRAME <= redistributors.end {
        let registers = Mmio::new(at);
        let kind = registers.read(TYPE);
        if registers.read(AFFINITY) == affinity {
            return Some(at);
        }
        if kind & LAST != 0 {
            return None;
        }
        at += if kind & HAS_VIRTUAL != 0 {
            4 * FRAME
        } else {
            2 * FRAME
        };
    }
    None
}

/// Switches the processor interface on: system registers, every priority, group 1.
fn open() {
    // SAFETY:
    // 1. ICC_SRE_EL1, ICC_PMR_EL1, ICC_CTLR_EL1 and ICC_IGRPEN1_EL1 exist where a GICv3 was found; writing them
    //    changes which interrupts arrive, and these are masked here.
    unsafe {
        asm!(
            "msr s3_0_c12_c12_5, {sre}",
            "isb",
            "msr s3_0_c4_c6_0, {all}",
            "msr s3_0_c12_c12_4, xzr",
            "msr s3_0_c12_c12_7, {on}",
            "isb",
            sre = in(reg) 7u64,
            all = in(reg) 0xffu64,
            on = in(reg) 1u64,
            options(nostack),
        );
    }
}
