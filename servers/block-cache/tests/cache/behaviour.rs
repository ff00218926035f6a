//! What the cache promises, one sentence a test.

use std::collections::HashMap;

use crate::devices::{Fault, Fragile};
use block_cache::{
    BLOCK_SIZE, BlockCache, CacheError, Capacity, DeviceError, MemoryDevice, SECTOR_SIZE, Sector,
};

const SECTORS_PER_BLOCK: u64 = (BLOCK_SIZE / SECTOR_SIZE) as u64;

fn cache_of(blocks: u64) -> BlockCache<Fragile> {
    cache_with(Fragile::new(blocks * SECTORS_PER_BLOCK, HashMap::new()))
}

fn cache_with(device: Fragile) -> BlockCache<Fragile> {
    BlockCache::new(device, Capacity::MINIMUM).expect("there is memory")
}

fn read_block(cache: &mut BlockCache<Fragile>, block: u64) -> Result<u8, CacheError> {
    let mut output = [0; BLOCK_SIZE];
    cache.read(Sector(block * SECTORS_PER_BLOCK), &mut output)?;
    Ok(output[0])
}

fn write_block(cache: &mut BlockCache<Fragile>, block: u64, tag: u8) -> Result<(), CacheError> {
    cache.write(Sector(block * SECTORS_PER_BLOCK), &[tag; BLOCK_SIZE])
}

#[test]
fn sequential_read_makes_few_large_batches() {
    let mut cache = cache_of(1000);
    for block in 0..1000 {
        read_block(&mut cache, block).unwrap();
    }
    let statistics = cache.statistics();
    assert!(statistics.batches < 40, "{statistics:?}");
    assert!(statistics.blocks_per_batch() >= 25, "{statistics:?}");
    assert_eq!(statistics.misses + statistics.read_ahead, 1000);
    assert_eq!(statistics.read_ahead_used, statistics.read_ahead);
}

#[test]
fn scattered_writes_are_gathered_sorted_and_joined() {
    let mut cache = cache_of(1000);
    for block in [9, 3, 500, 1, 2, 8] {
        write_block(&mut cache, block, 7).unwrap();
    }
    cache.flush().unwrap();
    let device = cache.into_device();
    // 1–3, 8–9 and 500 in one batch, then the flush.
    assert_eq!(device.batches, [3, 1]);
}

#[test]
fn flush_with_nothing_written_does_not_reach_the_device() {
    let mut cache = cache_of(10);
    write_block(&mut cache, 1, 1).unwrap();
    cache.flush().unwrap();
    cache.flush().unwrap();
    assert_eq!(cache.statistics().flushes, 1);
}

#[test]
fn writes_beyond_half_the_cache_are_written_back_before_the_flush() {
    let mut cache = cache_of(1000);
    for block in 0..300 {
        write_block(&mut cache, block, 9).unwrap();
    }
    assert!(cache.statistics().written_back >= 200);
    assert_eq!(cache.statistics().flushes, 0);
    assert_eq!(read_block(&mut cache, 0), Ok(9));
}

#[test]
fn what_is_not_written_back_yet_stays_while_much_is_read() {
    let mut cache = cache_of(4000);
    for block in 0..20 {
        write_block(&mut cache, block, 9).unwrap();
    }
    for block in (1000..4000).step_by(3) {
        read_block(&mut cache, block).unwrap();
    }
    assert_eq!(cache.statistics().written_back, 0);
    for block in 0..20 {
        assert_eq!(read_block(&mut cache, block), Ok(9));
    }
}

#[test]
fn part_of_a_block_can_be_written_and_the_rest_stays() {
    let mut device = vec![5; 4 * BLOCK_SIZE];
    device[..BLOCK_SIZE].fill(4);
    let mut cache =
        BlockCache::new(MemoryDevice::new(device), Capacity::MINIMUM).expect("there is memory");
    cache.write(Sector(9), &[6; SECTOR_SIZE]).unwrap();
    cache.flush().unwrap();
    let bytes = cache.into_device().into_bytes();
    assert_eq!(bytes[8 * SECTOR_SIZE], 5);
    assert_eq!(bytes[9 * SECTOR_SIZE..10 * SECTOR_SIZE], [6; SECTOR_SIZE]);
    assert_eq!(bytes[10 * SECTOR_SIZE], 5);
}

#[test]
fn blocks_written_in_parts_are_not_read() {
    let mut cache = cache_of(1000);
    for part in 0..800 {
        cache
            .write(Sector(part * 2), &[part as u8; 2 * SECTOR_SIZE])
            .unwrap();
    }
    cache.flush().unwrap();
    let statistics = cache.statistics();
    assert_eq!(
        (statistics.misses, statistics.read_ahead),
        (0, 0),
        "{statistics:?}"
    );
    let mut output = [0; 2 * SECTOR_SIZE];
    cache.read(Sector(1_000), &mut output).unwrap();
    assert_eq!(output, [500_usize as u8; 2 * SECTOR_SIZE]);
}

