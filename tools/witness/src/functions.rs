//! Instructions by function: whose code the addresses of [`Place`]s are in.
//!
//! Several programs have the same addresses, each in its own space, and the witness does not know which space is
//! whose. The bytes of the instructions tell: a space belongs to the program that has most of them.

use std::collections::BTreeMap;

use crate::line::Place;
use crate::program::Program;
use crate::table::Side;

/// What a function executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The program, if it is known.
    pub program: Option<String>,
    /// The function; or, if there is no name for it, where the code is.
    pub name: String,
    /// Retired instructions, without those of functions that it called.
    pub instructions: u64,
}

/// Sums executions up by function, those with most instructions first.
pub fn by_function(places: &[Place], programs: &[Program]) -> Vec<Function> {
    let mut spaces: BTreeMap<(u64, Side), Vec<&Place>> = BTreeMap::new();
    for place in places {
        let space = (place.root, Side::of(place.pc));
        spaces.entry(space).or_default().push(place);
    }
    let mut sums: BTreeMap<(Option<String>, String), u64> = BTreeMap::new();
    for space in spaces.values() {
        let owner = owner(space, programs);
        for place in space {
            *sums.entry(name(place, owner)).or_default() += place.count;
        }
    }
    let mut all: Vec<_> = sums
        .into_iter()
        .map(|((program, name), instructions)| Function {
            program,
            name,
            instructions,
        })
        .collect();
    all.sort_by_key(|function| std::cmp::Reverse(function.instructions));
    all
}

/// The program that has most of the code that was executed in a space.
fn owner<'a>(space: &[&Place], programs: &'a [Program]) -> Option<&'a Program> {
    let matches = |program: &Program| space.iter().filter(|place| is_in(place, program)).count();
    programs
        .iter()
        .map(|program| (matches(program), program))
        .filter(|(count, _)| *count > 0)
        .max_by_key(|(count, _)| *count)
        .map(|(_, program)| program)
}

fn name(place: &Place, owner: Option<&Program>) -> (Option<String>, String) {
    let address = || format!("code at {:#x}", place.pc);
    let space = || format!("unknown code in the space of {:#x}", place.root);
    match owner.filter(|program| is_in(place, program)) {
        Some(program) => {
            let function = program.function(place.pc);
            let name = function.map_or_else(address, str::to_owned);
            (Some(program.name.clone()), name)
        }
        None => (None, space()),
    }
}

fn is_in(place: &Place, program: &Program) -> bool {
    let digits = place.bytes.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> = digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    bytes.is_some_and(|bytes| program.holds(place.pc, &bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs() -> [Program; 2] {
        let symbols = [(0x1000, "first", 2), (0x1004, "label", 0)];
        [
            Program::of_parts("one", 0x1000, &[1, 2, 3, 4, 5], &symbols),
            Program::of_parts("two", 0x1000, &[1, 6, 7, 8, 5], &symbols),
        ]
    }

    fn place(root: u64, pc: u64, bytes: &str) -> Place {
        Place {
            mark: 1,
            root,
            pc,
            bytes: bytes.to_owned(),
            count: 10,
        }
    }

    fn found(places: &[Place]) -> Vec<(Option<String>, String, u64)> {
        by_function(places, &programs())
            .into_iter()
            .map(|function| (function.program, function.name, function.instructions))
            .collect()
    }

    fn row(program: &str, name: &str, instructions: u64) -> (Option<String>, String, u64) {
        (Some(program.to_owned()), name.to_owned(), instructions)
    }

    #[test]
    fn a_space_belongs_to_the_program_with_most_of_its_code() {
        // The first instruction is in both programs, and the second in one.
        let places = [
            place(1, 0x1000, "01"),
            place(1, 0x1001, "06"),
            place(2, 0x1000, "01"),
            place(2, 0x1001, "0203"),
        ];
        assert_eq!(
            found(&places),
            [row("one", "first", 20), row("two", "first", 20)]
        );
    }

    #[test]
    fn labels_reach_to_the_next_name_and_functions_to_their_end() {
        let places = [place(1, 0x1004, "05"), place(1, 0x1002, "03")];
        let expected = [row("one", "code at 0x1002", 10), row("one", "label", 10)];
        assert_eq!(found(&places), expected);
    }

    #[test]
    fn code_of_no_program_is_told_by_its_space() {
        let places = [place(7, 0x9000, "ff"), place(7, 0x9001, "ff")];
        let expected = (None, "unknown code in the space of 0x7".to_owned(), 20);
        assert_eq!(found(&places), [expected]);
    }
}
