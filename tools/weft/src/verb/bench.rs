//! `bench`: measures, and shows, compares or accepts what was measured.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use crate::bench::figure::{self, Figure, Figures};
use crate::bench::value::Value;
use crate::bench::{self, bars, gate, history, join, scale, table, throughput};
use crate::board::Board;
use crate::build::output;
use crate::cli::{BenchArgs, BenchBoard};
use crate::error::{Error, Outcome};
use crate::project::Project;

/// The file name that means standard output.
const STANDARD_OUTPUT: &str = "-";

/// Does what the options say.
///
/// # Errors
/// If something does not build or run, or a file cannot be read or written.
pub fn run(project: &Project, args: &BenchArgs) -> Outcome<ExitCode> {
    let board = match args.board {
        BenchBoard::Q35 => Board::Q35,
        BenchBoard::Virt => Board::Virt,
        BenchBoard::Raspi4b => Board::Raspi4b,
        BenchBoard::Host => return on_host(project, args),
    };
    let accepted = bench::accepted(board);
    if let Some(name) = &args.history {
        return show_history(project, &accepted, name);
    }
    if let Some(filter) = args.throughput_filter() {
        return run_throughput(project, args, (board, filter));
    }
    let text = args.where_name().or(args.filter.as_deref());
    let name = text.unwrap_or_default();
    let figures = match args.smp {
        1 => bench::run(project, board, name, args.numbers_of_cores())?,
        cores => bench::run_with(project, board, name, cores)?,
    };
    if figures == Figures::default() {
        return Err(no_such_name());
    }
    let bars = bars::read(&project.root().join(bars::FILE))?;
    let slack = Value::whole(join::SLACK);
    show(args, &figures, |figures| match (args.bars, args.witness) {
        (true, _) => bars.show(board.name(), figures),
        (false, true) => table::witness(figures, slack),
        (false, false) => table::show(figures, &bars),
    })?;
    let accepted = project.root().join(accepted);
    let mut good = figures.is_complete();
    if args.witness {
        good &= compare_with_witness(&figures, slack);
    }
    if args.check {
        good &= check(project, &accepted, args, &figures)?;
    }
    if args.accept {
        accept(&accepted, args, &figures)?;
    }
    Ok(exit_code(good))
}

fn no_such_name() -> Error {
    Error::new("no figure has such a name").remedy("leave the filter out to see all names")
}

/// Measures throughput, which has an image, a table and a plot of its own.
fn run_throughput(
    project: &Project,
    args: &BenchArgs,
    (board, filter): (Board, &str),
) -> Outcome<ExitCode> {
    if args.check || args.accept || args.witness || args.bars {
        return Err(
            Error::new("throughput has no accepted figures, no witness and no bars")
                .remedy("leave `--check`, `--accept`, `--witness` and `--bars` out"),
        );
    }
    let mut measured = throughput::run(project, board)?;
    measured.retain(filter);
    let figures = measured.figures(board);
    if figures == Figures::default() {
        return Err(no_such_name());
    }
    show(args, &figures, |_| throughput::show(&measured))?;
    if !figures.all.is_empty() {
        let folder = project.target("bench");
        output::folder(&folder)?;
        let board = board.name();
        let path = folder.join(format!("throughput-{board}.svg"));
        let path = throughput::plot(&measured, board, path)?;
        // Standard output may be for lines of JSON only.
        eprintln!("plot: {}", path.display());
    }
    Ok(code(&figures))
}

/// Times of this machine: they are shown and compared, and nothing more.
fn on_host(project: &Project, args: &BenchArgs) -> Outcome<ExitCode> {
    let is_judged =
        args.check || args.accept || args.witness || args.bars || args.where_name().is_some();
    if is_judged || args.history.is_some() {
        return Err(
            Error::new("figures of this machine are times, which differ from run to run")
                .remedy("with `--board host` only --filter, --json and --compare have a meaning"),
        );
    }
    let figures = bench::host::run(project, args.filter.as_deref().unwrap_or_default())?;
    show(args, &figures, |figures| {
        table::show(figures, &bars::Bars::default())
    })?;
    Ok(code(&figures))
}

