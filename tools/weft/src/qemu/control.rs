//! Tells QEMU what to do, through its control socket (QMP: QEMU's documents, `interop/qmp-spec.rst`).

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::error::{Error, Outcome};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The control socket of a machine.
#[derive(Debug)]
pub struct Control {
    socket: PathBuf,
    line: Option<BufReader<UnixStream>>,
}

impl Control {
    /// The socket, which is connected to when something is asked.
    pub fn new(socket: &Path) -> Self {
        Self {
            socket: socket.to_owned(),
            line: None,
        }
    }

    /// Where it is.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Tells QEMU to do something, and waits until it has done it.
    ///
    /// # Errors
    /// If QEMU does not answer, or refuses.
    pub fn ask(&mut self, command: &str, arguments: &Value) -> Outcome {
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
                return Err(Error::new("QEMU ended while it was told what to do"));
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
}
