//! `hexdump`.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use libipc::Transport;

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::trouble::Outcome;

/// Bytes in a line.
const LINE: usize = 16;

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "hexdump",
        arguments: "FILE...",
        summary: "shows the bytes of files in hexadecimal and as text",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    // The only format is that of -C, which people are used to type.
    let (_, files) = options::take(arguments, "C")?;
    for file in options::some(&files, "a file")? {
        let dumped = dump(shell, file);
        shell.note(dumped)?;
    }
    Ok(())
}

fn dump<T: Transport + 'static>(shell: &mut Shell<T>, file: &str) -> Outcome {
    let path = shell.path(file);
    let mut lines = Lines::default();
    shell.read_file(file, path.as_bytes(), |shell, data| {
        let mut text = String::new();
        data.iter().for_each(|byte| lines.take(*byte, &mut text));
        shell.write(text.as_bytes())
    })?;
    let mut text = String::new();
    lines.end(&mut text);
    shell.write(text.as_bytes())
}

/// Bytes on their way into lines; lines that repeat the one before are shown as one `*`.
#[derive(Debug, Default)]
struct Lines {
    offset: u64,
    line: Vec<u8>,
    before: Vec<u8>,
    repeats: Repeats,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Repeats {
    #[default]
    No,
    Shown,
}

impl Lines {
    fn take(&mut self, byte: u8, text: &mut String) {
        self.line.push(byte);
        if self.line.len() == LINE {
            self.full(text);
        }
    }

    fn full(&mut self, text: &mut String) {
        let repeats = self.line == self.before;
        match (repeats, self.repeats) {
            (true, Repeats::Shown) => {}
            (true, Repeats::No) => text.push_str("*\n"),
            (false, _) => show(self.offset, &self.line, text),
        }
        self.repeats = if repeats { Repeats::Shown } else { Repeats::No };
        self.offset += LINE as u64;
        core::mem::swap(&mut self.line, &mut self.before);
        self.line.clear();
    }

    /// The rest, and where the file ends.
    fn end(self, text: &mut String) {
        if !self.line.is_empty() {
            show(self.offset, &self.line, text);
        }
        let end = self.offset + self.line.len() as u64;
        if end != 0 {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{end:08x}");
        }
    }
}

fn show(offset: u64, line: &[u8], text: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(text, "{offset:08x} ");
    for index in 0..LINE {
        if index % 8 == 0 {
            text.push(' ');
        }
        let _ = match line.get(index) {
            Some(byte) => write!(text, "{byte:02x} "),
            None => write!(text, "   "),
        };
    }
    text.push_str(" |");
    let printable = |byte: &u8| match byte {
        b' '..=b'~' => *byte as char,
        _ => '.',
    };
    text.extend(line.iter().map(printable));
    text.push_str("|\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dumped(bytes: &[u8]) -> String {
        let mut lines = Lines::default();
        let mut text = String::new();
        bytes.iter().for_each(|byte| lines.take(*byte, &mut text));
        lines.end(&mut text);
        text
    }

    #[test]
    fn a_dump_looks_as_elsewhere() {
        let expected = "\
00000000  54 68 65 20 71 75 69 63  6b 20 66 6f 78 0a 00 ff  |The quick fox...|
00000010  21                                                |!|
00000011
";
        assert_eq!(dumped(b"The quick fox\n\x00\xff!"), expected);
        assert_eq!(dumped(b""), "");
    }

    #[test]
    fn repeated_lines_are_one_star() {
        let text = dumped(&[0; 64]);
        let zeros =
            "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n";
        assert_eq!(text, alloc::format!("{zeros}*\n00000040\n"));
    }
}
