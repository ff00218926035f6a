//! All tests as one table of suites, each of which adds to one tally.
//!
//! A suite is a name, where it runs, and a function. A new kind of test is one more row in
//! [`TABLE`]; a new crate for Miri or loom is one more name in those files' lists.

pub mod altered;
pub mod boot;
pub mod case;
pub mod device_tree;
pub mod disks;
pub mod figures;
pub mod first;
pub mod fuzz;
pub mod host;
pub mod inserted;
pub mod kernel;
pub mod libtest;
pub mod loom;
pub mod miri;
pub mod moments;
pub mod mutation;
pub mod packages;
pub mod talk;
pub mod tally;
pub mod target;
pub mod trial;
pub mod tutorial;

use std::time::Instant;

use crate::cli::TestBoard;
use crate::error::{Error, Outcome};
use crate::project::Project;
use tally::Tally;

/// How much is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// What is run on every change.
    Usual,
    /// Also what takes long.
    Long,
}

/// Where a suite runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On this machine.
    Host,
    /// In QEMU's q35.
    Q35,
    /// In QEMU's virt.
    Virt,
    /// In QEMU's Raspberry Pi 4.
    Raspi4b,
}

/// What a suite's function gets.
#[derive(Debug)]
pub struct Context<'a> {
    /// The tree.
    pub project: &'a Project,
    /// How much to run.
    pub length: Length,
    /// What the names of scripted boots and mutants must have; empty is all.
    pub case: &'a str,
}

/// A group of tests that are run in one way.
#[derive(Debug)]
pub struct Suite {
    /// Its name, as shown.
    pub name: &'static str,
    /// Where it runs.
    pub place: Place,
    /// How much must be run for it to be among that; it also runs if it is named.
    pub least: Length,
    run: fn(&Context<'_>, &mut Tally) -> Outcome,
}

/// Every suite, in the order in which they run.
pub const TABLE: &[Suite] = &[
    Suite {
        name: "host",
        place: Place::Host,
        least: Length::Usual,
        run: host::run,
    },
    Suite {
        name: "miri",
        place: Place::Host,
        least: Length::Usual,
        run: miri::run,
    },
    Suite {
        name: "loom",
        place: Place::Host,
        least: Length::Usual,
        run: loom::run,
    },
    Suite {
        name: "fuzz",
        place: Place::Host,
        least: Length::Usual,
        run: fuzz::run,
    },
    Suite {
        name: "mutation",
        place: Place::Host,
        least: Length::Usual,
        run: mutation::run,
    },
    Suite {
        name: "kernel on q35",
        place: Place::Q35,
        least: Length::Usual,
        run: kernel::on_q35,
    },
    Suite {
        name: "kernel on virt",
        place: Place::Virt,
        least: Length::Usual,
        run: kernel::on_virt,
    },
    Suite {
        name: "kernel on raspi4b",
        place: Place::Raspi4b,
        least: Length::Usual,
        run: kernel::on_raspi4b,
    },
    Suite {
        name: "first call on virt",
        place: Place::Virt,
        least: Length::Usual,
        run: first::run,
    },
    Suite {
        name: "device tree of virt",
        place: Place::Virt,
        least: Length::Usual,
        run: device_tree::run,
    },
    Suite {
        name: "target",
        place: Place::Q35,
        least: Length::Usual,
        run: target::on_q35,
    },
    Suite {
        name: "target on virt",
        place: Place::Virt,
        least: Length::Usual,
        run: target::on_virt,
    },
    Suite {
        name: "target on raspi4b",
        place: Place::Raspi4b,
        least: Length::Usual,
        run: target::on_raspi4b,
    },
    Suite {
        name: "boot",
        place: Place::Q35,
        least: Length::Usual,
        run: boot::on_q35,
    },
    Suite {
        name: "boot on virt",
        place: Place::Virt,
        least: Length::Usual,
        run: boot::on_virt,
    },
    Suite {
        name: "boot on raspi4b",
        place: Place::Raspi4b,
        least: Length::Usual,
        run: boot::on_raspi4b,
    },
    Suite {
        name: "tutorial",
        place: Place::Q35,
        least: Length::Long,
        run: tutorial::run,
    },
    Suite {
        name: "figures on q35",
        place: Place::Q35,
        least: Length::Usual,
        run: figures::on_q35,
    },
    Suite {
        name: "figures on virt",
        place: Place::Virt,
        least: Length::Usual,
        run: figures::on_virt,
    },
    Suite {
        name: "figures on raspi4b",
        place: Place::Raspi4b,
        least: Length::Usual,
        run: figures::on_raspi4b,
    },
];

impl Suite {
    /// Whether it runs on the boards that were asked for.
    pub fn is_for(&self, board: TestBoard) -> bool {
        match board {
            TestBoard::All => true,
            TestBoard::Host => self.place == Place::Host,
            TestBoard::Q35 => self.place == Place::Q35,
            TestBoard::Virt => self.place == Place::Virt,
            TestBoard::Raspi4b => self.place == Place::Raspi4b,
        }
    }

