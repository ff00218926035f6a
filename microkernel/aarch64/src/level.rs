//! The exception level in which a core was entered.
//!
//! `boot.S` has left it when Rust begins. Who enters in EL3 leaves everything to the kernel that firmware would do there:
//! the interrupt controller belongs to the secure world, which the kernel is not part of, and the counter may have no rate.
//! Only EL3 can change that, and the registers' places are known only when the device tree is read: so `boot.S` leaves a
//! call there (SMC), which each core makes once. After that EL3 is not entered any more.
//!
//! What the Raspberry Pi's firmware does in EL3 is in `armstubs/armstub8.S` of its tools.

use core::arch::asm;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::board::{Board, Chip, Gic};
use crate::cpu;

/// CurrentEL in EL3.
const SECURE: u64 = 3 << 2;
/// Where the BCM2711 has the registers of its cores (BCM2711 ARM Peripherals, 2020, §6.5.2), and how fast its crystal is.
const LOCAL_REGISTERS: u64 = 0xff80_0000;
const CRYSTAL_HZ: u64 = 54_000_000;

/// What the call is given: registers of the controller's distributor and of its processor interface if that has any, the
/// counter's rate if it has none, and the chip's own registers. 0 stands for nothing.
static ARGUMENTS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

/// The level in which a core was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level(u64);

impl Level {
    /// Of what `CurrentEL` was.
    pub(crate) const fn new(current: u64) -> Self {
        Self(current)
    }

    /// Whether nobody but this core's `boot.S` has been in EL3.
    pub(crate) const fn is_secure(self) -> bool {
        self.0 == SECURE
    }

    /// Takes what the call needs from the board; once, by the boot core.
    pub(crate) fn prepare(board: &Board) {
        let (distributor, interface) = match board.gic {
            None => (0, 0),
            Some(Gic::V2 {
                distributor,
                interface,
            }) => (distributor.start, interface.start),
            Some(Gic::V3 { distributor, .. }) => (distributor.start, 0),
        };
        let (hz, local) = match board.chip {
            Chip::Unknown => (0, 0),
            Chip::Bcm2711 => (CRYSTAL_HZ, LOCAL_REGISTERS),
        };
        let hz = board.counter_hz.map_or(hz, u64::from);
        for (to, value) in ARGUMENTS.iter().zip([distributor, interface, hz, local]) {
            to.store(value, Ordering::Relaxed);
        }
    }

    /// Has EL3 open for this core what it can, if it was entered there.
    pub(crate) fn open(self) {
        if !self.is_secure() {
            return;
        }
        let [distributor, interface, hz, local] =
            [0, 1, 2, 3].map(|index: usize| ARGUMENTS[index].load(Ordering::Relaxed));
        let closed: u64;
        // SAFETY:
        // 1. `boot.S` answers the call in EL3, because this core was entered there and has not made it yet.
        // 2. it changes the registers that it names, those of the controller and of the counter, and no memory.
        unsafe {
            asm!(
                "smc #0", lateout("x0") closed, in("x1") distributor, in("x2") interface, in("x3") hz, in("x4") local,
                lateout("x5") _, lateout("x6") _, lateout("x7") _, options(nostack),
            );
        }
        assert!(
            closed == 0,
            "the interrupt controller stays the secure world's"
        );
        assert!(
            cpu::counter_hz() != 0,
            "nobody says how fast the counter is"
        );
    }
}
