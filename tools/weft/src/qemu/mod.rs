//! Running the system in QEMU: the machine's command line, what the guest says on its serial
//! line, how long it may take, and how it ended.

pub mod bare;
pub mod camera;
pub mod card;
pub mod control;
pub mod debugger;
pub mod display;
pub mod ended;
pub mod exec;
pub mod frame;
pub mod launch;
pub mod machine;
pub mod picture;
pub mod portrait;
pub mod questions;
pub mod session;
pub mod watch;
