//! QEMU: which version is there, and whether it is new enough.

use std::process::Command;

use super::Found;
use crate::command;
use crate::error::Outcome;

/// The program that emulates the PC.
pub const PC: &str = "qemu-system-x86_64";
/// The program that emulates boards with aarch64.
pub const AARCH64: &str = "qemu-system-aarch64";

/// The oldest version that models what Weft uses (boards and devices of other targets included).
const OLDEST: (u32, u32) = (9, 1);

/// Looks for one of QEMU's programs and asks its version.
///
/// # Errors
/// If it is there but cannot be started.
pub fn look(emulator: &str) -> Outcome<Found> {
    let Some(program) = command::find(emulator) else {
        return Ok(Found::Missing(format!("{emulator} is missing")));
    };
    let output = command::collect(Command::new(program).arg("--version"))?;
    Ok(judge(emulator, &String::from_utf8_lossy(&output.stdout)))
}

fn judge(emulator: &str, shown: &str) -> Found {
    match version(shown) {
        Some(found) if found >= OLDEST => Found::Present(format!("{}.{}", found.0, found.1)),
        Some((major, minor)) => Found::Missing(format!(
            "{emulator} is version {major}.{minor}, which is too old ({}.{} is needed)",
            OLDEST.0, OLDEST.1
        )),
        None => Found::Missing(format!("{emulator} does not say its version")),
    }
}

fn version(shown: &str) -> Option<(u32, u32)> {
    let (_, rest) = shown.split_once("version ")?;
    let mut numbers = rest.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_enough_version_is_taken() {
        let shown = "QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)\nCopyright";
        assert_eq!(judge(PC, shown), Found::Present("10.0".to_owned()));
    }

    #[test]
    fn an_old_version_is_missing() {
        let shown = "QEMU emulator version 7.2.17 (Debian 1:7.2+dfsg-7)";
        assert!(matches!(judge(PC, shown), Found::Missing(what) if what.contains("7.2")));
    }

    #[test]
    fn no_version_at_all_is_missing() {
        assert!(matches!(judge(PC, "segmentation fault"), Found::Missing(_)));
    }
}
