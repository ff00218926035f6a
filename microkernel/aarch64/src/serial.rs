//! Where the kernel's own text goes: the board's last serial port, by polling. It is a PL011 (Arm DDI 0183G), or the
//! auxiliary UART of the Raspberry Pi (BCM2711 ARM Peripherals, 2020, §2.2), which is like a 16550.
//!
//! Its rate is left as firmware set it; where firmware left it off it is switched on, for output only.
//!
//! Until its place is known, and for the letters of boot's [stages](weft_early::stage), there is the early console: the port
//! on the board's pins, which the board's file names and `boot.S` uses, too.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

use weft_early::Range;

use crate::board::{SerialKind, SerialPort};
use crate::mmio::Mmio;

const DATA: u16 = 0x00;
const FLAGS: u16 = 0x18;
const TRANSMIT_FULL: u32 = 1 << 5;
const LINE: u16 = 0x2c;
/// Eight bits, no parity, one stop bit, with FIFO.
const EIGHT_BITS: u32 = 3 << 5 | 1 << 4;
const CONTROL: u16 = 0x30;
const ON: u32 = 1;
const TRANSMIT: u32 = 1 << 8;
/// Of the auxiliary UART, from its own first register on.
const LINE_STATUS: u16 = 0x14;
const CAN_TRANSMIT: u32 = 1 << 5;
const EXTRA_CONTROL: u16 = 0x20;
const EXTRA_TRANSMIT: u32 = 1 << 1;
/// Reads of the flags before a byte is written anyway.
const PATIENCE: u32 = 100_000;

/// Where the port's registers are seen; 0 while that is not known.
static REGISTERS: AtomicU64 = AtomicU64::new(0);

/// The same of the early console.
static EARLY: AtomicU64 = AtomicU64::new(0);

/// In the lowest bit of the registers' address, which is even: it is the auxiliary UART.
const AUXILIARY: u64 = 1;

unsafe extern "C" {
    /// The early console: where its registers are, with [`AUXILIARY`]; 0 if the board's file names none.
    safe static weft_early_console: u64;
}

/// The pages of the early console's registers, if there is one.
pub(crate) fn early_registers() -> Option<Range> {
    let physical = weft_early_console & !AUXILIARY;
    (physical != 0).then(|| Range::sized(physical, 4).grown_to_pages())
}

/// The early console is seen where the boot page tables show it, or nowhere if that is 0.
pub(crate) fn set_early(console: u64) {
    EARLY.store(console, Ordering::Relaxed);
}

/// The early console is seen in the direct map.
pub(crate) fn move_early() {
    if early_registers().is_some() {
        set_early(Mmio::new(weft_early_console).virtual_start());
    }
}

/// Tells that a stage of boot is reached.
pub fn stage(letter: u8) {
    match EARLY.load(Ordering::Relaxed) {
        0 => {}
        port => put(port, letter),
    }
}

/// Says which port it is, once its registers are mapped.
pub(crate) fn set_port(port: SerialPort) {
    let physical = port.registers.start;
    let registers = Mmio::new(physical);
    let kind = match port.kind {
        SerialKind::Pl011 => {
            if registers.read(CONTROL) & ON == 0 {
                registers.write(LINE, EIGHT_BITS);
                registers.write(CONTROL, ON | TRANSMIT);
            }
            0
        }
        SerialKind::Auxiliary => {
            let control = registers.read(EXTRA_CONTROL);
            registers.write(EXTRA_CONTROL, control | EXTRA_TRANSMIT);
            AUXILIARY
        }
    };
    REGISTERS.store(
        registers.virtual_start() & !AUXILIARY | kind,
        Ordering::Release,
    );
}

/// Writes a byte: to the early console while no other port is known, and nowhere where there is none.
pub(crate) fn byte(byte: u8) {
    let known = match REGISTERS.load(Ordering::Acquire) {
        0 => EARLY.load(Ordering::Relaxed),
        port => port,
    };
    if known != 0 {
        put(known, byte);
    }
}

/// Writes a byte to the port whose registers are seen there.
#[inline(never)]
fn put(known: u64, byte: u8) {
    let port = Mmio::seen_at(known & !AUXILIARY);
    let is_free = || {
        if known & AUXILIARY == 0 {
            port.read(FLAGS) & TRANSMIT_FULL == 0
        } else {
            port.read(LINE_STATUS) & CAN_TRANSMIT != 0
        }
    };
    let _ = (0..PATIENCE).find(|_| is_free());
    port.write(DATA, u32::from(byte));
}

/// Text to the port.
#[derive(Clone, Copy)]
pub(crate) struct Serial;

impl fmt::Write for Serial {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.bytes() {
            if letter == b'\n' {
                byte(b'\r');
            }
            byte(letter);
        }
        Ok(())
    }
}
