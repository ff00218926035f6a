//! The card that a board boots from: an MBR, a FAT32 partition that its firmware reads, and the image's disk.
//!
//! The firmware itself is the board maker's and not part of the tree: a person puts its files into a folder. Without
//! them the card is whole for QEMU, which loads kernel and boot image itself.

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use fatfs::{FatType, FileSystem, FsOptions};

use super::{fat, output};
use crate::error::{Error, Outcome};

/// What the firmware needs besides what is built, and reads from the first partition.
pub const FIRMWARE: [&str; 4] = [
    "start4.elf",
    "fixup4.dat",
    "bcm2711-rpi-4-b.dtb",
    "overlays/disable-bt.dtbo",
];

/// The kernel's and the boot image's names on the card.
const KERNEL: &str = "kernel8.img";
const IMAGE: &str = "boot.img";
const CONFIG: &str = "config.txt";

/// What the firmware is told: a kernel of 64 bits, with the boot image behind it, the better serial port on the pins
/// 8 and 10, and to keep the memory for framebuffers that the board's file calls `video`.
const CONFIG_TEXT: &str = "\
# Made by `cargo weft build`.
arm_64bit=1
kernel=kernel8.img
initramfs boot.img followkernel
enable_uart=1
dtoverlay=disable-bt
gpu_mem=64
";

const MIB: usize = 1 << 20;
const SECTOR: usize = 512;
/// Where the partition for the firmware begins, and the one behind it.
const BOOT_AT: usize = MIB;
const ROOT_AT: usize = 64 * MIB;
/// How long the partition for the firmware is.
pub const BOOT_BYTES: usize = ROOT_AT - BOOT_AT;
/// Partition types of an MBR: FAT32, Linux.
const FAT32: u8 = 0x0c;
const LINUX: u8 = 0x83;
/// Where the table of partitions is, and bytes of an entry.
const TABLE: usize = 446;
const ENTRY: usize = 16;

/// The number by which a card is known.
const DISK_ID: u32 = 0x7765_6674;

/// What is put on a card.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// The kernel as the firmware loads it.
    pub kernel: &'a Path,
    /// The boot image.
    pub image: &'a Path,
    /// The second partition.
    pub root: &'a Path,
    /// A folder with the firmware's files, if somebody put them there.
    pub firmware: &'a Path,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The image of the whole card.
    pub path: PathBuf,
    /// Files of the firmware that are not on it.
    pub missing: Vec<&'static str>,
}

/// Makes the card as the file `path`, unless it is there and would be the same.
///
/// # Errors
/// If a file cannot be read or written, or does not fit.
pub fn build(path: PathBuf, content: Content<'_>) -> Outcome<Card> {
    let root = read(content.root)?;
    let mut files = vec![
        (CONFIG, CONFIG_TEXT.as_bytes().to_vec()),
        (KERNEL, read(content.kernel)?),
        (IMAGE, read(content.image)?),
    ];
    let mut missing = Vec::new();
    for name in FIRMWARE {
        let file = content.firmware.join(name);
        match file.is_file() {
            true => files.push((name, read(&file)?)),
            false => missing.push(name),
        }
    }
    let boot = fat::volume(BOOT_BYTES, FatType::Fat32, &files);
    let boot = boot.map_err(|cause| Error::io("make the card", &path, &cause))?;
    output::write_with_holes(&path, &join(&boot, &root))?;
    Ok(Card { path, missing })
}

/// A card with these two partitions. The first is [`BOOT_BYTES`] long.
pub fn join(boot: &[u8], root: &[u8]) -> Vec<u8> {
    let size = (ROOT_AT + root.len()).next_power_of_two();
    let mut bytes = table(root.len());
    bytes.resize(BOOT_AT, 0);
    bytes.extend_from_slice(boot);
    bytes.resize(ROOT_AT, 0);
    bytes.extend_from_slice(root);
    bytes.resize(size, 0);
    bytes
}

