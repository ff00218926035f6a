//! The formatter: any text of the language in the one way in which it is written.
//!
//! It works on the tokens, remarks among them, not on the syntax tree, so that nothing that somebody
//! wrote is lost. Single blank lines stay where they are; a method that is wider than [`WIDTH`] is broken
//! before its arrow, or else one argument a line.

use crate::lexer;
use crate::token::{Token, TokenKind};

/// The widest line.
const WIDTH: usize = 100;
const INDENT: usize = 4;

/// What of a text is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Everything.
    All,
    /// What means something to the compiler besides documentation.
    Meaning,
}

/// Formats a text in which the compiler finds no mistakes.
pub fn format(text: &str, keep: Keep) -> String {
    let mut tokens = lexer::lex_all(0, text).0;
    if keep == Keep::Meaning {
        tokens.retain(|token| !is_text(token));
    }
    let mut printer = Printer {
        text,
        keep,
        out: String::new(),
        depth: 0,
        end: 0,
        block_begins: false,
    };
    let mut rest = tokens.as_slice();
    while rest
        .first()
        .is_some_and(|first| first.kind != TokenKind::End)
    {
        let (line, after) = rest.split_at(line_length(rest));
        printer.print(line);
        rest = after;
    }
    printer.out
}

/// Documentation and remarks.
fn is_text(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Doc(_) | TokenKind::Remark(_))
}

/// How many tokens belong on one line with the first.
fn line_length(tokens: &[Token]) -> usize {
    match tokens.first().map(|token| &token.kind) {
        Some(TokenKind::Doc(_) | TokenKind::Remark(_) | TokenKind::Sign('}')) => return 1,
        Some(TokenKind::Sign('@')) => return attributes_length(tokens),
        _ => {}
    }
    let mut round = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Sign('(' | '<') => round += 1,
            TokenKind::Sign(')' | '>') => round = round.saturating_sub(1),
            TokenKind::Sign('{' | ';') => return index + 1,
            TokenKind::Sign(',') if round == 0 => return index + 1,
            TokenKind::Sign('}') | TokenKind::End => return index.max(1),
            TokenKind::Doc(_) | TokenKind::Remark(_) if round == 0 => return index,
            _ => {}
        }
    }
    tokens.len()
}

/// How many tokens belong to the attributes at the start.
fn attributes_length(tokens: &[Token]) -> usize {
    let mut length = 0;
    let at = |index: usize| tokens.get(index).map(|token| &token.kind);
    while at(length) == Some(&TokenKind::Sign('@')) {
        length += 2;
        if at(length) == Some(&TokenKind::Sign('(')) {
            length += 3;
        }
    }
    length.clamp(1, tokens.len())
}

struct Printer<'a> {
    text: &'a str,
    keep: Keep,
    out: String,
    depth: usize,
    /// Where the token that was printed last ends in the text.
    end: usize,
    /// Whether a block has begun and nothing stands in it yet.
    block_begins: bool,
}

