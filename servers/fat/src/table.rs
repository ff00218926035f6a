//! The table: which cluster follows which, and which are free.
//!
//! One sector of it is in memory and goes to the cache, into every copy of the table, when another is looked at or a
//! commit begins. Nothing that the table says is believed: a chain that leads nowhere is an error that names the cluster,
//! and whoever follows one knows how long it can be at most.

use block_cache::{BatchDevice, SECTOR_SIZE};

use crate::error::{Damage, Error};
use crate::layout::Format;
use crate::volume::FileSystem;

/// Where a chain goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Cluster(u32),
    End,
}

/// Whether the sector in memory is as the cache has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Empty,
    Same,
    Changed,
}

/// What is known of the table.
pub(crate) struct Table {
    /// Where the sector in memory begins in the table.
    at: u64,
    bytes: [u8; SECTOR_SIZE],
    state: State,
    /// Where free clusters are looked for first.
    pub(crate) hint: u32,
    /// How many clusters are free, if that is known.
    pub(crate) free: Option<u32>,
    /// A chain, a position in it, and the cluster there.
    known: (u32, u32, u32),
}

impl Table {
    pub(crate) fn new() -> Self {
        Self {
            at: 0,
            bytes: [0; SECTOR_SIZE],
            state: State::Empty,
            hint: 2,
            free: None,
            known: (0, 0, 0),
        }
    }
}

impl<D: BatchDevice> FileSystem<D> {
    /// What the table says of a cluster.
    pub(crate) fn entry(&mut self, cluster: u32) -> Result<u32, Error> {
        let at = self.layout.place_in_table(cluster);
        Ok(match self.layout.format {
            Format::Fat32 => self.table_bytes::<4>(at).map(u32::from_le_bytes)? & 0x0fff_ffff,
            Format::Fat16 => self.table_bytes::<2>(at).map(u16::from_le_bytes)?.into(),
            Format::Fat12 => {
                let word = self.table_bytes::<2>(at).map(u16::from_le_bytes)?;
                let word = if cluster % 2 == 1 { word >> 4 } else { word };
                u32::from(word & 0xfff)
            }
        })
    }

    /// Changes what the table says of a cluster.
    pub(crate) fn set_entry(&mut self, cluster: u32, value: u32) -> Result<(), Error> {
        let at = self.layout.place_in_table(cluster);
        match self.layout.format {
            Format::Fat32 => {
                let kept = self.table_bytes::<4>(at).map(u32::from_le_bytes)? & 0xf000_0000;
                let value = kept | value & 0x0fff_ffff;
                self.set_table_bytes(at, &value.to_le_bytes())
            }
            Format::Fat16 => self.set_table_bytes(at, &(value as u16).to_le_bytes()),
            Format::Fat12 => {
                let word = self.table_bytes::<2>(at).map(u16::from_le_bytes)?;
                let value = value as u16 & 0xfff;
                let word = match cluster % 2 {
                    1 => word & 0xf | value << 4,
                    _ => word & 0xf000 | value,
                };
                self.set_table_bytes(at, &word.to_le_bytes())
            }
        }
    }

    /// Where a chain goes on behind a cluster.
    pub(crate) fn next(&mut self, cluster: u32) -> Result<Next, Error> {
        let to = self.entry(cluster)?;
        if to >= self.end_mark() - 7 {
            Ok(Next::End)
        } else if self.layout.is_cluster(to) {
            Ok(Next::Cluster(to))
        } else {
            Err(Damage::Link { cluster, to }.into())
        }
    }

    /// The cluster at a position of a chain; nothing behind its end.
    pub(crate) fn at(&mut self, first: u32, position: u32) -> Result<Option<u32>, Error> {
        let (known, from, cluster) = self.table.known;
        let (mut here, mut cluster) = match known == first && from <= position {
            true => (from, cluster),
            false => (0, first),
        };
        while here < position {
            match self.next(cluster)? {
                Next::Cluster(next) => cluster = next,
                Next::End => return Ok(None),
            }
            here += 1;
        }
        self.table.known = (first, position, cluster);
        Ok(Some(cluster))
    }

    /// How many clusters a chain has, which are at most `limit`.
    pub(crate) fn length(&mut self, first: u32, limit: u32) -> Result<u32, Error> {
        let (mut count, mut cluster) = (1, first);
        while let Next::Cluster(next) = self.next(cluster)? {
            if count >= limit {
                return Err(Damage::Endless { first }.into());
            }
            (count, cluster) = (count + 1, next);
        }
        Ok(count)
    }

