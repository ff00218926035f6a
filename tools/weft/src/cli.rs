//! The command line: every verb with its options, as `cargo weft help` shows them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::board::Board;

/// Composes, runs, tests and checks Weft.
#[derive(Debug, Parser)]
#[command(name = "cargo weft", bin_name = "cargo weft", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// One thing the command does.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Composes an image and boots it in QEMU, with a prompt or with commands to run
    Run(RunArgs),
    /// Runs the tests and closes with a line "N passed, N failed"
    Test(TestArgs),
    /// Measures in instructions what operations cost, with a witness outside the machine
    Bench(BenchArgs),
    /// Builds kernel, components and programs, and composes the boot image and its disk
    Build(BuildArgs),
    /// Boots an image and calls a method of a server in it
    Call(CallArgs),
    /// Records what clients ask a server that runs on this machine, as text
    Record(weft_record::Record),
    /// Asks a server that runs on this machine what a record says, and shows other answers
    Replay(weft_record::Replay),
    /// Works on image manifests
    Image(ImageArgs),
    /// Works on boards
    Board(BoardArgs),
    /// Makes something to begin with
    New(NewArgs),
    /// Writes the reference of the system calls and its machine-readable form, from the kernel's own tables
    Abi(AbiArgs),
    /// Works on interfaces: checks, formats, compares, shows, explains
    Idl(IdlArgs),
    /// Checks formatting, lints, licences, layers and documents
    Check(CheckArgs),
    /// Shows what this machine has of what Weft needs, and how to get the rest
    Doctor,
}

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The image: a manifest, or the name of one in images/ [default: demo]
    pub image: Option<String>,
    /// The machine to emulate [default: the first that the manifest is for]
    #[arg(long, value_enum)]
    pub board: Option<Board>,
    /// Number of cores
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub smp: u16,
    /// Memory, as QEMU writes it (512M, 2G)
    #[arg(long, default_value = "512M")]
    pub mem: String,
    /// A disk image, used itself and written to; found at /mnt, further ones at /mnt1, /mnt2 …
    #[arg(long, value_name = "FILE")]
    pub disk: Vec<PathBuf>,

    /// An SD card behind a controller on the bus of q35 or virt, used itself and written to; its size is a power of two
    #[arg(long, value_name = "FILE")]
    pub card: Option<PathBuf>,
    /// Commands to run instead of a prompt; only their output is printed, and the exit status is
    /// the last one's
    #[arg(long, value_name = "CMD; CMD")]
    pub exec: Option<String>,
    /// Shows the machine's display in a window, where QEMU has windows; keys still come from this terminal
    #[arg(long)]
    pub window: bool,
    /// Writes a picture of the machine's display to a file (.png, .ppm), when the prompt is there; commands are typed first
    #[arg(long, value_name = "FILE", conflicts_with_all = ["gdb", "window"])]
    pub screenshot: Option<PathBuf>,
    /// Ends a run that takes longer than this many seconds, with exit status 124
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
    /// Waits at entry for a debugger and says what to type
    #[arg(long, conflicts_with = "exec")]
    pub gdb: bool,
}

/// Options of `test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// The suites to run (host, miri, loom, fuzz, mutation, target, boot …) [default: all]
    pub suites: Vec<String>,
    /// Only those scripted boots, mutants and tutorials whose name has this text
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub case: String,
    /// Where to run tests
    #[arg(long, value_enum, default_value_t = TestBoard::All)]
    pub board: TestBoard,
    /// Also what takes long: full model checking, large disks, long fuzzing, mutation, the tutorial
    #[arg(long)]
    pub long: bool,
}

/// Options of `bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Where to measure
    #[arg(long, value_enum, default_value_t = BenchBoard::Q35)]
    pub board: BenchBoard,
    /// Only figures whose name has this text
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Measures on the first core of a machine with so many, the others of which wait
    #[arg(
        long, value_name = "N", default_value_t = 1, conflicts_with_all = ["check", "accept"],
        value_parser = clap::value_parser!(u16).range(1..=64)
    )]
    pub smp: u16,
    /// Writes one JSON line a figure to this file; `-` prints them instead of the table
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Shows what changed against the figures in this file
    #[arg(long, value_name = "FILE", conflicts_with = "places")]
    pub compare: Option<PathBuf>,
    /// Fails if a figure is more than 1 % above the accepted one
    #[arg(long)]
    pub check: bool,
    /// Makes the figures the accepted ones
    #[arg(long, conflicts_with = "check")]
    pub accept: bool,
    /// Shows what the witness counted beside the guest's samples, and fails where they differ
    #[arg(long)]
    pub witness: bool,
    /// Shows where the figures are to land instead, what is met, and what other systems take
    #[arg(long, conflicts_with_all = ["places", "compare", "witness"])]
    pub bars: bool,
    /// Shows instructions by function along one operation
    #[arg(long = "where", value_name = "NAME", conflicts_with_all = ["json", "accept", "check"])]
    pub places: Option<String>,
    /// Shows and plots how the accepted figure came to be what it is
    #[arg(long, value_name = "NAME", exclusive = true)]
    pub history: Option<String>,
}

