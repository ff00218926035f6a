//! The figures of the benchmark: they repeat exactly, guest and witness agree, and none grew unexplained.

use weft_spec::SystemSpec;

use super::tally::Tally;
use super::{Context, Length, inserted};
use crate::bench::figure::{self, Figure, Figures};
use crate::bench::gate::{self, Finding};
use crate::bench::scale::{self, Scale};
use crate::bench::value::Value;
use crate::bench::{self, ALLOWANCES, Guest, across, bars, join, prompt, statics};
use crate::board::Board;
use crate::error::Outcome;

/// Runs that must tell the same.
const RUNS: usize = 3;

/// The same, when there is time.
const LONG_RUNS: usize = 10;

/// The number of cores that is measured twice.
const TWICE: u16 = 4;

/// The cores of a machine that is compared with one of one core.
const MORE: u16 = 4;

/// What the figures of calls begin with, and by how many hundredths they may be dearer there.
const CALLS: &str = "ipc.";
const TAX: u64 = 5;

/// How many hundredths more are inserted to see that the gate notices.
const INSERTED: u64 = 2;

/// Measures on the PC.
///
/// # Errors
/// If something does not build, or the benchmark does not come to its end.
pub fn on_q35(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    run(context, Board::Q35, tally)
}

/// Measures on the virtual aarch64 board.
///
/// # Errors
/// If something does not build, or the benchmark does not come to its end.
pub fn on_virt(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    run(context, Board::Virt, tally)
}

/// Measures on the Raspberry Pi, whose four cores take turns.
///
/// # Errors
/// If something does not build, or the benchmark does not come to its end.
pub fn on_raspi4b(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    run(context, Board::Raspi4b, tally)
}

fn run(context: &Context<'_>, board: Board, tally: &mut Tally) -> Outcome {
    let root = context.project.root();
    let accepted = figure::read(&root.join(bench::accepted(board)))?;
    let is_scale = |figure: &Figure| figure.name.starts_with(scale::NAMES);
    let (of_cores, accepted): (Vec<_>, Vec<_>) = accepted.into_iter().partition(is_scale);
    let is_across = |figure: &Figure| figure.name.starts_with(across::NAMES);
    let (of_rings, accepted): (Vec<_>, Vec<_>) = accepted.into_iter().partition(is_across);
    let allowances = gate::allowances(&root.join(ALLOWANCES))?;
    let mut judge = Judge { board, tally };
    let guest = Guest::build(context.project, board)?;
    let first = guest.measure()?;
    judge.says("all_figures_are_measured", unmeasured(&first));
    judge.says("guest_and_witness_agree", apart(&first));
    let grown = |figures: &Figures| grown(&accepted, figures, &allowances);
    judge.says("no_figure_grew", grown(&first));
    let runs = match context.length {
        Length::Usual => RUNS,
        Length::Long => LONG_RUNS,
    };
    for _ in 1..runs {
        let mut again = guest.measure()?;
        judge.says("figures_repeat_exactly", different(&first, &again));
        if context.length == Length::Long {
            again.all.push(prompt::run(context.project, board)?);
        }
        judge.says("no_figure_grew", grown(&again));
    }
    judge.says("two_percent_more_are_noticed", unnoticed(&first));
    if board == Board::Raspi4b {
        // It always has four cores.
        return Ok(());
    }
    beside_other_cores(context, &mut judge, (&guest, &first))?;
    match board {
        Board::Q35 if context.length == Length::Long => {
            let found = inserted::run(context.project, guest, &first)?;
            judge.says("two_percent_more_in_the_kernel_are_caught", found);
        }
        // It is as good as the other, and the faster one.
        Board::Virt => {
            let problems = not_told(&guest.measure_altered(without_files)?);
            judge.says("what_is_not_measured_is_an_error", problems);
        }
        _ => {}
    }
    between_cores(context, &mut judge, |figures| {
        gate::check(&of_rings, figures, &allowances)
    })?;
    on_many_cores(context, &mut judge, |figures| {
        gate::check(&of_cores, figures, &allowances)
    })
}

/// Measures on one of several cores, the others of which wait.
fn beside_other_cores(
    context: &Context<'_>,
    judge: &mut Judge<'_>,
    (guest, alone): (&Guest, &Figures),
) -> Outcome {
    let beside = guest.measure_with(MORE)?;
    judge.says(
        "all_figures_are_measured_beside_other_cores",
        unmeasured(&beside),
    );
    judge.says(
        "calls_are_as_cheap_beside_other_cores",
        dearer(alone, &beside),
    );
    let bars = bars::read(&context.project.root().join(bars::FILE))?;
    let missed = [alone, &beside]
        .into_iter()
        .flat_map(|figures| bars.missed(judge.board.name(), figures, statics::IDLE));
    judge.says("cores_hardly_wake_while_all_servers_wait", missed.collect());
    Ok(())
}

