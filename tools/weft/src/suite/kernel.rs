//! The kernel by itself: an image whose only program is the kernel suite, in the place of root.
//!
//! It runs on every board that the kernel boots on, also where no image can be composed from a manifest yet.

use std::fs;
use std::path::Path;
use std::time::Duration;

use image::{Contents, ProgramFile};
use weft_spec::SystemSpec;
use weft_witness::program::Program;

use super::Context;
use super::tally::Tally;
use super::target::{Lines, judge};
use crate::board::Board;
use crate::build::{self, output, rust};
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::qemu::machine::{Clock, Console, Machine, Model};
use crate::qemu::questions::{Question, Questions};
use crate::qemu::session::{self, Listener};
use crate::qemu::watch::Verdict;
use crate::setup::{self, Need};

/// The suite's package.
const PACKAGE: &str = "kernel-suite";
/// Cores of the machine: the suite tries what one core does about the others.
const CORES: u16 = 4;

/// How long it may take.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs it on the PC.
///
/// # Errors
/// If it does not build, or ends in any way but by its own exit code.
pub fn on_q35(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    run(context.project, Board::Q35, tally)
}

/// Runs it on the virtual aarch64 board.
///
/// # Errors
/// If it does not build, or ends in any way but by its own exit code.
pub fn on_virt(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    run(context.project, Board::Virt, tally)
}

fn run(project: &Project, board: Board, tally: &mut Tally) -> Outcome {
    let name = match board {
        Board::Q35 => "kernel-q35",
        Board::Virt => "kernel-virt",
        Board::Raspi4b => "kernel-raspi4b",
    };
    setup::ensure(project, &[Need::RustTargets, board.emulator_need()])?;
    let kernel = rust::kernel(project, board)?;
    let suite = rust::program(project, board.user_side(), PACKAGE)?;
    let folder = project.image_output(name);
    output::folder(&folder)?;
    let machine = Machine {
        board,
        model: Model::Usual,
        kernel: build::bootable(board, &kernel, &folder)?,
        image: image(&kernel, &suite, &folder)?,
        kernel_log: folder.join("kernel.log"),
        disks: Vec::new(),
        cores: CORES,
        memory: "256M".to_owned(),
        clock: Clock::Host,
        console: Console::Pipe,
        debugger_port: None,
        plugin: None,
    };
    boot(&machine, name, tally)?;
    look(&machine, &kernel, name, tally)?;
    let mut others = vec![(Model::Old, "old")];
    // The PC's usual processor is the newest.
    if board == Board::Virt {
        others.push((Model::New, "new"));
    }
    for (model, suffix) in others {
        let other = Machine {
            model,
            ..machine.clone()
        };
        boot(&other, &format!("{name}-{suffix}"), tally)?;
    }
    Ok(())
}

/// Looks what the cores see of what runs only at boot: all of it when the kernel is entered, and nothing, on any core, at
/// root's first system call.
fn look(machine: &Machine, kernel: &Path, name: &str, tally: &mut Tally) -> Outcome {
    const BOOTS: &str = "weft_kernel_main";
    let stays = match machine.board {
        Board::Q35 => "weft_syscall_entry",
        Board::Virt | Board::Raspi4b => "trap_synchronous",
    };
    let program = Program::read(PACKAGE, &bytes(kernel)?);
    let program = program.map_err(|why| Error::new(why.to_string()))?;
    let address = |symbol: &str| {
        let found = program.addresses_of(symbol).first().copied();
        found.ok_or_else(|| Error::new(format!("the kernel has no `{symbol}`")))
    };
    let (boots, stays) = (address(BOOTS)?, address(stays)?);
    let mut all = vec![Question::RunTo(boots), Question::Sees(boots)];
    all.push(Question::RunTo(stays));
    for core in 0..machine.cores {
        let seen = [
            Question::Core(core),
            Question::SeesNot(boots),
            Question::Sees(stays),
        ];
        all.extend(seen);
    }
    let machine = Machine {
        console: Console::Questions,
        ..machine.clone()
    };
    let mut questions = Questions::new(&all);
    let report = session::listen(&machine, Some(LIMIT), &mut questions)?;
    match (report.verdict, questions.wrong()) {
        (Verdict::Interrupted, _) => return Err(Error::new("interrupted")),
        (_, Some(wrong)) => tally.fail(&format!("{name} what boots is gone"), &wrong),
        (_, None) => tally.pass(1),
    }
    Ok(())
}

fn boot(machine: &Machine, name: &str, tally: &mut Tally) -> Outcome {
    let report = session::listen(machine, Some(LIMIT), &mut Lines::default())?;
    let mut lines = Lines::default();
    lines.hear(session::kernel_log(machine).as_bytes());
    let count = lines.add_to(name, tally);
    judge(report, LIMIT, count, tally)
        .map_err(|error| error.remedy(format!("it printed:\n{}", lines.text)))
}

/// The boot image: the suite is its first and only program.
fn image(kernel: &Path, suite: &Path, folder: &Path) -> Outcome<std::path::PathBuf> {
    let spec = SystemSpec {
        name: PACKAGE.to_owned(),
        board: String::new(),
        programs: vec![PACKAGE.to_owned()],
        components: Vec::new(),
        rings: Vec::new(),
    };
    let (kernel, elf) = (bytes(kernel)?, bytes(suite)?);
    let programs = [ProgramFile {
        name: PACKAGE,
        elf: &elf,
    }];
    let contents = Contents {
        files: &[],
        spec: &spec,
        programs: &programs,
        boot_args: "",
        kernel: Some(&kernel),
    };
    let image = image::compose(&contents).map_err(|why| Error::new(why.to_string()))?;
    let path = folder.join("boot.img");
    output::write(&path, &image)?;
    Ok(path)
}

fn bytes(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|cause| Error::io("read", path, &cause))
}
