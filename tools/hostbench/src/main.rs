//! Measures the ring and its peers on this machine, and prints a table or lines of JSON.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use weft_hostbench::{Options, Report, far, run, show};

/// The ring beside sockets, pipes, message queues and queues of other crates, on this processor.
#[derive(Parser)]
struct Args {
    /// Print a line of JSON a figure instead of a table.
    #[arg(long)]
    json: bool,
    /// How many rounds count.
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// About how long one job of one candidate lasts in a round, in milliseconds.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..))]
    slice: u16,
    /// Only cases whose name has this text.
    #[arg(long, default_value = "")]
    filter: String,
    /// Be the far end of a link.
    #[arg(long, hide = true, num_args = 3)]
    far: Vec<String>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.far[..] {
        [case, core, words] => far(case, core, words),
        _ => measure(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(args: &Args) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|cause| cause.to_string())?;
    let report = run(&Options {
        rounds: usize::from(args.rounds),
        slice: Duration::from_millis(u64::from(args.slice)),
        filter: args.filter.clone(),
        program,
    });
    print(&report, args)?;
    for missing in &report.missing {
        eprintln!(
            "error: {} was not measured: {}",
            missing.name, missing.error
        );
    }
    match (report.missing.len(), report.figures.is_empty()) {
        (0, true) => Err("no case has such a name".to_owned()),
        (0, false) => Ok(()),
        (count, _) => Err(format!("{count} figures are missing")),
    }
}

fn print(report: &Report, args: &Args) -> Result<(), String> {
    if !args.json {
        print!("{}", show(report));
        return Ok(());
    }
    eprintln!("{}", report.host);
    for figure in &report.figures {
        println!(
            "{}",
            serde_json::to_string(figure).map_err(|cause| cause.to_string())?
        );
    }
    for missing in &report.missing {
        println!(
            "{}",
            serde_json::to_string(missing).map_err(|cause| cause.to_string())?
        );
    }
    Ok(())
}
