//! The benchmark: counts what operations of the system cost, from user mode to user mode.
//!
//! Each figure is measured the same way: a few runs that do not count, then samples of one run each, the
//! counter read right before and right after, and last one further run between two marks that an onlooker
//! outside the machine sees. What reading the counter itself costs is measured first and taken off. The
//! figures are told at the end, when nothing is measured any more, since writing a line disturbs.
//!
//! Where the machine gives each instruction one tick of the counter (an emulator that counts instructions) a
//! figure is a number of instructions, and every boot of one build tells the same. It says nothing of time.
//!
//! | module | holds |
//! |---|---|
//! | [`figure`] | the names of all figures, and their numbers |
//! | [`samples`] | from counters to least, median and greatest |
//! | [`report`] | what is told, line by line |
//! | [`throughput`] | the table of messages by way, length and batch |
//!
//! The groups of figures themselves are in the program, because they need a kernel.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod figure;
pub mod report;
pub mod samples;
pub mod throughput;
