//! Events and streams, made of what the language has already.
//!
//! An event becomes a struct of its fields and a member of the table `Event`, so that who does not know it
//! skips it; `watch_events` and `take_events` carry such tables. A method with a stream as its result opens it
//! and tells its number; `…_more` fetches as many elements as the client has room for, its credits, and
//! `…_close` ends it early. So layout, comparison, descriptions and mocks know nothing of either.

use crate::ast::{
    Field, File, Item, ItemKind, Member, Method, Name, Number, Numbered, Parameter, Preface, Role,
    TypeRef,
};
use crate::source::Span;

/// The greatest ordinal that can be declared; the rest is for methods that are made.
pub(crate) const MAX_ORDINAL: u64 = 0x3fff;
const WATCH: u64 = 0x4001;
const TAKE: u64 = 0x4002;
const MORE: u64 = 0x8000;
const CLOSE: u64 = 0xc000;
/// The most events in one message.
const EVENTS: u64 = 8;

/// Puts what events and streams are made of in their place.
pub(crate) fn expand(file: &mut File) {
    let mut events = Numbered {
        entries: Vec::new(),
        reserved: Vec::new(),
    };
    let mut place = None;
    let mut items = Vec::new();
    for item in std::mem::take(&mut file.interface.items) {
        match &item.kind {
            ItemKind::Method(method) if method.role == Role::Event => {
                place.get_or_insert(item.name.span);
                items.extend(event(&item, method, &mut events));
            }
            ItemKind::Method(method) => match stream(method) {
                Some(element) => items.extend(streamed(&item, method, element)),
                None => items.push(item),
            },
            _ => items.push(item),
        }
    }
    if let Some(span) = place {
        items.extend(feed(events, span));
    }
    file.interface.items = items;
}

/// The struct of an event's fields; it also becomes a member of the table.
fn event(item: &Item, method: &Method, events: &mut Numbered<Member>) -> Option<Item> {
    let attributes = &item.preface.attributes;
    if attributes.iter().any(|found| found.name.text == "removed") {
        events.reserved.push(method.ordinal);
        return None;
    }
    let name = Name {
        text: camel(&item.name.text),
        span: item.name.span,
    };
    events.entries.push(Member {
        ordinal: method.ordinal,
        field: Field {
            preface: Preface {
                docs: item.preface.docs.clone(),
                attributes: Vec::new(),
            },
            name: item.name.clone(),
            kind: named(&name.text, Vec::new(), name.span),
        },
    });
    Some(Item {
        preface: item.preface.clone(),
        name,
        kind: ItemKind::Struct(method.arguments.iter().map(documented).collect()),
    })
}

/// What an event carries is told of with the event, as a method's arguments are.
fn documented(field: &Field) -> Field {
    let mut field = field.clone();
    if field.preface.docs.is_empty() {
        field.preface.docs.push("See the event.".to_owned());
    }
    field
}

/// The table of events and the methods that carry them.
fn feed(events: Numbered<Member>, span: Span) -> [Item; 3] {
    let made = Made { span };
    let arrival = vec![word("notification", span), word("WRITE", span)];
    let some = vec![word("Event", span), number(EVENTS, span)];
    [
        Item {
            preface: made.docs("Something that the server tells its clients: the member that is there."),
            name: made.name("Event"),
            kind: ItemKind::Table(events),
        },
        made.method(
            WATCH,
            "watch_events",
            "Lets `arrival` be signalled when events come and none were waiting; an earlier one is \
             forgotten. Tells whether there was room for a further watcher.",
            vec![made.field("arrival", "What is signalled.", named("cap", arrival, span))],
            vec![made.plain("watched", "bool")],
        ),
        made.method(
            TAKE,
            "take_events",
            "Takes events in the order in which they came, and tells how many were lost before them \
             because nobody took them; all ones say that the client does not watch, or not any more.",
            Vec::new(),
            vec![
                made.field("events", "The events.", named("vec", some, span)),
                made.plain("lost", "u32"),
            ],
        ),
    ]
}

