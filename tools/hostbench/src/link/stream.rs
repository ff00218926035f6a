//! Byte streams of the kernel: Unix stream sockets and pipes. A batch is one write; a read takes what
//! is there, up to as many messages.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read, Write, pipe};
use std::os::fd::{AsFd, AsRawFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};

use rustix::event::PollFlags;
use rustix::fs::{OFlags, fcntl_setfl};
use zerocopy::IntoBytes;

use super::descriptor::insist;
use super::plain::{Duplex, Plain};
use super::{Far, Lost, Opened};
use crate::message::{MOST, Message};
use crate::plan::Case;
use crate::wait::{Patience, Policy};

/// Makes a listening socket; the near end is what it accepts.
pub(super) fn open_socket(case: Case) -> Result<Opened, Lost> {
    let name = format!("weft-hostbench-{}-{case}", std::process::id());
    let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name)?)?;
    Ok(Opened::words(name, move || {
        let (socket, _) = listener.accept()?;
        Ok(Box::new(Plain(Stream::socket(socket, case)?)))
    }))
}

/// Connects to a listening socket.
pub(super) fn join_socket(case: Case, name: &str) -> Result<Box<dyn Far>, Lost> {
    let socket = UnixStream::connect_addr(&SocketAddr::from_abstract_name(name)?)?;
    Ok(Box::new(Plain(Stream::socket(socket, case)?)))
}

/// Makes two pipes; their far ends are closed here when they were opened there.
pub(super) fn open_pipes(case: Case) -> Result<Opened, Lost> {
    let ((taken, there), (got, back)) = (pipe()?, pipe()?);
    let words = format!("{} {}", path(&taken), path(&back));
    let near: Stream<PipeReader, PipeWriter> = Stream::new(got, there, case)?;
    Ok(Opened::words(words, move || {
        drop((taken, back));
        Ok(Box::new(Plain(near)))
    }))
}

/// Opens the far ends of two pipes.
pub(super) fn join_pipes(case: Case, words: &str) -> Result<Box<dyn Far>, Lost> {
    let (taken, back) = words.split_once(' ').unwrap_or_default();
    let input = File::open(taken)?;
    let output = OpenOptions::new().write(true).open(back)?;
    Ok(Box::new(Plain(Stream::new(input, output, case)?)))
}

fn path(end: &impl AsRawFd) -> String {
    format!("/proc/{}/fd/{}", std::process::id(), end.as_raw_fd())
}

/// An end of a byte stream.
struct Stream<R, W> {
    input: R,
    output: W,
    patience: Patience,
}

impl Stream<UnixStream, UnixStream> {
    fn socket(socket: UnixStream, case: Case) -> io::Result<Self> {
        Self::new(socket.try_clone()?, socket, case)
    }
}

impl<R: AsFd, W: AsFd> Stream<R, W> {
    fn new(input: R, output: W, case: Case) -> io::Result<Self> {
        if case.policy != Policy::Block {
            fcntl_setfl(&input, OFlags::NONBLOCK)?;
            fcntl_setfl(&output, OFlags::NONBLOCK)?;
        }
        Ok(Self {
            input,
            output,
            patience: Patience::new(case.policy, case.cores),
        })
    }
}

impl<R: Read + AsFd, W: Write + AsFd> Duplex for Stream<R, W>
where
    for<'a> &'a R: Read,
    for<'a> &'a W: Write,
{
    fn send(&mut self, batch: &[Message]) -> Result<(), Lost> {
        let mut bytes = batch.as_bytes();
        while !bytes.is_empty() {
            let mut output = &self.output;
            let written = insist(
                &mut self.patience,
                self.output.as_fd(),
                PollFlags::OUT,
                || output.write(bytes),
            )?;
            bytes = bytes.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    fn receive(&mut self, each: impl FnMut(&Message)) -> Result<(), Lost> {
        let mut messages = [Message::default(); MOST];
        let mut filled = 0_usize;
        while filled == 0 || !filled.is_multiple_of(size_of::<Message>()) {
            let mut input = &self.input;
            let rest = messages
                .as_mut_bytes()
                .get_mut(filled..)
                .unwrap_or_default();
            filled += insist(
                &mut self.patience,
                self.input.as_fd(),
                PollFlags::IN,
                || match input.read(rest)? {
                    0 => Err(ErrorKind::UnexpectedEof.into()),
                    some => Ok(some),
                },
            )?;
        }
        messages
            .iter()
            .take(filled / size_of::<Message>())
            .for_each(each);
        Ok(())
    }
}