#[test]
fn failed_read_is_an_error_and_can_be_tried_again() {
    let faults = HashMap::from([(0, Fault::Io)]);
    let mut cache = cache_with(Fragile::new(800, faults));
    assert_eq!(
        read_block(&mut cache, 3),
        Err(CacheError::Read(DeviceError::Io))
    );
    assert_eq!(read_block(&mut cache, 3), Ok(0));
}

#[test]
fn bad_sector_in_the_read_ahead_does_not_fail_the_read_before_it() {
    let mut device = Fragile::new(800, HashMap::new());
    device.bad_sectors = vec![5 * SECTORS_PER_BLOCK];
    let mut cache = cache_with(device);
    for block in 0..5 {
        assert_eq!(read_block(&mut cache, block), Ok(0));
    }
    assert_eq!(
        read_block(&mut cache, 5),
        Err(CacheError::Read(DeviceError::Io))
    );
    assert_eq!(read_block(&mut cache, 6), Ok(0));
}

#[test]
fn failed_write_back_is_reported_by_every_later_flush_and_ends_writing() {
    let faults = HashMap::from([(0, Fault::Io)]);
    let mut cache = cache_with(Fragile::new(800, faults));
    write_block(&mut cache, 1, 1).unwrap();
    let lost = Err(CacheError::WriteLost(DeviceError::Io));
    assert_eq!(cache.flush(), lost);
    assert_eq!(cache.flush(), lost);
    assert_eq!(write_block(&mut cache, 2, 1), lost);
    assert!(cache.is_read_only());
    assert_eq!(
        read_block(&mut cache, 1),
        Ok(1),
        "what is in memory stays readable"
    );
    assert_eq!(
        read_block(&mut cache, 7),
        Ok(0),
        "the device stays readable"
    );
}

#[test]
fn failed_flush_counts_as_a_lost_write() {
    let faults = HashMap::from([(1, Fault::Io)]);
    let mut cache = cache_with(Fragile::new(800, faults));
    write_block(&mut cache, 1, 1).unwrap();
    assert_eq!(cache.flush(), Err(CacheError::WriteLost(DeviceError::Io)));
    assert_eq!(
        write_block(&mut cache, 1, 2),
        Err(CacheError::WriteLost(DeviceError::Io))
    );
}

#[test]
fn dead_device_answers_every_call_with_gone() {
    let faults = HashMap::from([(1, Fault::Gone)]);
    let mut cache = cache_with(Fragile::new(800, faults));
    assert_eq!(read_block(&mut cache, 3), Ok(0));
    for _ in 0..3 {
        assert_eq!(read_block(&mut cache, 9), Err(CacheError::Gone));
        assert_eq!(
            read_block(&mut cache, 3),
            Err(CacheError::Gone),
            "cached blocks too"
        );
        assert_eq!(write_block(&mut cache, 1, 1), Err(CacheError::Gone));
        assert_eq!(cache.flush(), Err(CacheError::Gone));
    }
}

#[test]
fn a_probe_goes_to_the_device_although_the_cache_could_answer() {
    let faults = HashMap::from([(2, Fault::Io), (3, Fault::Gone)]);
    let mut cache = cache_with(Fragile::new(800, faults));
    assert_eq!(read_block(&mut cache, 0), Ok(0));
    assert_eq!(cache.probe(), Ok(()));
    assert_eq!(cache.probe(), Err(CacheError::Read(DeviceError::Io)));
    assert_eq!(read_block(&mut cache, 0), Ok(0));
    assert_eq!(cache.probe(), Err(CacheError::Gone));
    assert_eq!(read_block(&mut cache, 0), Err(CacheError::Gone));
}

#[test]
fn range_beyond_the_device_is_refused() {
    let mut cache = cache_with(Fragile::new(10, HashMap::new()));
    let mut output = [0; 2 * SECTOR_SIZE];
    assert_eq!(
        cache.read(Sector(9), &mut output),
        Err(CacheError::OutOfRange)
    );
    assert_eq!(
        cache.read(Sector(u64::MAX), &mut output),
        Err(CacheError::OutOfRange)
    );
    assert_eq!(
        cache.read(Sector(0), &mut output[..100]),
        Err(CacheError::Unaligned)
    );
    assert_eq!(cache.write(Sector(8), &output), Ok(()));
    assert_eq!(
        cache.flush(),
        Ok(()),
        "the last block is shorter than the others"
    );
}