/// The figures of calls that are more than a twentieth dearer on a core that has others beside it; tells both.
fn dearer(alone: &Figures, beside: &Figures) -> Vec<String> {
    let mut problems = Vec::new();
    let calls = alone.all.iter().filter(|figure| figure.is_call());
    for figure in calls {
        let (one, name) = (figure.median, &figure.name);
        let Some(more) = beside.find(name).map(|figure| figure.median) else {
            problems.push(format!("{name} was not measured beside other cores"));
            continue;
        };
        eprintln!("test: {name}: {one} on one core, {more} on one of {MORE}");
        if more.hundredths() * 100 > one.hundredths() * (100 + TAX) {
            problems.push(format!(
                "{name} grew from {one} to {more} beside other cores"
            ));
        }
    }
    if problems.is_empty() && !alone.all.iter().any(Figure::is_call) {
        problems.push("no figure of a call was measured".to_owned());
    }
    problems
}

/// Measures a ring between two cores.
fn between_cores(
    context: &Context<'_>,
    judge: &mut Judge<'_>,
    gate: impl FnOnce(&Figures) -> Vec<Finding>,
) -> Outcome {
    let measure = || across::run(context.project, judge.board, across::NAMES);
    let (figures, again) = (measure()?, measure()?);
    judge.says(
        "figures_between_cores_repeat_exactly",
        different(&figures, &again),
    );
    judge.says(
        "all_figures_between_cores_are_measured",
        unmeasured(&figures),
    );
    judge.says("guest_and_witness_agree_between_cores", apart(&figures));
    let grown: Vec<_> = gate(&figures).iter().map(Finding::to_string).collect();
    judge.says("no_figure_between_cores_grew", grown);
    let bars = bars::read(&context.project.root().join(bars::FILE))?;
    let missed = bars.missed(judge.board.name(), &figures, across::NAMES);
    judge.says(
        "batches_between_cores_enter_no_kernel_and_lock_once_a_side",
        missed,
    );
    Ok(())
}

/// Measures what many cores do at the same time.
fn on_many_cores(
    context: &Context<'_>,
    judge: &mut Judge<'_>,
    gate: impl FnOnce(&Figures) -> Vec<Finding>,
) -> Outcome {
    let scale = Scale::build(context.project, judge.board)?;
    let counts: &[u16] = match context.length {
        Length::Usual => &scale::USUAL,
        Length::Long => &scale::ALL,
    };
    let (mut all, mut usual) = (Figures::default(), Figures::default());
    for cores in counts {
        let figures = scale.measure(*cores)?;
        if scale::USUAL.contains(cores) {
            usual.extend(figures.clone());
        }
        if *cores == TWICE {
            let again = scale.measure(*cores)?;
            judge.says(
                "figures_of_cores_repeat_exactly",
                different(&figures, &again),
            );
        }
        all.extend(figures);
    }
    judge.says("all_figures_of_cores_are_measured", unmeasured(&all));
    judge.says("guest_and_witness_agree_on_many_cores", apart(&all));
    let grown: Vec<_> = gate(&usual).iter().map(Finding::to_string).collect();
    judge.says("no_figure_of_cores_grew", grown);
    let bars = bars::read(&context.project.root().join(bars::FILE))?;
    let missed = bars.missed(judge.board.name(), &all, scale::NAMES);
    judge.says(
        "many_cores_take_what_one_takes_and_interrupt_nobody",
        missed,
    );
    Ok(())
}

/// The connection that is taken away, and what needs it.
const CONNECTION: &str = "vfs";
const NEED_IT: &str = "vfs.";

/// Takes a connection away from the benchmark, by another name for it.
fn without_files(spec: &mut SystemSpec) {
    let all = spec.components.iter_mut();
    let grants = all
        .filter(|component| component.name == "bench")
        .flat_map(|component| &mut component.grants);
    for grant in grants.filter(|grant| grant.name == CONNECTION) {
        "elsewhere".clone_into(&mut grant.name);
    }
}

/// What is wrong if figures that need the connection are not errors with a reason, and the others figures.
fn not_told(figures: &Figures) -> Vec<String> {
    let mut problems = Vec::new();
    if figures.is_complete() {
        problems.push("nothing is missing although files are".to_owned());
    }
    for missing in &figures.missing {
        let has_reason = missing.error.contains(CONNECTION);
        if !missing.name.starts_with(NEED_IT) || !has_reason {
            problems.push(format!("{}: {}", missing.name, missing.error));
        }
    }
    let without = figures.all.iter().filter(|f| f.name.starts_with(NEED_IT));
    problems.extend(without.map(|figure| format!("{} was measured without files", figure.name)));
    let lines = figures.to_json().unwrap_or_default();
    let told = lines
        .lines()
        .filter(|line| line.contains("\"error\":"))
        .count();
    if told != figures.missing.len() {
        problems.push(format!("{told} errors are told:\n{lines}"));
    }
    problems
}

