//! `scale.*`: what operations of a core's own things cost while so many cores do the same.
//!
//! The image's only program is `bench-cores`. All cores share the one clock that counts instructions, and take turns: each
//! gives way before a sample, begins it with a turn of its own, and is done long before that ends. So the
//! clock, and the witness, count what this core does alone; one that loses its turn in a marked run is noticed. A figure is
//! the median of the samples of all cores; what the witness saw of it is the marked run of the core that took most. The
//! interrupts that are told beside it are those that any core sent to another while all took their samples.

use std::time::Duration;

use super::figure::{Figure, Figures, Missing};
use super::functions::Programs;
use super::join::{COUNTER, Joined, Joiner};
use super::told::{Cores, Stretch, Told};
use super::value::Value;
use super::witness::Witnessed;
use super::{statics, told, witness};
use crate::board::Board;
use crate::build;
use crate::build::alone::Alone;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::qemu::ended::Ended;
use crate::qemu::machine::{Clock, Plugin};
use crate::qemu::session::{self, Listener, Progress};

/// What the names begin with.
pub const NAMES: &str = "scale.";

/// A text that only these names begin with.
pub const NAME: &str = "scale";

/// On how many cores it can be measured.
pub const ALL: [u16; 7] = [1, 2, 4, 8, 16, 32, 64];

/// On how many it is measured in every run.
pub const USUAL: [u16; 3] = [1, 4, 64];

/// The number of the vector that tells how many interrupts were sent to other cores.
pub const SENT: &str = "interrupts_sent";

/// The program's package.
const PACKAGE: &str = "bench-cores";

/// The stretch in which one core interrupts another on purpose.
const CONTROL: &str = "control";

/// The stretch in which one core unmaps pages that one other core knows.
const UNMAP: &str = "unmap";

/// The figure of how many interrupts any core sends meanwhile, whatever the number of cores.
const UNMAP_INTERRUPTS: &str = "unmap_512_interrupts";

/// What is measured.
const OPERATIONS: [&str; 6] = ["call", "map", "fault", "signal", "alloc", UNMAP_INTERRUPTS];

/// Memory of a machine: a 64th of it is enough for a core. Should QEMU end a core's turn in its marked run, it does so each
/// time with this build; a machine of another size does other things before, and so its turns end elsewhere.
const MEMORY: [&str; 8] = [
    "512M", "600M", "544M", "576M", "620M", "640M", "660M", "680M",
];

/// How long a boot may take.
const LIMIT: Duration = Duration::from_secs(240);

/// Whether any figure with a text in its name is measured on so many cores.
pub fn is_asked_for(text: &str, cores: u16) -> bool {
    let name = |operation| format!("{NAMES}{operation}.{cores}");
    OPERATIONS
        .iter()
        .any(|operation| name(operation).contains(text))
}

/// Measures on each of these numbers of cores of which a figure has a text in its name.
///
/// # Errors
/// If something does not build, or a machine does not come to its end.
pub fn run(project: &Project, board: Board, text: &str, counts: &[u16]) -> Outcome<Figures> {
    let counts: Vec<_> = counts
        .iter()
        .copied()
        .filter(|cores| is_asked_for(text, *cores))
        // The Raspberry Pi always has four cores: there is nothing to compare.
        .filter(|_| board != Board::Raspi4b)
        .collect();
    let mut figures = Figures::default();
    if !counts.is_empty() {
        let scale = Scale::build(project, board)?;
        for cores in counts {
            figures.extend(scale.measure(cores)?);
        }
    }
    Ok(figures)
}

/// The image, with the witness.
#[derive(Debug)]
pub struct Scale {
    image: Alone,
    programs: Programs,
    plugin: Plugin,
}

impl Scale {
    /// Builds everything that measuring takes.
    ///
    /// # Errors
    /// If something does not build.
    pub fn build(project: &Project, board: Board) -> Outcome<Self> {
        let (file, image) = build::both(
            || witness::build(project),
            || Alone::build(project, board, (PACKAGE, &[]), PACKAGE),
        );
        let image = image?;
        let programs = Programs::read(&image.kernel, std::slice::from_ref(&image.program))?;
        // Nobody asks here how long interrupts stay masked, and looking for that takes time.
        let plugin = Plugin {
            masked: None,
            ..witness::plugin(file?, &image.folder, Vec::new())
        };
        Ok(Self {
            image,
            programs,
            plugin,
        })
    }

    /// Boots a machine of so many cores, and makes figures of what guest and witness say.
    ///
    /// # Errors
    /// If the machine does not come to its end, has fewer cores, or the witness misses an interrupt that was sent on purpose.
    pub fn measure(&self, cores: u16) -> Outcome<Figures> {
        let [usual, others @ ..] = MEMORY;
        let mut figures = self.measure_with(cores, usual)?;
        for memory in others {
            if figures.missing.is_empty() {
                break;
            }
            let more = self.measure_with(cores, memory)?;
            figures.missing.retain(|missing| {
                let found = more.find(&missing.name).cloned();
                figures.all.extend(found.clone());
                found.is_none()
            });
        }
        Ok(figures)
    }

