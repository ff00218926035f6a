//! Directories: what is in them, where there is room, and how entries come and go.

use alloc::string::String;
use alloc::vec::Vec;

use block_cache::{BatchDevice, SECTOR_SIZE};

use crate::entry::{
    DOT, DOT_DOT, FREED, LABEL, LONG, LONG_MASK, SLOT, Short, Slot, UNITS, UNUSED, units,
};
use crate::error::{Damage, Error};
use crate::layout::Root;
use crate::names::{self, PARTS};
use crate::nodes::{ROOT, Spot, number_at};
use crate::volume::FileSystem;

/// The most places of a directory.
pub(crate) const MOST: u32 = 65_536;

/// An entry with everything that belongs to it.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The directory and the place of the short name.
    pub(crate) spot: Spot,
    /// The place of the first part of its long name, or that of the short name.
    pub(crate) begin: u32,
    pub(crate) short: Short,
    /// The name as it is shown.
    pub(crate) name: String,
}

impl Item {
    /// Whether a name is this entry's, the long or the short one.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        names::same(&self.name, name) || names::same(&names::read_short(&self.short), name)
    }

    /// Whether it is one of the two that every directory has.
    pub(crate) fn is_dots(&self) -> bool {
        matches!(self.short.name(), DOT | DOT_DOT)
    }
}

/// Goes through the places of a directory.
pub(crate) struct Reader {
    directory: u32,
    index: u32,
    sector: [u8; SECTOR_SIZE],
    sector_at: Option<u64>,
}

impl Reader {
    pub(crate) fn new(directory: u32, index: u32) -> Self {
        Self {
            directory,
            index,
            sector: [0; SECTOR_SIZE],
            sector_at: None,
        }
    }

    /// The next place and its number; nothing behind the directory's end.
    fn slot<D: BatchDevice>(
        &mut self,
        volume: &mut FileSystem<D>,
    ) -> Result<Option<(u32, Slot)>, Error> {
        let index = self.index;
        let Some(at) = volume.slot_at((self.directory, index))? else {
            return Ok(None);
        };
        let inside = (at % SECTOR_SIZE as u64) as usize;
        let sector_at = at - inside as u64;
        if self.sector_at != Some(sector_at) {
            volume.disk.read(sector_at, &mut self.sector)?;
            self.sector_at = Some(sector_at);
        }
        let slot = self.sector.get(inside..inside + SLOT);
        let slot = slot.and_then(|slot| slot.try_into().ok());
        self.index += 1;
        Ok(Some((index, slot.ok_or(Error::Device)?)))
    }

    /// The next entry; nothing if there are no more.
    pub(crate) fn item<D: BatchDevice>(
        &mut self,
        volume: &mut FileSystem<D>,
    ) -> Result<Option<Item>, Error> {
        let mut long = Long::default();
        while let Some((index, slot)) = self.slot(volume)? {
            match Kind::of(&slot) {
                Kind::Unused => return Ok(None),
                Kind::Freed | Kind::Label => long = Long::default(),
                Kind::Part => long.add(index, &slot),
                Kind::Short => {
                    let short = Short(slot);
                    let (begin, name) = long.finish(&short).unwrap_or((index, None));
                    let name = name.unwrap_or_else(|| names::read_short(&short));
                    let spot = (self.directory, index);
                    return Ok(Some(Item {
                        spot,
                        begin,
                        short,
                        name,
                    }));
                }
            }
        }
        Ok(None)
    }

    /// Where the next entry is looked for.
    pub(crate) fn index(&self) -> u32 {
        self.index
    }
}

/// What stands in a place.
enum Kind {
    Unused,
    Freed,
    Label,
    Part,
    Short,
}

impl Kind {
    fn of(slot: &Slot) -> Self {
        let attributes = slot[11];
        match slot[0] {
            UNUSED => Self::Unused,
            FREED => Self::Freed,
            _ if attributes & LONG_MASK == LONG => Self::Part,
            _ if attributes & LABEL != 0 => Self::Label,
            _ => Self::Short,
        }
    }
}

/// The parts of a long name that have been seen, which stand from the last to the first.
#[derive(Default)]
struct Long {
    begin: u32,
    sum: u8,
    /// The number of the part that was seen last.
    order: usize,
    units: Vec<u16>,
}

