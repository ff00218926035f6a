//! Asking for a framebuffer (firmware, "Mailbox property interface"). The firmware makes it when it is asked for its
//! memory, of what the same letter set before.

use proto::firmware::Framebuffer;

use crate::letter::{MOST, Question, VALUES};

/// The firmware's name of the framebuffer's memory.
pub(crate) const ALLOCATE: u32 = 0x0004_0001;

mod tag {
    pub(super) const PHYSICAL_SIZE: u32 = 0x0004_8003;
    pub(super) const VIRTUAL_SIZE: u32 = 0x0004_8004;
    pub(super) const DEPTH: u32 = 0x0004_8005;
    pub(super) const PIXEL_ORDER: u32 = 0x0004_8006;
    pub(super) const VIRTUAL_OFFSET: u32 = 0x0004_8009;
    pub(super) const PITCH: u32 = 0x0004_0008;
}

/// Bits of a pixel.
const DEPTH: u32 = 32;
/// Blue in the lowest byte.
const BLUE_FIRST: u32 = 0;
/// Of the framebuffer in memory, in bytes.
const ALIGNMENT: u32 = 4096;
/// Addresses by which the VideoCore sees memory, with its caches and without, are the same but for the highest two bits.
const ALIASES: u32 = 0xc000_0000;

/// What is asked, in this order.
pub(crate) fn questions(width: u32, height: u32) -> [Question; MOST] {
    let question = |tag, values, words| Question { tag, values, words };
    [
        question(tag::PHYSICAL_SIZE, [width, height], 2),
        question(tag::VIRTUAL_SIZE, [width, height], 2),
        question(tag::VIRTUAL_OFFSET, [0, 0], 2),
        question(tag::DEPTH, [DEPTH, 0], 1),
        question(tag::PIXEL_ORDER, [BLUE_FIRST, 0], 1),
        question(ALLOCATE, [ALIGNMENT, 0], 2),
        question(tag::PITCH, [0, 0], 1),
    ]
}

/// What the answers say; `None` if it is no framebuffer of the kind that was asked for.
pub(crate) fn framebuffer(answers: [[u32; VALUES]; MOST]) -> Option<Framebuffer> {
    let [
        _,
        [width, height],
        offset,
        [depth, _],
        [order, _],
        [base, length],
        [pitch, _],
    ] = answers;
    let is_right = offset == [0, 0] && depth == DEPTH && order == BLUE_FIRST;
    (is_right && base != 0 && length != 0).then_some(Framebuffer {
        physical: base & !ALIASES,
        length,
        pitch,
        width,
        height,
    })
}
