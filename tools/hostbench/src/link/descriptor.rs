//! Waiting at a descriptor of the kernel.
//!
//! Whoever blocks at once uses blocking descriptors. Whoever spins first uses descriptors that do not
//! block, tries again for a while, and then waits for readiness.

use std::io::{self, ErrorKind};
use std::os::fd::BorrowedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Lost;
use crate::wait::{LONGEST, Next, Patience};

/// Tries until it is done.
pub(super) fn insist<T>(
    patience: &mut Patience,
    descriptor: BorrowedFd<'_>,
    ready: PollFlags,
    mut attempt: impl FnMut() -> io::Result<T>,
) -> Result<T, Lost> {
    loop {
        match attempt() {
            Ok(done) => {
                patience.found();
                return Ok(done);
            }
            Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
            Err(cause) if cause.kind() != ErrorKind::WouldBlock => return Err(cause.into()),
            Err(_) => match patience.next() {
                Next::Look => {}
                Next::Block => block(descriptor, ready)?,
                Next::GiveUp => return Err(Lost("no answer".to_owned())),
            },
        }
    }
}

fn block(descriptor: BorrowedFd<'_>, ready: PollFlags) -> Result<(), Lost> {
    let longest = Timespec {
        tv_sec: LONGEST.as_secs() as i64,
        tv_nsec: 0,
    };
    let mut wanted = [PollFd::from_borrowed_fd(descriptor, ready)];
    if poll(&mut wanted, Some(&longest))? == 0 {
        return Err(Lost("no answer".to_owned()));
    }
    Ok(())
}