    /// Whether it is one of those that were named; none stands for all.
    pub fn is_named(&self, names: &[String]) -> bool {
        names.is_empty() || names.iter().any(|name| name == self.name)
    }

    /// Whether it is among what is run.
    pub fn is_due(&self, length: Length, names: &[String]) -> bool {
        self.least == Length::Usual || length == Length::Long || !names.is_empty()
    }

    /// Runs it; if it cannot run at all, that is one failure.
    pub fn run(&self, context: &Context<'_>, tally: &mut Tally) {
        eprintln!("test: {}", self.name);
        let started = Instant::now();
        if let Err(error) = (self.run)(context, tally) {
            tally.fail(self.name, &error.to_string());
        }
        tally.took(self.name, started.elapsed());
    }
}

/// Refuses names that no suite has.
///
/// # Errors
/// If there is such a name.
pub fn known(names: &[String]) -> Outcome {
    let all: Vec<_> = TABLE.iter().map(|suite| suite.name).collect();
    match names.iter().find(|name| !all.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::new(format!("there is no suite `{name}`"))
            .remedy(format!("name some of {}", all.join(", ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(board: TestBoard) -> Vec<&'static str> {
        TABLE
            .iter()
            .filter(|suite| suite.is_for(board))
            .map(|suite| suite.name)
            .collect()
    }

    #[test]
    fn a_board_chooses_its_suites_and_all_chooses_every_one() {
        assert!(names(TestBoard::Host).contains(&"host"));
        assert!(!names(TestBoard::Host).contains(&"boot"));
        assert!(names(TestBoard::Q35).contains(&"boot"));
        assert_eq!(names(TestBoard::All).len(), TABLE.len());
    }

    #[test]
    fn suites_are_chosen_by_their_names() {
        let names = ["boot".to_owned()];
        assert_eq!(
            TABLE.iter().filter(|suite| suite.is_named(&names)).count(),
            1
        );
        assert!(TABLE.iter().all(|suite| suite.is_named(&[])));
        assert!(known(&names).is_ok());
        assert!(known(&["boots".to_owned()]).is_err());
    }

    #[test]
    fn what_takes_long_runs_when_it_is_asked_for() {
        let tutorial = TABLE.iter().find(|suite| suite.name == "tutorial");
        let tutorial = tutorial.expect("there is one");
        assert!(!tutorial.is_due(Length::Usual, &[]));
        assert!(tutorial.is_due(Length::Long, &[]));
        assert!(tutorial.is_due(Length::Usual, &["tutorial".to_owned()]));
    }

    #[test]
    fn a_suite_that_cannot_run_is_a_failure() {
        let project = Project::new("/nowhere".into(), None);
        let context = Context {
            project: &project,
            length: Length::Usual,
            case: "",
        };
        let run = |_: &Context<'_>, _: &mut Tally| Err(crate::error::Error::new("no machine"));
        let suite = Suite {
            name: "broken",
            place: Place::Host,
            least: Length::Usual,
            run,
        };
        let mut tally = Tally::default();
        suite.run(&context, &mut tally);
        assert_eq!(tally.closing_line(), "0 passed, 1 failed");
        assert_eq!(tally.times().count(), 1);
    }
}
