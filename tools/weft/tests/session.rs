//! Runs QEMU with a guest of a few instructions that writes a given text on the serial line and
//! then ends the machine or hangs, to see that the host's side of a run holds together.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use weft::board::Board;
use weft::qemu::display::Display;
use weft::qemu::exec::{self, Finish};
use weft::qemu::machine::{Clock, Console, DiskSignals, Machine, Model, Port, Reset};

/// Where the guest is loaded.
const BASE: u32 = 0x10_0000;

/// What the guest does after it has written its text.
#[derive(Clone, Copy)]
enum Then {
    Exit(u8),
    Hang,
}

/// 32-bit code that writes the text behind it to COM1 and a `K` to the debug console.
fn code(text: &[u8], then: Then) -> Vec<u8> {
    let mut end = b"\x66\xba\xe9\x00\xb0K\xee".to_vec();
    match then {
        Then::Exit(code) => end.extend([0x66, 0xba, 0xf4, 0x00, 0xb0, code, 0xee]),
        Then::Hang => {}
    }
    end.extend([0xeb, 0xfe]);
    // mov esi, text; lodsb; test al, al; jz end; mov dx, 0x3f8; out dx, al; jmp lodsb
    let mut all = vec![0xbe, 0, 0, 0, 0, 0xac, 0x84, 0xc0, 0x74, 7];
    all.extend(b"\x66\xba\xf8\x03\xee\xeb\xf4");
    all.extend(end);
    let place = BASE + u32::try_from(all.len()).expect("the code is short");
    all[1..5].copy_from_slice(&place.to_le_bytes());
    all.extend(text);
    all.push(0);
    all
}

/// An ELF file with a PVH entry (note type 18 of the name `Xen`, Xen's `elfnote.h`).
fn elf(code: &[u8]) -> Vec<u8> {
    const HEADERS: u32 = 52 + 2 * 32;
    const NOTE: u32 = 20;
    let size = u32::try_from(code.len()).expect("the code is short");
    let mut all = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x03\0".to_vec();
    let mut words = |list: &[u32]| list.iter().for_each(|word| all.extend(word.to_le_bytes()));
    words(&[1, BASE, 52, 0, 0, 52 | 32 << 16, 2, 0]);
    // The code's segment, then the note's.
    words(&[1, HEADERS + NOTE, BASE, BASE, size, size, 5, 1]);
    words(&[4, HEADERS, 0, 0, NOTE, NOTE, 4, 4]);
    words(&[4, 4, 18, u32::from_le_bytes(*b"Xen\0"), BASE]);
    all.extend(code);
    all
}

fn machine(folder: &Path, text: &[u8], then: Then) -> Machine {
    fs::create_dir_all(folder).expect("made");
    let kernel = folder.join("guest.elf");
    fs::write(&kernel, elf(&code(text, then))).expect("written");
    let image = folder.join("boot.img");
    fs::write(&image, "nothing").expect("written");
    Machine {
        board: Board::Q35,
        model: Model::Usual,
        kernel,
        image,
        kernel_log: folder.join("kernel.log"),
        disks: Vec::new(),
        slot: None,
        cores: 1,
        memory: "64M".to_owned(),
        clock: Clock::Host,
        console: Console::Pipe,
        port: Port::First,
        debugger_port: None,
        plugin: None,
        display: Display::Absent,
        control: None,
        disk_signals: DiskSignals::Messages,
        trace: None,
        reset: Reset::Ends,
    }
}

fn run(name: &str, text: &[u8], then: Then, limit: Duration) -> (Vec<u8>, Result<Finish, String>) {
    let folder: PathBuf =
        std::env::temp_dir().join(format!("weft-session-{name}-{}", std::process::id()));
    let machine = machine(&folder, text, then);
    let mut output = Vec::new();
    let finish = exec::run(&machine, Some(limit), &mut output).map_err(|error| error.to_string());
    fs::remove_dir_all(&folder).expect("removed");
    (output, finish)
}

const LONG: Duration = Duration::from_secs(60);

#[test]
fn output_and_status_of_commands_come_through() {
    let text = b"boot\r\n\x1eB\r\nhello\r\nno newline\x1eE 7\r\n";
    let (output, finish) = run("good", text, Then::Exit(0), LONG);
    assert_eq!(output, b"hello\nno newline");
    assert_eq!(finish, Ok(Finish::Status(7)));
}

#[test]
fn a_guest_that_ends_early_is_an_error_with_what_it_said() {
    let (_, finish) = run("early", b"half way\r\n", Then::Exit(33), LONG);
    let error = finish.expect_err("the commands never ran");
    for part in ["exit code 33", "half way", "--- kernel log ---", "K"] {
        assert!(error.contains(part), "`{part}` is missing in {error}");
    }
}

#[test]
fn a_guest_that_hangs_is_ended_and_what_it_said_is_told() {
    let (_, finish) = run(
        "hang",
        b"stuck here\r\n",
        Then::Hang,
        Duration::from_secs(3),
    );
    let Ok(Finish::TimeUp { said }) = finish else {
        panic!("it does not end: {finish:?}")
    };
    assert!(said.contains("stuck here"), "{said}");
}

#[test]
fn a_machine_that_cannot_be_made_is_an_error() {
    let folder = std::env::temp_dir().join(format!("weft-session-odd-{}", std::process::id()));
    let mut machine = machine(&folder, b"", Then::Exit(0));
    machine.memory = "many".to_owned();
    let error = exec::run(&machine, Some(LONG), &mut Vec::new()).expect_err("no such memory");
    assert!(
        error.to_string().contains("QEMU failed with status 1"),
        "{error}"
    );
    fs::remove_dir_all(&folder).expect("removed");
}
