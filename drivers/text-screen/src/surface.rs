//! Memory that a display shows, and how many pixels fit it.

use core::fmt;
use core::str::FromStr;

use crate::font;

/// Memory that a display shows.
pub trait Memory {
    /// Writes words one behind the other, the first `offset` bytes from the start; a multiple of four.
    fn write(&mut self, offset: usize, words: &[u32]);
}

/// Lines of pixels in memory. A pixel is a word of red, green and blue, a byte each from the third down.
#[derive(Debug)]
pub struct Framebuffer<M> {
    memory: M,
    mode: Mode,
    pitch: usize,
    before: Before,
}

impl<M: Memory> Framebuffer<M> {
    /// Memory of `length` bytes, in which lines begin `pitch` bytes apart.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn new(
        memory: M,
        (pitch, length): (u64, u64),
        mode: Mode,
        before: Before,
    ) -> Result<Self, Unfit> {
        mode.fits(pitch, length)?;
        Ok(Self {
            memory,
            mode,
            pitch: pitch as usize,
            before,
        })
    }

    /// Returns how many pixels there are.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns what the display shows before anything was drawn.
    pub fn before(&self) -> Before {
        self.before
    }

    /// Sets pixels of line `y`, from `x` on to the right. Those that do not fit are left out, all of them.
    pub fn put(&mut self, x: usize, y: usize, pixels: &[u32]) {
        if x + pixels.len() <= self.mode.width as usize && y < self.mode.height as usize {
            self.memory
                .write(y * self.pitch + x * PIXEL as usize, pixels);
        }
    }
}

/// What a display shows before anything was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Black.
    Black,
    /// Nobody knows.
    Unknown,
}

/// How many pixels a display has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// Pixels of a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
}

/// Bytes of a pixel.
const PIXEL: u64 = 4;
/// The most pixels in a line, and the most lines: the cells of so many take half a MiB of a driver's heap.
const MOST: u32 = 2048;

impl Mode {
    /// Returns the bytes of a line without a gap behind it.
    #[must_use]
    pub const fn pitch(self) -> u64 {
        self.width as u64 * PIXEL
    }

    /// Returns the cells across and down; what is left at the right and below is not used.
    #[must_use]
    pub const fn cells(self) -> (usize, usize) {
        let (width, height) = (self.width as usize, self.height as usize);
        (width / font::WIDTH, height / font::HEIGHT)
    }

    /// Checks that lines of so many bytes each fit memory of so many.
    ///
    /// # Errors
    /// [`Unfit`].
    pub const fn fits(self, pitch: u64, memory: u64) -> Result<(), Unfit> {
        let is_sane = self.width <= MOST && self.height <= MOST && pitch <= u32::MAX as u64;
        let (columns, rows) = self.cells();
        if !is_sane
            || columns == 0
            || rows == 0
            || pitch < self.pitch()
            || !pitch.is_multiple_of(PIXEL)
        {
            return Err(Unfit::Mode(self));
        }
        let needed = pitch * self.height as u64;
        match needed <= memory {
            true => Ok(()),
            false => Err(Unfit::Memory {
                mode: self,
                needed,
                memory,
            }),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {} pixels", self.width, self.height)
    }
}

/// As in arguments: `1024x768`.
impl FromStr for Mode {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        let numbers = text.split_once('x');
        let numbers = numbers.map(|(width, height)| (width.parse(), height.parse()));
        match numbers {
            Some((Ok(width), Ok(height))) => Ok(Self { width, height }),
            _ => Err(Unfit::NoMode),
        }
    }
}

/// Why a display cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// What should say how many pixels there are does not.
    NoMode,
    /// No terminal can be drawn on so many pixels.
    Mode(Mode),
    /// There is less memory than pixels.
    Memory {
        /// How many pixels.
        mode: Mode,
        /// Bytes that they take.
        needed: u64,
        /// Bytes that there are.
        memory: u64,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMode => f.write_str("the argument is not WIDTHxHEIGHT in pixels"),
            Self::Mode(mode) => write!(f, "no text can be drawn on {mode}"),
            Self::Memory {
                mode,
                needed,
                memory,
            } => {
                write!(f, "{mode} take {needed} bytes, and there are {memory}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODE: Mode = Mode {
        width: 1024,
        height: 768,
    };

    #[test]
    fn modes_are_read_as_people_write_them() {
        assert_eq!("1024x768".parse(), Ok(MODE));
        for wrong in [
            "",
            "1024",
            "1024x",
            "x768",
            "-1x2",
            "1024 x 768",
            "99999999999x1",
        ] {
            assert_eq!(wrong.parse::<Mode>(), Err(Unfit::NoMode), "{wrong}");
        }
    }

    #[test]
    fn what_does_not_fit_its_memory_is_refused() {
        assert_eq!(MODE.fits(4096, 3 << 20), Ok(()));
        let (needed, memory) = (3 << 20, (3 << 20) - 1);
        assert_eq!(
            MODE.fits(4096, memory),
            Err(Unfit::Memory {
                mode: MODE,
                needed,
                memory
            })
        );
        assert!(MODE.fits(8192, 3 << 20).is_err(), "lines lie further apart");
        for pitch in [0, 4092, 4097, 1 << 33] {
            assert_eq!(
                MODE.fits(pitch, u64::MAX),
                Err(Unfit::Mode(MODE)),
                "{pitch}"
            );
        }
        for (width, height) in [(0, 0), (7, 768), (1024, 15), (1 << 31, 16), (8, u32::MAX)] {
            let mode = Mode { width, height };
            assert_eq!(mode.fits(mode.pitch(), u64::MAX), Err(Unfit::Mode(mode)));
        }
        assert!(
            Mode {
                width: 8,
                height: 16
            }
            .fits(32, 512)
            .is_ok()
        );
    }
}
