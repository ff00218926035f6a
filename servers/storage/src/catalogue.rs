//! What is on the disks, as clients are told.

use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use libipc::codec::Text;
use libipc::codec::batch::Wake;
use libipc::task::{Reactor, Sleeper, block_on, join_all};
use partitions::{FileSystem, Kind, Scheme, TableError};
use proto::storage::{Disk as DiskEntry, Purpose, Table, Volume};

use crate::{
    Disk,
    sectors::{DiskSectors, Fetched, fetch},
};

/// All disks and volumes; their numbers are their places.
#[derive(Default)]
pub(crate) struct Catalogue {
    pub(crate) disks: Vec<DiskEntry>,
    pub(crate) volumes: Vec<Volume>,
}

impl Catalogue {
    /// Adds what is on further disks. Their first sectors are fetched side by side.
    pub(crate) fn extend<W: Wake>(&mut self, disks: &[Rc<Disk<W>>], sleeper: &impl Sleeper) {
        let reactors = disks.iter().map(|disk| &disk.submitter as &dyn Reactor);
        let reactors: Vec<_> = reactors.collect();
        let firsts = disks.iter().map(|disk| fetch(disk, sleeper, 0));
        let firsts = block_on(sleeper, &reactors, join_all(firsts));
        for (disk, first) in disks.iter().zip(firsts) {
            self.add(disk, first, sleeper);
        }
    }

    /// Adds the next disk and the volumes on it.
    fn add<W: Wake>(
        &mut self,
        disk: &Disk<W>,
        first: Option<Fetched<'_, W>>,
        sleeper: &impl Sleeper,
    ) {
        let info = disk.info();
        let number = self.disks.len() as u32;
        let found = partitions::find(&mut DiskSectors::new(disk, sleeper, first));
        let found = found.map(|found| or_whole(found, info.sectors));
        let before = self.volumes.len();
        for volume in found.iter().flat_map(|found| &found.volumes) {
            self.volumes.push(Volume {
                volume: self.volumes.len() as u32,
                disk: number,
                partition: volume.number,
                start: volume.first,
                sectors: volume.count,
                access: info.access,
                purpose: purpose(volume),
                content: volume
                    .content
                    .map_or_else(Text::new, |content| clipped(&content.to_string())),
                kind: clipped(&volume.kind.to_string()),
                name: clipped(&volume.name),
            });
        }
        self.disks.push(DiskEntry {
            disk: number,
            volumes: (self.volumes.len() - before) as u32,
            sectors: info.sectors,
            table: table(&found),
            access: info.access,
            problem: clipped(&problem(&found)),
            model: info.model,
        });
    }
}

/// A disk on which nothing was found is one volume: file systems know better how to tell what is
/// left of a damaged one.
fn or_whole(mut found: partitions::Disk, sectors: u64) -> partitions::Disk {
    if found.scheme == Scheme::Unknown && sectors > 0 {
        found.volumes = alloc::vec![partitions::Volume {
            number: 0,
            first: 0,
            count: sectors,
            kind: Kind::Whole,
            content: None,
            name: String::new(),
        }];
    }
    found
}

fn purpose(volume: &partitions::Volume) -> Purpose {
    match (volume.kind, volume.content) {
        (Kind::Swap | Kind::Efi, _) | (_, Some(FileSystem::Swap)) => Purpose::Other,
        (Kind::Whole | Kind::Linux | Kind::Microsoft, _) | (_, Some(_)) => Purpose::Files,
        (Kind::Type(_) | Kind::Guid(_), None) => Purpose::Other,
    }
}

fn table(found: &Result<partitions::Disk, TableError>) -> Table {
    match found.as_ref().map(|found| found.scheme) {
        Ok(Scheme::Bare | Scheme::Unknown) => Table::Bare,
        Ok(Scheme::Mbr) => Table::Mbr,
        Ok(Scheme::Gpt) => Table::Gpt,
        Err(_) => Table::Unreadable,
    }
}

/// What is wrong with a disk, in one sentence; empty if nothing is.
fn problem(found: &Result<partitions::Disk, TableError>) -> String {
    let found = match found {
        Ok(found) => found,
        Err(error) => return error.to_string(),
    };
    if found.scheme == Scheme::Unknown {
        return "neither a partition table nor a file system was found".to_string();
    }
    let mut text = String::new();
    for complaint in &found.complaints {
        let separator = if text.is_empty() { "" } else { "; " };
        // Writing to a string does not fail.
        let _ = write!(text, "{separator}{complaint}");
    }
    text
}

/// As much of a text as fits.
fn clipped<const N: usize>(text: &str) -> Text<N> {
    let mut clipped = Text::new();
    for letter in text.chars() {
        if clipped.push(letter).is_err() {
            break;
        }
    }
    clipped
}
