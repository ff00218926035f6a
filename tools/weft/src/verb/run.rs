//! `run`: composes an image and boots it, for a person at a prompt or for commands.

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use crate::board::Board;
use crate::build::{self, Built, compose};
use crate::cli::RunArgs;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::qemu::card::{Mover, Slot};
use crate::qemu::display::Display;
use crate::qemu::ended::Ended;
use crate::qemu::exec::{self, Finish, NO_STATUS};
use crate::qemu::launch::{self, Choice, Person, Scratch};
use crate::qemu::machine::{Clock, Machine};
use crate::qemu::watch::Verdict;
use crate::qemu::{camera, debugger, portrait, session};
use crate::setup::{self, Need};

/// The exit status of a run that took too long, as timeout(1) has it.
const TIME_UP: u8 = 124;

/// How long a run for a picture may take, unless a person says otherwise.
const PICTURE_LIMIT: Duration = Duration::from_secs(120);

/// The exit status of an interrupted run, as shells have it.
const INTERRUPTED: u8 = 130;

/// Builds what is needed and boots it.
///
/// # Errors
/// If something does not build, or QEMU cannot be started.
pub fn run(project: &Project, args: &RunArgs) -> Outcome<ExitCode> {
    let manifest = project.manifest(args.image.as_deref());
    let board = board(&manifest, args.board)?;
    let needs = [Need::RustTargets, board.emulator_need(), Need::E2fsprogs];
    setup::ensure(project, &needs)?;
    let built = build::image_for(project, &manifest, Some(board))?;
    let display = match args.window {
        true => Display::window(board)?,
        false => Display::Hidden,
    };
    if let Some(file) = &args.screenshot {
        camera::format_of(file)?;
    }
    let debugger_port = if args.gdb {
        Some(debugger::port()?)
    } else {
        None
    };
    let choice = Choice {
        cores: args.smp,
        memory: &args.mem,
        disks: &args.disk,
        slot: args.card.as_ref().map(|card| Slot {
            card: Some(card.clone()),
            mover: Mover::default(),
        }),
        commands: args.exec.as_deref().filter(|_| args.screenshot.is_none()),
        person: match args.screenshot {
            Some(_) => Person::Played,
            None => Person::Here,
        },
        clock: Clock::Host,
        debugger_port,
        display,
    };
    let scratch = Scratch::new(&built.folder)?;
    let mut machine = launch::machine(&built, &choice, &scratch)?;
    let limit = args.timeout.map(Duration::from_secs);
    if let Some(file) = &args.screenshot {
        return screenshot(
            &built,
            &mut machine,
            args.exec.as_deref(),
            limit,
            file,
            &scratch,
        );
    }
    let code = match args.exec {
        Some(_) => run_commands(&machine, limit),
        None => run_prompt(&built, &machine, limit)?,
    };
    Ok(ExitCode::from(code))
}

/// Takes a picture of the display, after commands that are typed at the prompt.
fn screenshot(
    built: &Built,
    machine: &mut Machine,
    commands: Option<&str>,
    limit: Option<Duration>,
    file: &Path,
    scratch: &Scratch,
) -> Outcome<ExitCode> {
    if !built.has_display() {
        return Err(Error::new(
            "the image has no driver of a display, so that nothing is shown",
        ));
    }
    let folder = std::env::current_dir();
    let folder = folder.map_err(|cause| Error::new(format!("no current folder: {cause}")))?;
    machine.control = Some(scratch.path("control"));
    let limit = limit.unwrap_or(PICTURE_LIMIT);
    portrait::take(machine, commands, Some(limit), &folder.join(file))?;
    Ok(ExitCode::SUCCESS)
}

/// The board that was asked for, which must be one of the manifest's, or the manifest's usual one.
fn board(manifest: &Path, asked: Option<Board>) -> Outcome<Board> {
    let boards = compose::boards_of(manifest)?;
    let Some(asked) = asked else {
        // A manifest without a board is refused with all its other mistakes when it is checked.
        return Ok(boards.first().copied().unwrap_or(Board::Q35));
    };
    if boards.is_empty() || boards.contains(&asked) {
        return Ok(asked);
    }
    let names: Vec<_> = boards.iter().map(|board| board.name()).collect();
    let (names, other) = (names.join(" and "), asked.name());
    Err(
        Error::new(format!("the image is for {names}, not for {other}"))
            .at(manifest.display())
            .remedy(format!(
                "leave `--board {other}` out, or name another image"
            )),
    )
}

fn run_commands(machine: &Machine, limit: Option<Duration>) -> u8 {
    match exec::run(machine, limit, &mut io::stdout().lock()) {
        Ok(Finish::Status(status)) => status,
        Ok(Finish::Interrupted) => INTERRUPTED,
        Ok(Finish::TimeUp { said }) => {
            eprintln!("{}\n{said}", time_up(limit));
            TIME_UP
        }
        Err(error) => {
            eprintln!("error: {error}");
            NO_STATUS
        }
    }
}

fn run_prompt(built: &Built, machine: &Machine, limit: Option<Duration>) -> Outcome<u8> {
    match machine.debugger_port {
        Some(port) => {
            let file = built.folder.join("gdb.init");
            let typed = debugger::prepare(&file, port, built)?;
            eprintln!("the machine waits; in another terminal, type:\n  {typed}");
        }
        None => eprintln!("Ctrl-A x ends the machine"),
    }
    let report = session::interactive(machine, limit)?;
    Ok(match (report.verdict, report.ended) {
        (Verdict::TimeUp, _) => {
            eprintln!(
                "{}\n{}",
                time_up(limit),
                exec::said(machine, "(shown above)")
            );
            TIME_UP
        }
        (Verdict::Interrupted, _) => INTERRUPTED,
        // QEMU ends with 0 when the person ends it.
        (_, Ended::Guest(0) | Ended::Emulator(0)) => 0,
        (_, ended) => {
            eprintln!("error: {ended}\n{}", exec::said(machine, "(shown above)"));
            if let Ended::Guest(code) = ended {
                code
            } else {
                NO_STATUS
            }
        }
    })
}

fn time_up(limit: Option<Duration>) -> String {
    format!(
        "error: no end after {} seconds",
        limit.unwrap_or_default().as_secs()
    )
}
