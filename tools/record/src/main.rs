//! `weft-record`: records and replays, where `cargo weft` is not at hand.

use std::process::ExitCode;

use clap::Parser;
use weft_record::Verb;

/// Records what clients ask a server of this machine, as text, and asks it again.
#[derive(Debug, Parser)]
#[command(name = "weft-record")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Record(record) => record.run(),
        Verb::Replay(replay) => replay.run(),
    };
    done.unwrap_or_else(|problem| {
        eprintln!("weft-record: {problem}");
        ExitCode::from(weft_record::TROUBLE)
    })
}
