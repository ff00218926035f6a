//! Which bit of a component's notification means what: interrupts first, then rings.

use weft_spec::RingId;

use super::Context;
use crate::draft::DraftComponent;

/// The bit of interrupt number `index` of a component.
pub(super) fn of_irq(index: usize) -> Option<u8> {
    within(index)
}

/// The bit by which the other side of `ring` wakes a component.
pub(super) fn of_ring(
    context: &Context<'_>,
    component: &DraftComponent,
    ring: RingId,
) -> Option<u8> {
    let id = context.id(&component.name.value)?;
    let before = context.rings.iter().take(ring.0.into());
    let mine = before
        .filter(|planned| planned.ring.client == id || planned.ring.server == id)
        .count();
    within(component.irqs.len() + mine)
}

fn within(bit: usize) -> Option<u8> {
    u8::try_from(bit)
        .ok()
        .filter(|bit| u32::from(*bit) < u64::BITS)
}
