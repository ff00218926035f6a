//! What the compiler has to say about a source: code, place, message and remedy.
//!
//! Codes are stable: a number is never given to another mistake. The table below is the reference.

use std::fmt;

use crate::source::{Source, Span};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $number:literal $name:ident;)+) => {
        /// The kinds of mistake.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])+ $name = $number,)+ }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// One sentence that says what the code means.
            pub fn text(self) -> &'static str {
                match self { $(Code::$name => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

codes! {
    /// A character that means nothing in the language.
    1 UnexpectedCharacter;
    /// Another word or sign was expected.
    2 UnexpectedToken;
    /// A number that cannot be read or is beyond 64 bits.
    3 BadNumber;
    /// Types nested too deeply.
    4 TooDeep;
    /// Documentation is missing.
    5 MissingDocs;
    /// Documentation that belongs to nothing.
    6 StrayDocs;
    /// An attribute that does not exist, is repeated, or does not belong there.
    7 BadAttribute;
    /// The file's name and the interface's name differ.
    8 WrongFileName;
    /// Two things have the same name.
    9 DuplicateName;
    /// A name is not written in the style of its kind.
    10 NameStyle;
    /// A name that Rust or the generated code needs for itself.
    11 ReservedName;
    /// A type that does not exist.
    12 UnknownType;
    /// An interface that does not exist.
    13 UnknownInterface;
    /// A constant that does not exist.
    14 UnknownConstant;
    /// A type has too few or too many parameters, or of the wrong kind.
    15 BadParameters;
    /// A bound is zero or beyond what a message holds.
    16 BadBound;
    /// A value does not fit the type that represents it.
    17 ValueOutOfRange;
    /// Two entries have the same value.
    18 DuplicateValue;
    /// An ordinal is outside 1 to 16383, or a member's number outside 1 to 65535.
    19 OrdinalOutOfRange;
    /// Two methods have the same ordinal.
    20 DuplicateOrdinal;
    /// A type contains itself.
    21 RecursiveStruct;
    /// A request or a reply can be larger than a message.
    22 MessageTooLarge;
    /// A request or a reply carries more capabilities than a message can.
    23 TooManyCapabilities;
    /// A capability stands where none can travel.
    24 CapabilityInside;
    /// A capability of a kind that is neither an interface nor a kernel object.
    25 UnknownCapability;
    /// A method says `error`, but the interface declares no errors.
    26 NoErrorDeclared;
    /// A method of a ring does not fit a ring's slot or completion.
    27 NotForRing;
    /// Two interfaces have the same number, which is made of their names.
    28 InterfaceCollision;
    /// An interface, struct, enum or error without anything in it.
    29 Empty;
    /// A number that was reserved is in use.
    30 ReservedNumber;
    /// A capability's rights: one that does not exist, or where none can be given.
    31 BadRights;
    /// The methods' error is ambiguous or is not one.
    32 BadError;
    /// Something that cannot be absent is marked `?`.
    33 BadOptional;
    /// Attributes contradict each other or what they stand before.
    34 Contradiction;
    /// An attribute names a method that does not exist.
    35 UnknownMethod;
    /// A stream stands where none can be.
    36 StrayStream;
    /// A buffer is lent where none can be.
    37 StrayLoan;
}

impl Code {
    /// Whether such a mistake may be found only because something else could not be read.
    pub fn may_follow(self) -> bool {
        matches!(
            self,
            Self::UnknownType
                | Self::UnknownInterface
                | Self::UnknownConstant
                | Self::UnknownCapability
                | Self::UnknownMethod
                | Self::NoErrorDeclared
                | Self::BadError
                | Self::Empty
                | Self::DuplicateValue
                | Self::DuplicateOrdinal
                | Self::ReservedNumber
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "E{:04}", *self as u16)
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// The other end of a conflict, with a word about it.
    pub related: Option<(Span, String)>,
    /// What to do about it.
    pub remedy: String,
}

impl Diagnostic {
    /// A mistake with one place.
    pub fn new(
        code: Code,
        span: Span,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            code,
            message: message.into(),
            span,
            related: None,
            remedy: remedy.into(),
        }
    }

    /// Adds the other end of the conflict.
    #[must_use]
    pub fn with_related(mut self, span: Span, note: impl Into<String>) -> Self {
        self.related = Some((span, note.into()));
        self
    }

    /// The mistake as lines of text: `file:line:col: error[CODE]: message`, the other end, the remedy.
    pub fn to_text(&self, sources: &[Source]) -> String {
        let mut text = format!(
            "{}: error[{}]: {}\n",
            place(sources, self.span),
            self.code,
            self.message
        );
        if let Some((span, note)) = &self.related {
            text += &format!("  {}: {note}\n", place(sources, *span));
        }
        text + &format!("  remedy: {}\n", self.remedy)
    }
}

fn place(sources: &[Source], span: Span) -> String {
    let Some(source) = sources.get(span.source) else {
        return "?".to_owned();
    };
    let (line, column) = source.line_column(span.start);
    format!("{}:{line}:{column}", source.path)
}
