//! Preparing a debugger's session: a port, and an init file for GDB with the symbols of the kernel
//! and of every component, which stops where the kernel is entered.

use std::fmt::Write;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use crate::board::Board;
use crate::build::Built;
use crate::error::{Error, Outcome};

/// The port that people expect.
const USUAL_PORT: u16 = 1234;

/// A port for the debugger: the usual one, or another if that is taken.
///
/// # Errors
/// If there is no free port.
pub fn port() -> Outcome<u16> {
    let listener = TcpListener::bind(("127.0.0.1", USUAL_PORT))
        .or_else(|_| TcpListener::bind(("127.0.0.1", 0)))
        .and_then(|listener| listener.local_addr());
    let address = listener.map_err(|cause| Error::new(format!("no free port: {cause}")))?;
    Ok(address.port())
}

/// Writes the init file and gives the command to type.
///
/// # Errors
/// If the kernel cannot be read or the file cannot be written.
pub fn prepare(file: &Path, port: u16, built: &Built) -> Outcome<String> {
    let kernel = &built.kernel;
    let (program, stop) = match built.board {
        Board::Q35 => ("gdb", format!("*{:#x}", entry_of(kernel)?)),
        // Before, the kernel runs where it was loaded, for which it has no symbols.
        Board::Virt | Board::Raspi4b => ("gdb-multiarch", "weft_kernel_main".to_owned()),
    };
    let text = init_file(port, kernel, &built.components, &stop);
    fs::write(file, text).map_err(|cause| Error::io("write", file, &cause))?;
    Ok(format!("{program} -x {}", file.display()))
}

fn entry_of(kernel: &Path) -> Outcome<u64> {
    let elf = fs::read(kernel).map_err(|cause| Error::io("read", kernel, &cause))?;
    entry(&elf).ok_or_else(|| Error::new("the kernel is no 64-bit ELF file").at(kernel.display()))
}

fn init_file(port: u16, kernel: &Path, components: &[PathBuf], stop: &str) -> String {
    let mut text = String::from("set confirm off\nset pagination off\n");
    let mut line = |words: std::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{words}");
    };
    line(format_args!("file {}", kernel.display()));
    for component in components {
        line(format_args!("add-symbol-file {}", component.display()));
    }
    line(format_args!("target remote 127.0.0.1:{port}"));
    line(format_args!("thbreak {stop}"));
    line(format_args!("continue"));
    text
}

/// The entry address of a 64-bit little-endian ELF file (ELF-64, `e_entry`).
fn entry(elf: &[u8]) -> Option<u64> {
    if !elf.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let field = elf.get(24..32)?;
    Some(u64::from_le_bytes(field.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_init_file_loads_every_symbol_and_stops_at_entry() {
        let components = [PathBuf::from("/t/root"), PathBuf::from("/t/shell")];
        let text = init_file(4321, Path::new("/t/kernel"), &components, "*0x100000");
        for line in [
            "file /t/kernel",
            "add-symbol-file /t/root",
            "add-symbol-file /t/shell",
            "target remote 127.0.0.1:4321",
            "thbreak *0x100000",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is missing in {text}"
            );
        }
    }

    #[test]
    fn the_entry_is_read_from_the_elf_header() {
        let mut elf = b"\x7fELF\x02\x01".to_vec();
        elf.resize(24, 0);
        elf.extend(0x1234_u64.to_le_bytes());
        assert_eq!(entry(&elf), Some(0x1234));
        assert_eq!(entry(b"MZ"), None);
    }

    #[test]
    fn a_taken_port_is_not_handed_out() {
        let taken = TcpListener::bind(("127.0.0.1", USUAL_PORT));
        let port = port().expect("some port is free");
        assert!(taken.is_err() || port != USUAL_PORT);
    }
}
