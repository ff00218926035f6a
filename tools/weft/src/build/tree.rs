//! Folders as wholes: copying one, and telling whether anything in it changed.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::output;
use crate::error::{Error, Outcome};

/// Every file in a folder and the folders below it, as paths relative to it, in a fixed order.
///
/// # Errors
/// If a folder cannot be read.
pub fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(folder, Path::new(""), &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(root: &Path, inside: &Path, found: &mut Vec<PathBuf>) -> Outcome {
    let folder = root.join(inside);
    let unreadable = |cause: std::io::Error| Error::io("read the folder", &folder, &cause);
    for entry in fs::read_dir(&folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = inside.join(entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(root, &path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

/// Copies every file of a folder to another one.
///
/// # Errors
/// If something cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> Outcome {
    for file in files(from)? {
        copy_file(&from.join(&file), &to.join(&file))?;
    }
    Ok(())
}

/// Copies a file, making the folder it goes to.
///
/// # Errors
/// If it cannot be read or written.
pub fn copy_file(from: &Path, to: &Path) -> Outcome {
    output::folder(to.parent().unwrap_or(to))?;
    fs::copy(from, to).map_err(|cause| Error::io("copy", from, &cause))?;
    Ok(())
}

/// A number that changes when a name, a byte or a permission in the folder does.
///
/// # Errors
/// If something cannot be read.
pub fn fingerprint(folder: &Path) -> Outcome<u64> {
    let mut hasher = DefaultHasher::new();
    for file in files(folder)? {
        let path = folder.join(&file);
        let unreadable = |cause: std::io::Error| Error::io("read", &path, &cause);
        file.hash(&mut hasher);
        fs::read(&path).map_err(unreadable)?.hash(&mut hasher);
        fs::metadata(&path)
            .map_err(unreadable)?
            .permissions()
            .mode()
            .hash(&mut hasher);
    }
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_the_same_fingerprint_until_a_byte_changes() {
        let base = std::env::temp_dir().join(format!("weft-tree-{}", std::process::id()));
        let (one, two) = (base.join("one"), base.join("two"));
        output::folder(&one.join("deep/er")).expect("made");
        fs::write(one.join("deep/er/file"), "text").expect("written");
        copy(&one, &two).expect("copied");
        let before = fingerprint(&two).expect("read");
        assert_eq!(fingerprint(&one).expect("read"), before);
        fs::write(two.join("deep/er/file"), "test").expect("written");
        assert_ne!(fingerprint(&two).expect("read"), before);
        fs::remove_dir_all(&base).expect("removed");
    }
}
