//! Gives register blocks their places where no firmware has: on machines that boot a kernel and nothing before it.

use crate::bars::{self, Bar, Space};
use crate::bus::Place;
use crate::config::Config;

/// Blocks lie at least so far apart, so that each has pages of its own.
pub(crate) const PAGE: u64 = 4096;

/// The addresses at which the bus passes accesses on to its functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first.
    pub base: u64,
    /// How many.
    pub bytes: u64,
}

/// Places the memory blocks of all functions in the window, one after the other, unless firmware has placed any. What
/// does not fit has no place.
pub(crate) fn all(config: &impl Config, window: Window, places: &mut [Place]) {
    let blocks = |place: &Place| {
        place
            .function
            .bars
            .iter()
            .any(|bar| is_memory(bar) && bar.base != 0)
    };
    if places.iter().any(blocks) {
        return;
    }
    let mut next = window.base;
    for place in places {
        for bar in place.function.bars.iter_mut().filter(|bar| is_memory(bar)) {
            let (base, end) = after(next, bar.bytes);
            if end <= window.base + window.bytes {
                (bar.base, next) = (base, end);
            }
        }
        bars::restore(config, place.function.address, &place.function.bars);
    }
}

fn is_memory(bar: &Bar) -> bool {
    bar.space != Space::Ports
}

/// Where a block lies, aligned to its length, that is put behind what ends at `next`; and where it ends.
fn after(next: u64, bytes: u64) -> (u64, u64) {
    let bytes = bytes.max(PAGE);
    let base = next.saturating_add(bytes - 1) & !(bytes - 1);
    (base, base.saturating_add(bytes))
}
