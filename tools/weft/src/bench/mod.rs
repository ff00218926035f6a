//! The benchmark: boots its image with instructions as the clock and the witness beside it, and makes figures of
//! what both say.

pub mod absent;
pub mod across;
pub mod bars;
pub mod figure;
pub mod functions;
pub mod gate;
pub mod history;
pub mod host;
pub mod join;
pub mod prompt;
pub mod scale;
pub mod statics;
pub mod table;
pub mod throughput;
pub mod told;
pub mod value;
pub mod witness;

use std::path::{Path, PathBuf};
use std::time::Duration;

use figure::{Absent, Figure, Figures, Missing};
use functions::Programs;
use join::{Joined, Joiner};
use weft_spec::SystemSpec;
use witness::Witnessed;

use crate::board::Board;
use crate::build::{self, Built, output};
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::qemu::display::Display;
use crate::qemu::ended::Ended;
use crate::qemu::launch::{self, Choice, Person, Scratch};
use crate::qemu::machine::{Clock, Plugin};
use crate::qemu::session::{self, Listener, Progress};
use crate::setup::{self, Need};

/// How long the image may take.
const LIMIT: Duration = Duration::from_secs(240);

/// Where growth is explained.
pub const ALLOWANCES: &str = "docs/bench/allowances.toml";

/// Where the accepted figures of a board are.
pub fn accepted(board: Board) -> PathBuf {
    PathBuf::from(format!("docs/bench/{}.jsonl", board.name()))
}

/// The image that measures.
const IMAGE: &str = "bench";

/// Measures what has a text in its name, and what of it is measured on several cores on so many.
///
/// # Errors
/// If something does not build, or a machine does not come to its end.
pub fn run(project: &Project, board: Board, text: &str, cores: &[u16]) -> Outcome<Figures> {
    let is_elsewhere = [scale::NAME, across::NAMES]
        .iter()
        .any(|prefix| text.starts_with(prefix));
    let mut figures = match is_elsewhere {
        true => Figures::default(),
        false => Guest::build(project, board)?.measure()?,
    };
    if prompt::NAME.contains(text) {
        figures.all.push(prompt::run(project, board)?);
    }
    figures.extend(across::run(project, board, text)?);
    figures.extend(scale::run(project, board, text, cores)?);
    figures.retain(text);
    Ok(figures)
}

/// Measures what has a text in its name among what the benchmark's image tells, on the first core of a machine with so many,
/// the others of which wait.
///
/// # Errors
/// If something does not build, or the machine does not come to its end.
pub fn run_with(project: &Project, board: Board, text: &str, cores: u16) -> Outcome<Figures> {
    let mut figures = Guest::build(project, board)?.measure_with(cores)?;
    figures.retain(text);
    Ok(figures)
}

/// The benchmark's image, composed, with the witness: it can be measured as often as one likes.
#[derive(Debug)]
pub struct Guest {
    board: Board,
    built: Built,
    programs: Programs,
    plugin: Plugin,
    absent: Vec<Absent>,
}

impl Guest {
    /// Builds everything that measuring takes.
    ///
    /// # Errors
    /// If something does not build.
    pub fn build(project: &Project, board: Board) -> Outcome<Self> {
        setup::ensure(project, &[Need::RustTargets, board.emulator_need()])?;
        let (file, built) = build::both(
            || witness::build(project),
            || build::image_for(project, &project.manifest(Some(IMAGE)), Some(board)),
        );
        let built = built?;
        let programs = Programs::read(&built.kernel, &built.components)?;
        let plugin = witness::plugin(file?, &built.folder, programs.preemption_points()?);
        Ok(Self {
            board,
            built,
            programs,
            plugin,
            absent: absent::read(&project.root().join(absent::FILE), board)?,
        })
    }

    /// Boots it once, and makes figures of what guest and witness say.
    ///
    /// # Errors
    /// If the machine does not come to its end.
    pub fn measure(&self) -> Outcome<Figures> {
        self.measure_with(1)
    }

    /// The same on the first core of a machine with so many.
    ///
    /// # Errors
    /// If the machine does not come to its end.
    pub fn measure_with(&self, cores: u16) -> Outcome<Figures> {
        self.measure_image(&self.built.image, cores)
    }

