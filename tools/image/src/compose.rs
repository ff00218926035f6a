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
    symbols,
};

/// A program's file.
#[derive(Clone, Copy, Debug)]
pub struct ProgramFile<'a> {
    /// The program's name, as the specification has it.
    pub name: &'a str,
    /// Its ELF file.
    pub elf: &'a [u8],
}

/// What an image is made of.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    /// The system.
    pub spec: &'a SystemSpec,
    /// The files of all programs that it names, root's among them, in any order.
    pub programs: &'a [ProgramFile<'a>],
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
    let spec = weft_spec::encode(contents.spec)?;
    let mut image = vec![0; size_of::<ImageHeader>()];
    let programs_at = place(
        &mut image,
        &vec![0; programs.len() * size_of::<Program>()],
        8,
    );
    let spec_at = place(&mut image, &spec, 8);
    let args_at = place(&mut image, contents.boot_args.as_bytes(), 8);
    let symbols_at = place(&mut image, &symbols, 8);
    for Loaded {
        program, contents, ..
    } in &mut programs
    {
        for (segment, content) in program.segment.iter_mut().zip(contents) {
            segment.offset = place(&mut image, content, PAGE as usize);
        }
    }
    image.resize(image.len().next_multiple_of(PAGE as usize), 0);
    let table: Vec<u8> = programs
        .iter()
        .flat_map(|loaded| loaded.program.as_bytes().to_vec())
        .collect();
    write(&mut image, programs_at, &table);
    let header = ImageHeader {
        magic: MAGIC,
        abi_hash: ABI_HASH,
        length: image.len() as u64,
        crc32: crc32fast::hash(image.get(size_of::<ImageHeader>()..).unwrap_or_default()),
        programs: programs.len() as u32,
        programs_at,
        spec_at,
        spec_len: spec.len() as u64,
        args_at,
        args_len: contents.boot_args.len() as u64,
        symbols_at,
        symbols_len: symbols.len() as u64,
    };
    write(&mut image, 0, header.as_bytes());
    Ok(image)
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
fn place(image: &mut Vec<u8>, bytes: &[u8], alignment: usize) -> u64 {
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
