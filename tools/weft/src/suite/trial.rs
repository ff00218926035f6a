//! Tests of one package, built by Cargo and then run one program at a time, so that a program that never
//! ends can be ended.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde::Deserialize;

use super::libtest::Reader;
use crate::command;
use crate::error::{Error, Outcome};
use crate::qemu::watch::{self, Verdict, Watch};

/// What atomics and threads the tests run with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum With {
    /// The machine's.
    #[default]
    Host,
    /// Those of the model checker.
    Loom,
}

/// Which tests of which package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The package.
    pub package: String,
    /// What they run with.
    pub with: With,
    /// Texts of which a test's name has one; none chooses all tests.
    pub tests: Vec<String>,
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.package)?;
        if self.with == With::Loom {
            f.write_str(" with loom")?;
        }
        self.tests.iter().try_for_each(|test| write!(f, " {test}"))
    }
}

/// A program that runs tests, and the folder that it runs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    path: PathBuf,
    folder: PathBuf,
}

/// What is done with the case that a property fails for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// It is made as small as it can be, which takes a while.
    MadeSmall,
    /// Nothing: that there is one is enough.
    LeftAlone,
}

/// How tests ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ran {
    /// How many tests passed.
    pub passed: u64,
    /// What went wrong first: in its first line which tests failed, then the failures as the harness shows them.
    pub wrong: Option<String>,
}

impl Trial {
    /// Builds the tests in the tree at `root`, in a folder below `target`.
    ///
    /// # Errors
    /// If they do not build.
    pub fn build(&self, root: &Path, target: &Path) -> Outcome<Vec<Program>> {
        let mut cargo = command::cargo();
        cargo.current_dir(root).args(["test", "--no-run", "--lib"]);
        cargo.args(["--tests", "--package", &self.package]);
        cargo.arg("--message-format=json-render-diagnostics");
        let kind = match self.with {
            With::Host => "host",
            With::Loom => "loom",
        };
        cargo.arg("--target-dir").arg(target.join(kind));
        if self.with == With::Loom {
            cargo
                .arg("--release")
                .env("RUSTFLAGS", "--cfg loom")
                .env_remove("CARGO_ENCODED_RUSTFLAGS");
        }
        let output = command::collect(&mut cargo)?;
        if output.status.success() {
            return Ok(programs(&String::from_utf8_lossy(&output.stdout)));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let status = output.status;
        Err(Error::new(format!(
            "{self} does not build ({status}):\n{said}"
        )))
    }

    /// Runs the chosen tests until a program fails; each program may take `limit`.
    ///
    /// # Errors
    /// If a program cannot be started or ends before any test did it, or a person interrupts.
    pub fn run(&self, programs: &[Program], limit: Duration, failing: Failing) -> Outcome<Ran> {
        let mut all = Ran::default();
        for program in programs {
            let ran = program.run(&self.tests, limit, failing)?;
            all.passed += ran.passed;
            all.wrong = ran.wrong;
            if all.wrong.is_some() {
                break;
            }
        }
        Ok(all)
    }
}

/// How a program ended, and what it told.
struct Ended {
    reader: Reader,
    shown: String,
    verdict: Verdict,
    status: ExitStatus,
}

impl Program {
    /// Runs tests. What is wrong is laid to a test: one that the harness says has failed, one in which the program
    /// ended, or that does not end.
    fn run(&self, tests: &[String], limit: Duration, failing: Failing) -> Outcome<Ran> {
        let ended = self.run_once(tests, limit, failing)?;
        let Ended {
            reader,
            shown,
            verdict,
            status,
        } = &ended;
        let wrong = match verdict {
            Verdict::Interrupted => return Err(Error::new("interrupted")),
            Verdict::TimeUp => Some(format!("no end after {} seconds", limit.as_secs())),
            Verdict::Itself | Verdict::Lingered if status.success() => None,
            Verdict::Itself | Verdict::Lingered if reader.has_failures() => {
                Some(format!("{}\n{status}\n{shown}", reader.failed().join(", ")))
            }
            Verdict::Itself if is_ended_by_others(*status) => {
                return Err(self.ended_early("something ended it", *status));
            }
            Verdict::Itself | Verdict::Lingered => {
                let test = self.ending_test(tests, limit, failing)?;
                let test =
                    test.ok_or_else(|| self.ended_early("it ends outside of its tests", *status))?;
                Some(format!("{test} ends the program: {status}"))
            }
        };
        Ok(Ran {
            passed: reader.passed(),
            wrong,
        })
    }

    fn ended_early(&self, how: &str, status: ExitStatus) -> Error {
        Error::new(format!("{how}: {status}")).at(self.path.display())
    }

