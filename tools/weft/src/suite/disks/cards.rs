//! What the host's own tools say of a card that a board boots from.

use std::path::Path;

use super::parts::{self, Repair};
use crate::error::Outcome;

/// What is wrong with the partitions of a card, the firmware's and the files'; each is copied to `scratch`.
///
/// # Errors
/// If a program cannot be started, or a file cannot be read or written.
pub fn card_problems(path: &Path, scratch: &Path) -> Outcome<Vec<String>> {
    let parts = parts::of(path, scratch)?;
    if parts.len() != 2 {
        return Ok(vec![format!("the card has {} partitions", parts.len())]);
    }
    let mut wrong = Vec::new();
    for part in parts {
        let check = part.check(Repair::No)?;
        if !check.status.success() {
            let (program, said) = (part.checker(), String::from_utf8_lossy(&check.stdout));
            wrong.push(format!("{program} finds a partition damaged:\n{said}"));
        }
    }
    Ok(wrong)
}
