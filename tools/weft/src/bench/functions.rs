//! The programs of an image, and which of their functions executed what.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use weft_witness::functions::by_function;
use weft_witness::line::Place;
use weft_witness::program::Program;

use crate::error::{Error, Outcome};

/// Where the kernel's half of every address space begins.
const KERNEL_HALF: u64 = 1 << 63;

/// The function by which the kernel looks whether an interrupt waits.
const PREEMPTION: &str = "::interrupt_pending";

/// The kernel and the programs of an image.
#[derive(Debug)]
pub struct Programs {
    /// The kernel first.
    all: Vec<Program>,
}

impl Programs {
    /// Reads the ELF files of the kernel and of components.
    ///
    /// # Errors
    /// If one cannot be read or is none.
    pub fn read(kernel: &Path, components: &[PathBuf]) -> Outcome<Self> {
        let distinct: BTreeSet<_> = components.iter().map(PathBuf::as_path).collect();
        let files = std::iter::once(kernel).chain(distinct);
        Ok(Self {
            all: files.map(program).collect::<Outcome<_>>()?,
        })
    }

    /// None, as if nobody had a name.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        Self { all: Vec::new() }
    }

    /// Bytes of the kernel's code: what stays, and what runs only at boot.
    pub fn kernel_bytes(&self) -> (u64, u64) {
        let of = |bytes: fn(&Program) -> usize| self.all.first().map_or(0, bytes) as u64;
        (of(Program::text_bytes), of(Program::init_bytes))
    }

    /// Where the kernel looks whether an interrupt waits.
    ///
    /// # Errors
    /// If there is no such function.
    pub fn preemption_points(&self) -> Outcome<Vec<u64>> {
        let found = self
            .all
            .first()
            .map(|kernel| kernel.addresses_of(PREEMPTION));
        match found.unwrap_or_default() {
            points if points.is_empty() => {
                Err(Error::new(format!("the kernel has no `{PREEMPTION}`")))
            }
            points => Ok(points),
        }
    }

    /// Executed instructions by function.
    pub fn count(&self, places: &[Place]) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for function in by_function(places, &self.all) {
            let program = function.program.as_deref().unwrap_or("?");
            *counts
                .entry(format!("{program}: {}", function.name))
                .or_default() += function.instructions;
        }
        counts
    }
}

fn program(path: &Path) -> Outcome<Program> {
    let bytes = fs::read(path).map_err(|cause| Error::io("read", path, &cause))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Program::read(&name, &bytes).map_err(|cause| Error::new(cause.to_string()).at(path.display()))
}

/// Bytes of the kernel's instructions that were executed at least once.
pub fn executed_kernel_bytes<'a>(places: impl Iterator<Item = &'a Place>) -> u64 {
    let in_kernel = places.filter(|place| place.pc >= KERNEL_HALF);
    let distinct: BTreeSet<_> = in_kernel
        .map(|place| (place.pc, place.bytes.len() / 2))
        .collect();
    let sizes = distinct.into_iter().map(|(_, size)| size);
    u64::try_from(sizes.sum::<usize>()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_of_the_kernel_counts_once_in_all_address_spaces() {
        let place = |root, pc, bytes: &str| Place {
            mark: 1,
            root,
            pc,
            bytes: bytes.to_owned(),
            count: 3,
        };
        let places = [
            place(1, KERNEL_HALF, "f4"),
            place(2, KERNEL_HALF, "f4"),
            place(2, KERNEL_HALF + 1, "9090"),
            place(2, 0x1000, "c3"),
        ];
        assert_eq!(executed_kernel_bytes(places.iter()), 3);
    }
}
