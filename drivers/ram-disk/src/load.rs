//! Reading a whole device into memory.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use libipc::codec::batch::{BatchError, ClientRing, Wake};
use libipc::ring::{Descriptor, Untrusted};
use libipc::{Error, TooLong, Transport};
use proto::block::{self, Batch, Client};

use crate::SECTOR;

/// Why a device was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// The device answers so.
    Device(Error<block::Error>),
    /// The ring is of no use.
    Ring(BatchError),
    /// It has more bytes than this disk may hold.
    TooLarge {
        /// How many it has.
        bytes: u64,
    },
    /// Its sectors, or the ring's pool, have no usable size.
    BadSize,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(error) => write!(f, "the device cannot be read: {error}"),
            Self::Ring(error) => write!(f, "the ring to the device does not work: {error:?}"),
            Self::TooLarge { bytes } => {
                write!(f, "the device has {bytes} bytes, which is too many")
            }
            Self::BadSize => {
                f.write_str("the device's sectors or the ring's pool have no usable size")
            }
        }
    }
}

impl From<Error<block::Error>> for LoadError {
    fn from(error: Error<block::Error>) -> Self {
        Self::Device(error)
    }
}

impl From<BatchError> for LoadError {
    fn from(error: BatchError) -> Self {
        Self::Ring(error)
    }
}

impl From<TooLong> for LoadError {
    fn from(_: TooLong) -> Self {
        Self::BadSize
    }
}

/// Reads all of a device, whose driver fills `pool`; at most `limit` bytes.
///
/// # Errors
/// Why it was not read.
pub fn load<T: Transport, W: Wake>(
    client: &Client<T>,
    ring: &mut ClientRing<'_, W>,
    pool: Untrusted<'_>,
    limit: usize,
) -> Result<Vec<u8>, LoadError> {
    let info = client.info()?;
    let room = u32::try_from(pool.len()).unwrap_or(u32::MAX) / SECTOR;
    let most = info.max_sectors.min(room);
    if info.sector_size != SECTOR || most == 0 {
        return Err(LoadError::BadSize);
    }
    let bytes = info.sectors.saturating_mul(u64::from(SECTOR));
    let fits = usize::try_from(bytes).ok().filter(|bytes| *bytes <= limit);
    let mut content = vec![0; fits.ok_or(LoadError::TooLarge { bytes })?];
    let mut sector = 0;
    for piece in content.chunks_mut((most * SECTOR) as usize) {
        let sectors = piece.len() as u32 / SECTOR;
        read(ring, pool, (sector, sectors), piece)?;
        sector += u64::from(sectors);
    }
    Ok(content)
}

fn read<W: Wake>(
    ring: &mut ClientRing<'_, W>,
    pool: Untrusted<'_>,
    (sector, sectors): (u64, u32),
    into: &mut [u8],
) -> Result<(), LoadError> {
    let mut batch = Batch::new();
    let ticket = batch.read(sector, sectors, 0)?;
    batch.run(ring)?.of(ticket)?;
    let part = Descriptor {
        offset: 0,
        length: sectors * SECTOR,
    };
    let from = pool.part(part).map_err(|_| LoadError::BadSize)?;
    from.copy_to(0, into).map_err(|_| LoadError::BadSize)
}
