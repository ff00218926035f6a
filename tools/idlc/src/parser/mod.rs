//! The parser: tokens to the syntax tree, by recursive descent.
//!
//! A mistake costs the declaration in which it stands: the parser skips to the next `;` or `}` of
//! the same depth and goes on, so that one run reports all of them. A [`Skip`] travelling up means
//! "already reported".

mod items;
mod lists;
mod types;

use crate::ast::{Argument, Attribute, File, Interface, Name, Number, Preface, Use};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::token::{Token, TokenKind};

/// Parses the tokens of one file. The tree is missing if there is no interface to speak of.
pub fn parse(tokens: Vec<Token>) -> (Option<File>, Vec<Diagnostic>) {
    let mut parser = Parser {
        tokens,
        at: 0,
        diagnostics: Vec::new(),
    };
    let file = parser.file().ok();
    (file, parser.diagnostics)
}

const GRAMMAR: &str = "the grammar is in the book's chapter on the IDL";

/// What a declaration begins with.
const KEYWORDS: &[&str] = &[
    "const", "type", "struct", "table", "union", "enum", "bits", "error", "reserved",
];

/// A mistake was reported; skip what cannot be understood.
struct Skip;

type Parsed<T> = Result<T, Skip>;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Parser {
    fn file(&mut self) -> Parsed<File> {
        let mut uses = Vec::new();
        while self.is_word("use") {
            let start = self.at;
            match self.use_line() {
                Ok(line) => uses.push(line),
                Err(Skip) => self.skip_from(start),
            }
        }
        let interface = self.interface()?;
        if *self.peek() != TokenKind::End {
            let _ = self.expected::<()>("the end of the file: one interface a file");
        }
        Ok(File { uses, interface })
    }

    fn use_line(&mut self) -> Parsed<Use> {
        self.word("use")?;
        let line = self.foreign()?;
        self.sign(';')?;
        Ok(line)
    }

    fn foreign(&mut self) -> Parsed<Use> {
        let interface = self.name("the name of an interface")?;
        self.sign('.')?;
        let item = self.name("the name of a type")?;
        Ok(Use { interface, item })
    }

    fn interface(&mut self) -> Parsed<Interface> {
        let preface = self.preface()?;
        self.word("interface")?;
        let name = self.name("the name of the interface")?;
        self.sign('{')?;
        let mut items = Vec::new();
        while !self.is_sign('}') && *self.peek() != TokenKind::End {
            let start = self.at;
            match self.item() {
                Ok(item) => items.push(item),
                Err(Skip) => self.skip_from(start),
            }
        }
        self.sign('}')?;
        Ok(Interface {
            preface,
            name,
            items,
        })
    }

    fn preface(&mut self) -> Parsed<Preface> {
        let mut preface = Preface::default();
        loop {
            if let TokenKind::Doc(line) = self.peek() {
                let line = line.clone();
                preface.docs.push(line);
                self.advance();
            } else if self.is_sign('@') {
                self.advance();
                preface.attributes.push(self.attribute()?);
            } else {
                return Ok(preface);
            }
        }
    }

    fn attribute(&mut self) -> Parsed<Attribute> {
        let name = self.name("an attribute")?;
        if !self.is_sign('(') {
            let argument = None;
            return Ok(Attribute { name, argument });
        }
        self.advance();
        let argument = match self.peek() {
            TokenKind::Number(_) => Argument::Number(self.number("a number")?),
            _ => Argument::Word(self.name("a number or a name")?),
        };
        self.sign(')')?;
        let argument = Some(argument);
        Ok(Attribute { name, argument })
    }

    /// Leaves the declaration that began at token `start`: goes behind its `;` or its closing brace,
    /// or up to what can only belong to the next one (documentation, the interface's own brace).
    fn skip_from(&mut self, start: usize) {
        let mut depth = 0_usize;
        for token in self.tokens.get(start..self.at).unwrap_or_default() {
            match token.kind {
                TokenKind::Sign('{') => depth += 1,
                TokenKind::Sign('}') => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        loop {
            match (self.peek(), depth) {
                (TokenKind::End, _) | (TokenKind::Sign('}') | TokenKind::Doc(_), 0) => return,
                (TokenKind::Sign('{'), _) => depth += 1,
                (TokenKind::Sign('}'), _) => depth -= 1,
                _ => {}
            }
            let is_end = matches!(self.peek(), TokenKind::Sign(';' | '}'));
            self.advance();
            if is_end && depth == 0 {
                return;
            }
        }
    }

    fn peek(&self) -> &TokenKind {
        self.tokens
            .get(self.at)
            .map_or(&TokenKind::End, |token| &token.kind)
    }

    fn span(&self) -> Span {
        let last = self.tokens.last().map(|token| token.span);
        let token = self.tokens.get(self.at).map(|token| token.span);
        token.or(last).unwrap_or(Span {
            source: 0,
            start: 0,
            end: 0,
        })
    }

    fn advance(&mut self) -> Span {
        let span = self.span();
        self.at += 1;
        span
    }

    fn is_sign(&self, sign: char) -> bool {
        *self.peek() == TokenKind::Sign(sign)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), TokenKind::Word(found) if found == word)
    }

    fn sign(&mut self, sign: char) -> Parsed<Span> {
        if self.is_sign(sign) {
            Ok(self.advance())
        } else {
            self.expected(&format!("`{sign}`"))
        }
    }

    fn word(&mut self, word: &str) -> Parsed<Span> {
        if self.is_word(word) {
            Ok(self.advance())
        } else {
            self.expected(&format!("`{word}`"))
        }
    }

    fn name(&mut self, what: &str) -> Parsed<Name> {
        let TokenKind::Word(text) = self.peek() else {
            return self.expected(what);
        };
        let text = text.clone();
        Ok(Name {
            text,
            span: self.advance(),
        })
    }

    fn number(&mut self, what: &str) -> Parsed<Number> {
        let TokenKind::Number(value) = *self.peek() else {
            return self.expected(what);
        };
        Ok(Number {
            value,
            span: self.advance(),
        })
    }

    fn expected<T>(&mut self, what: &str) -> Parsed<T> {
        let found = self.peek();
        let message = format!("expected {what}, found {found}");
        let ends = matches!(found, TokenKind::Sign('}' | ')') | TokenKind::End);
        let (code, remedy) = if ends && self.is_behind_docs() {
            let remedy = "documentation stands before what it tells of";
            (Code::StrayDocs, remedy)
        } else {
            (Code::UnexpectedToken, GRAMMAR)
        };
        let span = self.span();
        self.diagnostics
            .push(Diagnostic::new(code, span, message, remedy));
        Err(Skip)
    }

    /// Reports a word where a declaration should begin.
    fn unknown_keyword<T>(&mut self, word: &str) -> Parsed<T> {
        let message = format!("`{word}` begins no declaration");
        let begin = format!("begin with {} or an ordinal", KEYWORDS.join(", "));
        let remedy = suggest::remedy(word, KEYWORDS.iter().copied(), &begin);
        let span = self.span();
        self.diagnostics.push(Diagnostic::new(
            Code::UnexpectedToken,
            span,
            message,
            remedy,
        ));
        Err(Skip)
    }

    fn is_behind_docs(&self) -> bool {
        let before = self.at.checked_sub(1);
        let token = before.and_then(|before| self.tokens.get(before));
        matches!(token.map(|token| &token.kind), Some(TokenKind::Doc(_)))
    }
}
