//! The direction in which packages may depend on each other, read from Cargo's metadata.
//!
//! `abi ← hal ← store ← core ← {x86_64, aarch64} ← kernel` and
//! `abi ← libipc/sys ← libipc ← proto ← servers, drivers`. A package's place is its folder; a
//! folder that no layer knows is refused, so that a new kind of package is placed on purpose.

use std::path::Path;

use super::metadata::{Dependency, Package};
use super::{Context, Problem};
use crate::error::Outcome;

/// The kernel's layers from the bottom; those with one number do not see each other.
const KERNEL: [(&str, u8); 9] = [
    ("microkernel/abi", 0),
    ("microkernel/hal", 1),
    ("microkernel/store", 2),
    ("microkernel/early", 2),
    ("microkernel/core", 3),
    ("microkernel/x86_64", 4),
    ("microkernel/aarch64", 4),
    ("microkernel/general", 5),
    ("microkernel/kernel", 6),
];

/// Where a package belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    /// Numbers and layouts of both sides.
    Abi,
    /// The kernel, from its contract (1) to its binary (5).
    Kernel(u8),
    /// Raw system calls.
    Sys,
    /// The library that components are written with.
    Libipc,
    /// Generated interfaces.
    Proto,
    /// A server or driver, or a library of theirs.
    Component,
    /// A host tool.
    Tool,
}

/// Looks at every dependency between packages of the tree.
///
/// # Errors
/// None; the signature is that of all rules.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    Ok(problems(&context.packages, context.project.root()))
}

fn problems(packages: &[Package], root: &Path) -> Vec<Problem> {
    packages
        .iter()
        .flat_map(|package| of_package(package, packages, root))
        .collect()
}

fn of_package(package: &Package, packages: &[Package], root: &Path) -> Vec<Problem> {
    let folder = package.folder(root);
    let Some(layer) = layer(&folder) else {
        let what = "no layer has packages in this folder";
        return vec![Problem::new(
            folder,
            what,
            "move it, or give its folder a layer",
        )];
    };
    let inside = package.dependencies.iter().filter_map(|dependency| {
        let path = Path::new(dependency.path.as_deref()?);
        Some((
            dependency,
            path.strip_prefix(root).ok()?.display().to_string(),
        ))
    });
    inside
        .filter_map(|(dependency, needs)| {
            let reason = refusal(layer, dependency, &needs, packages, root)?;
            let what = format!("it depends on {needs}: {reason}");
            Some(Problem::new(
                &folder,
                what,
                "turn the dependency round or put it lower",
            ))
        })
        .collect()
}

/// Why a dependency is refused, if it is.
fn refusal(
    from: Layer,
    dependency: &Dependency,
    needs: &str,
    packages: &[Package],
    root: &Path,
) -> Option<&'static str> {
    let Some(to) = layer(needs) else {
        return Some("no layer has packages in that folder");
    };
    let is_build = dependency.kind.as_deref() == Some("build");
    match (from, to) {
        (Layer::Tool, Layer::Tool | Layer::Abi | Layer::Libipc | Layer::Proto) => None,
        (Layer::Tool, _) => Some("a tool sees neither kernel nor components"),
        (_, Layer::Tool) if is_build => None,
        (_, Layer::Tool) => Some("a tool may only be a build dependency"),
        (Layer::Abi, _) => Some("the ABI depends on nothing"),
        (Layer::Kernel(_), Layer::Abi) => None,
        (Layer::Kernel(above), Layer::Kernel(below)) if below < above => None,
        (Layer::Kernel(_), Layer::Kernel(_)) => Some("it is not a lower layer of the kernel"),
        (Layer::Kernel(_), _) => Some("the kernel sees nothing of user mode"),
        (_, Layer::Abi) => None,
        (_, Layer::Kernel(_)) => Some("user mode sees nothing of the kernel but the ABI"),
        (Layer::Sys, _) => Some("system calls depend on the ABI only"),
        (Layer::Libipc, Layer::Sys | Layer::Libipc) => None,
        (Layer::Proto, Layer::Sys | Layer::Libipc) => None,
        (Layer::Libipc | Layer::Proto, _) => Some("it is not a lower layer"),
        (Layer::Component, Layer::Component) if is_program(needs, packages, root) => {
            Some("no server or driver depends on another, only on interfaces")
        }
        (Layer::Component, _) => None,
    }
}

