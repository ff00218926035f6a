//! No lint warns: libraries and tests as the host sees them, kernel and components as the target
//! does.

use std::process::Command;

use super::metadata::Package;
use super::{Context, Problem};
use crate::build::rust::Side;
use crate::command;
use crate::error::Outcome;
use crate::suite::packages::TARGET_ONLY;

/// The packages that hold instructions, by the side of the kernel that they are built for. What of them
/// only decides is also looked at on the host.
const X86_64: [&str; 2] = ["weft-kernel", "weft-x86_64"];
const AARCH64: [&str; 2] = ["weft-kernel", "weft-aarch64"];

/// The programs of the images for aarch64; with them goes what libraries have for it.
const USER_AARCH64: [&str; 12] = [
    "bench",
    "bench-cores",
    "bench-peer",
    "examples",
    "first-call",
    "kernel-suite",
    "pl011",
    "root",
    "template",
    "test-assist",
    "test-runner",
    "test-suite",
];

/// Asks Clippy for every side that has packages.
///
/// # Errors
/// If it cannot be started.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    let root = context.project.root();
    let names = |choose: &dyn Fn(&Package, &str) -> bool| -> Vec<String> {
        let chosen = context
            .packages
            .iter()
            .filter(|one| choose(one, &one.folder(root)));
        chosen.map(|package| package.name.clone()).collect()
    };
    let mut host = command::cargo();
    host.current_dir(root).args(["clippy", "--lib", "--tests"]);
    let mut tools = command::cargo();
    tools.current_dir(root).args(["clippy", "--bins"]);
    let mut kernel = Side::Kernel.cargo(context.project, "clippy");
    let mut aarch64 = Side::KernelAarch64.cargo(context.project, "clippy");
    let mut user = Side::User.cargo(context.project, "clippy");
    user.arg("--bins");
    let mut user_aarch64 = Side::UserAarch64.cargo(context.project, "clippy");
    user_aarch64.args(["--bins", "--lib"]);
    let runs = [
        (&mut host, names(&|package, _| is_for_host(package))),
        (
            &mut tools,
            names(&|package, folder| folder.starts_with("tools/") && package.has("bin")),
        ),
        (
            &mut kernel,
            names(&|package, _| X86_64.contains(&package.name.as_str())),
        ),
        (
            &mut aarch64,
            names(&|package, _| AARCH64.contains(&package.name.as_str())),
        ),
        (&mut user, names(&is_component)),
        (
            &mut user_aarch64,
            names(&|package, _| USER_AARCH64.contains(&package.name.as_str())),
        ),
    ];
    let present = runs
        .into_iter()
        .filter(|(_, packages)| !packages.is_empty());
    Ok(present
        .flat_map(|(cargo, packages)| ask(cargo, &packages))
        .collect())
}

fn is_for_host(package: &Package) -> bool {
    package.has_tests() && !TARGET_ONLY.contains(&package.name.as_str())
}

fn is_component(package: &Package, folder: &str) -> bool {
    (folder.starts_with("servers/") || folder.starts_with("drivers/")) && package.has("bin")
}

fn ask(cargo: &mut Command, packages: &[String]) -> Vec<Problem> {
    cargo.arg("--keep-going");
    for package in packages {
        cargo.args(["--package", package]);
    }
    verdict(
        cargo.args(["--", "-D", "warnings"]),
        "follow the lint's advice",
    )
}

/// Runs a command that explains itself; that it fails is the problem.
pub fn verdict(command: &mut Command, remedy: &str) -> Vec<Problem> {
    match command::run(command) {
        Ok(()) => Vec::new(),
        Err(error) => vec![Problem::new("the sources", error.to_string(), remedy)],
    }
}

#[cfg(test)]
mod tests {
    use super::super::metadata::Target;
    use super::super::metadata::tests::package;
    use super::*;

    #[test]
    fn a_command_that_fails_is_a_problem() {
        assert_eq!(verdict(&mut Command::new("true"), ""), []);
        assert_eq!(verdict(&mut Command::new("false"), "").len(), 1);
    }

    #[test]
    fn every_package_is_linted_on_its_side() {
        let mut server = package("servers/shell", "shell", &[]);
        server.targets.push(Target::new("bin", "program"));
        assert!(is_for_host(&server) && is_component(&server, "servers/shell"));
        let kernel = package("microkernel/kernel", "weft-kernel", &[]);
        assert!(!is_for_host(&kernel) && X86_64.contains(&kernel.name.as_str()));
    }
}
