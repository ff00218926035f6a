//! Which lines are taken, for which devices, and may fire; and which device has which table of events.
//!
//! A device has a table as long as it has a line. There are as many tables as lines, so that none is ever wanting.

/// log2 of the number of events that a table has room for.
pub(super) const EVENT_BITS: u8 = 6;
/// The number of lines.
pub const COUNT: u16 = 1 << EVENT_BITS;

/// All lines, numbered from 0 as the events are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lines {
    taken: u64,
    open: u64,
    /// Whose a line is, and the number of its table, where the line is taken.
    owners: [Owner; COUNT as usize],
}

#[derive(Clone, Copy, Debug, Default)]
struct Owner {
    device: u16,
    table: u8,
}

impl Lines {
    pub(super) const fn new() -> Self {
        const NOBODY: Owner = Owner {
            device: 0,
            table: 0,
        };
        Self {
            taken: 0,
            open: 0,
            owners: [NOBODY; COUNT as usize],
        }
    }

    /// Takes an unused line, masked: which, and the number of the table if the device had none.
    pub(super) fn take(&mut self, device: u16) -> Option<(u16, Option<u8>)> {
        let line = (!self.taken).trailing_zeros() as u16;
        let known = self.owner_of(device);
        let tables = self
            .owners()
            .fold(0_u64, |used, owner| used | 1 << owner.table);
        let free = (!tables).trailing_zeros() as u8;
        let table = known.unwrap_or(free);
        *self.owners.get_mut(usize::from(line))? = Owner { device, table };
        self.taken |= 1 << line;
        Some((line, known.is_none().then_some(table)))
    }

    /// Gives a line back: whose it was, and whether it was the device's last. `None` if nobody had it.
    pub(super) fn give_back(&mut self, line: u16) -> Option<(u16, bool)> {
        let device = self.device(line)?;
        self.taken &= !(1 << line);
        self.open &= !(1 << line);
        Some((device, self.owner_of(device).is_none()))
    }

    /// Lets a line fire: whose it is, if it could not before.
    pub(super) fn open(&mut self, line: u16) -> Option<u16> {
        let device = self.device(line).filter(|_| self.open >> line & 1 == 0)?;
        self.open |= 1 << line;
        Some(device)
    }

    /// Stops a line: whose it is, if it was not stopped.
    pub(super) fn close(&mut self, line: u16) -> Option<u16> {
        let device = self.device(line).filter(|_| self.open >> line & 1 == 1)?;
        self.open &= !(1 << line);
        Some(device)
    }

    /// Which of the eight lines from `first` on may fire.
    pub(super) fn open_from(&self, first: u16) -> u8 {
        (self.open >> first) as u8
    }

    fn device(&self, line: u16) -> Option<u16> {
        let owner = self.owners.get(usize::from(line))?;
        (self.taken >> line & 1 == 1).then_some(owner.device)
    }

    fn owner_of(&self, device: u16) -> Option<u8> {
        let mut owners = self.owners();
        let own = owners.find(|owner| owner.device == device)?;
        Some(own.table)
    }

    fn owners(&self) -> impl Iterator<Item = Owner> {
        let taken = self.taken;
        let numbered = (0..).zip(self.owners);
        numbered
            .filter_map(move |(line, owner): (u32, _)| (taken >> line & 1 == 1).then_some(owner))
    }
}
