//! Why an image could not be composed, or is none.

use std::fmt;

use weft_spec::{ImageFault, SegmentFault, SpecError};

/// Why an image could not be composed, or is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageError {
    /// The specification names a program for which there is no file.
    MissingProgram(String),
    /// A program's name is too long for the table.
    NameTooLong(String),
    /// A program's file is no ELF file that can be read.
    NotAnElf(String, String),
    /// A program needs a dynamic linker.
    Dynamic(String),
    /// A program is for another kind of processor than root.
    OtherMachine(String),
    /// A program was built with other ABI tables, or without `libipc`; what it has.
    OtherAbi(String, Option<u64>),
    /// A program's segments break a rule.
    Program(String, SegmentFault),
    /// The boot arguments are too long; how long they are.
    ArgumentsTooLong(usize),
    /// The specification names a file that is not there.
    MissingFile(String),
    /// A file has more pages than the specification gives it: its name, its pages, and those.
    FileTooLarge(String, u64, u32),
    /// Something that stays of the kernel refers to something that is gone after boot: both.
    RefersToBoot(String, String),
    /// The specification does not encode or decode.
    Specification(SpecError),
    /// The image is not sound.
    Unsound(ImageFault),
    /// The checksum does not fit the content.
    Checksum,
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingProgram(name) => {
                write!(
                    f,
                    "program `{name}` is missing; build it and give its file to the composer"
                )
            }
            Self::NameTooLong(name) => write!(
                f,
                "the program name `{name}` is too long; use at most 32 bytes"
            ),
            Self::NotAnElf(name, why) => {
                write!(f, "program `{name}` is no ELF file: {why}; build it again")
            }
            Self::Dynamic(name) => write!(
                f,
                "program `{name}` needs a dynamic linker; build it with `-C relocation-model=static`"
            ),
            Self::OtherMachine(name) => {
                write!(
                    f,
                    "program `{name}` is for another processor than root; build both for one target"
                )
            }
            Self::OtherAbi(name, None) => {
                write!(
                    f,
                    "program `{name}` carries no ABI hash; link it with `libipc`"
                )
            }
            Self::OtherAbi(name, Some(found)) => write!(
                f,
                "program `{name}` has ABI hash {found:#018x}, the system {:#018x}; build it again",
                weft_abi::ABI_HASH
            ),
            Self::Program(name, fault) => {
                write!(
                    f,
                    "program `{name}`: {}; check how it is linked",
                    fault.text()
                )
            }
            Self::ArgumentsTooLong(length) => write!(
                f,
                "the commands to run have {length} bytes; use at most {}, or a file on the disk",
                weft_spec::MAX_BOOT_ARGS
            ),
            Self::MissingFile(name) => write!(
                f,
                "the file `{name}` is missing; an image whose disk is in images/NAME-disk has the file `disk`"
            ),
            Self::FileTooLarge(name, found, most) => write!(
                f,
                "the file `{name}` has {found} pages of 4 KiB and the manifest gives it {most}; give it more in `files`"
            ),
            Self::RefersToBoot(from, to) => write!(
                f,
                "the kernel's `{from}` refers to `{to}`, which is gone after boot; take the latter's path out of \
                 microkernel/kernel/init.txt, or put the former's in if it runs only at boot"
            ),
            Self::Specification(why) => write!(f, "{why}; compose the image again"),
            Self::Unsound(why) => write!(f, "{why}; compose the image again"),
            Self::Checksum => {
                f.write_str("the image's checksum does not fit; compose the image again")
            }
        }
    }
}

impl std::error::Error for ImageError {}

impl From<SpecError> for ImageError {
    fn from(error: SpecError) -> Self {
        Self::Specification(error)
    }
}

impl From<ImageFault> for ImageError {
    fn from(fault: ImageFault) -> Self {
        Self::Unsound(fault)
    }
}
