//! Tokens: the words and signs of the language.

use std::fmt;

use crate::source::Span;

/// One word or sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or keyword.
    Word(String),
    /// A number.
    Number(u64),
    /// The text of one `///` line, without the slashes and one space.
    Doc(String),
    /// A remark, with its slashes.
    Remark(String),
    /// `{ } ( ) < > : ; , = @ . ?`
    Sign(char),
    /// `->`
    Arrow,
    /// The end of the file.
    End,
}

impl fmt::Display for TokenKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => write!(out, "`{word}`"),
            Self::Number(number) => write!(out, "`{number}`"),
            Self::Remark(_) => out.write_str("a remark"),
            Self::Doc(_) => out.write_str("a documentation comment"),
            Self::Sign(sign) => write!(out, "`{sign}`"),
            Self::Arrow => out.write_str("`->`"),
            Self::End => out.write_str("the end of the file"),
        }
    }
}
