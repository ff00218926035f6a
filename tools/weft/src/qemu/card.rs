//! What QEMU takes as an SD card: one file whose size is a power of two, and that can be written.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Outcome};

/// The least that QEMU can tell the size of.
const LEAST: u64 = 256 << 10;

/// Says what is wrong with the disks of a board that has one slot for cards.
///
/// # Errors
/// If they cannot be its card.
pub(super) fn check(disks: &[PathBuf]) -> Outcome {
    match disks {
        [] => Ok(()),
        [card] => check_card(card),
        [_, further, ..] => Err(Error::new("the board raspi4b has a slot for one card only")
            .at(further.display())
            .remedy("give one `--disk`, or name another board")),
    }
}

fn check_card(card: &Path) -> Outcome {
    let data = fs::metadata(card).map_err(|cause| Error::io("read", card, &cause))?;
    if data.permissions().readonly() {
        return Err(Error::new(
            "QEMU has no cards that cannot be written, and this file cannot be",
        )
        .at(card.display())
        .remedy("let it be written, or give a copy"));
    }
    let size = data.len();
    if size.is_power_of_two() && size >= LEAST {
        return Ok(());
    }
    let fitting = size.next_power_of_two().max(LEAST);
    let remedy = format!(
        "add empty blocks at its end: truncate -s {fitting} \"{}\"",
        card.display()
    );
    Err(Error::new(format!(
        "QEMU takes cards whose size is a power of two, and this one has {size} bytes"
    ))
    .at(card.display())
    .remedy(remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(disks: &[PathBuf]) -> String {
        check(disks).map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn a_card_that_qemu_does_not_take_is_refused_with_a_remedy() {
        let path = std::env::temp_dir().join(format!("weft-card-{}", std::process::id()));
        let size = |bytes: u64| {
            let file = fs::File::create(&path).expect("made");
            file.set_len(bytes).expect("set");
            told(std::slice::from_ref(&path))
        };
        for fitting in [LEAST, 1 << 20, 1 << 33] {
            assert_eq!(size(fitting), "");
        }
        assert!(size(65 << 20).contains("truncate -s 134217728"));
        assert!(size(0).contains("truncate -s 262144"));
        assert!(size(4096).contains("truncate -s 262144"));
        size(1 << 20);
        let mut permissions = fs::metadata(&path).expect("there").permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).expect("set");
        assert!(told(std::slice::from_ref(&path)).contains("cannot be written"));
        let two = [path.clone(), path.clone()];
        assert!(told(&two).contains("one card only"));
        fs::remove_file(&path).expect("removed");
    }
}
