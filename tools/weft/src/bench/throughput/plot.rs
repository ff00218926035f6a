//! Throughput as a picture: a panel a length, in it a line a way, along how many messages travel together.
//!
//! A panel a length and not a way, since the question is which way to choose for messages of a length. Both axes
//! are logarithmic, and all panels have the same, so that a place means the same everywhere.

use std::ops::Range;
use std::path::{Path, PathBuf};

use plotters::coord::Shift;
use plotters::prelude::*;

use super::point::{Way, length};
use super::{Throughput, UNIT};
use crate::error::{Error, Outcome};

/// Panels beside each other.
const COLUMNS: usize = 4;
/// Width and height of a panel.
const PANEL: (u32, u32) = (300, 260);
/// Height of the line above the panels.
const TITLE: u32 = 40;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

/// Draws what was measured on a board into an SVG file.
///
/// # Errors
/// If there is nothing to draw, or the file cannot be written.
pub fn plot(throughput: &Throughput, board: &str, path: PathBuf) -> Outcome<PathBuf> {
    let axes = Axes::of(throughput).ok_or_else(|| Error::new("there is nothing to draw"))?;
    draw(throughput, &axes, board, &path)
        .map_err(|cause| Error::new(format!("cannot draw: {cause}")).at(path.display()))?;
    Ok(path)
}

/// What all panels reach over.
#[derive(Debug, PartialEq)]
struct Axes {
    batches: Range<f64>,
    values: Range<f64>,
}

impl Axes {
    /// Those that hold every point, with room at the ends of the values.
    fn of(throughput: &Throughput) -> Option<Self> {
        let values = throughput.points.values().map(|value| value.as_f64());
        let batches = throughput.batches();
        let (least, greatest) = values.fold((f64::INFINITY, 0.0), |(least, greatest), value| {
            (value.min(least), value.max(greatest))
        });
        Some(Self {
            batches: f64::from(*batches.first()?)..f64::from(*batches.last()?).max(2.0),
            values: (least / 2.0).max(0.01)..greatest * 2.0,
        })
    }
}

fn draw(throughput: &Throughput, axes: &Axes, board: &str, path: &Path) -> Drawn {
    let lengths = throughput.lengths();
    let rows = lengths.len().div_ceil(COLUMNS);
    let height = TITLE + PANEL.1 * u32::try_from(rows)?;
    let area = SVGBackend::new(path, (PANEL.0 * u32::try_from(COLUMNS)?, height));
    let area = area.into_drawing_area();
    area.fill(&WHITE)?;
    let (title, panels) = area.split_vertically(TITLE);
    draw_title(&title, board)?;
    for (panel, bytes) in panels.split_evenly((rows, COLUMNS)).iter().zip(lengths) {
        draw_panel(panel, throughput, axes, bytes)?;
    }
    area.present()?;
    Ok(())
}

fn colour(way: Way) -> RGBColor {
    match way {
        Way::Call => RED,
        Way::Ring => BLUE,
        Way::Pool => RGBColor(0, 128, 0),
    }
}

/// What the picture shows, and which colour is which way.
fn draw_title(area: &Area<'_>, board: &str) -> Drawn {
    let style = ("sans-serif", 16).into_font();
    let text = format!("{board}: {UNIT}, by messages that travel together");
    area.draw(&Text::new(text, (12, 14), style.clone()))?;
    for (way, left) in Way::ALL.into_iter().zip([700, 800, 900]) {
        let colour = colour(way);
        area.draw(&Circle::new((left, 21), 4, colour.filled()))?;
        area.draw(&Text::new(
            way.name(),
            (left + 12, 14),
            style.clone().color(&colour),
        ))?;
    }
    Ok(())
}

fn draw_panel(area: &Area<'_>, throughput: &Throughput, axes: &Axes, bytes: u32) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .caption(length(bytes), ("sans-serif", 16))
        .margin(10)
        .x_label_area_size(24)
        .y_label_area_size(48)
        .build_cartesian_2d(
            axes.batches.clone().log_scale().base(2.0),
            axes.values.clone().log_scale(),
        )?;
    chart
        .configure_mesh()
        .x_label_formatter(&f64::to_string)
        .y_label_formatter(&f64::to_string)
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.15))
        .draw()?;
    for way in Way::ALL {
        let points = line(throughput, way, bytes);
        let colour = colour(way);
        chart.draw_series(LineSeries::new(points.iter().copied(), &colour))?;
        let dots = points
            .iter()
            .map(|point| Circle::new(*point, 3, colour.filled()));
        chart.draw_series(dots)?;
    }
    Ok(())
}

/// The points of a way, by batch.
fn line(throughput: &Throughput, way: Way, bytes: u32) -> Vec<(f64, f64)> {
    let points = throughput.points.iter();
    points
        .filter(|(point, _)| point.way == way && point.bytes == bytes)
        .map(|(point, value)| (f64::from(point.batch), value.as_f64()))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::tests::throughput;
    use super::*;

    #[test]
    fn a_plot_names_board_ways_and_lengths_and_has_every_point() {
        let path = std::env::temp_dir().join(format!("weft-throughput-{}.svg", std::process::id()));
        plot(&throughput(), "q35", path.clone()).expect("drawn");
        let text = fs::read_to_string(&path).expect("it is there");
        for part in ["q35", "call", "ring-pool", "64 B"] {
            assert!(text.contains(part), "{part} is missing: {text}");
        }
        assert_eq!(text.matches("<circle").count(), 5 + Way::ALL.len());
        fs::remove_file(path).expect("removed");
    }

    #[test]
    fn the_axes_hold_every_point() {
        let axes = Axes::of(&throughput()).expect("there are points");
        assert_eq!(axes.batches, 1.0..8.0);
        assert_eq!(axes.values, 111.11..5333.34);
    }

    #[test]
    fn nothing_is_not_drawn() {
        let path = PathBuf::from("unused.svg");
        assert!(plot(&Throughput::default(), "q35", path).is_err());
    }
}
