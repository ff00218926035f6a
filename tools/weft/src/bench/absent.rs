//! What a board cannot measure yet: it is told with its reason, and is no error.
//!
//! Only what `docs/bench/absent.toml` names is absent; everything else that is not measured is an error, and so is
//! something that stands there although it is measured.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::figure::{Absent, Figures, Missing};
use crate::board::Board;
use crate::error::{Error, Outcome};

/// The file, from the tree's root.
pub const FILE: &str = "docs/bench/absent.toml";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    absent: Vec<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    board: String,
    names: Vec<String>,
    reason: String,
}

/// Reads what is absent on a board.
///
/// # Errors
/// If the file cannot be read or is malformed, or a reason is empty.
pub fn read(path: &Path, board: Board) -> Outcome<Vec<Absent>> {
    let text = fs::read_to_string(path).map_err(|cause| Error::io("read", path, &cause))?;
    parse(&text, board).map_err(|error| error.at(path.display()))
}

fn parse(text: &str, board: Board) -> Outcome<Vec<Absent>> {
    let file: File = toml::from_str(text).map_err(|cause| Error::new(cause.to_string()))?;
    let mut all = Vec::new();
    for group in file.absent {
        if group.reason.trim().is_empty() {
            let what = format!("no reason why {} are absent", group.names.join(", "));
            return Err(Error::new(what).remedy("say why they cannot be measured"));
        }
        if group.board == board.name() {
            all.extend(group.names.into_iter().map(|name| Absent {
                name,
                absent: group.reason.clone(),
                board: group.board.clone(),
            }));
        }
    }
    Ok(all)
}

/// Tells apart what was not measured: what is known to be absent, and errors.
pub fn tell_apart(figures: &mut Figures, known: &[Absent]) {
    let is_known = |missing: &Missing| known.iter().any(|absent| absent.name == missing.name);
    figures.missing.retain(|missing| !is_known(missing));
    for absent in known {
        match figures.find(&absent.name) {
            None => figures.absent.push(absent.clone()),
            Some(_) => figures.missing.push(Missing {
                name: absent.name.clone(),
                error: format!("it was measured, but stands in {FILE}: take it out there"),
                board: absent.board.clone(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::figure::tests::figure;
    use super::super::{bars, figure};
    use super::*;
    use crate::project::Project;

    fn absent(name: &str) -> Absent {
        Absent {
            name: name.to_owned(),
            absent: "no disk".to_owned(),
            board: "virt".to_owned(),
        }
    }

    #[test]
    fn what_is_known_to_be_absent_is_no_error_and_the_rest_is() {
        let missing = |name: &str| Missing {
            name: name.to_owned(),
            error: "why".to_owned(),
            board: "virt".to_owned(),
        };
        let mut figures = Figures {
            missing: vec![missing("a"), missing("b")],
            ..Figures::default()
        };
        tell_apart(&mut figures, &[absent("a"), absent("c")]);
        assert_eq!(figures.absent, [absent("a"), absent("c")]);
        assert_eq!(figures.missing, [missing("b")]);
    }

    #[test]
    fn what_is_measured_must_not_be_called_absent() {
        let mut figures = Figures {
            all: vec![figure("a", 1)],
            ..Figures::default()
        };
        tell_apart(&mut figures, &[absent("a")]);
        assert!(figures.absent.is_empty() && figures.missing[0].error.contains(FILE));
    }

    #[test]
    fn absence_needs_a_reason() {
        let text = "[[absent]]\nboard = \"virt\"\nnames = [\"a\"]\nreason = ";
        assert!(parse(&format!("{text}\" \""), Board::Q35).is_err());
        assert_eq!(
            parse(&format!("{text}\"no disk\""), Board::Q35).expect("read"),
            []
        );
        let found = parse(&format!("{text}\"no disk\""), Board::Virt);
        assert_eq!(found.expect("read"), [absent("a")]);
    }

    #[test]
    fn only_figures_that_have_a_bar_or_are_on_another_board_are_called_absent() {
        let root = Project::locate().root().to_owned();
        let known = figure::read(&root.join("docs/bench/q35.jsonl")).expect("accepted figures");
        let bars = bars::read(&root.join(bars::FILE)).expect("bars");
        for board in Board::ALL {
            for absent in read(&root.join(FILE), board).expect("well formed") {
                let is_known = known.iter().any(|figure| figure.name == absent.name);
                assert!(is_known || bars.names(&absent.name), "{}", absent.name);
            }
        }
    }
}
