//! What the display is told: where the pixels are, and how many.

use text_screen::Mode;

/// The file's name.
pub const FILE: &[u8] = b"etc/ramfb";

/// Words of red, green and blue, a byte each from the third down: `XR24` of Linux' DRM.
const FORMAT: u32 = u32::from_le_bytes(*b"XR24");

/// Pixels in memory, line behind line without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Where they are.
    pub physical: u64,
    /// How many.
    pub mode: Mode,
}

impl Picture {
    /// Returns the words of the file, as numbers.
    #[must_use]
    pub fn words(self) -> [u32; 7] {
        let Mode { width, height } = self.mode;
        let pitch = self.mode.pitch() as u32;
        let (high, low) = ((self.physical >> 32) as u32, self.physical as u32);
        [high, low, FORMAT, 0, width, height, pitch]
    }
}
