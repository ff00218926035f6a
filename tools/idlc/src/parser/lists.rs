//! Lists, and what stands in them: fields, members, variants, entries.

use super::{Parsed, Parser};
use crate::ast::{Entry, Field, Member, Numbered, Variant};

impl Parser {
    pub(super) fn field(&mut self) -> Parsed<Field> {
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

    pub(super) fn member(&mut self) -> Parsed<Member> {
        let preface = self.preface()?;
        let ordinal = self.number("the number of the member")?;
        self.sign(':')?;
        let field = self.field()?;
        let field = Field { preface, ..field };
        Ok(Member { ordinal, field })
    }

    pub(super) fn variant(&mut self) -> Parsed<Variant> {
        let preface = self.preface()?;
        let name = self.name("a name")?;
        let mut payload = None;
        if self.is_sign('(') {
            self.advance();
            payload = Some(self.type_ref()?);
            self.sign(')')?;
        }
        self.sign('=')?;
        let value = self.number("a number")?;
        Ok(Variant {
            preface,
            name,
            payload,
            value,
        })
    }

    pub(super) fn entry(&mut self) -> Parsed<Entry> {
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

    /// A list in braces in which `reserved NUMBER` may stand for what is gone.
    pub(super) fn numbered<T>(
        &mut self,
        element: impl Fn(&mut Self) -> Parsed<T>,
    ) -> Parsed<Numbered<T>> {
        let reserved = |parser: &mut Self| {
            parser.advance();
            parser.number("a number that is not to be used again")
        };
        let either = |parser: &mut Self| match parser.is_word("reserved") {
            true => reserved(parser).map(Err),
            false => element(parser).map(Ok),
        };
        let mut list = Numbered {
            entries: Vec::new(),
            reserved: Vec::new(),
        };
        for found in self.list('{', '}', either)? {
            match found {
                Ok(entry) => list.entries.push(entry),
                Err(number) => list.reserved.push(number),
            }
        }
        Ok(list)
    }

    /// `open element, element, close`; a comma behind the last element is allowed.
    pub(super) fn list<T>(
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
