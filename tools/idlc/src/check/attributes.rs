//! Attributes: which exist, what they are given, and where they may stand.

use super::Checker;
use crate::ast::{Argument, Attribute, Item, ItemKind, Name, Preface};
use crate::diagnostic::Code;
use crate::model::{Answer, Method, Role, Transfer, Type};
use crate::suggest;

/// What stands in parentheses behind an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Nothing,
    Number,
    Name,
}

const ALL: &[(&str, Takes)] = &[
    ("deferred", Takes::Nothing),
    ("deprecated", Takes::Name),
    ("flexible", Takes::Nothing),
    ("idempotent", Takes::Nothing),
    ("oneway", Takes::Nothing),
    ("removed", Takes::Number),
    ("ring", Takes::Nothing),
    ("since", Takes::Number),
];

/// Those that methods have.
pub(super) const OF_METHODS: &[&str] = &[
    "deferred",
    "deprecated",
    "flexible",
    "idempotent",
    "oneway",
    "removed",
    "ring",
    "since",
];

impl Checker<'_> {
    /// Reports attributes that are not in `allowed`, stand twice, or are given the wrong thing.
    pub(super) fn attributes(&mut self, preface: &Preface, allowed: &[&str]) {
        for (position, attribute) in preface.attributes.iter().enumerate() {
            let earlier = preface.attributes.get(..position).unwrap_or_default();
            let name = &attribute.name;
            let message = if !allowed.contains(&name.text.as_str()) {
                format!("attribute `@{}` does not belong here", name.text)
            } else if earlier.iter().any(|other| other.name.text == name.text) {
                format!("attribute `@{}` is given twice", name.text)
            } else {
                self.given(attribute);
                continue;
            };
            let remedy = suggest::remedy(&name.text, allowed.iter().copied(), &remedy(allowed));
            self.report(Code::BadAttribute, name.span, message, &remedy);
        }
    }

    fn given(&mut self, attribute: &Attribute) {
        let name = &attribute.name;
        let takes = ALL.iter().find(|(known, _)| *known == name.text);
        let (is_right, wanted) = match (takes.map(|(_, takes)| takes), &attribute.argument) {
            (Some(Takes::Number), Some(Argument::Number(number))) => {
                (number.value > 1, "(N)`, with a revision from 2 on")
            }
            (Some(Takes::Number), _) => (false, "(N)`, with a revision from 2 on"),
            (Some(Takes::Name), argument) => (
                matches!(argument, Some(Argument::Word(_))),
                "(NAME)`, with the method to use instead",
            ),
            (_, argument) => (argument.is_none(), "` alone"),
        };
        if !is_right {
            let message = format!("attribute `@{}` is not given what it takes", name.text);
            let remedy = format!("write `@{}{wanted}", name.text);
            self.report(Code::BadAttribute, name.span, message, &remedy);
        }
    }

    /// Reports what a method's attributes contradict.
    pub(super) fn contradictions(&mut self, item: &Item, method: &Method) {
        let has = |attribute| find(&item.preface, attribute).map(|found| &found.name);
        let is_moved = |kind: &Type| matches!(kind, Type::Cap(_, Transfer::Moved));
        let moves = method.arguments.iter().any(|field| is_moved(&field.kind));
        let answers = !method.results.is_empty()
            || matches!(&item.kind, ItemKind::Method(found) if found.error.is_some());
        let oneway = has("oneway");
        let not_of_streams = ["ring", "oneway", "flexible"].into_iter().find_map(has);
        let of_stream = not_of_streams.filter(|_| method.role == Role::Opens);
        let other = ["deferred", "flexible", "idempotent", "ring"]
            .into_iter()
            .find_map(has);
        let found = match (of_stream.or(oneway), other, has("idempotent")) {
            (Some(at), ..) if of_stream.is_some() => (at, "a stream is opened and read by calls"),
            (Some(at), ..) if answers => (at, "nothing comes back: remove the results and `error`"),
            (Some(at), Some(_), _) => (at, "nothing comes back that the other attribute is about"),
            (_, _, Some(at)) if moves => (
                at,
                "a capability that was moved cannot be sent again: copy it",
            ),
            _ if method.answer == Answer::Never => return,
            _ => return,
        };
        let (at, remedy) = found;
        let message = format!(
            "`@{}` contradicts the rest of `{}`",
            at.text, item.name.text
        );
        self.report(Code::Contradiction, at.span, message, remedy);
    }

    /// The method that is to be used instead of one, if it is deprecated.
    pub(super) fn instead(&mut self, item: &Item, methods: &[&Item]) -> Option<String> {
        let Some(Argument::Word(name)) = &find(&item.preface, "deprecated")?.argument else {
            return None;
        };
        let is_other = |other: &&&Item| {
            other.name.text == name.text
                && other.name.text != item.name.text
                && find(&other.preface, "removed").is_none()
        };
        if methods.iter().find(is_other).is_some() {
            return Some(name.text.clone());
        }
        self.no_method(name, methods);
        None
    }

    fn no_method(&mut self, name: &Name, methods: &[&Item]) {
        let message = format!("there is no other method `{}`", name.text);
        let known = methods.iter().map(|item| item.name.text.as_str());
        let remedy = suggest::remedy(&name.text, known, "name a method of this interface");
        self.report(Code::UnknownMethod, name.span, message, &remedy);
    }
}

/// The attribute of that name, if it is given.
pub(super) fn find<'a>(preface: &'a Preface, name: &str) -> Option<&'a Attribute> {
    preface
        .attributes
        .iter()
        .find(|attribute| attribute.name.text == name)
}

/// The revision that an attribute is given, if it is.
pub(super) fn revision(preface: &Preface, name: &str) -> Option<u64> {
    match &find(preface, name)?.argument {
        Some(Argument::Number(number)) => Some(number.value),
        _ => None,
    }
}

fn remedy(allowed: &[&str]) -> String {
    match allowed {
        [] => "remove it: nothing of this kind has attributes".to_owned(),
        _ => format!("remove it; here may stand: @{}", allowed.join(", @")),
    }
}
