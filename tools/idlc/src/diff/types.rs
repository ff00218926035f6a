//! Changes of declared types.

use super::methods::values;
use super::{List, pairs};
use crate::model::{Enum, Interface, Table, Union};

const MOVED: &str = "the other end gives the number another meaning";
const RENAMED: &str = "names do not travel; what uses it is to be written anew";
const REUSE: &str = "the number may be given to something else; reserve it";

/// Compares structs, tables, unions, enums, bits, errors, constants and aliases.
pub(super) fn compare(list: &mut List<'_>, old: &Interface, new: &Interface) {
    for (name, pair) in pairs(&old.structs, &new.structs, |one| one.name.clone()) {
        let what = format!("struct `{name}`");
        if let Some((old, new)) = both(list, &what, pair) {
            values(list, &what, &old.fields, &new.fields);
        }
    }
    for (name, pair) in pairs(&old.tables, &new.tables, |one| one.name.clone()) {
        if let Some((old, new)) = both(list, &format!("table `{name}`"), pair) {
            table(list, old, new);
        }
    }
    for (name, pair) in pairs(&old.unions, &new.unions, |one| one.name.clone()) {
        if let Some((old, new)) = both(list, &format!("union `{name}`"), pair) {
            union(list, old, new);
        }
    }
    for (name, pair) in pairs(&old.enums, &new.enums, |one| one.name.clone()) {
        if let Some((old, new)) = both(list, &format!("`{name}`"), pair) {
            numbers(list, old, new);
        }
    }
    errors(list, old, new);
    constants(list, old, new);
}

/// Both versions of something, if both exist; otherwise it is told which does not.
fn both<'a, T>(
    list: &mut List<'_>,
    what: &str,
    pair: (Option<&'a T>, Option<&'a T>),
) -> Option<(&'a T, &'a T)> {
    match pair {
        (Some(old), Some(new)) => return Some((old, new)),
        (None, Some(_)) => list.compatible(format!("{what} is new"), "nothing used it yet"),
        (Some(_), None) => {
            let reason = "what used it is told besides; by itself it does not travel";
            list.compatible(format!("{what} is gone"), reason);
        }
        (None, None) => {}
    }
    None
}

fn table(list: &mut List<'_>, old: &Table, new: &Table) {
    let name = &new.name;
    for (ordinal, pair) in pairs(&old.members, &new.members, |one| one.ordinal) {
        let is_kept = |reserved: &[u64]| reserved.contains(&ordinal.into());
        match pair {
            (Some(old), Some(new)) if old.field.kind != new.field.kind => {
                let (was, is) = (&old.field.kind, &new.field.kind);
                let what = format!("table `{name}`: member {ordinal} is `{is}`, was `{was}`");
                list.breaking(what, "the other end cannot read it");
            }
            (Some(old), Some(new)) if old.field.name != new.field.name => {
                let (was, is) = (&old.field.name, &new.field.name);
                let what = format!("table `{name}`: member {ordinal} `{was}` is now `{is}`");
                list.compatible(what, RENAMED);
            }
            (None, Some(_)) if is_kept(&old.reserved) => {
                let what = format!("table `{name}`: member {ordinal} was reserved and is in use");
                list.breaking(what, MOVED);
            }
            (None, Some(new)) => {
                let what = format!(
                    "table `{name}`: member {ordinal} `{}` is new",
                    new.field.name
                );
                list.compatible(what, "readers skip members that they do not know");
            }
            (Some(old), None) => {
                let what = format!(
                    "table `{name}`: member {ordinal} `{}` is gone",
                    old.field.name
                );
                match is_kept(&new.reserved) {
                    true => {
                        list.compatible(what, "every member may be absent, and its number is kept")
                    }
                    false => list.breaking(what, REUSE),
                }
            }
            _ => {}
        }
    }
}

fn union(list: &mut List<'_>, old: &Union, new: &Union) {
    let name = &new.name;
    if old.repr != new.repr {
        let what = format!("union `{name}`: its tag is a {}", new.repr.name());
        list.breaking(what, "the other end reads a tag of another size");
    }
    for (tag, pair) in pairs(&old.variants, &new.variants, |one| one.value) {
        match pair {
            (Some(old), Some(new)) if old.payload != new.payload => {
                let what = format!("union `{name}`: `{}` carries something else", new.name);
                list.breaking(what, "the other end cannot read it");
            }
            (Some(old), Some(new)) => {
                renamed(list, &format!("union `{name}`"), &old.name, &new.name)
            }
            (None, Some(new)) => {
                let what = format!("union `{name}`: `{}` = {tag} is new", new.name);
                list.breaking(what, "older readers refuse a tag that they do not know");
            }
            (Some(old), None) => gone(list, name, &old.name, tag),
            (None, None) => {}
        }
    }
}

fn numbers(list: &mut List<'_>, old: &Enum, new: &Enum) {
    let name = &new.name;
    if (old.repr, old.choice) != (new.repr, new.choice) {
        let what = format!("`{name}` is a {}, or of another kind", new.repr.name());
        list.breaking(what, "the other end reads a number of another kind");
    }
    for (value, pair) in pairs(&old.entries, &new.entries, |one| one.value) {
        match pair {
            (Some(old), Some(new)) => renamed(list, &format!("`{name}`"), &old.name, &new.name),
            (None, Some(new)) => {
                let what = format!("`{name}`: `{}` = {value} is new", new.name);
                list.breaking(what, "older readers refuse a number that they do not know");
            }
            (Some(old), None) => gone(list, name, &old.name, value),
            (None, None) => {}
        }
    }
}

fn renamed(list: &mut List<'_>, whose: &str, old: &str, new: &str) {
    if old != new {
        list.compatible(format!("{whose}: `{old}` is now `{new}`"), RENAMED);
    }
}

fn gone(list: &mut List<'_>, whose: &str, name: &str, value: u64) {
    let what = format!("`{whose}`: `{name}` = {value} is gone");
    list.breaking(what, "newer readers refuse what older writers still send");
}

fn errors(list: &mut List<'_>, old: &Interface, new: &Interface) {
    if let (Some(old), Some(new)) = (&old.error, &new.error) {
        numbers(list, old, new);
    }
    if let (Some(was), Some(is)) = (&old.fails_with, &new.fails_with)
        && was != is
    {
        let what = format!("methods fail with `{}.{}`", is.interface, is.name);
        list.breaking(what, "the numbers of errors mean something else");
    }
}

fn constants(list: &mut List<'_>, old: &Interface, new: &Interface) {
    for (name, pair) in pairs(&old.constants, &new.constants, |one| one.name.clone()) {
        let what = format!("constant `{name}`");
        if let Some((old, new)) = both(list, &what, pair)
            && (old.value, old.repr) != (new.value, new.repr)
        {
            let what = format!("{what} is {}, was {}", new.value, old.value);
            list.compatible(what, "it does not travel; what it bounds is told besides");
        }
    }
}
