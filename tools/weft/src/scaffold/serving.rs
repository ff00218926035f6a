//! A server for an interface that is there already: its methods are those of the interface, and answer what they can before
//! they are written.

use idlc::generate::{Call, Told, skeleton};
use idlc::model::Interface;
use idlc::suggest;

use super::{Made, Marks, camel};
use crate::error::{Error, Outcome};

/// The files of a server but for library and tests of the booted system.
const FILES: &[(&str, &str)] = &[
    ("servers/@name@/Cargo.toml", include_str!("Cargo.toml.in")),
    ("servers/@name@/README.md", include_str!("README.md.in")),
    ("servers/@name@/src/main.rs", include_str!("main.rs.in")),
];

/// The files of the server `name` of one of some interfaces, in an image, and what can be called first.
///
/// # Errors
/// If there is no such interface, or a server of it cannot be made without knowing more.
pub fn files(
    interfaces: &[Interface],
    interface: &str,
    (name, image): (&str, &str),
) -> Outcome<(Vec<Made>, String)> {
    let found = interfaces.iter().find(|one| one.name == interface);
    let found = found.ok_or_else(|| unknown(interfaces, interface))?;
    let made = skeleton(interfaces, found, &camel(name)).map_err(|unfit| {
        let what = format!("no server to begin with can be made for `{interface}`: {unfit}");
        Error::new(what)
            .remedy("choose another name or interface, or write it from `servers/template`")
    })?;
    let target = target(name, interface, &made.call);
    let marks = Marks {
        name,
        interface,
        about: &format!("Serves `{interface}`"),
        image,
        target: &target,
    };
    let file = |path: &str, text: &str| Made {
        path: marks.fill(path),
        text: marks.fill(text),
    };
    let mut files: Vec<_> = FILES.iter().map(|(path, text)| file(path, text)).collect();
    files.push(file("servers/@name@/src/lib.rs", &made.library));
    let boot = boot(name, &target, &made.call.told);
    files.push(file("tools/weft/boot/@name@.toml", &boot));
    Ok((files, target))
}

fn unknown(interfaces: &[Interface], name: &str) -> Error {
    let names = interfaces.iter().map(|one| one.name.as_str());
    let remedy =
        "`cargo weft idl show` lists all; without `--interface` the server gets one of its own";
    let error = Error::new(format!("there is no interface `{name}`"));
    error.remedy(suggest::remedy(name, names, remedy))
}

/// What is typed behind `call`.
fn target(name: &str, interface: &str, call: &Call) -> String {
    match name == interface {
        true => format!("{interface}{}", call.words),
        false => format!("{name}:{interface}{}", call.words),
    }
}

/// The test of the booted system.
fn boot(name: &str, target: &str, told: &Told) -> String {
    let method = target.split(' ').next().unwrap_or(target);
    let (title, status, expected) = match told {
        Told::Error(error) => {
            let line = format!("call: {method}: the server answers {error}\\n");
            (
                "answers that it is not written yet",
                1,
                Some(("stdout", line)),
            )
        }
        Told::Abandoned => {
            let line = format!("call: {method}: the server gave the request up\\n");
            (
                "gives a request up before it is written",
                1,
                Some(("stdout", line)),
            )
        }
        Told::Results(first) => {
            let result = first
                .as_ref()
                .map(|first| ("stdout-has", format!("{first}: ")));
            ("is called", 0, result)
        }
        Told::Methods(first) => (
            "tells its methods",
            0,
            Some(("stdout-has", format!("{first} "))),
        ),
    };
    let expected = expected.map_or_else(String::new, |(key, text)| match key {
        "stdout" => format!("stdout = \"{text}\"\n"),
        _ => format!("{key} = [\"{text}\"]\n"),
    });
    format!(
        "# The server `{name}`, called on the demo image.\n\n[[case]]\nname = \"{name} {title}\"\n\
         exec = \"call {target}\"\nstatus = {status}\n{expected}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interfaces() -> Vec<Interface> {
        let text = "/// Tells the time.\ninterface watch {\n    /// Why not.\n    error Error {\n        \
            /// It was never set.\n        Unset = 1,\n    }\n\n    /// Tells the seconds.\n    \
            1: now(zone: u8) -> (seconds: i64) error;\n}\n";
        let giver = "/// Gives.\ninterface giver {\n    /// Gives a frame.\n    1: give() -> (frame: cap<frame>);\n}\n";
        let source =
            |name: &str, text: &str| idlc::Source::new(format!("{name}.idl"), text.to_owned());
        let compiled = idlc::compile(&[source("giver", giver), source("watch", text)]);
        compiled.unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
    }

    fn text<'a>(files: &'a [Made], end: &str) -> &'a str {
        let found = files.iter().find(|one| one.path.ends_with(end));
        &found.expect("it is made").text
    }

    #[test]
    fn every_method_answers_and_is_tried_on_the_host_and_in_the_machine() {
        let made = files(&interfaces(), "watch", ("sundial", "demo"));
        let (files, target) = made.expect("it can be made");
        assert_eq!(target, "sundial:watch.now zone=0");
        let library = text(&files, "lib.rs");
        for part in [
            "use proto::watch::{Error, Server};",
            "pub struct Sundial {}",
            "fn now(&mut self, _: Caller, _zone: u8) -> Result<i64, Error> {\n        Err(Error::Unset)\n    }",
            "assert!(matches!(client.now(0), Err(libipc::Error::Server(Error::Unset))));",
        ] {
            let flat = |text: &str| text.split_whitespace().collect::<String>();
            assert!(flat(library).contains(&flat(part)), "{part}\n{library}");
        }
        let boot = text(&files, "sundial.toml");
        assert!(
            boot.contains("exec = \"call sundial:watch.now zone=0\"\nstatus = 1\n"),
            "{boot}"
        );
        assert!(
            boot.contains("call: sundial:watch.now: the server answers Unset\\n"),
            "{boot}"
        );
        let main = text(&files, "main.rs");
        assert!(main.contains("proto::watch::serve(env.endpoint(\"watch\"), Sundial::default())"));
        assert!(files.iter().all(|one| !one.text.contains("@name@")));
    }

    #[test]
    fn an_interface_that_is_none_or_gives_what_nobody_has_is_refused() {
        let interfaces = interfaces();
        let refused =
            |interface, name| files(&interfaces, interface, (name, "demo")).expect_err("no server");
        let slip = refused("wacth", "sundial").to_string();
        assert!(
            slip.contains("no interface `wacth`") && slip.contains("did you mean `watch`?"),
            "{slip}"
        );
        let capability = refused("giver", "sundial").to_string();
        assert!(
            capability.contains("its method `give` always answers a capability"),
            "{capability}"
        );
        let taken = refused("watch", "error").to_string();
        assert!(taken.contains("it declares `Error` itself"), "{taken}");
    }
}
