//! Endpoints: what a server that receives there sets.

use weft_abi::{Refusal, Syscall};
use weft_sys::invoke;

super::object! {
    /// Where messages are sent and received.
    Endpoint
}

impl Endpoint {
    /// Sets how much of its budget a caller must have left, in nanoseconds: who has less calls when the budget comes
    /// back, and who never has as much is refused. 0, as at first, for any.
    pub fn set_min_budget(self, time_ns: u64) -> Result<(), Refusal> {
        let arguments = [time_ns, 0, 0, 0, 0];
        invoke(Syscall::EndpointSetMinBudget, self.0, arguments).map(|_| ())
    }
}
