//! Interfaces as text for people: the summary that is accepted, and the layout of messages.

use std::fmt::Write;

use crate::format::{Keep, format};
use crate::layout::Shapes;
use crate::model::{Field, Interface, Method, Type};
use crate::rows::{Bytes, rows};
use crate::source::Source;

/// What both ends must agree on: the interface without documentation, then its number and the greatest
/// sizes of its messages. It can be compiled again if documentation is not asked for.
pub fn summary(source: &Source, interface: &Interface) -> String {
    let mut text = format(&source.text, Keep::Meaning);
    let _ = writeln!(text, "// number {:#06x}", interface.id);
    for method in &interface.methods {
        let (name, sizes) = (&method.name, method.sizes);
        let _ = writeln!(
            text,
            "// {name}: request {}, reply {}",
            sizes.request, sizes.reply
        );
    }
    text
}

/// The layout of every message of an interface.
pub fn layouts(shapes: &Shapes, interface: &Interface) -> String {
    let mut text = format!(
        "interface {}, number {:#06x}\n",
        interface.name, interface.id
    );
    for method in &interface.methods {
        let _ = writeln!(text, "\n{} {}", method.ordinal, method.name);
        for (what, fields, most) in messages(method) {
            message(&mut text, shapes, what, fields, most);
        }
    }
    text
}

/// The messages of a method: what each is, what it carries, and how long it can be.
pub fn messages(method: &Method) -> [(&'static str, &[Field], u64); 2] {
    let sizes = method.sizes;
    [
        ("request", &method.arguments, sizes.request),
        ("reply", &method.results, sizes.reply),
    ]
}

fn message(text: &mut String, shapes: &Shapes, what: &str, fields: &[Field], most: u64) {
    let caps = fields
        .iter()
        .filter(|field| matches!(field.kind, Type::Cap(..)));
    let caps: Vec<_> = caps
        .map(|field| format!("{}: {}", field.name, field.kind))
        .collect();
    let _ = writeln!(text, "  {what}: at most {most} bytes");
    for row in rows(shapes, fields) {
        let at = row
            .at
            .map_or_else(|| "behind".to_owned(), |at| at.to_string());
        let bytes = match row.bytes {
            Bytes::Exactly(bytes) => bytes.to_string(),
            Bytes::UpTo(bytes) => format!("0..{bytes}"),
        };
        let name = match row.name.as_str() {
            "" => String::new(),
            name => format!("{name}: "),
        };
        let _ = writeln!(text, "    {at:>6} {bytes:>8}  {name}{}", row.what);
    }
    for cap in caps {
        let _ = writeln!(text, "    {:>6} {:>8}  {cap}", "beside", 0);
    }
}
