//! Compiles a guest, runs it with the plugin, and reads what both say.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::de::DeserializeOwned;
use weft_witness::line::{Line, Place};
use weft_witness::program::Program;

/// A kind of guest.
pub(crate) struct Guest {
    /// Rust's name of its target.
    pub(crate) target: &'static str,
    /// Where its program is in memory.
    pub(crate) base: &'static str,
    /// QEMU's program.
    pub(crate) emulator: &'static str,
    /// Its machine; `CLOCK` stands for the file with the guest's answer.
    pub(crate) arguments: &'static [(&'static str, &'static str)],
    /// The plugin's arguments besides the files.
    pub(crate) plugin: &'static str,
}

/// What was said.
pub(crate) struct Seen {
    /// The witness's lines.
    pub(crate) lines: Vec<Line>,
    /// What was executed.
    pub(crate) places: Vec<Place>,
    /// What the guest's own clock saw of stretch 7.
    pub(crate) clock: u64,
    /// The guest's program.
    pub(crate) program: Program,
}

impl Seen {
    /// The line of a mark.
    pub(crate) fn mark(&self, mark: u64) -> &Line {
        let line = self.lines.iter().find(|line| line.mark == mark);
        line.unwrap_or_else(|| panic!("no line of mark {mark}"))
    }
}

/// Runs a guest in a folder of its own, named after the run.
pub(crate) fn run(guest: &Guest, name: &str, clock: &[&str]) -> Seen {
    let folder = folder(&format!("{}-{name}", guest.target));
    let kernel = compile(guest, &folder);
    let answer = folder.join("clock");
    let mut emulator = emulator(guest, &answer);
    emulator.args(clock).arg("-kernel").arg(&kernel);
    emulator.arg("-plugin").arg(plugin(guest, &folder));
    let output = emulator
        .output()
        .expect("timeout and QEMU, which `cargo weft test` installs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_ne!(output.status.code(), Some(124), "the guest hangs: {errors}");
    let answer = fs::read(answer).unwrap_or_else(|_| panic!("no answer: {errors}"));
    let answer = answer.try_into().expect("the guest answers with 8 bytes");
    let kernel = fs::read(kernel).expect("it was compiled");
    Seen {
        lines: read(&folder.join("out")),
        places: read(&folder.join("places")),
        clock: u64::from_le_bytes(answer),
        program: Program::read("guest", &kernel).expect("it is a program"),
    }
}

/// A folder with nothing of earlier runs in it.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the folder of an earlier run is removed");
    }
    fs::create_dir_all(&folder).expect("a folder for the guest");
    folder
}

/// QEMU, which is ended should the guest not end it.
fn emulator(guest: &Guest, answer: &Path) -> Command {
    let answer = answer.display().to_string();
    let mut emulator = Command::new("timeout");
    emulator.args(["60", guest.emulator]);
    for (name, value) in guest.arguments {
        emulator.args([*name, &value.replace("CLOCK", &answer)]);
    }
    emulator.args(["-m", "64M", "-display", "none", "-nodefaults", "-no-reboot"]);
    emulator
}

fn read<T: DeserializeOwned>(file: &Path) -> Vec<T> {
    let text = fs::read_to_string(file).expect("the witness wrote");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn compile(guest: &Guest, folder: &Path) -> PathBuf {
    let kernel = folder.join("guest.elf");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guests/guest.rs");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let status = Command::new(rustc)
        .args(["--edition", "2024", "--target", guest.target])
        .args(["-C", "relocation-model=static", "-C", "panic=abort"])
        .arg(format!("-Clink-arg=--image-base={}", guest.base))
        .arg("-Clink-arg=--entry=_start")
        .args([OsString::from("-o"), kernel.clone().into(), source.into()])
        .status()
        .expect("rustc");
    assert!(status.success(), "the guest cannot be compiled");
    kernel
}

/// The plugin and its arguments. It lies beside the tests, where Cargo has built it for them.
fn plugin(guest: &Guest, folder: &Path) -> OsString {
    let test = std::env::current_exe().expect("the test has a path");
    let plugin = test.with_file_name("libweft_witness.so");
    assert!(plugin.exists(), "{} is not there", plugin.display());
    let mut all = plugin.into_os_string();
    for name in ["out", "places"] {
        all.push(format!(",{name}="));
        all.push(folder.join(name));
    }
    all.push(guest.plugin);
    all
}
