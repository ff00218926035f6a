//! The syntax tree: what the parser saw, with the place of everything.

use crate::source::Span;

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// A number and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// The number.
    pub value: u64,
    /// Its place.
    pub span: Span,
}

/// Documentation lines and attributes before an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preface {
    /// The lines of documentation.
    pub docs: Vec<String>,
    /// The attributes.
    pub attributes: Vec<Attribute>,
}

/// `@name` or `@name(argument)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name, without `@`.
    pub name: Name,
    /// What stands in parentheses behind it.
    pub argument: Option<Argument>,
}

/// What an attribute is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A number.
    Number(Number),
    /// A name.
    Word(Name),
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What of other interfaces is used by its bare name.
    pub uses: Vec<Use>,
    /// The interface.
    pub interface: Interface,
}

/// `use other.Type;`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The other interface.
    pub interface: Name,
    /// The type, constant or error.
    pub item: Name,
}

/// `interface name { … }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Documentation and attributes.
    pub preface: Preface,
    /// The interface's name.
    pub name: Name,
    /// What it declares, in order.
    pub items: Vec<Item>,
}

/// One declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Documentation and attributes.
    pub preface: Preface,
    /// Its name.
    pub name: Name,
    /// What it is.
    pub kind: ItemKind,
}

/// The kinds of declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// `const NAME: u32 = 1;`
    Const {
        /// The type's name.
        repr: Name,
        /// The value.
        value: Number,
    },
    /// `type Name = string<8>;`
    Alias(TypeRef),
    /// `reserved 3, 7;`, which has no name.
    Reserved(Vec<Number>),
    /// `struct Name { … }`
    Struct(Vec<Field>),
    /// `table Name { … }`
    Table(Numbered<Member>),
    /// `union Name: u8 { … }`
    Union {
        /// The type that represents its tag.
        repr: Name,
        /// Its variants.
        variants: Numbered<Variant>,
    },
    /// `enum Name: u8 { … }`
    Enum {
        /// The type that represents it.
        repr: Name,
        /// Its entries.
        entries: Numbered<Entry>,
    },
    /// `bits Name: u8 { … }`
    Bits {
        /// The type that represents it.
        repr: Name,
        /// Its entries.
        entries: Numbered<Entry>,
    },
    /// `error Error { … }` or `error Error: other.Error { … }`
    Error {
        /// The error whose entries it has besides its own.
        base: Option<Use>,
        /// Its entries.
        entries: Numbered<Entry>,
    },
    /// `1: name(…) -> (…) error;`
    Method(Method),
}

/// What stands in a list of things with numbers, and the numbers that nothing may have any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbered<T> {
    /// What is in use.
    pub entries: Vec<T>,
    /// The numbers behind `reserved`.
    pub reserved: Vec<Number>,
}

/// One member of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The number by which it travels.
    pub ordinal: Number,
    /// The rest is as in a struct.
    pub field: Field,
}

/// One variant of a union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Documentation (attributes are refused).
    pub preface: Preface,
    /// Its name.
    pub name: Name,
    /// The type of what it carries.
    pub payload: Option<TypeRef>,
    /// Its tag.
    pub value: Number,
}

/// One entry of an enum, of bits or of errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Documentation (attributes are refused).
    pub preface: Preface,
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Number,
}

/// One field of a struct, argument or result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Documentation (attributes are refused).
    pub preface: Preface,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub kind: TypeRef,
}

/// Where a method comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is written as it is.
    Declared,
    /// It is an event: it becomes a member of the table of events.
    Event,
    /// It opens a stream, and others are made to carry it.
    Opens,
    /// It was made for events or for a stream.
    Made,
}

/// A method without its name, which stands in the [`Item`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// Where it comes from.
    pub role: Role,
    /// The number by which the method travels.
    pub ordinal: Number,
    /// The arguments.
    pub arguments: Vec<Field>,
    /// The results.
    pub results: Vec<Field>,
    /// Where the word `error` stands, if the method can fail.
    pub error: Option<Span>,
}

/// A type as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeRef {
    /// Its first word.
    pub name: Name,
    /// What stands between `<` and `>`.
    pub parameters: Vec<Parameter>,
    /// Where `?` stands, if it may be absent.
    pub optional: Option<Span>,
    /// The place of all of it.
    pub span: Span,
}

/// One parameter of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// A number.
    Number(Number),
    /// A type, or the name of a constant.
    Type(TypeRef),
}
