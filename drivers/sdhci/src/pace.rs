//! Time, and waiting for the controller.

/// What the driver waits by.
pub trait Pace {
    /// Returns the monotonic clock, in nanoseconds.
    fn now_ns(&self) -> u64;

    /// Waits for the controller's interrupt, at most until `until_ns`. It may return earlier for no reason.
    fn wait(&self, until_ns: u64);
}
