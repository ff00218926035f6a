//! Messages: the information word and the message page.
//!
//! A message is a label, up to [`MAX_WORDS`] words and up to [`MAX_CAPS`] capabilities. The first
//! [`REGISTER_WORDS`] words travel in registers, all of them in every message, so a sender clears what it does not use; the others, and what concerns capabilities, in the
//! thread's message page, which the kernel reads through its own mapping and never by a user address.
//!
//! Message page (4,096 bytes of 64-bit words):
//!
//! | words | use |
//! |---|---|
//! | 0..6 | not used (these words travel in registers) |
//! | 6..256 | message words 6..256 |
//! | 256..260 | capabilities to send ([`CapItem`]) |
//! | 260..264 | slots where capabilities may be received (a [`CPtr`](crate::CPtr) each, 0 refuses) |
//! | 264..272 | reserved, zero |
//! | 272..512 | batch area: log text, register dumps ([`BATCH_BYTES`] bytes) |

/// Words that travel in registers.
pub const REGISTER_WORDS: usize = 6;
/// The greatest number of words in a message.
pub const MAX_WORDS: usize = 256;
/// The greatest number of capabilities in a message.
pub const MAX_CAPS: usize = 4;
/// Index of the first word that names a capability to send.
pub const CAPS_OUT: usize = 256;
/// Index of the first word that names a slot to receive into.
pub const CAPS_IN: usize = 260;
/// Index of the first word of the batch area.
pub const BATCH: usize = 272;
/// Bytes in the batch area.
pub const BATCH_BYTES: usize = 1920;
/// Bytes in a message page.
pub const PAGE_BYTES: usize = 4096;

/// Text that enters the ABI hash.
pub(crate) const DESCRIPTION: &str = "message:6/256/4 out256 in260 batch272; info:words0..9 caps9..13 signal16 fault17 general18 gone19 label32..64; \
     item:cptr0..32 copy32 rights40..48";

/// The information word of a message.
///
/// Bits 0..9: number of words. Bits 9..13: sending: the number of capabilities; receiving: a bit for each
/// of the four that arrived. Bit 16: not a message but signals of the bound notification (the word is the
/// badge). Bit 17: a fault message from the kernel. Bit 18: sending: take the general path. Bit 19: not a message but
/// news from the kernel: the last capability with the badge is gone. Bits 32..64: label. Other bits are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(transparent)]
pub struct MessageInfo(pub u64);

impl MessageInfo {
    const SIGNAL: u64 = 1 << 16;
    const FAULT: u64 = 1 << 17;
    const GENERAL: u64 = 1 << 18;
    const GONE: u64 = 1 << 19;
    const KERNEL: u64 = Self::SIGNAL | Self::FAULT | Self::GONE;
    const SENDABLE: u64 = 0x1fff | Self::GENERAL | (0xffff_ffff << 32);

    /// Makes the word of a message to send. Counts beyond the limits are cut to the field's width and
    /// refused by the kernel.
    pub const fn new(label: u32, words: usize, caps: usize) -> Self {
        Self(((label as u64) << 32) | ((caps as u64 & 0xf) << 9) | (words as u64 & 0x1ff))
    }

    /// The word that says "signals of the bound notification".
    pub const fn signal() -> Self {
        Self(Self::SIGNAL)
    }

    /// The word that says "the last capability with this badge is gone".
    pub const fn gone() -> Self {
        Self(Self::GONE)
    }

    /// Asks the kernel to take its general path, which it otherwise takes only if the fast one cannot serve: for
    /// measuring. The receiver does not see it.
    pub const fn by_general_path(self) -> Self {
        Self(self.0 | Self::GENERAL)
    }

    /// Marks the word as a fault message. Only the kernel does so; it clears the mark on what users send.
    pub const fn as_fault(self) -> Self {
        Self(self.0 | Self::FAULT)
    }

    /// The label.
    pub const fn label(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The number of words.
    pub const fn words(self) -> usize {
        (self.0 & 0x1ff) as usize
    }

    /// Sending: the number of capabilities. Receiving: which of the four arrived, a bit each.
    pub const fn caps(self) -> usize {
        ((self.0 >> 9) & 0xf) as usize
    }

    /// Whether this tells of signals instead of a message.
    pub const fn is_signal(self) -> bool {
        self.0 & Self::SIGNAL != 0
    }

    /// Whether the kernel sent this about a fault.
    pub const fn is_fault(self) -> bool {
        self.0 & Self::FAULT != 0
    }

    /// Whether this tells that a client is gone, instead of a message.
    pub const fn is_gone(self) -> bool {
        self.0 & Self::GONE != 0
    }

    /// Whether this came from the kernel and from no sender: signals, a fault, or a client that is gone.
    pub const fn is_from_kernel(self) -> bool {
        self.0 & Self::KERNEL != 0
    }

    /// Whether a sender may use this word: known bits only, counts within limits, no kernel marks.
    pub const fn is_sendable(self) -> bool {
        self.0 & !Self::SENDABLE == 0 && self.words() <= MAX_WORDS && self.caps() <= MAX_CAPS
    }
}

/// One capability to send: which, and whether it is moved or a copy with fewer rights is derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(transparent)]
pub struct CapItem(pub u64);

impl CapItem {
    const COPY: u64 = 1 << 32;

    /// Moves the capability to the receiver.
    pub const fn moved(cptr: crate::CPtr) -> Self {
        Self(cptr.0 as u64)
    }

    /// Derives a copy with at most `rights` for the receiver.
    pub const fn copied(cptr: crate::CPtr, rights: crate::Rights) -> Self {
        Self(cptr.0 as u64 | Self::COPY | ((rights.bits() as u64) << 40))
    }

    /// The sender's slot.
    pub const fn cptr(self) -> crate::CPtr {
        crate::CPtr(self.0 as u32)
    }

    /// `Some(rights)` if a copy is derived, `None` if the capability moves.
    pub const fn copy_rights(self) -> Option<crate::Rights> {
        if self.0 & Self::COPY == 0 {
            return None;
        }
        Some(crate::Rights::from_bits_truncate((self.0 >> 40) as u8))
    }
}
