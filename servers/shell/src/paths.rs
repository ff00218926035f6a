//! Paths: the shell makes them absolute; everything else about them is the file server's.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A path as an absolute one.
pub(crate) fn absolute(directory: &str, path: &str) -> String {
    match (path.starts_with('/'), directory) {
        (true, _) => path.into(),
        (false, "/") => format!("/{path}"),
        (false, _) => format!("{directory}/{path}"),
    }
}

/// An absolute path without `.`, `..` and needless slashes: `..` takes away the name before it, whatever
/// that name leads to.
pub(crate) fn plain(path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}

/// The last name in a path, without slashes behind it; empty for the root.
pub(crate) fn last(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

/// A name in a directory.
pub(crate) fn inside(directory: &str, name: &str) -> String {
    format!("{}/{name}", directory.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_from_the_current_directory() {
        assert_eq!(absolute("/", "etc"), "/etc");
        assert_eq!(absolute("/mnt", "a/../b"), "/mnt/a/../b");
        assert_eq!(absolute("/mnt", "/bin"), "/bin");
    }

    #[test]
    fn plain_paths_have_no_steps_back() {
        assert_eq!(plain("/a//b/./../c/"), "/a/c");
        assert_eq!(plain("/../.."), "/");
    }

    #[test]
    fn the_last_name_ignores_slashes_at_the_end() {
        assert_eq!(last("/a/b//"), "b");
        assert_eq!(last("b"), "b");
        assert_eq!(last("/"), "");
        assert_eq!(inside("/", "x"), "/x");
        assert_eq!(inside("/a/", "x"), "/a/x");
    }
}