    /// Takes free clusters as a chain of their own, and returns the first.
    pub(crate) fn allocate(&mut self, count: u32) -> Result<u32, Error> {
        if count == 0 || self.free()? < count {
            return Err(Error::NoSpace);
        }
        let (mut first, mut last, mut left) = (0, 0, count);
        let mut cluster = self.table.hint;
        for _ in 0..self.layout.clusters {
            if !self.layout.is_cluster(cluster) {
                cluster = 2;
            }
            if self.entry(cluster)? == 0 {
                self.set_entry(cluster, self.end_mark())?;
                self.table.free = self.table.free.map(|free| free.saturating_sub(1));
                match last {
                    0 => first = cluster,
                    last => self.set_entry(last, cluster)?,
                }
                (last, left) = (cluster, left - 1);
            }
            cluster += 1;
            if left == 0 {
                self.table.hint = cluster;
                return Ok(first);
            }
        }
        // The count of free clusters, which another system left, was wrong.
        if first != 0 {
            self.release(first)?;
        }
        self.table.free = None;
        Err(Error::NoSpace)
    }

    /// Makes the clusters of a chain free, up to where it is damaged.
    pub(crate) fn release(&mut self, first: u32) -> Result<(), Error> {
        self.table.known = (0, 0, 0);
        let mut cluster = first;
        loop {
            // A chain that leads back to itself leads to a free cluster then.
            let next = self.next(cluster)?;
            self.set_entry(cluster, 0)?;
            self.table.free = self.table.free.map(|free| free + 1);
            self.table.hint = self.table.hint.min(cluster);
            match next {
                Next::Cluster(next) => cluster = next,
                Next::End => return Ok(()),
            }
        }
    }

    /// Lets a chain go on with another behind a cluster.
    pub(crate) fn join(&mut self, last: u32, next: u32) -> Result<(), Error> {
        self.set_entry(last, next)
    }

    /// Lets a chain end with a cluster, and returns what came behind.
    pub(crate) fn cut(&mut self, last: u32) -> Result<Next, Error> {
        let behind = self.next(last)?;
        self.table.known = (0, 0, 0);
        self.set_entry(last, self.end_mark())?;
        Ok(behind)
    }

    /// How many clusters are free; counted if that is not known.
    pub(crate) fn free(&mut self) -> Result<u32, Error> {
        if let Some(free) = self.table.free {
            return Ok(free);
        }
        let mut free = 0;
        for cluster in 2..self.layout.clusters + 2 {
            free += u32::from(self.entry(cluster)? == 0);
        }
        self.table.free = Some(free);
        Ok(free)
    }

    /// Hands the sector in memory to the cache.
    pub(crate) fn store_table(&mut self) -> Result<(), Error> {
        if self.table.state != State::Changed {
            return Ok(());
        }
        let (first, end) = self.layout.kept;
        for number in first..end {
            let table = self.layout.table + u64::from(number) * self.layout.table_length;
            self.disk.write(table + self.table.at, &self.table.bytes)?;
        }
        self.table.state = State::Same;
        Ok(())
    }

    /// The mark at the end of chains.
    fn end_mark(&self) -> u32 {
        match self.layout.format {
            Format::Fat12 => 0xfff,
            Format::Fat16 => 0xffff,
            Format::Fat32 => 0x0fff_ffff,
        }
    }

    fn table_bytes<const N: usize>(&mut self, at: u64) -> Result<[u8; N], Error> {
        let inside = self.load(at)?;
        if let Some(bytes) = self.table.bytes[inside..].first_chunk() {
            return Ok(*bytes);
        }
        // An entry of 12 bits may lie in two sectors.
        let mut found = [0; N];
        for (byte, at) in found.iter_mut().zip(at..) {
            let inside = self.load(at)?;
            *byte = self.table.bytes[inside];
        }
        Ok(found)
    }

    fn set_table_bytes(&mut self, at: u64, bytes: &[u8]) -> Result<(), Error> {
        for (byte, at) in bytes.iter().zip(at..) {
            let inside = self.load(at)?;
            self.table.bytes[inside] = *byte;
            self.table.state = State::Changed;
        }
        Ok(())
    }

    /// Takes the sector that a byte of the table is in into memory, and returns where it is in there.
    fn load(&mut self, at: u64) -> Result<usize, Error> {
        let inside = (at % SECTOR_SIZE as u64) as usize;
        let sector = at - inside as u64;
        if self.table.state != State::Empty && self.table.at == sector {
            return Ok(inside);
        }
        if at >= self.layout.table_length {
            return Err(Damage::Table.into());
        }
        self.store_table()?;
        self.table.state = State::Empty;
        let table = self.layout.table + u64::from(self.layout.kept.0) * self.layout.table_length;
        self.disk.read(table + sector, &mut self.table.bytes)?;
        (self.table.at, self.table.state) = (sector, State::Same);
        Ok(inside)
    }
}
