//! Finding volumes on disks made byte by byte.

mod build;
mod gpt;
mod mbr;
mod random;
