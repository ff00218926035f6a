//! Building Rust for the target: the kernel by itself, and everything that runs in user mode in
//! one go, each with its own flags and therefore its own target folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::error::Outcome;
use crate::project::Project;

/// The kernel's package.
pub const KERNEL: &str = "weft-kernel";

/// One way of building for the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The kernel, linked at the top of the address space. Its entry is 32-bit code, which only a
    /// statically relocated program may hold.
    Kernel,
    /// The kernel for aarch64.
    KernelAarch64,
    /// Everything in user mode, linked low.
    User,
    /// The same for aarch64.
    UserAarch64,
}

impl Side {
    /// The Rust target.
    pub fn target(self) -> &'static str {
        match self {
            Self::Kernel | Self::User => "x86_64-unknown-none",
            Self::KernelAarch64 | Self::UserAarch64 => "aarch64-unknown-none-softfloat",
        }
    }

    fn flags(self) -> &'static str {
        match self {
            Self::Kernel => {
                "-Crelocation-model=static -Ccode-model=kernel -Cforce-frame-pointers=yes \
                 -Cllvm-args=--inline-threshold=100"
            }
            Self::KernelAarch64 => {
                "-Crelocation-model=static -Cforce-frame-pointers=yes \
                 -Cllvm-args=--inline-threshold=100"
            }
            Self::User | Self::UserAarch64 => "-Crelocation-model=static -Ccode-model=small",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Kernel | Self::KernelAarch64 => "kernel",
            Self::User | Self::UserAarch64 => "user",
        }
    }

    /// Cargo with a verb, set up for this side.
    pub fn cargo(self, project: &Project, verb: &str) -> Command {
        let mut cargo = command::cargo();
        cargo
            .current_dir(project.root())
            .arg(verb)
            .args(["--release", "--target", self.target()]);
        cargo.arg("--target-dir").arg(project.target(self.folder()));
        cargo
            .env("RUSTFLAGS", self.flags())
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        if matches!(self, Self::Kernel | Self::KernelAarch64) {
            // Its crates are layers of one program: short functions of one are called by another everywhere.
            cargo.env("CARGO_PROFILE_RELEASE_LTO", "fat");
            cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1");
        }
        cargo
    }

    /// The path of the ELF file of a program that was built.
    pub fn output(self, project: &Project, name: &str) -> PathBuf {
        project
            .target(self.folder())
            .join(self.target())
            .join("release")
            .join(name)
    }
}

/// Builds one package's program and gives the path of its ELF file.
///
/// # Errors
/// If it does not build.
pub fn program(project: &Project, side: Side, package: &str) -> Outcome<PathBuf> {
    program_with(project, side, package, &[])
}

/// The same with features.
///
/// # Errors
/// If it does not build.
pub fn program_with(
    project: &Project,
    side: Side,
    package: &str,
    features: &[&str],
) -> Outcome<PathBuf> {
    let mut cargo = side.cargo(project, "build");
    cargo.args(["--package", package]);
    cargo.args(features.iter().flat_map(|feature| ["--features", feature]));
    command::run(&mut cargo)?;
    Ok(side.output(project, package))
}

/// Builds one package for this machine, optimised, with features; gives the folder with what came of it.
///
/// # Errors
/// If it does not build.
pub fn host(project: &Project, package: &str, features: &[&str]) -> Outcome<PathBuf> {
    let target = project.target("host");
    let mut cargo = command::cargo();
    cargo
        .current_dir(project.root())
        .args(["build", "--release", "--package", package])
        .args(features.iter().flat_map(|feature| ["--features", feature]))
        .arg("--target-dir")
        .arg(&target);
    command::run(&mut cargo)?;
    Ok(target.join("release"))
}

/// Builds the components of an image and the programs of its disk.
///
/// # Errors
/// If one of them does not build.
pub fn user(project: &Project, side: Side, packages: &[String], programs: &[PathBuf]) -> Outcome {
    let mut cargo = side.cargo(project, "build");
    for package in packages {
        cargo.args(["--package", package, "--bin", package]);
    }
    if !programs.is_empty() {
        cargo.args(["--package", super::disk::PROGRAMS_PACKAGE]);
    }
    for program in programs {
        cargo.arg("--bin").arg(stem(program));
    }
    command::run(&mut cargo)
}

/// A source file's name without its ending, which is its program's name.
pub fn stem(path: &Path) -> String {
    path.file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_sides_do_not_share_a_target_folder() {
        let project = Project::new(PathBuf::from("/tree"), None);
        assert_ne!(
            Side::Kernel.output(&project, "x"),
            Side::User.output(&project, "x"),
            "different flags in one folder would build everything again each time"
        );
    }
}