/// Where figures are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BenchBoard {
    /// In QEMU's q35, in instructions
    Q35,
    /// In QEMU's virt, in instructions
    Virt,
    /// In QEMU's Raspberry Pi 4, in instructions
    Raspi4b,
    /// On this machine's own processor, in time: the ring beside its peers
    Host,
}

/// Options of `build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// The image: a manifest, or the name of one in images/ [default: demo]
    pub image: Option<String>,
    /// The board to build for [default: the first that the manifest is for]
    #[arg(long, value_enum)]
    pub board: Option<Board>,
}

/// Options of `call`.
#[derive(Debug, Args)]
pub struct CallArgs {
    /// The server and its method, as `vfs.stat`; a server alone lists its methods
    pub target: String,
    /// Arguments, as `path=/etc/motd`
    #[arg(value_name = "NAME=VALUE")]
    pub arguments: Vec<String>,
    /// The image: a manifest, or the name of one in images/ [default: demo]
    #[arg(long)]
    pub image: Option<String>,
    /// The machine to emulate [default: the first that the manifest is for]
    #[arg(long, value_enum)]
    pub board: Option<Board>,
    /// Ends a run that takes longer than this many seconds, with exit status 124
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
}

/// Options of `new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// What to make
    #[command(subcommand)]
    pub verb: NewVerb,
}

/// What `new` makes.
#[derive(Debug, Subcommand)]
pub enum NewVerb {
    /// Makes a server with its tests, a place in an image, and an interface if none is named
    Server {
        /// Its name: that of its package, its component and its own interface
        name: String,
        /// An interface that exists already, to be served
        #[arg(long)]
        interface: Option<String>,
        /// The image that it is added to: a manifest, or the name of one in images/ [default: demo]
        #[arg(long)]
        image: Option<String>,
    },
}

/// Options of `image`.
#[derive(Debug, Args)]
pub struct ImageArgs {
    /// What to do with a manifest.
    #[command(subcommand)]
    pub action: ImageAction,
}

/// What can be done with a manifest.
#[derive(Debug, Subcommand)]
pub enum ImageAction {
    /// Checks a manifest and shows all its errors at once
    Check {
        /// The manifest, or the name of one in images/ [default: demo]
        image: Option<String>,
    },
}

/// Options of `board`.
#[derive(Debug, Args)]
pub struct BoardArgs {
    /// What to do with a board.
    #[command(subcommand)]
    pub action: BoardAction,
}

/// What can be done with a board.
#[derive(Debug, Subcommand)]
pub enum BoardAction {
    /// Tells which nodes of a device tree have drivers
    Check {
        /// The tree, as its compiler or firmware writes it
        #[arg(value_name = "FILE.dtb")]
        file: PathBuf,
    },
}

/// Options of `abi`.
#[derive(Debug, Args)]
pub struct AbiArgs {
    /// Only say whether the files are what would be written
    #[arg(long)]
    pub check: bool,
}

/// Options of `idl`.
#[derive(Debug, Args)]
pub struct IdlArgs {
    /// What to do with interfaces.
    #[command(subcommand)]
    pub verb: idlc::command::Verb,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Only these rules, by name
    pub rules: Vec<String>,
    /// Shows the names of all rules and what each holds
    #[arg(long)]
    pub list: bool,
}

/// Where tests run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestBoard {
    /// On this machine, without emulation
    Host,
    /// In QEMU's q35
    Q35,
    /// In QEMU's virt
    Virt,
    /// In QEMU's Raspberry Pi 4
    Raspi4b,
    /// Everywhere
    All,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_board_that_is_not_supported_is_refused_by_name() {
        let error = Cli::try_parse_from(["cargo weft", "run", "--board", "sunfire"])
            .expect_err("there is no such board");
        let shown = error.to_string();
        assert!(
            shown.contains("sunfire") && shown.contains("q35"),
            "{shown}"
        );
    }

    #[test]
    fn several_disks_may_be_given() {
        let cli = Cli::try_parse_from(["cargo weft", "run", "--disk", "a", "--disk", "b"])
            .expect("both are taken");
        let Verb::Run(run) = cli.verb else {
            panic!("the verb is run")
        };
        assert_eq!(run.disk, [PathBuf::from("a"), PathBuf::from("b")]);
    }
}
