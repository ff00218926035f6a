//! `sha256sum`.

use alloc::string::String;

use libipc::Transport;
use sha2::{Digest, Sha256};

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::trouble::Outcome;

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "sha256sum",
        arguments: "FILE...",
        summary: "computes the SHA-256 checksums of files",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (_, files) = options::take(arguments, "")?;
    for file in options::some(files, "a file")? {
        let path = shell.path(file);
        let mut digest = Sha256::new();
        let read = shell.read_file(file, path.as_bytes(), |_, data| {
            digest.update(data);
            Ok(())
        });
        let told = read.and_then(|()| {
            for byte in digest.finalize() {
                shell.print(format_args!("{byte:02x}"))?;
            }
            shell.print(format_args!("  {file}\n"))
        });
        shell.note(told)?;
    }
    Ok(())
}
