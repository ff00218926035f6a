//! Calls of methods that are known only when a program runs.

use libipc::codec::{List, Text};
use libipc::reflect::{self, Trouble};
use libipc::{Caller, Service, TransportError};
use libipc_mock::Mock;

#[allow(
    dead_code,
    unreachable_pub,
    reason = "modules of a library, not all of which is called here"
)]
mod golden;

use golden::{errors, methods, numbers, optional, structs, tables, unions};

/// The description of one of the golden interfaces.
fn description(name: &str) -> (&'static str, &'static [u8]) {
    let mut all = golden::descriptions::ALL.iter().copied();
    all.find(|(known, _)| *known == name).expect("it is there")
}

/// What a call with these words prints.
fn call<S: Service + 'static>(
    server: S,
    description: (&str, &'static [u8]),
    method: &'static str,
    arguments: &[(&'static str, &'static str)],
) -> Result<String, Trouble<'static>> {
    let mut text = String::new();
    let transport = Mock::new(server).connect(1);
    reflect::call(&transport, description, method, arguments, &mut text).map(|()| text)
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
        description("optional"),
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
        description("tables"),
        "change",
        &[("settings", text)],
    );
    let expected = "all: {speed: 9, active: true, name: \"x\", others: [1, 255]}\n";
    assert_eq!(shown.as_deref(), Ok(expected));
    let shown = call(
        tables::Dispatcher(Echo),
        description("tables"),
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
            description("unions"),
            "draw",
            &[("shape", shape)],
        );
        assert_eq!(shown, Ok(format!("number: {number}\n")));
    }
    let given = [("colour", "Blue"), ("rights", "READ|WRITE")];
    let shown = call(
        numbers::Dispatcher(Echo),
        description("numbers"),
        "paint",
        &given,
    );
    assert_eq!(shown.as_deref(), Ok("before: Blue\n"));
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_sent() {
    let painted = |given: &[(&'static str, &'static str)]| {
        call(
            numbers::Dispatcher(Echo),
            description("numbers"),
            "paint",
            given,
        )
    };
    assert_eq!(
        painted(&[("colour", "Blue")]),
        Err(Trouble::Missing("rights"))
    );
    assert_eq!(
        painted(&[("color", "Blue")]),
        Err(Trouble::NoArgument("color"))
    );
    let bad = painted(&[("colour", "Pink"), ("rights", "READ")]);
    assert_eq!(bad, Err(Trouble::BadValue("colour")));
    let no_method = call(
        numbers::Dispatcher(Echo),
        description("numbers"),
        "print",
        &[],
    );
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
    let shown = call(
        errors::Dispatcher(Door),
        description("errors"),
        "knock",
        &[],
    );
    assert_eq!(shown, Err(Trouble::Failed("Closed")));
    let wrong = call(
        errors::Dispatcher(Door),
        description("numbers"),
        "paint",
        &[("colour", "Blue"), ("rights", "0")],
    );
    let expected = Trouble::Transport(TransportError::WrongInterface);
    assert_eq!(wrong, Err(expected));
}

#[test]
fn a_description_that_is_cut_anywhere_is_an_error_and_no_panic() {
    let (name, whole) = description("unions");
    for end in 0..whole.len() {
        let cut = (name, &whole[..end]);
        let shape = [("shape", "Polygon([{x: 1, y: -2}])")];
        let mut text = String::new();
        let transport = Mock::new(unions::Dispatcher(Echo)).connect(1);
        let outcome = reflect::call(&transport, cut, "draw", &shape, &mut text);
        assert!(outcome.is_err() || end > whole.len() / 2, "cut at {end}");
        let _ = reflect::methods(cut.1, &mut text);
    }
}

#[test]
fn methods_are_listed_as_they_are_called() {
    let mut text = String::new();
    reflect::methods(description("methods").1, &mut text).expect("a text takes all");
    let expected = "put value=NUMBER\nstore value=NUMBER name=TEXT..8\ncount\nforget value=NUMBER\n\
        note text=TEXT..16 from=-|NUMBER\n";
    assert_eq!(text, expected);
    assert_eq!(methods::INTERFACE.name, "methods");
    let _: Text<4> = Text::new();
}
