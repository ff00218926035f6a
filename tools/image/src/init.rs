//! What of the kernel runs only at boot, and that nothing else refers to it: its memory is given away (decision 0020).
//!
//! The kernel is linked with its relocations kept: each is a place in it, and the symbol whose address stands there. So what
//! a compiler or linker made of the sources is looked at, not the sources.

use object::{
    Object, ObjectSection, ObjectSymbol, RelocationTarget, SectionFlags, SectionIndex, SymbolKind,
    elf::SHF_ALLOC, read::File,
};

use crate::ImageError;

/// What stays, and code: everything in front of it is only used at boot. The linker scripts say so.
const TEXT: &str = ".text";

/// Whether a section of the kernel, by its name and address, is gone after boot.
struct Layout {
    text: u64,
}

impl Layout {
    fn new(file: &File<'_>) -> Result<Self, ImageError> {
        let text = file.section_by_name(TEXT);
        let text = text.ok_or_else(|| broken(format!("it has no `{TEXT}`")))?;
        Ok(Self {
            text: text.address(),
        })
    }

    fn is_gone<'d>(&self, section: &impl ObjectSection<'d>) -> bool {
        is_loaded(section) && section.address() < self.text
    }
}

/// Makes sure that what stays of the kernel refers to nothing that is gone after boot.
///
/// # Errors
/// If it does, or if the file is no kernel that was linked with its relocations.
pub fn check_kernel(elf: &[u8]) -> Result<(), ImageError> {
    let file = File::parse(elf).map_err(|error| broken(error.to_string()))?;
    let layout = Layout::new(&file)?;
    let gone: Vec<SectionIndex> = file
        .sections()
        .filter(|section| layout.is_gone(section))
        .map(|section| section.index())
        .collect();
    let mut references = 0_usize;
    let stays = |section: &_| is_loaded(section) && !layout.is_gone(section);
    for section in file.sections().filter(stays) {
        for (place, relocation) in section.relocations() {
            let RelocationTarget::Symbol(symbol) = relocation.target() else {
                continue;
            };
            let symbol = file.symbol_by_index(symbol);
            let symbol = symbol.map_err(|error| broken(error.to_string()))?;
            references += 1;
            if symbol
                .section_index()
                .is_some_and(|index| gone.contains(&index))
            {
                let to = symbol.address().wrapping_add_signed(relocation.addend());
                let to = match symbol.kind() {
                    SymbolKind::Section => name_at(&file, to),
                    _ => readable(symbol.name().unwrap_or_default()),
                };
                return Err(ImageError::RefersToBoot(name_at(&file, place), to));
            }
        }
    }
    match references {
        0 => Err(broken("it was linked without `--emit-relocs`".to_owned())),
        _ => Ok(()),
    }
}

fn is_loaded<'d>(section: &impl ObjectSection<'d>) -> bool {
    let SectionFlags::Elf { sh_flags } = section.flags() else {
        return false;
    };
    sh_flags & u64::from(SHF_ALLOC) != 0
}

/// The last symbol before an address. Those of the assembler only say that code begins, or data.
fn name_at(file: &File<'_>, address: u64) -> String {
    let is_name = |name: &str| !name.is_empty() && !name.starts_with('$');
    let named = file
        .symbols()
        .filter(|symbol| symbol.address() <= address && symbol.name().is_ok_and(is_name));
    let last = named.max_by_key(|symbol| symbol.address());
    let name = last.and_then(|symbol| symbol.name().ok());
    name.map_or_else(|| format!("{address:#x}"), readable)
}

