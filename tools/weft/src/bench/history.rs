//! The history of a figure: what each change of the accepted figures made of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use plotters::prelude::*;

use super::figure;
use super::table;
use super::value::Value;
use crate::command;
use crate::error::{Error, Outcome};
use crate::project::Project;

/// A change of the accepted figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The commit, shortened.
    pub commit: String,
    /// Its day.
    pub day: String,
    /// The figure's median in it.
    pub median: Value,
}

/// All changes in which a figure stands, oldest first.
///
/// # Errors
/// If Git does not tell, or no change has the figure.
pub fn read(project: &Project, file: &Path, name: &str) -> Outcome<Vec<Change>> {
    let mut log = git(project);
    log.args(["log", "--reverse", "--format=%h %cs", "--"])
        .arg(file);
    let mut changes = Vec::new();
    for line in command::read(&mut log)?.lines() {
        let (commit, day) = line.split_once(' ').unwrap_or((line, ""));
        let object = format!("{commit}:{}", file.display());
        // A change that removes the file shows nothing.
        let Ok(text) = command::read(git(project).args(["show", &object])) else {
            continue;
        };
        let figures = figure::parse(&text, Path::new(&object))?;
        if let Some(figure) = figures.find(name) {
            changes.push(Change {
                commit: commit.to_owned(),
                day: day.to_owned(),
                median: figure.median,
            });
        }
    }
    if changes.is_empty() {
        return Err(Error::new(format!("no accepted figures have `{name}`"))
            .at(file.display())
            .remedy("`cargo weft bench` shows the names there are"));
    }
    Ok(changes)
}

fn git(project: &Project) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(project.root());
    git
}

/// The changes as a table.
pub fn show(changes: &[Change]) -> String {
    let head = ["COMMIT", "DAY", "MEDIAN"].map(str::to_owned);
    let mut rows = vec![head.to_vec()];
    let row = |change: &Change| {
        vec![
            format!("({})", change.commit),
            change.day.clone(),
            change.median.to_string(),
        ]
    };
    rows.extend(changes.iter().map(row));
    table::aligned(&rows)
}

/// Draws the changes as a line into an SVG file.
///
/// # Errors
/// If the file cannot be written.
pub fn plot(name: &str, changes: &[Change], path: PathBuf) -> Outcome<PathBuf> {
    draw(name, changes, &path)
        .map_err(|cause| Error::new(format!("cannot draw: {cause}")).at(path.display()))?;
    Ok(path)
}

fn draw(name: &str, changes: &[Change], path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let points: Vec<_> = (0_u32..)
        .zip(changes.iter().map(|change| change.median.as_f64()))
        .collect();
    let highest = points.iter().map(|(_, value)| *value).fold(1.0, f64::max);
    let last = points.last().map_or(0, |(index, _)| *index);
    let area = SVGBackend::new(path, (800, 400)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(name, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(30)
        .y_label_area_size(60)
        .build_cartesian_2d(0..last.max(1), 0.0..highest * 1.1)?;
    let label = |index: &u32| {
        let change = usize::try_from(*index)
            .ok()
            .and_then(|index| changes.get(index));
        change.map_or_else(String::new, |change| change.commit.clone())
    };
    chart.configure_mesh().x_label_formatter(&label).draw()?;
    chart.draw_series(LineSeries::new(points.iter().copied(), &BLUE))?;
    chart.draw_series(
        points
            .iter()
            .map(|point| Circle::new(*point, 3, BLUE.filled())),
    )?;
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn changes() -> Vec<Change> {
        [("a1", 100), ("b2", 90)]
            .map(|(commit, median)| Change {
                commit: commit.to_owned(),
                day: "2026-01-02".to_owned(),
                median: Value::whole(median),
            })
            .to_vec()
    }

    #[test]
    fn a_change_is_a_row() {
        let text = show(&changes());
        assert_eq!(text.lines().last(), Some("(b2)    2026-01-02      90"));
    }

    #[test]
    fn a_plot_names_figure_and_commits() {
        let path = std::env::temp_dir().join(format!("weft-history-{}.svg", std::process::id()));
        plot("ipc.call", &changes(), path.clone()).expect("drawn");
        let text = fs::read_to_string(&path).expect("it is there");
        assert!(
            text.contains("ipc.call") && text.contains("a1") && text.contains("b2"),
            "{text}"
        );
        fs::remove_file(path).expect("removed");
    }
}
