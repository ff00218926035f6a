//! The stages of a boot, each of which writes one letter to the first serial port, so that a boot that stops tells where.
//!
//! The same on every architecture; what each of them means is in the book (`card.md`). The first three are written by
//! `boot.S`. With [`ROOT`] the line ends, and the port is its driver's.

/// The first instruction.
pub const ENTERED: u8 = b'E';
/// The processor is one that the kernel runs on, in the mode that it runs in.
pub const PROCESSOR: u8 = b'P';
/// Addresses are translated by the page tables of boot, and Rust begins.
pub const TRANSLATION: u8 = b'M';
/// What firmware says of the machine is read.
pub const FIRMWARE: u8 = b'D';
/// Memory was found, and the kernel's own page tables are loaded.
pub const MEMORY: u8 = b'T';
/// Interrupt controller and clock are set up.
pub const INTERRUPTS: u8 = b'I';
/// The other cores were started, or given up.
pub const CORES: u8 = b'C';
/// Root is made, and runs next.
pub const ROOT: u8 = b'R';

/// What ends the line behind the last letter.
pub const END: [u8; 2] = *b"\r\n";
