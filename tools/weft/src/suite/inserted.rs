//! Two hundredths more in the kernel, written into a copy of the tree: the gate must name the figure, and the function.
//!
//! Nothing but the kernel is built again, so that it differs from the accepted one in nothing else.

use super::mutation::scratch::Scratch;
use crate::bench::Guest;
use crate::bench::figure::Figures;
use crate::bench::gate::{self, Finding};
use crate::bench::value::Value;
use crate::board::Board;
use crate::build::rust;
use crate::error::{Error, Outcome};
use crate::project::Project;

/// The figure that is to grow.
const FIGURE: &str = "ipc.round_trip";

/// How often one of it enters the kernel.
const ENTRIES: u64 = 2;

/// The function in which it grows, and where that is.
const FUNCTION: &str = "weft_syscall_entry";
const FILE: &str = "microkernel/x86_64/src/trap.S";

/// By how many hundredths.
const INSERTED: u64 = 2;

/// Measures a kernel that takes so much more, and gives what is wrong with what the gate says about it.
///
/// # Errors
/// If the kernel does not build or boot, or the place to write at is not there.
pub(super) fn run(project: &Project, guest: Guest, before: &Figures) -> Outcome<Vec<String>> {
    let figure = before.find(FIGURE);
    let figure = figure.ok_or_else(|| Error::new(format!("`{FIGURE}` was not measured")))?;
    let count = each_time(figure.median);
    let folder = project.target("inserted");
    let scratch = Scratch::copy(project, &folder.join("tree"))?;
    let now = scratch.changed(
        FILE,
        |text| insert(text, count),
        || {
            let copy = Project::new(scratch.root().to_path_buf(), Some(folder));
            let kernel = rust::kernel(&copy, Board::Q35)?;
            guest.with_kernel(kernel)?.measure()
        },
    )?;
    Ok(judge(&gate::check(&before.all, &now, &[])))
}

/// As many instructions at each entry as make that much more, and no more than it takes.
fn each_time(median: Value) -> usize {
    let more = (median.hundredths() * INSERTED).div_ceil(100 * 100 * ENTRIES);
    usize::try_from(more).unwrap_or_default()
}

/// Writes instructions that do nothing at the beginning of the function.
fn insert(text: &str, count: usize) -> Outcome<String> {
    let label = format!("\n{FUNCTION}:\n");
    if text.matches(&label).count() != 1 {
        return Err(Error::new(format!("there is no `{FUNCTION}:`")).at(FILE));
    }
    let more = format!("{label}{}", "    nop\n".repeat(count));
    Ok(text.replacen(&label, &more, 1))
}

fn judge(findings: &[Finding]) -> Vec<String> {
    let grown = findings.iter().find_map(|finding| match finding {
        Finding::Grew {
            name, functions, ..
        } if name == FIGURE => Some(functions),
        _ => None,
    });
    match grown {
        None => vec![format!("`{FIGURE}` grew unnoticed: {findings:?}")],
        Some(functions) if !functions.iter().any(|(name, ..)| name.contains(FUNCTION)) => {
            vec![format!("`{FUNCTION}` is not named: {functions:?}")]
        }
        Some(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_is_inserted_as_it_takes() {
        let counts = [200, 201, 100, 1].map(|median| each_time(Value::whole(median)));
        assert_eq!(counts, [2, 3, 1, 1]);
    }

    #[test]
    fn it_is_inserted_behind_the_label_only() {
        let text = ".type weft_syscall_entry, @function\nweft_syscall_entry:\n    swapgs\n";
        let changed = insert(text, 2).expect("it is there");
        assert!(
            changed.ends_with("entry:\n    nop\n    nop\n    swapgs\n"),
            "{changed}"
        );
        assert!(insert("syscall_entry:\n", 2).is_err());
    }

    #[test]
    fn figure_and_function_must_both_be_named() {
        let grew = |name: &str, function: &str| Finding::Grew {
            name: name.to_owned(),
            accepted: Value::whole(100),
            now: Value::whole(102),
            functions: vec![(function.to_owned(), Value::whole(1), Value::whole(2))],
        };
        let kernel = format!("weft-kernel: {FUNCTION}");
        assert!(judge(&[grew(FIGURE, &kernel)]).is_empty());
        assert_eq!(judge(&[grew("ipc.call", &kernel)]).len(), 1);
        assert_eq!(judge(&[grew(FIGURE, "others")]).len(), 1);
    }
}