impl Long {
    fn add(&mut self, index: u32, slot: &Slot) {
        let order = usize::from(slot[0] & 0x3f);
        let is_last = slot[0] & 0x40 != 0;
        if is_last && (1..=PARTS).contains(&order) {
            *self = Self {
                begin: index,
                sum: slot[13],
                order,
                units: alloc::vec![0; order * UNITS],
            };
        } else if is_last || order == 0 || order + 1 != self.order || slot[13] != self.sum {
            *self = Self::default();
            return;
        }
        self.order = order;
        let place = (order - 1) * UNITS;
        if let Some(place) = self.units.get_mut(place..place + UNITS) {
            place.copy_from_slice(&units(slot));
        }
    }

    /// Where the long name of an entry begins, and the name if it can be shown; nothing if the parts are not this entry's.
    fn finish(&self, short: &Short) -> Option<(u32, Option<String>)> {
        let belongs = self.order == 1 && self.sum == short.checksum();
        belongs.then(|| (self.begin, names::read_long(&self.units)))
    }
}

/// Room for a new entry.
pub(crate) struct Room {
    /// The first place.
    pub(crate) begin: u32,
    /// The short name.
    pub(crate) short: [u8; 11],
    /// Whether something was in use behind it, or nothing ever was.
    was_used_behind: bool,
}

impl<D: BatchDevice> FileSystem<D> {
    /// Where a place of a directory is; nothing behind the directory's end.
    pub(crate) fn slot_at(&mut self, (directory, index): Spot) -> Result<Option<u64>, Error> {
        let inside = u64::from(index) * SLOT as u64;
        let first = match (directory, self.layout.root) {
            (ROOT, Root::Fixed { at, entries }) => {
                return Ok((index < entries).then_some(at + inside));
            }
            (ROOT, Root::Chain { first }) => first,
            (first, _) => first,
        };
        if index >= MOST {
            return Ok(None);
        }
        let cluster = self.at(first, (inside / self.cluster()) as u32)?;
        Ok(cluster.map(|cluster| self.layout.place(cluster) + inside % self.cluster()))
    }

