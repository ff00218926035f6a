//! The plugin's arguments:
//! `-plugin libweft_witness.so,out=FILE[,places=FILE][,where=MARK][,masked=FILE[,points=ADDRESS+ADDRESS…]][,turns=on]`.

use std::fmt;
use std::path::PathBuf;

/// What the plugin is told.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// `out=`: the file that gets a line for each stretch.
    pub out: PathBuf,
    /// `places=`: the file that gets a line for each instruction that stretches executed, when the run ends.
    pub places: Option<PathBuf>,
    /// `where=`: the mark whose stretches go to the second file; without it those of all marks do.
    pub only: Option<u64>,
    /// `masked=`: the file that gets the longest stretch with interrupts masked, when the run ends.
    pub masked: Option<PathBuf>,
    /// `turns=on`: several cores take turns on one thread of the host, as they do where instructions are the clock.
    pub turns: Turns,
    /// `points=`: hexadecimal addresses at which the kernel looks whether an interrupt waits.
    pub points: Vec<u64>,
}

/// Whether the cores of the machine run one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turns {
    /// There is one, or each has a thread of its own.
    No,
    /// They do.
    Taken,
}

/// Why arguments are refused.
#[derive(Debug, PartialEq, Eq)]
pub enum Error {
    /// An argument that does not exist.
    Unknown(String),
    /// `where=` is not a number.
    NoNumber(String),
    /// `points=` has something else than addresses.
    NoAddress(String),
    /// There is no `out=`.
    NoOut,
    /// There is `where=` and no `places=`.
    NoPlaces,
    /// `masked=` counts by core.
    MaskedInTurns,
}

impl fmt::Display for Error {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(what) => write!(
                to,
                "unknown argument `{what}`; there are out=, places=, where=, masked=, points= and turns=on"
            ),
            Self::NoNumber(what) => write!(to, "where={what}: give the number of a mark"),
            Self::NoAddress(what) => {
                write!(
                    to,
                    "points={what}: give hexadecimal addresses with + between"
                )
            }
            Self::NoOut => write!(to, "out=FILE is missing: where do the figures go?"),
            Self::NoPlaces => write!(to, "where= needs places=FILE for what it finds"),
            Self::MaskedInTurns => {
                write!(to, "masked= cannot be found where cores take turns")
            }
        }
    }
}

impl Options {
    /// Reads arguments.
    ///
    /// # Errors
    /// If one is unknown, malformed or missing.
    pub fn read<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let (mut out, mut places, mut only) = (None, None, None);
        let (mut masked, mut points, mut turns) = (None, Vec::new(), Turns::No);
        for argument in arguments {
            match argument.split_once('=') {
                Some(("out", file)) => out = Some(PathBuf::from(file)),
                Some(("places", file)) => places = Some(PathBuf::from(file)),
                Some(("where", mark)) => {
                    let number = mark.parse();
                    only = Some(number.map_err(|_| Error::NoNumber(mark.to_owned()))?);
                }
                Some(("masked", file)) => masked = Some(PathBuf::from(file)),
                Some(("points", list)) => points = addresses(list)?,
                Some(("turns", "on")) => turns = Turns::Taken,
                _ => return Err(Error::Unknown(argument.to_owned())),
            }
        }
        if only.is_some() && places.is_none() {
            return Err(Error::NoPlaces);
        }
        if masked.is_some() && turns == Turns::Taken {
            return Err(Error::MaskedInTurns);
        }
        Ok(Self {
            out: out.ok_or(Error::NoOut)?,
            places,
            only,
            masked,
            turns,
            points,
        })
    }
}

fn addresses(list: &str) -> Result<Vec<u64>, Error> {
    let address = |text: &str| u64::from_str_radix(text, 16);
    let all: Result<_, _> = list.split('+').map(address).collect();
    all.map_err(|_| Error::NoAddress(list.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_arguments_are_read() {
        let expected = Options {
            out: PathBuf::from("a=b"),
            places: Some(PathBuf::from("p")),
            only: Some(7),
            masked: Some(PathBuf::from("m")),
            turns: Turns::No,
            points: vec![0xffff_0000, 16],
        };
        let given = [
            "out=a=b",
            "places=p",
            "where=7",
            "masked=m",
            "points=ffff0000+10",
        ];
        let read = Options::read(given);
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn mistakes_are_named() {
        let unknown = Err(Error::Unknown("to=x".to_owned()));
        assert_eq!(Options::read(["to=x"]), unknown);
        assert_eq!(Options::read([]), Err(Error::NoOut));
        assert_eq!(Options::read(["out=x", "where=1"]), Err(Error::NoPlaces));
        let both = Options::read(["out=x", "masked=m", "turns=on"]);
        assert_eq!(both, Err(Error::MaskedInTurns));
        let turns = Options::read(["out=x", "turns=on"]).expect("good").turns;
        assert_eq!(turns, Turns::Taken);
        let points = Err(Error::NoAddress("x".to_owned()));
        assert_eq!(Options::read(["out=x", "points=x"]), points);
        let number = Err(Error::NoNumber("ipc".to_owned()));
        assert_eq!(Options::read(["out=x", "where=ipc"]), number);
    }
}
