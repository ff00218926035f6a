//! The ABI hash as an ELF note, so that the composer refuses a program that was built with other tables.
//!
//! A note section survives the linker's removal of unused sections.

/// An ELF note (System V ABI, "Note Section") of owner "Weft" and type 1.
#[repr(C)]
struct Note {
    name_len: u32,
    content_len: u32,
    kind: u32,
    name: [u8; 8],
    content: [u8; 8],
}

#[used]
#[unsafe(link_section = ".note.weft.abi")]
static ABI: Note = Note {
    name_len: 5,
    content_len: 8,
    kind: 1,
    name: *b"Weft\0\0\0\0",
    content: weft_abi::ABI_HASH.to_le_bytes(),
};
