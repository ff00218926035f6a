//! Installing Debian packages: what to run is decided by [`plan`], a function of what the machine
//! is and has, and carried out by [`super::privilege`].
//!
//! On a Debian whose QEMU is too old, packages come from its backports. If no source of the
//! machine has them, one is added that uses the machine's own mirror; no address is known here.

use super::machine::Machine;
use super::privilege;
use super::sources::{self, Source};
use crate::error::{Error, Outcome};

/// Where the source of backports is written when the machine has none.
const ADDED_SOURCE: &str = "/etc/apt/sources.list.d/weft-backports.sources";

/// One thing to do as root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Writes a file.
    Write {
        /// Its path.
        path: String,
        /// What it will hold.
        text: String,
    },
    /// Runs a command.
    Run(Vec<String>),
}

/// Installs packages on this machine.
///
/// # Errors
/// If it is no Debian, if the person says no, or if apt fails; the message says what to type.
pub fn install(packages: &[&str]) -> Outcome {
    let steps = plan(&Machine::of_this(), &sources::of_this_machine(), packages)?;
    eprintln!("set-up: installing the packages {}", packages.join(", "));
    privilege::carry_out(&steps)
}

/// What to do as root to get `packages` on a machine with these `sources`.
///
/// # Errors
/// If the machine is no Debian, or none of its sources tells which mirror it uses.
pub fn plan(machine: &Machine, sources: &[Source], packages: &[&str]) -> Outcome<Vec<Step>> {
    let mut steps = Vec::new();
    let mut install = words(&["apt-get", "install", "-y", "--no-install-recommends"]);
    match machine {
        Machine::Debian => {}
        Machine::DebianWithBackports(release) => {
            let suite = format!("{release}-backports");
            if !sources.iter().any(|source| source.offers(&suite)) {
                steps.push(added_source(sources, release, &suite)?);
            }
            install.extend(["-t".to_owned(), suite]);
        }
        Machine::Other(name) => return Err(cannot_install(name, packages)),
    }
    install.extend(words(packages));
    steps.push(Step::Run(words(&["apt-get", "update"])));
    steps.push(Step::Run(install));
    Ok(steps)
}

fn cannot_install(name: &str, packages: &[&str]) -> Error {
    Error::new(format!(
        "packages can be installed on Debian only, and this is {name}"
    ))
    .remedy(format!(
        "install what Debian calls {} (QEMU 9.1 or newer) and try again",
        packages.join(" and ")
    ))
}

fn added_source(sources: &[Source], release: &str, suite: &str) -> Outcome<Step> {
    let Some(own) = sources.iter().find(|source| source.offers(release)) else {
        return Err(
            Error::new(format!("no source of packages offers {release}"))
                .at("/etc/apt/sources.list and /etc/apt/sources.list.d")
                .remedy(format!("add a source that offers {suite} and try again")),
        );
    };
    let mut text = format!(
        "Types: deb\nURIs: {}\nSuites: {suite}\n",
        own.uris.join(" ")
    );
    text.push_str("Components: main\n");
    if let Some(keyring) = &own.signed_by {
        text.push_str(&format!("Signed-By: {keyring}\n"));
    }
    Ok(Step::Write {
        path: ADDED_SOURCE.to_owned(),
        text,
    })
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|&word| word.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bookworm() -> Machine {
        Machine::DebianWithBackports("bookworm".to_owned())
    }

    #[test]
    fn backports_are_added_from_the_machines_own_mirror() {
        let own = sources::from_list("deb [signed-by=/k.gpg] http://near/debian bookworm main\n");
        let steps = plan(&bookworm(), &own, &["qemu-system-x86"]).expect("a plan");
        let Step::Write { path, text } = &steps[0] else {
            panic!("a source comes first")
        };
        assert_eq!(path, ADDED_SOURCE);
        assert_eq!(
            text,
            "Types: deb\nURIs: http://near/debian\nSuites: bookworm-backports\n\
             Components: main\nSigned-By: /k.gpg\n"
        );
        let Step::Run(install) = &steps[2] else {
            panic!("the installation comes last")
        };
        assert!(install.ends_with(&words(&["-t", "bookworm-backports", "qemu-system-x86"])));
    }

    #[test]
    fn backports_that_are_there_are_not_added_again() {
        let own = sources::from_list(
            "deb http://a bookworm main\ndeb http://b bookworm-backports main contrib\n",
        );
        let steps = plan(&bookworm(), &own, &["e2fsprogs"]).expect("a plan");
        assert!(steps.iter().all(|step| matches!(step, Step::Run(_))));
    }

    #[test]
    fn a_newer_debian_uses_its_own_packages() {
        let steps = plan(&Machine::Debian, &[], &["e2fsprogs"]).expect("a plan");
        assert_eq!(steps.len(), 2);
        let Step::Run(install) = &steps[1] else {
            panic!("the installation comes last")
        };
        assert!(!install.contains(&"-t".to_owned()));
    }

    #[test]
    fn another_distribution_is_told_what_to_install() {
        let other = Machine::Other("Plan 9".to_owned());
        let error = plan(&other, &[], &["qemu-system-x86"]).expect_err("it is no Debian");
        let shown = error.to_string();
        assert!(
            shown.contains("Plan 9") && shown.contains("qemu-system-x86"),
            "{shown}"
        );
    }

    #[test]
    fn a_machine_without_a_known_mirror_is_refused() {
        let error = plan(&bookworm(), &[], &["e2fsprogs"]).expect_err("there is no mirror");
        assert!(error.to_string().contains("bookworm-backports"));
    }
}
