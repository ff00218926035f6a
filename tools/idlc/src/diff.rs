//! What changed between two versions of the same interfaces, and whom it breaks.
//!
//! A change is compatible if every pair of ends, one of each version, still understands every message in
//! the same way; what only makes source text be written anew is compatible. Types are compared where they
//! are declared, so that a change is told once, not once for each method that uses the type.

mod methods;
mod types;

use std::collections::BTreeMap;
use std::fmt;

use crate::model::Interface;

/// Whether ends of both versions still understand each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// They do.
    Compatible,
    /// They do not.
    Breaking,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whom it breaks.
    pub verdict: Verdict,
    /// The interface.
    pub interface: String,
    /// What changed.
    pub what: String,
    /// Why the verdict is as it is.
    pub reason: String,
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Compatible => "compatible",
            Verdict::Breaking => "breaking",
        };
        let Self {
            interface,
            what,
            reason,
            ..
        } = self;
        write!(out, "{verdict}: {interface}: {what}: {reason}")
    }
}

/// The changes from `old` to `new`, in the order of the interfaces' names.
pub fn changes(old: &[Interface], new: &[Interface]) -> Vec<Change> {
    let mut found = Vec::new();
    for (name, pair) in pairs(old, new, |interface| interface.name.clone()) {
        let mut list = List {
            interface: &name,
            changes: &mut found,
        };
        match pair {
            (Some(old), Some(new)) => {
                methods::compare(&mut list, old, new);
                types::compare(&mut list, old, new);
            }
            (None, Some(_)) => list.compatible("new", "nobody depends on it yet"),
            (Some(_), None) => list.breaking("gone", "its clients find no server"),
            (None, None) => {}
        }
    }
    found
}

/// Where changes of one interface are gathered.
struct List<'a> {
    interface: &'a str,
    changes: &'a mut Vec<Change>,
}

impl List<'_> {
    fn compatible(&mut self, what: impl Into<String>, reason: &str) {
        self.add(Verdict::Compatible, what.into(), reason);
    }

    fn breaking(&mut self, what: impl Into<String>, reason: &str) {
        self.add(Verdict::Breaking, what.into(), reason);
    }

    fn add(&mut self, verdict: Verdict, what: String, reason: &str) {
        self.changes.push(Change {
            verdict,
            interface: self.interface.to_owned(),
            what,
            reason: reason.to_owned(),
        });
    }
}

/// What both lists hold, side by side, by key.
fn pairs<'a, T, K: Ord>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&T) -> K,
) -> BTreeMap<K, (Option<&'a T>, Option<&'a T>)> {
    let mut all: BTreeMap<K, (Option<&T>, Option<&T>)> = BTreeMap::new();
    for one in old {
        all.entry(key(one)).or_default().0 = Some(one);
    }
    for one in new {
        all.entry(key(one)).or_default().1 = Some(one);
    }
    all
}
