//! The features of a volume by name, as `dumpe2fs` prints them.
//!
//! The bits are those of the superblock (Linux `Documentation/filesystems/ext4/super.rst`).

use core::fmt;

/// Features in the order of the masks: those that forbid mounting if unknown, and those that only
/// forbid writing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// `s_feature_incompat`: unknown ones forbid mounting.
    pub incompatible: u32,
    /// `s_feature_ro_compat`: unknown ones forbid writing.
    pub read_only: u32,
}

/// The journal is to be replayed before anything else is believed.
pub(crate) const RECOVER: u32 = 0x0004;
/// Only one system at a time may have the volume mounted.
pub(crate) const MMP: u32 = 0x0100;
/// `s_feature_ro_compat`: metadata have checksums.
pub(crate) const METADATA_CSUM: u32 = 0x0400;
/// `s_feature_compat`: the journal may have commits in a form of its own.
pub(crate) const FAST_COMMIT: u32 = 0x0400;
/// `s_feature_compat`: there is a journal.
pub(crate) const HAS_JOURNAL: u32 = 0x0004;

/// What can be read: filetype, needs_recovery, extent, 64bit, mmp, flex_bg, metadata_csum_seed.
const READABLE: u32 = 0x0002 | RECOVER | 0x0040 | 0x0080 | MMP | 0x0200 | 0x2000;
/// What can be written: sparse_super, large_file, huge_file, uninit_bg, dir_nlink, extra_isize,
/// metadata_csum, project.
const WRITABLE: u32 = 0x0001 | 0x0002 | 0x0008 | 0x0010 | 0x0020 | 0x0040 | 0x0400 | 0x2000;

/// Bitmaps count clusters of blocks. Reading would work, but the engine takes the geometry of such
/// volumes for damage.
const BIGALLOC: u32 = 0x0200;

const INCOMPATIBLE_NAMES: [(u32, &str); 16] = [
    (0x0001, "compression"),
    (0x0002, "filetype"),
    (RECOVER, "needs_recovery"),
    (0x0008, "journal_dev"),
    (0x0010, "meta_bg"),
    (0x0040, "extent"),
    (0x0080, "64bit"),
    (MMP, "mmp"),
    (0x0200, "flex_bg"),
    (0x0400, "ea_inode"),
    (0x1000, "dirdata"),
    (0x2000, "metadata_csum_seed"),
    (0x4000, "large_dir"),
    (0x8000, "inline_data"),
    (0x1_0000, "encrypt"),
    (0x2_0000, "casefold"),
];

const READ_ONLY_NAMES: [(u32, &str); 15] = [
    (0x0001, "sparse_super"),
    (0x0002, "large_file"),
    (0x0008, "huge_file"),
    (0x0010, "uninit_bg"),
    (0x0020, "dir_nlink"),
    (0x0040, "extra_isize"),
    (0x0080, "snapshot"),
    (0x0100, "quota"),
    (BIGALLOC, "bigalloc"),
    (0x0400, "metadata_csum"),
    (0x1000, "read-only"),
    (0x2000, "project"),
    (0x4000, "shared_blocks"),
    (0x8000, "verity"),
    (0x1_0000, "orphan_present"),
];

impl Features {
    /// Returns those that keep the volume from being mounted at all.
    pub(crate) fn unreadable(self) -> Self {
        Self {
            incompatible: self.incompatible & !READABLE,
            read_only: self.read_only & BIGALLOC,
        }
    }

    /// Returns those that keep the volume from being written.
    pub(crate) fn unwritable(self) -> Self {
        // Multiple-mount protection is a promise to refresh a block for ever, at fixed times.
        Self {
            incompatible: self.incompatible & MMP,
            read_only: self.read_only & !WRITABLE,
        }
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl fmt::Display for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        let masks = [
            (self.incompatible, &INCOMPATIBLE_NAMES[..]),
            (self.read_only, &READ_ONLY_NAMES[..]),
        ];
        for (mask, names) in masks {
            for bit in (0..32).map(|n| 1 << n).filter(|bit| mask & bit != 0) {
                if !core::mem::take(&mut first) {
                    f.write_str(", ")?;
                }
                match names.iter().find(|(known, _)| *known == bit) {
                    Some((_, name)) => f.write_str(name)?,
                    None => write!(f, "unknown feature {bit:#x}")?,
                }
            }
        }
        Ok(())
    }
}
