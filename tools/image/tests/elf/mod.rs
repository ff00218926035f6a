//! Small ELF files, field by field (System V ABI, chapters 4 and 5), with mistakes on order.

/// `p_flags`.
pub(crate) const READ: u32 = 4;
/// `p_flags`.
pub(crate) const WRITE: u32 = 2;
/// `p_flags`.
pub(crate) const EXECUTE: u32 = 1;

const HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;
const SECTION_HEADER: usize = 64;

/// A loadable segment.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) address: u64,
    pub(crate) flags: u32,
    pub(crate) content: Vec<u8>,
    pub(crate) memory: u64,
}

/// An executable file.
#[derive(Clone)]
pub(crate) struct Elf {
    pub(crate) machine: u16,
    pub(crate) entry: u64,
    pub(crate) loads: Vec<Load>,
    pub(crate) abi: Option<u64>,
    /// The name of a further, empty section.
    pub(crate) section: &'static str,
}

impl Default for Elf {
    /// A program as the linker makes them: read-only data, code and data on pages of their own.
    fn default() -> Self {
        let load = |address, flags, length, memory| Load {
            address,
            flags,
            content: vec![flags as u8; length],
            memory,
        };
        Self {
            machine: 62,
            entry: 0x20_1200,
            loads: vec![
                load(0x20_0000, READ, 0x120, 0x120),
                load(0x20_1120, READ | EXECUTE, 0x300, 0x300),
                load(0x20_2420, READ | WRITE, 0x10, 0x5000),
            ],
            abi: Some(weft_abi::ABI_HASH),
            section: ".comment",
        }
    }
}

impl Elf {
    /// The file's bytes: header, program headers, contents, note, names, section headers.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        let base = HEADER + PROGRAM_HEADER * self.loads.len();
        let mut program_headers = Vec::new();
        for load in &self.loads {
            let at = (base + body.len()) as u64;
            program_headers.extend(words32(&[1, load.flags]));
            let length = load.content.len() as u64;
            program_headers.extend(words64(&[
                at,
                load.address,
                load.address,
                length,
                load.memory,
                4096,
            ]));
            body.extend_from_slice(&load.content);
        }
        let note_at = base + body.len();
        let note = self.abi.map_or(Vec::new(), note);
        body.extend_from_slice(&note);
        let names = format!("\0.shstrtab\0.note.weft.abi\0{}\0", self.section);
        let names_at = base + body.len();
        body.extend_from_slice(names.as_bytes());
        let sections = [
            section(0, 0, 0, 0),
            section(1, 3, names_at, names.len()),
            section(
                if self.abi.is_some() { 11 } else { 10 },
                7,
                note_at,
                note.len(),
            ),
            section(26, 1, names_at, 0),
        ];
        body.resize(body.len().next_multiple_of(8), 0);
        let sections_at = base + body.len();
        let mut file = self.header(sections_at, sections.len());
        file.extend(program_headers);
        file.extend(body);
        file.extend(sections.concat());
        file
    }

    fn header(&self, sections_at: usize, sections: usize) -> Vec<u8> {
        let mut header = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        header.extend(words16(&[2, self.machine]));
        header.extend(words32(&[1]));
        header.extend(words64(&[self.entry, HEADER as u64, sections_at as u64]));
        header.extend(words32(&[0]));
        let (headers, size) = (self.loads.len() as u16, PROGRAM_HEADER as u16);
        header.extend(words16(&[
            HEADER as u16,
            size,
            headers,
            SECTION_HEADER as u16,
            sections as u16,
            1,
        ]));
        header
    }
}

fn note(hash: u64) -> Vec<u8> {
    let mut note = words32(&[5, 8, 1]);
    note.extend(b"Weft\0\0\0\0");
    note.extend(hash.to_le_bytes());
    note
}

fn section(name: u32, kind: u32, at: usize, length: usize) -> Vec<u8> {
    let mut header = words32(&[name, kind]);
    header.extend(words64(&[0, 0, at as u64, length as u64]));
    header.extend(words32(&[0, 0]));
    header.extend(words64(&[1, 0]));
    header
}

fn words16(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn words32(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn words64(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}
