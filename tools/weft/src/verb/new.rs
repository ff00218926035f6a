//! `new`: makes a server that builds, is tested and boots, to be changed into another one.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::build::{catalogue, output};
use crate::cli::{NewArgs, NewVerb};
use crate::command;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::scaffold::{self, Made};

/// Makes what was asked for.
///
/// # Errors
/// If the name is taken or none, a file cannot be written, the image's manifest is not as expected, the new interface
/// cannot be one of this tree, or the one that was named is none. Then nothing is left of what was written.
pub fn run(project: &Project, args: &NewArgs) -> Outcome<ExitCode> {
    let NewVerb::Server {
        name,
        interface,
        image,
    } = &args.verb;
    scaffold::check_name(name)?;
    let manifest = project.manifest(image.as_deref());
    let stem = manifest.file_stem().unwrap_or_default().to_string_lossy();
    let (made, target) = match interface {
        None => scaffold::server(name, &stem),
        Some(interface) => {
            let interfaces = catalogue::models(&project.root().join("idl"))?;
            scaffold::serving(&interfaces, interface, (name, &stem))?
        }
    };
    refuse_taken(project.root(), name, &made)?;
    let before = read(&manifest)?;
    let serves = interface.as_ref().unwrap_or(name);
    let after = scaffold::with_component(&before, name, serves)
        .map_err(|error| error.at(manifest.display()))?;
    let written = Written {
        root: project.root(),
        made: &made,
        manifest: (&manifest, &before),
    };
    let done = written.write(&after).and_then(|()| match interface {
        None => generate(),
        Some(_) => format(project.root(), name),
    });
    if let Err(error) = done {
        written.undo()?;
        if interface.is_none() {
            // Without the new interface the modules are those that were there. Why it was refused is told in any case.
            let _ = idl("gen");
        }
        return Err(error);
    }
    tell((name, &target), &made, &manifest);
    Ok(ExitCode::SUCCESS)
}

/// Makes the module of the new interface, and accepts it.
fn generate() -> Outcome {
    ["gen", "accept"].into_iter().try_for_each(idl)
}

/// Writes the library as the formatter does, which the generator of code is not.
fn format(root: &Path, name: &str) -> Outcome {
    let mut cargo = command::cargo();
    cargo.current_dir(root).args(["fmt", "--package", name]);
    command::run(&mut cargo)
}

/// What is written, and what was there before.
struct Written<'a> {
    root: &'a Path,
    made: &'a [Made],
    /// The image's manifest, and its text as it was.
    manifest: (&'a Path, &'a str),
}

impl Written<'_> {
    fn write(&self, manifest: &str) -> Outcome {
        for Made { path, text } in self.made {
            let path = self.root.join(path);
            if let Some(folder) = path.parent() {
                output::folder(folder)?;
            }
            output::write(&path, text.as_bytes())?;
        }
        output::write(self.manifest.0, manifest.as_bytes())
    }

    /// Takes all of it back, with the folders that are empty then.
    fn undo(&self) -> Outcome {
        output::write(self.manifest.0, self.manifest.1.as_bytes())?;
        for Made { path, .. } in self.made {
            let path = self.root.join(path);
            match fs::remove_file(&path) {
                Err(cause) if cause.kind() != ErrorKind::NotFound => {
                    return Err(Error::io("remove", &path, &cause));
                }
                _ => {}
            }
            let folders = path.ancestors().skip(1);
            let own = folders.take_while(|folder| *folder != self.root);
            // A folder that is not empty stays, and so do those around it.
            let _ = own.map(fs::remove_dir).take_while(Result::is_ok).count();
        }
        Ok(())
    }
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

fn tell((name, target): (&str, &str), made: &[Made], manifest: &Path) {
    for Made { path, .. } in made {
        println!("made     {path}");
    }
    let manifest = manifest.file_name().unwrap_or(manifest.as_os_str());
    println!("changed  images/{}", manifest.to_string_lossy());
    println!("next     cargo test -p {name}");
    println!("         cargo weft test boot --case {name}");
    println!("         cargo weft call {target}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_taken_back_and_nothing_else() {
        let root = std::env::temp_dir().join(format!("weft-new-{}", std::process::id()));
        let kept = root.join("servers/other");
        fs::create_dir_all(&kept).expect("a folder");
        let manifest = root.join("demo.toml");
        let made = [
            Made {
                path: "servers/pad/src/main.rs".to_owned(),
                text: "fn main() {}".to_owned(),
            },
            Made {
                path: "idl/pad.idl".to_owned(),
                text: String::new(),
            },
        ];
        let written = Written {
            root: &root,
            made: &made,
            manifest: (&manifest, "before"),
        };
        written.write("after").expect("writable");
        assert_eq!(fs::read_to_string(&manifest).expect("written"), "after");
        assert!(root.join("servers/pad/src/main.rs").exists());
        fs::remove_file(root.join("idl/pad.idl")).expect("it was not written after all");
        written.undo().expect("removable");
        assert_eq!(fs::read_to_string(&manifest).expect("there"), "before");
        assert!(!root.join("servers/pad").exists());
        assert!(kept.exists(), "it was there");
        fs::remove_dir_all(&root).expect("removable");
    }
}
