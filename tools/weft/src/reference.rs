//! The reference of the system calls, for people and for programs, from the kernel's own tables.

use std::fmt::Write as _;

use serde_json::{Value, json};
use weft_abi::{ABI_HASH, FaultKind, Kind, Refusal, Rights, Syscall};

/// For people.
pub const PAGE: &str = "docs/book/src/syscalls.md";
/// For programs.
pub const TABLE: &str = "docs/abi.json";

/// Both files: path and text.
pub fn files() -> [(&'static str, String); 2] {
    [(PAGE, page()), (TABLE, table())]
}

const INTRODUCTION: &str = "# System calls

This page is made by `cargo weft abi` from the tables that the kernel decodes; [`docs/abi.json`](../../abi.json) holds the same
for programs. A system call invokes a capability, `a0`, by its index in the caller's CNode; further capabilities are indices
there as well, and 0 is none. Times are in ns, sizes of objects in log2 of bytes or slots unless the call says otherwise.

The status is 0 or the number of a refusal, and then nothing has changed but what the call says. A number that no system
call has is a fault, as is one of an instruction. `-` stands for a register that is not used.

| | number / status | a0 | a1 | a2 | a3 | a4 | a5 | a6 | a7 | a8 |
|---|---|---|---|---|---|---|---|---|---|---|
| x86_64 (`syscall`) | rax | rdi | rsi | r12 | r13 | r14 | r15 | r8 | r9 | upper half of rdi |
| aarch64 (`svc #0`) | x8 | x0 | x1 | x20 | x21 | x22 | x23 | x24 | x25 | upper half of x0 |

Every other register is destroyed, but the stack pointer and the thread-block register (FS base, TPIDR_EL0).

Wherever the capability is missing, of another kind or without a right that the call needs, the call refuses with 1, 2
or 3. A capability that it invokes, or makes something in, needs WRITE unless it says READ.

An object is at home on the core whose memory it is made of. A call about an object of another core is made there, and the caller
waits for that; nothing else of the call differs. It refuses with 16 where that cannot be: a thread receives, waits and answers
by objects of its own core, and has a capability space, an address space and a scheduling context of its own core; page tables are of
the core of their address space, and SpaceMapMany maps frames of the caller's core in a space of that core; a server without
a scheduling context of its own is called from its own core, and a thread without one calls nobody elsewhere; and of two CNodes
the one that something is copied or moved from is of the caller's core, unless both are of one.
";

fn page() -> String {
    let mut text = String::from(INTRODUCTION);
    text.push_str("\n## Calls\n");
    for call in Syscall::ALL {
        let (number, name) = (*call as u8, call.name());
        let (signature, what) = (call.signature(), described(*call, "\n"));
        // A String takes everything.
        let _ = write!(text, "\n### {number} {name}\n\n`{signature}`\n\n{what}\n");
    }
    text.push_str("\n## Refusals\n\n| number | name | why |\n|---|---|---|\n");
    for refusal in Refusal::ALL {
        let (number, why) = (*refusal as u8, refusal.text().trim());
        let _ = writeln!(text, "| {number} | {refusal:?} | {why} |");
    }
    text.push_str("\n## Faults\n\n| number | name | what |\n|---|---|---|\n");
    for fault in FaultKind::all() {
        let _ = writeln!(text, "| {} | {fault:?} | {} |", fault as u8, fault.text());
    }
    text.push_str("\n## Kinds and rights\n\n| number | kind |\n|---|---|\n");
    for kind in Kind::all() {
        let _ = writeln!(text, "| {} | {kind:?} |", kind as u8);
    }
    text.push_str("\n| bit | right |\n|---|---|\n");
    for (name, right) in Rights::all().iter_names() {
        let _ = writeln!(text, "| {} | {name} |", right.bits());
    }
    text
}

/// What a call does, its lines put together.
fn described(call: Syscall, between: &str) -> String {
    let lines: Vec<_> = call.description().iter().map(|line| line.trim()).collect();
    lines.join(between)
}

/// Names of arguments or results; `None` for a register that is not used.
fn names(list: &str) -> Vec<Value> {
    let inner = list.trim().trim_start_matches('(').trim_end_matches(')');
    let each = inner
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    each.flat_map(|name| match name {
        "-" | "0" => vec![Value::Null],
        "w0..w5" => (0..6).map(|word| json!(format!("w{word}"))).collect(),
        name => vec![json!(name)],
    })
    .collect()
}

fn numbered(all: impl Iterator<Item = (u8, String)>) -> Vec<Value> {
    all.map(|(number, name)| json!({ "number": number, "name": name }))
        .collect()
}

fn table() -> String {
    let call = |call: &Syscall| {
        let (arguments, results) = call.signature().split_once("->").unwrap_or_default();
        json!({
            "number": *call as u8,
            "name": call.name(),
            "arguments": names(arguments),
            "results": names(results),
            "description": described(*call, " "),
        })
    };
    let refusals = Refusal::ALL.iter().map(|it| (*it as u8, format!("{it:?}")));
    let faults = FaultKind::all().map(|it| (it as u8, format!("{it:?}")));
    let kinds = Kind::all().map(|it| (it as u8, format!("{it:?}")));
    let rights = Rights::all().iter_names();
    let rights = rights.map(|(name, it)| (it.bits(), name.to_owned()));
    let lists: [(&str, Vec<Value>); 5] = [
        ("syscalls", Syscall::ALL.iter().map(call).collect()),
        ("refusals", numbered(refusals)),
        ("faults", numbered(faults)),
        ("kinds", numbered(kinds)),
        ("rights", numbered(rights)),
    ];
    let mut text = format!("{{\"abi_hash\": \"{ABI_HASH:#018x}\"");
    for (name, list) in lists {
        let lines: Vec<String> = list.iter().map(Value::to_string).collect();
        let _ = write!(text, ",\n\"{name}\": [\n{}\n]", lines.join(",\n"));
    }
    text + "}\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_has_a_heading_and_an_entry() {
        let (page, table) = (page(), table());
        let table: Value = serde_json::from_str(&table).expect("it is JSON");
        let calls = table["syscalls"].as_array().expect("a list");
        assert_eq!(calls.len(), Syscall::ALL.len());
        for (call, entry) in Syscall::ALL.iter().zip(calls) {
            assert!(page.contains(&format!("### {} {}\n", *call as u8, call.name())));
            assert_eq!(entry["name"], call.name());
        }
    }

    #[test]
    fn registers_keep_their_places() {
        let table: Value = serde_json::from_str(&table()).expect("it is JSON");
        let calls = table["syscalls"].as_array().expect("a list");
        let find = |name: &str| {
            calls
                .iter()
                .find(|call| call["name"] == name)
                .expect("a call")
        };
        let recv = find("Recv")["arguments"].as_array().expect("a list");
        assert_eq!((recv.len(), &recv[8]), (9, &json!("reply")));
        assert!(recv[1].is_null());
        let clock = find("Clock")["results"].as_array().expect("a list");
        assert_eq!(clock[..], [Value::Null, json!("ns")]);
        assert_eq!(table["kinds"].as_array().map(Vec::len), Some(16));
        assert_eq!(table["rights"].as_array().map(Vec::len), Some(5));
    }
}
