//! Types as they are written: a word, and parameters between `<` and `>`.

use super::{Parsed, Parser, Skip};
use crate::ast::{Parameter, TypeRef};
use crate::diagnostic::{Code, Diagnostic};
use crate::token::TokenKind;

/// How deeply types may be nested; no useful type comes near, and the parser's stack stays small.
const MAX_DEPTH: usize = 8;

impl Parser {
    pub(super) fn type_ref(&mut self) -> Parsed<TypeRef> {
        self.type_at(0)
    }

    fn type_at(&mut self, depth: usize) -> Parsed<TypeRef> {
        if depth == MAX_DEPTH {
            self.diagnostics.push(Diagnostic::new(
                Code::TooDeep,
                self.span(),
                format!("types are nested more than {MAX_DEPTH} deep"),
                "name the inner part as a struct",
            ));
            return Err(Skip);
        }
        let name = self.name("a type")?;
        let mut span = name.span;
        let mut parameters = Vec::new();
        if self.is_sign('<') {
            self.advance();
            parameters.push(self.parameter(depth)?);
            while self.is_sign(',') {
                self.advance();
                parameters.push(self.parameter(depth)?);
            }
            span = span.to(self.sign('>')?);
        }
        let optional = self.is_sign('?').then(|| self.advance());
        Ok(TypeRef {
            name,
            parameters,
            optional,
            span: span.to(optional.unwrap_or(span)),
        })
    }

    fn parameter(&mut self, depth: usize) -> Parsed<Parameter> {
        if let TokenKind::Number(_) = self.peek() {
            return Ok(Parameter::Number(self.number("a number")?));
        }
        Ok(Parameter::Type(self.type_at(depth + 1)?))
    }
}