    /// The same with a specification that was altered after it was checked: for tests of what becomes of figures then.
    ///
    /// # Errors
    /// If it cannot be composed, or the machine does not come to its end.
    pub fn measure_altered(&self, alter: impl FnOnce(&mut SystemSpec)) -> Outcome<Figures> {
        let image = self.built.folder.join("altered.img");
        output::write(&image, &self.built.altered_image(alter)?)?;
        self.measure_image(&image, 1)
    }

    /// The same guest with another kernel: for tests of what the gate makes of that.
    ///
    /// # Errors
    /// If the kernel cannot be read.
    pub fn with_kernel(self, kernel: PathBuf) -> Outcome<Self> {
        let mut built = self.built;
        let console = built.early_console;
        built.bootable = build::bootable(self.board, (&kernel, console), &built.folder)?;
        built.kernel = kernel;
        let programs = Programs::read(&built.kernel, &built.components)?;
        let mut plugin = self.plugin;
        plugin.points = programs.preemption_points()?;
        Ok(Self {
            built,
            programs,
            plugin,
            ..self
        })
    }

    fn measure_image(&self, image: &Path, cores: u16) -> Outcome<Figures> {
        let text = boot(&self.built, image, Some(&self.plugin), cores)?;
        let told =
            told::read(&text).map_err(|error| error.remedy(format!("it printed:\n{text}")))?;
        let witnessed = witness::read(&self.plugin)?;
        let joiner = Joiner {
            board: self.board.name(),
            witnessed: &witnessed,
            programs: &self.programs,
        };
        let mut figures = Figures::default();
        for joined in joiner.join(&told)? {
            match joined {
                Joined::Figure(figure) => figures.all.push(*figure),
                Joined::Missing(missing) => figures.missing.push(missing),
            }
        }
        add_seen(&mut figures, self.board, &told, &witnessed);
        if cores == 1 {
            add_statics(&mut figures, self.board, &told, &witnessed, &self.programs);
        }
        absent::tell_apart(&mut figures, &self.absent);
        Ok(figures)
    }
}

fn add_statics(
    figures: &mut Figures,
    board: Board,
    told: &[told::Told],
    witnessed: &Witnessed,
    programs: &Programs,
) {
    figures.all.extend(statics::kernel_code(board, programs));
    let measured = [
        (statics::IPC_PATH, statics::ipc_path(board, told, witnessed)),
        (statics::MASKED, statics::masked(board, witnessed)),
    ];
    for (name, measured) in measured {
        add(figures, board, name, measured);
    }
}

/// What only the witness sees.
fn add_seen(figures: &mut Figures, board: Board, told: &[told::Told], witnessed: &Witnessed) {
    if let Some(measured) = statics::idle(board, told, witnessed) {
        add(figures, board, statics::IDLE, measured);
    }
}

fn add(figures: &mut Figures, board: Board, name: &str, measured: Result<Figure, String>) {
    match measured {
        Ok(figure) => figures.all.push(figure),
        Err(error) => figures.missing.push(Missing {
            name: name.to_owned(),
            error,
            board: board.name().to_owned(),
        }),
    }
}

/// Boots an image that measures, until it ends the machine; returns what it printed.
fn boot(built: &Built, image: &Path, plugin: Option<&Plugin>, cores: u16) -> Outcome<String> {
    let scratch = Scratch::new(&built.folder)?;
    let choice = Choice {
        cores,
        memory: "512M",
        disks: &[],
        slot: None,
        commands: None,
        person: Person::Played,
        clock: Clock::Counted,
        debugger_port: None,
        display: Display::Hidden,
    };
    let mut machine = launch::machine(built, &choice, &scratch)?;
    image.clone_into(&mut machine.image);
    machine.plugin = plugin.cloned();
    let mut heard = Heard::default();
    let report = session::listen(&machine, Some(LIMIT), &mut heard)?;
    match report.ended {
        // Without a driver of the serial line figures come by the kernel's log.
        Ended::Guest(0) if heard.text.is_empty() => Ok(session::kernel_log(&machine)),
        Ended::Guest(0) => Ok(heard.text),
        ended => Err(Error::new(format!("the benchmark {ended}")).remedy(format!(
            "it printed:\n{}\n{}",
            heard.text,
            session::kernel_log(&machine)
        ))),
    }
}

/// Everything on the serial line.
#[derive(Debug, Default)]
struct Heard {
    text: String,
}

impl Listener for Heard {
    fn hear(&mut self, bytes: &[u8]) -> Progress {
        self.text.push_str(&String::from_utf8_lossy(bytes));
        Progress::Working
    }
}
