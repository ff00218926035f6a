//! Reference pages of interfaces in HTML, each message with a picture of its layout.
//!
//! A page stands by itself: no script, no file besides it but the list of all pages.

mod picture;

use std::fmt::Write;

use crate::files::GENERATOR;
use crate::generate::Module;
use crate::layout::Shapes;
use crate::model::{Enum, Field, Interface, Method, Type};
use crate::show::messages;

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}\
    code,pre{font-family:monospace;background:#f4f4f4}h2{border-top:1px solid #ccc;padding-top:.6em}\
    table{border-collapse:collapse}td,th{padding:.1em .8em .1em 0;text-align:left;vertical-align:top}\
    .deprecated{text-decoration:line-through}svg{display:block;margin:.4em 0}";

/// A page for each interface, and `index.html`.
pub fn pages(shapes: &Shapes, interfaces: &[Interface]) -> Vec<Module> {
    let mut pages = vec![Module {
        file: "index.html".to_owned(),
        text: index(interfaces),
    }];
    for interface in interfaces {
        pages.push(Module {
            file: format!("{}.html", interface.name),
            text: page(shapes, interface),
        });
    }
    pages
}

fn index(interfaces: &[Interface]) -> String {
    let mut body = "<h1>Interfaces</h1>\n<table>\n".to_owned();
    for interface in interfaces {
        let name = &interface.name;
        let about = escape(interface.docs.first().map_or("", |line| line));
        let _ = writeln!(
            body,
            "<tr><td><a href=\"{name}.html\"><code>{name}</code></a></td><td>{about}</td></tr>"
        );
    }
    document("Interfaces", &(body + "</table>\n"))
}

fn page(shapes: &Shapes, interface: &Interface) -> String {
    let name = &interface.name;
    let mut body = format!("<h1>Interface <code>{name}</code></h1>\n");
    body += &prose(&interface.docs);
    let _ = writeln!(
        body,
        "<p>Number <code>{:#06x}</code>, version <code>{:016x}</code>. \
         <a href=\"index.html\">All interfaces</a></p>",
        interface.id, interface.version
    );
    for found in &interface.methods {
        method(&mut body, shapes, interface, found);
    }
    types(&mut body, interface);
    document(name, &body)
}

fn method(body: &mut String, shapes: &Shapes, interface: &Interface, method: &Method) {
    let (arguments, results) = (list(&method.arguments), list(&method.results));
    let results = match results.as_str() {
        "" => results,
        _ => format!(" -> ({results})"),
    };
    let _ = writeln!(
        body,
        "<h2 id=\"{0}\"><code>{1}: {0}({arguments}){results}</code></h2>",
        method.name, method.ordinal
    );
    *body += &prose(&method.docs);
    if let (crate::model::Fails::WithError, Some(id)) = (method.fails, &interface.fails_with) {
        let _ = writeln!(body, "<p>Fails with {}.</p>", link(&id.interface, &id.name));
    }
    for (what, fields, most) in messages(method) {
        let _ = writeln!(body, "<p>The {what} takes at most {most} bytes.</p>");
        *body += &picture::picture(shapes, fields);
    }
}

fn types(body: &mut String, interface: &Interface) {
    for found in &interface.structs {
        heading(body, "struct", &found.name, &found.docs);
        let rows = found.fields.iter();
        table(
            body,
            rows.map(|field| row(&field.name, &field.kind.to_string(), &field.docs)),
        );
    }
    for found in &interface.tables {
        heading(body, "table", &found.name, &found.docs);
        let rows = found.members.iter().map(|member| {
            let name = format!("{}: {}", member.ordinal, member.field.name);
            row(&name, &member.field.kind.to_string(), &member.field.docs)
        });
        table(body, rows);
    }
    for found in &interface.unions {
        heading(body, "union", &found.name, &found.docs);
        let rows = found.variants.iter().map(|one| {
            let kind = one.payload.as_ref().map(Type::to_string);
            row(
                &format!("{} = {}", one.name, one.value),
                &kind.unwrap_or_default(),
                &one.docs,
            )
        });
        table(body, rows);
    }
    for found in interface.enums.iter().chain(&interface.error) {
        entries(body, found);
    }
    for found in &interface.aliases {
        heading(body, "type", &found.name, &found.docs);
        let _ = writeln!(
            body,
            "<p><code>{}</code></p>",
            escape(&found.kind.to_string())
        );
    }
    for found in &interface.constants {
        heading(body, "const", &found.name, &found.docs);
        let _ = writeln!(
            body,
            "<p><code>{}: {}</code></p>",
            found.value,
            found.repr.name()
        );
    }
}

fn entries(body: &mut String, found: &Enum) {
    heading(body, "numbers", &found.name, &found.docs);
    let rows = found.entries.iter();
    table(
        body,
        rows.map(|entry| row(&entry.name, &entry.value.to_string(), &entry.docs)),
    );
}

fn heading(body: &mut String, what: &str, name: &str, docs: &[String]) {
    let _ = writeln!(body, "<h2 id=\"{name}\"><code>{what} {name}</code></h2>");
    *body += &prose(docs);
}

fn table(body: &mut String, rows: impl Iterator<Item = String>) {
    let rows: String = rows.collect();
    let _ = writeln!(body, "<table>\n{rows}</table>");
}

fn row(name: &str, kind: &str, docs: &[String]) -> String {
    let about = escape(&docs.join(" "));
    format!(
        "<tr><td><code>{}</code></td><td><code>{}</code></td><td>{about}</td></tr>\n",
        escape(name),
        escape(kind)
    )
}

fn list(fields: &[Field]) -> String {
    let each = fields
        .iter()
        .map(|field| format!("{}: {}", field.name, field.kind));
    escape(&each.collect::<Vec<_>>().join(", "))
}

fn link(interface: &str, name: &str) -> String {
    format!("<a href=\"{interface}.html#{name}\"><code>{interface}.{name}</code></a>")
}

/// Documentation as paragraphs; words between backquotes as code.
fn prose(docs: &[String]) -> String {
    let paragraphs = docs.split(|line| line.trim().is_empty());
    let each = paragraphs.filter(|lines| !lines.is_empty()).map(|lines| {
        let mut text = String::new();
        for (index, part) in escape(&lines.join("\n")).split('`').enumerate() {
            match index % 2 {
                0 => text += part,
                _ => text += &format!("<code>{part}</code>"),
            }
        }
        format!("<p>{text}</p>\n")
    });
    each.collect()
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{GENERATOR}\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
