//! What a test says when it fails.

use alloc::format;
use alloc::string::String;
use core::fmt::Debug;

use libipc::Refusal;

/// Nothing, or why a test failed.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// Fails unless both are equal.
pub(crate) fn expect<T: PartialEq + Debug>(what: &str, found: T, wanted: T) -> Outcome {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{what}: {found:x?} instead of {wanted:x?}"))
}

/// Fails with `what` unless it holds.
pub(crate) fn ensure(holds: impl FnOnce() -> bool, what: &str) -> Outcome {
    if holds() { Ok(()) } else { Err(what.into()) }
}

/// Turns a refusal into a failure that says of what.
pub(crate) fn done<T, E: Debug>(what: &str, result: Result<T, E>) -> Outcome<T> {
    result.map_err(|refusal| format!("{what}: {refusal:?}"))
}

/// Fails unless a status is that of a refusal.
pub(crate) fn refused(what: &str, status: u64, wanted: Refusal) -> Outcome {
    expect(what, Refusal::from_status(status), Some(wanted))
}

/// As much of a reason as the runner takes, on one line.
pub(crate) fn cut(reason: &str) -> &str {
    const MOST: usize = 400;
    let mut end = reason.len().min(MOST);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    reason[..end].lines().next().unwrap_or_default()
}
