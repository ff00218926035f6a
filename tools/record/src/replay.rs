//! Replaying.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use libipc_hosted::{Options, connect};
use libipc_mock::record::{Difference, Record};

use crate::interfaces::Interfaces;
use crate::{Of, Problem};

/// Options of `replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// The record
    pub file: PathBuf,
    #[command(flatten)]
    pub(crate) of: Of,
}

impl Replay {
    /// Makes the requests of a record, one after the other over one connection, and shows which are answered otherwise. The exit status
    /// is 1 if there are any.
    ///
    /// # Errors
    /// If record or interfaces cannot be read, or nobody serves there.
    pub fn run(self) -> Result<ExitCode, Problem> {
        let record = read(&self.file)?;
        let interfaces = Interfaces::read(&self.of.from)?;
        let server = connect(&self.of.server, &Options::default())
            .map_err(|error| Problem::at(&self.of.server, error, "start a server there"))?;
        let differences = record.replay(&server.connection, &interfaces.described);
        print!("{}", shown(record.exchanges.len(), &differences));
        Ok(match differences.is_empty() {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        })
    }
}

fn read(file: &Path) -> Result<Record, Problem> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Problem::at(file, error, "name a record that `record` has written"))?;
    let record: Record = text
        .parse()
        .map_err(|error: libipc_mock::record::BadRecord| {
            Problem::new(
                format_args!(
                    "{}:{}: an answer before the first request",
                    file.display(),
                    error.line
                ),
                "begin requests at the beginning of a line, and remarks with #",
            )
        })?;
    match record.exchanges.is_empty() {
        true => Err(Problem::at(file, "no request is in it", "record again")),
        false => Ok(record),
    }
}

/// Each request that was answered otherwise, what was expected and what came; and how many there are.
#[must_use]
pub fn shown(count: usize, differences: &[Difference]) -> String {
    let mut text = String::new();
    for Difference { exchange, found } in differences {
        text += &format!("{}\n", exchange.request);
        let expected = exchange.answer.iter().map(|line| ('-', line));
        for (sign, line) in expected.chain(found.iter().map(|line| ('+', line))) {
            text += &format!("  {sign} {line}\n");
        }
    }
    match differences.len() {
        0 => text + &format!("{count} requests, all answered as recorded\n"),
        others => text + &format!("{count} requests, {others} answered otherwise\n"),
    }
}
