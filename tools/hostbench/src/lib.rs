//! The ring on a real processor, beside what else carries messages on Linux.
//!
//! Two ends, in two processes or two threads, bound to two cores or to one, exchange messages of 64
//! bytes by this project's ring and by sockets, pipes, message queues and the queues of other
//! crates: as many as possible one way, and one request and answer at a time. All candidates run in
//! one process tree and in turns; the receiver does the same work with every message; what arrives is
//! compared with what was sent, in content and order.
//!
//! Every wait policy is a column of its own, so that like is compared with like: a queue that can
//! only be polled stands beside the ring polled, a socket that blocks beside the ring that blocks.
//!
//! Three differences remain, and are part of what is compared. The ring answers every request with a
//! completion, which is also its credit, while the others send nothing back one way. The ring holds
//! 256 messages, as the queues between threads do; pipes and sockets keep the kernel's own sizes, and
//! message queues what this user may have. A slot carries 44 of its 64 bytes for the sender, which is
//! why the ring is also measured with 64 bytes of payload in a pool.
//!
//! `iceoryx2` is among the peers only with the feature of its name, since it takes longer to build than everything else here
//! together.
//!
//! [`run`] gives a [`Report`]; the program prints it. Real time on a machine with other work differs
//! from run to run: figures are medians of rounds with the least and the greatest, ratios are
//! computed within a round.

mod bell;
mod figure;
mod host;
mod link;
mod memory;
mod message;
mod peer;
mod plan;
mod run;
mod table;
mod wait;

pub use figure::{Figure, Missing};
pub use host::Host;
pub use peer::{FAR, far};
pub use run::{Options, Report, run};
pub use table::show;