fn is_program(folder: &str, packages: &[Package], root: &Path) -> bool {
    packages
        .iter()
        .any(|package| package.folder(root) == folder && package.has("bin"))
}

fn layer(folder: &str) -> Option<Layer> {
    if let Some((_, number)) = KERNEL.iter().find(|(name, _)| *name == folder) {
        return Some(if *number == 0 {
            Layer::Abi
        } else {
            Layer::Kernel(*number)
        });
    }
    match folder.split_once('/')? {
        ("libipc", "sys") => Some(Layer::Sys),
        ("libipc", _) => Some(Layer::Libipc),
        ("idl", "proto") => Some(Layer::Proto),
        ("servers" | "drivers", _) => Some(Layer::Component),
        ("tools", _) => Some(Layer::Tool),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::metadata::Target;
    use super::super::metadata::tests::package;
    use super::*;

    fn refused(folder: &str, needs: &str) -> Option<String> {
        let mut vfs = package("servers/vfs", "vfs", &[]);
        vfs.targets.push(Target::new("bin", "program"));
        let packages = [package(folder, "it", &[needs]), vfs];
        problems(&packages, Path::new("/tree"))
            .first()
            .map(|problem| problem.what.clone())
    }

    #[test]
    fn the_kernels_layers_only_look_down() {
        assert_eq!(refused("microkernel/core", "microkernel/store"), None);
        assert_eq!(refused("microkernel/kernel", "microkernel/abi"), None);
        assert!(refused("microkernel/store", "microkernel/core").is_some());
        assert!(refused("microkernel/x86_64", "microkernel/aarch64").is_some());
        assert!(refused("microkernel/abi", "microkernel/hal").is_some());
    }

    #[test]
    fn user_mode_sees_nothing_of_the_kernel_but_the_abi() {
        assert_eq!(refused("servers/shell", "microkernel/abi"), None);
        assert!(refused("servers/shell", "microkernel/core").is_some());
        assert!(refused("libipc/sys", "microkernel/hal").is_some());
        assert!(refused("microkernel/kernel", "libipc/sys").is_some());
    }

    #[test]
    fn the_fabrics_layers_only_look_down() {
        assert_eq!(refused("libipc/ipc", "libipc/sys"), None);
        assert_eq!(refused("idl/proto", "libipc/ipc"), None);
        assert!(refused("libipc/sys", "libipc/ipc").is_some());
        assert!(refused("libipc/ipc", "idl/proto").is_some());
        assert!(refused("idl/proto", "servers/vfs").is_some());
    }

    #[test]
    fn no_server_depends_on_a_server_but_libraries_may_be_used() {
        assert_eq!(refused("servers/shell", "idl/proto"), None);
        assert_eq!(refused("servers/ext4", "servers/block-cache"), None);
        assert!(refused("servers/shell", "servers/vfs").is_some());
        assert!(refused("drivers/pci", "dev:servers/vfs").is_some());
    }

    #[test]
    fn tools_are_build_dependencies_only() {
        assert_eq!(refused("idl/proto", "build:tools/idlc"), None);
        assert_eq!(refused("tools/weft", "tools/image"), None);
        assert!(refused("idl/proto", "tools/idlc").is_some());
        assert!(refused("idl/proto", "dev:tools/idlc").is_some());
        assert!(refused("tools/weft", "microkernel/core").is_some());
    }

    #[test]
    fn a_folder_without_a_layer_is_refused() {
        assert!(refused("microkernel/extra", "microkernel/abi").is_some());
        assert!(refused("docs/x", "microkernel/abi").is_some());
    }
}
