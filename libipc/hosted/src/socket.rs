//! How two processes meet: a greeting each, with the file of the memory that the greeter writes.
//!
//! Afterwards nothing travels over the socket. It is kept, because the kernel ends it with the process at its other end.

use std::io::{self, IoSlice, IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

/// Numbers in a greeting.
pub(crate) const NUMBERS: usize = 4;
const BYTES: usize = NUMBERS * size_of::<u64>();

/// Tells numbers and gives a file.
pub(crate) fn greet(
    socket: &UnixStream,
    numbers: [u64; NUMBERS],
    file: &OwnedFd,
) -> io::Result<()> {
    let bytes = numbers.map(u64::to_le_bytes);
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let files = [file.as_fd()];
    if !control.push(SendAncillaryMessage::ScmRights(&files)) {
        return Err(io::Error::other("there is no room for the file"));
    }
    let data = [IoSlice::new(bytes.as_flattened())];
    let sent = sendmsg(socket, &data, &mut control, SendFlags::NOSIGNAL)?;
    match sent {
        BYTES => Ok(()),
        _ => Err(io::ErrorKind::WriteZero.into()),
    }
}

/// Takes numbers and a file. A socket that does not block may fail with [`WouldBlock`](io::ErrorKind::WouldBlock) before they are there.
pub(crate) fn greeting(socket: &UnixStream) -> io::Result<([u64; NUMBERS], OwnedFd)> {
    let mut bytes = [[0; size_of::<u64>()]; NUMBERS];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut data = [IoSliceMut::new(bytes.as_flattened_mut())];
    let received = recvmsg(socket, &mut data, &mut control, RecvFlags::CMSG_CLOEXEC)?.bytes;
    let file = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut files) => files.next(),
        _ => None,
    });
    match (received, file) {
        (BYTES, Some(file)) => Ok((bytes.map(u64::from_le_bytes), file)),
        (0, None) => Err(io::ErrorKind::ConnectionAborted.into()),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Whether the process at the other end of a socket that does not block still lives.
pub(crate) fn lives(mut socket: &UnixStream) -> bool {
    match socket.read(&mut [0]) {
        Ok(count) => count != 0,
        Err(cause) => cause.kind() == io::ErrorKind::WouldBlock,
    }
}
