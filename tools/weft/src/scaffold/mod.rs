//! What `new` makes: texts in which the name stands for a mark, and a manifest that is told of it.

mod serving;

pub use serving::files as serving;

use idlc::check::is_word_of_rust;

use crate::error::{Error, Outcome};

/// A file that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Where, from the root of the tree.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

/// The files of a server: path and text, both with marks.
const SERVER: &[(&str, &str)] = &[
    ("idl/@name@.idl", include_str!("interface.idl.in")),
    ("servers/@name@/Cargo.toml", include_str!("Cargo.toml.in")),
    ("servers/@name@/README.md", include_str!("README.md.in")),
    ("servers/@name@/src/lib.rs", include_str!("lib.rs.in")),
    ("servers/@name@/src/main.rs", include_str!("main.rs.in")),
    ("tools/weft/boot/@name@.toml", include_str!("boot.toml.in")),
];

const COMPONENT: &str = include_str!("component.toml.in");

/// Names that what is made uses itself, and packages that every server is built with.
const TAKEN: &[&str] = &[
    "alloc", "caller", "core", "error", "libipc", "mocks", "proto", "sample", "server", "std",
    "text",
];

/// The longest name of a server: that of an interface.
const MAX_NAME: usize = 23;

/// What stands in the place of the marks.
struct Marks<'a> {
    name: &'a str,
    interface: &'a str,
    /// What the server does, as a sentence without its full stop.
    about: &'a str,
    image: &'a str,
    /// What is typed behind `call`.
    target: &'a str,
}

impl Marks<'_> {
    fn fill(&self, text: &str) -> String {
        let marks = [
            ("@name@", self.name),
            ("@Name@", &camel(self.name)),
            ("@interface@", self.interface),
            ("@About@", self.about),
            ("@image@", self.image),
            ("@target@", self.target),
        ];
        marks
            .into_iter()
            .fold(text.to_owned(), |text, (mark, value)| {
                text.replace(mark, value)
            })
    }
}

/// The files of the server `name` with an interface of that name, in an image, and what can be called first.
pub fn server(name: &str, image: &str) -> (Vec<Made>, String) {
    let target = format!("{name}.tell text=hello");
    let marks = Marks {
        name,
        interface: name,
        about: "Gives back what it is told, and counts how often",
        image,
        target: &target,
    };
    let file = |(path, text): &(&str, &str)| Made {
        path: marks.fill(path),
        text: marks.fill(text),
    };
    (SERVER.iter().map(file).collect(), target)
}

/// A manifest with the server `name` of an interface in it, to which its shell is connected.
///
/// # Errors
/// If there is no component `shell` whose connections stand on one line, or it has one of that name.
pub fn with_component(manifest: &str, name: &str, interface: &str) -> Outcome<String> {
    let shell = manifest.find("\n[component.shell]\n");
    let uses = shell.and_then(|shell| Some(shell + manifest.get(shell..)?.find("\nuses = { ")?));
    let end = uses.and_then(|uses| Some(uses + manifest.get(uses..)?.find(" }\n")?));
    let parts = end.and_then(|end| manifest.split_at_checked(end));
    let Some((before, behind)) = parts else {
        let what = "the manifest has no component `shell` with a line `uses = { … }`";
        let remedy = format!("add `{name} = \"{name}\"` to what uses the server yourself");
        return Err(Error::new(what).remedy(remedy));
    };
    let connections = before.lines().last().unwrap_or_default();
    if [format!(" {name} ="), format!("{{{name} =")]
        .iter()
        .any(|one| connections.contains(one))
    {
        let what = format!("the shell has a connection `{name}` already");
        return Err(Error::new(what).remedy("choose another name"));
    }
    let component = COMPONENT.replace("@name@", name);
    let component = component.replace("@interface@", interface);
    let server = match name == interface {
        true => format!("\"{name}\""),
        false => format!("{{ server = \"{name}\", interface = \"{interface}\" }}"),
    };
    Ok(format!("{before}, {name} = {server}{behind}{component}"))
}

/// Refuses what cannot be the name of an interface, of a package and of a type at once.
///
/// # Errors
/// Why it cannot.
pub fn check_name(name: &str) -> Outcome {
    let is_letter = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_';
    let is_good = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(is_letter)
        && name.len() <= MAX_NAME;
    let is_taken = is_word_of_rust(name) || TAKEN.contains(&name);
    if is_taken {
        let error = Error::new(format!("`{name}` already means something else"));
        return Err(error.remedy("choose another name"));
    }
    if is_good {
        return Ok(());
    }
    Err(
        Error::new(format!("`{name}` cannot be the name of a server")).remedy(format!(
            "use small letters, digits and `_`, at most {MAX_NAME}, a letter first"
        )),
    )
}

/// `name_of_a_server` as the name of a type.
fn camel(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_the_name_in_the_place_of_every_mark() {
        let (files, target) = server("note_pad", "demo");
        for Made { path, text } in &files {
            assert!(path.contains("note_pad") && !path.contains('@'), "{path}");
            assert!(!text.contains('@'), "{path}");
        }
        let library = files.iter().find(|one| one.path.ends_with("lib.rs"));
        let library = library.expect("it is made");
        assert!(library.text.contains("impl Server for NotePad {"));
        assert_eq!(target, "note_pad.tell text=hello");
    }

    #[test]
    fn a_name_that_something_else_has_is_refused() {
        for good in ["note_pad", "a1", "answer"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["std", "alloc", "proto", "loop", "Pad", "9a", ""] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_manifest_gets_the_component_and_its_shell_a_connection() {
        let before =
            "[component.a]\nuses = { b = \"b\" }\n\n[component.shell]\nuses = { c = \"c\" }\n";
        let after = with_component(before, "pad", "pad").expect("there is a shell");
        let expected = "[component.a]\nuses = { b = \"b\" }\n\n[component.shell]\n\
            uses = { c = \"c\", pad = \"pad\" }\n\n[component.pad]\npriority = 30\nprovides = [\"pad\"]\n";
        assert_eq!(after, expected);
        assert!(with_component("[component.a]\nuses = { b = \"b\" }\n", "pad", "pad").is_err());
        let other = with_component(before, "pad", "clock").expect("there is a shell");
        assert!(
            other.contains("pad = { server = \"pad\", interface = \"clock\" } }\n"),
            "{other}"
        );
        assert!(other.ends_with("[component.pad]\npriority = 30\nprovides = [\"clock\"]\n"));
        let twice = with_component(&after, "pad", "clock").expect_err("there is one");
        assert!(
            twice.to_string().contains("a connection `pad` already"),
            "{twice}"
        );
    }

    #[test]
    fn a_name_that_is_none_is_refused() {
        for name in [
            "",
            "Pad",
            "note-pad",
            "1st",
            "a/b",
            "a_very_long_name_of_a_server",
            "match",
            "server",
        ] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert_eq!(check_name("note_pad2"), Ok(()));
    }
}