fn exit_code(good: bool) -> ExitCode {
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn code(figures: &Figures) -> ExitCode {
    exit_code(figures.is_complete())
}

fn show(args: &BenchArgs, figures: &Figures, table: impl Fn(&Figures) -> String) -> Outcome {
    // Standard output is for figures.
    eprint!("{}", table::unmeasured(figures));
    if let Some(name) = args.where_name() {
        let figure = figures.find(name);
        let figure = figure.ok_or_else(|| Error::new(format!("there is no figure `{name}`")))?;
        print!("{}", table::functions(figure));
        return Ok(());
    }
    let is_to_output = args.json.as_deref() == Some(Path::new(STANDARD_OUTPUT));
    match &args.json {
        Some(_) if is_to_output => {
            print!("{}", figures.to_json()?);
            return Ok(());
        }
        Some(path) => output::write(path, figures.to_json()?.as_bytes())?,
        None => {}
    }
    match &args.compare {
        Some(path) => print!("{}", table::compare(&args.known(path)?, figures)),
        None => print!("{}", table(figures)),
    }
    Ok(())
}

fn compare_with_witness(figures: &Figures, slack: Value) -> bool {
    let mut agreed = true;
    for figure in &figures.all {
        if let Some((told, seen)) = join::disagreement(figure, slack) {
            agreed = false;
            eprintln!(
                "witness: {}: the guest counted {told}, the witness {seen}",
                figure.name
            );
        }
    }
    let seen = figures
        .all
        .iter()
        .filter(|figure| figure.seen.is_some())
        .count();
    if agreed {
        eprintln!("witness: {seen} figures agree within {slack} instructions");
    }
    agreed
}

fn check(project: &Project, accepted: &Path, args: &BenchArgs, figures: &Figures) -> Outcome<bool> {
    let allowances = gate::allowances(&project.root().join(bench::ALLOWANCES))?;
    let known = args.known(accepted)?;
    let findings = gate::check(&known, figures, &allowances);
    findings
        .iter()
        .for_each(|finding| eprintln!("bench: {finding}"));
    let (count, problems) = (known.len(), findings.len());
    eprintln!("bench: {count} accepted figures compared, {problems} problems");
    if problems > 0 {
        eprintln!(
            "  remedy: undo what made them grow, or type `cargo weft bench --accept` and commit the file"
        );
    }
    Ok(findings.is_empty())
}

fn accept(path: &Path, args: &BenchArgs, figures: &Figures) -> Outcome {
    if args.filter.is_some() || !figures.is_complete() {
        return Err(Error::new(
            "only a whole run without errors can be accepted",
        ));
    }
    if let Some(folder) = path.parent() {
        output::folder(folder)?;
    }
    let text = figures.to_json()?;
    fs::write(path, text).map_err(|cause| Error::io("write", path, &cause))?;
    eprintln!(
        "bench: {} figures accepted in {}",
        figures.all.len(),
        path.display()
    );
    Ok(())
}

fn show_history(project: &Project, accepted: &Path, name: &str) -> Outcome<ExitCode> {
    let changes = history::read(project, accepted, name)?;
    print!("{}", history::show(&changes));
    let folder = project.target("bench");
    output::folder(&folder)?;
    let path = history::plot(name, &changes, folder.join(format!("history-{name}.svg")))?;
    println!("plot: {}", path.display());
    Ok(ExitCode::SUCCESS)
}

impl BenchArgs {
    /// The filter, if it is one for throughput.
    fn throughput_filter(&self) -> Option<&str> {
        let filter = self.filter.as_deref()?;
        let is_one = self.places.is_none() && filter.starts_with(throughput::NAME);
        is_one.then_some(filter)
    }

    /// On how many cores figures of many cores are measured: on all numbers if they are asked for by name. Accepted are fewer.
    fn numbers_of_cores(&self) -> &'static [u16] {
        let text = self.where_name().or(self.filter.as_deref());
        let is_named = text.is_some_and(|text| text.starts_with(scale::NAME));
        match is_named && !self.check {
            true => &scale::ALL,
            false => &scale::USUAL,
        }
    }

    /// The figures in a file that the filter leaves.
    fn known(&self, path: &Path) -> Outcome<Vec<Figure>> {
        let mut known = figure::read(path)?;
        if let Some(filter) = &self.filter {
            known.retain(|figure| figure.name.contains(filter));
        }
        Ok(known)
    }

    fn where_name(&self) -> Option<&str> {
        self.places.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        bench: BenchArgs,
    }

    #[test]
    fn a_filter_holds_for_the_figures_that_are_compared_with_as_well() {
        let path = std::env::temp_dir().join(format!("weft-known-{}.jsonl", std::process::id()));
        let figure = |name| {
            format!(
                r#"{{"name":"{name}","unit":"bytes","n":1,"min":1,"median":1,"max":1,"board":"q35"}}"#
            )
        };
        let lines = format!("{}\n{}\n", figure("ipc.call"), figure("vfs.stat"));
        fs::write(&path, lines).expect("written");
        let known = |words: &[&str]| {
            let line = Line::parse_from(words);
            let known = line.bench.known(&path).expect("figures");
            known
                .into_iter()
                .map(|figure| figure.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(known(&["bench"]), ["ipc.call", "vfs.stat"]);
        assert_eq!(known(&["bench", "--filter", "ipc."]), ["ipc.call"]);
        fs::remove_file(&path).expect("removed");
    }
}
