//! How a program ends.
//!
//! A server never ends: its `main` returns [`Never`]. A program that was started from the disk returns what
//! its parent shall know, and libipc tells the process server, over the connection named `process`. That is
//! the one method whose label stands here and not in a generated stub, because every program needs it.

use core::fmt::Display;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use weft_abi::CPtr;
use weft_abi::startup::EntryKind;

use crate::{Connection, Message, Startup, Transport, interface_id, request_label};

/// The label of `exit(status: i32)` of the interface `process`.
const EXIT: u32 = request_label(interface_id("process"), 1);

static PROCESS: AtomicU32 = AtomicU32::new(0);

/// What a function returns that does not return.
#[derive(Clone, Copy, Debug)]
pub enum Never {}

/// What a program tells its parent: 0 for success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitCode(pub i32);

impl ExitCode {
    /// All went well.
    pub const SUCCESS: Self = Self(0);
    /// Something did not.
    pub const FAILURE: Self = Self(1);
}

/// What `main` may return.
pub trait Termination {
    /// Ends the program.
    fn end(self) -> !;
}

impl Termination for Never {
    fn end(self) -> ! {
        match self {}
    }
}

impl Termination for () {
    fn end(self) -> ! {
        exit(ExitCode::SUCCESS)
    }
}

impl Termination for ExitCode {
    fn end(self) -> ! {
        exit(self)
    }
}

impl<T: Termination, E: Display> Termination for Result<T, E> {
    fn end(self) -> ! {
        match self {
            Ok(value) => value.end(),
            Err(error) => {
                crate::log!("{error}");
                exit(ExitCode::FAILURE)
            }
        }
    }
}

/// Remembers the connection to the process server. Called once, before the program's `main`.
pub(crate) fn attach(env: &Startup) {
    if let Some(entry) = env.find(EntryKind::Client, "process") {
        PROCESS.store(entry.slot, Relaxed);
    }
}

/// Ends the program with a status.
///
/// A program without a process server, or whose process server has died, stops by a fault.
pub fn exit(code: ExitCode) -> ! {
    let slot = PROCESS.load(Relaxed);
    if slot != 0 {
        let mut message = Message::new(EXIT);
        // Four bytes fit, and the answer never comes: the process server removes the program.
        let _ = message.append(&code.0.to_le_bytes());
        let _ = Connection::permanent(CPtr(slot)).call(&mut message);
    }
    weft_sys::stop()
}
