//! The serial port to which the kernel writes the stages of its boot, before it has read what the machine is.
//!
//! It is put into the kernel's Image for the board, so the kernel need not know boards. Where it is a fact of the
//! architecture (the PC's COM1) the board's file has none.

use toml::de::{DeTable, DeValue};

use crate::diagnostic::Report;
use crate::table::Fields;
use crate::values::wrong_kind;

const KEY: &str = "early-console";
/// What its driver would be, and how the kernel is told.
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
    let kind = fields.required("kind", report);
    if !kind.value.is_empty() && KINDS.iter().all(|(name, _)| *name != kind.value) {
        let message = format!("`kind` is \"{}\"", kind.value);
        report.error(kind.place, message, "use one of `pl011`, `mini-uart`");
    }
    match fields.number("at", (0, (1 << 46) - 1), report) {
        Some(at) if at.value == 0 || at.value % 4 != 0 => {
            let message = "`at` is no address of registers".to_owned();
            report.error(at.place, message, "write that of the port's first register");
        }
        None if fields.value("at").is_none() => report.error(
            value.place,
            "`early-console` has no `at`".to_owned(),
            "add `at = N`",
        ),
        _ => {}
    }
    fields.finish(report);
}

/// What the kernel's Image for a board is told of it: the address, with the kind in bit 0; 0 if there is none. A file with
/// mistakes may give anything: [`check`](crate::check) reports them.
pub fn early_console(board: &str) -> u64 {
    let (table, _) = DeTable::parse_recoverable(board);
    let word = table.get_ref().get(KEY).and_then(|console| {
        let console = console.get_ref().as_table()?;
        let kind = console.get("kind")?.get_ref().as_str()?;
        let (_, bit) = KINDS.iter().find(|(name, _)| *name == kind)?;
        let at = console.get("at")?.get_ref().as_integer()?;
        let at = u64::from_str_radix(at.as_str(), at.radix()).ok()?;
        Some(at | bit)
    });
    word.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_says_where_and_what_it_is() {
        let of = |text: &str| early_console(text);
        assert_eq!(
            of("early-console = { kind = \"pl011\", at = 0xfe20_1000 }"),
            0xfe20_1000
        );
        assert_eq!(
            of("early-console = { kind = \"mini-uart\", at = 4160 }"),
            4161
        );
        assert_eq!(of("name = \"q35\""), 0);
        assert_eq!(of("early-console = { kind = \"16550\", at = 4096 }"), 0);
    }
}
