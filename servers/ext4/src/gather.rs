//! Many small reads and writes of one file, made few.
//!
//! A message carries 1,536 bytes, but an operation of the file system costs about as much for 64 KiB
//! as for these. So writes that follow each other are kept until they make a large one, and reads
//! that follow each other are answered from a piece that was read ahead, also while one file is copied
//! to another. Neither shows: whatever else is asked about the volume comes after what was kept is
//! written, and a change forgets what was read ahead. As with everything that is cached, a failure of the device is told late; a full
//! volume is not, because writes are only kept while there is plenty of room.

use alloc::vec::Vec;

use block_cache::BatchDevice;

use crate::{Error, FileSystem, Kind, Node};

/// The most bytes that are kept or read ahead.
const LIMIT: usize = 64 << 10;
/// Free bytes on the volume below which nothing is kept.
const ROOM: u64 = 4 << 20;
/// Where files end that nothing is kept for: far below the longest of the format.
const FAR: u64 = 1 << 40;

/// A piece of a file.
struct Piece {
    node: Node,
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
    last: Option<(Node, u64)>,
}

impl Gather {
    /// Writes what was kept.
    pub(crate) fn settle<D: BatchDevice>(
        &mut self,
        files: &mut FileSystem<D>,
    ) -> Result<(), Error> {
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
    pub(crate) fn write<D: BatchDevice>(
        &mut self,
        files: &mut FileSystem<D>,
        (node, offset): (Node, u64),
        data: &[u8],
    ) -> Result<(), Error> {
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
        if !may_wait(files, node, offset)? {
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
    pub(crate) fn read<D: BatchDevice>(
        &mut self,
        files: &mut FileSystem<D>,
        (node, offset): (Node, u64),
        output: &mut [u8],
    ) -> Result<usize, Error> {
        if self
            .written
            .as_ref()
            .is_some_and(|piece| piece.node == node)
        {
            self.settle(files)?;
        }
        let goes_on = self.last == Some((node, offset));
        let found = match self.known(node, offset, output.len()) {
            Some(bytes) => copy(bytes, output),
            None if goes_on => {
                self.fill(files, (node, offset))?;
                let bytes = self.known(node, offset, 0).unwrap_or_default();
                copy(bytes, output)
            }
            None => files.read_at(node, offset, output)?,
        };
        self.last = Some((node, offset.saturating_add(found as u64)));
        Ok(found)
    }

    /// What is known from a place on, if it is at least `length` bytes.
    fn known(&self, node: Node, offset: u64, length: usize) -> Option<&[u8]> {
        let piece = self.ahead.as_ref().filter(|piece| piece.node == node)?;
        let skip = usize::try_from(offset.checked_sub(piece.offset)?).ok()?;
        piece.bytes.get(skip..).filter(|rest| rest.len() >= length)
    }

    fn fill<D: BatchDevice>(
        &mut self,
        files: &mut FileSystem<D>,
        (node, offset): (Node, u64),
    ) -> Result<(), Error> {
        let mut bytes = self.ahead.take().map_or_else(Vec::new, |piece| piece.bytes);
        bytes.clear();
        bytes
            .try_reserve_exact(LIMIT)
            .map_err(|_| Error::NoMemory)?;
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

/// Whether a write may be kept: it can fail for no reason but the device's.
fn may_wait<D: BatchDevice>(
    files: &mut FileSystem<D>,
    node: Node,
    offset: u64,
) -> Result<bool, Error> {
    let space = files.statfs()?;
    let room = space.free_blocks.saturating_mul(space.block_size);
    let plain = files.restriction().is_none() && files.stat(node)?.kind == Kind::File;
    Ok(plain && room >= ROOM && offset < FAR)
}

fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let length = from.len().min(to.len());
    to[..length].copy_from_slice(&from[..length]);
    length
}
