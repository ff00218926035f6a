//! The driver's program: connected to `firmware` and to the console (`screen`), with registers `video` that are the memory
//! in which the firmware makes framebuffers. Its argument is how many pixels there are to be, as `1024x768`.

#![no_std]
#![no_main]

use core::fmt;

use bcm2711_framebuffer::{Problem as Misplaced, place};
use libipc::{Never, Refusal, Startup};
use proto::firmware;
use text_screen::{Before, Framebuffer, Memory, Mode, Unfit, run};
use weft_mmio::Registers;

/// The name of the memory.
const VIDEO: &str = "video";

/// Pixels in the firmware's memory.
struct Pixels(Registers);

impl Memory for Pixels {
    fn write(&mut self, offset: usize, words: &[u32]) {
        self.0.write_words(offset, words);
    }
}

/// Why there is no display.
enum Problem {
    Unfit(Unfit),
    Firmware(libipc::Error<firmware::Error>),
    Misplaced(Misplaced),
    Memory(Refusal),
}

impl From<Unfit> for Problem {
    fn from(unfit: Unfit) -> Self {
        Self::Unfit(unfit)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfit(unfit) => unfit.fmt(f),
            Self::Firmware(error) => write!(f, "the firmware makes no framebuffer: {error}"),
            Self::Misplaced(problem) => problem.fmt(f),
            Self::Memory(refusal) => {
                write!(f, "nobody says where `{VIDEO}` is: {}", refusal.text())
            }
        }
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    run(&env, start)
}

fn start(env: &Startup, mode: Mode) -> Result<Framebuffer<Pixels>, Problem> {
    let firmware: firmware::Client = env.connect("firmware");
    let found = firmware
        .framebuffer(mode.width, mode.height)
        .map_err(Problem::Firmware)?;
    let region = env.mmio(VIDEO);
    let start = region.frame().describe().map_err(Problem::Memory)?.physical;
    let found = place(&found, start..start + region.length).map_err(Problem::Misplaced)?;
    let pixels = Registers::open(env, VIDEO);
    let part = pixels.and_then(|pixels| pixels.part(found.offset as usize, found.length as usize));
    let Some(pixels) = part else {
        panic!("registers `{VIDEO}` are not mapped");
    };
    let size = (found.pitch, found.length);
    Framebuffer::new(Pixels(pixels), size, found.mode, Before::Unknown).map_err(Problem::Unfit)
}
