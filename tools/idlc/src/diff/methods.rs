//! Changes of methods, which go by their ordinals.

use super::{List, pairs};
use crate::model::{Answer, Fails, Field, Interface, Method, Repeat, Ways};

const SOURCE_ONLY: &str = "names do not travel; what calls it is to be written anew";

/// Compares the methods of an interface.
pub(super) fn compare(list: &mut List<'_>, old: &Interface, new: &Interface) {
    for (ordinal, pair) in pairs(&old.methods, &new.methods, |method| method.ordinal) {
        match pair {
            (Some(old), Some(new)) => method(list, old, new),
            (None, Some(added)) => added_method(list, added, old),
            (Some(gone), None) => {
                let what = format!("method {ordinal} `{}` is gone", gone.name);
                let is_removed = new.removed.iter().any(|one| one.ordinal == ordinal);
                let is_kept = is_removed || new.reserved.contains(&ordinal);
                list.breaking(what, reason_gone(is_kept));
            }
            (None, None) => {}
        }
    }
    for ordinal in &old.reserved {
        let is_used = new.methods.iter().any(|method| method.ordinal == *ordinal);
        if !is_used && !new.reserved.contains(ordinal) {
            let what = format!("ordinal {ordinal} is no longer reserved");
            list.breaking(what, "it may be given to something else than it once meant");
        }
    }
}

fn reason_gone(is_reserved: bool) -> &'static str {
    match is_reserved {
        true => "older clients are told that the server does not know it",
        false => "older clients still call it; reserve the ordinal at least",
    }
}

fn added_method(list: &mut List<'_>, added: &Method, old: &Interface) {
    let what = format!("method {} `{}` is new", added.ordinal, added.name);
    match old.reserved.contains(&added.ordinal) {
        true => list.breaking(
            what,
            "its ordinal was reserved: older clients mean something else",
        ),
        false if added.since <= old.revision && old.revision > 1 => {
            let reason = "by its revision an older server has it: mark it `@since` a newer one";
            list.breaking(what, reason);
        }
        false => list.compatible(what, "older servers answer that they do not know it"),
    }
}

fn method(list: &mut List<'_>, old: &Method, new: &Method) {
    let name = format!("method {} `{}`", new.ordinal, new.name);
    if old.name != new.name {
        let what = format!(
            "method {} `{}` is now `{}`",
            old.ordinal, old.name, new.name
        );
        list.compatible(what, SOURCE_ONLY);
    }
    values(
        list,
        &format!("argument of {name}"),
        &old.arguments,
        &new.arguments,
    );
    values(
        list,
        &format!("result of {name}"),
        &old.results,
        &new.results,
    );
    match (old.fails, new.fails) {
        (Fails::Never, Fails::WithError) => {
            list.breaking(
                format!("{name} can fail"),
                "older clients cannot read its error",
            );
        }
        (Fails::WithError, Fails::Never) => {
            let what = format!("{name} cannot fail any more");
            list.breaking(
                what,
                "newer clients cannot read the error of an older server",
            );
        }
        _ => {}
    }
    match (old.ways, new.ways) {
        (Ways::Call, Ways::CallAndRing) => {
            let what = format!("{name} can be called over a ring");
            list.compatible(what, "calls stay as they were");
        }
        (Ways::CallAndRing, Ways::Call) => {
            let what = format!("{name} cannot be called over a ring any more");
            list.breaking(what, "older clients call it so");
        }
        _ => {}
    }
    manner(list, &name, old, new);
}

/// What does not change a message.
fn manner(list: &mut List<'_>, name: &str, old: &Method, new: &Method) {
    let is_unanswered = |method: &Method| method.answer == Answer::Never;
    if is_unanswered(old) != is_unanswered(new) {
        let what = format!("{name}: whether it is answered changed");
        list.breaking(
            what,
            "one end waits for an answer that the other does not give",
        );
    } else if old.answer != new.answer {
        let what = format!("{name} answers at another time");
        let reason = "the messages are the same; the server is to be written anew";
        list.compatible(what, reason);
    }
    if (old.repeat, new.repeat) == (Repeat::Freely, Repeat::Once) {
        let what = format!("{name} may not be carried out twice any more");
        list.breaking(what, "older clients still ask twice");
    }
    if old.tolerance != new.tolerance {
        let what = format!("{name}: what a client makes of its absence changed");
        list.compatible(
            what,
            "the messages are the same; the client is to be written anew",
        );
    }
    if let (None, Some(instead)) = (&old.deprecated, &new.deprecated) {
        let what = format!("{name} is deprecated for `{instead}`");
        list.compatible(what, "it works as before");
    }
}

/// Compares arguments, results or the fields of a struct, which go by their order.
pub(super) fn values(list: &mut List<'_>, whose: &str, old: &[Field], new: &[Field]) {
    for (old, new) in old.iter().zip(new) {
        if old.kind.to_string() != new.kind.to_string() {
            let what = format!(
                "{whose}: `{}: {}` is now `{}: {}`",
                old.name, old.kind, new.name, new.kind
            );
            list.breaking(what, "the other end lays it out otherwise");
        } else if old.name != new.name {
            let what = format!("{whose}: `{}` is now `{}`", old.name, new.name);
            list.compatible(what, SOURCE_ONLY);
        }
    }
    for gone in old.get(new.len()..).unwrap_or_default() {
        let what = format!("{whose}: `{}: {}` is gone", gone.name, gone.kind);
        list.breaking(what, "the other end still sends it or waits for it");
    }
    for added in new.get(old.len()..).unwrap_or_default() {
        let what = format!("{whose}: `{}: {}` is new", added.name, added.kind);
        list.breaking(
            what,
            "the other end does not know it, and messages have a fixed layout",
        );
    }
}