fn readable(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

fn broken(why: String) -> ImageError {
    ImageError::NotAnElf("the kernel".to_owned(), why)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXECUTABLE: u16 = 2;
    const X86_64: u16 = 62;
    const HEADER: usize = 64;
    const NAMES: &str = "\0.init.text\0.text\0.rela.text\0.symtab\0.strtab\0boot\0serve\0";
    /// Where the sections are, which nobody reads.
    const BOOT: u64 = 0x1000;
    const STAYS: u64 = 0x2000;

    fn name(name: &str) -> u32 {
        NAMES.find(name).expect("there is such a name") as u32
    }

    /// A section header: name, type, flags, address, offset, size, link, info, alignment, size of an entry.
    fn header(out: &mut Vec<u8>, of: &str, kind: u32, words: [u64; 4], link: [u32; 2], entry: u64) {
        let [flags, address, offset, size] = words;
        out.extend(name(of).to_le_bytes());
        out.extend(kind.to_le_bytes());
        [flags, address, offset, size]
            .iter()
            .for_each(|word| out.extend(word.to_le_bytes()));
        link.iter().for_each(|word| out.extend(word.to_le_bytes()));
        [8, entry]
            .iter()
            .for_each(|word| out.extend(word.to_le_bytes()));
    }

    fn symbol(out: &mut Vec<u8>, of: &str, section: u16, address: u64) {
        out.extend(name(of).to_le_bytes());
        out.extend([0x12, 0]);
        out.extend(section.to_le_bytes());
        out.extend(address.to_le_bytes());
        out.extend(16_u64.to_le_bytes());
    }

    /// A kernel with a function that is gone after boot, one that stays, and in the latter references to these symbols: 1
    /// the former, 2 the latter.
    fn kernel(references: &[u64]) -> Vec<u8> {
        let mut symbols = vec![0; 24];
        symbol(&mut symbols, "boot\0", 1, BOOT);
        symbol(&mut symbols, "serve", 2, STAYS);
        let mut relocations = Vec::new();
        for (number, to) in (0_u64..).zip(references) {
            const PLT32: u64 = 4;
            let words = [STAYS + number, to << 32 | PLT32, 4_u64.wrapping_neg()];
            words
                .iter()
                .for_each(|word| relocations.extend(word.to_le_bytes()));
        }
        let (relocations_at, symbols_at) = (HEADER as u64, (HEADER + relocations.len()) as u64);
        let names_at = symbols_at + symbols.len() as u64;
        let headers_at = names_at + NAMES.len() as u64;
        let mut out = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0];
        out.resize(16, 0);
        out.extend(EXECUTABLE.to_le_bytes());
        out.extend(X86_64.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        [BOOT, 0, headers_at]
            .iter()
            .for_each(|word| out.extend(word.to_le_bytes()));
        out.extend(0_u32.to_le_bytes());
        [HEADER as u16, 0, 0, 64, 6, 5]
            .iter()
            .for_each(|half| out.extend(half.to_le_bytes()));
        let length = relocations.len() as u64;
        out.extend(relocations);
        let symbol_bytes = symbols.len() as u64;
        out.extend(symbols);
        out.extend(NAMES.bytes());
        out.resize(out.len() + 64, 0);
        let code = u64::from(SHF_ALLOC) | 4;
        header(&mut out, ".init.text", 1, [code, BOOT, 0, 16], [0, 0], 0);
        header(&mut out, ".text\0.rela", 1, [code, STAYS, 0, 16], [0, 0], 0);
        let place = [0, 0, relocations_at, length];
        header(&mut out, ".rela.text", 4, place, [4, 2], 24);
        let place = [0, 0, symbols_at, symbol_bytes];
        header(&mut out, ".symtab", 2, place, [5, 1], 24);
        let place = [0, 0, names_at, NAMES.len() as u64];
        header(&mut out, ".strtab", 3, place, [0, 0], 0);
        out
    }

    #[test]
    fn what_stays_may_not_refer_to_what_is_gone() {
        assert_eq!(check_kernel(&kernel(&[2, 2])), Ok(()));
        let refers = ImageError::RefersToBoot("serve".to_owned(), "boot".to_owned());
        assert_eq!(check_kernel(&kernel(&[2, 1])), Err(refers));
    }

    #[test]
    fn a_kernel_without_relocations_is_not_taken_for_a_good_one() {
        let error = check_kernel(&kernel(&[])).expect_err("nothing was looked at");
        assert!(error.to_string().contains("--emit-relocs"), "{error}");
        assert!(check_kernel(b"#!/bin/sh").is_err());
    }
}
