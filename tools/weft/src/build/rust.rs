//! Building Rust for the target: the kernel by itself, and everything that runs in user mode in
//! one go, each with its own flags and therefore its own target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::disk;
use crate::board::Board;
use crate::command;
use crate::error::{Error, Outcome};
use crate::project::Project;

/// The kernel's package.
const KERNEL: &str = "weft-kernel";

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
    /// What of user mode has vector and floating-point registers. No target of Rust's without an operating system has
    /// them on x86_64, so it is built for Linux's calling convention, and `cfg(weft)` says that it is not for Linux.
    UserFpu,
    /// The same for aarch64.
    UserFpuAarch64,
}

impl Side {
    /// The Rust target.
    pub fn target(self) -> &'static str {
        match self {
            Self::Kernel | Self::User => "x86_64-unknown-none",
            Self::KernelAarch64 | Self::UserAarch64 => "aarch64-unknown-none-softfloat",
            Self::UserFpu => "x86_64-unknown-linux-gnu",
            Self::UserFpuAarch64 => "aarch64-unknown-none",
        }
    }

    /// The side of user mode with vector and floating-point registers, for the same processor.
    pub fn with_fpu(self) -> Self {
        match self {
            Self::Kernel | Self::User | Self::UserFpu => Self::UserFpu,
            Self::KernelAarch64 | Self::UserAarch64 | Self::UserFpuAarch64 => Self::UserFpuAarch64,
        }
    }

    /// The kernel's linker scripts know its symbols by their "v0" names, which say what a function was made for.
    fn flags(self) -> &'static str {
        match self {
            Self::Kernel => {
                "-Crelocation-model=static -Ccode-model=kernel -Cforce-frame-pointers=yes \
                 -Csymbol-mangling-version=v0 -Cllvm-args=--inline-threshold=100"
            }
            Self::KernelAarch64 => {
                "-Crelocation-model=static -Cforce-frame-pointers=yes \
                 -Csymbol-mangling-version=v0 -Cllvm-args=--inline-threshold=100"
            }
            Self::User | Self::UserAarch64 | Self::UserFpuAarch64 => {
                "-Crelocation-model=static -Ccode-model=small"
            }
            // Nothing unwinds, though the library for Linux could.
            Self::UserFpu => {
                "-Crelocation-model=static -Ccode-model=small -Cforce-unwind-tables=no \
                 -Clinker=rust-lld -Clinker-flavor=ld.lld --cfg weft \
                 -Clink-arg=--defsym=rust_eh_personality=0 -Clink-arg=--defsym=_Unwind_Resume=0"
            }
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Kernel | Self::KernelAarch64 => "kernel",
            Self::User | Self::UserAarch64 | Self::UserFpu | Self::UserFpuAarch64 => "user",
        }
    }

    /// Cargo with a verb, set up for this side.
    pub fn cargo(self, project: &Project, verb: &str) -> Command {
        self.cargo_with(project, verb, &[])
    }

    /// The same, for what is built with features.
    fn cargo_with(self, project: &Project, verb: &str, features: &[&str]) -> Command {
        let mut flags = self.flags().to_owned();
        if self == Self::UserFpu
            && let Some(library) = functions_on_memory(project)
        {
            // Without it the linker says which functions are missing.
            flags.push_str(&format!(" -Clink-arg={}", library.display()));
        }
        let mut cargo = command::cargo();
        cargo
            .current_dir(project.root())
            .arg(verb)
            .args(["--release", "--target", self.target()]);
        cargo
            .arg("--target-dir")
            .arg(self.target_folder(project, features));
        cargo.args(features.iter().flat_map(|feature| ["--features", feature]));
        cargo
            .env("RUSTFLAGS", flags)
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        if matches!(self, Self::Kernel | Self::KernelAarch64) {
            // Its crates are layers of one program: short functions of one are called by another everywhere.
            cargo.env("CARGO_PROFILE_RELEASE_LTO", "fat");
            cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1");
        }
        cargo
    }

    /// Components with features have a folder of their own: those of another image are there to be composed again.
    fn target_folder(self, project: &Project, features: &[&str]) -> PathBuf {
        let folder = match features {
            [] => self.folder().to_owned(),
            some => format!("{}-{}", self.folder(), some.join("-").replace('/', "-")),
        };
        project.target(&folder)
    }

    /// The path of the ELF file of a program that was built.
    pub fn output(self, project: &Project, name: &str) -> PathBuf {
        self.output_with(project, name, &[])
    }

    /// As `output`, of a component that was built with features.
    pub fn output_with(self, project: &Project, name: &str, features: &[&str]) -> PathBuf {
        self.target_folder(project, features)
            .join(self.target())
            .join("release")
            .join(name)
    }
}

/// The library with `memcpy` and its kin, which Rust's Linux target leaves to the C library: that of the target without
/// an operating system, whose functions take their arguments in the same registers.
fn functions_on_memory(project: &Project) -> Option<PathBuf> {
    const PREFIX: &str = "libcompiler_builtins-";
    let mut rustc = Command::new("rustc");
    rustc.current_dir(project.root());
    rustc.args(["--print", "target-libdir", "--target", Side::User.target()]);
    let folder = command::read(&mut rustc).ok()?;
    let files = fs::read_dir(folder.trim()).ok()?;
    let mut paths = files.flatten().map(|file| file.path());
    paths.find(|path| {
        let is_library = path.extension().is_some_and(|ending| ending == "rlib");
        is_library && stem(path).starts_with(PREFIX)
    })
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

/// Builds the kernel for a board and gives the path of its ELF file.
///
/// # Errors
/// If it does not build, or what stays of it refers to what runs only at boot.
pub fn kernel(project: &Project, board: Board) -> Outcome<PathBuf> {
    let path = program(project, board.kernel_side(), KERNEL)?;
    let elf = fs::read(&path).map_err(|cause| Error::io("read", &path, &cause))?;
    image::check_kernel(&elf).map_err(|why| Error::new(why.to_string()))?;
    Ok(path)
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

/// Builds components of an image and programs of its disk, all for one side and with the same features. Programs of disks
/// have none.
///
/// # Errors
/// If one of them does not build.
pub fn user<'a>(
    project: &Project,
    (side, features): (Side, &[&str]),
    components: impl Iterator<Item = &'a String>,
    programs: &[disk::Program],
) -> Outcome {
    let mut cargo = side.cargo_with(project, "build", features);
    let mut is_needed = false;
    let programs = programs.iter().filter(|program| program.side == side);
    let programs = programs.map(|program| (program.package, program.name.as_str()));
    let components = components.map(|package| (package.as_str(), package.as_str()));
    for (package, name) in components.chain(programs) {
        cargo.args(["--package", package, "--bin", name]);
        is_needed = true;
    }
    match is_needed {
        true => command::run(&mut cargo),
        false => Ok(()),
    }
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
