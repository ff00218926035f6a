//! The boot image: one file with root, all programs and the system specification.
//!
//! Made by the host's composer, loaded as the boot module, read by the kernel (header and root only) and by
//! root. All offsets are in bytes from the start; programs' segments begin on page boundaries, so that
//! read-only pages are mapped straight from the image. Integers are little endian.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Text that enters the ABI hash.
pub(crate) const DESCRIPTION: &str = "image:1 header{magic,abi,len,crc,programs,programs_at,spec_at,spec_len,args_at,args_len,symbols_at,symbols_len} \
     program{name32,entry,segments,pad,seg[6]{vaddr,offset,file,mem,rights,pad}}";

/// `ImageHeader::magic`.
pub const MAGIC: u64 = u64::from_le_bytes(*b"WEFTIMG1");
/// The greatest number of segments in a program.
pub const MAX_SEGMENTS: usize = 6;
/// The greatest length of a program's name in bytes.
pub const NAME_BYTES: usize = 32;

/// The header, at offset 0. The program table's entry 0 is root.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct ImageHeader {
    /// [`MAGIC`].
    pub magic: u64,
    /// The ABI hash that all programs in it were built with.
    pub abi_hash: u64,
    /// Length of the whole image.
    pub length: u64,
    /// CRC-32 (IEEE) of everything behind the header.
    pub crc32: u32,
    /// How many programs there are.
    pub programs: u32,
    /// Where the table of [`Program`]s is.
    pub programs_at: u64,
    /// Where the system specification (postcard) is.
    pub spec_at: u64,
    /// Its length.
    pub spec_len: u64,
    /// Where the boot arguments (UTF-8, for the shell's `--exec`) are.
    pub args_at: u64,
    /// Their length.
    pub args_len: u64,
    /// Where the symbol table (see [`Symbol`]) of the kernel is.
    pub symbols_at: u64,
    /// Its length in bytes.
    pub symbols_len: u64,
}

/// A program: name, entry point and segments.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Program {
    /// Name in UTF-8, padded with zeros.
    pub name: [u8; NAME_BYTES],
    /// Entry point.
    pub entry: u64,
    /// How many segments are used.
    pub segments: u32,
    /// Zero.
    pub reserved: u32,
    /// The segments, in ascending order of addresses.
    pub segment: [Segment; MAX_SEGMENTS],
}

/// A piece of a program's address space.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Segment {
    /// First address; page aligned.
    pub address: u64,
    /// Where its bytes are in the image; page aligned.
    pub offset: u64,
    /// How many bytes are in the image.
    pub file_bytes: u64,
    /// How many bytes it occupies in memory; the rest is zero.
    pub memory_bytes: u64,
    /// [`Rights`](crate::Rights) of the mapping.
    pub rights: u32,
    /// Zero.
    pub reserved: u32,
}

/// A function of the kernel. The table is sorted by address and followed by the names' bytes.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Symbol {
    /// Start address.
    pub address: u64,
    /// Where the name begins, from the start of the symbol section.
    pub name_at: u32,
    /// Length of the name in bytes.
    pub name_len: u32,
}
