//! The kernel's functions by address, so that its reports can name them.

use object::{Object, ObjectSymbol, SymbolKind, read::File};
use weft_abi::image::Symbol;
use zerocopy::IntoBytes;

use crate::ImageError;

/// The symbol section: the table in the order of addresses, then the names.
pub(crate) fn section(kernel: &[u8]) -> Result<Vec<u8>, ImageError> {
    let broken =
        |error: object::Error| ImageError::NotAnElf("kernel".to_owned(), error.to_string());
    let file = File::parse(kernel).map_err(broken)?;
    let mut functions: Vec<(u64, String)> = file
        .symbols()
        .filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.is_definition())
        .filter_map(|symbol| Some((symbol.address(), readable(symbol.name().ok()?))))
        .collect();
    functions.sort();
    functions.dedup_by_key(|(address, _)| *address);
    Ok(encode(&functions))
}

/// A name without the compiler's decoration.
fn readable(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

fn encode(functions: &[(u64, String)]) -> Vec<u8> {
    let mut table = Vec::new();
    let mut names = String::new();
    let names_at = functions.len() * size_of::<Symbol>();
    for (address, name) in functions {
        let name_at = (names_at + names.len()) as u32;
        let symbol = Symbol {
            address: *address,
            name_at,
            name_len: name.len() as u32,
        };
        table.extend_from_slice(symbol.as_bytes());
        names.push_str(name);
    }
    table.extend_from_slice(names.as_bytes());
    table
}

#[cfg(test)]
mod tests {
    use zerocopy::FromBytes;

    use super::*;

    #[test]
    fn names_are_found_behind_the_table() {
        let section = encode(&[(16, "start".to_owned()), (32, "trap".to_owned())]);
        let (symbol, _) = Symbol::read_from_prefix(&section[16..]).expect("a second symbol");
        let begin = symbol.name_at as usize;
        assert_eq!(&section[begin..begin + symbol.name_len as usize], b"trap");
    }

    #[test]
    fn decoration_is_removed_from_names() {
        assert_eq!(
            readable("_ZN9weft_core4trap17h0123456789abcdefE"),
            "weft_core::trap"
        );
    }
}
