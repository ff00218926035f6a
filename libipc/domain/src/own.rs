//! The pages of the running program, for whoever gives it to another process: its ELF header and the table behind it are mapped
//! with its constants (ELF-64, "Program Header").

/// Bytes in a page.
const PAGE: u64 = 4096;
/// What stands in the header about the table.
const TABLE: usize = 0x20;
const ENTRIES: usize = 0x38;
/// Bytes of an entry, and what stands in it.
const ENTRY: usize = 56;
const FLAGS: usize = 4;
const ADDRESS: usize = 0x10;
const LENGTH: usize = 0x28;
/// A piece that is loaded.
const LOAD: u32 = 1;
/// It can be written.
const WRITABLE: u32 = 2;

unsafe extern "C" {
    /// The linker's: the header.
    static __ehdr_start: u8;
}

/// The addresses of the pages with instructions and constants of this program, which nothing changes.
pub fn own_pages() -> impl Iterator<Item = u64> {
    let table = word(TABLE) as usize;
    let count = word(ENTRIES) as usize & 0xffff;
    let entries = (0..count).map(move |number| table + number * ENTRY);
    let constant = entries.filter(|entry| {
        let (kind, flags) = (word(*entry) as u32, word(entry + FLAGS) as u32);
        kind == LOAD && flags & WRITABLE == 0
    });
    constant.flat_map(|entry| {
        let (address, length) = (word(entry + ADDRESS), word(entry + LENGTH));
        (address / PAGE..(address + length).div_ceil(PAGE)).map(|page| page * PAGE)
    })
}

/// The eight bytes at an offset from the header.
fn word(offset: usize) -> u64 {
    let header = &raw const __ehdr_start;
    // SAFETY:
    // 1. the linker puts the table behind the header, and eight bytes from any field of both are in the piece that is loaded
    //    with them.
    let field = unsafe { header.add(offset) };
    // SAFETY:
    // 1. as above; nothing changes the header.
    unsafe { field.cast::<u64>().read_unaligned() }
}
