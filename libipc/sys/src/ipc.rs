//! The system calls of the message path.
//!
//! They pass the six register words by value and leave the message page to the caller, so that a message
//! that fits in registers never touches memory on its way.

use weft_abi::{CPtr, MessageInfo, REGISTER_WORDS, Refusal, Syscall};

use crate::{arch, outcome};

/// The words of a message that travel in registers.
pub type Words = [u64; REGISTER_WORDS];

/// What a receive, or the answer to a call, brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// The badge of the capability it was sent through; the bits, if it tells of signals; 0 for an answer.
    pub badge: u64,
    /// Label, length and what arrived.
    pub info: MessageInfo,
    /// The first words.
    pub words: Words,
}

/// Does nothing: the way into the kernel and back, for measuring.
#[inline]
pub fn null() {
    let _ = arch::trap_bare(Syscall::Null as u64);
}

/// Nanoseconds of the monotonic clock since boot.
#[inline]
pub fn clock_ns() -> u64 {
    let (_, [_, nanoseconds]) = arch::trap_bare(Syscall::Clock as u64);
    nanoseconds
}

/// Lets other threads of the same priority run.
#[inline]
pub fn yield_now() {
    let _ = arch::trap_bare(Syscall::Yield as u64);
}

/// ORs the capability's badge into a notification word and wakes a waiter.
///
/// # Errors
/// The kernel's refusal.
#[inline]
pub fn signal(notification: CPtr) -> Result<(), Refusal> {
    let (status, _) = arch::trap_short(Syscall::Signal as u64, [u64::from(notification.0), 0]);
    outcome(status)
}

/// Waits until a notification word is not zero, and takes it; at most until `deadline` (ns of the monotonic clock).
///
/// # Errors
/// The kernel's refusal; `TimedOut` at the deadline.
#[inline]
pub fn wait(notification: CPtr, deadline: u64) -> Result<u64, Refusal> {
    let arguments = [u64::from(notification.0), deadline];
    let (status, [word, _]) = arch::trap_short(Syscall::Wait as u64, arguments);
    outcome(status).map(|()| word)
}

/// Signals one notification and waits for another, in one system call. The thread that the signal wakes runs at once.
///
/// # Errors
/// The kernel's refusal; after `TimedOut` the signal has been sent, after any other it has not.
#[inline]
pub fn signal_wait(signalled: CPtr, awaited: CPtr, deadline: u64) -> Result<u64, Refusal> {
    let objects = u64::from(signalled.0) | u64::from(awaited.0) << 32;
    let (status, [word, _]) = arch::trap_short(Syscall::SignalWait as u64, [objects, deadline]);
    outcome(status).map(|()| word)
}

/// Sends a message and waits for its answer.
///
/// # Errors
/// The kernel's refusal; `Dead` if the server died before it answered.
#[inline]
pub fn call(endpoint: CPtr, info: MessageInfo, words: Words) -> Result<Received, Refusal> {
    exchange(Syscall::Call, endpoint, info, words, CPtr::NULL)
}

/// Sends a message and waits until it is received, but for no answer.
///
/// # Errors
/// The kernel's refusal.
#[inline]
pub fn send(endpoint: CPtr, info: MessageInfo, words: Words) -> Result<(), Refusal> {
    exchange(Syscall::Send, endpoint, info, words, CPtr::NULL).map(|_| ())
}

/// Waits for a message or a signal; the right to answer goes into the Reply object `reply`.
///
/// # Errors
/// The kernel's refusal.
#[inline]
pub fn recv(endpoint: CPtr, reply: CPtr) -> Result<Received, Refusal> {
    exchange(
        Syscall::Recv,
        endpoint,
        MessageInfo::default(),
        [0; REGISTER_WORDS],
        reply,
    )
}

/// Answers the caller that `reply` holds.
///
/// # Errors
/// The kernel's refusal.
#[inline]
pub fn reply(reply: CPtr, info: MessageInfo, words: Words) -> Result<(), Refusal> {
    exchange(Syscall::Reply, reply, info, words, CPtr::NULL).map(|_| ())
}

/// Answers the caller that `reply` holds, if there is one, and waits for the next message.
///
/// # Errors
/// The kernel's refusal.
#[inline]
pub fn reply_recv(
    endpoint: CPtr,
    info: MessageInfo,
    words: Words,
    reply: CPtr,
) -> Result<Received, Refusal> {
    exchange(Syscall::ReplyRecv, endpoint, info, words, reply)
}

#[inline]
fn exchange(
    call: Syscall,
    object: CPtr,
    info: MessageInfo,
    words: Words,
    reply: CPtr,
) -> Result<Received, Refusal> {
    let [w0, w1, w2, w3, w4, w5] = words;
    let arguments = [
        u64::from(object.0),
        info.0,
        w0,
        w1,
        w2,
        w3,
        w4,
        w5,
        u64::from(reply.0),
    ];
    let (status, [badge, info, words @ ..]) = arch::trap_message(call as u64, arguments);
    outcome(status).map(|()| Received {
        badge,
        info: MessageInfo(info),
        words,
    })
}
