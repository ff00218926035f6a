//! Attributes: which exist, and where they may stand.

use super::Checker;
use crate::ast::{Name, Preface};
use crate::diagnostic::Code;

impl Checker<'_> {
    /// Reports attributes that are not in `allowed` or stand twice.
    pub(super) fn attributes(&mut self, preface: &Preface, allowed: &[&str]) {
        for (position, attribute) in preface.attributes.iter().enumerate() {
            let earlier = preface.attributes.get(..position).unwrap_or_default();
            let message = if !allowed.contains(&attribute.text.as_str()) {
                format!("attribute `@{}` does not belong here", attribute.text)
            } else if earlier.iter().any(|other| other.text == attribute.text) {
                format!("attribute `@{}` is given twice", attribute.text)
            } else {
                continue;
            };
            let remedy = remedy(allowed);
            self.report(Code::BadAttribute, attribute.span, message, &remedy);
        }
    }
}

/// The attribute of that name, if it is given.
pub(super) fn find<'a>(preface: &'a Preface, name: &str) -> Option<&'a Name> {
    preface
        .attributes
        .iter()
        .find(|attribute| attribute.text == name)
}

fn remedy(allowed: &[&str]) -> String {
    match allowed {
        [] => "remove it: nothing of this kind has attributes".to_owned(),
        _ => format!("remove it; here may stand: @{}", allowed.join(", @")),
    }
}