impl Figure {
    /// Whether it is what a call costs.
    fn is_call(&self) -> bool {
        self.name.starts_with(CALLS) && self.unit == "instructions"
    }
}

struct Judge<'a> {
    board: Board,
    tally: &'a mut Tally,
}

impl Judge<'_> {
    fn says(&mut self, name: &str, problems: Vec<String>) {
        let name = format!("figures on {} {name}", self.board.name());
        if problems.is_empty() {
            eprintln!("test: {name} ... ok");
            self.tally.pass(1);
        } else {
            self.tally.fail(&name, &problems.join("\n"));
        }
    }
}

fn unmeasured(figures: &Figures) -> Vec<String> {
    let missing = figures.missing.iter();
    missing
        .map(|missing| format!("{}: {}", missing.name, missing.error))
        .collect()
}

fn apart(figures: &Figures) -> Vec<String> {
    let apart = figures.all.iter().filter_map(|figure| {
        let (told, seen) = join::disagreement(figure, Value::whole(join::SLACK))?;
        Some(format!(
            "{}: the guest counted {told}, the witness {seen}",
            figure.name
        ))
    });
    apart.collect()
}

fn different(first: &Figures, again: &Figures) -> Vec<String> {
    let is_same = |figure: &&Figure| {
        let now = again.find(&figure.name);
        now.is_some_and(|now| now == *figure || !figure.is_exact())
    };
    let changed = first.all.iter().filter(|figure| !is_same(figure));
    changed
        .map(|figure| format!("{} is not the same in every run", figure.name))
        .collect()
}

fn grown(accepted: &[Figure], now: &Figures, allowances: &[gate::Allowance]) -> Vec<String> {
    // Not every run boots to the prompt.
    let is_compared =
        |figure: &&Figure| figure.name != prompt::NAME || now.find(prompt::NAME).is_some();
    let accepted: Vec<_> = accepted.iter().filter(is_compared).cloned().collect();
    let findings = gate::check(&accepted, now, allowances);
    findings.iter().map(Finding::to_string).collect()
}

/// The figures whose growth by two hundredths the gate would not notice.
fn unnoticed(figures: &Figures) -> Vec<String> {
    let grown = Figures {
        all: figures.all.iter().map(inserted).collect(),
        ..Figures::default()
    };
    let findings = gate::check(&figures.all, &grown, &[]);
    let is_noticed = |name: &str| {
        let named =
            |finding: &Finding| matches!(finding, Finding::Grew { name: grew, .. } if grew == name);
        findings.iter().any(named)
    };
    let all = figures
        .all
        .iter()
        .filter(|figure| figure.is_exact() && !is_noticed(&figure.name));
    all.map(|figure| format!("{} could grow unnoticed", figure.name))
        .collect()
}

fn inserted(figure: &Figure) -> Figure {
    let more = |value: Value| Value::share(value.hundredths() * (100 + INSERTED), 10_000);
    Figure {
        median: more(figure.median),
        ..figure.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::figure::tests::figure;

    #[test]
    fn growth_by_two_percent_is_noticed_in_every_figure() {
        let figures = Figures {
            all: vec![figure("a", 3), figure("b", 100), figure("c", 123_456)],
            ..Figures::default()
        };
        assert_eq!(unnoticed(&figures), Vec::<String>::new());
    }

    #[test]
    fn a_figure_that_differs_is_named() {
        let run = |median| Figures {
            all: vec![figure("a", median)],
            ..Figures::default()
        };
        assert!(different(&run(5), &run(5)).is_empty());
        assert_eq!(different(&run(5), &run(6)).len(), 1);
        assert_eq!(different(&run(5), &Figures::default()).len(), 1);
    }

    #[test]
    fn calls_may_be_a_twentieth_dearer_beside_other_cores_and_no_more() {
        let run = |name, median| Figures {
            all: vec![figure(name, median)],
            ..Figures::default()
        };
        let problems = |more| dearer(&run("ipc.call", 100), &run("ipc.call", more)).len();
        assert_eq!((problems(105), problems(106)), (0, 1));
        assert_eq!(dearer(&run("ipc.call", 100), &run("a", 1)).len(), 1);
        assert_eq!(dearer(&run("a", 1), &run("a", 1)).len(), 1);
    }

    #[test]
    fn only_figures_of_disks_may_differ() {
        let run = |name, median| Figures {
            all: vec![figure(name, median)],
            ..Figures::default()
        };
        assert_eq!(different(&run("vfs.stat", 5), &run("vfs.stat", 6)).len(), 1);
        assert!(different(&run("disk.read_4k", 5), &run("disk.read_4k", 6)).is_empty());
        assert_eq!(different(&run("disk.read_4k", 5), &run("b", 6)).len(), 1);
    }
}
