//! Boots images with commands to run, as a person would with `run --exec`, and compares what they
//! print and what they leave on disks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::case::{Case, Cases};
use super::talk::{Dictation, Player};
use super::tally::Tally;
use super::{Context, disks, moments};
use crate::board::Board;
use crate::build::{self, Built, tree};
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::qemu::bare;
use crate::qemu::camera::Camera;
use crate::qemu::card::Slot;
use crate::qemu::control::Control;
use crate::qemu::ended::Ended;
use crate::qemu::exec::{self, Finish, NO_STATUS};
use crate::qemu::launch::{self, Choice, Person, Scratch};
use crate::qemu::machine::{Machine, Reset, Trace};
use crate::qemu::session;
use crate::qemu::watch::Verdict;
use crate::setup::{self, Need};

/// Where the cases are.
const FOLDER: &str = "tools/weft/boot";

/// The most machines that run at the same time; each has memory of its own.
const AT_ONCE: usize = 4;

/// Runs every case for the PC.
///
/// # Errors
/// If set-up fails or a file of cases cannot be read.
pub fn on_q35(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    run(context, Board::Q35, tally)
}

/// Runs every case for the virtual aarch64 board.
///
/// # Errors
/// If set-up fails or a file of cases cannot be read.
pub fn on_virt(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    run(context, Board::Virt, tally)
}

/// Runs every case for the Raspberry Pi 4.
///
/// # Errors
/// If set-up fails or a file of cases cannot be read.
pub fn on_raspi4b(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    run(context, Board::Raspi4b, tally)
}

fn run(context: &Context<'_>, board: Board, tally: &mut Tally) -> Outcome {
    let mut cases = read(context.project)?;
    cases.retain(|case| case.boards.contains(&board) && case.name.contains(context.case));
    if cases.is_empty() {
        return Ok(());
    }
    let needs = [board.emulator_need(), Need::E2fsprogs, Need::Dosfstools];
    setup::ensure(context.project, &needs)?;
    let (now, later): (Vec<_>, Vec<_>) = cases
        .into_iter()
        .partition(|case| case.is_for(context.length));
    let images: BTreeSet<_> = now.iter().map(|case| case.image.as_str()).collect();
    let built = images.into_iter().map(|name| {
        let manifest = context.project.manifest(Some(name));
        let image = build::image_for(context.project, &manifest, Some(board));
        (name, image)
    });
    let built: BTreeMap<_, _> = built.collect();
    try_all(&now, &built, |case, (result, took)| {
        count(&title(case, board), result, took, tally);
    });
    tally.skip(
        u64::try_from(later.len()).unwrap_or_default(),
        "boot: cases for --long",
    );
    Ok(())
}

/// What is wrong with a case, and how long it took.
type Tried = (Outcome<Vec<String>>, Duration);

/// Runs all cases, as many at a time as this machine has processors for, and tells of each as it ends.
fn try_all(
    cases: &[Case],
    built: &BTreeMap<&str, Outcome<Built>>,
    mut tell: impl FnMut(&Case, Tried),
) {
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let workers = workers.min(AT_ONCE);
    let (results, tried) = channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (results, next) = (results.clone(), &next);
            scope.spawn(move || {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // The other side listens until nobody is left.
                    let _ = results.send((case, try_built(case, built)));
                }
            });
        }
        drop(results);
        for (case, result) in tried {
            tell(case, result);
        }
    });
}

fn try_built(case: &Case, built: &BTreeMap<&str, Outcome<Built>>) -> Tried {
    let started = Instant::now();
    let result = match built.get(case.image.as_str()) {
        Some(Ok(image)) => try_case(case, image),
        Some(Err(error)) => Err(error.clone()),
        None => Err(Error::new(format!("`{}` was not built", case.image))),
    };
    (result, started.elapsed())
}

/// What a case is called in results.
fn title(case: &Case, board: Board) -> String {
    match board {
        Board::Q35 => format!("boot {}", case.name),
        _ => format!("boot {} {}", board.name(), case.name),
    }
}

fn count(name: &str, result: Outcome<Vec<String>>, took: Duration, tally: &mut Tally) {
    match result {
        Ok(wrong) if wrong.is_empty() => {
            eprintln!("test: {name} ... ok ({:.1} s)", took.as_secs_f32());
            tally.pass(1);
        }
        Ok(wrong) => tally.fail(name, &wrong.join("\n")),
        Err(error) => tally.fail(name, &error.to_string()),
    }
}

