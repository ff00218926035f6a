//! Interrupts from core to core: software-generated ones (Arm IHI 0048B §4.3.15, IHI 0069H §12.2).
//!
//! Each core tells the others here how it is reached, when it is ready for it. Whoever reports a bug looks here as well,
//! and has no state of a core to ask.

use core::sync::atomic::{AtomicU64, Ordering};

use weft_hal::CoreId;

use crate::mmio::Mmio;
use crate::{cpu, gic_v2, gic_v3};

/// Something is in the core's mailbox.
pub(crate) const MAIL: u16 = 0;
/// The core is to stop for ever.
pub(crate) const STOP: u16 = 1;
/// Both.
pub(crate) const ALL: u32 = 1 << MAIL | 1 << STOP;

/// What is written to the controller to reach each core, but for the interrupt's number; 0 for one that does not run.
static TARGETS: [AtomicU64; CoreId::MAX] = [const { AtomicU64::new(0) }; CoreId::MAX];

/// Where a GICv2's distributor is; 0 if the controller is another.
static OLD_DISTRIBUTOR: AtomicU64 = AtomicU64::new(0);

/// Says that the cores are reached through the distributor of a GICv2.
pub(crate) fn use_distributor(physical: u64) {
    OLD_DISTRIBUTOR.store(physical, Ordering::Release);
}

/// Says how a core is reached.
pub(crate) fn announce(core: CoreId, target: u64) {
    if let Some(own) = TARGETS.get(usize::from(core.0)) {
        own.store(target, Ordering::Release);
    }
}

/// Interrupts a core, if it runs. What this core wrote before is seen there.
#[inline(never)]
pub(crate) fn send(core: CoreId, number: u16) {
    let target = TARGETS.get(usize::from(core.0));
    let target = target.map_or(0, |target| target.load(Ordering::Acquire));
    if target == 0 {
        return;
    }
    cpu::publish();
    match OLD_DISTRIBUTOR.load(Ordering::Acquire) {
        0 => gic_v3::send(target, number),
        physical => gic_v2::send(Mmio::new(physical), target, number),
    }
}

/// Stops all cores but this one, as far as they still take interrupts.
pub(crate) fn stop_others(this: CoreId) {
    (0..CoreId::MAX as u8)
        .map(CoreId)
        .filter(|core| *core != this)
        .for_each(|core| send(core, STOP));
}
