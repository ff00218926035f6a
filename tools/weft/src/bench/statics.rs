//! Figures of sizes: they are read from files and from what was executed.

use super::figure::Figure;
use super::functions::{self, Programs};
use super::told::Told;
use super::value::Value;
use super::witness::Witnessed;
use crate::board::Board;

/// Bytes of the kernel's instructions that a call and its answer execute.
pub const IPC_PATH: &str = "ipc.path_bytes";

/// The longest stretch with interrupts masked.
pub const MASKED: &str = "kernel.irqs_masked_max";

/// How often cores wake while nobody has anything to do.
pub const IDLE: &str = "kernel.idle_wakeups_per_second";

/// The figures whose runs make that path.
const PATH: [&str; 2] = ["ipc.call", "ipc.reply_recv"];

/// `kernel.text_bytes`: all instructions of the kernel that are there when root runs. `kernel.init_bytes`: those that are not
/// any more.
pub fn kernel_code(board: Board, programs: &Programs) -> [Figure; 2] {
    let (text, init) = programs.kernel_bytes();
    [
        size("kernel.text_bytes", board, text),
        size("kernel.init_bytes", board, init),
    ]
}

/// `ipc.path_bytes`: the kernel's instructions that a call and its answer execute, each counted once.
///
/// # Errors
/// If the witness has not seen them.
pub fn ipc_path(board: Board, told: &[Told], witnessed: &Witnessed) -> Result<Figure, String> {
    let mut places = Vec::new();
    for name in PATH {
        let mark = told.iter().find_map(|told| match told {
            Told::Figure(measured) if measured.name == name => measured.mark,
            _ => None,
        });
        let mark = mark.ok_or_else(|| format!("no run of `{name}` is marked"))?;
        witnessed.line(mark)?;
        places.extend(witnessed.places(mark));
    }
    let bytes = functions::executed_kernel_bytes(places.into_iter());
    Ok(size(IPC_PATH, board, bytes))
}

/// `kernel.irqs_masked_max`: the longest stretch of the whole run that the kernel executes with interrupts masked.
///
/// # Errors
/// If the witness has seen none.
pub fn masked(board: Board, witnessed: &Witnessed) -> Result<Figure, String> {
    let longest = witnessed.masked();
    if longest.stretches == 0 {
        return Err("the witness saw no process".to_owned());
    }
    Ok(Figure {
        unit: "instructions".to_owned(),
        ..size(MASKED, board, longest.instructions)
    })
}

/// `kernel.idle_wakeups_per_second`: how often any core began to wait for an interrupt while all servers and programs
/// waited, which is as often as one woke. The last of them is that of the program that waits for the end.
///
/// `None` if the guest does not tell of it.
///
/// # Errors
/// If the witness has not seen it.
pub fn idle(board: Board, told: &[Told], witnessed: &Witnessed) -> Option<Result<Figure, String>> {
    let stretch = told.iter().find_map(|told| match told {
        Told::Stretch(stretch) if stretch.name == IDLE => Some(stretch),
        _ => None,
    })?;
    Some(witnessed.line(stretch.mark).map(|line| {
        let value = Value::share(line.machine.halts, stretch.seconds);
        Figure {
            unit: "wake-ups/s".to_owned(),
            ..figure(IDLE, board, value)
        }
    }))
}

/// A figure of instructions.
pub fn instructions(name: &str, board: Board, value: Value) -> Figure {
    Figure {
        unit: "instructions".to_owned(),
        ..figure(name, board, value)
    }
}

/// A figure of how many interrupts were sent.
pub fn count(name: &str, board: Board, interrupts: u64) -> Figure {
    Figure {
        unit: "interrupts".to_owned(),
        ..size(name, board, interrupts)
    }
}

fn size(name: &str, board: Board, bytes: u64) -> Figure {
    figure(name, board, Value::whole(bytes))
}

fn figure(name: &str, board: Board, value: Value) -> Figure {
    Figure {
        name: name.to_owned(),
        unit: "bytes".to_owned(),
        n: 1,
        min: value,
        median: value,
        max: value,
        board: board.name().to_owned(),
        seen: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::told::Stretch;
    use super::super::witness;
    use super::*;

    #[test]
    fn without_a_process_nothing_was_masked() {
        assert!(masked(Board::Q35, &Witnessed::default()).is_err());
    }

    #[test]
    fn waking_is_counted_by_the_second() {
        let told = [Told::Stretch(Stretch {
            name: IDLE.to_owned(),
            mark: 7,
            seconds: 10,
        })];
        let mut line = witness::tests::line(7);
        line.machine.halts = 3;
        let seen = witness::tests::witnessed_lines(&[line]);
        let found = idle(Board::Q35, &told, &seen).expect("it is told");
        assert_eq!(found.expect("it was seen").median.to_string(), "0.30");
        let unseen = idle(Board::Q35, &told, &Witnessed::default());
        assert!(unseen.expect("it is told").is_err());
        assert_eq!(idle(Board::Q35, &[], &seen), None);
    }

    #[test]
    fn a_path_that_nobody_saw_is_no_figure() {
        let error = ipc_path(Board::Q35, &[], &Witnessed::default());
        assert_eq!(error, Err("no run of `ipc.call` is marked".to_owned()));
    }
}
