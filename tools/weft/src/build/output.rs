//! Writing outputs: folders as needed, files only when their bytes change.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use crate::error::{Error, Outcome};

/// Makes a folder and those above it.
///
/// # Errors
/// If the system refuses.
pub fn folder(path: &Path) -> Outcome {
    fs::create_dir_all(path).map_err(|cause| Error::io("make the folder", path, &cause))
}

/// Writes a file, unless it holds these bytes already.
///
/// # Errors
/// If the system refuses.
pub fn write(path: &Path, bytes: &[u8]) -> Outcome {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|cause| Error::io("write", path, &cause))
}

/// The same for a large file that is mostly empty: blocks of zeros take no room.
///
/// # Errors
/// If the system refuses.
pub fn write_with_holes(path: &Path, bytes: &[u8]) -> Outcome {
    const BLOCK: usize = 1 << 16;
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    let write = || -> std::io::Result<()> {
        let mut file = fs::File::create(path)?;
        file.set_len(bytes.len() as u64)?;
        let blocks = (0..).step_by(BLOCK).zip(bytes.chunks(BLOCK));
        for (at, block) in blocks.filter(|(_, block)| block.iter().any(|byte| *byte != 0)) {
            file.seek(SeekFrom::Start(at))?;
            file.write_all(block)?;
        }
        Ok(())
    };
    write().map_err(|cause| Error::io("write", path, &cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_would_not_change_is_left_alone() {
        let path = std::env::temp_dir().join(format!("weft-output-{}", std::process::id()));
        write(&path, b"one").expect("it is written");
        let before = fs::metadata(&path)
            .and_then(|data| data.modified())
            .expect("it is there");
        write(&path, b"one").expect("nothing to do");
        let after = fs::metadata(&path)
            .and_then(|data| data.modified())
            .expect("it is there");
        assert_eq!(before, after);
        write(&path, b"two").expect("it is written");
        assert_eq!(fs::read(&path).expect("it is there"), b"two");
        fs::remove_file(&path).expect("it is removed");
    }
}
