//! The cache against a naive model, over a device that fails on order and loses power.
//!
//! The device keeps completed writes apart until a flush succeeds. A power cut then keeps any
//! subset of them, sector by sector, which is what a drive with a write cache may do. The property:
//! every sector holds what was last flushed, or something written since.

use std::collections::HashMap;

use crate::devices::{Fault, Fragile};
use block_cache::{BlockCache, CacheError, Capacity, SECTOR_SIZE, Sector};
use proptest::prelude::*;

/// Sectors of the device: more blocks than the cache holds, and the last block is cut short.
const SECTORS: u64 = 3003;

#[derive(Clone, Debug)]
enum Call {
    Read { start: u64, count: u64 },
    Write { start: u64, count: u64 },
    Flush,
}

fn call() -> impl Strategy<Value = Call> {
    let range = prop_oneof![
        3 => (0..SECTORS, 1..40u64),
        1 => (0..SECTORS, 1..600u64),
    ];
    (range, 0..9u8).prop_map(|((start, count), kind)| {
        let count = count.min(SECTORS - start);
        match kind {
            0..4 => Call::Read { start, count },
            4..8 => Call::Write { start, count },
            _ => Call::Flush,
        }
    })
}

fn fault() -> impl Strategy<Value = HashMap<u64, Fault>> {
    let kind = prop_oneof![4 => Just(Fault::Io), 1 => Just(Fault::Gone)];
    prop::collection::hash_map(0..120u64, kind, 0..3)
}

/// What each sector may hold.
struct Model {
    /// What a read returns; nothing is known after a write that failed.
    now: Vec<Option<u8>>,
    /// What a power cut may leave: the flushed value first, then those written since.
    possible: Vec<Vec<u8>>,
}

impl Model {
    fn new() -> Self {
        let sectors = SECTORS as usize;
        Self {
            now: vec![Some(0); sectors],
            possible: vec![vec![0]; sectors],
        }
    }

    fn check_read(&self, start: u64, output: &[u8]) {
        for (bytes, expected) in output.chunks(SECTOR_SIZE).zip(&self.now[start as usize..]) {
            assert!(
                bytes.iter().all(|byte| *byte == bytes[0]),
                "a sector is torn"
            );
            assert!(
                expected.is_none_or(|expected| expected == bytes[0]),
                "a read is stale"
            );
        }
    }

    fn note_write(&mut self, start: u64, count: u64, tag: u8, result: Result<(), CacheError>) {
        for sector in start as usize..(start + count) as usize {
            self.possible[sector].push(tag);
            self.now[sector] = result.is_ok().then_some(tag);
        }
    }

    fn note_flush(&mut self) {
        for (possible, now) in self.possible.iter_mut().zip(&self.now) {
            // After a write that failed half-way, the flush may have kept the old or the new.
            if now.is_some() {
                possible.drain(..possible.len() - 1);
            }
        }
    }

    fn check_after_power_cut(&self, disk: &[u8]) {
        for (sector, bytes) in disk.chunks(SECTOR_SIZE).enumerate() {
            assert!(
                self.possible[sector].contains(&bytes[0]),
                "sector {sector} lost flushed data"
            );
        }
    }
}

fn run(calls: &[Call], faults: HashMap<u64, Fault>, lottery: u64) {
    let device = Fragile::new(SECTORS, faults);
    let mut cache = BlockCache::new(device, Capacity::MINIMUM).expect("there is memory");
    let mut model = Model::new();
    let mut lost = false;
    for (n, call) in calls.iter().enumerate() {
        let tag = (n % 255 + 1) as u8;
        match *call {
            Call::Read { start, count } => {
                let mut output = vec![0; count as usize * SECTOR_SIZE];
                if cache.read(Sector(start), &mut output).is_ok() {
                    model.check_read(start, &output);
                }
            }
            Call::Write { start, count } => {
                let input = vec![tag; count as usize * SECTOR_SIZE];
                let result = cache.write(Sector(start), &input);
                assert!(
                    !(lost && result.is_ok()),
                    "a write after a lost one was taken"
                );
                model.note_write(start, count, tag, result);
                lost |= matches!(result, Err(CacheError::WriteLost(_) | CacheError::Gone));
            }
            Call::Flush => {
                let result = cache.flush();
                assert!(
                    !(lost && result.is_ok()),
                    "a flush after a lost write succeeded"
                );
                match result {
                    Ok(()) => model.note_flush(),
                    Err(_) => lost = true,
                }
            }
        }
    }
    model.check_after_power_cut(&cache.into_device().power_cut(lottery));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn flushed_data_survives_any_fault_and_power_cut(
        calls in prop::collection::vec(call(), 1..120),
        faults in fault(),
        lottery in any::<u64>(),
    ) {
        run(&calls, faults, lottery);
    }

    #[test]
    fn reads_return_what_was_written_last(calls in prop::collection::vec(call(), 1..120)) {
        run(&calls, HashMap::new(), 0);
    }
}
