//! Calls of methods that are known only when a program runs.

use libipc::codec::List;
use libipc::reflect::{self, Described, Trouble};
use libipc::{Caller, Service, TransportError};
use libipc_mock::Mock;

#[allow(
    dead_code,
    unreachable_pub,
    reason = "modules of a library, not all of which is called here"
)]
mod golden;

use golden::{descriptions, errors, numbers, optional, structs, tables, unions};

/// What a call with these words prints.
fn call<S: Service + 'static>(
    server: S,
    described: Described,
    method: &'static str,
    arguments: &[(&'static str, &'static str)],
) -> Result<String, Trouble<'static>> {
    let mut text = String::new();
    let transport = Mock::new(server).connect(1);
    reflect::call(&transport, described, method, arguments, &mut text).map(|()| text)
}

struct Echo;

impl optional::Server for Echo {
    fn find(
        &mut self,
        _: Caller,
        name: Option<&str>,
        number: Option<u16>,
        like: Option<optional::Thing>,
    ) -> (Option<optional::Thing>, List<Option<u8>, 4>) {
        let others = [
            name.map(|name| name.len() as u8),
            number.map(|number| number as u8),
        ];
        (like, List::from_slice(&others).expect("two"))
    }
}

impl tables::Server for Echo {
    fn change(&mut self, _: Caller, settings: tables::Settings) -> tables::Settings {
        settings
    }
}

impl unions::Server for Echo {
    fn draw(&mut self, _: Caller, shape: unions::Shape) -> unions::Number {
        match shape {
            unions::Shape::Nothing => unions::Number::Small(0),
            unions::Shape::Circle(radius) => unions::Number::Large(radius.into()),
            unions::Shape::Polygon(corners) => {
                unions::Number::Large(corners.iter().fold(0, |sum, at| sum + at.x as u64))
            }
            unions::Shape::Label(text) => unions::Number::Small(text.len() as u8),
        }
    }
}

impl numbers::Server for Echo {
    fn paint(
        &mut self,
        _: Caller,
        colour: numbers::Colour,
        rights: numbers::Rights,
    ) -> numbers::Colour {
        assert_eq!(rights, numbers::Rights::ALL);
        colour
    }
}

impl structs::Server for Echo {
    fn draw(&mut self, _: Caller, line: structs::Line) -> structs::Point {
        line.ends[0]
    }
}

#[test]
fn values_that_may_be_absent_are_written_and_shown() {
    let server = optional::Dispatcher(Echo);
    let like = ("like", "{name: \"a, b\", below: -}");
    let shown = call(
        server,
        descriptions::OPTIONAL,
        "find",
        &[("name", "chair"), like],
    );
    let expected = "thing: {name: \"a, b\", below: -}\nothers: [5, -]\n";
    assert_eq!(shown.as_deref(), Ok(expected));
}

#[test]
fn tables_are_written_and_shown_by_their_members() {
    let text = "{speed: 9, active: true, name: x, others: [1, 0xff]}";
    let server = tables::Dispatcher(Echo);
    let shown = call(
        server,
        descriptions::TABLES,
        "change",
        &[("settings", text)],
    );
    let expected = "all: {speed: 9, active: true, name: \"x\", others: [1, 255]}\n";
    assert_eq!(shown.as_deref(), Ok(expected));
    let shown = call(
        tables::Dispatcher(Echo),
        descriptions::TABLES,
        "change",
        &[("settings", "{}")],
    );
    assert_eq!(shown.as_deref(), Ok("all: {}\n"));
}

#[test]
fn variants_entries_and_bits_go_by_their_names() {
    for (shape, number) in [
        ("Nothing", "Small(0)"),
        ("Circle(7)", "Large(7)"),
        ("Polygon([{x: 1, y: -2}, {x: 3, y: 4}])", "Large(4)"),
        ("Label(\"two words\")", "Small(9)"),
    ] {
        let shown = call(
            unions::Dispatcher(Echo),
            descriptions::UNIONS,
            "draw",
            &[("shape", shape)],
        );
        assert_eq!(shown, Ok(format!("number: {number}\n")));
    }
    let given = [("colour", "Blue"), ("rights", "READ|WRITE")];
    let shown = call(
        numbers::Dispatcher(Echo),
        descriptions::NUMBERS,
        "paint",
        &given,
    );
    assert_eq!(shown.as_deref(), Ok("before: Blue\n"));
}

