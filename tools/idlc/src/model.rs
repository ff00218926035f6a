//! The model: interfaces whose every name is resolved and every rule holds.
//!
//! What the generator works from. Only [`check`](crate::check) makes one.

pub use crate::ast::Role;

/// Which integer represents something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Integer {
    /// 8 bits.
    U8,
    /// 16 bits.
    U16,
    /// 32 bits.
    U32,
    /// 64 bits.
    U64,
    /// 8 bits, signed.
    I8,
    /// 16 bits, signed.
    I16,
    /// 32 bits, signed.
    I32,
    /// 64 bits, signed.
    I64,
}

impl Integer {
    /// All of them with their names.
    pub const ALL: [(&'static str, Integer); 8] = [
        ("u8", Self::U8),
        ("u16", Self::U16),
        ("u32", Self::U32),
        ("u64", Self::U64),
        ("i8", Self::I8),
        ("i16", Self::I16),
        ("i32", Self::I32),
        ("i64", Self::I64),
    ];

    /// Finds one by name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, integer)| *integer)
    }

    /// Its name in the IDL and in Rust.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, integer)| *integer == self)
            .map_or("u64", |(name, _)| name)
    }

    /// Its size in bytes.
    pub fn bytes(self) -> u64 {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 => 4,
            Self::U64 | Self::I64 => 8,
        }
    }

    /// The greatest value that can be written for it in the IDL (values are never negative).
    pub fn max(self) -> u64 {
        match self {
            Self::U8 => u8::MAX.into(),
            Self::U16 => u16::MAX.into(),
            Self::U32 => u32::MAX.into(),
            Self::U64 => u64::MAX,
            Self::I8 => i8::MAX as u64,
            Self::I16 => i16::MAX as u64,
            Self::I32 => i32::MAX as u64,
            Self::I64 => i64::MAX as u64,
        }
    }
}

/// A declared type: interface and name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId {
    /// The interface that declares it.
    pub interface: String,
    /// Its name there.
    pub name: String,
}

/// What a capability in a message names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CapKind {
    /// A connection to a server of this interface.
    Interface(String),
    /// A kernel object; the name of its kind in Rust.
    Object(&'static str),
}

/// A resolved type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// True or false.
    Bool,
    /// An integer.
    Integer(Integer),
    /// UTF-8 text of at most so many bytes.
    Text(u64),
    /// At most so many bytes.
    Bytes(u64),
    /// At most so many elements.
    List(Box<Type>, u64),
    /// A declared struct.
    Struct(TypeId),
    /// A declared table.
    Table(TypeId),
    /// A declared union.
    Union(TypeId),
    /// A declared enum or bits, what represents it, and which of the two it is.
    Number(TypeId, Integer, Choice),
    /// A value that may be absent.
    Optional(Box<Type>),
    /// A capability, and how it changes hands.
    Cap(CapKind, Transfer),
    /// A buffer that a client lends while it waits, of at most so many bytes.
    Lend(Direction, u64),
}

/// Who writes a lent buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The client, before.
    In,
    /// The server.
    Out,
    /// Both.
    InOut,
}

impl Direction {
    /// All of them by their names.
    pub const NAMES: [(&'static str, Direction); 3] =
        [("in", Self::In), ("out", Self::Out), ("inout", Self::InOut)];

    /// Its name in the IDL.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        let found = names.find(|(_, direction)| *direction == self);
        found.map_or("", |(name, _)| name)
    }
}

/// How a capability changes hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// The sender has it no more.
    Moved,
    /// The receiver gets a copy with at most these rights.
    Copied(Rights),
    /// The receiver gets such a copy until its method returns.
    Lent(Rights),
}

/// Rights of a capability, as a kernel's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights(pub u8);

impl Rights {
    /// All of them by their names, as the kernel numbers them.
    pub const NAMES: [(&'static str, u8); 5] = [
        ("READ", 1),
        ("WRITE", 2),
        ("GRANT", 4),
        ("EXECUTE", 8),
        ("PHYS", 16),
    ];

    /// The names of those that are here.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let here = move |(_, bit): &(&str, u8)| self.0 & bit != 0;
        Self::NAMES.into_iter().filter(here).map(|(name, _)| name)
    }
}

/// A field, argument or result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Type,
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name.
    pub name: String,
    /// Its type.
    pub repr: Integer,
    /// Its value.
    pub value: u64,
}

/// A second name for a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub kind: Type,
}

/// A table: fields with numbers, all of which may be absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name.
    pub name: String,
    /// Its members, in the order of their numbers.
    pub members: Vec<Member>,
    /// Numbers that no member may have any more.
    pub reserved: Vec<u64>,
}

