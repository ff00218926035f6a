//! Driver of the display that the firmware of the Raspberry Pi shows.
//!
//! The firmware makes the framebuffer and says where it is (interface `firmware`); it lies in the memory that the VideoCore
//! keeps for itself, of which this driver has the part that the board's file calls `video`, uncached. What the firmware
//! says is checked by [`place`]: a framebuffer that lies elsewhere, or does not fit, is not drawn on.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

use core::fmt;
use core::ops::Range;

use proto::firmware::Framebuffer;
use text_screen::{Mode, Unfit};

/// Where in the driver's memory the pixels are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Bytes before them.
    pub offset: u64,
    /// Bytes that they take.
    pub length: u64,
    /// Bytes from a line to the next.
    pub pitch: u64,
    /// How many pixels.
    pub mode: Mode,
}

/// Why the firmware's framebuffer cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is not in the memory that the driver has.
    Elsewhere {
        /// First byte.
        physical: u64,
        /// Number of bytes.
        length: u64,
    },
    /// It does not fit.
    Unfit(Unfit),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elsewhere { physical, length } => write!(
                f,
                "the firmware's framebuffer, {length} bytes at {physical:#x}, is not in the memory `video` of the board's file"
            ),
            Self::Unfit(unfit) => unfit.fmt(f),
        }
    }
}

/// Finds the firmware's framebuffer in memory that begins and ends at the addresses `memory`.
///
/// # Errors
/// [`Problem`].
pub fn place(found: &Framebuffer, memory: Range<u64>) -> Result<Place, Problem> {
    let (physical, length) = (u64::from(found.physical), u64::from(found.length));
    let (width, height) = (found.width, found.height);
    let mode = Mode { width, height };
    let pitch = found.pitch.into();
    let end = physical + length;
    let is_word = physical.is_multiple_of(size_of::<u32>() as u64);
    if physical < memory.start || end > memory.end || !is_word {
        return Err(Problem::Elsewhere { physical, length });
    }
    mode.fits(pitch, length).map_err(Problem::Unfit)?;
    Ok(Place {
        offset: physical - memory.start,
        length,
        pitch,
        mode,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    const MEMORY: Range<u64> = 0x3c00_0000..0x4000_0000;

    fn found() -> Framebuffer {
        Framebuffer {
            physical: 0x3c10_0000,
            length: 0x30_0000,
            pitch: 4096,
            width: 1024,
            height: 768,
        }
    }

    #[test]
    fn a_framebuffer_in_the_drivers_memory_is_found_there() {
        let place = place(&found(), MEMORY).expect("there");
        assert_eq!(
            (place.offset, place.length, place.pitch),
            (0x10_0000, 0x30_0000, 4096)
        );
        let last = Framebuffer {
            physical: 0x3fd0_0000,
            ..found()
        };
        assert!(super::place(&last, MEMORY).is_ok());
    }

    #[test]
    fn a_framebuffer_elsewhere_is_not_drawn_on() {
        for physical in [0, 0x3bff_f000, 0x3fd0_1000, 0xffff_f000, 0x3c10_0002] {
            let elsewhere = Framebuffer {
                physical,
                ..found()
            };
            let problem = place(&elsewhere, MEMORY).expect_err("elsewhere");
            assert!(
                problem.to_string().contains("is not in the memory `video`"),
                "{problem}"
            );
        }
        let long = Framebuffer {
            length: u32::MAX,
            ..found()
        };
        assert!(place(&long, MEMORY).is_err());
    }

    #[test]
    fn a_framebuffer_with_less_memory_than_pixels_is_not_drawn_on() {
        let short = Framebuffer {
            length: 0x2f_ffff,
            ..found()
        };
        let problem = place(&short, MEMORY).expect_err("too short");
        assert_eq!(
            problem.to_string(),
            "1024 by 768 pixels take 3145728 bytes, and there are 3145727"
        );
        for (width, pitch) in [(0, 4096), (1025, 4096), (1024, 0), (1024, 4098)] {
            let odd = Framebuffer {
                width,
                pitch,
                ..found()
            };
            assert!(matches!(place(&odd, MEMORY), Err(Problem::Unfit(_))));
        }
    }
}
