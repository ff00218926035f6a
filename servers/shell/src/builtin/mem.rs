//! `mem`.

use alloc::format;
use alloc::string::{String, ToString};

use libipc::{Error, Transport};
use proto::memory;

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::table::{Side, Table};
use crate::text::Size;
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "mem",
        arguments: "",
        summary: "tells how much memory is free and who has how much",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    options::none(arguments)?;
    let statistics = shell.clients.memory()?.statistics();
    let memory::Statistics {
        total,
        free,
        largest,
        blocks,
        ..
    } = statistics.map_err(Trouble::because)?;
    shell.print(format_args!(
        "{} in all, {} used in {blocks} blocks, {} free; the largest free piece has {}\n",
        Size(total),
        Size(total.saturating_sub(free)),
        Size(free),
        Size(largest)
    ))?;
    accounts(shell, total)
}

/// Shows the accounts; a limit above all memory is none.
fn accounts<T: Transport + 'static>(shell: &mut Shell<T>, total: u64) -> Outcome {
    let sides = [Side::Right, Side::Right, Side::Right, Side::Right];
    let mut table = Table::new(sides, ["CLIENT", "BLOCKS", "USED", "LIMIT"]);
    for index in 0.. {
        let account = match shell.clients.memory()?.account(index) {
            Ok(account) => account,
            Err(Error::Server(memory::Error::UnknownAccount)) => break,
            Err(error) => return Err(Trouble::because(error)),
        };
        let limit = if account.limit > total {
            "none".to_string()
        } else {
            format!("{}", Size(account.limit))
        };
        table.row([
            &account.client,
            &account.blocks,
            &Size(account.used),
            &limit,
        ]);
    }
    shell.write(table.text().as_bytes())
}
