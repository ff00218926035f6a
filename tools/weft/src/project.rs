//! Where things are: the root of the source tree and the folders that builds write to.
//!
//! Cargo tells a program it runs where that program's package is, so the root is known without
//! searching. Everything written goes under Cargo's target folder, which `CARGO_TARGET_DIR` moves.

use std::env;
use std::path::{Path, PathBuf};

/// The source tree and its output folders.
#[derive(Debug, Clone)]
pub struct Project {
    root: PathBuf,
    target: PathBuf,
}

impl Project {
    /// The tree this command was built from.
    pub fn locate() -> Self {
        let package = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = package.ancestors().nth(2).unwrap_or(&package).to_path_buf();
        let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        Self::new(root, target)
    }

    /// A tree at `root` whose builds go to `target`, or to `target` inside the tree.
    pub fn new(root: PathBuf, target: Option<PathBuf>) -> Self {
        let target = root.join(target.unwrap_or_else(|| PathBuf::from("target")));
        Self { root, target }
    }

    /// The folder with the workspace's `Cargo.toml`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target folder for one kind of build (`kernel`, `user`, `host` …).
    pub fn target(&self, kind: &str) -> PathBuf {
        self.target.join(kind)
    }

    /// The folder with what is composed for the image called `name`.
    pub fn image_output(&self, name: &str) -> PathBuf {
        self.target.join("images").join(name)
    }

    /// The manifest that a person means by `given`: a file, or the name of one in `images/`.
    pub fn manifest(&self, given: Option<&str>) -> PathBuf {
        let given = given.unwrap_or("demo");
        let named = self.root.join("images").join(format!("{given}.toml"));
        let from_root = self.root.join(given);
        let here = PathBuf::from(given);
        let is_name = !given.contains('/') && !given.ends_with(".toml");
        match () {
            () if is_name && !here.is_file() => named,
            () if !here.exists() && from_root.is_file() => from_root,
            () => here,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_may_be_given_by_its_name() {
        let project = Project::new(PathBuf::from("/tree"), None);
        assert_eq!(project.manifest(None), Path::new("/tree/images/demo.toml"));
        assert_eq!(
            project.manifest(Some("test")),
            Path::new("/tree/images/test.toml")
        );
        assert_eq!(
            project.manifest(Some("own/x.toml")),
            Path::new("own/x.toml")
        );
    }

    #[test]
    fn outputs_follow_the_target_folder() {
        let project = Project::new(PathBuf::from("/tree"), Some(PathBuf::from("/fast")));
        assert_eq!(project.image_output("demo"), Path::new("/fast/images/demo"));
        let project = Project::new(PathBuf::from("/tree"), None);
        assert_eq!(project.target("kernel"), Path::new("/tree/target/kernel"));
    }
}
