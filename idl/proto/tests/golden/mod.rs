//! The modules of the compiler's golden tests.

#[path = "../../../../tools/idlc/tests/golden/capabilities.rs"]
#[rustfmt::skip]
pub mod capabilities;
#[path = "../../../../tools/idlc/tests/golden/constants.rs"]
#[rustfmt::skip]
pub mod constants;
#[path = "../../../../tools/idlc/tests/golden/deferred.rs"]
#[rustfmt::skip]
pub mod deferred;
#[path = "../../../../tools/idlc/tests/golden/errors.rs"]
#[rustfmt::skip]
pub mod errors;
#[path = "../../../../tools/idlc/tests/golden/names.rs"]
#[rustfmt::skip]
pub mod names;
#[path = "../../../../tools/idlc/tests/golden/numbers.rs"]
#[rustfmt::skip]
pub mod numbers;
#[path = "../../../../tools/idlc/tests/golden/ring.rs"]
#[rustfmt::skip]
pub mod ring;
#[path = "../../../../tools/idlc/tests/golden/sequences.rs"]
#[rustfmt::skip]
pub mod sequences;
#[path = "../../../../tools/idlc/tests/golden/imports/shapes.rs"]
#[rustfmt::skip]
pub mod shapes;
#[path = "../../../../tools/idlc/tests/golden/structs.rs"]
#[rustfmt::skip]
pub mod structs;
#[path = "../../../../tools/idlc/tests/golden/imports/windows.rs"]
#[rustfmt::skip]
pub mod windows;
#[path = "../../../../tools/idlc/tests/golden/types_only.rs"]
#[rustfmt::skip]
pub mod types_only;
#[path = "../../../../tools/idlc/tests/golden/bases/copies.rs"]
#[rustfmt::skip]
pub mod copies;
#[path = "../../../../tools/idlc/tests/golden/optional.rs"]
#[rustfmt::skip]
pub mod optional;
#[path = "../../../../tools/idlc/tests/golden/rights.rs"]
#[rustfmt::skip]
pub mod rights;
#[path = "../../../../tools/idlc/tests/golden/tables.rs"]
#[rustfmt::skip]
pub mod tables;
#[path = "../../../../tools/idlc/tests/golden/bases/tree.rs"]
#[rustfmt::skip]
pub mod tree;
#[path = "../../../../tools/idlc/tests/golden/unions.rs"]
#[rustfmt::skip]
pub mod unions;
#[path = "../../../../tools/idlc/tests/golden/bases/volume.rs"]
#[rustfmt::skip]
pub mod volume;
#[path = "../../../../tools/idlc/tests/golden/methods.rs"]
#[rustfmt::skip]
pub mod methods;
#[path = "../../../../tools/idlc/tests/golden/short.rs"]
#[rustfmt::skip]
pub mod short;
#[path = "../../../../tools/idlc/tests/golden/loans.rs"]
#[rustfmt::skip]
pub mod loans;
#[path = "../../../../tools/idlc/tests/golden/streams.rs"]
#[rustfmt::skip]
pub mod streams;
#[path = "../../../../tools/idlc/tests/descriptions/all.rs"]
#[rustfmt::skip]
pub mod descriptions;
