//! Calls of methods that are known only when a program runs, from a description of their interface.
//!
//! A description is a row of bytes; numbers are little-endian, a text is its length in a byte and the text. It
//! begins with the number of the type of the interface's errors (255: none) and the number of methods. Each
//! method is its length in 16 bits, its name, its ordinal in 16 bits, a byte of flags (1: it can fail, 2: it is
//! not answered), its arguments and its results. The declared types follow in the order of their numbers, each
//! its length in 16 bits, a byte (0 struct, 1 table, 2 union, 3 enum, 4 bits) and its parts. The interface
//! compiler makes descriptions; `proto::reflections` has those of all interfaces.
//!
//! Values are written as in [`call`]. Nothing here allocates, and a description that makes no sense is an error.

mod describe;
mod read;
mod write;

use core::fmt;

use describe::{Description, Method};

use crate::codec::Decoder;
use crate::{Message, Transport, TransportError, Verdict, interface_id, request_label};

/// Why a call was not made or brought no results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble<'a> {
    /// The interface has no such method.
    NoMethod(&'a str),
    /// The method has no such argument.
    NoArgument(&'a str),
    /// An argument of this name is missing.
    Missing(&'a str),
    /// The argument is not a value of its type.
    BadValue(&'a str),
    /// The method takes or gives capabilities, which cannot be written.
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
            Self::Missing(name) => write!(out, "the argument {name} is missing"),
            Self::BadValue(name) => write!(out, "{name} is not a value of its type"),
            Self::Capability(name) => {
                write!(out, "{name} is a capability, which cannot be written")
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

/// Calls `method` of `interface` with arguments by their names, and writes its results, a line each.
///
/// Numbers are decimal or begin with `0x`; texts and bytes stand between double quotes, or bare if no sign of
/// the others is in them; `[1, 2]` is a list, `{left: 1, right: 2}` a struct or a table, `Name(1)` or `Name` a
/// variant of a union or an entry of an enum, `A|B` bits, `-` what is absent. An argument that may be absent
/// need not be given.
///
/// # Errors
/// Why there are no results.
pub fn call<'a, T: Transport + ?Sized>(
    transport: &T,
    (interface, description): (&str, &'a [u8]),
    method: &'a str,
    arguments: &[(&'a str, &'a str)],
    out: &mut dyn fmt::Write,
) -> Result<(), Trouble<'a>> {
    let description = Description::new(description);
    let found = description
        .method(method)
        .ok_or(Trouble::NoMethod(method))?;
    let label = request_label(interface_id(interface), found.ordinal);
    let mut message = Message::new(label);
    write::arguments(&description, found, arguments, &mut message)?;
    if found.is_unanswered() {
        return Ok(transport.send(&mut message)?);
    }
    let verdict = transport.call(&mut message)?;
    answer(&description, found, verdict, &mut message, out)
}

/// Writes the methods of an interface as they are called, a line each.
///
/// # Errors
/// Those of `out`.
pub fn methods(description: &[u8], out: &mut dyn fmt::Write) -> fmt::Result {
    let description = Description::new(description);
    for method in description.methods() {
        write!(out, "{}", method.name)?;
        let mut fields = method.arguments();
        while let Some((name, kind)) = fields.next() {
            write!(out, " {name}=")?;
            description.write_kind(kind, out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn answer<'a>(
    description: &Description<'a>,
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
