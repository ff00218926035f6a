//! Declarations inside an interface.

use super::{Parsed, Parser};
use crate::ast::{Entry, Field, Item, ItemKind, Method, Name, Preface};
use crate::token::TokenKind;

impl Parser {
    pub(super) fn item(&mut self) -> Parsed<Item> {
        let preface = self.preface()?;
        if let TokenKind::Number(_) = self.peek() {
            return self.method(preface);
        }
        let TokenKind::Word(keyword) = self.peek() else {
            return self.expected("a declaration");
        };
        let keyword = keyword.clone();
        let parse = match keyword.as_str() {
            "const" => Self::constant,
            "struct" => Self::structure,
            "enum" => Self::enumeration,
            "bits" => Self::bits,
            "error" => Self::error,
            _ => return self.expected("`const`, `struct`, `enum`, `bits`, `error` or an ordinal"),
        };
        self.advance();
        let name = self.name("a name")?;
        let kind = parse(self)?;
        Ok(Item {
            preface,
            name,
            kind,
        })
    }

    fn constant(&mut self) -> Parsed<ItemKind> {
        let repr = self.representation()?;
        self.sign('=')?;
        let value = self.number("a number")?;
        self.sign(';')?;
        Ok(ItemKind::Const { repr, value })
    }

    fn structure(&mut self) -> Parsed<ItemKind> {
        Ok(ItemKind::Struct(self.list('{', '}', Self::field)?))
    }

    fn enumeration(&mut self) -> Parsed<ItemKind> {
        let repr = self.representation()?;
        let entries = self.list('{', '}', Self::entry)?;
        Ok(ItemKind::Enum { repr, entries })
    }

    fn bits(&mut self) -> Parsed<ItemKind> {
        let repr = self.representation()?;
        let entries = self.list('{', '}', Self::entry)?;
        Ok(ItemKind::Bits { repr, entries })
    }

    fn error(&mut self) -> Parsed<ItemKind> {
        Ok(ItemKind::Error(self.list('{', '}', Self::entry)?))
    }

    fn method(&mut self, preface: Preface) -> Parsed<Item> {
        let ordinal = self.number("an ordinal")?;
        self.sign(':')?;
        let name = self.name("the name of the method")?;
        let arguments = self.list('(', ')', Self::field)?;
        let mut results = Vec::new();
        if *self.peek() == TokenKind::Arrow {
            self.advance();
            results = self.list('(', ')', Self::field)?;
        }
        let error = if self.is_word("error") {
            Some(self.advance())
        } else {
            None
        };
        self.sign(';')?;
        let kind = ItemKind::Method(Method {
            ordinal,
            arguments,
            results,
            error,
        });
        Ok(Item {
            preface,
            name,
            kind,
        })
    }

    fn representation(&mut self) -> Parsed<Name> {
        self.sign(':')?;
        self.name("the type that represents it")
    }

    fn field(&mut self) -> Parsed<Field> {
        let preface = self.preface()?;
        let name = self.name("a name")?;
        self.sign(':')?;
        let kind = self.type_ref()?;
        Ok(Field {
            preface,
            name,
            kind,
        })
    }

    fn entry(&mut self) -> Parsed<Entry> {
        let preface = self.preface()?;
        let name = self.name("a name")?;
        self.sign('=')?;
        let value = self.number("a number")?;
        Ok(Entry {
            preface,
            name,
            value,
        })
    }

    /// `open element, element, close`; a comma behind the last element is allowed.
    fn list<T>(
        &mut self,
        open: char,
        close: char,
        element: impl Fn(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        self.sign(open)?;
        let mut elements = Vec::new();
        while !self.is_sign(close) {
            elements.push(element(self)?);
            if !self.is_sign(close) {
                self.sign(',')?;
            }
        }
        self.sign(close)?;
        Ok(elements)
    }
}
