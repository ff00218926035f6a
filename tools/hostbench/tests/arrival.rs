//! Every candidate carries a few messages, which must all arrive whole and in order.

use std::path::PathBuf;
use std::time::Duration;

use weft_hostbench::{Options, Report, run};

fn few(filter: &str) -> Report {
    run(&Options {
        rounds: 1,
        slice: Duration::from_micros(1),
        filter: filter.to_owned(),
        program: PathBuf::from(env!("CARGO_BIN_EXE_weft-hostbench")),
    })
}

/// That nothing is missing except what needs a second core.
fn assert_arrived(place: &str, candidates: &[&str]) {
    let report = few(place);
    let one_core = report.host.cores < 2;
    let lost = report
        .missing
        .iter()
        .filter(|missing| !(one_core && missing.name.contains(".apart.")));
    assert_eq!(lost.count(), 0, "{:?}", report.missing);
    for candidate in candidates {
        let name = format!(".{candidate}.");
        let count = report
            .figures
            .iter()
            .filter(|figure| figure.name.contains(&name))
            .count();
        assert!(count > 0, "nothing was measured of {candidate}");
    }
}

#[test]
fn messages_between_processes_arrive_in_order() {
    let candidates = [
        "weft",
        "weft-pool",
        "weft-stub",
        "unix-stream",
        "pipe",
        "posix-mq",
    ];
    assert_arrived("processes", &candidates);
}

#[test]
fn messages_between_threads_arrive_in_order() {
    assert_arrived("threads", &["weft", "weft-pool", "crossbeam-queue", "rtrb"]);
}

#[test]
fn a_far_end_that_cannot_be_started_is_missing_with_a_reason() {
    let report = run(&Options {
        rounds: 1,
        slice: Duration::from_micros(1),
        filter: "processes.same.pipe".to_owned(),
        program: PathBuf::from("/nonexistent/program"),
    });
    assert_eq!(report.figures, []);
    assert!(
        report
            .missing
            .iter()
            .all(|missing| missing.error.contains("No such file"))
    );
    assert!(!report.missing.is_empty());
}
