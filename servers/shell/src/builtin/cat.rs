//! `cat`.

use alloc::string::String;

use libipc::Transport;

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::trouble::Outcome;

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "cat",
        arguments: "FILE...",
        summary: "writes the contents of files, one after the other",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (_, files) = options::take(arguments, "")?;
    for file in options::some(&files, "a file")? {
        let path = shell.path(file);
        let written = shell.read_file(file, path.as_bytes(), |shell, data| shell.write(data));
        shell.note(written)?;
    }
    Ok(())
}
