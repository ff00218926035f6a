//! QEMU: which version is there, and whether it is new enough.

use std::process::Command;

use super::Found;
use crate::command;
use crate::error::Outcome;

/// The program that emulates the PC.
pub const PROGRAM: &str = "qemu-system-x86_64";

/// The oldest version that models what Weft uses (boards and devices of other targets included).
const OLDEST: (u32, u32) = (9, 0);

/// Looks for QEMU and asks its version.
///
/// # Errors
/// If it is there but cannot be started.
pub fn look() -> Outcome<Found> {
    let Some(program) = command::find(PROGRAM) else {
        return Ok(Found::Missing(format!("{PROGRAM} is missing")));
    };
    let output = command::collect(Command::new(program).arg("--version"))?;
    Ok(judge(&String::from_utf8_lossy(&output.stdout)))
}

fn judge(shown: &str) -> Found {
    match version(shown) {
        Some(found) if found >= OLDEST => Found::Present(format!("{}.{}", found.0, found.1)),
        Some((major, minor)) => Found::Missing(format!(
            "{PROGRAM} is version {major}.{minor}, which is too old ({}.{} is needed)",
            OLDEST.0, OLDEST.1
        )),
        None => Found::Missing(format!("{PROGRAM} does not say its version")),
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
        assert_eq!(judge(shown), Found::Present("10.0".to_owned()));
    }

    #[test]
    fn an_old_version_is_missing() {
        let shown = "QEMU emulator version 7.2.17 (Debian 1:7.2+dfsg-7)";
        assert!(matches!(judge(shown), Found::Missing(what) if what.contains("7.2")));
    }

    #[test]
    fn no_version_at_all_is_missing() {
        assert!(matches!(judge("segmentation fault"), Found::Missing(_)));
    }
}
