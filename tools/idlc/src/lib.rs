//! The IDL compiler: interface files to Rust modules.
//!
//! Texts in, texts or diagnostics out; only [`command`], which `idlc` and `cargo weft idl` run, reads and
//! writes files. The steps are [`lexer`] → [`parser`] → [`check`] → [`generate`], each with its own types
//! between ([`token`], [`ast`], [`model`]). Every step reports all the mistakes it finds. What the
//! parser understood is checked even if it did not understand all; of the checker's mistakes those
//! are then left out that may follow from what is missing, so that one mistake is not told twice.
//!
//! Written by hand instead of with a parser generator: the language is small, and its messages are
//! most of its worth.

#![forbid(unsafe_code)]

pub mod ast;
pub mod check;
pub mod command;
pub mod diagnostic;
pub mod diff;
mod expand;
pub mod explain;
mod files;
pub mod format;
pub mod generate;
pub mod hash;
pub mod layout;
pub mod lexer;
pub mod model;
mod notation;
pub mod parser;
pub mod reference;
mod report;
pub mod rows;
pub mod show;
pub mod source;
pub mod suggest;
pub mod token;

pub use diagnostic::{Code, Diagnostic};
pub use files::Problem;
pub use source::{Source, Span};

/// Reads and checks sources that belong together.
///
/// # Errors
/// All mistakes that were found, in the order of the sources.
pub fn compile(sources: &[Source]) -> Result<Vec<model::Interface>, Vec<Diagnostic>> {
    compile_with(sources, Docs::Required)
}

/// Whether everything must be documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Docs {
    /// It must.
    Required,
    /// It need not: summaries have no documentation.
    Optional,
}

/// As [`compile`], also of sources without documentation.
///
/// # Errors
/// As [`compile`].
pub fn compile_with(
    sources: &[Source],
    docs: Docs,
) -> Result<Vec<model::Interface>, Vec<Diagnostic>> {
    let mut files = Vec::new();
    let mut diagnostics = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let (tokens, from_lexer) = lexer::lex(number, &source.text);
        let (mut file, from_parser) = parser::parse(tokens);
        file.iter_mut().for_each(expand::expand);
        diagnostics.extend(from_lexer);
        diagnostics.extend(from_parser);
        files.extend(file.map(|file| (source.stem().to_owned(), file)));
    }
    let is_whole = diagnostics.is_empty();
    match check::check(&files, docs) {
        Ok(interfaces) if is_whole => return Ok(interfaces),
        Ok(_) => {}
        Err(found) if is_whole => diagnostics = found,
        Err(found) => {
            let own = found.into_iter().filter(|one| !one.code.may_follow());
            diagnostics.extend(own);
        }
    }
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    // A type that is used twice is looked at twice.
    diagnostics.dedup();
    Err(diagnostics)
}
