//! Running the system in QEMU: the machine's command line, what the guest says on its serial
//! line, how long it may take, and how it ended.

pub mod bare;
mod card;
pub mod debugger;
pub mod ended;
pub mod exec;
pub mod frame;
pub mod launch;
pub mod machine;
pub mod questions;
pub mod session;
pub mod watch;
