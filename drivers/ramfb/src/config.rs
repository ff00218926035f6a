//! Files of QEMU's firmware configuration, by its DMA interface (fw_cfg, "DMA interface"). All numbers are big-endian.

use core::fmt;

/// What starts a transfer.
pub trait Port {
    /// Reads the DMA address register, its high word first: the signature.
    fn signature(&self) -> [u32; 2];

    /// Writes the address of the letter, which starts the transfer.
    fn start(&self, letter: u64);
}

/// Memory for a letter and what it carries, which the device reads and writes at the same moment.
pub trait Letter {
    /// Returns where it is in memory.
    fn physical(&self) -> u64;
    /// Reads a word as it is in memory.
    fn read(&self, word: usize) -> u32;
    /// Writes a word as it is to be in memory.
    fn write(&self, word: usize, value: u32);
    /// Orders all accesses before it against all accesses after it, as the device sees them.
    fn barrier(&self);
}

/// `QEMU CFG`.
const SIGNATURE: [u32; 2] = [0x5145_4d55, 0x2043_4647];

/// Words of a letter.
mod at {
    pub(super) const CONTROL: usize = 0;
    pub(super) const LENGTH: usize = 1;
    pub(super) const ADDRESS: usize = 2;
    /// What is carried, behind the letter.
    pub(super) const DATA: usize = 4;
}

mod control {
    pub(super) const ERROR: u32 = 1 << 0;
    pub(super) const READ: u32 = 1 << 1;
    pub(super) const SELECT: u32 = 1 << 3;
    pub(super) const WRITE: u32 = 1 << 4;
    /// Where the key is.
    pub(super) const KEY: u32 = 16;
}

/// The list of files (fw_cfg, "File Directory").
const DIRECTORY: u16 = 0x19;
const ENTRY_WORDS: usize = 16;
/// Words of an entry: size, key, then the name.
const ENTRY_KEY: usize = 1;
const ENTRY_NAME: usize = 2;
const NAME_BYTES: usize = 56;
/// More files than QEMU can have.
const MOST_FILES: u32 = 4096;

const WORD: usize = size_of::<u32>();
/// How often the letter is read until the device is done; QEMU is at once.
const PATIENCE: u32 = 1_000_000;

/// Why a file was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no firmware configuration with DMA.
    Missing,
    /// It has no such file.
    NoFile,
    /// It reports an error.
    Refused,
    /// It does not end a transfer.
    Silent,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "there is no firmware configuration of QEMU",
            Self::NoFile => "QEMU was started without `-device ramfb`",
            Self::Refused => "the firmware configuration reports an error",
            Self::Silent => "the firmware configuration does not end a transfer",
        })
    }
}

/// The firmware configuration.
#[derive(Debug)]
pub struct Config<P, L> {
    port: P,
    letter: L,
}

/// What is moved.
enum Transfer {
    /// From the file with the key, from its start.
    ReadFile(u16),
    /// From where the last ended.
    ReadOn,
    /// To the file with the key.
    WriteFile(u16),
}

impl Transfer {
    fn control(&self) -> u32 {
        let select = |key: &u16| u32::from(*key) << control::KEY | control::SELECT;
        match self {
            Self::ReadFile(key) => select(key) | control::READ,
            Self::ReadOn => control::READ,
            Self::WriteFile(key) => select(key) | control::WRITE,
        }
    }
}

impl<P: Port, L: Letter> Config<P, L> {
    /// The configuration behind a port.
    ///
    /// # Errors
    /// [`Failure::Missing`].
    pub fn new(port: P, letter: L) -> Result<Self, Failure> {
        match port.signature() {
            SIGNATURE => Ok(Self { port, letter }),
            _ => Err(Failure::Missing),
        }
    }

    /// Writes a file of the configuration from its start.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn write(&self, name: &[u8], words: &[u32]) -> Result<(), Failure> {
        let key = self.find(name)?;
        for (place, word) in (at::DATA..).zip(words) {
            self.letter.write(place, word.to_be());
        }
        self.transfer(&Transfer::WriteFile(key), words.len())
    }

    fn find(&self, name: &[u8]) -> Result<u16, Failure> {
        self.transfer(&Transfer::ReadFile(DIRECTORY), 1)?;
        let count = u32::from_be(self.letter.read(at::DATA));
        for _ in 0..count.min(MOST_FILES) {
            self.transfer(&Transfer::ReadOn, ENTRY_WORDS)?;
            if self.is_named(name) {
                let key = u32::from_be(self.letter.read(at::DATA + ENTRY_KEY));
                return Ok((key >> 16) as u16);
            }
        }
        Err(Failure::NoFile)
    }

    /// Whether the entry that was read has the name, which zeros fill.
    fn is_named(&self, name: &[u8]) -> bool {
        let byte = |place: usize| {
            let word = self.letter.read(at::DATA + ENTRY_NAME + place / WORD);
            word.to_ne_bytes().get(place % WORD).copied()
        };
        let wanted = |place| name.get(place).copied().unwrap_or(0);
        (0..NAME_BYTES).all(|place| byte(place) == Some(wanted(place)))
    }

    fn transfer(&self, transfer: &Transfer, words: usize) -> Result<(), Failure> {
        let letter = self.letter.physical();
        let data = letter + (at::DATA * WORD) as u64;
        self.letter.write(at::CONTROL, transfer.control().to_be());
        self.letter
            .write(at::LENGTH, ((words * WORD) as u32).to_be());
        self.letter
            .write(at::ADDRESS, ((data >> 32) as u32).to_be());
        self.letter.write(at::ADDRESS + 1, (data as u32).to_be());
        self.letter.barrier();
        self.port.start(letter);
        for _ in 0..PATIENCE {
            self.letter.barrier();
            match u32::from_be(self.letter.read(at::CONTROL)) {
                0 => return Ok(()),
                state if state & control::ERROR != 0 => return Err(Failure::Refused),
                _ => {}
            }
        }
        Err(Failure::Silent)
    }
}
