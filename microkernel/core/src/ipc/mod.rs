//! Messages between threads: endpoints, replies, notifications, faults, death.
//!
//! | file | holds |
//! |---|---|
//! | `transfer` | copies words and capabilities from sender to receiver |
//! | `fast` | Call, ReplyRecv and faults by the prepared line |
//! | `turn` | what wakes a thread or gives up the processor, by the fast path |
//! | `send` | Call and Send: to a waiting receiver directly, else into the queue |
//! | `line` | the prepared line: what a direct call needs, checked when a server begins to wait |
//! | `receive` | Recv: from the queue, or blocks |
//! | `answer` | replies and the scheduling context that was lent for them |
//! | `signal` | notifications |
//! | `gone` | clients that are gone, told to their servers |
//! | `fault` | faults told to a handler |
//! | `cancel` | takes a thread out of whatever it waits for |
//! | `death` | what dies with a thread, endpoint, reply, notification, scheduling context |

mod answer;
mod cancel;
mod death;
mod fast;
mod fault;
mod gone;
mod line;
mod receive;
mod send;
mod signal;
mod transfer;
mod turn;

pub(crate) use send::Sending;
