//! Device trees as files, for a person who wants to know what of a board has a driver.
//!
//! [`tree`] reads them and says where one is damaged, which the kernel's reader, that only has to survive, does not;
//! [`report`] holds their nodes against what packages drive.

pub mod reach;
pub mod report;
pub mod tree;
