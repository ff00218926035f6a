//! The one error of this command: what went wrong, where, and what to do about it.
//!
//! A structured message instead of an enum of causes, because nobody but a person ever looks at
//! it: no caller decides anything by the kind of failure.

use std::fmt;

/// A failure as it is shown to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    what: String,
    place: Option<String>,
    remedy: Option<String>,
}

/// What a fallible step of this command returns.
pub type Outcome<T = ()> = Result<T, Error>;

impl Error {
    /// A failure that says `what` went wrong.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            place: None,
            remedy: None,
        }
    }

    /// A failed operation on a file or folder.
    pub fn io(doing: &str, path: &std::path::Path, cause: &std::io::Error) -> Self {
        Self::new(format!("cannot {doing}: {cause}")).at(path.display())
    }

    /// Adds where it happened: a path, or a path with line and column.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.place = Some(place.to_string());
        self
    }

    /// Adds what the person can do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(place) = &self.place {
            write!(f, "\n  where: {place}")?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "\n  remedy: {}", remedy.replace('\n', "\n          "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_says_what_where_and_remedy() {
        let error = Error::new("no such image")
            .at("images/x.toml")
            .remedy("name one of\ndemo");
        let shown = "no such image\n  where: images/x.toml\n  remedy: name one of\n          demo";
        assert_eq!(error.to_string(), shown);
    }
}
