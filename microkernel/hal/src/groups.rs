//! The small groups of an architecture besides paging.

use crate::{CoreId, Nanoseconds};

/// The processor core itself.
pub trait Cpu {
    /// Which core this is.
    fn core(&self) -> CoreId;

    /// Whether an interrupt waits to be taken: long operations then stop at their next preemption point.
    fn interrupt_pending(&self) -> bool;

    /// Raises [`Trap::Mail`](crate::Trap::Mail) on a core that runs, which may be this one. What was written before is
    /// seen there. A core that is told several times before it looks may be told once.
    fn notify(&mut self, core: CoreId);
}

/// The monotonic clock and the core's one-shot timer.
pub trait Clock {
    /// Time since the kernel's first instruction.
    fn now(&self) -> Nanoseconds;

    /// Raises [`Trap::Timer`](crate::Trap::Timer) at `deadline` (at once if it has passed); replaces the former
    /// deadline. [`Nanoseconds::NEVER`] switches the timer off.
    fn set_timer(&mut self, deadline: Nanoseconds);
}

/// Where the kernel's own text goes besides the log (a debug port; may do nothing).
pub trait Console {
    /// Writes one byte; may wait for the device.
    fn write_byte(&mut self, byte: u8);
}

/// An interrupt line: a controller input or a message-signalled vector, numbered from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IrqLine(pub u16);

/// How a line signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IrqMode {
    /// On the rising edge.
    Edge,
    /// While low.
    LevelLow,
    /// While high.
    LevelHigh,
}

/// What a device writes to raise a message-signalled interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Msi {
    /// The line that it arrives on.
    pub line: IrqLine,
    /// The address to write to.
    pub address: u64,
    /// The value to write.
    pub data: u32,
}

/// The interrupt controller.
///
/// A line is masked until it is unmasked. When it fires the architecture masks it if it is level triggered,
/// tells the controller that it was taken, and raises [`Trap::Interrupt`](crate::Trap::Interrupt).
pub trait Interrupts {
    /// One more than the greatest line number that can occur (at most 256).
    const LINES: u16;

    /// Sets a controller input's mode and leaves it masked. `false` if there is no such input.
    fn configure(&mut self, line: IrqLine, mode: IrqMode) -> bool;

    /// Stops a line.
    fn mask(&mut self, line: IrqLine);

    /// Lets a line fire.
    fn unmask(&mut self, line: IrqLine);

    /// Takes an unused message-signalled line for a device, masked; `None` if there is none left. `device` is what its bus tells
    /// the controller with each message: its place on the bus. Where the controller is not told, every device can raise the line.
    fn allocate_msi(&mut self, device: u16) -> Option<Msi>;

    /// Masks a line and gives it back.
    fn release(&mut self, line: IrqLine);
}

/// Width of an I/O port access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One byte.
    Byte,
    /// Two bytes.
    Word,
    /// Four bytes.
    Long,
}

/// x86 I/O ports. Architectures without keep [`Ports::EXIST`] false and their functions are never called.
pub trait Ports {
    /// Whether the architecture has I/O ports.
    const EXIST: bool;

    /// Reads a port.
    fn port_read(&mut self, port: u16, width: Width) -> u32;

    /// Writes a port.
    fn port_write(&mut self, port: u16, width: Width, value: u32);
}

/// The power switch.
pub trait Power {
    /// Ends the machine, telling `code` (0..=127) to whoever runs it where the board can.
    fn off(&mut self, code: u8) -> !;
}
