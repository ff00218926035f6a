//! What Weft needs of a machine: finding out what is there, and installing what is not.
//!
//! Every verb names its needs and calls [`ensure`]. A need that is met costs a look at a file or
//! one `--version`; nothing is remembered anywhere but in the machine's own package state, so
//! there is no stamp that could be out of date.

pub mod apt;
pub mod machine;
pub mod miri;
pub mod privilege;
pub mod qemu;
pub mod rust;
pub mod sources;

use crate::command;
use crate::error::Outcome;
use crate::project::Project;

/// Something that a verb needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The Rust targets that `rust-toolchain.toml` lists.
    RustTargets,
    /// QEMU for x86_64, at least version 9.
    Qemu,
    /// QEMU for aarch64, at least version 9.
    QemuAarch64,
    /// Programs that make and check ext4 file systems.
    E2fsprogs,
    /// The program that checks FAT file systems.
    Dosfstools,
}

/// Every need, in the order in which `doctor` shows them.
pub const ALL: [Need; 5] = [
    Need::RustTargets,
    Need::Qemu,
    Need::QemuAarch64,
    Need::E2fsprogs,
    Need::Dosfstools,
];

/// What a look at the machine found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is there; the text says which version, or where.
    Present(String),
    /// It is not there, or too old; the text says what exactly.
    Missing(String),
}

impl Need {
    /// What it is, for a person.
    pub fn title(self) -> &'static str {
        match self {
            Self::RustTargets => "Rust targets",
            Self::Qemu => "QEMU (x86_64), 9.1 or newer",
            Self::QemuAarch64 => "QEMU (aarch64), 9.1 or newer",
            Self::E2fsprogs => "e2fsprogs",
            Self::Dosfstools => "dosfstools",
        }
    }

    /// Looks whether it is there.
    ///
    /// # Errors
    /// If the look itself fails, as when `rust-toolchain.toml` cannot be read.
    pub fn look(self, project: &Project) -> Outcome<Found> {
        match self {
            Self::RustTargets => rust::look(project),
            Self::Qemu => qemu::look(qemu::PC),
            Self::QemuAarch64 => qemu::look(qemu::AARCH64),
            Self::E2fsprogs => Ok(look_programs(
                "e2fsprogs",
                &["mkfs.ext4", "e2fsck", "debugfs"],
            )),
            Self::Dosfstools => Ok(look_programs("dosfstools", &["fsck.vfat"])),
        }
    }

    /// How a person gets it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::RustTargets => "any verb that builds adds them: cargo weft build",
            Self::Qemu => "cargo weft run installs it on Debian; elsewhere install QEMU yourself",
            Self::QemuAarch64 => {
                "cargo weft test installs it on Debian; elsewhere install QEMU yourself"
            }
            Self::E2fsprogs => {
                "cargo weft build installs it on Debian; elsewhere install it yourself"
            }
            Self::Dosfstools => {
                "cargo weft test installs it on Debian; elsewhere install it yourself"
            }
        }
    }

    /// The Debian package that brings it, if one does.
    fn package(self) -> Option<&'static str> {
        match self {
            Self::RustTargets => None,
            Self::Qemu => Some("qemu-system-x86"),
            Self::QemuAarch64 => Some("qemu-system-arm"),
            Self::E2fsprogs => Some("e2fsprogs"),
            Self::Dosfstools => Some("dosfstools"),
        }
    }
}

/// Installs those of `needs` that are not met, and says so.
///
/// # Errors
/// If something cannot be installed; the message holds what to type instead.
pub fn ensure(project: &Project, needs: &[Need]) -> Outcome {
    let mut packages = Vec::new();
    for &need in needs {
        let Found::Missing(what) = need.look(project)? else {
            continue;
        };
        eprintln!("set-up: {what}");
        match need.package() {
            Some(package) => packages.push(package),
            None => rust::install(project)?,
        }
    }
    if packages.is_empty() {
        return Ok(());
    }
    apt::install(&packages)?;
    confirm(project, needs)
}

/// Looks again after an installation: a package that installs without error may still be too old.
fn confirm(project: &Project, needs: &[Need]) -> Outcome {
    for need in needs {
        if let Found::Missing(what) = need.look(project)? {
            return Err(
                crate::error::Error::new(format!("still missing after set-up: {what}"))
                    .remedy("`cargo weft doctor` shows what is there and what is needed"),
            );
        }
    }
    Ok(())
}

fn look_programs(package: &str, programs: &[&str]) -> Found {
    let missing: Vec<_> = programs
        .iter()
        .copied()
        .filter(|program| command::find(program).is_none())
        .collect();
    if missing.is_empty() {
        return Found::Present(programs.join(", "));
    }
    Found::Missing(format!("{package} is missing ({})", missing.join(", ")))
}