impl Printer<'_> {
    fn print(&mut self, line: &[Token]) {
        let (Some(first), Some(last)) = (line.first(), line.last()) else {
            return;
        };
        let between = self
            .text
            .get(self.end..first.span.start)
            .unwrap_or_default();
        let newlines = between.matches('\n').count();
        let is_behind = newlines == 0 && matches!(first.kind, TokenKind::Remark(_));
        if is_behind && !self.out.is_empty() {
            self.out.truncate(self.out.trim_end().len());
            self.out += &format!(" {}\n", self.word(first));
        } else {
            self.leave_blank(first, newlines);
            self.print_line(line, first, last);
        }
        self.end = last.span.end;
    }

    /// A blank line where there was one, but not at the start or end of a block.
    fn leave_blank(&mut self, first: &Token, newlines: usize) {
        let opens = self.out.is_empty() || self.block_begins;
        let closes = first.kind == TokenKind::Sign('}');
        if newlines > 1 && !opens && !closes && self.keep == Keep::All {
            self.out.push('\n');
        }
    }

    fn print_line(&mut self, line: &[Token], first: &Token, last: &Token) {
        if first.kind == TokenKind::Sign('}') {
            self.depth = self.depth.saturating_sub(1);
        }
        let end = match last.kind {
            TokenKind::Sign(',' | ';' | '{' | '}') => "",
            _ if is_text(last) || first.kind == TokenKind::Sign('@') => "",
            _ => ",",
        };
        let whole = self.joined(line) + end;
        let has_text = line.len() > 1 && line.iter().any(is_text);
        match has_text || self.is_too_wide(&whole, self.depth) {
            true => self.broken(line, end),
            false => self.put(&whole, self.depth),
        }
        self.block_begins = last.kind == TokenKind::Sign('{');
        if self.block_begins {
            self.depth += 1;
        }
    }

    fn is_too_wide(&self, line: &str, depth: usize) -> bool {
        depth * INDENT + line.chars().count() > WIDTH && line.contains('(')
    }

    /// A line that is too wide: broken before the arrow if that is enough.
    fn broken(&mut self, line: &[Token], end: &str) {
        let arrow = line.iter().position(|token| token.kind == TokenKind::Arrow);
        let (head, tail) = line.split_at(arrow.unwrap_or(line.len()));
        let (first, second) = (self.joined(head), self.joined(tail) + end);
        let fits = !self.is_too_wide(&first, self.depth)
            && !self.is_too_wide(&second, self.depth + 1)
            && !line.iter().any(is_text);
        if fits && arrow.is_some() {
            self.put(&first, self.depth);
            self.put(&second, self.depth + 1);
        } else {
            self.one_a_line(line, end);
        }
    }

    /// One element of each parenthesis a line.
    fn one_a_line(&mut self, line: &[Token], end: &str) {
        let mut current: Vec<Token> = Vec::new();
        let (mut round, mut angle) = (0_usize, 0_usize);
        let mut depth = self.depth;
        for (index, token) in line.iter().enumerate() {
            match token.kind {
                TokenKind::Sign('<') => angle += 1,
                TokenKind::Sign('>') => angle = angle.saturating_sub(1),
                TokenKind::Sign(')') if round == 1 => {
                    self.flush(&mut current, depth, ",");
                    depth = self.depth;
                    round = 0;
                    current.extend_from_slice(line.get(index..).unwrap_or_default());
                    let rest = self.joined(&current) + end;
                    if !self.is_too_wide(&rest, depth) && !current.iter().any(is_text) {
                        return self.put(&rest, depth);
                    }
                    current.clear();
                }
                _ => {}
            }
            current.push(token.clone());
            match token.kind {
                TokenKind::Sign('(') if round == 0 => {
                    self.flush(&mut current, depth, "");
                    depth += 1;
                    round = 1;
                }
                TokenKind::Sign(',') if round == 1 && angle == 0 => {
                    self.flush(&mut current, depth, "");
                }
                TokenKind::Doc(_) | TokenKind::Remark(_) => self.flush(&mut current, depth, ""),
                _ => {}
            }
        }
        self.flush(&mut current, depth, end);
    }

    fn flush(&mut self, tokens: &mut Vec<Token>, depth: usize, end: &str) {
        let Some(last) = tokens.last() else {
            return;
        };
        let end = match last.kind {
            TokenKind::Sign(',') => "",
            _ => end,
        };
        let line = self.joined(tokens) + end;
        self.put(&line, depth);
        tokens.clear();
    }

    fn put(&mut self, line: &str, depth: usize) {
        let spaces = " ".repeat(depth * INDENT);
        self.out += &format!("{spaces}{line}\n");
    }

    fn joined(&self, tokens: &[Token]) -> String {
        let mut line = String::new();
        let mut before = None;
        for token in tokens {
            if before.is_some_and(|before| needs_space(before, &token.kind)) {
                line.push(' ');
            }
            line += self.word(token);
            before = Some(&token.kind);
        }
        line
    }

    fn word(&self, token: &Token) -> &str {
        let word = self.text.get(token.span.range()).unwrap_or_default();
        word.trim_end()
    }
}

fn needs_space(before: &TokenKind, next: &TokenKind) -> bool {
    use TokenKind::{Arrow, Sign};
    match (before, next) {
        (Sign('(' | '<' | '.' | '@'), _) => false,
        (_, Sign(',' | ';' | ':' | ')' | '>' | '.' | '<' | '?')) => false,
        (Arrow, Sign('(')) => true,
        (_, Sign('(')) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOSE: &str = "use  a . B ;\n\n\n/// D\ninterface x{ // here\n\n  const A:u8=0x1;  \n// r\n\
        @ring @since( 2 )\n1:go(a:vec<u8,4>?,b:u8)->(c:u8)error;enum E:u8{\n/// One\nOne=1}}\n";

    #[test]
    fn a_loose_text_becomes_a_tidy_one() {
        let tidy = "use a.B;\n\n/// D\ninterface x { // here\n    const A: u8 = 0x1;\n    // r\n    \
            @ring @since(2)\n    1: go(a: vec<u8, 4>?, b: u8) -> (c: u8) error;\n    enum E: u8 {\n        \
            /// One\n        One = 1,\n    }\n}\n";
        assert_eq!(format(LOOSE, Keep::All), tidy);
        assert_eq!(format(tidy, Keep::All), tidy);
    }

    #[test]
    fn a_wide_method_is_broken_before_its_arrow_or_one_argument_a_line() {
        let name = "a".repeat(40);
        let two = format!("1: {name}({name}: u8) -> ({name}: u8);");
        let broken = format!("1: {name}({name}: u8)\n    -> ({name}: u8);\n");
        assert_eq!(format(&two, Keep::All), broken);
        let many = format!("1: {name}({name}: u8, {name}: vec<u8, 2>) -> (a: u8) error;");
        let broken =
            format!("1: {name}(\n    {name}: u8,\n    {name}: vec<u8, 2>,\n) -> (a: u8) error;\n");
        assert_eq!(format(&many, Keep::All), broken);
        assert_eq!(format(&broken, Keep::All), broken);
    }

    #[test]
    fn only_what_means_something_is_kept_if_asked_for() {
        let kept = format(LOOSE, Keep::Meaning);
        assert!(!kept.contains("//") && !kept.contains("\n\n"), "{kept}");
    }
}
