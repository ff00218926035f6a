//! The GICv3's redistributor and processor interface (Arm IHI 0069H §12), and what its distributor has of its
//! own.
//!
//! All interrupts are put into group 1, which arrives as IRQ whether or not the controller has two security
//! states. The processor interface is system registers; `boot.S` has opened them where it came from EL2.

use core::arch::asm;

use weft_early::Range;

use crate::cpu;
use crate::mmio::Mmio;

const GROUP: u16 = 0x080;
const ROUTE: u16 = 0x6000;

const WAKER: u16 = 0x14;
const SLEEP: u32 = 1 << 1;
const ASLEEP: u32 = 1 << 2;
const TYPE: u16 = 0x08;
const AFFINITY: u16 = 0x0c;
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
