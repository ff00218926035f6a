//! The shared memory of rings: made once, mapped on both sides.

use alloc::vec::Vec;

use weft_spec::{RingId, RingPart, SystemSpec};

use crate::{
    trouble::Trouble,
    workshop::{Run, SMALL, Workshop},
};

/// The frames of a ring's parts, in the order of [`RingPart::ALL`]; `None` where there is none.
pub type RingFrames = [Option<Run>; 4];

/// Makes the memory of all rings.
///
/// # Errors
/// No memory or slots.
pub fn make(workshop: &mut Workshop, spec: &SystemSpec) -> Result<Vec<RingFrames>, Trouble> {
    let mut rings = Vec::with_capacity(spec.rings.len());
    for (number, ring) in (0..).map(RingId).zip(&spec.rings) {
        let mut frames = [None; 4];
        for (place, part) in frames.iter_mut().zip(RingPart::ALL) {
            let pages = ring.pages(part);
            if pages > 0 {
                let frames = match spec.bus_of_ring(number, part) {
                    Some(bus) => workshop.frames_below(bus.limit, pages),
                    None => workshop.frames(SMALL, pages),
                };
                *place = Some(frames.map_err(|trouble| trouble.with(&ring.connection))?);
            }
        }
        rings.push(frames);
    }
    Ok(rings)
}
