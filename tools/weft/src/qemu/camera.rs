//! Takes pictures of a machine's display, through QEMU's control socket (QMP: QEMU's documents, `interop/qmp-spec.rst` and
//! `qapi/ui.json`).

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::picture::Picture;
use crate::error::{Error, Outcome};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Formats of pictures by the ends of file names; QEMU writes no others.
const FORMATS: [&str; 2] = ["png", "ppm"];

/// Somebody with a camera before the display.
#[derive(Debug)]
pub struct Camera {
    socket: PathBuf,
    line: Option<BufReader<UnixStream>>,
}

impl Camera {
    /// Before the display of the machine with this control socket.
    pub fn new(socket: &Path) -> Self {
        Self {
            socket: socket.to_owned(),
            line: None,
        }
    }

    /// Takes a picture into a file, as PNG or PPM after the end of its name.
    ///
    /// # Errors
    /// If QEMU does not answer, has nothing to show or cannot write the file; if it writes no such files.
    pub fn shoot(&mut self, file: &Path) -> Outcome {
        let format = format_of(file)?;
        let name = file.display().to_string();
        let arguments = json!({ "filename": name, "format": format });
        self.ask("screendump", &arguments)
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
        let file = self.socket.with_extension("ppm");
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

    fn ask(&mut self, command: &str, arguments: &Value) -> Outcome {
        let lost =
            |cause: std::io::Error| Error::new(format!("QEMU's control socket was lost: {cause}"));
        if self.line.is_none() {
            let stream = UnixStream::connect(&self.socket).map_err(lost)?;
            stream.set_read_timeout(Some(PATIENCE)).map_err(lost)?;
            self.line = Some(BufReader::new(stream));
            self.ask("qmp_capabilities", &json!({}))?;
        }
        let Some(line) = &mut self.line else {
            return Ok(());
        };
        let request = json!({ "execute": command, "arguments": arguments });
        writeln!(line.get_mut(), "{request}").map_err(lost)?;
        loop {
            let mut text = String::new();
            if line.read_line(&mut text).map_err(lost)? == 0 {
                return Err(Error::new("QEMU ended while it was asked for a picture"));
            }
            match answer(&text) {
                Answer::Done => return Ok(()),
                Answer::Refused(why) => {
                    return Err(Error::new(format!("QEMU refuses `{command}`: {why}")));
                }
                Answer::Other => {}
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

/// What QEMU says in a line.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Done,
    Refused(String),
    /// A greeting or an event.
    Other,
}

fn answer(line: &str) -> Answer {
    let Ok(value) = serde_json::from_str::<Value>(line) else {
        return Answer::Other;
    };
    if value.get("return").is_some() {
        return Answer::Done;
    }
    match value.get("error") {
        Some(error) => {
            Answer::Refused(error.get("desc").map_or_else(String::new, Value::to_string))
        }
        None => Answer::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_from_events() {
        assert_eq!(answer("{\"return\": {}}"), Answer::Done);
        assert_eq!(answer("{\"event\": \"RESUME\"}"), Answer::Other);
        assert_eq!(answer("{\"QMP\": {}}"), Answer::Other);
        assert_eq!(answer("{\"ret"), Answer::Other);
        let error = "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}";
        assert_eq!(answer(error), Answer::Refused("\"no\"".to_owned()));
    }

    #[test]
    fn pictures_have_the_format_of_their_name() {
        assert_eq!(format_of(Path::new("a.b.PNG")), Ok("png"));
        assert_eq!(format_of(Path::new("a.ppm")), Ok("ppm"));
        assert!(format_of(Path::new("a.jpg")).is_err() && format_of(Path::new("png")).is_err());
    }
}