#[test]
fn a_text_may_have_what_otherwise_ends_it() {
    let shape = r#"Label("a \"b\" \\ c")"#;
    let given = [("shape", shape)];
    let shown = call(
        unions::Dispatcher(Echo),
        descriptions::UNIONS,
        "draw",
        &given,
    );
    assert_eq!(shown.as_deref(), Ok("number: Small(9)\n"));
    let shown = call(
        unions::Dispatcher(Echo),
        descriptions::UNIONS,
        "draw",
        &[("shape", r#"Label("a)"#)],
    );
    assert!(matches!(shown, Err(Trouble::BadValue("shape", _))));
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_sent() {
    let painted = |given: &[(&'static str, &'static str)]| {
        let server = numbers::Dispatcher(Echo);
        let outcome = call(server, descriptions::NUMBERS, "paint", given);
        outcome.expect_err("it is wrong").to_string()
    };
    assert_eq!(
        painted(&[("colour", "Blue")]),
        "rights is missing; it is to be READ|WRITE"
    );
    assert_eq!(
        painted(&[("color", "Blue")]),
        "the method has no argument color"
    );
    assert_eq!(
        painted(&[("colour", "Pink"), ("rights", "READ")]),
        "colour is to be Red|Blue"
    );
    let server = numbers::Dispatcher(Echo);
    let no_method = call(server, descriptions::NUMBERS, "print", &[]);
    assert_eq!(no_method, Err(Trouble::NoMethod("print")));
}

#[test]
fn errors_are_shown_by_their_names() {
    struct Door;
    impl errors::Server for Door {
        fn knock(&mut self, _: Caller) -> Result<(), errors::Error> {
            Err(errors::Error::Closed)
        }

        fn wait(&mut self, _: Caller) {}
    }
    let shown = call(errors::Dispatcher(Door), descriptions::ERRORS, "knock", &[]);
    assert_eq!(shown, Err(Trouble::Failed("Closed")));
    let wrong = call(
        errors::Dispatcher(Door),
        descriptions::NUMBERS,
        "paint",
        &[("colour", "Blue"), ("rights", "0")],
    );
    let expected = Trouble::Transport(TransportError::WrongInterface);
    assert_eq!(wrong, Err(expected));
}

/// Calls and lists with a description that may make no sense.
fn try_out(description: Vec<u8>) -> Result<(), Trouble<'static>> {
    let described = Described {
        description: description.leak(),
        ..descriptions::UNIONS
    };
    let mut text = String::new();
    let _ = reflect::methods(described, &mut text);
    let shape = [("shape", "Polygon([{x: 1, y: -2}])")];
    let transport = Mock::new(unions::Dispatcher(Echo)).connect(1);
    reflect::call(&transport, described, "draw", &shape, &mut text)
}

#[test]
fn a_description_that_is_cut_anywhere_is_an_error_and_no_panic() {
    let whole = descriptions::UNIONS.description;
    for end in 0..whole.len() {
        let outcome = try_out(whole[..end].to_vec());
        assert!(outcome.is_err() || end > whole.len() / 2, "cut at {end}");
    }
}

#[test]
fn a_description_that_is_changed_anywhere_is_no_panic() {
    let whole = descriptions::UNIONS.description;
    for place in 0..whole.len() {
        for byte in 0..=u8::MAX {
            let mut changed = whole.to_vec();
            changed[place] = byte;
            let _ = try_out(changed);
        }
    }
}

#[test]
fn a_type_that_is_said_to_contain_itself_is_an_error() {
    // One method `m` with an argument `a` of type 0, which is a struct with a field `f` of type 0.
    let method = b"\xff\x01\x0b\0\x01m\x01\0\0\x01\x01a\x0d\0\0";
    let declared = b"\x06\0\0\x01\x01f\x0d\0";
    let described = Described {
        interface: "unions",
        description: [&method[..], declared].concat().leak(),
    };
    let transport = Mock::new(unions::Dispatcher(Echo)).connect(1);
    let given = format!("{}1{}", "{f: ".repeat(100), "}".repeat(100)).leak();
    let mut text = String::new();
    let outcome = reflect::call(&transport, described, "m", &[("a", given)], &mut text);
    assert!(matches!(outcome, Err(Trouble::BadValue("a", _))));
    assert!(reflect::methods(described, &mut text).is_err());
}

#[test]
fn methods_are_listed_as_they_are_called() {
    let mut text = String::new();
    reflect::methods(descriptions::METHODS, &mut text).expect("a text takes all");
    let expected = "put value=u32 -> before: u32\nstore value=u64 name=string<8> -> before: u64\n\
        count -> count: u32\nforget value=u64\nnote text=string<16> from=u32?\n";
    assert_eq!(text, expected);
}
