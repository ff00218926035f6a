//! Lays the parts of an image out and writes them.

use weft_abi::{
    ABI_HASH,
    image::{ImageHeader, MAGIC, Program},
    layout::PAGE,
};
use weft_spec::{MAX_BOOT_ARGS, SystemSpec};
use zerocopy::IntoBytes;

use crate::{
    ImageError,
    elf::{self, Loaded},
    files, symbols,
};

/// A program's file.
#[derive(Clone, Copy, Debug)]
pub struct ProgramFile<'a> {
    /// The program's name, as the specification has it.
    pub name: &'a str,
    /// Its ELF file.
    pub elf: &'a [u8],
}

/// A file that the specification maps into components.
#[derive(Clone, Copy, Debug)]
pub struct BootFile<'a> {
    /// Its name, which is that of the regions that it is mapped as.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// What an image is made of.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    /// The system.
    pub spec: &'a SystemSpec,
    /// The files of all programs that it names, root's among them, in any order.
    pub programs: &'a [ProgramFile<'a>],
    /// The files that it maps into components, and others, which are left out.
    pub files: &'a [BootFile<'a>],
    /// What the shell is to run instead of a prompt; empty for a prompt.
    pub boot_args: &'a str,
    /// The kernel's ELF file, for the names of its functions.
    pub kernel: Option<&'a [u8]>,
}

/// Composes an image. Equal contents give equal bytes.
///
/// # Errors
/// Which program does not fit, and why.
pub fn compose(contents: &Contents<'_>) -> Result<Vec<u8>, ImageError> {
    if contents.boot_args.len() > MAX_BOOT_ARGS {
        return Err(ImageError::ArgumentsTooLong(contents.boot_args.len()));
    }
    let mut programs = load_all(contents)?;
    let symbols = contents.kernel.map_or(Ok(Vec::new()), symbols::section)?;
    let mut image = vec![0; size_of::<ImageHeader>()];
    let table_bytes = programs.len() * size_of::<Program>();
    let programs_at = place(&mut image, &vec![0; table_bytes], 8);
    // Files come before the specification, which says where they are.
    let spec = files::place(&mut image, contents)?;
    let spec = weft_spec::encode(&spec)?;
    let mut header = ImageHeader {
        magic: MAGIC,
        abi_hash: ABI_HASH,
        length: 0,
        crc32: 0,
        programs: programs.len() as u32,
        programs_at,
        spec_at: place(&mut image, &spec, 8),
        spec_len: spec.len() as u64,
        args_at: place(&mut image, contents.boot_args.as_bytes(), 8),
        args_len: contents.boot_args.len() as u64,
        symbols_at: place(&mut image, &symbols, 8),
        symbols_len: symbols.len() as u64,
    };
    place_programs(&mut image, &mut programs, header.programs_at);
    header.length = image.len() as u64;
    header.crc32 = crc32fast::hash(image.get(size_of::<ImageHeader>()..).unwrap_or_default());
    write(&mut image, 0, header.as_bytes());
    Ok(image)
}

/// Appends the programs' segments, each on pages of its own, and writes the table that tells where they are.
fn place_programs(image: &mut Vec<u8>, programs: &mut [Loaded], table_at: u64) {
    let mut table = Vec::new();
    for loaded in programs {
        for (segment, content) in loaded.program.segment.iter_mut().zip(&loaded.contents) {
            segment.offset = place(image, content, PAGE as usize);
        }
        table.extend_from_slice(loaded.program.as_bytes());
    }
    image.resize(image.len().next_multiple_of(PAGE as usize), 0);
    write(image, table_at, &table);
}

/// Loads every program in the order of the specification; all are for the processor that root is for.
fn load_all(contents: &Contents<'_>) -> Result<Vec<Loaded>, ImageError> {
    let mut programs: Vec<Loaded> = Vec::new();
    for name in &contents.spec.programs {
        let file = contents
            .programs
            .iter()
            .find(|program| program.name == name)
            .ok_or_else(|| ImageError::MissingProgram(name.clone()))?;
        let loaded = elf::load(name, file.elf)?;
        if programs
            .first()
            .is_some_and(|root| root.architecture != loaded.architecture)
        {
            return Err(ImageError::OtherMachine(name.clone()));
        }
        programs.push(loaded);
    }
    Ok(programs)
}

/// Appends bytes at the next multiple of `alignment`; returns where.
pub(crate) fn place(image: &mut Vec<u8>, bytes: &[u8], alignment: usize) -> u64 {
    image.resize(image.len().next_multiple_of(alignment), 0);
    let at = image.len() as u64;
    image.extend_from_slice(bytes);
    at
}

/// Writes bytes over those that were placed before.
fn write(image: &mut [u8], at: u64, bytes: &[u8]) {
    if let Some(place) = image
        .get_mut(at as usize..)
        .and_then(|rest| rest.get_mut(..bytes.len()))
    {
        place.copy_from_slice(bytes);
    }
}
