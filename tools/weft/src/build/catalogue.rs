//! What a manifest may name: the interfaces that `idl/*.idl` define, and the programs among the
//! packages of the workspace.

use std::fs;
use std::path::Path;

use idlc::model::{self, Type, Ways};
use manifest::{Catalogue, Interface, Passes, RingSupport};

use super::tree;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::rules::metadata::{self, Package, Target};

/// Reads all interfaces and programs of the tree.
///
/// # Errors
/// If a file cannot be read, or an interface has mistakes; the message holds them all.
pub fn read(project: &Project) -> Outcome<Catalogue> {
    let packages = metadata::workspace(project)?;
    let programs = packages
        .iter()
        .filter(|package| is_program(package, project.root()));
    Ok(Catalogue {
        interfaces: interfaces(&project.root().join("idl"))?,
        programs: programs.map(|package| package.name.clone()).collect(),
    })
}

/// Whether the package is a program that an image may have: a component with a binary of its name.
fn is_program(package: &Package, root: &Path) -> bool {
    let folder = package.folder(root);
    let is_component = folder.starts_with("servers/") || folder.starts_with("drivers/");
    let is_named_so = |target: &Target| {
        target.name == package.name && target.kind.iter().any(|kind| kind == "bin")
    };
    is_component && package.targets.iter().any(is_named_so)
}

fn interfaces(folder: &Path) -> Outcome<Vec<Interface>> {
    Ok(models(folder)?.iter().map(entry).collect())
}

/// The interfaces of a folder, compiled.
///
/// # Errors
/// If a file cannot be read, or has mistakes; the message holds them all.
pub fn models(folder: &Path) -> Outcome<Vec<model::Interface>> {
    let mut sources = Vec::new();
    for file in tree::files(folder)?
        .iter()
        .filter(|file| is_interface(file))
    {
        let path = folder.join(file);
        let text = fs::read_to_string(&path).map_err(|cause| Error::io("read", &path, &cause))?;
        sources.push(idlc::Source::new(path.display().to_string(), text));
    }
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    idlc::compile(&sources).map_err(|mistakes| {
        let all: Vec<_> = mistakes
            .iter()
            .map(|mistake| mistake.to_text(&sources))
            .collect();
        Error::new(format!("the interfaces have mistakes:\n{}", all.join("\n")))
    })
}

/// Files directly in the folder; those below it belong to the crate of generated modules.
fn is_interface(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "idl") && file.components().count() == 1
}

fn entry(interface: &model::Interface) -> Interface {
    let has_ring = interface
        .methods
        .iter()
        .any(|method| method.ways == Ways::CallAndRing);
    // Capabilities and lent buffers are arguments of their own, never inside other types.
    let has = |is_it: fn(&Type) -> bool| {
        let mut arguments = interface.methods.iter().flat_map(|one| &one.arguments);
        arguments.any(|argument| is_it(&argument.kind))
    };
    let has_capability = has(|kind| matches!(kind, Type::Cap(..)));
    let lends = has(|kind| matches!(kind, Type::Lend(..)));
    Interface {
        name: interface.name.clone(),
        version: interface.version,
        ring: if has_ring {
            RingSupport::Capable
        } else {
            match lends {
                true => RingSupport::PoolsOnly,
                false => RingSupport::CallsOnly,
            }
        },
        passes: if has_capability {
            Passes::Capabilities
        } else {
            Passes::Data
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trees_interfaces_and_programs_can_be_read() {
        let catalogue = read(&Project::locate()).expect("they can be read");
        assert!(
            !catalogue.programs.contains(&"weft".to_owned()),
            "tools are no programs"
        );
    }

    #[test]
    fn mistakes_in_interfaces_are_all_told() {
        let folder = std::env::temp_dir().join(format!("weft-idl-{}", std::process::id()));
        super::super::output::folder(&folder).expect("made");
        fs::write(folder.join("a.idl"), "interface a { nonsense }").expect("written");
        fs::write(folder.join("b.idl"), "interface b { nonsense }").expect("written");
        let error = interfaces(&folder)
            .expect_err("they are nonsense")
            .to_string();
        assert!(
            error.contains("a.idl") && error.contains("b.idl"),
            "{error}"
        );
        fs::remove_dir_all(&folder).expect("removed");
    }
}
