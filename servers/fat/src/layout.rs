//! Where everything is on a volume, read from its first sector.
//!
//! Source: Microsoft FAT specification (August 2005) §3 "Boot sector and BPB". Nothing that is read is trusted: a layout
//! that was made lies on the device as a whole, and its table has an entry for every cluster.

use crate::error::{Bad, MountError};

/// Bytes of the first sector that are looked at.
pub(crate) const BOOT_SECTOR: usize = 512;

/// Which of the three formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// 12 bits an entry of the table.
    Fat12,
    /// 16 bits.
    Fat16,
    /// 32 bits, of which 28 count.
    Fat32,
}

/// Where the root directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// At a place of its own: first byte and number of entries.
    Fixed { at: u64, entries: u32 },
    /// In a chain of clusters.
    Chain { first: u32 },
}

/// Where everything is; places in bytes from the volume's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) format: Format,
    /// Bytes in a cluster.
    pub(crate) cluster: u32,
    /// Clusters of data; they are numbered from 2.
    pub(crate) clusters: u32,
    /// Where the first table is, and how long each is.
    pub(crate) table: u64,
    pub(crate) table_length: u64,
    /// The tables that are kept: the first and the number behind the last.
    pub(crate) kept: (u32, u32),
    pub(crate) root: Root,
    /// Where cluster 2 is.
    pub(crate) data: u64,
    /// The sector with the count of free clusters.
    pub(crate) summary: Option<u64>,
    /// The byte of the first sector whose lowest bit says that the volume is in use.
    pub(crate) state_at: usize,
}

impl Layout {
    /// Reads a first sector of a device with so many bytes.
    pub(crate) fn read(sector: &[u8; BOOT_SECTOR], device: u64) -> Result<Self, MountError> {
        let fields = Fields(sector);
        let bytes = fields.word(11);
        let sectors = sector[13];
        let jump = matches!(sector[0], 0xeb | 0xe9);
        if !jump || !matches!(bytes, 512 | 1024 | 2048 | 4096) || !sectors.is_power_of_two() {
            return Err(MountError::NotFat);
        }
        let cluster = bytes * u32::from(sectors);
        if cluster > 1 << 16 {
            return Err(MountError::Bad(Bad::ClusterSize));
        }
        let short_table = fields.word(22);
        let (reserved, tables) = (fields.word(14), u32::from(sector[16]));
        let table_sectors = match short_table {
            0 => fields.long(36),
            short => short,
        };
        if reserved == 0 || table_sectors == 0 || !(1..=2).contains(&tables) {
            return Err(MountError::Bad(Bad::Tables));
        }
        let all = match fields.word(19) {
            0 => fields.long(32),
            short => short,
        };
        let unit = u64::from(bytes);
        if u64::from(all) * unit > device {
            return Err(MountError::Truncated {
                needed: u64::from(all) * unit / 512,
                present: device / 512,
            });
        }
        let table = u64::from(reserved) * unit;
        let table_length = u64::from(table_sectors) * unit;
        let fixed = table + table_length * u64::from(tables);
        let entries = fields.word(17);
        let data = fixed + (u64::from(entries) * 32).next_multiple_of(unit);
        let room = (u64::from(all) * unit).checked_sub(data);
        let clusters = room.map_or(0, |room| room / u64::from(cluster));
        let clusters = u32::try_from(clusters).unwrap_or(u32::MAX);
        let format = match (short_table, clusters) {
            (0, _) => Format::Fat32,
            (_, ..4085) => Format::Fat12,
            (_, ..65_525) => Format::Fat16,
            _ => return Err(MountError::Bad(Bad::Clusters)),
        };
        if clusters == 0 || clusters > 0x0fff_fff5 {
            return Err(MountError::Bad(Bad::Clusters));
        }
        let mut layout = Self {
            format,
            cluster,
            clusters,
            table,
            table_length,
            kept: (0, tables),
            root: Root::Fixed { at: fixed, entries },
            data,
            summary: None,
            state_at: 0x25,
        };
        let width = if format == Format::Fat32 { 4 } else { 2 };
        if layout.place_in_table(clusters + 1) + width > table_length {
            return Err(MountError::Bad(Bad::TableLength));
        }
        match format {
            Format::Fat32 => layout.with_long_fields(&fields, (reserved, unit))?,
            _ if entries == 0 => return Err(MountError::Bad(Bad::Root)),
            _ => {}
        }
        Ok(layout)
    }

    /// What only FAT32 has.
    fn with_long_fields(
        &mut self,
        fields: &Fields<'_>,
        (reserved, unit): (u32, u64),
    ) -> Result<(), MountError> {
        let (flags, tables) = (fields.word(40), self.kept.1);
        if fields.word(42) != 0 {
            return Err(MountError::Bad(Bad::Version));
        }
        if flags & 0x80 != 0 {
            let active = flags & 0xf;
            if active >= tables {
                return Err(MountError::Bad(Bad::Tables));
            }
            self.kept = (active, active + 1);
        }
        let first = fields.long(44);
        if !self.is_cluster(first) || fields.word(17) != 0 {
            return Err(MountError::Bad(Bad::Root));
        }
        self.root = Root::Chain { first };
        let summary = fields.word(48);
        self.summary = (1..reserved)
            .contains(&summary)
            .then(|| u64::from(summary) * unit);
        self.state_at = 0x41;
        Ok(())
    }

    /// Whether a number is a cluster's.
    pub(crate) fn is_cluster(&self, number: u32) -> bool {
        number >= 2 && number - 2 < self.clusters
    }

    /// Where a cluster is.
    pub(crate) fn place(&self, cluster: u32) -> u64 {
        self.data + u64::from(cluster.saturating_sub(2)) * u64::from(self.cluster)
    }

    /// Where the entry of a cluster begins in a table.
    pub(crate) fn place_in_table(&self, cluster: u32) -> u64 {
        let cluster = u64::from(cluster);
        match self.format {
            Format::Fat12 => cluster + cluster / 2,
            Format::Fat16 => cluster * 2,
            Format::Fat32 => cluster * 4,
        }
    }
}

/// Numbers in a sector.
struct Fields<'a>(&'a [u8; BOOT_SECTOR]);

impl Fields<'_> {
    fn word(&self, at: usize) -> u32 {
        u32::from(self.0[at]) | u32::from(self.0[at + 1]) << 8
    }

    fn long(&self, at: usize) -> u32 {
        self.word(at) | self.word(at + 2) << 16
    }
}