/// Writes what a board's firmware would load from a card into `folder`; gives the paths of kernel and boot image.
///
/// # Errors
/// If the card has no such files, or they cannot be written.
pub fn unpack(card: &Path, folder: &Path) -> Outcome<(PathBuf, PathBuf)> {
    let unreadable = |cause| Error::io("read the card", card, &cause);
    let file = fs::File::open(card).map_err(unreadable)?;
    let part = Part { file, at: 0 };
    let volume = FileSystem::new(part, FsOptions::new()).map_err(unreadable)?;
    let get = |name: &str| -> Outcome<PathBuf> {
        let mut bytes = Vec::new();
        let opened = volume.root_dir().open_file(name);
        opened
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .map_err(unreadable)?;
        let path = folder.join(name);
        output::write(&path, &bytes)?;
        Ok(path)
    };
    Ok((get(KERNEL)?, get(IMAGE)?))
}

/// Where the partitions of a card's table are: first byte and length.
pub fn partitions(card: &[u8]) -> Vec<(usize, usize)> {
    let word = |at: usize| {
        let bytes = card.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u32::from_le_bytes) as usize * SECTOR
    };
    let entries = (0..4).map(|number| TABLE + number * ENTRY);
    let parts = entries.map(|entry| (word(entry + 8), word(entry + 12)));
    parts.filter(|(_, length)| *length > 0).collect()
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|cause| Error::io("read", path, &cause))
}

/// The first sector.
fn table(root_bytes: usize) -> Vec<u8> {
    let mut bytes = vec![0; SECTOR];
    bytes[440..444].copy_from_slice(&DISK_ID.to_le_bytes());
    let parts = [(FAT32, BOOT_AT, BOOT_BYTES), (LINUX, ROOT_AT, root_bytes)];
    for (place, (kind, at, length)) in bytes[TABLE..].chunks_exact_mut(ENTRY).zip(parts) {
        // What begins beyond the first cylinders has such an address in cylinders.
        place[1..4].fill(0xff);
        place[4] = kind;
        place[5..8].fill(0xff);
        place[8..12].copy_from_slice(&((at / SECTOR) as u32).to_le_bytes());
        place[12..].copy_from_slice(&((length / SECTOR) as u32).to_le_bytes());
    }
    bytes[510..].copy_from_slice(&[0x55, 0xaa]);
    bytes
}

/// The first partition of a card.
struct Part {
    file: fs::File,
    at: u64,
}

impl Read for Part {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.file.seek(SeekFrom::Start(BOOT_AT as u64 + self.at))?;
        let count = self.file.read(into)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Write for Part {
    /// It is only read.
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for Part {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let end = BOOT_BYTES as u64;
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => end.checked_add_signed(by),
        };
        self.at = at.ok_or(std::io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_holds_what_it_is_made_of_and_is_the_same_each_time() {
        let base = std::env::temp_dir().join(format!("weft-card-image-{}", std::process::id()));
        output::folder(&base.join("firmware/overlays")).expect("made");
        let write = |name: &str, bytes: &[u8]| {
            let path = base.join(name);
            fs::write(&path, bytes).expect("written");
            path
        };
        let (kernel, image) = (write("k", &[1; 100_000]), write("i", &[2; 3_000_000]));
        let root = write("r", &[3; 2 * MIB]);
        write("firmware/start4.elf", b"start");
        write("firmware/overlays/disable-bt.dtbo", b"overlay");
        let content = Content {
            kernel: &kernel,
            image: &image,
            root: &root,
            firmware: &base.join("firmware"),
        };
        let one = build(base.join("one.img"), content).expect("made");
        let other = build(base.join("other.img"), content).expect("made");
        assert_eq!(one.missing, ["fixup4.dat", "bcm2711-rpi-4-b.dtb"]);
        let bytes = fs::read(&one.path).expect("there");
        assert!(bytes == fs::read(&other.path).expect("there"));
        assert_eq!(bytes.len(), 128 * MIB);
        let parts = partitions(&bytes);
        assert_eq!(parts, [(MIB, 63 * MIB), (64 * MIB, 2 * MIB)]);
        assert!(bytes[64 * MIB..][..2 * MIB] == [3; 2 * MIB]);
        let overlay = fat::read(&bytes[MIB..64 * MIB], "overlays/disable-bt.dtbo");
        assert_eq!(overlay.expect("read").as_deref(), Some(&b"overlay"[..]));
        let (kernel, image) = unpack(&one.path, &base).expect("unpacked");
        assert!(fs::read(kernel).expect("there") == [1; 100_000]);
        assert!(fs::read(image).expect("there") == [2; 3_000_000]);
        fs::remove_dir_all(&base).expect("removed");
    }
}
