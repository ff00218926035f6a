//! The driver's program: the firmware configuration is at the ports or in the registers `fw-cfg`, memory for its letters
//! is called `letter`, that for pixels `picture`. Its argument is how many pixels there are to be, as `1024x768`.

#![no_std]
#![no_main]

use core::fmt;

use libipc::abi::startup::EntryKind;
use libipc::objects::PortWidth;
use libipc::{Never, PortRange, Startup};
use ramfb::{Config, FILE, Failure, Letter, Picture, Port};
use text_screen::{Before, Framebuffer, Memory, Mode, Unfit, run};
use weft_mmio::{Dma, Registers};

/// The name of ports or registers.
const CONFIG: &str = "fw-cfg";
/// Where the DMA address is, among the ports and among the registers (fw_cfg, "Register locations").
const PORT: u16 = 4;
const REGISTER: usize = 16;

/// Where the firmware configuration is.
enum Place {
    Ports(PortRange),
    Registers(Registers),
}

impl Place {
    fn read(&self, half: u16) -> u32 {
        match self {
            Self::Ports(range) => range
                .ports
                .read(range.first + PORT + 4 * half, PortWidth::Four)
                .unwrap_or(u32::MAX),
            Self::Registers(registers) => registers.read32(REGISTER + 4 * usize::from(half)),
        }
    }

    fn write(&self, half: u16, value: u32) {
        match self {
            // Refused only if the ports are not ours; then the signature was not read.
            Self::Ports(range) => drop(range.ports.write(
                range.first + PORT + 4 * half,
                PortWidth::Four,
                value,
            )),
            Self::Registers(registers) => {
                registers.write32(REGISTER + 4 * usize::from(half), value)
            }
        }
    }
}

impl Port for Place {
    fn signature(&self) -> [u32; 2] {
        [0, 1].map(|half| u32::from_be(self.read(half)))
    }

    fn start(&self, letter: u64) {
        self.write(0, ((letter >> 32) as u32).to_be());
        self.write(1, (letter as u32).to_be());
    }
}

/// The letter in memory.
struct Paper(Dma);

impl Letter for Paper {
    fn physical(&self) -> u64 {
        self.0.physical(0)
    }

    fn read(&self, word: usize) -> u32 {
        self.0.read32(word * size_of::<u32>())
    }

    fn write(&self, word: usize, value: u32) {
        self.0.write32(word * size_of::<u32>(), value);
    }

    fn barrier(&self) {
        weft_mmio::barrier();
    }
}

/// Pixels in memory.
struct Pixels(Dma);

impl Memory for Pixels {
    fn write(&mut self, offset: usize, words: &[u32]) {
        self.0.write_words(offset, words);
    }
}

/// Why there is no display.
enum Problem {
    Unfit(Unfit),
    Config(Failure),
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
            Self::Config(failure) => failure.fmt(f),
        }
    }
}

#[libipc::main]
fn main(env: Startup) -> Never {
    run(&env, start)
}

fn start(env: &Startup, mode: Mode) -> Result<Framebuffer<Pixels>, Problem> {
    let memory = |name| Dma::open(env, name).ok().flatten();
    let (Some(letter), Some(picture)) = (memory("letter"), memory("picture")) else {
        panic!("memory `letter` and `picture` are not both mapped");
    };
    let (physical, length) = (picture.physical(0), picture.length() as u64);
    // The kernel clears memory before it gives it away.
    let framebuffer =
        Framebuffer::new(Pixels(picture), (mode.pitch(), length), mode, Before::Black);
    let framebuffer = framebuffer?;
    let config = Config::new(place(env), Paper(letter)).map_err(Problem::Config)?;
    let words = Picture { physical, mode }.words();
    config.write(FILE, &words).map_err(Problem::Config)?;
    Ok(framebuffer)
}

fn place(env: &Startup) -> Place {
    if env.find(EntryKind::Ports, CONFIG).is_some() {
        return Place::Ports(env.ports(CONFIG));
    }
    match Registers::open(env, CONFIG) {
        Some(registers) => Place::Registers(registers),
        None => panic!("registers `{CONFIG}` are not mapped"),
    }
}
