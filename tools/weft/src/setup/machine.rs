//! Which distribution this machine runs, as far as installing packages depends on it.

use std::fs;

/// A kind of machine that packages are installed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Machine {
    /// A Debian whose own QEMU is too old: it comes from the backports of this release name.
    DebianWithBackports(String),
    /// A Debian whose own packages are new enough.
    Debian,
    /// Something else; the text is its name.
    Other(String),
}

/// The first Debian release with QEMU 9 or newer.
const FIRST_NEW_ENOUGH: u32 = 13;

impl Machine {
    /// Reads which one this is.
    pub fn of_this() -> Self {
        let text = fs::read_to_string("/etc/os-release").unwrap_or_default();
        Self::from_os_release(&text)
    }

    /// Reads it from the text of an `os-release` file (os-release(5)).
    pub fn from_os_release(text: &str) -> Self {
        let field = |name| field(text, name);
        if field("ID").as_deref() != Some("debian") {
            return Self::Other(field("PRETTY_NAME").unwrap_or_else(|| "this system".to_owned()));
        }
        // Testing and unstable have no VERSION_ID; both are newer than any release.
        let number = field("VERSION_ID").and_then(|id| id.parse::<u32>().ok());
        match (number, field("VERSION_CODENAME")) {
            (Some(number), Some(name)) if number < FIRST_NEW_ENOUGH => {
                Self::DebianWithBackports(name)
            }
            _ => Self::Debian,
        }
    }
}

fn field(text: &str, name: &str) -> Option<String> {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_12_takes_backports() {
        let text = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\n\
                    VERSION_CODENAME=bookworm\nID=debian\n";
        let machine = Machine::from_os_release(text);
        assert_eq!(machine, Machine::DebianWithBackports("bookworm".to_owned()));
    }

    #[test]
    fn debian_13_and_testing_take_their_own_packages() {
        let release = "ID=debian\nVERSION_ID=\"13\"\nVERSION_CODENAME=trixie\n";
        assert_eq!(Machine::from_os_release(release), Machine::Debian);
        let testing = "ID=debian\nVERSION_CODENAME=forky\n";
        assert_eq!(Machine::from_os_release(testing), Machine::Debian);
    }

    #[test]
    fn another_distribution_is_named() {
        let text = "ID=fedora\nVERSION_ID=42\nPRETTY_NAME=\"Fedora Linux 42\"\n";
        assert_eq!(
            Machine::from_os_release(text),
            Machine::Other("Fedora Linux 42".to_owned())
        );
    }
}
