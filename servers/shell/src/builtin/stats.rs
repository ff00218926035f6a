//! `stats`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use libipc::meter::{self, Point, Reading};
use libipc::{Transport, TransportError, reflect};
use proto::reflections;

use super::call::with;
use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::table::{Side, Table};
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "stats",
        arguments: "[-t] SERVER",
        summary: "tells how often and how long a server's methods ran, or what ran last",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (options, words) = options::take(arguments, "t")?;
    let [server] = options::some(&words, "a server")? else {
        return Err(Trouble::Usage("it takes one server".to_string()));
    };
    let text = with(shell, server, |transport| {
        let told = match options.has('t') {
            true => traced(transport),
            false => counted(transport),
        };
        told.map_err(|error| match error {
            TransportError::WrongInterface => {
                Trouble::at(server, "its image was built without `meters = true`")
            }
            other => Trouble::at(server, other),
        })
    })?;
    shell.write(text.as_bytes())
}

fn counted<T: Transport>(transport: &T) -> Result<String, TransportError> {
    let sides = [
        Side::Left,
        Side::Right,
        Side::Right,
        Side::Right,
        Side::Left,
    ];
    let headings = ["METHOD", "CALLS", "AVERAGE", "LONGEST", "TICKS"];
    let mut table = Table::new(sides, headings);
    for place in 0..meter::METHODS as u64 {
        let Some(reading) = meter::read(transport, place)? else {
            break;
        };
        let average = reading.ticks / reading.calls.max(1);
        let (name, histogram) = (name(reading.label), histogram(&reading));
        table.row([
            &name,
            &reading.calls,
            &average,
            &reading.longest,
            &histogram,
        ]);
    }
    Ok(table.text())
}

/// `2^10: 3` for three calls that took from 2¹⁰ ticks to twice as many.
fn histogram(reading: &Reading) -> String {
    let buckets = reading.buckets.iter().enumerate();
    let used = buckets.filter(|(_, calls)| **calls != 0);
    let parts: Vec<_> = used
        .map(|(log2, calls)| format!("2^{log2}: {calls}"))
        .collect();
    parts.join(", ")
}

fn traced<T: Transport>(transport: &T) -> Result<String, TransportError> {
    let mut text = String::new();
    let mut from = 0;
    let mut begun = None;
    loop {
        let meter::Points { first, points } = meter::trace(transport, from)?;
        if points.is_empty() {
            return Ok(text);
        }
        from = first + points.len() as u64;
        for Point {
            when,
            label,
            client,
            is_end,
        } in points
        {
            let since = when.wrapping_sub(*begun.get_or_insert(when));
            let what = if is_end { "ends" } else { "begins" };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{since:>12}  client {client}  {} {what}", name(label));
        }
    }
}

/// The method that a request's label means.
fn name(label: u32) -> String {
    let known = reflections::ALL.iter().find_map(|described| {
        let method = reflect::method_name(*described, label)?;
        Some(format!("{}.{method}", described.interface))
    });
    known.unwrap_or_else(|| format!("{label:#010x}"))
}
