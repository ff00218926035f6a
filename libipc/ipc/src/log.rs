//! The kernel log: the way to tell something before, beneath and after every server.
//!
//! [`log!`](crate::log!) writes one line, led by the program's name. A program that was not given the log
//! writes nothing: what a person should read goes through the console.

use core::fmt::{self, Write};
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering::Relaxed};

use weft_abi::CPtr;

use crate::objects::Log;

static LOG: AtomicU32 = AtomicU32::new(0);
static NAME: AtomicPtr<u8> = AtomicPtr::new(core::ptr::null_mut());
static NAME_LENGTH: AtomicUsize = AtomicUsize::new(0);

/// Remembers the log and the program's name. Called once, before the program's `main`.
pub(crate) fn attach(log: Option<Log>, name: &'static str) {
    NAME.store(name.as_ptr().cast_mut(), Relaxed);
    NAME_LENGTH.store(name.len(), Relaxed);
    LOG.store(log.map_or(0, |log| log.cptr().0), Relaxed);
}

/// Writes a line to the kernel log, in the format of `println!`.
#[macro_export]
macro_rules! log {
    ($($argument:tt)*) => { $crate::log_line(format_args!($($argument)*)) };
}

/// Writes a line, led by the program's name. Used by [`log!`](crate::log!).
pub fn log_line(text: fmt::Arguments<'_>) {
    let slot = LOG.load(Relaxed);
    if slot == 0 {
        return;
    }
    let mut line = Line {
        log: Log::from(CPtr(slot)),
        bytes: [0; Line::BYTES],
        used: 0,
    };
    // Writing to a `Line` never fails; an error could only come from a `Display` of the arguments.
    let _ = writeln!(line, "{}: {text}", name());
    line.flush();
}

fn name() -> &'static str {
    let start = NAME.load(Relaxed).cast_const();
    if start.is_null() {
        return "";
    }
    // SAFETY: 1. pointer and length were taken from one `&'static str` in `attach`, which runs once, before
    // any other code of the program.
    let bytes = unsafe { core::slice::from_raw_parts(start, NAME_LENGTH.load(Relaxed)) };
    str::from_utf8(bytes).unwrap_or("")
}

/// Gathers a line, so that most lines are one system call and do not mix with those of others.
struct Line {
    log: Log,
    bytes: [u8; Self::BYTES],
    used: usize,
}

impl Line {
    const BYTES: usize = 240;

    fn flush(&mut self) {
        // A log that refuses has no one to be told.
        let _ = self.log.write(&self.bytes[..self.used]);
        self.used = 0;
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if self.used == Self::BYTES {
                self.flush();
            }
            self.bytes[self.used] = byte;
            self.used += 1;
        }
        Ok(())
    }
}

/// Ends the program on a panic: the message goes to the log, the reason to the fault handler.
#[cfg(any(target_os = "none", weft))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    match info.location() {
        Some(place) => crate::log!(
            "panic at {}:{}: {}",
            place.file(),
            place.line(),
            info.message()
        ),
        None => crate::log!("panic: {}", info.message()),
    }
    weft_sys::stop()
}
