//! The kinds of disks: how each is filled, and what is wrong with it.

use std::fs;
use std::path::Path;

use fatfs::FatType;

use super::parts::FAT_FOLDER;
use super::tables;
use crate::build::{card, disk, fat, output};
use crate::error::{Error, Outcome};

/// A kind of disk, and the function that makes it: `content` is a folder to fill for it.
type Maker = fn(disk: &Path, content: &Path) -> Outcome;

/// Every kind of disk.
pub(super) const ALL: &[(&str, Maker)] = &[
    ("small", small),
    ("tight", tight),
    ("middle", middle),
    ("large", large),
    ("card", card),
    ("mbr-card", mbr_card),
    ("blank", blank),
    ("noise", noisy),
    ("damaged", damaged),
    ("torn", torn),
    ("mbr", mbr),
    ("gpt", gpt),
    ("fat", said_fat),
    ("fat-volume", fat_volume),
    ("fat-used", fat_used),
    ("fat-damaged", fat_damaged),
    ("two-card", two_card),
];

fn write(path: &Path, bytes: &[u8]) -> Outcome {
    output::folder(path.parent().unwrap_or(path))?;
    fs::write(path, bytes).map_err(|cause| Error::io("write", path, &cause))
}

/// Bytes that look random and are the same each time (xorshift64, Marsaglia 2003).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// A few files of every kind, in 16 MiB.
fn small(disk: &Path, content: &Path) -> Outcome {
    write(&content.join("hello"), b"hello\n")?;
    write(&content.join("folder/deep/file"), b"deep\n")?;
    write(&content.join("noise"), &noise(300_000))?;
    write(&content.join("empty"), b"")?;
    write(&content.join("names/Grüße 你好 🌍"), b"utf-8\n")?;
    write(&content.join("names").join("n".repeat(255)), b"long\n")?;
    link(content, "link", "folder/deep/file")?;
    link(content, "linked", "folder")?;
    link(content, "names/back", "../link")?;
    disk::make(disk, content, 16)
}

/// The same in 4 MiB, which are soon full.
fn tight(disk: &Path, content: &Path) -> Outcome {
    small(disk, content)?;
    disk::make(disk, content, 4)
}

/// Files of 2 and 24 MiB and everything of the small disk, in 96 MiB.
fn middle(disk: &Path, content: &Path) -> Outcome {
    small(disk, content)?;
    write(&content.join("part"), &noise(2 << 20))?;
    write(&content.join("big"), &noise(24 << 20))?;
    disk::make(disk, content, 96)
}

/// A file of 1 MiB and everything of the small disk, in 128 MiB: the sizes of cards are powers of two.
fn card(disk: &Path, content: &Path) -> Outcome {
    small(disk, content)?;
    write(&content.join("big"), &noise(1 << 20))?;
    disk::make(disk, content, 128)
}

/// A small disk in the one partition of an MBR on a card of 32 MiB.
fn mbr_card(disk: &Path, content: &Path) -> Outcome {
    mbr(disk, content)?;
    let mut bytes = read(disk)?;
    bytes.resize(32 << 20, 0);
    write(disk, &bytes)
}

/// 5,000 small files, a file of 64 MiB and everything of the small disk, in 256 MiB.
fn large(disk: &Path, content: &Path) -> Outcome {
    small(disk, content)?;
    for number in 0..5_000 {
        let path = content.join(format!("many/{}/file{number}", number / 1_000));
        write(&path, format!("this is file {number}\n").as_bytes())?;
    }
    write(&content.join("big"), &noise(64 << 20))?;
    disk::make(disk, content, 256)
}

/// Nothing but zeros.
fn blank(disk: &Path, _content: &Path) -> Outcome {
    write(disk, &vec![0; 4 << 20])
}

/// A small disk with a superblock that does not make sense.
fn damaged(disk: &Path, content: &Path) -> Outcome {
    small(disk, content)?;
    let mut bytes = read(disk)?;
    // The superblock stands at 1024; its magic number at 56 stays, the counts before it go.
    bytes
        .iter_mut()
        .skip(1024)
        .take(56)
        .for_each(|byte| *byte = 0xff);
    write(disk, &bytes)
}

