//! Messages between threads: endpoints, replies, notifications, faults, death.
//!
//! | file | holds |
//! |---|---|
//! | `transfer` | copies words and capabilities from sender to receiver |
//! | `send` | Call and Send: to a waiting receiver directly, else into the queue |
//! | `receive` | Recv: from the queue, or blocks |
//! | `answer` | replies and the scheduling context that was lent for them |
//! | `signal` | notifications |
//! | `fault` | faults told to a handler |
//! | `cancel` | takes a thread out of whatever it waits for |
//! | `death` | what dies with a thread, endpoint, reply, notification, scheduling context |

mod answer;
mod cancel;
mod death;
mod fault;
mod receive;
mod send;
mod signal;
mod transfer;

pub(crate) use send::Sending;
