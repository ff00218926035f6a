//! How to get at device memory inside the untypeds that cover it.
//!
//! An untyped is used up from its beginning, so what lies before a range becomes untypeds that nobody uses,
//! and the ranges are taken in ascending order.

use alloc::vec::Vec;

use crate::pieces::{Piece, split};

/// What a range becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Frames of 2^`log2` bytes each.
    Frames {
        /// That number; the range begins at a multiple of it, and is as long.
        log2: u8,
    },
    /// Untypeds, as few as possible.
    Untypeds,
}

/// A range that somebody is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First physical address; page aligned.
    pub base: u64,
    /// Length in bytes; whole pages.
    pub bytes: u64,
    /// What it becomes.
    pub shape: Shape,
}

/// Something to make of an untyped. Steps of one untyped are in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which untyped, by its place.
    pub untyped: usize,
    /// What is made.
    pub shape: Shape,
    /// log2 of the length of each.
    pub log2: u8,
    /// How many.
    pub count: u64,
    /// For which range, by its place; `None` for what only fills.
    pub range: Option<usize>,
}

/// The greatest number of objects that the kernel makes at once.
const AT_ONCE: u64 = 4096;

/// Plans the steps.
///
/// # Errors
/// The place of a range that the untypeds do not cover, or that overlaps another.
pub fn plan(untypeds: &[Piece], ranges: &[Range]) -> Result<Vec<Step>, usize> {
    let mut order: Vec<usize> = (0..ranges.len()).collect();
    order.sort_by_key(|index| ranges[*index].base);
    let mut missing: Vec<u64> = ranges.iter().map(|range| range.bytes).collect();
    let mut steps = Vec::new();
    for (untyped, piece) in untypeds.iter().enumerate() {
        let mut used_to = piece.base;
        for index in order.iter().copied() {
            let Some((first, end)) = common(ranges[index], *piece) else {
                continue;
            };
            if first < used_to {
                return Err(index);
            }
            steps.extend(untyped_steps(untyped, used_to, first, None));
            match ranges[index].shape {
                Shape::Frames { log2 } => {
                    steps.extend(frames(untyped, index, log2, (end - first) >> log2));
                }
                Shape::Untypeds => steps.extend(untyped_steps(untyped, first, end, Some(index))),
            }
            missing[index] -= end - first;
            used_to = end;
        }
    }
    missing
        .iter()
        .position(|bytes| *bytes > 0)
        .map_or(Ok(steps), Err)
}

/// What a range and an untyped have in common: first address and end.
fn common(range: Range, piece: Piece) -> Option<(u64, u64)> {
    let first = range.base.max(piece.base);
    let end = (range.base + range.bytes).min(piece.end());
    (first < end).then_some((first, end))
}

/// Steps that make a stretch into untypeds.
fn untyped_steps(
    untyped: usize,
    first: u64,
    end: u64,
    range: Option<usize>,
) -> impl Iterator<Item = Step> {
    split(first, end).map(move |piece| Step {
        untyped,
        shape: Shape::Untypeds,
        log2: piece.log2,
        count: 1,
        range,
    })
}

fn frames(untyped: usize, range: usize, log2: u8, count: u64) -> impl Iterator<Item = Step> {
    (0..count.div_ceil(AT_ONCE)).map(move |part| Step {
        untyped,
        shape: Shape::Frames { log2 },
        log2,
        count: AT_ONCE.min(count - part * AT_ONCE),
        range: Some(range),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE_LOG2: u8 = 12;
    const GIB: Piece = Piece {
        base: 0x8000_0000,
        log2: 30,
    };
    const NEXT: Piece = Piece {
        base: 0xc000_0000,
        log2: 29,
    };

    fn frames_at(base: u64, pages: u64) -> Range {
        Range {
            base,
            bytes: pages << PAGE_LOG2,
            shape: Shape::Frames { log2: PAGE_LOG2 },
        }
    }

    /// Where each step ends up when the kernel carries the plan out.
    fn carried_out(untypeds: &[Piece], steps: &[Step]) -> Vec<(Option<usize>, u64)> {
        let mut marks: Vec<u64> = untypeds.iter().map(|piece| piece.base).collect();
        steps
            .iter()
            .map(|step| {
                let mark = &mut marks[step.untyped];
                let at = mark.next_multiple_of(1 << step.log2);
                *mark = at + (step.count << step.log2);
                assert!(*mark <= untypeds[step.untyped].end());
                (step.range, at)
            })
            .collect()
    }

    #[test]
    fn ranges_are_reached_in_any_order() {
        let ranges = [frames_at(0xb000_0000, 256), frames_at(0x8000_3000, 1)];
        let steps = plan(&[GIB], &ranges).expect("covered");
        let places = carried_out(&[GIB], &steps);
        assert!(places.contains(&(Some(0), 0xb000_0000)));
        assert!(places.contains(&(Some(1), 0x8000_3000)));
    }

    #[test]
    fn a_range_over_two_untypeds_is_taken_from_both() {
        let window = Range {
            base: 0xbf00_0000,
            bytes: 0x200_0000,
            shape: Shape::Untypeds,
        };
        let steps = plan(&[GIB, NEXT], &[window]).expect("covered");
        let places = carried_out(&[GIB, NEXT], &steps);
        let own: Vec<u64> = places
            .iter()
            .filter(|(range, _)| range.is_some())
            .map(|(_, at)| *at)
            .collect();
        assert_eq!(own, [0xbf00_0000, 0xc000_0000]);
    }

    #[test]
    fn many_frames_are_made_in_several_steps() {
        let steps = plan(&[GIB], &[frames_at(0x8000_0000, 5000)]).expect("covered");
        assert_eq!(
            steps.iter().map(|step| step.count).collect::<Vec<_>>(),
            [4096, 904]
        );
    }

    #[test]
    fn large_frames_are_where_they_should_be() {
        let pictures = Range {
            base: 0x8400_0000,
            bytes: 64 << 20,
            shape: Shape::Frames { log2: 21 },
        };
        let ranges = [pictures, frames_at(0x8000_1000, 1)];
        let steps = plan(&[GIB], &ranges).expect("covered");
        let own = steps.iter().find(|step| step.range == Some(0));
        assert_eq!(own.map(|step| (step.log2, step.count)), Some((21, 32)));
        assert!(carried_out(&[GIB], &steps).contains(&(Some(0), 0x8400_0000)));
    }

    #[test]
    fn what_is_not_covered_or_overlaps_is_refused() {
        assert_eq!(plan(&[GIB], &[frames_at(0x7fff_f000, 2)]), Err(0));
        assert_eq!(
            plan(
                &[GIB],
                &[frames_at(0x8000_0000, 2), frames_at(0x8000_1000, 2)]
            ),
            Err(1)
        );
    }
}
