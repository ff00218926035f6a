//! Requests and answers as text that can be read back: for records of what went over a connection.
//!
//! A request is `method name=value …`. An answer is its results, `name: value` a line, or `error Name`, or `nothing` and
//! why. Capabilities are told and cannot be read back; a lent buffer is the word that names it.

use core::fmt::Write;

use super::describe::{Description, Method};
use super::{Described, Trouble, read, write};
use crate::codec::{Decoder, Sink as _};
use crate::{
    Message, TransportError, interface_id, label, label_interface, label_ordinal, request_label,
};

/// Labels of answers that bring nothing.
const NOTHING: core::ops::RangeInclusive<u32> = label::UNKNOWN_METHOD..=label::SKIPPED;

fn find(described: Described, request: u32) -> Option<(Description<'static>, Method<'static>)> {
    let description = Description::new(described.description);
    let mut methods = description.methods();
    let method = methods.find(|method| method.ordinal == label_ordinal(request))?;
    let is_of = label_interface(request) == interface_id(described.interface);
    is_of.then_some((description, method))
}

/// Writes a request that was received; `None` if it is not one of the interface, or malformed.
pub fn show_request(
    described: Described,
    request: &mut Message,
    out: &mut dyn Write,
) -> Option<()> {
    let (description, method) = find(described, request.label())?;
    out.write_str(method.name).ok()?;
    let mut from = Decoder::of(request);
    for (name, kind) in method.arguments() {
        write!(out, " {name}=").ok()?;
        read::recorded(description, kind, &mut from, out)?;
    }
    Some(())
}

/// Writes the answer to a request with a label; `None` if it is malformed.
pub fn show_answer(
    described: Described,
    request: u32,
    answer: &mut Message,
    out: &mut dyn Write,
) -> Option<()> {
    let (description, method) = find(described, request)?;
    let told = answer.label();
    let mut from = Decoder::of(answer);
    match told {
        label::OK => {
            for (name, kind) in method.results() {
                write!(out, "{name}: ").ok()?;
                read::recorded(description, kind, &mut from, out)?;
                out.write_char('\n').ok()?;
            }
            Some(())
        }
        label::ERROR => {
            let name = description.error(from.get::<u32>().ok()?.into())?;
            writeln!(out, "error {name}").ok()
        }
        other => writeln!(out, "nothing: {}", TransportError::from_label(other)?).ok(),
    }
}

/// Makes a request from its method and the texts of its arguments.
///
/// # Errors
/// What is wrong with them.
pub fn make_request<'a>(
    described: Described,
    method: &'a str,
    arguments: &[(&'a str, &'a str)],
) -> Result<Message, Trouble<'a>> {
    let description = Description::new(described.description);
    let found = description
        .method(method)
        .ok_or(Trouble::NoMethod(method))?;
    let mut message = Message::new(request_label(
        interface_id(described.interface),
        found.ordinal,
    ));
    write::arguments(description, found, arguments, &mut message)?;
    Ok(message)
}

/// Makes the answer to a request with a label from its lines; `None` if they are not such an answer.
pub fn make_answer<'a>(
    described: Described,
    request: u32,
    lines: impl Iterator<Item = &'a str>,
) -> Option<Message> {
    let (description, method) = find(described, request)?;
    let mut lines = lines.peekable();
    let first = lines.peek().copied().unwrap_or_default();
    let mut message = Message::new(label::OK);
    if let Some(name) = first.strip_prefix("error ") {
        message.begin(label::ERROR);
        let number = u32::try_from(description.error_number(name.trim())?).ok()?;
        message.put(&number).ok()?;
        return Some(message);
    }
    if let Some(why) = first.strip_prefix("nothing: ") {
        let is_meant = |label: &u32| {
            TransportError::from_label(*label)
                .is_some_and(|error| error.text().trim() == why.trim())
        };
        message.begin(NOTHING.into_iter().find(is_meant)?);
        return Some(message);
    }
    for (name, kind) in method.results() {
        let text = lines.next()?.strip_prefix(name)?.strip_prefix(": ")?;
        write::whole(description, kind, text, &mut message)?;
    }
    lines.next().is_none().then_some(message)
}
