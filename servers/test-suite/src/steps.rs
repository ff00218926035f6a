//! Steps of scripts by the names of the system calls.

use libipc::abi::{MessageInfo, Syscall};
use test_script::{FILL, Step};

/// Calls through the endpoint in a slot.
pub(crate) fn call(endpoint: u64, info: MessageInfo, words: [u64; 6]) -> Step {
    message(Syscall::Call, endpoint, info, words, FILL)
}

/// Sends without waiting for an answer.
pub(crate) fn send(endpoint: u64, info: MessageInfo, words: [u64; 6]) -> Step {
    message(Syscall::Send, endpoint, info, words, FILL)
}

/// Receives; the right to answer goes to the reply object in a slot.
pub(crate) fn recv(endpoint: u64, reply: u64) -> Step {
    let mut step = Step::call(Syscall::Recv as u64, &[endpoint]);
    step.arguments[8] = reply;
    step
}

/// Answers.
pub(crate) fn reply(reply: u64, info: MessageInfo, words: [u64; 6]) -> Step {
    message(Syscall::Reply, reply, info, words, FILL)
}

/// Answers and receives.
pub(crate) fn reply_recv(endpoint: u64, info: MessageInfo, words: [u64; 6], reply: u64) -> Step {
    message(Syscall::ReplyRecv, endpoint, info, words, reply)
}

/// Waits for a notification for ever.
pub(crate) fn wait(notification: u64) -> Step {
    Step::call(Syscall::Wait as u64, &[notification, u64::MAX])
}

/// Signals a notification.
pub(crate) fn signal(notification: u64) -> Step {
    Step::call(Syscall::Signal as u64, &[notification])
}

/// Any system call.
pub(crate) fn other(call: Syscall, arguments: &[u64]) -> Step {
    Step::call(call as u64, arguments)
}

/// An information word without capabilities.
pub(crate) fn info(label: u32, words: usize) -> MessageInfo {
    MessageInfo::new(label, words, 0)
}

fn message(call: Syscall, object: u64, info: MessageInfo, words: [u64; 6], reply: u64) -> Step {
    let [w0, w1, w2, w3, w4, w5] = words;
    let arguments = [object, info.0, w0, w1, w2, w3, w4, w5, reply];
    Step::call(call as u64, &arguments)
}
