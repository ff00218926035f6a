//! Sizes and places of a volume, as far as somebody but the engine has to know them.

use block_cache::{BatchDevice, BlockCache, CacheError, SECTOR_SIZE, Sector};

use crate::{
    Features, MountError,
    mount_error::Damage,
    superblock::{LENGTH, half, word},
};

/// `s_feature_incompat`: block numbers have 64 bits.
const WIDE: u32 = 0x80;

/// Descriptors of volumes without [`WIDE`] have this length.
const NARROW_DESCRIPTOR: u16 = 32;

/// Groups of fewer blocks do not exist; `mkfs.ext4` refuses to make them.
const SMALLEST_GROUP: u32 = 256;

/// Where block groups are and how large.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Bytes in a block.
    pub(crate) block_size: usize,
    /// Number of block groups.
    pub(crate) groups: u64,
    pub(crate) inodes_per_group: u32,
    /// Where the table of group descriptors begins, in bytes.
    descriptors: u64,
    descriptor_size: u16,
}

impl Layout {
    /// Reads the sizes from a superblock and checks that they are possible on a device of
    /// `present` sectors.
    pub(crate) fn new(
        bytes: &[u8; LENGTH],
        features: Features,
        present: u64,
    ) -> Result<Self, MountError> {
        let shift = block_size_shift(bytes)?;
        let wide = features.incompatible & WIDE != 0;
        let high = if wide { word(bytes, 0x150) } else { 0 };
        let blocks = u64::from(high) << 32 | u64::from(word(bytes, 0x4));
        let needed = blocks
            .checked_mul(2 << shift)
            .ok_or(geometry("superblock:blocks_count"))?;
        if needed > present {
            return Err(MountError::Truncated { needed, present });
        }
        let (first, group) = (word(bytes, 0x14), word(bytes, 0x20));
        let inodes_per_group = word(bytes, 0x28);
        let bits = 8 * (1024 << shift);
        if group < SMALLEST_GROUP || !(1..=bits).contains(&inodes_per_group) {
            return Err(geometry("superblock:group_geometry"));
        }
        let data = blocks
            .checked_sub(first.into())
            .ok_or(geometry("superblock:first_block"))?;
        let size = if wide {
            half(bytes, 0xFE)
        } else {
            NARROW_DESCRIPTOR
        };
        if !(NARROW_DESCRIPTOR..=1024).contains(&size) || (wide && size < 64) {
            return Err(geometry("superblock:descriptor_size"));
        }
        Ok(Self {
            block_size: 1024 << shift,
            groups: data.div_ceil(group.into()),
            inodes_per_group,
            descriptors: (u64::from(first) + 1) * (1024 << shift),
            descriptor_size: size,
        })
    }

    /// Returns the block that holds the inode bitmap of a group.
    pub(crate) fn inode_bitmap<D: BatchDevice>(
        &self,
        cache: &mut BlockCache<D>,
        group: u64,
    ) -> Result<u64, CacheError> {
        let size = u64::from(self.descriptor_size);
        let at = self.descriptors + group * size;
        let mut sector = [0; SECTOR_SIZE];
        // The two halves are 0x20 bytes apart and may lie in different sectors.
        let mut half_at = |at: u64| {
            cache.read(Sector(at / SECTOR_SIZE as u64), &mut sector)?;
            Ok(word(&sector, (at % SECTOR_SIZE as u64) as usize & !3))
        };
        let low = half_at(at + 0x4)?;
        let high = if size >= 64 { half_at(at + 0x24)? } else { 0 };
        Ok(u64::from(high) << 32 | u64::from(low))
    }
}

/// Returns the logarithm of the block size in KiB.
fn block_size_shift(bytes: &[u8; LENGTH]) -> Result<u32, MountError> {
    match word(bytes, 0x18) {
        shift @ 0..=2 => Ok(shift),
        shift @ 3..=6 => Err(MountError::BlockSize(1024 << shift)),
        _ => Err(geometry("superblock:block_size")),
    }
}

fn geometry(place: &'static str) -> MountError {
    MountError::Superblock(Damage::Geometry(place))
}
