//! Everything that is checked besides tests, as one table of rules.
//!
//! A rule looks at the tree and gives all the problems it finds; most are functions over texts and
//! the package graph, with a test each that shows the rule can fail.

pub mod attributes;
pub mod book;
pub mod clippy;
pub mod dependencies;
pub mod examples;
pub mod format;
pub mod generated;
pub mod layers;
pub mod licences;
pub mod links;
pub mod markdown;
pub mod metadata;
pub mod neutral;
pub mod size;
pub mod sources;
pub mod stray;
pub mod todo;
pub mod unsafe_list;

use std::fmt;

use crate::error::Outcome;
use crate::project::Project;
use metadata::Package;
use sources::Sources;

/// One thing that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: a path, with a line if there is one, or a package.
    pub place: String,
    /// What is wrong there.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Problem {
    /// A problem at a place.
    pub fn new(
        place: impl fmt::Display,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            place: place.to_string(),
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}\n  remedy: {}",
            self.place, self.what, self.remedy
        )
    }
}

/// What rules look at.
#[derive(Debug)]
pub struct Context<'a> {
    /// The tree.
    pub project: &'a Project,
    /// Every text file in it.
    pub sources: Sources,
    /// Every package of the workspace.
    pub packages: Vec<Package>,
}

impl<'a> Context<'a> {
    /// Reads what rules look at.
    ///
    /// # Errors
    /// If a file or the workspace cannot be read.
    pub fn read(project: &'a Project) -> Outcome<Self> {
        let sources = Sources::read(project.root())?;
        let packages = metadata::workspace(project)?;
        Ok(Self {
            project,
            sources,
            packages,
        })
    }
}

/// A rule and the function that looks for what breaks it.
#[derive(Debug)]
pub struct Rule {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it holds.
    pub holds: &'static str,
    look: fn(&Context<'_>) -> Outcome<Vec<Problem>>,
}

impl Rule {
    /// Looks for problems; that the rule cannot look is a problem too.
    pub fn look(&self, context: &Context<'_>) -> Vec<Problem> {
        (self.look)(context).unwrap_or_else(|error| {
            let what = format!("the rule could not be checked: {error}");
            vec![Problem::new(
                self.name,
                what,
                "make it possible to check it",
            )]
        })
    }
}

/// Every rule, cheap ones first.
pub const TABLE: &[Rule] = &[
    Rule {
        name: "size",
        holds: "no file has more than 800 lines",
        look: size::look,
    },
    Rule {
        name: "todo",
        holds: "everything left to do has its line in docs/caveats.md",
        look: todo::look,
    },
    Rule {
        name: "stray",
        holds: "no file names folders of one person's machine",
        look: stray::look,
    },
    Rule {
        name: "links",
        holds: "links between documents lead somewhere",
        look: links::look,
    },
    Rule {
        name: "book",
        holds: "the book's summary names all its pages",
        look: book::look,
    },
    Rule {
        name: "examples",
        holds: "Rust and interfaces that documents show are compiled",
        look: examples::look,
    },
    Rule {
        name: "reasons",
        holds: "every exception from a lint has its reason",
        look: attributes::look,
    },
    Rule {
        name: "unsafe",
        holds: "crates with unsafe code are those that docs/soundness.md lists",
        look: unsafe_list::look,
    },
    Rule {
        name: "layers",
        holds: "packages depend on each other in the one direction there is",
        look: layers::look,
    },
    Rule {
        name: "neutral",
        holds: "the kernel's core names no architecture",
        look: neutral::look,
    },
    Rule {
        name: "dependencies",
        holds: "docs/dependencies.md has a row for each dependency, and no other",
        look: dependencies::look,
    },
    Rule {
        name: "licences",
        holds: "every dependency's licence is allowed",
        look: licences::look,
    },
    Rule {
        name: "format",
        holds: "sources are as rustfmt writes them",
        look: format::look,
    },
    Rule {
        name: "clippy",
        holds: "no lint warns, on host and target",
        look: clippy::look,
    },
    Rule {
        name: "generated",
        holds: "generated modules and accepted summaries are what their interfaces make",
        look: generated::look,
    },
];
