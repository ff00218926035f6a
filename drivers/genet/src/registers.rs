//! The controller's registers, by offset in bytes (FreeBSD `if_genetreg.h`).

/// Where the BCM2711 has the controller, as its processors see it.
pub const PLACE: u64 = 0xfd58_0000;

/// Access to the registers.
pub trait Registers {
    /// Reads a register.
    fn read(&self, offset: u32) -> u32;

    /// Writes a register.
    fn write(&self, offset: u32, value: u32);

    /// Changes bits of a register.
    fn change(&self, offset: u32, clear: u32, set: u32) {
        self.write(offset, self.read(offset) & !clear | set);
    }
}

/// The block as a whole.
pub(crate) mod system {
    /// Which version it is, in bits 24 to 27.
    pub(crate) const REVISION: u32 = 0x000;
    /// Version 5 calls itself so.
    pub(crate) const VERSION_5: u32 = 6;
    pub(crate) const PORT: u32 = 0x004;
    /// The PHY is outside, and fast.
    pub(crate) const PORT_EXTERNAL: u32 = 3;
    pub(crate) const FLUSH: u32 = 0x008;
    pub(crate) const FLUSH_RESET: u32 = 1 << 1;
}

/// The lines to the PHY.
pub(crate) mod lines {
    pub(crate) const CONTROL: u32 = 0x08c;
    pub(crate) const LINK: u32 = 1 << 4;
    pub(crate) const OUT_OF_BAND_OFF: u32 = 1 << 5;
    pub(crate) const RGMII: u32 = 1 << 6;
    /// The controller does not delay its clock against the data.
    pub(crate) const NO_DELAY: u32 = 1 << 16;
}

/// Interrupts of the default queue.
pub(crate) mod interrupts {
    pub(crate) const STATUS: u32 = 0x200;
    pub(crate) const CLEAR: u32 = 0x208;
    pub(crate) const MASKED: u32 = 0x20c;
    pub(crate) const MASK: u32 = 0x210;
    pub(crate) const UNMASK: u32 = 0x214;
    pub(crate) const RECEIVED: u32 = 1 << 13;
    pub(crate) const SENT: u32 = 1 << 16;
    /// What the driver wants to be told of.
    pub(crate) const WANTED: u32 = RECEIVED | SENT;
}

/// Buffers between the MAC and the rings.
pub(crate) mod buffers {
    pub(crate) const RECEIVE: u32 = 0x300;
    pub(crate) const SEND: u32 = 0x600;
    /// 64 bytes of the controller's are before each frame.
    pub(crate) const STATUS_BLOCK: u32 = 1 << 0;
    /// Two bytes are before each frame, so that what is behind its addresses is aligned.
    pub(crate) const ALIGN: u32 = 1 << 1;
    pub(crate) const SEND_SIZE: u32 = 0x3b4;
}

/// The MAC, called UniMAC.
pub(crate) mod mac {
    pub(crate) const COMMAND: u32 = 0x808;
    pub(crate) const SEND_ON: u32 = 1 << 0;
    pub(crate) const RECEIVE_ON: u32 = 1 << 1;
    /// Of two bits: 10, 100 or 1000 Mbit/s.
    pub(crate) const SPEED_SHIFT: u32 = 2;
    pub(crate) const PROMISCUOUS: u32 = 1 << 4;
    pub(crate) const HALF_DUPLEX: u32 = 1 << 10;
    pub(crate) const RESET: u32 = 1 << 13;
    pub(crate) const LOOP: u32 = 1 << 15;
    /// The first four bytes of the address, the first the highest.
    pub(crate) const ADDRESS_0: u32 = 0x80c;
    /// The other two.
    pub(crate) const ADDRESS_1: u32 = 0x810;
    pub(crate) const MAX_FRAME: u32 = 0x814;
    pub(crate) const FLUSH: u32 = 0xb34;
    pub(crate) const COUNTERS: u32 = 0xd80;
    /// Both directions, and frames that are too short.
    pub(crate) const COUNTERS_RESET: u32 = 7;
    /// Which of the 17 filters are on: the first in the highest of 17 bits.
    pub(crate) const FILTERS: u32 = 0xe50;
    pub(crate) const FILTER_COUNT: u32 = 17;
    /// The first two bytes of the first filter's address; the other four in the next register.
    pub(crate) const FILTER_ADDRESSES: u32 = 0xe54;
}

