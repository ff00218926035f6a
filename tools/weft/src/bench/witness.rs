//! What the witness wrote: counts of each marked run, and what was executed in it.
//!
//! The witness is a plugin of QEMU (package `weft-witness`), built for this machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use weft_witness::line::{Entry, Line, Place};
use weft_witness::masked::Longest;

use crate::build::rust;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::qemu::machine::Plugin;

/// The plugin's package.
const PACKAGE: &str = "weft-witness";

/// The plugin as Cargo names it.
const FILE: &str = "libweft_witness.so";

/// Everything that it wrote in one run.
#[derive(Debug, Default)]
pub struct Witnessed {
    /// What it counted, by mark.
    lines: BTreeMap<u64, Result<Line, String>>,
    /// What was executed, by mark.
    places: BTreeMap<u64, Vec<Place>>,
    /// The longest stretch with interrupts masked.
    masked: Longest,
}

/// Builds it.
///
/// # Errors
/// If it does not build.
pub fn build(project: &Project) -> Outcome<PathBuf> {
    Ok(rust::host(project, PACKAGE, &[])?.join(FILE))
}

/// It is to write into `folder`, and to know where the kernel looks for interrupts.
pub fn plugin(file: PathBuf, folder: &Path, points: Vec<u64>) -> Plugin {
    Plugin {
        file,
        out: folder.join("witness.jsonl"),
        places: folder.join("places.jsonl"),
        masked: folder.join("masked.json"),
        points,
    }
}

/// Reads what it wrote.
///
/// # Errors
/// If it wrote nothing, or something else than lines of its kinds.
pub fn read(plugin: &Plugin) -> Outcome<Witnessed> {
    let mut witnessed = Witnessed::default();
    for (line, place) in lines(&plugin.out)? {
        witnessed.add_line(&line).map_err(|error| error.at(place))?;
    }
    for (line, place) in lines(&plugin.places)? {
        let place: Place = json(&line).map_err(|error| error.at(place))?;
        witnessed.places.entry(place.mark).or_default().push(place);
    }
    let masked = fs::read_to_string(&plugin.masked)
        .map_err(|cause| Error::io("read what the witness wrote", &plugin.masked, &cause))?;
    witnessed.masked = json(&masked).map_err(|error| error.at(plugin.masked.display()))?;
    Ok(witnessed)
}

impl Witnessed {
    fn add_line(&mut self, text: &str) -> Outcome {
        let (mark, line) = match json(text)? {
            Entry::Ended(line) => (line.mark, Ok(*line)),
            Entry::Broken(broken) => (broken.mark, Err(broken.error)),
        };
        let line = match self.lines.contains_key(&mark) {
            true => Err("two runs have its mark".to_owned()),
            false => line,
        };
        self.lines.insert(mark, line);
        Ok(())
    }

    /// What was counted in the run of a mark.
    ///
    /// # Errors
    /// Why it was not counted.
    pub fn line(&self, mark: u64) -> Result<&Line, String> {
        match self.lines.get(&mark) {
            Some(Ok(line)) => Ok(line),
            Some(Err(why)) => Err(why.clone()),
            None => Err("the witness saw no such run".to_owned()),
        }
    }

    /// The longest stretch with interrupts masked, of the whole run.
    pub fn masked(&self) -> Longest {
        self.masked
    }

    /// What was executed in the run of a mark.
    pub fn places(&self, mark: u64) -> &[Place] {
        self.places.get(&mark).map_or(&[], Vec::as_slice)
    }
}

fn lines(path: &Path) -> Outcome<Vec<(String, String)>> {
    let text = fs::read_to_string(path).map_err(|cause| {
        Error::io("read what the witness wrote", path, &cause)
            .remedy("QEMU must be built with plugins: Debian's is")
    })?;
    let numbered = text.lines().zip(1..);
    Ok(numbered
        .map(|(line, number)| (line.to_owned(), format!("{}:{number}", path.display())))
        .collect())
}

fn json<T: serde::de::DeserializeOwned>(text: &str) -> Outcome<T> {
    serde_json::from_str(text).map_err(|cause| Error::new(format!("not the witness's: {cause}")))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use weft_witness::vector::Vector;

    /// What a witness of these vectors, by mark, would have written.
    pub(crate) fn witnessed(vectors: &[(u64, Vector)]) -> Witnessed {
        let mut witnessed = Witnessed::default();
        for (mark, total) in vectors {
            let line = Line {
                seq: 0,
                mark: *mark,
                cpu: 0,
                total: *total,
                user: Vector::default(),
                kernel: *total,
                spaces: Vec::new(),
            };
            let text = serde_json::to_string(&line).expect("a line");
            witnessed.add_line(&text).expect("well formed");
        }
        witnessed
    }

    #[test]
    fn a_mark_that_comes_twice_is_no_evidence() {
        let seen = witnessed(&[
            (1, Vector::default()),
            (2, Vector::default()),
            (1, Vector::default()),
        ]);
        assert!(seen.line(1).is_err());
        assert!(seen.line(2).is_ok());
        assert!(seen.line(3).is_err());
    }

    #[test]
    fn a_broken_run_says_why() {
        let mut seen = Witnessed::default();
        let text = r#"{"seq":0,"mark":4,"cpu":0,"error":"the run ended before its end"}"#;
        seen.add_line(text).expect("well formed");
        assert_eq!(seen.line(4), Err("the run ended before its end".to_owned()));
        assert!(seen.add_line("{}").is_err());
    }
}
