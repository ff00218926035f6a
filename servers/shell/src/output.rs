//! Where a command's output goes: the terminal, or a file.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use libipc::Transport;
use proto::vfs::{self, OpenFlags};
use proto::{console, vfs::MAX_DATA};

use crate::parse::Redirect;
use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

/// What one message carries, to the terminal and to a file.
const CHUNK: usize = MAX_DATA as usize;
const _: () = assert!(console::MAX_WRITE as usize == CHUNK);

/// The end of the output.
#[derive(Debug, Default)]
pub(crate) enum Sink {
    #[default]
    Terminal,
    File {
        /// The file, as the person calls it.
        name: String,
        path: String,
        file: u32,
        offset: Place,
    },
}

/// Where the next bytes of a file go.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    At(u64),
    Behind,
}

/// Output on its way: a sink and what it has not been given yet.
#[derive(Debug, Default)]
pub(crate) struct Output {
    sink: Sink,
    waiting: Vec<u8>,
}

impl<T: Transport + 'static> Shell<T> {
    /// Sends the output to a file until [`close`](Self::close); gives the output so far.
    pub(crate) fn redirect(&mut self, redirect: &Redirect) -> Outcome<Output> {
        let (name, flags, offset) = match redirect {
            Redirect::Write(name) => (name, OpenFlags::TRUNCATE, Place::At(0)),
            Redirect::Append(name) => (name, OpenFlags::empty(), Place::Behind),
        };
        let path = self.path(name);
        let flags = flags | OpenFlags::WRITE | OpenFlags::CREATE;
        let file = self
            .clients
            .vfs()?
            .open(path.as_bytes(), flags, 0o644)
            .map_err(|error| self.refused(name, path.as_bytes(), error))?;
        let sink = Sink::File {
            name: name.clone(),
            path,
            file,
            offset,
        };
        let waiting = Vec::new();
        Ok(core::mem::replace(
            &mut self.output,
            Output { sink, waiting },
        ))
    }

    /// Where the output goes.
    pub(crate) fn sink(&self) -> &Sink {
        &self.output.sink
    }

    /// Ends a redirection and goes on with the output before it.
    pub(crate) fn close(&mut self, before: Output) -> Outcome {
        let flushed = self.flush();
        let ended = core::mem::replace(&mut self.output, before);
        if let Sink::File { name, file, .. } = ended.sink {
            let closed = self.clients.vfs()?.close(file);
            flushed?;
            closed.map_err(|error| Trouble::at(&name, error))?;
        }
        Ok(())
    }

    /// Writes text to the output.
    pub(crate) fn print(&mut self, text: fmt::Arguments<'_>) -> Outcome {
        let mut formatted = String::new();
        // Writing to a String cannot fail.
        let _ = formatted.write_fmt(text);
        self.write(formatted.as_bytes())
    }

    /// Writes bytes to the output.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> Outcome {
        while !bytes.is_empty() {
            let room = CHUNK.saturating_sub(self.output.waiting.len());
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.output.waiting.extend_from_slice(now);
            bytes = later;
            if self.output.waiting.len() >= CHUNK {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Gives the sink everything that waits.
    pub(crate) fn flush(&mut self) -> Outcome {
        let mut waiting = core::mem::take(&mut self.output.waiting);
        let given = self.give(&waiting);
        waiting.clear();
        self.output.waiting = waiting;
        given
    }

    fn give(&mut self, bytes: &[u8]) -> Outcome {
        if bytes.is_empty() {
            return Ok(());
        }
        match &mut self.output.sink {
            Sink::Terminal => self.send(bytes),
            Sink::File {
                name, file, offset, ..
            } => {
                let vfs = self.clients.vfs()?;
                put(vfs, *file, offset, bytes).map_err(|error| Trouble::at(name, error))
            }
        }
    }

    /// Shows text on the terminal, wherever the output goes, behind what the output had before.
    pub(crate) fn tell(&mut self, text: fmt::Arguments<'_>) -> Outcome {
        if matches!(self.output.sink, Sink::Terminal) {
            self.flush()?;
        }
        let mut formatted = String::new();
        // Writing to a String cannot fail.
        let _ = formatted.write_fmt(text);
        self.send(formatted.as_bytes())
    }

    /// Sends bytes to the terminal.
    pub(crate) fn send(&self, bytes: &[u8]) -> Outcome {
        for chunk in bytes.chunks(CHUNK) {
            let sent = self.clients.console.write(chunk);
            sent.map_err(|_| Trouble::NoTerminal)?;
        }
        Ok(())
    }
}

fn put<T: Transport>(
    vfs: &vfs::Client<T>,
    file: u32,
    place: &mut Place,
    bytes: &[u8],
) -> Result<(), libipc::Error<vfs::Error>> {
    match place {
        Place::Behind => vfs.append(file, bytes).map(|_| ()),
        Place::At(offset) => {
            vfs.write_at(file, *offset, bytes)?;
            *offset += bytes.len() as u64;
            Ok(())
        }
    }
}