/// The way to the PHY.
pub(crate) mod mdio {
    pub(crate) const COMMAND: u32 = 0xe14;
    pub(crate) const BUSY: u32 = 1 << 29;
    pub(crate) const FAILED: u32 = 1 << 28;
    pub(crate) const READ: u32 = 2 << 26;
    pub(crate) const WRITE: u32 = 1 << 26;
    pub(crate) const PHY_SHIFT: u32 = 21;
    pub(crate) const REGISTER_SHIFT: u32 = 16;
}

/// A direction's descriptors and rings. The names are the same for both, with the two sides exchanged.
pub(crate) mod dma {
    pub(crate) const RECEIVE: u32 = 0x2000;
    pub(crate) const SEND: u32 = 0x4000;

    /// Bytes of a descriptor: flags and length, and two words of address.
    pub(crate) const DESCRIPTOR: u32 = 12;
    pub(crate) const DESCRIPTOR_LOW: u32 = 4;
    pub(crate) const DESCRIPTOR_HIGH: u32 = 8;
    /// The default queue.
    pub(crate) const QUEUE: u32 = 16;

    const RING: u32 = 0xc00 + 0x40 * QUEUE;
    /// Where the controller is, in words from the first descriptor on.
    pub(crate) const CONTROLLER_AT: u32 = RING;
    /// How many descriptors the controller is through with, modulo 2¹⁶; when receiving also, above, how many
    /// frames there was no room for.
    pub(crate) const CONTROLLER_INDEX: u32 = RING + 0x08;
    /// How many descriptors the driver is through with, modulo 2¹⁶.
    pub(crate) const DRIVER_INDEX: u32 = RING + 0x0c;
    /// How many descriptors, and the longest buffer.
    pub(crate) const SIZE: u32 = RING + 0x10;
    pub(crate) const START: u32 = RING + 0x14;
    pub(crate) const END: u32 = RING + 0x1c;
    /// After how many descriptors there is an interrupt.
    pub(crate) const DONE_EVERY: u32 = RING + 0x24;
    /// When sending, the time between frames of the flow; when receiving, when the other side is told to pause.
    pub(crate) const FLOW: u32 = RING + 0x28;
    pub(crate) const DRIVER_AT: u32 = RING + 0x2c;

    /// Which queues are on.
    pub(crate) const QUEUES: u32 = 0x1040;
    pub(crate) const CONTROL: u32 = 0x1044;
    pub(crate) const ON: u32 = 1 << 0;
    pub(crate) const QUEUE_ON: u32 = 1 << (QUEUE + 1);
    pub(crate) const STATUS: u32 = 0x1048;
    /// It has come to rest (Linux).
    pub(crate) const AT_REST: u32 = 1 << 0;
    pub(crate) const BURST: u32 = 0x104c;
}

/// Bits of a descriptor's first word; the length is in the upper half.
pub(crate) mod flag {
    /// The frame ends here.
    pub(crate) const LAST: u32 = 1 << 14;
    /// It begins here.
    pub(crate) const FIRST: u32 = 1 << 13;
    /// What the controller wants to be there when it sends.
    pub(crate) const TAG: u32 = 0x3f << 7;
    /// It puts the checksum behind the frame.
    pub(crate) const ADD_CHECKSUM: u32 = 1 << 6;

    // What a received frame had (Linux).

    /// There was not room for all of it.
    pub(crate) const OVERRUN: u32 = 1 << 0;
    /// Its checksum is wrong.
    pub(crate) const BAD_CHECKSUM: u32 = 1 << 1;
    /// The PHY said that it is damaged.
    pub(crate) const DAMAGED: u32 = 1 << 2;
    /// It does not end at a byte.
    pub(crate) const ODD: u32 = 1 << 3;
    /// It is longer than frames may be.
    pub(crate) const TOO_LONG: u32 = 1 << 4;
    pub(crate) const BAD: u32 = OVERRUN | BAD_CHECKSUM | DAMAGED | ODD | TOO_LONG;

    pub(crate) const LENGTH_SHIFT: u32 = 16;
    pub(crate) const LENGTH: u32 = 0xfff;
}