/// Runs one case and gives what is wrong.
fn try_case(case: &Case, built: &Built) -> Outcome<Vec<String>> {
    let scratch = Scratch::new(&built.folder)?;
    let mut paths = Vec::new();
    for (number, kind) in case.disks.iter().enumerate() {
        let path = scratch.path(&format!("given{number}.img"));
        disks::make(kind, &content(&scratch, number), &path)?;
        paths.push(path);
    }
    let mut given = paths.clone();
    let card = match &case.card {
        Some(kind) => Some(make_card(kind, &mut paths, &scratch)?),
        None => None,
    };
    let has_own_slot = built.board == Board::Raspi4b && !case.moves_card();
    if has_own_slot {
        given.extend(card.clone());
    }
    let choice = Choice {
        cores: case.cores,
        memory: &case.memory,
        disks: &given,
        slot: card.clone().filter(|_| !has_own_slot).map(|card| Slot {
            card: Some(card).filter(|_| case.has_card_in()),
            mover: case.card_mover,
        }),
        commands: case.exec.as_deref(),
        person: Person::Played,
        clock: case.clock.into(),
        debugger_port: None,
        display: case.display(),
    };
    let mut machine = launch::machine(built, &choice, &scratch)?;
    let is_controlled = case.looks_at_display() || case.moves_card();
    machine.control = is_controlled.then(|| scratch.path("control"));
    machine.model = case.processor.into();
    machine.disk_signals = case.disk_signals;
    let trace = scratch.path("trace");
    if !case.trace.is_empty() {
        machine.trace = Some(Trace {
            events: case.trace.clone(),
            file: trace.clone(),
        });
    }
    machine.kernel_log = scratch.path("kernel.log");
    if let Some(kind) = &case.root {
        exchange_root(kind, &mut machine, &scratch)?;
    }
    if case.reboots {
        machine.reset = Reset::Boots;
    }
    bare::write(&machine)?;
    let first = moments::earliest()?;
    let (shown, status) = match boot(case, &machine, card)? {
        Went::Ended { shown, status } => (shown, status),
        Went::Wrong(what) => return Ok(vec![what]),
    };
    let mut wrong = case.judge(&shown, status);
    wrong.extend(case.judge_log(&session::kernel_log(&machine)));
    if machine.trace.is_some() {
        let told = fs::read(&trace).map_err(|cause| Error::io("read", &trace, &cause))?;
        wrong.extend(case.judge_trace(&String::from_utf8_lossy(&told)));
    }
    wrong.extend(compare(case, &content(&scratch, 0), &shown)?);
    if let Some(count) = case.stdout_moments {
        let last = moments::bound(SystemTime::now())?;
        wrong.extend(moments::judge(&shown, count, &first, &last));
    }
    if built.card.is_some()
        && let Some(card) = machine.disks.first()
    {
        wrong.extend(disks::card_problems(card, &scratch.path("partition"))?);
    }
    for (number, disk) in paths.iter().enumerate() {
        wrong.extend(judge_disk(case, number, disk, &scratch, &shown)?);
    }
    Ok(wrong)
}

/// Makes the card, which is counted behind the other disks.
fn make_card(kind: &str, paths: &mut Vec<PathBuf>, scratch: &Scratch) -> Outcome<PathBuf> {
    let path = scratch.path("card.img");
    disks::make(kind, &content(scratch, paths.len()), &path)?;
    paths.push(path.clone());
    Ok(path)
}

/// What is wrong with what was printed, if it is to be what the host says of the first disk.
fn compare(case: &Case, content: &Path, shown: &str) -> Outcome<Vec<String>> {
    let mut wrong = Vec::new();
    if let Some(folder) = &case.stdout_lists {
        let wanted = disks::listing(content, folder)?;
        if wanted != shown {
            wrong.push(format!("it printed\n{shown}instead of\n{wanted}"));
        }
    }
    if !case.stdout_sums.is_empty() {
        let wanted = disks::sums(content, &case.stdout_sums)?;
        let mut printed: Vec<&str> = shown.lines().collect();
        printed.sort_unstable();
        if wanted != printed {
            let is_odd = |line: &&&str| !wanted.iter().any(|wanted| wanted == **line);
            let odd: Vec<_> = printed.iter().filter(is_odd).take(10).collect();
            let counts = (printed.len(), wanted.len());
            wrong.push(format!(
                "it printed {} lines instead of {}, among them {odd:#?}",
                counts.0, counts.1
            ));
        }
    }
    Ok(wrong)
}

