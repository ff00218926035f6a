//! What `new` makes: texts in which the name stands for a mark, and a manifest that is told of it.

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
    ("servers/@name@/src/lib.rs", include_str!("lib.rs.in")),
    ("servers/@name@/src/main.rs", include_str!("main.rs.in")),
    ("tools/weft/boot/@name@.toml", include_str!("boot.toml.in")),
];

const COMPONENT: &str = include_str!("component.toml.in");

/// Names that what is made uses itself, and packages that every server is built with.
const TAKEN: &[&str] = &[
    "caller", "error", "libipc", "mocks", "proto", "sample", "server", "text",
];

/// The longest name of a server: that of an interface.
const MAX_NAME: usize = 23;

/// The files of the server `name`.
pub fn server(name: &str) -> Vec<Made> {
    let file = |(path, text): &(&str, &str)| Made {
        path: filled(path, name),
        text: filled(text, name),
    };
    SERVER.iter().map(file).collect()
}

/// A manifest with the server `name` in it, to which its shell is connected.
///
/// # Errors
/// If there is no component `shell` whose connections stand on one line.
pub fn with_component(manifest: &str, name: &str) -> Outcome<String> {
    let shell = manifest.find("\n[component.shell]\n");
    let uses = shell.and_then(|shell| Some(shell + manifest.get(shell..)?.find("\nuses = { ")?));
    let end = uses.and_then(|uses| Some(uses + manifest.get(uses..)?.find(" }\n")?));
    let parts = end.and_then(|end| manifest.split_at_checked(end));
    let Some((before, behind)) = parts else {
        let what = "the manifest has no component `shell` with a line `uses = { … }`";
        let remedy = format!("add `{name} = \"{name}\"` to what uses the server yourself");
        return Err(Error::new(what).remedy(remedy));
    };
    let component = filled(COMPONENT, name);
    Ok(format!("{before}, {name} = \"{name}\"{behind}{component}"))
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

fn filled(text: &str, name: &str) -> String {
    text.replace("@name@", name).replace("@Name@", &camel(name))
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
        for Made { path, text } in server("note_pad") {
            assert!(path.contains("note_pad") && !path.contains('@'), "{path}");
            assert!(
                !text.contains("@name@") && !text.contains("@Name@"),
                "{path}"
            );
        }
        let library = &server("note_pad")[2];
        assert!(library.text.contains("impl Server for NotePad {"));
    }

    #[test]
    fn a_manifest_gets_the_component_and_its_shell_a_connection() {
        let before =
            "[component.a]\nuses = { b = \"b\" }\n\n[component.shell]\nuses = { c = \"c\" }\n";
        let after = with_component(before, "pad").expect("there is a shell");
        let expected = "[component.a]\nuses = { b = \"b\" }\n\n[component.shell]\n\
            uses = { c = \"c\", pad = \"pad\" }\n\n[component.pad]\npriority = 30\nprovides = [\"pad\"]\n";
        assert_eq!(after, expected);
        assert!(with_component("[component.a]\nuses = { b = \"b\" }\n", "pad").is_err());
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
