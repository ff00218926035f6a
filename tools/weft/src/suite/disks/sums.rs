//! Checksums of the files that a disk was made from, as the machine must print them.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::parts::FAT_FOLDER;
use crate::error::{Error, Outcome};

/// Where the machine finds the first disk.
const MOUNTED: &str = "/mnt";

/// Where it finds the first FAT volume.
const FAT_MOUNTED: &str = "/fat";

/// The lines of `sha256sum` for files, and for all files in folders, of the first disk, sorted. Links are followed to
/// files and not to folders, except where `paths` lead through them. What is in the folder `fat` is on a volume of its own.
///
/// # Errors
/// If something cannot be read.
pub fn sums(content: &Path, paths: &[String]) -> Outcome<Vec<String>> {
    let mut lines = Vec::new();
    for path in paths {
        let path = path.trim_matches('/');
        let shown = match path.strip_prefix(FAT_FOLDER) {
            _ if path.is_empty() => MOUNTED.to_owned(),
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                format!("{FAT_MOUNTED}{rest}")
            }
            _ => format!("{MOUNTED}/{path}"),
        };
        add(&content.join(path), &shown, &mut lines)?;
    }
    lines.sort_unstable();
    Ok(lines)
}

fn add(path: &Path, shown: &str, lines: &mut Vec<String>) -> Outcome {
    let unreadable = |cause| Error::io("read", path, &cause);
    if path.is_file() {
        let digest = Sha256::digest(fs::read(path).map_err(unreadable)?);
        lines.push(format!("{digest:x}  {shown}"));
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let inside = entry.path();
        if !(inside.is_symlink() && inside.is_dir()) {
            let name = entry.file_name();
            add(
                &inside,
                &format!("{shown}/{}", name.to_string_lossy()),
                lines,
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::disks::make;

    #[test]
    fn checksums_are_those_of_all_files_and_of_what_links_lead_to() {
        let base = std::env::temp_dir().join(format!("weft-sums-{}", std::process::id()));
        make("small", &base.join("content"), &base.join("disk.img")).expect("made");
        let paths = ["/".to_owned(), "/linked/deep/file".to_owned()];
        let lines = sums(&base.join("content"), &paths).expect("read");
        // printf 'deep\n' | sha256sum
        let deep = "64896f89fd11190013b70103e603a1c5826e56b7fb7d2197ab279b0690043599";
        let of = |path: &str| lines.contains(&format!("{deep}  /mnt/{path}"));
        assert!(of("folder/deep/file") && of("link") && of("names/back") && of("linked/deep/file"));
        let files = lines.iter().filter(|line| !line.starts_with(deep)).count();
        assert_eq!((lines.len(), files), (9, 5));
        fs::remove_dir_all(&base).expect("removed");
    }
}
