//! Why a system could not be built: what root was doing, for whom, and what the kernel said.

use core::fmt;

use alloc::string::String;
use libipc::Refusal;
use weft_spec::{ImageFault, PageError, SpecError};

/// Why a system could not be built.
#[derive(Debug)]
pub enum Trouble {
    /// The kernel refused.
    Refused {
        /// What root was doing.
        doing: &'static str,
        /// What the kernel said.
        refusal: Refusal,
    },
    /// No memory is left.
    OutOfMemory,
    /// No memory is left below an address, which is all that a device reaches.
    OutOfReach(u64),
    /// No slot is left in root's CNode.
    OutOfSlots,
    /// The boot image is not sound.
    Image(ImageFault),
    /// The specification does not decode.
    Specification(SpecError),
    /// A start-up page cannot be written.
    Page(PageError),
    /// The specification names something that it does not contain.
    Dangling(&'static str),
    /// No memory of the machine has this physical address.
    NoSuchMemory(u64),
    /// So many capabilities are not as specified.
    Unlike(usize),
    /// Something went wrong with a component.
    With {
        /// Its name.
        component: String,
        /// What went wrong.
        trouble: alloc::boxed::Box<Trouble>,
    },
}

impl Trouble {
    /// The same with the component's name.
    pub fn with(self, component: &str) -> Self {
        Self::With {
            component: component.into(),
            trouble: self.into(),
        }
    }
}

/// Says what root was doing when the kernel refused.
pub trait Doing<T> {
    /// Adds the words.
    ///
    /// # Errors
    /// The refusal, with the words.
    fn doing(self, doing: &'static str) -> Result<T, Trouble>;
}

impl<T> Doing<T> for Result<T, Refusal> {
    fn doing(self, doing: &'static str) -> Result<T, Trouble> {
        self.map_err(|refusal| Trouble::Refused { doing, refusal })
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { doing, refusal } => {
                write!(f, "cannot {doing}: {}", refusal.text().trim())
            }
            Self::OutOfMemory => f.write_str("there is not enough memory; give the machine more"),
            Self::OutOfReach(limit) => write!(
                f,
                "there is not enough memory below {limit:#x}, which is all that its device reaches"
            ),
            Self::OutOfSlots => f.write_str("root's CNode is full"),
            Self::Image(fault) => write!(f, "{fault}"),
            Self::Specification(error) => write!(f, "{error}"),
            Self::Page(error) => write!(f, "{error}"),
            Self::Dangling(what) => {
                write!(f, "the specification names a {what} that it does not have")
            }
            Self::NoSuchMemory(address) => write!(f, "this machine has nothing at {address:#x}"),
            Self::Unlike(count) => write!(f, "{count} capabilities are not as specified"),
            Self::With { component, trouble } => write!(f, "{component}: {trouble}"),
        }
    }
}

impl From<ImageFault> for Trouble {
    fn from(fault: ImageFault) -> Self {
        Self::Image(fault)
    }
}

impl From<SpecError> for Trouble {
    fn from(error: SpecError) -> Self {
        Self::Specification(error)
    }
}

impl From<PageError> for Trouble {
    fn from(error: PageError) -> Self {
        Self::Page(error)
    }
}
