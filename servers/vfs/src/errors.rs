//! Errors of a file system as errors of the VFS.

use proto::{filesystem, vfs};

/// The same error, or `Gone` if the file system could not be reached.
pub(crate) fn passed_on(error: libipc::Error<filesystem::Error>) -> vfs::Error {
    match error {
        libipc::Error::Server(error) => error.into(),
        libipc::Error::Transport(_) => vfs::Error::Gone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_of_a_file_system_has_its_twin() {
        for error in filesystem::Error::ALL {
            let twin = passed_on(libipc::Error::Server(*error));
            assert_eq!(alloc::format!("{twin:?}"), alloc::format!("{error:?}"));
        }
    }
}
