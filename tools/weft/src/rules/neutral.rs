//! The kernel's core, its store and its contract are the same for every architecture: what
//! differs is behind the contract.

use super::sources::{File, Sources};
use super::{Context, Problem};
use crate::error::Outcome;

/// The folders that hold for every architecture.
const FOLDERS: [&str; 2] = ["microkernel/core/src/", "microkernel/store/src/"];

/// What names an architecture.
const NAMES: [&str; 5] = ["target_arch", "core::arch", "asm!", "x86_64", "aarch64"];

/// Looks for such names in code; comments may give examples.
///
/// # Errors
/// None; the signature is that of all rules.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    Ok(problems(&context.sources))
}

fn problems(sources: &Sources) -> Vec<Problem> {
    let is_neutral = |file: &&File| FOLDERS.iter().any(|folder| file.path.starts_with(folder));
    sources
        .with("rs")
        .filter(is_neutral)
        .flat_map(in_file)
        .collect()
}

fn in_file(file: &File) -> impl Iterator<Item = Problem> {
    file.lines().filter_map(|(number, line)| {
        let code = line.split("//").next().unwrap_or_default();
        let name = NAMES.into_iter().find(|name| code.contains(name))?;
        Some(Problem::new(
            format!("{}:{number}", file.path),
            format!("`{name}` names an architecture"),
            "put what differs behind the contract in microkernel/hal",
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_architecture_in_the_core_is_refused() {
        let sources = Sources::from_texts([
            (
                "microkernel/core/src/a.rs",
                "//! As on x86_64.\nuse core::arch::asm;\n",
            ),
            ("microkernel/x86_64/src/a.rs", "use core::arch::asm;\n"),
        ]);
        let found = problems(&sources);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "microkernel/core/src/a.rs:2");
    }
}
