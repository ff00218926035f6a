//! The model: interfaces whose every name is resolved and every rule holds.
//!
//! What the generator works from. Only [`check`](crate::check) makes one.

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
    /// A declared enum or bits, and what represents it.
    Number(TypeId, Integer),
    /// A capability, moved.
    Cap(CapKind),
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
    /// The greatest request and reply in bytes.
    pub sizes: Sizes,
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
    /// Structs in declared order.
    pub structs: Vec<Struct>,
    /// Enums and bits in declared order.
    pub enums: Vec<Enum>,
    /// The errors, if there are any.
    pub error: Option<Enum>,
    /// Methods in declared order.
    pub methods: Vec<Method>,
}
