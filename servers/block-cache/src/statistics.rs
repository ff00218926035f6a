//! Counters that show whether the cache earns its memory.

/// What a cache has done since it was made. All counts are of blocks unless they say otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Blocks that a read or write found in the cache.
    pub hits: u64,
    /// Blocks that had to be fetched because somebody asked for them.
    pub misses: u64,
    /// Blocks fetched before anybody asked for them.
    pub read_ahead: u64,
    /// Blocks of `read_ahead` that somebody asked for later.
    pub read_ahead_used: u64,
    /// Blocks written to the device.
    pub written_back: u64,
    /// Batches submitted, flushes included.
    pub batches: u64,
    /// Requests in these batches.
    pub requests: u64,
    /// Flushes that reached the device.
    pub flushes: u64,
}

impl Statistics {
    /// Returns the mean number of blocks that a batch moved, rounded down; 0 without a batch.
    #[must_use]
    pub fn blocks_per_batch(&self) -> u64 {
        let moved = self.misses + self.read_ahead + self.written_back;
        moved.checked_div(self.batches - self.flushes).unwrap_or(0)
    }
}
