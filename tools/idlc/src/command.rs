//! What can be done with interfaces from the command line; `idlc` and `cargo weft idl` are the same.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::diff::{self, Verdict};
use crate::files::{self, Problem};
use crate::format::{self, Keep};
use crate::generate::Module;
use crate::layout::shapes;
use crate::model::Interface;
use crate::{Docs, Source, explain, reference, report, show};

/// Where the accepted summaries are.
const GOLDEN: &str = "idl/golden";

/// One thing to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Checks interfaces that belong together and shows all mistakes at once
    Check(Sources),
    /// Writes interfaces in the one way in which they are written
    Fmt(Format),
    /// Makes the Rust module of each interface
    Gen(Generate),
    /// Makes reference pages in HTML, with pictures of the messages
    Doc(Doc),
    /// Lists what changed between two versions, and whether it breaks older ends
    Diff(Diff),
    /// Shows how every message is laid out: offsets, sizes, padding, greatest size
    Layout(Named),
    /// Shows what both ends of an interface must agree on
    Show(Named),
    /// Holds interfaces against the accepted summaries, or accepts them
    Accept(Accept),
    /// Explains a mistake by its code
    Explain {
        /// The code, such as E0016
        code: String,
    },
}

/// What is read.
#[derive(Debug, Args)]
pub struct Sources {
    /// Interface files, or folders of them
    #[arg(default_value = "idl")]
    sources: Vec<PathBuf>,
}

/// Options of `fmt`.
#[derive(Debug, Args)]
pub struct Format {
    #[command(flatten)]
    sources: Sources,
    /// Writes nothing, and fails if a file is written otherwise
    #[arg(long)]
    check: bool,
}

/// Options of `gen`.
#[derive(Debug, Args)]
pub struct Generate {
    #[command(flatten)]
    sources: Sources,
    /// The folder of the modules
    #[arg(long, default_value = "idl/proto/src/interfaces")]
    out: PathBuf,
    /// Writes nothing, and fails if a module is not what its file makes
    #[arg(long)]
    check: bool,
}

/// Options of `doc`.
#[derive(Debug, Args)]
pub struct Doc {
    #[command(flatten)]
    sources: Sources,
    /// The folder of the pages
    #[arg(long, default_value = "target/idl")]
    out: PathBuf,
}

/// Options of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The older file or folder [default: the accepted summaries]
    old: Option<PathBuf>,
    /// The newer file or folder
    #[arg(default_value = "idl")]
    new: PathBuf,
}

/// Options of `layout` and `show`.
#[derive(Debug, Args)]
pub struct Named {
    /// The interface [default: all]
    interface: Option<String>,
    /// Files or folders to read
    #[arg(long, default_value = "idl")]
    from: Vec<PathBuf>,
}

/// Options of `accept`.
#[derive(Debug, Args)]
pub struct Accept {
    /// Accepts changes that break older ends too
    #[arg(long)]
    breaking: bool,
    /// Writes nothing, and fails if something is not accepted
    #[arg(long, conflicts_with = "breaking")]
    check: bool,
}

impl Verb {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it could not be done, or what is wrong with the interfaces; mistakes have been printed.
    pub fn run(self) -> Result<(), Problem> {
        match self {
            Self::Check(sources) => sources.compile().map(|_| ()),
            Self::Fmt(format) => format.run(),
            Self::Gen(generate) => generate.run(),
            Self::Doc(doc) => doc.run(),
            Self::Diff(diff) => diff.run(),
            Self::Layout(named) => named.layout(),
            Self::Show(named) => named.show(),
            Self::Accept(accept) => accept.run(),
            Self::Explain { code } => explained(&code),
        }
    }
}

/// Reads and checks interface files, and all of folders. Mistakes are printed.
///
/// # Errors
/// If a file cannot be read, or there are mistakes.
pub fn interfaces(from: &[PathBuf]) -> Result<Vec<Interface>, Problem> {
    compile(files::read(from, "idl")?, Docs::Required).map(|(_, interfaces)| interfaces)
}

type Compiled = (Vec<Source>, Vec<Interface>);

impl Sources {
    fn compile(&self) -> Result<Compiled, Problem> {
        compile(files::read(&self.sources, "idl")?, Docs::Required)
    }
}

fn compile(sources: Vec<Source>, docs: Docs) -> Result<Compiled, Problem> {
    match crate::compile_with(&sources, docs) {
        Ok(interfaces) => Ok((sources, interfaces)),
        Err(diagnostics) => {
            report::print(&sources, &diagnostics);
            Err(Problem::Mistakes(diagnostics.len()))
        }
    }
}

impl Format {
    fn run(self) -> Result<(), Problem> {
        let (sources, _) = self.sources.compile()?;
        let mut untidy = Vec::new();
        for source in sources {
            let text = format::format(&source.text, Keep::All);
            let path = PathBuf::from(&source.path);
            if text == source.text {
                continue;
            }
            if !self.check {
                fs::write(&path, text).map_err(|error| Problem::File(path.clone(), error))?;
                println!("{}", path.display());
            }
            untidy.push(path);
        }
        match self.check && !untidy.is_empty() {
            true => Err(Problem::Untidy(untidy)),
            false => Ok(()),
        }
    }
}

