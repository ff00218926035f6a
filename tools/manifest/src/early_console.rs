//! The serial port to which the kernel writes the stages of its boot, before it has read what the machine is.
//!
//! It is put into the kernel's Image for the board, so the kernel need not know boards. Where it is a fact of the
//! architecture (the PC's COM1) the board's file has none.

use toml::de::{DeTable, DeValue};

use crate::diagnostic::Report;
use crate::table::Fields;
use crate::values::wrong_kind;

const KEY: &str = "early-console";
/// The drivers of such ports, and how the kernel is told.
const KINDS: [(&str, u64); 2] = [("pl011", 0), ("mini-uart", 1)];

/// Reports what is wrong with it.
pub(crate) fn read(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) {
    let Some(value) = fields.value(KEY) else {
        return;
    };
    let DeValue::Table(table) = value.value else {
        wrong_kind(&value, "`early-console`", "a table", report);
        return;
    };
    let mut fields = Fields::new(table, value.place, "`early-console`");
    for (kind, _) in KINDS {
        let at = fields.number(kind, (0, (1 << 46) - 1), report);
        if let Some(at) = at.filter(|at| at.value == 0 || at.value % 4 != 0) {
            let message = format!("`{kind}` is no address of registers");
            report.error(at.place, message, "write that of the port's first register");
        }
    }
    fields.finish(report);
}

/// What the kernel's Image for a board is told of it: the address, with the kind in bit 0; 0 if there is none. It is the
/// port whose driver is among the image's programs, or else the first. A file with mistakes may give anything:
/// [`check`](crate::check) reports them.
pub fn early_console(board: &str, programs: &[String]) -> u64 {
    let (table, _) = DeTable::parse_recoverable(board);
    let Some(ports) = table
        .get_ref()
        .get(KEY)
        .and_then(|ports| ports.get_ref().as_table())
    else {
        return 0;
    };
    let port = |(kind, bit): &(&str, u64)| {
        let at = ports.get(*kind)?.get_ref().as_integer()?;
        let at = u64::from_str_radix(at.as_str(), at.radix()).ok()?;
        Some(at | bit)
    };
    let is_used = |(kind, _): &&(&str, u64)| programs.iter().any(|program| program == kind);
    let used = KINDS.iter().filter(is_used).find_map(port);
    used.or_else(|| KINDS.iter().find_map(port)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_port_whose_driver_the_image_has() {
        let board = "early-console = { pl011 = 0xfe20_1000, mini-uart = 4160 }";
        let of = |program: &str| early_console(board, &[program.to_owned()]);
        assert_eq!((of("pl011"), of("shell")), (0xfe20_1000, 0xfe20_1000));
        assert_eq!(of("mini-uart"), 4161);
        assert_eq!(early_console("name = \"q35\"", &[]), 0);
        let other = "early-console = { mini-uart = 4160 }";
        assert_eq!(early_console(other, &["pl011".to_owned()]), 4161);
    }
}
