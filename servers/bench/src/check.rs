//! Outcomes: what a group of figures says when something is not as it must be.

use alloc::format;
use alloc::string::String;
use core::fmt::Debug;

/// What went well, or one sentence for the report.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// Names the step that failed.
pub(crate) fn done<T, E: Debug>(what: &str, outcome: Result<T, E>) -> Outcome<T> {
    outcome.map_err(|error| format!("{what}: {error:?}"))
}