impl Generate {
    fn run(self) -> Result<(), Problem> {
        let (sources, interfaces) = self.sources.compile()?;
        let modules = crate::generate::modules(&sources, &interfaces)?;
        let mocks = crate::generate::mocks(&interfaces)?;
        let folders = [(self.out.clone(), modules), (self.out.join("mocks"), mocks)];
        for (folder, modules) in &folders {
            match self.check {
                true => files::compare(folder, modules, "rs")?,
                false => files::write(folder, modules, "rs")?,
            }
        }
        Ok(())
    }
}

impl Doc {
    fn run(self) -> Result<(), Problem> {
        let (_, interfaces) = self.sources.compile()?;
        let pages = reference::pages(&shapes(&interfaces), &interfaces);
        files::write(&self.out, &pages, "html")?;
        println!("{}", self.out.join("index.html").display());
        Ok(())
    }
}

impl Diff {
    fn run(self) -> Result<(), Problem> {
        let old = self.old.unwrap_or_else(|| PathBuf::from(GOLDEN));
        let (_, old) = either(&old)?;
        let (_, new) = either(&self.new)?;
        let changes = diff::changes(&old, &new);
        for change in &changes {
            println!("{change}");
        }
        match breaking(&changes) {
            0 => Ok(()),
            count => Err(Problem::Breaking(count)),
        }
    }
}

/// Interfaces of a file or folder, which may be accepted summaries.
fn either(path: &Path) -> Result<Compiled, Problem> {
    let paths = [path.to_owned()];
    let found = match files::read(&paths, "idl") {
        Err(Problem::NoSources) => files::read(&paths, "txt"),
        found => found,
    };
    compile(found?, Docs::Optional)
}

fn breaking(changes: &[diff::Change]) -> usize {
    let breaking = changes
        .iter()
        .filter(|one| one.verdict == Verdict::Breaking);
    breaking.count()
}

impl Named {
    fn layout(self) -> Result<(), Problem> {
        let (_, interfaces) = either(&self.first())?;
        let shapes = shapes(&interfaces);
        let texts = self.chosen(&interfaces)?;
        let texts = texts.into_iter().map(|found| show::layouts(&shapes, found));
        print!("{}", texts.collect::<Vec<_>>().join("\n"));
        Ok(())
    }

    fn show(self) -> Result<(), Problem> {
        let (sources, interfaces) = either(&self.first())?;
        let chosen = self.chosen(&interfaces)?;
        let texts = summaries(&sources, chosen);
        let texts = texts.into_iter().map(|module| module.text);
        print!("{}", texts.collect::<Vec<_>>().join("\n"));
        Ok(())
    }

    fn first(&self) -> PathBuf {
        self.from.first().cloned().unwrap_or_default()
    }

    fn chosen<'a>(&self, interfaces: &'a [Interface]) -> Result<Vec<&'a Interface>, Problem> {
        let Some(name) = &self.interface else {
            return Ok(interfaces.iter().collect());
        };
        let found: Vec<_> = interfaces.iter().filter(|one| one.name == *name).collect();
        match found.is_empty() {
            true => {
                let names = interfaces.iter().map(|one| one.name.as_str());
                let remedy = crate::suggest::remedy(name, names, "`show` lists all");
                Err(Problem::Unknown(format!(
                    "there is no interface `{name}`; {remedy}"
                )))
            }
            false => Ok(found),
        }
    }
}

impl Accept {
    fn run(self) -> Result<(), Problem> {
        let (sources, interfaces) = either(Path::new("idl"))?;
        let texts = summaries(&sources, interfaces.iter().collect());
        let golden = Path::new(GOLDEN);
        let changes = match golden.is_dir() {
            true => diff::changes(&either(golden)?.1, &interfaces),
            false => Vec::new(),
        };
        for change in &changes {
            println!("{change}");
        }
        if self.check {
            return match breaking(&changes) {
                0 => files::compare(golden, &texts, "txt"),
                count => Err(Problem::Breaking(count)),
            };
        }
        match breaking(&changes) {
            count if count > 0 && !self.breaking => Err(Problem::Breaking(count)),
            _ => files::write(golden, &texts, "txt"),
        }
    }
}

fn summaries(sources: &[Source], interfaces: Vec<&Interface>) -> Vec<Module> {
    let of = |interface: &&Interface| {
        let source = sources
            .iter()
            .find(|source| source.stem() == interface.name);
        source.map(|source| Module {
            file: format!("{}.txt", interface.name),
            text: show::summary(source, interface),
        })
    };
    interfaces.iter().filter_map(of).collect()
}

fn explained(text: &str) -> Result<(), Problem> {
    let Some(code) = explain::code(text) else {
        let last = crate::Code::ALL.last().map(ToString::to_string);
        let last = last.unwrap_or_default();
        return Err(Problem::Unknown(format!(
            "there is no code `{text}`; codes go from E0001 to {last}"
        )));
    };
    print!("{}", explain::explain(code));
    Ok(())
}
