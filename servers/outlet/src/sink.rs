//! One file that takes output.

use libipc::Transport;
use libipc::codec::Text;
use proto::console::MAX_WRITE;
use proto::outlets::MAX_PROBLEM;
use proto::vfs::{self, OpenFlags};

/// What went wrong with a file, for people.
pub(crate) type Problem = Text<{ MAX_PROBLEM as usize }>;

const _: () = assert!(
    MAX_WRITE <= vfs::MAX_DATA,
    "one write of a program is one write to the file"
);

/// An open file, and what became of it.
#[derive(Debug)]
pub(crate) struct Sink {
    file: u32,
    /// The first error; nothing is written behind it, so that the file has no hole.
    problem: Option<Problem>,
}

/// The file has an error.
pub(crate) struct Refused;

impl Sink {
    /// Opens a file that exists.
    pub(crate) fn open<T: Transport>(
        files: &vfs::Client<T>,
        path: &[u8],
    ) -> Result<Self, libipc::Error<vfs::Error>> {
        let file = files.open(path, OpenFlags::WRITE, 0)?;
        Ok(Self {
            file,
            problem: None,
        })
    }

    /// Puts bytes into the file.
    pub(crate) fn put<T: Transport>(
        &mut self,
        files: &vfs::Client<T>,
        bytes: &[u8],
    ) -> Result<(), Refused> {
        if self.problem.is_some() {
            return Err(Refused);
        }
        let put = files.append(self.file, bytes);
        put.map(|_| ()).map_err(|error| {
            self.problem = Some(told(error));
            Refused
        })
    }

    /// Closes the file; gives the first error, or nothing.
    pub(crate) fn close<T: Transport>(self, files: &vfs::Client<T>) -> Problem {
        let closed = files.close(self.file).map_err(told);
        self.problem.or(closed.err()).unwrap_or_default()
    }
}

/// An error as text. Should it ever be too long, its kind is lost, but not that there is one.
fn told(error: libipc::Error<vfs::Error>) -> Problem {
    let text = alloc::format!("{error}");
    let fallback = || Text::try_from("the file server reports an error").unwrap_or_default();
    Text::try_from(text.as_str()).unwrap_or_else(|_| fallback())
}