/// A small disk whose block groups are told by a table of noise.
fn torn(disk: &Path, content: &Path) -> Outcome {
    small(disk, content)?;
    let mut bytes = read(disk)?;
    // The table of groups stands in the block behind the superblock: at 2048 with blocks of 1 KiB, as
    // mkfs.ext4 chooses for a disk this small, and at 4096 with larger ones.
    for start in [2048, 4096] {
        let place = bytes.iter_mut().skip(start).take(1024);
        place
            .zip(noise(1024))
            .for_each(|(byte, other)| *byte = other);
    }
    write(disk, &bytes)
}

/// Bytes that are no file system.
fn noisy(disk: &Path, _content: &Path) -> Outcome {
    write(disk, &noise(4 << 20))
}

/// A small disk in the one partition of an MBR.
fn mbr(disk: &Path, content: &Path) -> Outcome {
    small(disk, content)?;
    write(disk, &tables::mbr(&read(disk)?, tables::LINUX))
}

/// A small disk in the one partition of a GPT.
fn gpt(disk: &Path, content: &Path) -> Outcome {
    small(disk, content)?;
    write(disk, &tables::gpt(&read(disk)?))
}

/// The one partition of an MBR, said to be FAT, with noise in it.
fn said_fat(disk: &Path, _content: &Path) -> Outcome {
    write(disk, &tables::mbr(&noise(4 << 20), tables::FAT))
}

/// A few files with names of every kind on a FAT16 volume of 16 MiB, without a partition table.
fn fat_volume(disk: &Path, content: &Path) -> Outcome {
    write(disk, &fat_bytes(16 << 20, FatType::Fat16, content)?)
}

/// The same, with the mark of a volume that was not unmounted.
fn fat_used(disk: &Path, content: &Path) -> Outcome {
    let mut bytes = fat_bytes(16 << 20, FatType::Fat16, content)?;
    bytes[0x25] |= 1;
    write(disk, &bytes)
}

/// The same, with chains that lead nowhere: all entries of the table behind the first two are one that does not exist.
fn fat_damaged(disk: &Path, content: &Path) -> Outcome {
    let mut bytes = fat_bytes(16 << 20, FatType::Fat16, content)?;
    let table = usize::from(u16::from_le_bytes([bytes[14], bytes[15]])) * 512;
    for entry in bytes[table + 4..table + 2048].chunks_exact_mut(2) {
        entry.copy_from_slice(&0xfff0_u16.to_le_bytes());
    }
    write(disk, &bytes)
}

/// A card with a FAT32 partition, and a small disk as its second.
fn two_card(disk: &Path, content: &Path) -> Outcome {
    small(disk, content)?;
    let boot = fat_bytes(card::BOOT_BYTES, FatType::Fat32, content)?;
    write(disk, &card::join(&boot, &read(disk)?))
}

/// A FAT volume, and what is on it in the content's folder for that.
fn fat_bytes(length: usize, kind: FatType, content: &Path) -> Outcome<Vec<u8>> {
    let files = [
        ("HELLO", b"hello from FAT\n".to_vec()),
        ("Grüße 你好.txt", b"utf-16\n".to_vec()),
        ("a folder/of some depth/noise", noise(300_000)),
        ("a folder/empty", Vec::new()),
    ];
    for (name, bytes) in &files {
        write(&content.join(FAT_FOLDER).join(name), bytes)?;
    }
    let made = fat::volume(length, kind, &files);
    made.map_err(|cause| Error::io("make a volume for", content, &cause))
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|cause| Error::io("read", path, &cause))
}

fn link(content: &Path, name: &str, target: &str) -> Outcome {
    let path = content.join(name);
    let _ = fs::remove_file(&path);
    std::os::unix::fs::symlink(target, &path).map_err(|cause| Error::io("link", &path, &cause))
}
