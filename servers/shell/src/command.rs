//! What a built-in command is.

use alloc::string::String;

use crate::shell::Shell;
use crate::trouble::Outcome;

/// A built-in command.
pub(crate) struct Builtin<T> {
    /// What is typed.
    pub(crate) name: &'static str,
    /// What may follow.
    pub(crate) arguments: &'static str,
    /// What it does, as a sentence without its end.
    pub(crate) summary: &'static str,
    /// Does it.
    pub(crate) run: Run<T>,
}

/// The function of a command; it gets what follows the command's name.
pub(crate) type Run<T> = fn(&mut Shell<T>, &[String]) -> Outcome;
