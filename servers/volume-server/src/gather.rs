//! Many small reads and writes of one file, made few.
//!
//! A message carries 1,536 bytes, but an operation of the file system costs about as much for 64 KiB
//! as for these. So writes that follow each other are kept until they make a large one, and reads
//! that follow each other are answered from a piece that was read ahead, also while one file is copied
//! to another. Neither shows: whatever else is asked about the volume comes after what was kept is
//! written, and a change forgets what was read ahead. As with everything that is cached, a failure of the device is told late; a full
//! volume is not, because file systems let writes wait only while there is plenty of room.

use alloc::vec::Vec;

use crate::Volume;

/// The most bytes that are kept or read ahead.
const LIMIT: usize = 64 << 10;

/// A piece of a file.
#[derive(Default)]
struct Piece {
    node: u64,
    offset: u64,
    bytes: Vec<u8>,
}

impl Piece {
    fn end(&self) -> u64 {
        self.offset.saturating_add(self.bytes.len() as u64)
    }
}

/// What is kept of one file, and what was read ahead of one.
#[derive(Default)]
pub(crate) struct Gather {
    written: Option<Piece>,
    ahead: Option<Piece>,
    /// Where the last read ended.
    last: Option<(u64, u64)>,
}

impl Gather {
    /// Writes what was kept.
    pub(crate) fn settle<V: Volume>(&mut self, files: &mut V) -> Result<(), V::Error> {
        match self.written.take() {
            Some(piece) => files.write_at(piece.node, piece.offset, &piece.bytes),
            None => Ok(()),
        }
    }

    /// Forgets what was read ahead, because something changes.
    pub(crate) fn forget(&mut self) {
        self.ahead = None;
    }

    /// Writes, now or later.
    pub(crate) fn write<V: Volume>(
        &mut self,
        files: &mut V,
        (node, offset): (u64, u64),
        data: &[u8],
    ) -> Result<(), V::Error> {
        self.ahead.take_if(|piece| piece.node == node);
        if let Some(piece) = &mut self.written
            && piece.node == node
            && piece.end() == offset
            && piece.bytes.len() + data.len() <= LIMIT
        {
            piece.bytes.extend_from_slice(data);
            return Ok(());
        }
        self.settle(files)?;
        if !files.may_wait(node, offset)? {
            return files.write_at(node, offset, data);
        }
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(LIMIT.max(data.len())).is_err() {
            return files.write_at(node, offset, data);
        }
        bytes.extend_from_slice(data);
        self.written = Some(Piece {
            node,
            offset,
            bytes,
        });
        Ok(())
    }

    /// Reads; more than was asked for if the last read ended where this one begins.
    pub(crate) fn read<V: Volume>(
        &mut self,
        files: &mut V,
        (node, offset): (u64, u64),
        output: &mut [u8],
    ) -> Result<usize, V::Error> {
        if self
            .written
            .as_ref()
            .is_some_and(|piece| piece.node == node)
        {
            self.settle(files)?;
        }
        let goes_on = self.last == Some((node, offset));
        let found = if let Some(bytes) = self.known(node, offset, output.len()) {
            copy(bytes, output)
        } else if goes_on && self.has_room() {
            self.fill(files, (node, offset))?;
            let bytes = self.known(node, offset, 0).unwrap_or_default();
            copy(bytes, output)
        } else {
            files.read_at(node, offset, output)?
        };
        self.last = Some((node, offset.saturating_add(found as u64)));
        Ok(found)
    }

    /// What is known from a place on, if it is at least `length` bytes.
    fn known(&self, node: u64, offset: u64, length: usize) -> Option<&[u8]> {
        let piece = self.ahead.as_ref().filter(|piece| piece.node == node)?;
        let skip = usize::try_from(offset.checked_sub(piece.offset)?).ok()?;
        piece.bytes.get(skip..).filter(|rest| rest.len() >= length)
    }

    /// Forgets what was read ahead and tells whether there is memory to read ahead again.
    fn has_room(&mut self) -> bool {
        let ahead = self.ahead.get_or_insert_default();
        ahead.bytes.clear();
        ahead.bytes.try_reserve_exact(LIMIT).is_ok()
    }

    fn fill<V: Volume>(
        &mut self,
        files: &mut V,
        (node, offset): (u64, u64),
    ) -> Result<(), V::Error> {
        let mut bytes = self.ahead.take().map_or_else(Vec::new, |piece| piece.bytes);
        bytes.resize(LIMIT, 0);
        let read = files.read_at(node, offset, &mut bytes)?;
        bytes.truncate(read);
        self.ahead = Some(Piece {
            node,
            offset,
            bytes,
        });
        Ok(())
    }
}

fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let length = from.len().min(to.len());
    to[..length].copy_from_slice(&from[..length]);
    length
}