    fn measure_with(&self, cores: u16, memory: &str) -> Outcome<Figures> {
        let text = self.boot(cores, memory)?;
        let told =
            told::read(&text).map_err(|error| error.remedy(format!("it printed:\n{text}")))?;
        let mut witnessed = witness::read(&self.plugin)?;
        let together = together(&told, cores)?;
        for mark in told.iter().filter_map(mark) {
            witnessed.keep_dearest(mark, together);
        }
        let joiner = Joiner {
            board: self.image.board.name(),
            witnessed: &witnessed,
            programs: &self.programs,
        };
        let phases = Phases {
            told: &told,
            witnessed: &witnessed,
        };
        if cores > 1 {
            phases.look_at_control()?;
        }
        let mut figures = Figures::default();
        if cores > 1 {
            let name = format!("{NAMES}{UNMAP_INTERRUPTS}.{cores}");
            match phases.sent(UNMAP) {
                Ok(sent) => figures
                    .all
                    .push(statics::count(&name, self.image.board, sent)),
                Err(error) => figures.missing.push(Missing {
                    name,
                    error,
                    board: self.image.board.name().to_owned(),
                }),
            }
        }
        for joined in joiner.join(&told)? {
            match joined {
                Joined::Figure(figure) if figure.name == COUNTER => {}
                Joined::Figure(figure) => match phases.add_to(*figure) {
                    Ok(figure) => figures.all.push(figure),
                    Err(missing) => figures.missing.push(missing),
                },
                Joined::Missing(missing) => figures.missing.push(missing),
            }
        }
        Ok(figures)
    }

    fn boot(&self, cores: u16, memory: &str) -> Outcome<String> {
        let mut machine = self.image.machine(cores, memory, Clock::Counted);
        machine.plugin = Some(self.plugin.clone());
        let report = session::listen(&machine, Some(LIMIT), &mut Deaf)?;
        let log = session::kernel_log(&machine);
        match report.ended {
            Ended::Guest(0) => Ok(log),
            ended => Err(Error::new(format!("measuring on {cores} cores {ended}"))
                .remedy(format!("it printed:\n{log}"))),
        }
    }
}

fn mark(told: &Told) -> Option<u64> {
    match told {
        Told::Figure(measured) => measured.mark,
        Told::Error { .. } | Told::Stretch(_) | Told::Cores(_) => None,
    }
}

/// The cores that measured, which must be as many as the machine has.
fn together(told: &[Told], cores: u16) -> Outcome<Cores> {
    let together = told.iter().find_map(|told| match told {
        Told::Cores(together) => Some(*together),
        _ => None,
    });
    match together {
        Some(together) if together.count == u64::from(cores) => Ok(together),
        Some(Cores { count, .. }) => Err(Error::new(format!(
            "{count} of {cores} cores have measured"
        ))),
        None => Err(Error::new("the guest does not say how many cores it has")),
    }
}

/// What all cores did while they took samples.
struct Phases<'a> {
    told: &'a [Told],
    witnessed: &'a Witnessed,
}

impl Phases<'_> {
    /// How many interrupts were sent to other cores in a stretch.
    fn sent(&self, name: &str) -> Result<u64, String> {
        let stretch = self.told.iter().find_map(|told| match told {
            Told::Stretch(stretch) if stretch.name == name => Some(stretch),
            _ => None,
        });
        let Some(Stretch { mark, .. }) = stretch else {
            return Err(format!("no stretch is named `{name}`"));
        };
        Ok(self.witnessed.line(*mark)?.machine.interrupts_sent)
    }

    /// A witness that does not see an interrupt that was sent on purpose would see none at all.
    fn look_at_control(&self) -> Outcome {
        match self.sent(CONTROL) {
            Ok(0) => Err(Error::new(
                "the witness did not see the interrupt that one core sent to another on purpose",
            )),
            Ok(_) => Ok(()),
            Err(why) => Err(Error::new(format!("nothing was sent on purpose: {why}"))),
        }
    }

    /// Tells with a figure how many were sent while it was measured, in all.
    fn add_to(&self, mut figure: Figure) -> Result<Figure, Missing> {
        let sent = self.sent(&figure.name).map_err(|error| Missing {
            name: figure.name.clone(),
            error,
            board: figure.board.clone(),
        })?;
        if let (Some(seen), true) = (&mut figure.seen, sent > 0) {
            seen.special.insert(SENT.to_owned(), Value::whole(sent));
        }
        Ok(figure)
    }
}

/// Nobody is at the serial line.
struct Deaf;

impl Listener for Deaf {
    fn hear(&mut self, _: &[u8]) -> Progress {
        Progress::Working
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_chooses_numbers_of_cores_and_operations() {
        let counts = |text: &str| {
            let all = ALL.iter().copied();
            all.filter(|cores| is_asked_for(text, *cores))
                .collect::<Vec<_>>()
        };
        assert_eq!(counts("scale"), ALL);
        assert_eq!(counts("scale.call.16"), [16]);
        assert_eq!(counts("alloc.4"), [4]);
        assert_eq!(counts("ipc."), Vec::<u16>::new());
        assert!(USUAL.iter().all(|cores| ALL.contains(cores)));
    }

    #[test]
    fn a_witness_that_sees_no_interrupt_is_none() {
        let told = [Told::Stretch(Stretch {
            name: CONTROL.to_owned(),
            mark: 7,
            seconds: 0,
        })];
        let nothing = witness::tests::witnessed(&[(7, Default::default())]);
        let phases = |witnessed| Phases {
            told: &told,
            witnessed,
        };
        assert!(phases(&nothing).look_at_control().is_err());
        let unseen = Witnessed::default();
        assert!(phases(&unseen).look_at_control().is_err());
        assert!(phases(&nothing).sent("scale.call.1").is_err());
    }
}
