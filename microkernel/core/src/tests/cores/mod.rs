//! Several cores over one memory: what one does about another's objects.
//!
//! The cores take turns in one thread of the host. That loses nothing: they meet in mailboxes only, so that all that can
//! differ is in which order letters are read, and that the tests choose.

mod cases;
mod cluster;
mod crowd;
mod freight;
mod lodge;
mod share;

use cluster::Cluster;
