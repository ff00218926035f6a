//! Reads what Rust's test harness prints: each test's line, each binary's result, and why a test
//! failed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::tally::Tally;
use crate::command;
use crate::error::{Error, Outcome};

/// What the harness printed, read line by line.
#[derive(Debug, Default)]
pub struct Reader {
    passed: u64,
    ignored: u64,
    failed: Vec<String>,
    unnamed_failures: u64,
    failed_in_binary: u64,
    is_telling_why: bool,
    under_way: Option<String>,
    is_panicking: bool,
    panic: Option<String>,
}

impl Reader {
    /// Takes one line. Gives it back if a person should see it.
    pub fn take<'a>(&mut self, line: &'a str) -> Option<&'a str> {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.take_result(result);
            return None;
        }
        if line == "failures:" {
            self.is_telling_why = true;
        }
        self.take_begun(line);
        if let Some(name) = failed_test(line) {
            self.failed.push(name.to_owned());
            self.failed_in_binary += 1;
        }
        self.is_telling_why.then_some(line)
    }

    fn take_begun(&mut self, line: &str) {
        if let Some(name) = begun_test(line) {
            self.under_way = Some(name.to_owned());
        } else if line.starts_with("test ") || ["ok", "FAILED"].contains(&line) {
            self.under_way = None;
        }
        if std::mem::take(&mut self.is_panicking) && self.panic.is_none() {
            self.panic = Some(line.to_owned());
        }
        self.is_panicking = line.contains(" panicked at ");
    }

    fn take_result(&mut self, result: &str) {
        self.is_telling_why = false;
        self.passed += number_before(result, " passed");
        self.ignored += number_before(result, " ignored");
        let failed = number_before(result, " failed");
        self.unnamed_failures += failed.saturating_sub(self.failed_in_binary);
        self.failed_in_binary = 0;
    }

    /// Adds everything to a tally; `suite` is the name of what was run.
    pub fn add_to(&self, tally: &mut Tally, suite: &str) {
        tally.pass(self.passed);
        tally.skip(self.ignored, &format!("{suite}: tests for --long"));
        for name in &self.failed {
            tally.fail(suite, name);
        }
        for _ in 0..self.unnamed_failures {
            tally.fail(suite, "a test whose name was not seen");
        }
    }

    /// How many tests passed.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// The tests that failed.
    pub fn failed(&self) -> &[String] {
        &self.failed
    }

    /// The test that had begun and not ended when the last line was printed, behind which it may have printed more. Only a harness
    /// with one thread prints tests when they begin.
    pub fn under_way(&self) -> Option<&str> {
        self.under_way.as_deref()
    }

    /// What the first panic said, if one was printed.
    pub fn panic(&self) -> Option<&str> {
        self.panic.as_deref()
    }

    /// Whether a test failed.
    pub fn has_failures(&self) -> bool {
        !self.failed.is_empty() || self.unnamed_failures > 0
    }
}

/// Runs a command that runs tests, and counts them.
///
/// # Errors
/// If it cannot be started, or fails although no test did (it did not build, or it crashed).
pub fn run(command: &mut Command, suite: &str, tally: &mut Tally) -> Outcome {
    let shown = command::shown(command);
    let cannot = |cause: std::io::Error| Error::new(format!("cannot run `{shown}`: {cause}"));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(cannot)?;
    let mut reader = Reader::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(line) = reader.take(&line) {
                println!("{line}");
            }
        }
    }
    let status = child.wait().map_err(cannot)?;
    reader.add_to(tally, suite);
    if status.success() || reader.has_failures() {
        return Ok(());
    }
    Err(Error::new(format!("`{shown}` failed: {status}")))
}

/// The name in `test NAME ... FAILED`.
fn failed_test(line: &str) -> Option<&str> {
    let (name, result) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    result.starts_with("FAILED").then_some(name)
}

/// The name in `test NAME ... `, a line without an end. What a test prints itself may follow.
fn begun_test(line: &str) -> Option<&str> {
    let (name, result) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let ends = ["ok", "FAILED", "ignored"];
    (!ends.iter().any(|end| result.starts_with(end))).then_some(name)
}

fn number_before(text: &str, what: &str) -> u64 {
    text.split_once(what)
        .and_then(|(before, _)| before.rsplit(|c: char| !c.is_ascii_digit()).next())
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Tally, Vec<&str>) {
        let mut reader = Reader::default();
        let shown = text.lines().filter_map(|line| reader.take(line)).collect();
        let mut tally = Tally::default();
        reader.add_to(&mut tally, "host");
        (tally, shown)
    }

    const PASSING: &str = "running 2 tests\ntest a::b ... ok\ntest c ... ignored\n\n\
        test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0s";

    #[test]
    fn results_of_several_binaries_are_added_up() {
        let twice = format!("{PASSING}\n\n{PASSING}");
        let (tally, shown) = read(&twice);
        assert_eq!(tally.closing_line(), "2 passed, 0 failed, 2 skipped");
        assert!(shown.is_empty());
    }

    #[test]
    fn a_failure_is_named_and_its_reason_shown() {
        let (tally, shown) = read(
            "test a ... FAILED\ntest b ... ok\n\nfailures:\n\n---- a stdout ----\nwhy\n\n\
             test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
        );
        assert_eq!(tally.closing_line(), "1 passed, 1 failed");
        assert!(shown.contains(&"why"));
        assert!(tally.details().any(|line| line == "FAILED host: a"));
    }

    #[test]
    fn a_test_that_has_begun_is_known_until_it_has_ended_and_so_is_what_it_said() {
        let mut reader = Reader::default();
        let _ = reader.take("running 2 tests");
        let _ = reader.take("test a::b ... ok");
        assert_eq!(reader.under_way(), None);
        let _ = reader.take("test a::c ... ");
        let _ = reader.take("thread 'a::c' (7) panicked at there.rs:215:13:");
        let _ = reader.take("deadlock; threads = []");
        let _ = reader.take("stack backtrace:");
        assert_eq!(reader.under_way(), Some("a::c"));
        assert_eq!(reader.panic(), Some("deadlock; threads = []"));
        let _ = reader.take("test a::c ... FAILED");
        assert_eq!(reader.under_way(), None);
        assert_eq!(reader.failed(), ["a::c"]);
    }

    #[test]
    fn a_failure_without_a_name_still_counts() {
        let (tally, _) = read("test result: FAILED. 0 passed; 2 failed; 0 ignored; 0 measured");
        assert_eq!(tally.closing_line(), "0 passed, 2 failed");
    }

    #[test]
    fn a_command_that_fails_without_a_failed_test_is_an_error() {
        let mut tally = Tally::default();
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "echo 'test result: ok. 1 passed; 0 failed; 0 ignored'; exit 101",
        ]);
        assert!(run(&mut command, "host", &mut tally).is_err());
        assert_eq!(tally.closing_line(), "1 passed, 0 failed");
    }
}
