//! What the host's own tools say of a card that a board boots from.

use std::fs;
use std::path::Path;

use super::tool;
use crate::build::card;
use crate::command;
use crate::error::{Error, Outcome};

/// What is wrong with the partitions of a card, the firmware's and the files'; each is copied to `scratch`.
///
/// # Errors
/// If a program cannot be started, or a file cannot be read or written.
pub fn card_problems(path: &Path, scratch: &Path) -> Outcome<Vec<String>> {
    let bytes = fs::read(path).map_err(|cause| Error::io("read", path, &cause))?;
    let parts = card::partitions(&bytes);
    if parts.len() != 2 {
        return Ok(vec![format!("the card has {} partitions", parts.len())]);
    }
    let mut wrong = Vec::new();
    for ((start, length), (program, option)) in parts
        .into_iter()
        .zip([("fsck.vfat", "-n"), ("e2fsck", "-fn")])
    {
        let part = bytes.get(start..start + length).unwrap_or_default();
        fs::write(scratch, part).map_err(|cause| Error::io("write", scratch, &cause))?;
        let check = command::collect(tool(program).arg(option).arg(scratch))?;
        if !check.status.success() {
            let said = String::from_utf8_lossy(&check.stdout).into_owned();
            wrong.push(format!("{program} finds a partition damaged:\n{said}"));
        }
    }
    Ok(wrong)
}
