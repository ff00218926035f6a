//! Text as it is: without the widths and fills that the formatting of a `str` knows.

use core::fmt;

/// A text whose formatting is writing it. The formatting of `str` itself is larger than all that the kernel says.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a>(pub &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.0)
    }
}
