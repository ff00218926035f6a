//! A program with the names of its functions, read from its ELF file.

use std::collections::BTreeMap;
use std::fmt;

use object::read::File;
use object::{Object, ObjectSection, ObjectSymbol, SectionIndex, SectionKind, SymbolKind};

/// A program.
#[derive(Debug)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// The code, by the address of its first byte.
    code: Vec<(u64, Vec<u8>)>,
    /// Where the section `.text` begins, if there is one.
    text: u64,
    /// Functions and labels by address: the name, and how many bytes if that is known.
    symbols: BTreeMap<u64, (String, u64)>,
}

/// A file that is no program.
#[derive(Debug)]
pub struct NoProgram {
    name: String,
    cause: object::Error,
}

impl fmt::Display for NoProgram {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} is no program: {}", self.name, self.cause)
    }
}

impl std::error::Error for NoProgram {}

impl Program {
    /// Reads a program from the bytes of its ELF file.
    ///
    /// # Errors
    /// If that is no ELF file, or cut off.
    pub fn read(name: &str, file: &[u8]) -> Result<Self, NoProgram> {
        Self::parse(name, file).map_err(|cause| NoProgram {
            name: name.to_owned(),
            cause,
        })
    }

    fn parse(name: &str, file: &[u8]) -> Result<Self, object::Error> {
        let file = File::parse(file)?;
        let mut code = Vec::new();
        let mut sections = Vec::new();
        for section in file.sections().filter(|s| s.kind() == SectionKind::Text) {
            code.push((section.address(), section.data()?.to_vec()));
            sections.push(section.index());
        }
        let text = file.section_by_name(".text");
        Ok(Self {
            name: name.to_owned(),
            code,
            text: text.map_or(0, |section| section.address()),
            symbols: symbols(&file, &sections)?,
        })
    }

    /// A program of one piece of code, for tests.
    #[cfg(test)]
    pub(crate) fn of_parts(
        name: &str,
        start: u64,
        code: &[u8],
        symbols: &[(u64, &str, u64)],
    ) -> Self {
        let symbols = symbols
            .iter()
            .map(|(address, name, length)| (*address, ((*name).to_owned(), *length)));
        Self {
            name: name.to_owned(),
            code: vec![(start, code.to_vec())],
            text: start,
            symbols: symbols.collect(),
        }
    }

    /// How many bytes of code it has in front of its section `.text`: in the kernel, what runs only at boot.
    pub fn init_bytes(&self) -> usize {
        self.bytes(|start| start < self.text)
    }

    /// How many bytes of code it has besides.
    pub fn text_bytes(&self) -> usize {
        self.bytes(|start| start >= self.text)
    }

    fn bytes(&self, is_meant: impl Fn(u64) -> bool) -> usize {
        let sections = self.code.iter().filter(|(start, _)| is_meant(*start));
        sections.map(|(_, code)| code.len()).sum()
    }

    /// Whether the program has these bytes of code at an address.
    pub fn holds(&self, address: u64, bytes: &[u8]) -> bool {
        self.code.iter().any(|(start, code)| {
            let offset = address.checked_sub(*start);
            let tail = offset
                .and_then(|offset| usize::try_from(offset).ok())
                .and_then(|offset| code.get(offset..));
            tail.is_some_and(|tail| tail.starts_with(bytes))
        })
    }

    /// Where functions begin whose name ends so.
    pub fn addresses_of(&self, end: &str) -> Vec<u64> {
        let named = self
            .symbols
            .iter()
            .filter(|(_, (name, _))| name.ends_with(end));
        named.map(|(address, _)| *address).collect()
    }

    /// The function at an address.
    pub fn function(&self, address: u64) -> Option<&str> {
        let (start, (name, length)) = self.symbols.range(..=address).next_back()?;
        (*length == 0 || address - start < *length).then_some(name.as_str())
    }
}

/// The names in sections of code.
fn symbols(
    file: &File<'_>,
    sections: &[SectionIndex],
) -> Result<BTreeMap<u64, (String, u64)>, object::Error> {
    let mut all = BTreeMap::new();
    for symbol in file.symbols() {
        let is_code = symbol
            .section_index()
            .is_some_and(|index| sections.contains(&index));
        // Labels of assembly have no kind.
        let is_name = matches!(symbol.kind(), SymbolKind::Text | SymbolKind::Unknown);
        if is_code && is_name && !is_mapping(symbol.name()?) {
            let name = format!("{:#}", rustc_demangle::demangle(symbol.name()?));
            all.entry(symbol.address()).or_insert((name, symbol.size()));
        }
    }
    Ok(all)
}

/// Whether a symbol only says that code begins here, or data (ELF for the Arm 64-bit Architecture, "Mapping
/// symbols"). It stands where functions begin as well and would take their names away.
fn is_mapping(name: &str) -> bool {
    name.starts_with('$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_test_finds_itself() {
        let own = std::env::current_exe().expect("the test has a path");
        let program = Program::read("own", &std::fs::read(own).expect("it is there"));
        let program = program.expect("it is a program");
        let name = "this_test_finds_itself";
        let mut symbols = program.symbols.iter();
        let (address, _) = symbols
            .find(|(_, (n, _))| n.ends_with(name))
            .expect("found");
        assert!(program.function(*address).expect("a name").ends_with(name));
        assert!(program.holds(*address, &[]));
        assert!(!program.holds(u64::MAX, &[0]));
        assert!(program.text_bytes() > 1000);
        assert!(program.addresses_of(name).contains(address));
    }

    #[test]
    fn code_in_front_of_the_text_is_counted_apart() {
        let mut program = Program::of_parts("kernel", 0x2000, &[0; 16], &[]);
        program.code.push((0x1000, vec![0; 3]));
        program.code.push((0x3000, vec![0; 5]));
        assert_eq!((program.init_bytes(), program.text_bytes()), (3, 21));
    }

    #[test]
    fn marks_of_the_assembler_are_no_names() {
        assert!(is_mapping("$x") && is_mapping("$d.17"));
        assert!(!is_mapping("_ZN4core3fmt5write17h0E"));
    }

    #[test]
    fn what_is_no_program_is_refused() {
        let refused = Program::read("text", b"text").expect_err("no program");
        assert!(refused.to_string().starts_with("text is no program"));
    }
}
