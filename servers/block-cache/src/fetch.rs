//! Brings blocks from the device into the cache.

use alloc::vec::Vec;

use crate::{
    BatchDevice, BlockCache, BlockNumber, CacheError, DeviceError, MAX_BATCH, MAX_RUN, Operation,
    Request, SECTOR_SIZE, Sector,
    readahead::Advice,
    slots::{Origin, Vacancy},
    units::SECTORS_PER_BLOCK,
};

/// Neighbouring blocks that one request reads, each with a place to go.
///
/// Blocks asked for and blocks read ahead never share a run: a bad sector that nobody asked for
/// must not fail a read.
struct Run {
    first: BlockNumber,
    origin: Origin,
    places: Vec<Vacancy>,
    outcome: Result<(), DeviceError>,
}

impl Run {
    fn new(first: BlockNumber, origin: Origin, place: Vacancy) -> Self {
        Self {
            first,
            origin,
            places: alloc::vec![place],
            outcome: Err(DeviceError::Io),
        }
    }
}

/// Returns what a failed request means to the caller of a read.
fn read_error(error: DeviceError) -> CacheError {
    match error {
        DeviceError::Gone => CacheError::Gone,
        error => CacheError::Read(error),
    }
}

impl<D: BatchDevice> BlockCache<D> {
    /// Asks the device whether it is still there: reads that the cache answers do not show.
    ///
    /// # Errors
    ///
    /// [`CacheError::Gone`], or [`CacheError::Read`] if it is there and cannot be read.
    pub fn probe(&mut self) -> Result<(), CacheError> {
        self.check_present()?;
        let mut sector = [0; SECTOR_SIZE];
        let mut pieces = [sector.as_mut_slice()];
        let start = Sector(0);
        let pieces = pieces.as_mut_slice();
        let mut batch = [Request::new(Operation::Read { start, pieces })];
        self.submit(&mut batch);
        let [Request { outcome, .. }] = batch;
        outcome.map_err(read_error)
    }

    /// Fetches the blocks of `asked`, which are in ascending order and not in the cache, and as
    /// many behind them as `advice` says, all in one batch if they fit.
    ///
    /// # Errors
    ///
    /// That of the first block asked for that could not be read.
    pub(crate) fn fetch(
        &mut self,
        asked: &[BlockNumber],
        advice: Advice,
    ) -> Result<(), CacheError> {
        let after = asked.last().map_or(BlockNumber(0), |last| last.plus(1));
        let extra = self.blocks_to_read_ahead(after, advice.blocks);
        self.ahead.fetched_up_to(advice, after.plus(extra));
        let mut runs = self.plan(asked.iter().copied(), Origin::Asked);
        if runs.iter().map(|run| run.places.len()).sum::<usize>() < asked.len() {
            self.give_up(runs);
            return Err(CacheError::NoMemory);
        }
        runs.extend(self.plan((0..extra).map(|n| after.plus(n)), Origin::Ahead));
        self.statistics.misses += asked.len() as u64;
        self.statistics.read_ahead += extra as u64;
        for batch in runs.chunks_mut(MAX_BATCH) {
            self.read_runs(batch);
        }
        self.settle(runs)
    }

    /// Reads the sectors that a block in the cache lacks.
    ///
    /// # Errors
    ///
    /// [`CacheError::Read`] or [`CacheError::Gone`].
    pub(crate) fn complete(&mut self, block: BlockNumber) -> Result<(), CacheError> {
        let place = self.slots.vacate().ok_or(CacheError::NoMemory)?;
        self.statistics.misses += 1;
        let mut run = Run::new(block, Origin::Asked, place);
        self.read_runs(core::slice::from_mut(&mut run));
        let place = run.places.pop().ok_or(CacheError::NoMemory)?;
        match run.outcome {
            Ok(()) => {
                self.slots.complete(place, block);
                Ok(())
            }
            Err(error) => {
                self.slots.give_back(place);
                Err(read_error(error))
            }
        }
    }

    /// Makes sure that a block is in the cache to be written to, though it may be empty there.
    pub(crate) fn make_present(&mut self, block: BlockNumber) -> Result<(), CacheError> {
        if self.slots.contains(block) {
            self.statistics.hits += 1;
            return Ok(());
        }
        let place = self.slots.vacate().ok_or(CacheError::NoMemory)?;
        self.slots.fill_empty(place, block);
        Ok(())
    }

    /// Returns how many blocks from `first` on are on the device and not here, up to `limit`.
    fn blocks_to_read_ahead(&self, first: BlockNumber, limit: usize) -> usize {
        let end = BlockNumber(self.sectors.div_ceil(SECTORS_PER_BLOCK));
        (0..limit)
            .map(|n| first.plus(n))
            .take_while(|&block| block < end && !self.slots.contains(block))
            .count()
    }

    /// Finds a place for each block, as far as there are places, and joins neighbours into runs.
    fn plan(&mut self, blocks: impl Iterator<Item = BlockNumber>, origin: Origin) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for block in blocks {
            let Some(place) = self.slots.vacate() else {
                break;
            };
            match runs.last_mut() {
                Some(run)
                    if run.places.len() < MAX_RUN && run.first.plus(run.places.len()) == block =>
                {
                    run.places.push(place);
                }
                _ => runs.push(Run::new(block, origin, place)),
            }
        }
        runs
    }

    /// Reads up to [`MAX_BATCH`] runs in one batch and notes what came of each.
    fn read_runs(&mut self, runs: &mut [Run]) {
        let starts: Vec<Sector> = runs.iter().map(|run| run.first.first_sector()).collect();
        let mut pieces: Vec<Vec<&mut [u8]>> =
            runs.iter_mut().map(|run| self.pieces_of(run)).collect();
        let mut batch: Vec<Request<'_>> = starts
            .into_iter()
            .zip(&mut pieces)
            .map(|(start, pieces)| Request::new(Operation::Read { start, pieces }))
            .collect();
        self.submit(&mut batch);
        let outcomes: Vec<_> = batch.iter().map(|request| request.outcome).collect();
        for (run, outcome) in runs.iter_mut().zip(outcomes) {
            run.outcome = outcome;
        }
    }

    /// Returns the memory of a run's places, as far as each block lies on the device.
    fn pieces_of<'a>(&self, run: &'a mut Run) -> Vec<&'a mut [u8]> {
        let first = run.first;
        let of_block = |(n, place): (usize, &'a mut Vacancy)| {
            let length = self.block_bytes(first.plus(n));
            &mut place.bytes[..length]
        };
        run.places.iter_mut().enumerate().map(of_block).collect()
    }

    /// Puts what was read into the cache and returns the first failure that matters.
    fn settle(&mut self, runs: Vec<Run>) -> Result<(), CacheError> {
        let mut result = Ok(());
        for run in runs {
            if let (Err(error), Origin::Asked, true) = (run.outcome, run.origin, result.is_ok()) {
                result = Err(read_error(error));
            }
            for (n, place) in run.places.into_iter().enumerate() {
                match run.outcome {
                    Ok(()) => self.slots.fill(place, run.first.plus(n), run.origin),
                    Err(_) => self.slots.give_back(place),
                }
            }
        }
        result
    }

    fn give_up(&mut self, runs: Vec<Run>) {
        for place in runs.into_iter().flat_map(|run| run.places) {
            self.slots.give_back(place);
        }
    }
}
