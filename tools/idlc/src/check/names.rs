//! How names are written.

use super::Checker;
use crate::ast::Name;
use crate::diagnostic::Code;

/// The longest name; start-up pages keep names of 24 bytes with a final zero.
const MAX_NAME: usize = 23;

/// Words of Rust.
const RUST: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Whether a name is a word of Rust, which nothing in an interface may be called.
pub fn is_word_of_rust(name: &str) -> bool {
    RUST.contains(&name)
}

/// Methods that the generated types have already.
const METHODS: &[&str] = &[
    "client_gone",
    "events",
    "fault",
    "is_empty",
    "len",
    "new",
    "run",
    "signal",
    "transport",
    "unknown",
];

/// Variables of the generated methods.
const VARIABLES: &[&str] = &["caller", "r", "reply", "server", "w"];

/// What methods of rings may not begin with, for such functions stand in the module for methods of any name: `serve_x_request` would be both
/// the one that makes the ring's request of `serve_x` and the one that serves `x_request`.
const FUNCTIONS: [&str; 2] = ["answer", "serve"];

/// What every module of Rust has without a `use`, and the generated code relies on.
const PRELUDE: &[&str] = &[
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Box",
    "Clone",
    "Copy",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// Types that the generated code uses or makes.
const TYPES: &[&str] = &[
    "Anything",
    "Server",
    "Client",
    "Dispatcher",
    "Batch",
    "Submits",
    "Failing",
    "Interface",
    "Mock",
    "RingClient",
    "Caller",
    "Reply",
    "Error",
    "T",
    "S",
    "E",
];

impl Checker<'_> {
    pub(super) fn interface_name(&mut self, name: &Name) {
        self.snake_case(
            name,
            "an interface",
            &["mocks", "mod", "reflections", "sample"],
        );
    }

    pub(super) fn method_name(&mut self, name: &Name) {
        self.snake_case(name, "a method", METHODS);
    }

    /// A method that goes over rings has a function of its own in the module.
    pub(super) fn name_of_function(&mut self, name: &Name) {
        let first = name.text.split('_').next();
        if FUNCTIONS.iter().any(|function| first == Some(function)) {
            self.reserved(name);
        }
    }

    pub(super) fn value_name(&mut self, name: &Name) {
        self.snake_case(name, "a value", VARIABLES);
    }

    fn snake_case(&mut self, name: &Name, what: &str, reserved: &[&str]) {
        let is_good = |character: char| {
            character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_'
        };
        let fits = name
            .text
            .starts_with(|first: char| first.is_ascii_lowercase())
            && name.text.chars().all(is_good);
        self.style(name, what, "snake_case", fits);
        if is_word_of_rust(&name.text) || reserved.contains(&name.text.as_str()) {
            self.reserved(name);
        }
    }

    pub(super) fn type_name(&mut self, name: &Name, what: &str) {
        self.camel_case(name, what);
        let is_taken = |taken: &[&str]| taken.contains(&name.text.as_str());
        if is_taken(TYPES) || is_taken(PRELUDE) {
            self.reserved(name);
        }
    }

    pub(super) fn entry_name(&mut self, name: &Name, what: &str) {
        self.camel_case(name, what);
        if name.text == "Self" {
            self.reserved(name);
        }
    }

    fn camel_case(&mut self, name: &Name, what: &str) {
        let fits = name
            .text
            .starts_with(|first: char| first.is_ascii_uppercase())
            && !name.text.contains('_');
        self.style(name, what, "CamelCase", fits);
    }

    pub(super) fn upper_case(&mut self, name: &Name, what: &str) {
        let is_good = |character: char| {
            character.is_ascii_uppercase() || character.is_ascii_digit() || character == '_'
        };
        let fits = name
            .text
            .starts_with(|first: char| first.is_ascii_uppercase())
            && name.text.chars().all(is_good);
        self.style(name, what, "UPPER_CASE", fits);
        if ["ALL", "INTERFACE", "REVISION"].contains(&name.text.as_str()) {
            self.reserved(name);
        }
    }

    fn style(&mut self, name: &Name, what: &str, style: &str, fits: bool) {
        if fits && name.text.len() <= MAX_NAME {
            return;
        }
        let message = format!("`{}` is not a name for {what}", name.text);
        let remedy = format!("write it in {style}, at most {MAX_NAME} characters");
        self.report(Code::NameStyle, name.span, message, &remedy);
    }

    fn reserved(&mut self, name: &Name) {
        let message = format!(
            "`{}` is a name that Rust or the generated code needs",
            name.text
        );
        self.report(
            Code::ReservedName,
            name.span,
            message,
            "choose another name",
        );
    }
}
