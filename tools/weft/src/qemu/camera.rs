//! Takes pictures of a machine's display, through QEMU's control socket (QEMU's documents, `qapi/ui.json`).

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use super::control::Control;
use super::picture::Picture;
use crate::error::{Error, Outcome};

/// Formats of pictures by the ends of file names; QEMU writes no others.
const FORMATS: [&str; 2] = ["png", "ppm"];

/// Somebody with a camera before the display.
#[derive(Debug)]
pub struct Camera(Control);

impl Camera {
    /// Before the display of the machine with this control socket.
    pub fn new(socket: &Path) -> Self {
        Self(Control::new(socket))
    }

    /// Takes a picture into a file, as PNG or PPM after the end of its name.
    ///
    /// # Errors
    /// If QEMU does not answer, has nothing to show or cannot write the file; if it writes no such files.
    pub fn shoot(&mut self, file: &Path) -> Outcome {
        let format = format_of(file)?;
        let name = file.display().to_string();
        let arguments = json!({ "filename": name, "format": format });
        self.0.ask("screendump", &arguments)
    }

    /// Takes pictures until `is_right` says that one shows what it should, or the time is up; gives the lines of text on the
    /// last.
    ///
    /// # Errors
    /// As [`shoot`](Self::shoot); also if a picture cannot be read.
    pub fn watch(
        &mut self,
        limit: Duration,
        is_right: impl Fn(&[String]) -> bool,
    ) -> Outcome<(bool, Vec<String>)> {
        let file = self.0.socket().with_extension("ppm");
        let started = Instant::now();
        loop {
            self.shoot(&file)?;
            let bytes = std::fs::read(&file).map_err(|cause| Error::io("read", &file, &cause))?;
            let picture = Picture::parse(&bytes)
                .ok_or_else(|| Error::new("QEMU's picture is no PPM file"))?;
            let lines = picture.text();
            let found = is_right(&lines);
            if found || started.elapsed() >= limit {
                return Ok((found, lines));
            }
        }
    }
}

/// The format of a picture by its file's name.
///
/// # Errors
/// If there is no such format.
pub fn format_of(file: &Path) -> Outcome<&'static str> {
    let end = file
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let format = FORMATS.into_iter().find(|format| *format == end);
    format.ok_or_else(|| {
        Error::new("pictures are written as PNG or PPM")
            .at(file.display())
            .remedy("give a file whose name ends in .png or .ppm")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_the_format_of_their_name() {
        assert_eq!(format_of(Path::new("a.b.PNG")), Ok("png"));
        assert_eq!(format_of(Path::new("a.ppm")), Ok("ppm"));
        assert!(format_of(Path::new("a.jpg")).is_err() && format_of(Path::new("png")).is_err());
    }
}
