//! Cargo's description of the workspace and its dependencies, reduced to what the rules ask.

use serde::Deserialize;

use crate::build::rust::Side;
use crate::command;
use crate::error::{Error, Outcome};
use crate::project::Project;

/// A package.
#[derive(Debug, Clone, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// Its licence, an SPDX expression.
    pub license: Option<String>,
    /// Where it was got from; a package of this tree has no source.
    pub source: Option<String>,
    /// The path of its `Cargo.toml`.
    #[serde(default)]
    pub manifest_path: String,
    /// What it depends on directly.
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
    /// What is built of it.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// What it says for this command.
    #[serde(default, deserialize_with = "ours")]
    pub metadata: Ours,
}

/// What a package's `[package.metadata.weft]` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ours {
    /// The devices that it drives, as device trees call them (`compatible`).
    #[serde(default)]
    pub drives: Vec<String>,
}

/// Of all that tools have in a package's metadata, this one's.
fn ours<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Ours, D::Error> {
    #[derive(Deserialize)]
    struct All {
        #[serde(default)]
        weft: Ours,
    }
    Ok(Option::<All>::deserialize(from)?.map_or_else(Ours::default, |all| all.weft))
}

/// A dependency as a package declares it.
#[derive(Debug, Clone, Deserialize)]
pub struct Dependency {
    /// The package's name.
    pub name: String,
    /// `dev`, `build`, or nothing for an ordinary one.
    pub kind: Option<String>,
    /// Where it is, if it is part of this tree.
    pub path: Option<String>,
}

/// Something that is built of a package.
#[derive(Debug, Clone, Deserialize)]
pub struct Target {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// `lib`, `bin`, `test`, `proc-macro` …
    pub kind: Vec<String>,
    /// Whether `cargo test` runs its unit tests.
    #[serde(default)]
    pub test: bool,
}

impl Target {
    /// A target of one kind, tested unless it is a program.
    pub fn new(kind: &str, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: vec![kind.to_owned()],
            test: kind != "bin",
        }
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

impl Package {
    /// Whether a target of this kind is built of it.
    pub fn has(&self, kind: &str) -> bool {
        self.targets
            .iter()
            .any(|target| target.kind.iter().any(|found| found == kind))
    }

    /// Whether it has a library or integration tests that `cargo test` runs.
    pub fn has_tests(&self) -> bool {
        let is_tested = |target: &Target| {
            target.test
                && target
                    .kind
                    .iter()
                    .any(|kind| kind != "bin" && kind != "example")
        };
        self.targets.iter().any(is_tested)
    }

    /// Its folder relative to the root of the tree, such as `servers/shell`.
    pub fn folder(&self, root: &std::path::Path) -> String {
        let manifest = std::path::Path::new(&self.manifest_path);
        let folder = manifest.parent().unwrap_or(manifest);
        folder
            .strip_prefix(root)
            .unwrap_or(folder)
            .display()
            .to_string()
    }
}

/// The packages of this workspace.
///
/// # Errors
/// If Cargo cannot read it.
pub fn workspace(project: &Project) -> Outcome<Vec<Package>> {
    read(project, &["--no-deps"])
}

/// The packages of this workspace and everything they depend on, on the host and the targets, with all
/// features.
///
/// # Errors
/// If Cargo cannot read it or get the dependencies.
pub fn everything(project: &Project) -> Outcome<Vec<Package>> {
    let sides = [Side::User, Side::KernelAarch64].map(Side::target);
    let platforms = ["x86_64-unknown-linux-gnu", sides[0], sides[1]];
    let mut options = platforms
        .map(|platform| ["--filter-platform", platform])
        .concat();
    options.push("--all-features");
    read(project, &options)
}

fn read(project: &Project, options: &[&str]) -> Outcome<Vec<Package>> {
    let mut cargo = command::cargo();
    cargo
        .current_dir(project.root())
        .args(["metadata", "--format-version", "1"])
        .args(options);
    parse(&command::read(&mut cargo)?)
}

fn parse(text: &str) -> Outcome<Vec<Package>> {
    serde_json::from_str::<Metadata>(text)
        .map(|metadata| metadata.packages)
        .map_err(|cause| Error::new(format!("Cargo's metadata cannot be read: {cause}")))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A package of the tree in `folder` that depends on packages in other folders; a folder with
    /// a kind in front (`dev:tools/idlc`) is a dependency of that kind.
    pub(crate) fn package(folder: &str, name: &str, needs: &[&str]) -> Package {
        let dependency = |text: &&str| {
            let (kind, path) = text
                .split_once(':')
                .map_or((None, *text), |(k, p)| (Some(k), p));
            Dependency {
                name: path.rsplit('/').next().unwrap_or(path).to_owned(),
                kind: kind.map(str::to_owned),
                path: Some(format!("/tree/{path}")),
            }
        };
        Package {
            metadata: Ours::default(),
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            license: Some("MIT OR Apache-2.0".to_owned()),
            source: None,
            manifest_path: format!("/tree/{folder}/Cargo.toml"),
            dependencies: needs.iter().map(dependency).collect(),
            targets: vec![Target::new("lib", name)],
        }
    }

    #[test]
    fn packages_are_read_from_cargos_output() {
        let text = r#"{"packages":[{"name":"a","version":"1.0.0","license":null,"source":null,
            "manifest_path":"/tree/servers/a/Cargo.toml",
            "dependencies":[{"name":"b","kind":"dev","path":null,"source":"registry"}],
            "targets":[{"kind":["bin"],"name":"a","test":false}]}]}"#;
        let packages = parse(text).expect("it is well-formed");
        assert_eq!(
            packages[0].folder(std::path::Path::new("/tree")),
            "servers/a"
        );
        assert!(packages[0].has("bin") && !packages[0].has_tests());
        assert_eq!(packages[0].dependencies[0].kind.as_deref(), Some("dev"));
    }

    #[test]
    fn what_is_no_metadata_is_an_error() {
        assert!(parse("{}").is_err());
    }
}
