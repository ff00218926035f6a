//! `ask QUESTION`: asks the person at the terminal, and tells what the answer was. It shows how a program reads
//! keys, and what it learns if there are none because its output goes to a file.

#![no_std]
#![no_main]

use core::fmt::{self, Write};

use examples::Terminal;
use libipc::{ExitCode, Startup};

/// The greatest length of an answer.
const ANSWER: usize = 80;
/// What the keys Enter and Backspace send.
const ENTER: u8 = b'\r';
const BACKSPACE: [u8; 2] = [0x08, 0x7f];

#[libipc::main]
fn main(env: Startup) -> ExitCode {
    let mut terminal = Terminal::new(&env);
    let question = env.args().next().unwrap_or("And you?");
    match ask(&mut terminal, question) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fmt::Error) => ExitCode::FAILURE,
    }
}

fn ask(terminal: &mut Terminal, question: &str) -> fmt::Result {
    write!(terminal, "{question} ")?;
    let mut answer = [0; ANSWER];
    match line(terminal, &mut answer)? {
        Ok(length) => {
            let answer = answer.get(..length).unwrap_or_default();
            writeln!(terminal, "\nIt is {}.", answer.escape_ascii())
        }
        Err(why) => {
            writeln!(terminal, "\nask: {why}")?;
            Err(fmt::Error)
        }
    }
}

/// Why no key came.
type NoKey = libipc::Error<proto::console::Error>;

/// Reads what a person types before Enter, and shows it; gives its length.
fn line(
    terminal: &mut Terminal,
    into: &mut [u8; ANSWER],
) -> Result<Result<usize, NoKey>, fmt::Error> {
    let mut length = 0_usize;
    loop {
        let key = match terminal.key() {
            Ok(ENTER) => return Ok(Ok(length)),
            Ok(key) => key,
            Err(why) => return Ok(Err(why)),
        };
        if BACKSPACE.contains(&key) {
            if length > 0 {
                length -= 1;
                terminal.write_str("\u{8} \u{8}")?;
            }
        } else if let Some(place) = into
            .get_mut(length)
            .filter(|_| key.is_ascii_graphic() || key == b' ')
        {
            *place = key;
            length += 1;
            terminal.write_char(char::from(key))?;
        }
    }
}
