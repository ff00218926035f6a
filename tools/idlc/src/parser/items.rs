//! Declarations inside an interface.

use super::{Parsed, Parser};
use crate::ast::{Item, ItemKind, Method, Name, Preface, Role};
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
            "type" => Self::alias,
            "struct" => Self::structure,
            "table" => Self::table,
            "union" => Self::union,
            "enum" => Self::enumeration,
            "bits" => Self::bits,
            "error" => Self::error,
            "reserved" => return self.reserved(preface),
            _ => return self.unknown_keyword(&keyword),
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

    fn alias(&mut self) -> Parsed<ItemKind> {
        self.sign('=')?;
        let kind = self.type_ref()?;
        self.sign(';')?;
        Ok(ItemKind::Alias(kind))
    }

    fn structure(&mut self) -> Parsed<ItemKind> {
        Ok(ItemKind::Struct(self.list('{', '}', Self::field)?))
    }

    fn table(&mut self) -> Parsed<ItemKind> {
        Ok(ItemKind::Table(self.numbered(Self::member)?))
    }

    fn union(&mut self) -> Parsed<ItemKind> {
        let repr = self.representation()?;
        let variants = self.numbered(Self::variant)?;
        Ok(ItemKind::Union { repr, variants })
    }

    fn enumeration(&mut self) -> Parsed<ItemKind> {
        let repr = self.representation()?;
        let entries = self.numbered(Self::entry)?;
        Ok(ItemKind::Enum { repr, entries })
    }

    fn bits(&mut self) -> Parsed<ItemKind> {
        let repr = self.representation()?;
        let entries = self.numbered(Self::entry)?;
        Ok(ItemKind::Bits { repr, entries })
    }

    fn error(&mut self) -> Parsed<ItemKind> {
        let mut base = None;
        if self.is_sign(':') {
            self.advance();
            base = Some(self.foreign()?);
        }
        let entries = self.numbered(Self::entry)?;
        Ok(ItemKind::Error { base, entries })
    }

    /// `reserved 3, 7;` in place of methods that are gone.
    fn reserved(&mut self, preface: Preface) -> Parsed<Item> {
        let span = self.advance();
        let mut numbers = vec![self.number("an ordinal")?];
        while self.is_sign(',') {
            self.advance();
            numbers.push(self.number("an ordinal")?);
        }
        self.sign(';')?;
        let text = "reserved".to_owned();
        Ok(Item {
            preface,
            name: Name { text, span },
            kind: ItemKind::Reserved(numbers),
        })
    }

    fn method(&mut self, preface: Preface) -> Parsed<Item> {
        let ordinal = self.number("an ordinal")?;
        self.sign(':')?;
        let role = self.role();
        let name = self.name("the name of the method")?;
        let arguments = self.list('(', ')', Self::field)?;
        let mut results = Vec::new();
        if *self.peek() == TokenKind::Arrow && role == Role::Declared {
            self.advance();
            results = self.list('(', ')', Self::field)?;
        }
        let error = if self.is_word("error") && role == Role::Declared {
            Some(self.advance())
        } else {
            None
        };
        self.sign(';')?;
        let kind = ItemKind::Method(Method {
            role,
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

    /// `event` before a name; a method may have that name itself.
    fn role(&mut self) -> Role {
        let next = self.tokens.get(self.at + 1).map(|token| &token.kind);
        if !self.is_word("event") || !matches!(next, Some(TokenKind::Word(_))) {
            return Role::Declared;
        }
        self.advance();
        Role::Event
    }

    fn representation(&mut self) -> Parsed<Name> {
        self.sign(':')?;
        self.name("the type that represents it")
    }
}
