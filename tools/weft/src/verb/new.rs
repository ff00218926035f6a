//! `new`: makes a server that builds, is tested and boots, to be changed into another one.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::build::output;
use crate::cli::{NewArgs, NewVerb};
use crate::command;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::scaffold::{self, Made};

/// Makes what was asked for.
///
/// # Errors
/// If the name is taken or none, a file cannot be written, or the image's manifest is not as expected.
pub fn run(project: &Project, args: &NewArgs) -> Outcome<ExitCode> {
    let NewVerb::Server { name, image } = &args.verb;
    scaffold::check_name(name)?;
    let made = scaffold::server(name);
    refuse_taken(project.root(), name, &made)?;
    let manifest = project.manifest(image.as_deref());
    let before = read(&manifest)?;
    let after =
        scaffold::with_component(&before, name).map_err(|error| error.at(manifest.display()))?;
    for Made { path, text } in &made {
        let path = project.root().join(path);
        if let Some(folder) = path.parent() {
            output::folder(folder)?;
        }
        output::write(&path, text.as_bytes())?;
    }
    output::write(&manifest, after.as_bytes())?;
    for verb in ["gen", "accept"] {
        idl(verb)?;
    }
    tell(name, &made, &manifest);
    Ok(ExitCode::SUCCESS)
}

fn refuse_taken(root: &Path, name: &str, made: &[Made]) -> Outcome {
    let folders = ["servers", "drivers", "tools", "libipc", "microkernel"];
    let folders = folders.map(|folder| format!("{folder}/{name}/Cargo.toml"));
    let paths = made.iter().map(|made| &made.path).chain(&folders);
    match paths.map(|path| root.join(path)).find(|path| path.exists()) {
        None => Ok(()),
        Some(path) => Err(Error::new(format!("the name `{name}` is taken"))
            .at(path.display())
            .remedy("choose another name, or remove what has it")),
    }
}

/// Makes the modules of all interfaces anew, or accepts the new one.
fn idl(verb: &str) -> Outcome {
    let own = std::env::current_exe();
    let own = own.map_err(|cause| Error::new(format!("cannot find this command: {cause}")))?;
    command::read(Command::new(own).args(["idl", verb])).map(|_| ())
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|cause| Error::io("read", path, &cause))
}

fn tell(name: &str, made: &[Made], manifest: &Path) {
    for Made { path, .. } in made {
        println!("made     {path}");
    }
    let manifest = manifest.file_name().unwrap_or(manifest.as_os_str());
    println!("changed  images/{}", manifest.to_string_lossy());
    println!("next     cargo test -p {name}");
    println!("         cargo weft test boot --case {name}");
    println!("         cargo weft call {name}.tell text=hello");
}
