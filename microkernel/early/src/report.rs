//! Reports of kernel bugs: what they say, and the calls that led there.
//!
//! The architecture tells of its registers and exceptions itself; the order of a report, the way up the stack and the
//! names of functions are the same everywhere. What is read (a stack, the symbol table) comes through [`Scene`],
//! which says what can still be read: a bug may have left anything behind.

use core::fmt::{self, Write};
use core::mem::offset_of;
use core::panic::Location;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use weft_abi::image::{ImageHeader, MAGIC};
use weft_hal::Text;

use crate::symbols::{self, Bytes};
use crate::{DIRECT_MAP, Range};

/// The machine's exit code after a kernel bug.
pub const BUG_CODE: u8 = 101;
/// Greatest number of calls that are shown.
const MAX_CALLS: usize = 32;

/// What still works when there was a bug: text, some memory, the end. A name for it, hence the copies.
pub trait Scene: Write + Copy {
    /// The word at an address of a kernel stack; `None` for any other address.
    fn stack_word(&self, address: u64) -> Option<u64>;

    /// The byte at an offset of the kernel's symbol table; `None` behind the end, or if there is no table.
    fn symbol_byte(&self, offset: usize) -> Option<u8>;

    /// Ends the machine with [`BUG_CODE`].
    fn off(self) -> !;
}

/// Where the kernel's symbol table is visible to the kernel; empty until it is set.
#[derive(Debug, Default)]
pub struct SymbolSection {
    address: AtomicU64,
    bytes: AtomicU64,
}

impl SymbolSection {
    /// No table.
    pub const fn new() -> Self {
        Self {
            address: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// Finds the table in a boot image that the direct map shows. `word` reads a word of the image's header by its
    /// offset. What is no boot image, or names a table that it does not hold, has none.
    pub fn find(&self, image: Range, word: impl Fn(usize) -> u64) {
        let start = word(offset_of!(ImageHeader, symbols_at));
        let bytes = word(offset_of!(ImageHeader, symbols_len));
        let fits = start
            .checked_add(bytes)
            .is_some_and(|end| end <= image.length());
        if word(offset_of!(ImageHeader, magic)) == MAGIC && fits {
            let address = DIRECT_MAP + image.start + start;
            self.address.store(address, Ordering::Relaxed);
            self.bytes.store(bytes, Ordering::Release);
        }
    }

    /// The address of the byte at an offset; `None` behind the end.
    pub fn address_of(&self, offset: usize) -> Option<u64> {
        let offset = offset as u64;
        let inside = offset < self.bytes.load(Ordering::Acquire);
        inside.then(|| self.address.load(Ordering::Relaxed).wrapping_add(offset))
    }
}

/// A report that is being written. Text that cannot be written is left out.
pub struct Report<S: Scene> {
    scene: S,
}

impl<S: Scene> Report<S> {
    /// Begins the only report; ends the machine if there is one already, because then reporting has a bug as well.
    pub fn begin(reporting: &AtomicBool, mut scene: S) -> Self {
        if reporting.swap(true, Ordering::AcqRel) {
            let _ = writeln!(
                scene,
                "\nweft: kernel bug within the report of a kernel bug"
            );
            scene.off();
        }
        let _ = write!(scene, "\nweft: kernel bug: ");
        Self { scene }
    }

    /// Says something.
    pub fn say(&mut self, text: fmt::Arguments<'_>) {
        let _ = self.scene.write_fmt(text);
    }

    /// Says what a panic said, and where it was.
    pub fn panic(&mut self, at: Option<&Location<'_>>, message: impl fmt::Display) {
        if let Some(at) = at {
            self.say(format_args!("at {}:{}: ", Text(at.file()), at.line()));
        }
        self.say(format_args!("{message}\n"));
    }

    /// Names the function that has an address.
    pub fn call(&mut self, address: u64) {
        self.function(address, 0);
    }

    /// Shows an address, and the function that has the byte `back` before it.
    fn function(&mut self, address: u64, back: u64) {
        self.say(format_args!("  {address:016x}"));
        let table = Symbols(self.scene);
        if let Some(found) = symbols::find(&table, address.wrapping_sub(back)) {
            self.say(format_args!(" "));
            for letter in found.name(&table) {
                let _ = self.scene.write_char(letter);
            }
            self.say(format_args!("+{:#x}", found.offset + back));
        }
        self.say(format_args!("\n"));
    }

    /// Follows the frame pointers from `frame` on; each frame begins with the caller's and the return address.
    ///
    /// A return address belongs to the instruction before it: where the function that was called never returns, it
    /// is the first of another function.
    pub fn calls(&mut self, mut frame: u64) {
        for _ in 0..MAX_CALLS {
            let next = self.scene.stack_word(frame);
            let caller = self.scene.stack_word(frame.wrapping_add(8));
            let (Some(next), Some(caller)) = (next, caller) else {
                return;
            };
            self.function(caller, 1);
            if next <= frame {
                return;
            }
            frame = next;
        }
    }

    /// Closes the report and ends the machine.
    pub fn end(mut self) -> ! {
        self.say(format_args!("weft: the machine stops here\n"));
        self.scene.off()
    }
}

/// The symbol table of a scene.
struct Symbols<S>(S);

impl<S: Scene> Bytes for Symbols<S> {
    fn byte(&self, offset: usize) -> Option<u8> {
        self.0.symbol_byte(offset)
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
