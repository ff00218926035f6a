//! Calls of methods that are known only when a program runs, from a description of their interface.
//!
//! A description is a row of bytes; numbers are little-endian, a text is its length in a byte and the text. It
//! begins with the number of the type of the interface's errors (255: none) and the number of methods. Each
//! method is its length in 16 bits, its name, its ordinal in 16 bits, a byte of flags (1: it can fail, 2: it is
//! not answered), its arguments and its results. The declared types follow in the order of their numbers, each
//! its length in 16 bits, a byte (0 struct, 1 table, 2 union, 3 enum, 4 bits) and its parts, in which values have
//! as many bytes as their type. The interface
//! compiler makes descriptions; `proto::reflections` has those of all interfaces.
//!
//! Values are written as in [`call`]. Nothing here allocates, and a description that makes no sense is an error.

mod describe;
mod read;
mod record;
mod write;
mod written;

use core::fmt;

use describe::{Description, Method};
pub use record::{make_answer, make_request, show_answer, show_request};
pub use written::Written;

use crate::codec::Decoder;
use crate::{Message, Transport, TransportError, Verdict, interface_id};

/// An interface and its description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub interface: &'static str,
    /// Its description.
    pub description: &'static [u8],
}

/// Why a call was not made or brought no results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble<'a> {
    /// The interface has no such method.
    NoMethod(&'a str),
    /// The method has no such argument.
    NoArgument(&'a str),
    /// An argument of this name is missing; its type is told.
    Missing(&'a str, Written<'a>),
    /// The argument is not a value of its type, which is told.
    BadValue(&'a str, Written<'a>),
    /// The method takes capabilities or lent buffers, which cannot be written.
    Capability(&'a str),
    /// The server answers with this error of its interface.
    Failed(&'a str),
    /// No answer of the method came.
    Transport(TransportError),
}

impl fmt::Display for Trouble<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMethod(name) => write!(out, "there is no method {name}"),
            Self::NoArgument(name) => write!(out, "the method has no argument {name}"),
            Self::Missing(name, kind) => write!(out, "{name} is missing; it is to be {kind}"),
            Self::BadValue(name, kind) => write!(out, "{name} is to be {kind}"),
            Self::Capability(name) => {
                write!(
                    out,
                    "{name} is a capability or lent, which cannot be written"
                )
            }
            Self::Failed(name) => write!(out, "the server answers {name}"),
            Self::Transport(error) => error.fmt(out),
        }
    }
}

impl From<TransportError> for Trouble<'_> {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

/// Calls `method` of an interface with arguments by their names, and writes its results, a line each.
///
/// Numbers are decimal or begin with `0x`; texts and bytes stand between double quotes, in which `\"` and `\\`
/// are what they escape and `\n`, `\r`, `\t`, `\0`, `\x7f` are what they are in Rust, or bare if no sign of the others is in them; `[1, 2]` is a list, `{left: 1, right: 2}` a
/// struct or a table, `Name(1)` or `Name` a variant of a union or an entry of an enum, `A|B` bits, `-` what is
/// absent. An argument that may be absent need not be given.
///
/// # Errors
/// Why there are no results.
pub fn call<'a, T: Transport + ?Sized>(
    transport: &T,
    described: Described,
    method: &'a str,
    arguments: &[(&'a str, &'a str)],
    out: &mut dyn fmt::Write,
) -> Result<(), Trouble<'a>> {
    let mut message = record::make_request(described, method, arguments)?;
    let description = Description::new(described.description);
    let found = description
        .method(method)
        .ok_or(Trouble::NoMethod(method))?;
    if found.is_unanswered() {
        return Ok(transport.send(&mut message)?);
    }
    let verdict = transport.call(&mut message)?;
    answer(description, found, verdict, &mut message, out)
}

/// Writes the methods of an interface as they are called, a line each.
///
/// # Errors
/// Those of `out`.
pub fn methods(described: Described, out: &mut dyn fmt::Write) -> fmt::Result {
    let description = Description::new(described.description);
    for method in description.methods() {
        out.write_str(method.name)?;
        for (name, kind) in method.arguments() {
            write!(out, " {name}={}", Written::new(description, kind))?;
        }
        let mut separator = " -> ";
        for (name, kind) in method.results() {
            write!(
                out,
                "{separator}{name}: {}",
                Written::new(description, kind)
            )?;
            separator = ", ";
        }
        out.write_str("\n")?;
    }
    Ok(())
}

/// The name of the method that a request's label means, if it is one of this interface.
pub fn method_name(described: Described, label: u32) -> Option<&'static str> {
    if crate::label_interface(label) != interface_id(described.interface) {
        return None;
    }
    let mut methods = Description::new(described.description).methods();
    let found = methods.find(|method| method.ordinal == crate::label_ordinal(label));
    found.map(|method| method.name)
}

fn answer<'a>(
    description: Description<'a>,
    method: Method<'a>,
    verdict: Verdict,
    message: &mut Message,
    out: &mut dyn fmt::Write,
) -> Result<(), Trouble<'a>> {
    let bad = Trouble::Transport(TransportError::BadAnswer);
    let mut decoder = Decoder::of(message);
    if verdict == Verdict::Failed {
        let number = decoder.get::<u32>().map_err(|_| bad)?;
        return Err(description
            .error(number.into())
            .map_or(bad, Trouble::Failed));
    }
    read::results(description, method, &mut decoder, out).ok_or(bad)
}