/// One member of a [`Table`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The number by which it travels.
    pub ordinal: u16,
    /// The rest.
    pub field: Field,
}

/// A union: one of several variants, each of which may carry a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Union {
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name.
    pub name: String,
    /// What represents its tag.
    pub repr: Integer,
    /// Its variants, in declared order.
    pub variants: Vec<Variant>,
    /// Tags that no variant may have any more.
    pub reserved: Vec<u64>,
}

/// One variant of a [`Union`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name.
    pub name: String,
    /// Its tag.
    pub value: u64,
    /// What it carries.
    pub payload: Option<Type>,
}

/// A struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struct {
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name.
    pub name: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// Whether a set of names means one of them or any number of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// An enum: exactly one.
    One,
    /// Bits: any of them together.
    Any,
}

/// An enum, bits, or the errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum {
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name.
    pub name: String,
    /// What represents it.
    pub repr: Integer,
    /// One or any.
    pub choice: Choice,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// Values that no entry may have any more.
    pub reserved: Vec<u64>,
}

/// One entry of an [`Enum`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: u64,
}

/// When a method's answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// When the server's method returns.
    Now,
    /// Later, by a reply token.
    Deferred,
    /// Never: the client does not wait.
    Never,
}

/// What a client makes of a server that does not know a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tolerance {
    /// An error of the transport.
    Strict,
    /// An answer like others: the absence of results.
    Flexible,
}

/// Whether a request may be carried out twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It may not.
    Once,
    /// It may: the stub sends it again to a server that died meanwhile.
    Freely,
}

/// A method that is gone, whose name is still known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Its ordinal, which stays taken.
    pub ordinal: u16,
    /// The name it had.
    pub name: String,
    /// The revision in which it went.
    pub revision: u64,
}

/// By which ways a method can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ways {
    /// By a call only.
    Call,
    /// By a call, and in batches over a ring.
    CallAndRing,
}

/// Whether a method has errors of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fails {
    /// Only the transport can fail.
    Never,
    /// It can answer with an error of its interface.
    WithError,
}

/// A method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// Where it comes from.
    pub role: Role,
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name.
    pub name: String,
    /// The number by which it travels.
    pub ordinal: u16,
    /// Its arguments.
    pub arguments: Vec<Field>,
    /// Its results.
    pub results: Vec<Field>,
    /// Whether it has errors of its own.
    pub fails: Fails,
    /// When its answer comes.
    pub answer: Answer,
    /// How it can be called.
    pub ways: Ways,
    /// What becomes of it at a server that does not know it.
    pub tolerance: Tolerance,
    /// Whether it may be carried out twice.
    pub repeat: Repeat,
    /// The revision of the interface in which it came.
    pub since: u64,
    /// The method to use instead, if it is not to be used any more.
    pub deprecated: Option<String>,
    /// The greatest request and reply in bytes.
    pub sizes: Sizes,
}

impl Method {
    /// Whether it was made to carry events.
    pub fn is_of_events(&self) -> bool {
        self.role == Role::Made && ["watch_events", "take_events"].contains(&self.name.as_str())
    }
}

impl Interface {
    /// Whether it has events.
    pub fn has_events(&self) -> bool {
        self.methods.iter().any(Method::is_of_events)
    }
}

/// The greatest sizes of a method's messages, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Of the request.
    pub request: u64,
    /// Of the reply.
    pub reply: u64,
}

/// An interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Documentation lines.
    pub docs: Vec<String>,
    /// Its name.
    pub name: String,
    /// The number in the upper half of its requests' labels.
    pub id: u16,
    /// Digest of everything that both ends must agree on.
    pub version: u64,
    /// Constants in declared order.
    pub constants: Vec<Constant>,
    /// Second names of types, in declared order.
    pub aliases: Vec<Alias>,
    /// Structs in declared order.
    pub structs: Vec<Struct>,
    /// Tables in declared order.
    pub tables: Vec<Table>,
    /// Unions in declared order.
    pub unions: Vec<Union>,
    /// Enums and bits in declared order.
    pub enums: Vec<Enum>,
    /// The errors that it declares, those of its base among them.
    pub error: Option<Enum>,
    /// The interface whose errors are the first of its own, and how many those are.
    pub base: Option<(String, usize)>,
    /// The error that its methods answer: its own, or one that it imports.
    pub fails_with: Option<TypeId>,
    /// Ordinals that no method may have any more.
    pub reserved: Vec<u16>,
    /// Methods that are gone, in declared order.
    pub removed: Vec<Removed>,
    /// How often methods came or went, counted from 1.
    pub revision: u64,
    /// Methods in declared order.
    pub methods: Vec<Method>,
}
