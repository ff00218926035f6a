//! FAT volumes with files on them, the same byte for byte each time, and what is in their files.

use std::io::{Cursor, Read, Result, Write};

use fatfs::{
    Date, DateTime, FatType, FileSystem, FormatVolumeOptions, FsOptions, Time, TimeProvider,
};

/// Bytes of a sector, and of a place in a directory.
const SECTOR: usize = 512;
const SLOT: usize = 32;
/// The number by which a volume is known.
const VOLUME_ID: u32 = 0x7765_6674;

/// No file is older or newer than another.
#[derive(Debug)]
struct Always;

impl TimeProvider for Always {
    fn get_current_date(&self) -> Date {
        Date {
            year: 2026,
            month: 1,
            day: 1,
        }
    }

    fn get_current_date_time(&self) -> DateTime {
        let (date, time) = (
            self.get_current_date(),
            Time {
                hour: 0,
                min: 0,
                sec: 0,
                millis: 0,
            },
        );
        DateTime { date, time }
    }
}

static ALWAYS: Always = Always;

/// A volume of so many bytes with these files; folders are made as their paths need them.
///
/// # Errors
/// If the files do not fit.
pub fn volume(bytes: usize, kind: FatType, files: &[(&str, Vec<u8>)]) -> Result<Vec<u8>> {
    let mut bytes = vec![0; bytes];
    let mut options = FormatVolumeOptions::new()
        .fat_type(kind)
        .volume_id(VOLUME_ID)
        .volume_label(*b"WEFT       ");
    if kind == FatType::Fat32 {
        // The smallest, so that a small volume has as many as FAT32 needs.
        options = options.bytes_per_cluster(SECTOR as u32);
    }
    fatfs::format_volume(Cursor::new(&mut bytes[..]), options)?;
    let volume = FileSystem::new(
        Cursor::new(&mut bytes[..]),
        FsOptions::new().time_provider(&ALWAYS),
    )?;
    for (name, content) in files {
        for (end, _) in name.match_indices('/') {
            volume.root_dir().create_dir(&name[..end])?;
        }
        let mut file = volume.root_dir().create_file(name)?;
        file.write_all(content)?;
    }
    volume.unmount()?;
    tidy(&mut bytes);
    Ok(bytes)
}

/// What a file of a volume holds; nothing if there is no such file.
///
/// # Errors
/// If the volume cannot be read.
pub fn read(volume: &[u8], path: &str) -> Result<Option<Vec<u8>>> {
    let volume = FileSystem::new(Cursor::new(volume.to_vec()), FsOptions::new())?;
    let opened = volume.root_dir().open_file(path.trim_start_matches('/'));
    let mut file = match opened {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Sets right what `fatfs` makes of the entries `.` and `..` of a directory: they have no long names, and the root is no
/// cluster to `..`.
fn tidy(bytes: &mut [u8]) {
    const LONG: u8 = 0x0f;
    const DIRECTORY: u8 = 0x10;
    // FAT32 has no short count of the table's sectors, and says where the root begins.
    let root: Option<[u8; 2]> = match &bytes[22..24] {
        [0, 0] => bytes[44..46].try_into().ok(),
        _ => None,
    };
    for sector in bytes.chunks_exact_mut(SECTOR) {
        let is = |slot: usize, name: &[u8], attributes: u8| {
            let slot = &sector[slot * SLOT..(slot + 1) * SLOT];
            slot.starts_with(name) && slot[11] == attributes
        };
        let long = [0x41, b'.'];
        if is(0, &long, LONG)
            && is(1, b".          ", DIRECTORY)
            && is(2, &long, LONG)
            && is(3, b"..         ", DIRECTORY)
        {
            sector.copy_within(SLOT..2 * SLOT, 0);
            sector.copy_within(3 * SLOT..4 * SLOT, SLOT);
            for slot in [2, 3] {
                sector[slot * SLOT] = 0xe5;
            }
            let (high, low) = (SLOT + 20, SLOT + 26);
            if sector[high..high + 2] == [0, 0]
                && root.is_some_and(|root| sector[low..low + 2] == root)
            {
                sector[low..low + 2].fill(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_back_by_their_long_names() {
        let content = vec![7; 3000];
        let files = [("a/b/disable-bt.dtbo", content.clone()), ("x", vec![])];
        for (size, kind) in [(34 << 20, FatType::Fat32), (8 << 20, FatType::Fat16)] {
            let bytes = volume(size, kind, &files).expect("made");
            let again = volume(size, kind, &files).expect("made");
            assert!(bytes == again);
            let found = read(&bytes, "/a/b/disable-bt.dtbo").expect("read");
            assert!(found == Some(content.clone()));
            assert_eq!(read(&bytes, "/a/c").expect("read"), None);
            let dots = |sector: &&[u8]| sector.starts_with(b".          ") && sector[32] == b'.';
            let above = |sector: &[u8]| u16::from_le_bytes([sector[58], sector[59]]);
            let above: Vec<_> = bytes.chunks(SECTOR).filter(dots).map(above).collect();
            // The root's cluster is 2 where it has one.
            let least = if kind == FatType::Fat32 { 3 } else { 2 };
            let is_right = above.len() == 2 && above[0] == 0 && above[1] >= least;
            assert!(is_right, "{above:?}");
        }
    }
}
