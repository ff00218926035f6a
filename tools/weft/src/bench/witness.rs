//! What the witness wrote: counts of each marked run, and what was executed in it.
//!
//! The witness is a plugin of QEMU (package `weft-witness`), built for this machine.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use weft_witness::line::{Entry, Line, Place};
use weft_witness::masked::Longest;

use super::told::Cores;
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
        masked: Some(folder.join("masked.json")),
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
    if let Some(file) = &plugin.masked {
        let masked = fs::read_to_string(file)
            .map_err(|cause| Error::io("read what the witness wrote", file, &cause))?;
        witnessed.masked = json(&masked).map_err(|error| error.at(file.display()))?;
    }
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

    /// Of the runs that each of some cores made leaves the one that took most, under the first's mark.
    pub fn keep_dearest(&mut self, first: u64, cores: Cores) {
        let marks = cores.marks(first);
        let lines: Result<Vec<_>, _> = marks.clone().map(|mark| self.line(mark).cloned()).collect();
        // Of equal ones that of the first core, so that all runs tell the same.
        let by = |line: &Line| (line.total.instructions, Reverse(line.mark));
        let dearest = lines.and_then(|lines| {
            let dearest = lines.into_iter().max_by_key(by);
            dearest.ok_or_else(|| "there are no cores".to_owned())
        });
        let mark = dearest.as_ref().map_or(first, |line| line.mark);
        let places = self.places.remove(&mark).unwrap_or_default();
        for mark in marks {
            self.lines.remove(&mark);
            self.places.remove(&mark);
        }
        self.lines.insert(first, dearest);
        self.places.insert(first, places);
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
    use weft_witness::line::Machine;
    use weft_witness::vector::Vector;

    /// What a witness of these vectors, by mark, would have written.
    pub(crate) fn witnessed(vectors: &[(u64, Vector)]) -> Witnessed {
        let line = |(mark, total): &(u64, Vector)| Line {
            total: *total,
            kernel: *total,
            ..line(*mark)
        };
        let lines: Vec<_> = vectors.iter().map(line).collect();
        witnessed_lines(&lines)
    }

    /// What a witness that wrote these lines saw.
    pub(crate) fn witnessed_lines(lines: &[Line]) -> Witnessed {
        let mut witnessed = Witnessed::default();
        for line in lines {
            let text = serde_json::to_string(line).expect("a line");
            witnessed.add_line(&text).expect("well formed");
        }
        witnessed
    }

    /// A run of a mark in which nothing happened.
    pub(crate) fn line(mark: u64) -> Line {
        Line {
            seq: 0,
            mark,
            cpu: 0,
            total: Vector::default(),
            user: Vector::default(),
            kernel: Vector::default(),
            spaces: Vec::new(),
            machine: Machine::default(),
        }
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
    fn of_the_runs_of_several_cores_the_dearest_counts_and_none_may_be_missing() {
        let vector = |instructions| Vector {
            instructions,
            ..Vector::default()
        };
        let seen = || witnessed(&[(3, vector(5)), (13, vector(7)), (23, vector(7))]);
        let mut three = seen();
        three.keep_dearest(3, Cores { count: 3, step: 10 });
        assert_eq!(three.line(3).expect("one").mark, 13);
        assert!(three.line(23).is_err());
        let mut four = seen();
        four.keep_dearest(3, Cores { count: 4, step: 10 });
        assert!(four.line(3).is_err());
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
