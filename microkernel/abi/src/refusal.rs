//! Refusals: why the kernel did not do what it was asked.
//!
//! A refusal is a small number in the status register; nothing has changed when one is returned.

macro_rules! refusals {
    ($($(#[doc = $doc:literal])+ $number:literal $name:ident;)+) => {
        /// Why a system call was refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Refusal { $($(#[doc = $doc])+ $name = $number,)+ }

        impl Refusal {
            /// Every refusal.
            pub const ALL: &'static [Refusal] = &[$(Refusal::$name,)+];

            /// Decodes a status; `None` for 0 and for numbers outside the table.
            pub const fn from_status(status: u64) -> Option<Self> {
                match status { $($number => Some(Refusal::$name),)+ _ => None }
            }

            /// One sentence for people.
            pub const fn text(self) -> &'static str {
                match self { $(Refusal::$name => concat!($($doc),+),)+ }
            }
        }

        /// The table as text; enters the ABI hash.
        pub(crate) const DESCRIPTION: &str = concat!($(stringify!($number), " ", stringify!($name), "\n",)+);
    };
}

refusals! {
    /// The slot is empty or outside the CNode.
    1 NoCapability;
    /// The capability is of another kind than the call needs.
    2 WrongKind;
    /// The capability lacks a right that the call needs.
    3 NotPermitted;
    /// An argument is not one of the allowed values.
    4 InvalidArgument;
    /// An index, address or size is out of range or not aligned.
    5 OutOfRange;
    /// The untyped memory has not enough room.
    6 NoMemory;
    /// The destination slot is in use.
    7 SlotOccupied;
    /// A page table is missing on the way to the address.
    8 NoTable;
    /// The address, frame or table is already mapped.
    9 AlreadyMapped;
    /// The frame is not mapped.
    10 NotMapped;
    /// The server died before it answered, or has no receiver left.
    11 Dead;
    /// The operation was cancelled because the thread was suspended.
    12 Cancelled;
    /// The deadline passed.
    13 TimedOut;
    /// Nothing is there to take.
    14 Empty;
    /// The object is in use in a way that excludes the operation.
    15 Busy;
    /// The object belongs to another core.
    16 WrongCore;
    /// This machine or architecture has no such thing.
    17 Unsupported;
    /// The thread lacks a CSpace, address space or scheduling context.
    18 NotConfigured;
    /// No address-space identifier or interrupt vector is left.
    19 Exhausted;
    /// The capability is derived from a badged one, whose badge cannot be changed.
    20 AlreadyBadged;
    /// The deadlines of the core's scheduling contexts could not all be met.
    21 Overloaded;
    /// The caller's budget is shorter than the server asks for.
    22 BudgetTooShort;
}
