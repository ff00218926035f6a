//! Every mistake explained at length, with an example.
//!
//! The examples are the compiler's own test cases, so that none can be out of date.

use crate::Code;

struct Case {
    code: Code,
    why: &'static str,
    source: &'static str,
    told: &'static str,
}

macro_rules! cases {
    ($($code:ident $file:literal $told:literal $why:literal;)+) => {
        const CASES: &[Case] = &[$(Case {
            code: Code::$code,
            why: $why,
            source: include_str!(concat!("../tests/mistakes/", $file, ".idl")),
            told: include_str!(concat!("../tests/mistakes/", $told, ".txt")),
        },)+];
    };
}

#[rustfmt::skip]
cases! {
    UnexpectedCharacter "unexpected_character" "unexpected_character"
        "The language has words, numbers and the signs `{ } ( ) < > : ; , = @ . ? ->`. Anything else is most often a remark without `//`.";
    UnexpectedToken "unexpected_token" "unexpected_token"
        "Every declaration has one form, given by the grammar in the book's chapter on the language. The compiler skips to the next declaration and goes on.";
    BadNumber "bad_number" "bad_number"
        "Numbers are decimal, `0x` hexadecimal or `0b` binary, with `_` between digits, and fit 64 bits.";
    TooDeep "too_deep" "too_deep"
        "Types within types are hard to read and to lay out; name the inner part as a struct or an alias.";
    MissingDocs "missing_docs" "missing_docs"
        "Documentation in an interface becomes that of the generated code, which is all that most people see of it.";
    StrayDocs "stray_docs" "stray_docs"
        "Documentation tells of what follows it; where nothing follows, something was moved or deleted without it.";
    BadAttribute "bad_attribute" "bad_attribute"
        "An attribute changes what is generated, so that one in a place where it changes nothing would mislead.";
    WrongFileName "wrong_file_name" "wrong_file_name"
        "An interface is found by its file, and the generated module has the file's name.";
    DuplicateName "duplicate_name" "duplicate_name"
        "Names become names in Rust, where two cannot be the same.";
    NameStyle "name_style" "name_style"
        "Names are written as Rust writes them, so that the generated code needs no other ones; 23 characters fit the table that a program is started with.";
    ReservedName "reserved_name" "reserved_name"
        "The generated code would have two things of this name, or Rust reserves the word.";
    UnknownType "unknown_type" "unknown_type"
        "A type is built in, declared in the interface, or imported by a `use` line.";
    UnknownInterface "unknown_interface" "unknown_interface"
        "Interfaces that use one another are compiled together; by default that is all of `idl/`.";
    UnknownConstant "unknown_constant" "unknown_constant"
        "A bound is a number or the name of a constant, of this interface or imported.";
    BadParameters "bad_parameters" "bad_parameters"
        "What has a length needs a bound, so that every message has a greatest size; other types have no parameters.";
    BadBound "bad_bound" "bad_bound"
        "A bound of nothing is useless, and a message holds 2048 bytes.";
    ValueOutOfRange "value_out_of_range" "value_out_of_range"
        "The value travels in the type that is written before it.";
    DuplicateValue "duplicate_value" "duplicate_value"
        "The value is all that travels, so that a reader could not tell the two apart.";
    OrdinalOutOfRange "ordinal_out_of_range" "ordinal_out_of_range"
        "Ordinals travel in 16 bits, and 0 is never sent, so that a cleared word is no request.";
    DuplicateOrdinal "duplicate_ordinal" "duplicate_ordinal"
        "The ordinal is all that travels of a method's name.";
    RecursiveStruct "circles" "circles"
        "A message has a greatest size, and what contains itself has none.";
    MessageTooLarge "message_too_large" "message_too_large"
        "The kernel carries 2048 bytes in a message. More than that is sent in several messages or lies in a pool.";
    TooManyCapabilities "too_many_capabilities" "too_many_capabilities"
        "The kernel carries four capabilities in a message.";
    CapabilityInside "capability_inside" "capability_inside"
        "Capabilities travel beside the bytes in declared order; inside another type their order would depend on data.";
    UnknownCapability "unknown_capability" "unknown_capability"
        "A capability names an interface that somebody serves, or a kind of kernel object.";
    NoErrorDeclared "no_error_declared" "no_error_declared"
        "The word `error` says that a method fails with the interface's error, which must exist.";
    NotForRing "not_for_ring" "not_for_ring"
        "A ring's slot holds 40 bytes of arguments, its completion 4 of results, and neither holds capabilities.";
    InterfaceCollision "interface_collision/disk419" "interface_collision"
        "The number by which a server knows requests for another interface is made of its name; two that are the same would be taken for each other.";
    Empty "empty" "empty"
        "Nothing can be made of a type without contents; most often something was forgotten.";
    ReservedNumber "reserved_number" "reserved_number"
        "A reserved number meant something once, and somebody who still sends it means that.";
    BadRights "bad_rights" "bad_rights"
        "A copied or lent capability goes with named rights, never with more than its owner has. What is lent is deleted when the server's method returns, so that a method that answers later cannot borrow, and a result cannot be lent.";
    BadError "bad_error/third" "bad_error"
        "An error takes over the entries of one other error, whose numbers all come from one place: a chain would hide where a number is defined.";
    BadOptional "bad_optional" "bad_optional"
        "Twice absent is absent; the members of a table may all be absent anyway.";
    Contradiction "contradiction" "contradiction"
        "A method that nobody answers has no results, no error and no other time to come; what was moved to a server that died cannot be sent to its successor.";
    UnknownMethod "unknown_method" "unknown_method"
        "Whoever is told not to use a method must be told which to use instead.";
    StrayStream "stray_stream" "stray_stream"
        "A stream is no value: a method opens one, and its elements come by further requests. So it can only be all that the method results in.";
    StrayLoan "stray_loan" "stray_loan"
        "A buffer is lent for as long as a client waits for the answer of a method, so it can only be an argument of one.";
}

/// The code that somebody wrote: `E0016`, `e16` or `16`.
pub fn code(text: &str) -> Option<Code> {
    let digits = text.trim_start_matches(['E', 'e']);
    let number: u16 = digits.parse().ok()?;
    let mut all = Code::ALL.iter();
    all.find(|code| **code as u16 == number).copied()
}

/// What a code means, why it is a mistake, and an example with what is told of it.
pub fn explain(code: Code) -> String {
    let mut text = format!("{code}: {}\n", code.text());
    if let Some(case) = CASES.iter().find(|case| case.code == code) {
        text += &format!("\n{}\n\nIn\n\n{}", case.why, indented(case.source));
        text += &format!(
            "\nthe compiler tells:\n\n{}",
            indented(&of(code, case.told))
        );
    }
    text
}

/// Those of the messages that have a code, with what follows them.
fn of(code: Code, told: &str) -> String {
    let mark = format!("error[{code}]");
    let mut is_of = false;
    let mut text = String::new();
    for line in told.lines() {
        if !line.starts_with(' ') {
            is_of = line.contains(&mark);
        }
        if is_of {
            text += &format!("{line}\n");
        }
    }
    text
}

fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("    {line}\n"),
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_by_an_example_that_has_it() {
        for code in Code::ALL {
            let text = explain(*code);
            assert!(text.contains(&format!("error[{code}]: ")), "{text}");
        }
    }

    #[test]
    fn a_code_is_known_however_it_is_written() {
        for text in ["E0016", "e16", "16"] {
            assert_eq!(code(text), Some(Code::BadBound));
        }
        assert_eq!(code("E9999"), None);
        assert_eq!(code("bound"), None);
    }
}
