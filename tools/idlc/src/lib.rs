//! The IDL compiler: interface files to Rust modules.
//!
//! A library without I/O: texts in, texts or diagnostics out; the binary beside it reads and writes
//! files. The steps are [`lexer`] → [`parser`] → [`check`] → [`generate`], each with its own types
//! between ([`token`], [`ast`], [`model`]). Every step reports all the mistakes it finds; a step
//! runs only if the one before it found none, so that one mistake is not reported twice.
//!
//! Written by hand instead of with a parser generator: the language is small, and its messages are
//! most of its worth.

#![forbid(unsafe_code)]

pub mod ast;
pub mod check;
pub mod diagnostic;
pub mod generate;
pub mod hash;
pub mod layout;
pub mod lexer;
pub mod model;
pub mod parser;
pub mod source;
pub mod token;

pub use diagnostic::{Code, Diagnostic};
pub use source::{Source, Span};

/// Reads and checks sources that belong together.
///
/// # Errors
/// All mistakes that were found, in the order of the sources.
pub fn compile(sources: &[Source]) -> Result<Vec<model::Interface>, Vec<Diagnostic>> {
    let mut files = Vec::new();
    let mut diagnostics = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let (tokens, from_lexer) = lexer::lex(number, &source.text);
        let (file, from_parser) = parser::parse(tokens);
        diagnostics.extend(from_lexer);
        diagnostics.extend(from_parser);
        files.extend(file.map(|file| (source.stem().to_owned(), file)));
    }
    if diagnostics.is_empty() {
        match check::check(&files) {
            Ok(interfaces) => return Ok(interfaces),
            Err(found) => diagnostics = found,
        }
    }
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    Err(diagnostics)
}
