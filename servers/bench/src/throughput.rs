//! Throughput: how many messages a number of instructions carries, by way, length and how many travel together.
//!
//! Each point of the table brings the same bytes from a buffer of the client to a buffer of the server; the ways
//! differ in what carries them. A point is told as what its whole batch took:
//!
//! ```text
//! bench throughput WAY BYTES BATCH INSTRUCTIONS
//! ```

use core::fmt;

/// What carries a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Calls: a message of more bytes than one carries takes several.
    Call,
    /// Requests of a ring that hold the bytes themselves: likewise.
    Ring,
    /// Requests of a ring that say where the bytes are in a pool.
    Pool,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Call, Self::Ring, Self::Pool];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Ring => "ring",
            Self::Pool => "ring-pool",
        }
    }
}

/// The lengths of messages, in bytes.
pub const LENGTHS: [u32; 7] = [16, 64, 256, 1024, 4096, 16_384, 65_536];
/// How many messages travel together.
pub const BATCHES: [u32; 5] = [1, 4, 16, 64, 256];

/// A point of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// What carries the messages.
    pub way: Way,
    /// Bytes of each.
    pub length: u32,
    /// How many travel together.
    pub batch: u32,
}

impl Point {
    /// Bytes of the whole batch.
    pub const fn bytes(self) -> u32 {
        self.length * self.batch
    }
}

/// All points, way by way.
pub fn points() -> impl Iterator<Item = Point> {
    Way::ALL.into_iter().flat_map(|way| {
        LENGTHS.into_iter().flat_map(move |length| {
            BATCHES
                .into_iter()
                .map(move |batch| Point { way, length, batch })
        })
    })
}

/// What the whole batch of a point took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The point.
    pub point: Point,
    /// Instructions.
    pub instructions: u64,
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Point { way, length, batch } = self.point;
        let name = way.name();
        write!(
            f,
            "bench throughput {name} {length} {batch} {}",
            self.instructions
        )
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn every_way_has_every_length_and_batch_once() {
        let all: Vec<_> = points().collect();
        assert_eq!(all.len(), Way::ALL.len() * LENGTHS.len() * BATCHES.len());
        for (index, point) in all.iter().enumerate() {
            assert!(!all[..index].contains(point), "{point:?}");
        }
    }

    #[test]
    fn a_line_names_way_length_batch_and_count() {
        let point = Point {
            way: Way::Pool,
            length: 64,
            batch: 16,
        };
        let taken = Taken {
            point,
            instructions: 1234,
        };
        assert_eq!(taken.to_string(), "bench throughput ring-pool 64 16 1234");
        assert_eq!(point.bytes(), 1024);
    }
}
