//! The modules of the interfaces that the book's chapter on the language shows.

#[path = "../../../../tools/idlc/tests/book/alarm.rs"]
#[rustfmt::skip]
pub mod alarm;
#[path = "../../../../tools/idlc/tests/book/chronicle.rs"]
#[rustfmt::skip]
pub mod chronicle;
#[path = "../../../../tools/idlc/tests/book/copier.rs"]
#[rustfmt::skip]
pub mod copier;
#[path = "../../../../tools/idlc/tests/book/depot.rs"]
#[rustfmt::skip]
pub mod depot;
#[path = "../../../../tools/idlc/tests/book/door.rs"]
#[rustfmt::skip]
pub mod door;
#[path = "../../../../tools/idlc/tests/book/drawer.rs"]
#[rustfmt::skip]
pub mod drawer;
#[path = "../../../../tools/idlc/tests/book/finder.rs"]
#[rustfmt::skip]
pub mod finder;
#[path = "../../../../tools/idlc/tests/book/library.rs"]
#[rustfmt::skip]
pub mod library;
#[path = "../../../../tools/idlc/tests/book/line.rs"]
#[rustfmt::skip]
pub mod line;
#[path = "../../../../tools/idlc/tests/book/pantry.rs"]
#[rustfmt::skip]
pub mod pantry;
#[path = "../../../../tools/idlc/tests/book/roll.rs"]
#[rustfmt::skip]
pub mod roll;
#[path = "../../../../tools/idlc/tests/book/shapes.rs"]
#[rustfmt::skip]
pub mod shapes;
#[path = "../../../../tools/idlc/tests/book/tally.rs"]
#[rustfmt::skip]
pub mod tally;
#[path = "../../../../tools/idlc/tests/book/tape.rs"]
#[rustfmt::skip]
pub mod tape;
