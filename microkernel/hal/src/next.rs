//! Who runs when the kernel is done. Registers stay where they are until the next answer.

/// What a core does when a trap was handled.
#[derive(Debug)]
pub enum Next<'a, C> {
    /// Goes on in user mode with these registers.
    User(&'a C),
    /// The thread that entered by a system call goes on, with status 0 and nothing else of what its registers say.
    Caller,
    /// Waits for an interrupt.
    Idle,
}

/// Where a message goes directly: to a thread that waits in a system call and runs now.
#[derive(Debug)]
pub struct Direct<'a, C> {
    /// Its registers. The message's words and information word are not there but still in the processor's.
    pub context: &'a C,
    /// The badge that it receives.
    pub badge: u64,
}

/// Whom an answer lets go on directly.
#[derive(Debug)]
pub enum Answered<'a, C> {
    /// As in [`Direct`], with the badge 0.
    Caller(&'a C),
    /// A thread that had faulted, with these registers as they are.
    Faulted(&'a C),
}

/// Who goes on after a system call that may have given the processor away.
#[derive(Debug)]
pub enum Turn<'a, C> {
    /// The caller, with status 0 and nothing else.
    Caller,
    /// Somebody with these registers as they are.
    Of(&'a C),
}
