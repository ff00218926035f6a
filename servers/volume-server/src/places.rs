//! Which volume this server is for: the one at its place among those that hold files.
//!
//! FAT volumes are counted apart from all others, because they have servers of their own. A disk without any volume for
//! files takes a place among the others, so that whoever attached it learns why nothing is to be seen of it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use libipc::{Transport, TransportError};
use proto::storage::{Client, Disk, Purpose, Table, Volume};

/// What `storage` calls the content of a FAT volume.
const FAT: &str = "FAT";

/// Which volumes are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// FAT12, FAT16 and FAT32.
    Fat,
    /// Everything else, also what nobody knows.
    Other,
}

/// What is at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A volume.
    Volume(Volume),
    /// A disk that has none.
    Empty {
        /// The disk, as people name it.
        name: String,
        /// Why.
        reason: String,
    },
    /// Nothing: there are fewer disks.
    Nothing,
}

/// Returns what is at place `number` among volumes of a content: disks in their order, on each its volumes in theirs.
///
/// # Errors
/// The storage server does not answer.
pub fn find<T: Transport>(
    storage: &Client<T>,
    content: Content,
    number: usize,
) -> Result<Place, TransportError> {
    let volumes = volumes(storage)?;
    let mut places = Vec::new();
    for disk in disks(storage)? {
        let here = volumes.iter().filter(|volume| volume.disk == disk.disk);
        let mut files = here
            .filter(|volume| volume.purpose == Purpose::Files)
            .peekable();
        if files.peek().is_none() && content == Content::Other {
            places.push(empty(&disk));
        }
        let counted = files.filter(|volume| (volume.content == FAT) == (content == Content::Fat));
        places.extend(counted.cloned().map(Place::Volume));
    }
    Ok(places.into_iter().nth(number).unwrap_or(Place::Nothing))
}

fn disks<T: Transport>(storage: &Client<T>) -> Result<Vec<Disk>, TransportError> {
    let mut all = Vec::new();
    loop {
        let found = storage.disks(all.len() as u32)?;
        if found.is_empty() {
            return Ok(all);
        }
        all.extend(found);
    }
}

fn volumes<T: Transport>(storage: &Client<T>) -> Result<Vec<Volume>, TransportError> {
    let mut all = Vec::new();
    loop {
        let found = storage.volumes(all.len() as u32)?;
        if found.is_empty() {
            return Ok(all);
        }
        all.extend(found);
    }
}

fn empty(disk: &Disk) -> Place {
    let reason = match (disk.table, disk.problem.as_str()) {
        (Table::Unreadable, problem) if !problem.is_empty() => problem.to_string(),
        (_, "") => "the disk has no partition for files".to_string(),
        (_, problem) => format!("the disk has no usable partition for files: {problem}"),
    };
    Place::Empty {
        name: format!("disk {}", disk.disk),
        reason,
    }
}

/// Returns a volume as people name it.
#[must_use]
pub fn name(volume: &Volume) -> String {
    match volume.partition {
        0 => format!("disk {}", volume.disk),
        partition => format!("disk {}, partition {partition}", volume.disk),
    }
}
