//! Paths as lists of names.

use alloc::vec::Vec;

use libipc::codec::List;
use proto::vfs::{Error, MAX_PATH};

/// The greatest length of a name in bytes.
const MAX_NAME: usize = proto::filesystem::MAX_NAME as usize;

/// One name of a path.
pub type Name<'a> = &'a [u8];

/// The names of an absolute path, without empty ones and `.`.
///
/// # Errors
/// `BadPath` if it is not absolute, too long or contains a zero; `InvalidName` if a name is too long.
pub fn absolute(path: &[u8]) -> Result<Vec<Name<'_>>, Error> {
    if path.first() != Some(&b'/') || path.len() > MAX_PATH as usize || path.contains(&0) {
        return Err(Error::BadPath);
    }
    names(path)
}

/// The names of a path as they come, without empty ones and `.`, and without a look at what is in them.
#[derive(Clone)]
pub struct Names<'a> {
    /// Empty, or begins with `/`.
    left: &'a [u8],
}

impl<'a> Names<'a> {
    /// Those of an absolute path in which no name can be too long.
    pub fn of(path: &'a [u8]) -> Option<Self> {
        let is_fit = path.first() == Some(&b'/') && path.len() <= MAX_NAME;
        is_fit.then_some(Self { left: path })
    }
}

impl<'a> Iterator for Names<'a> {
    type Item = Name<'a>;

    fn next(&mut self) -> Option<Name<'a>> {
        loop {
            let (_, left) = self.left.split_first()?;
            let end = left.iter().position(|byte| *byte == b'/');
            let (name, rest) = left.split_at_checked(end.unwrap_or(left.len()))?;
            self.left = rest;
            if !matches!(name, b"" | b".") {
                return Some(name);
            }
        }
    }
}

/// How many names of a path are looked up without memory for them.
const FEW: usize = 12;

/// The same as [`absolute`], in a place that needs no memory; `None` if there are too many, or something is wrong.
pub fn few(path: &[u8]) -> Option<List<Name<'_>, FEW>> {
    if path.contains(&0) {
        return None;
    }
    let mut found = List::new();
    for name in Names::of(path)? {
        found.push(name).ok()?;
    }
    Some(found)
}

/// The names of a path that may be relative.
///
/// # Errors
/// `InvalidName` if a name is too long.
pub fn names(path: &[u8]) -> Result<Vec<Name<'_>>, Error> {
    let names = path
        .split(|byte| *byte == b'/')
        .filter(|name| !name.is_empty() && *name != b".");
    let names: Vec<_> = names.collect();
    if names.iter().any(|name| name.len() > MAX_NAME) {
        return Err(Error::InvalidName);
    }
    Ok(names)
}

/// Names with `/` between them.
pub fn join<N: AsRef<[u8]>>(names: &[N]) -> Vec<u8> {
    let mut path = Vec::new();
    for name in names {
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name.as_ref());
    }
    path
}

/// Takes the last name off a path, for whatever makes or removes names.
///
/// # Errors
/// As [`absolute`]; `Invalid` if the path has no last name (`/`, or one that ends in `..`).
pub fn split_last(path: &[u8]) -> Result<(Vec<Name<'_>>, Name<'_>), Error> {
    let mut all = absolute(path)?;
    match all.pop() {
        Some(b"..") | None => Err(Error::Invalid),
        Some(last) => Ok((all, last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_names_and_dots_are_left_out() {
        assert_eq!(absolute(b"//a/./b/").unwrap(), [b"a", b"b"]);
        assert!(absolute(b"/").unwrap().is_empty());
        assert_eq!(join(&absolute(b"//a/./b/").unwrap()), b"a/b");
    }

    #[test]
    fn few_names_are_the_same_ones() {
        for path in [&b"/"[..], b"//a/./b/", b"/a/../b", b"/.a/b.", b"/."] {
            assert_eq!(few(path).unwrap()[..], absolute(path).unwrap());
        }
        for path in [&b""[..], b"a", b"/a\0b", b"/a/b\0", &[b'/'; 1001]] {
            assert_eq!(few(path), None);
        }
        assert!(few(b"/1/2/3/4/5/6/7/8/9/10/11/12").is_some());
        assert_eq!(few(b"/1/2/3/4/5/6/7/8/9/10/11/12/13"), None);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        assert_eq!(absolute(b"a"), Err(Error::BadPath));
        assert_eq!(absolute(b""), Err(Error::BadPath));
        assert_eq!(absolute(b"/a\0b"), Err(Error::BadPath));
        assert_eq!(absolute(&[b'/'; 1001]), Err(Error::BadPath));
        let mut long = alloc::vec![b'x'; 257];
        long[0] = b'/';
        assert_eq!(absolute(&long), Err(Error::InvalidName));
        assert_eq!(split_last(b"/a/.."), Err(Error::Invalid));
        assert_eq!(split_last(b"/"), Err(Error::Invalid));
    }
}