/// The parameters of the stream that is a method's only result.
fn stream(method: &Method) -> Option<&Field> {
    let [result] = method.results.as_slice() else {
        return None;
    };
    let kind = &result.kind;
    let is_stream = kind.name.text == "stream" && kind.parameters.len() == 2;
    (is_stream && kind.optional.is_none()).then_some(result)
}

/// The methods of a stream: one opens it, one goes on with it, one ends it early.
fn streamed(item: &Item, method: &Method, element: &Field) -> [Item; 3] {
    let span = item.name.span;
    let made = Made { span };
    let (opens, waits): (Vec<_>, Vec<_>) = item
        .preface
        .attributes
        .iter()
        .cloned()
        .partition(|found| found.name.text != "deferred");
    let number = made.plain("stream", "u32");
    let ordinal = method.ordinal.value.min(MAX_ORDINAL);
    let name = &item.name.text;
    let mut opened = item.clone();
    opened.preface.attributes = opens;
    opened.kind = ItemKind::Method(Method {
        role: Role::Opens,
        results: vec![number.clone()],
        ..method.clone()
    });
    let mut list = element.clone();
    list.kind.name.text = "vec".to_owned();
    let mut more = made.method(
        MORE | ordinal,
        &format!("{name}_more"),
        &format!("Goes on with a stream of `{name}` by at most `credits` elements."),
        vec![number.clone(), made.plain("credits", "u32")],
        vec![list, made.plain("ended", "bool")],
    );
    more.preface.attributes = waits;
    if let ItemKind::Method(more) = &mut more.kind {
        more.error = method.error;
    }
    let close = made.method(
        CLOSE | ordinal,
        &format!("{name}_close"),
        &format!("Ends a stream of `{name}` of which no more is wanted."),
        vec![number],
        Vec::new(),
    );
    [opened, more, close]
}

/// Makes things in the place of what they are made for.
struct Made {
    span: Span,
}

impl Made {
    fn name(&self, text: &str) -> Name {
        Name {
            text: text.to_owned(),
            span: self.span,
        }
    }

    fn docs(&self, text: &str) -> Preface {
        Preface {
            docs: vec![text.to_owned()],
            attributes: Vec::new(),
        }
    }

    fn field(&self, name: &str, docs: &str, kind: TypeRef) -> Field {
        Field {
            preface: self.docs(docs),
            name: self.name(name),
            kind,
        }
    }

    fn plain(&self, name: &str, kind: &str) -> Field {
        self.field(name, name, named(kind, Vec::new(), self.span))
    }

    fn method(
        &self,
        ordinal: u64,
        name: &str,
        docs: &str,
        arguments: Vec<Field>,
        results: Vec<Field>,
    ) -> Item {
        Item {
            preface: self.docs(docs),
            name: self.name(name),
            kind: ItemKind::Method(Method {
                role: Role::Made,
                ordinal: Number {
                    value: ordinal,
                    span: self.span,
                },
                arguments,
                results,
                error: None,
            }),
        }
    }
}

fn named(name: &str, parameters: Vec<Parameter>, span: Span) -> TypeRef {
    TypeRef {
        name: Name {
            text: name.to_owned(),
            span,
        },
        parameters,
        optional: None,
        span,
    }
}

fn word(name: &str, span: Span) -> Parameter {
    Parameter::Type(named(name, Vec::new(), span))
}

fn number(value: u64, span: Span) -> Parameter {
    Parameter::Number(Number { value, span })
}

/// `name_of_an_event` as the name of a type.
fn camel(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_events_become_names_of_types() {
        assert_eq!(camel("disk_gone"), "DiskGone");
        assert_eq!(camel("ended"), "Ended");
        assert_eq!(camel("_"), "");
    }
}
