//! What a volume that cannot be used says for itself.
//!
//! The file server's error says only that nothing is mounted or that something is gone. Why, and what helps, stands
//! with the mount, where `mounts` shows it too.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use libipc::{Error, Transport};
use proto::vfs::{self, Mount, OpenFlags};

use crate::builtin::mounts;
use crate::paths;
use crate::shell::Shell;
use crate::trouble::Trouble;

impl<T: Transport + 'static> Shell<T> {
    /// Trouble with a path, which a person calls `name`; if it is the whole volume that cannot be used, why.
    pub(crate) fn refused(&self, name: &str, path: &[u8], error: Error<vfs::Error>) -> Trouble {
        match error {
            Error::Server(vfs::Error::NotMounted | vfs::Error::Gone) => {
                let why = self.reason(&paths::plain(&String::from_utf8_lossy(path)));
                Trouble::at(name, format!("{error}{why}"))
            }
            _ => Trouble::at(name, error),
        }
    }

    /// Trouble with making all volumes durable, and which of them have it.
    pub(crate) fn unsynced(&self, error: Error<vfs::Error>) -> Trouble {
        let all = mounts::all(self).unwrap_or_default();
        let failing = all
            .iter()
            .filter(|mount| self.sync(&mount.path) == Err(error));
        let names: Vec<_> = failing
            .map(|Mount { path, volume, .. }| format!("{path} ({volume})"))
            .collect();
        match names.is_empty() {
            true => Trouble::because(error),
            false => Trouble::at(&names.join(", "), error),
        }
    }

    /// Makes the volume at a path durable; one that is not there is gone.
    fn sync(&self, path: &str) -> Result<(), Error<vfs::Error>> {
        let gone = Error::Server(vfs::Error::Gone);
        let vfs = self.clients.vfs().map_err(|_| gone)?;
        let flags = OpenFlags::READ | OpenFlags::DIRECTORY;
        let folder = vfs.open(path.as_bytes(), flags, 0).map_err(|_| gone)?;
        let synced = vfs.sync_file(folder);
        // Nothing was written through it.
        let _ = vfs.close(folder);
        synced
    }

    /// Why the volume that a path is on cannot be used, to be put behind the error; empty if nobody knows.
    fn reason(&self, path: &str) -> String {
        let Ok(all) = mounts::all(self) else {
            return String::new();
        };
        let inside = all.iter().filter(|mount| is_inside(path, &mount.path));
        match inside.max_by_key(|mount| mount.path.len()) {
            None => ": there is no disk with files; attach one and restart the machine".into(),
            Some(Mount { reason, .. }) if reason.is_empty() => String::new(),
            Some(Mount { volume, reason, .. }) if volume.is_empty() => format!(": {reason}"),
            Some(Mount { volume, reason, .. }) => format!(": {volume}: {reason}"),
        }
    }
}

/// Whether a path without `.` and `..` leads to a mount point or below it, as far as names tell.
fn is_inside(path: &str, point: &str) -> bool {
    let rest = path.strip_prefix(point.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_inside_its_mount_points_and_no_others() {
        for (path, point) in [
            ("/", "/"),
            ("/a", "/"),
            ("/mnt", "/mnt"),
            ("/mnt/a", "/mnt"),
        ] {
            assert!(is_inside(path, point), "{path} {point}");
        }
        for (path, point) in [("/", "/mnt"), ("/mnt1", "/mnt"), ("/a/mnt", "/mnt")] {
            assert!(!is_inside(path, point), "{path} {point}");
        }
    }
}
