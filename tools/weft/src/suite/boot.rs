//! Boots images with commands to run, as a person would with `run --exec`, and compares what they
//! print and what they leave on disks.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::case::{Case, Cases};
use super::tally::Tally;
use super::{Context, disks};
use crate::build::{self, Built, tree};
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::qemu::exec::{self, Finish};
use crate::qemu::launch::{self, Choice, Scratch};
use crate::setup::{self, Need};

/// Where the cases are.
const FOLDER: &str = "tools/weft/boot";

/// Runs every case.
///
/// # Errors
/// If set-up fails or a file of cases cannot be read.
pub fn run(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    let cases = read(context.project)?;
    if cases.is_empty() {
        return Ok(());
    }
    setup::ensure(context.project, &[Need::Qemu, Need::E2fsprogs])?;
    let mut built: Vec<(String, Outcome<Built>)> = Vec::new();
    let (now, later): (Vec<_>, Vec<_>) = cases
        .into_iter()
        .partition(|case| case.is_for(context.length));
    for case in &now {
        if !built.iter().any(|(name, _)| *name == case.image) {
            let manifest = context.project.manifest(Some(&case.image));
            built.push((case.image.clone(), build::image(context.project, &manifest)));
        }
        let image = built
            .iter()
            .find(|(name, _)| *name == case.image)
            .map(|(_, image)| image);
        match image {
            Some(Ok(image)) => count(case, try_case(case, image), tally),
            Some(Err(error)) => tally.fail(&case.name, &error.to_string()),
            None => {}
        }
    }
    tally.skip(
        u64::try_from(later.len()).unwrap_or_default(),
        "boot: cases for --long",
    );
    Ok(())
}

fn count(case: &Case, result: Outcome<Vec<String>>, tally: &mut Tally) {
    let name = format!("boot {}", case.name);
    match result {
        Ok(wrong) if wrong.is_empty() => {
            eprintln!("test: {name} ... ok");
            tally.pass(1);
        }
        Ok(wrong) => tally.fail(&name, &wrong.join("\n")),
        Err(error) => tally.fail(&name, &error.to_string()),
    }
}

/// Runs one case and gives what is wrong.
fn try_case(case: &Case, built: &Built) -> Outcome<Vec<String>> {
    let scratch = Scratch::new(&built.folder)?;
    let mut paths = Vec::new();
    let content = |number: usize| scratch.path(&format!("content{number}"));
    for (number, kind) in case.disks.iter().enumerate() {
        let path = scratch.path(&format!("given{number}.img"));
        disks::make(kind, &content(number), &path)?;
        paths.push(path);
    }
    let choice = Choice {
        cores: 1,
        memory: &case.memory,
        disks: &paths,
        commands: Some(&case.exec),
        debugger_port: None,
    };
    let machine = launch::machine(built, &choice, &scratch)?;
    let mut stdout = Vec::new();
    let limit = Some(Duration::from_secs(case.seconds));
    let status = match exec::run(&machine, limit, &mut stdout)? {
        Finish::Status(status) => status,
        Finish::TimeUp { said } => {
            let what = format!("no end after {} seconds\n{said}", case.seconds);
            return Ok(vec![what]);
        }
        Finish::Interrupted => return Err(Error::new("interrupted")),
    };
    let mut wrong = case.judge(&String::from_utf8_lossy(&stdout), status);
    if let Some(disk) = paths.first().filter(|_| !case.files.is_empty()) {
        wrong.extend(disks::problems(disk, &content(0), &case.files)?);
    }
    Ok(wrong)
}

fn read(project: &Project) -> Outcome<Vec<Case>> {
    let folder = project.root().join(FOLDER);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let files = tree::files(&folder)?;
    let cases: Outcome<Vec<Vec<Case>>> =
        files.iter().map(|file| read_file(&folder, file)).collect();
    Ok(cases?.into_iter().flatten().collect())
}

fn read_file(folder: &Path, file: &PathBuf) -> Outcome<Vec<Case>> {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).map_err(|cause| Error::io("read", &path, &cause))?;
    let cases: Cases =
        toml::from_str(&text).map_err(|cause| Error::new(cause.to_string()).at(path.display()))?;
    Ok(cases.case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_cases_can_be_read() {
        let cases = read(&Project::locate());
        assert!(cases.is_ok(), "{cases:?}");
    }
}