    /// Finds a name in a directory.
    pub(crate) fn find(&mut self, directory: u32, name: &str) -> Result<Option<Item>, Error> {
        let mut reader = Reader::new(directory, 0);
        while let Some(item) = reader.item(self)? {
            if item.is_named(name) && !item.is_dots() {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// Whether a directory has no entries.
    pub(crate) fn is_empty(&mut self, directory: u32) -> Result<bool, Error> {
        let mut reader = Reader::new(directory, 0);
        while let Some(item) = reader.item(self)? {
            if !item.is_dots() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The directory above one.
    pub(crate) fn parent(&mut self, directory: u32) -> Result<u32, Error> {
        if directory == ROOT {
            return Ok(ROOT);
        }
        let damage = Damage::NoDirectory { cluster: directory };
        let (_, above) = self.dots(directory, &DOT_DOT)?.ok_or(damage)?;
        let first = self.first_of(&above);
        if first == 0 || self.layout.root == (Root::Chain { first }) {
            return Ok(ROOT);
        }
        match self.layout.is_cluster(first) {
            true => Ok(first),
            false => Err(damage.into()),
        }
    }

    /// The cluster by which the entry `..` names a directory.
    pub(crate) fn as_parent(directory: u32) -> u32 {
        if directory == ROOT { 0 } else { directory }
    }

    /// Finds room for an entry of a name, and a short name that nothing there has. The entry at `apart` counts as gone. The
    /// directory grows if it must.
    pub(crate) fn room(
        &mut self,
        directory: u32,
        name: &str,
        apart: Option<&Item>,
    ) -> Result<Room, Error> {
        let needed = names::slots(name)? as u32;
        let mut shorts = match names::plain(name) {
            Some(short) => alloc::vec![short],
            None => names::candidates(name),
        };
        let (mut run, mut begin, mut found, mut used) = (0, 0, None, true);
        let mut reader = Reader::new(directory, 0);
        while let Some((index, slot)) = reader.slot(self)? {
            used &= slot[0] != UNUSED;
            let is_free = !used || slot[0] == FREED;
            if is_free && !self.held.contains_key(&number_at((directory, index))) {
                (begin, run) = (if run == 0 { index } else { begin }, run + 1);
                if run == needed && found.is_none() {
                    found = Some((begin, used));
                }
            } else {
                run = 0;
            }
            let is_apart = apart.is_some_and(|item| item.spot == (directory, index));
            if used && matches!(Kind::of(&slot), Kind::Short) && !is_apart {
                let taken = Short(slot).name();
                shorts.retain(|short| *short != taken);
            }
            if !used && found.is_some() {
                break;
            }
        }
        let short = shorts.first().copied().ok_or(Error::NoSpace)?;
        if let Some((begin, was_used_behind)) = found {
            return Ok(Room {
                begin,
                short,
                was_used_behind,
            });
        }
        let end = reader.index();
        self.grow(directory, end, needed - run)?;
        Ok(Room {
            begin: end - run,
            short,
            was_used_behind: true,
        })
    }

    /// Adds empty places at the end of a directory.
    fn grow(&mut self, directory: u32, end: u32, places: u32) -> Result<(), Error> {
        let first = match (directory, self.layout.root) {
            (ROOT, Root::Fixed { .. }) => return Err(Error::NoSpace),
            (ROOT, Root::Chain { first }) => first,
            (first, _) => first,
        };
        let per_cluster = self.layout.cluster / SLOT as u32;
        let count = places.div_ceil(per_cluster);
        if end + count * per_cluster > MOST {
            return Err(Error::NoSpace);
        }
        let last = self.at(first, end / per_cluster - 1)?;
        let last = last.ok_or(Damage::Short { first })?;
        let new = self.take(count)?;
        for position in 0..count {
            let cluster = self
                .at(new, position)?
                .ok_or(Damage::Short { first: new })?;
            self.disk
                .clear(self.layout.place(cluster), self.cluster())?;
        }
        // What is in the clusters now must not be seen as entries.
        self.flush()?;
        self.join(last, new)
    }

    /// Takes free clusters, also those that a commit makes free.
    pub(crate) fn take(&mut self, count: u32) -> Result<u32, Error> {
        if self.free()? < count && !self.doomed.is_empty() {
            self.commit()?;
        }
        self.allocate(count)
    }

    /// Writes an entry where there is room for it; gives its place.
    pub(crate) fn add(
        &mut self,
        directory: u32,
        name: &str,
        short: Short,
        room: &Room,
    ) -> Result<Spot, Error> {
        let mut slots = names::parts(name, short.checksum());
        slots.push(short.0);
        let spot = (directory, room.begin + slots.len() as u32 - 1);
        if !room.was_used_behind {
            self.end_behind(spot)?;
        }
        self.write_slots((directory, room.begin), &slots)?;
        Ok(spot)
    }

    /// Makes sure that a directory ends behind a place that was behind its end.
    fn end_behind(&mut self, (directory, index): Spot) -> Result<(), Error> {
        match self.slot_at((directory, index + 1))? {
            Some(at) => self.disk.write(at, &[UNUSED; SLOT]),
            None => Ok(()),
        }
    }

    /// Writes places that follow each other; those that are neighbours on the disk at once.
    pub(crate) fn write_slots(&mut self, spot: Spot, slots: &[Slot]) -> Result<(), Error> {
        let (directory, begin) = spot;
        let mut bytes: Vec<u8> = Vec::new();
        let mut start = None;
        for (slot, index) in slots.iter().zip(begin..) {
            let at = self.slot_at((directory, index))?.ok_or(Error::NoSpace)?;
            match start {
                Some(start) if start + bytes.len() as u64 == at => {}
                Some(start) => {
                    self.disk.write(start, &bytes)?;
                    bytes.clear();
                }
                None => {}
            }
            if bytes.is_empty() {
                start = Some(at);
            }
            bytes.extend_from_slice(slot);
        }
        match start {
            Some(start) => self.disk.write(start, &bytes),
            None => Ok(()),
        }
    }

    /// Frees the places of an entry.
    pub(crate) fn remove(&mut self, item: &Item) -> Result<(), Error> {
        let (directory, index) = item.spot;
        // The name itself first: parts of a long name without it mean nothing.
        for index in (item.begin..=index).rev() {
            let at = self.slot_at((directory, index))?.ok_or(Error::NotFound)?;
            self.disk.write(at, &[FREED])?;
        }
        Ok(())
    }
}