/// What is wrong with a disk afterwards.
fn judge_disk(
    case: &Case,
    number: usize,
    disk: &Path,
    scratch: &Scratch,
    shown: &str,
) -> Outcome<Vec<String>> {
    let content = content(scratch, number);
    let mut wrong = Vec::new();
    if let Some(after) = case.after.get(number) {
        let dump = scratch.path(&format!("dump{number}"));
        wrong.extend(disks::problems(disk, &content, *after, &dump)?);
    }
    for holds in case.files.iter().filter(|holds| holds.disk == number) {
        wrong.extend(disks::differs(disk, &content, shown, holds)?);
    }
    Ok(wrong)
}

/// The folder that a disk was made from.
fn content(scratch: &Scratch, number: usize) -> PathBuf {
    scratch.path(&format!("content{number}"))
}

/// Takes the image's own disk out of the machine, or another in.
fn exchange_root(kind: &str, machine: &mut Machine, scratch: &Scratch) -> Outcome {
    let Some(root) = machine.disks.first().cloned() else {
        return Err(Error::new("the image has no disk of its own to exchange"));
    };
    if kind == "none" {
        machine.disks.remove(0);
        return Ok(());
    }
    disks::make(kind, &scratch.path("root"), &root)
}

/// How a machine went.
enum Went {
    Ended { shown: String, status: u8 },
    Wrong(String),
}

fn boot(case: &Case, machine: &Machine, card: Option<PathBuf>) -> Outcome<Went> {
    if case.exec.is_none() {
        return talk(case, machine, card);
    }
    let mut shown = Vec::new();
    let limit = Some(Duration::from_secs(case.seconds));
    let finish = exec::run(machine, limit, &mut shown);
    let shown = String::from_utf8_lossy(&shown).into_owned();
    match (finish, &case.error) {
        (Ok(Finish::Status(status)), None) => Ok(Went::Ended { shown, status }),
        (Ok(Finish::Status(status)), Some(_)) => Ok(Went::Wrong(format!(
            "it ended with status {status} and no error\n{shown}"
        ))),
        (Err(error), Some(wanted)) if error.to_string().contains(wanted) => Ok(Went::Ended {
            shown,
            status: NO_STATUS,
        }),
        (Err(error), _) => Err(error),
        (Ok(Finish::TimeUp { said }), _) => {
            let seconds = case.seconds;
            Ok(Went::Wrong(format!(
                "no end after {seconds} seconds\n{shown}\n{said}"
            )))
        }
        (Ok(Finish::Interrupted), _) => Err(Error::new("interrupted")),
    }
}

fn talk(case: &Case, machine: &Machine, card: Option<PathBuf>) -> Outcome<Went> {
    let mut steps = case.dictation.map(Dictation::steps).unwrap_or_default();
    steps.extend_from_slice(&case.talk);
    // QEMU talks to one at a time.
    let control = machine.control.as_deref();
    let camera = control.filter(|_| case.looks_at_display());
    let card = control.filter(|_| case.moves_card()).zip(card);
    let mut player = Player::new(&steps)
        .seeing(camera.map(Camera::new))
        .holding(card.map(|(socket, card)| (Control::new(socket), card)));
    let limit = Some(Duration::from_secs(case.seconds));
    let report = session::listen(machine, limit, &mut player)?;
    let shown = player.heard();
    match (player.missing(), report.verdict, report.ended) {
        (_, Verdict::Interrupted, _) => Err(Error::new("interrupted")),
        (None, _, Ended::Guest(_)) if !player.unseen().is_empty() => Ok(Went::Wrong(format!(
            "{}\n{}",
            player.unseen().join("\n"),
            exec::said(machine, &shown)
        ))),
        (None, _, Ended::Guest(status)) => Ok(Went::Ended { shown, status }),
        (missing, _, ended) => {
            let missing = missing.map_or(String::new(), |text| format!(" without {text:?}"));
            let said = exec::said(machine, &shown);
            Ok(Went::Wrong(format!("{ended}{missing}\n{said}")))
        }
    }
}

fn read(project: &Project) -> Outcome<Vec<Case>> {
    let folder = project.root().join(FOLDER);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let files = tree::files(&folder)?;
    let cases: Outcome<Vec<Vec<Case>>> =
        files.iter().map(|file| read_file(&folder, file)).collect();
    Ok(cases?.into_iter().flatten().collect())
}

fn read_file(folder: &Path, file: &PathBuf) -> Outcome<Vec<Case>> {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).map_err(|cause| Error::io("read", &path, &cause))?;
    let cases: Cases =
        toml::from_str(&text).map_err(|cause| Error::new(cause.to_string()).at(path.display()))?;
    Ok(cases.case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_cases_can_be_read() {
        let cases = read(&Project::locate());
        assert!(cases.is_ok(), "{cases:?}");
    }
}