    /// The test in which a program ends without a word, such as one that overflows its stack: with one thread the harness tells
    /// which one it has begun.
    fn ending_test(
        &self,
        tests: &[String],
        limit: Duration,
        failing: Failing,
    ) -> Outcome<Option<String>> {
        let mut alone = tests.to_vec();
        alone.push("--test-threads=1".to_owned());
        let ended = self.run_once(&alone, limit, failing)?;
        if ended.verdict == Verdict::Interrupted {
            return Err(Error::new("interrupted"));
        }
        let failed = ended.reader.failed().first().map(String::as_str);
        let name = ended.reader.under_way().or(failed);
        let said = ended.reader.panic().unwrap_or("it says nothing");
        Ok(name.map(|name| format!("{name} ({said})")))
    }

    fn run_once(&self, tests: &[String], limit: Duration, failing: Failing) -> Outcome<Ended> {
        let cannot = |cause: std::io::Error| {
            Error::new(format!("cannot run: {cause}")).at(self.path.display())
        };
        watch::catch_interrupts()?;
        let mut command = Command::new(&self.path);
        if failing == Failing::LeftAlone {
            command.env("PROPTEST_MAX_SHRINK_ITERS", "0");
        }
        let mut child = command
            .args(tests)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(cannot)?;
        let watch = Watch::start(&child, Some(limit));
        let mut reader = Reader::default();
        let mut shown = String::new();
        if let Some(output) = child.stdout.take() {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(line) = reader.take(&line) {
                    shown.extend([line, "\n"]);
                }
            }
        }
        let status = child.wait().map_err(cannot)?;
        Ok(Ended {
            reader,
            shown,
            verdict: watch.stop(),
            status,
        })
    }
}

/// Whether a program got a signal that no test gives itself, which says nothing about the tests.
fn is_ended_by_others(status: ExitStatus) -> bool {
    let signals = [
        Signal::SIGHUP,
        Signal::SIGINT,
        Signal::SIGKILL,
        Signal::SIGTERM,
    ];
    signals
        .iter()
        .any(|signal| status.signal() == Some(*signal as i32))
}

/// The programs that Cargo's messages name, a message a line.
fn programs(messages: &str) -> Vec<Program> {
    let program = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_test = message.get("profile")?.get("test")?.as_bool()?;
        let path = message.get("executable")?.as_str()?;
        let manifest = message.get("manifest_path")?.as_str()?;
        is_test.then(|| Program {
            path: PathBuf::from(path),
            folder: Path::new(manifest).with_file_name(""),
        })
    };
    messages.lines().filter_map(program).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_among_the_messages_of_cargo() {
        let messages = r#"
{"reason":"compiler-artifact","manifest_path":"/t/a/Cargo.toml","profile":{"test":false},"executable":null}
{"reason":"compiler-artifact","manifest_path":"/t/a/Cargo.toml","profile":{"test":false},"executable":"/b/main"}
{"reason":"compiler-artifact","manifest_path":"/t/a/Cargo.toml","profile":{"test":true},"executable":"/b/a-1"}
{"reason":"build-finished","success":true}"#;
        let found = programs(messages);
        let expected = Program {
            path: "/b/a-1".into(),
            folder: "/t/a/".into(),
        };
        assert_eq!(found, [expected]);
    }

    fn shell(script: &str) -> Outcome<Ran> {
        let program = Program {
            path: "/bin/sh".into(),
            folder: "/".into(),
        };
        let tests = ["-c".to_owned(), script.to_owned()];
        program.run(&tests, Duration::from_secs(1), Failing::LeftAlone)
    }

    #[test]
    fn passed_tests_are_counted_and_a_failure_is_shown() {
        let ran = shell("echo 'test result: ok. 2 passed; 0 failed'").expect("it runs");
        assert_eq!((ran.passed, ran.wrong), (2, None));
        let ran = shell("echo 'test a ... FAILED'; echo failures:; echo why; exit 101");
        let wrong = ran.expect("it runs").wrong.expect("it failed");
        assert!(wrong.starts_with("a\n") && wrong.contains("why"), "{wrong}");
    }

    #[test]
    fn a_program_that_ends_before_its_tests_says_nothing_about_them() {
        for script in [
            "exit 101",
            "exit 127",
            "echo running 3 tests; kill -ABRT $$",
        ] {
            let error = shell(script).expect_err("no test did it");
            assert!(
                error.to_string().contains("outside of its tests"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_test_that_ends_its_program_is_found_by_running_one_at_a_time() {
        let ran = shell(
            "echo running 2 tests; echo test a ... ok; \
             test \"$0\" = --test-threads=1 && \
             printf 'test b ... \nit panicked at b.rs\ndeadlock\n'; kill -ABRT $$",
        );
        let wrong = ran.expect("it runs").wrong.expect("it failed");
        assert!(
            wrong.starts_with("b (deadlock) ends the program"),
            "{wrong}"
        );
    }

    #[test]
    fn a_program_that_something_else_ends_says_nothing_about_its_tests() {
        assert!(shell("kill -TERM $$").is_err());
    }

    #[test]
    fn a_program_that_never_ends_is_ended_and_counts_as_failed() {
        let ran = shell("exec sleep 600").expect("it runs");
        assert!(ran.wrong.is_some_and(|wrong| wrong.contains("no end")));
    }
}
