//! What a chip does for a line.

/// What the receiver had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Nothing.
    Nothing,
    /// A byte.
    Byte(u8),
    /// A byte that is broken (parity, framing, or a break): it is to be dropped.
    Broken,
}

/// What is known about bytes that the chip itself lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overrun {
    /// None since the last look.
    None,
    /// At least one, because the FIFO was not emptied in time.
    Happened,
}

/// Whether the chip holds its interrupt line up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// It does.
    Wanted,
    /// It does not.
    None,
}

/// A chip that was set up: receive interrupts are on.
pub trait Chip {
    /// Takes one received byte, and what is known of lost ones.
    fn receive(&mut self) -> (Received, Overrun);

    /// Gives the transmitter as many bytes as it takes now, and asks for an interrupt when it takes more. With no
    /// bytes left, transmit interrupts go off.
    fn transmit(&mut self, next: impl FnMut() -> Option<u8>);

    /// Returns whether everything has left the line, the last stop bit included.
    fn is_idle(&mut self) -> bool;

    /// Reads whether the chip wants attention.
    fn attention(&mut self) -> Attention;
}
