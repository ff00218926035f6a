//! The lexer: text to tokens. It never stops early: what it cannot read it reports and skips.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::token::{Token, TokenKind};

/// Splits the text of source number `source` into tokens without remarks; the last one is
/// [`TokenKind::End`].
pub fn lex(source: usize, text: &str) -> (Vec<Token>, Vec<Diagnostic>) {
    let (mut tokens, diagnostics) = lex_all(source, text);
    tokens.retain(|token| !matches!(token.kind, TokenKind::Remark(_)));
    (tokens, diagnostics)
}

/// As [`lex`], with the remarks.
pub fn lex_all(source: usize, text: &str) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut lexer = Lexer {
        source,
        text,
        at: 0,
        tokens: Vec::new(),
        diagnostics: Vec::new(),
    };
    while let Some(next) = lexer.rest().chars().next() {
        lexer.step(next);
    }
    lexer.push(TokenKind::End, lexer.at);
    (lexer.tokens, lexer.diagnostics)
}

struct Lexer<'a> {
    source: usize,
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self, next: char) {
        let start = self.at;
        match next {
            _ if next.is_whitespace() => self.at += next.len_utf8(),
            '/' if self.rest().starts_with("//") => self.comment(),
            '-' if self.rest().starts_with("->") => {
                self.at += 2;
                self.push(TokenKind::Arrow, start);
            }
            '{' | '}' | '(' | ')' | '<' | '>' | ':' | ';' | ',' | '=' | '@' | '.' | '?' => {
                self.at += 1;
                self.push(TokenKind::Sign(next), start);
            }
            _ if next.is_ascii_digit() => self.number(),
            _ if next.is_ascii_alphabetic() || next == '_' => {
                let word = self.take_while(is_word);
                self.push(TokenKind::Word(word.to_owned()), start);
            }
            _ => self.unexpected(next),
        }
    }

    /// `///` is documentation, `//` and `////` are remarks.
    fn comment(&mut self) {
        let start = self.at;
        let line = self.take_while(|character| character != '\n').trim_end();
        let is_doc = line.starts_with("///") && !line.starts_with("////");
        if is_doc {
            let text = line.get(3..).unwrap_or_default();
            let text = text.strip_prefix(' ').unwrap_or(text).to_owned();
            self.push(TokenKind::Doc(text), start);
        } else {
            self.push(TokenKind::Remark(line.to_owned()), start);
        }
    }

    fn number(&mut self) {
        let start = self.at;
        let word = self.take_while(is_word);
        let digits = word.replace('_', "");
        let number = match digits.get(..2) {
            Some("0x") => u64::from_str_radix(digits.get(2..).unwrap_or_default(), 16),
            Some("0b") => u64::from_str_radix(digits.get(2..).unwrap_or_default(), 2),
            _ => digits.parse(),
        };
        if number.is_err() {
            self.diagnostics.push(Diagnostic::new(
                Code::BadNumber,
                self.span(start),
                format!("`{word}` is not a number of at most 64 bits"),
                "write it in decimal, `0x` hexadecimal or `0b` binary digits",
            ));
        }
        self.push(TokenKind::Number(number.unwrap_or(1)), start);
    }

    fn unexpected(&mut self, character: char) {
        let start = self.at;
        self.at += character.len_utf8();
        self.diagnostics.push(Diagnostic::new(
            Code::UnexpectedCharacter,
            self.span(start),
            format!("`{}` means nothing here", character.escape_default()),
            "remove it; remarks begin with `//`, documentation with `///`",
        ));
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest
            .find(|character| !belongs(character))
            .unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = self.span(start);
        self.tokens.push(Token { kind, span });
    }

    fn span(&self, start: usize) -> Span {
        Span {
            source: self.source,
            start,
            end: self.at,
        }
    }
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        lex(0, text).0.into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn remarks_vanish_and_documentation_stays() {
        assert_eq!(
            kinds("// a\n//// b\n///  c \n"),
            [TokenKind::Doc(" c".into()), TokenKind::End]
        );
    }

    #[test]
    fn numbers_have_three_bases_and_underlines() {
        let numbers = [10, 255, 5, 1_000].map(TokenKind::Number);
        assert_eq!(kinds("10 0xff 0b101 1_000")[..4], numbers);
    }

    #[test]
    fn what_cannot_be_read_is_reported_and_skipped() {
        let (tokens, diagnostics) = lex(0, "a # 0xzz 99999999999999999999999 b");
        assert_eq!(tokens.len(), 5);
        let codes: Vec<_> = diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(
            codes,
            [Code::UnexpectedCharacter, Code::BadNumber, Code::BadNumber]
        );
    }
}
