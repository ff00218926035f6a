//! Client and server in one process, for tests on a host.
//!
//! A [`Mock`] holds a server and plays the kernel and the server loop for it; generated clients run over
//! [`MockConnection`]s as they run over real ones. Requests are encoded, delivered and decoded as on the
//! target, so that a test covers both stubs. Deaths come on order ([`Mock::die`]), and so do signals and
//! faults. It is stricter than a kernel where that finds mistakes: a request that nothing is going to answer
//! is a panic, not a hang.
//!
//! A [`HostRing`] does the same for a ring and its pools. A [`record`] is what went over either, as text, to be edited and
//! played again.
//!
//! ```
//! use libipc::{Message, Request, Service, Transport, label};
//! use libipc_mock::Mock;
//!
//! struct Echo;
//! impl Service for Echo {
//!     fn request(&mut self, request: Request<'_>) {
//!         request.message.begin(label::OK);
//!     }
//! }
//!
//! let mock = Mock::new(Echo);
//! assert!(mock.connect(1).call(&mut Message::new(7)).is_ok());
//! ```

mod connection;
mod host;
mod loopback;
mod pending;
pub mod record;
mod ring;

pub use connection::MockConnection;
pub use host::{Death, Idle, Mock};
pub use loopback::{HostRing, InProcess};
pub use pending::PendingCall;
pub use ring::{Loopback, looped, shared_words};

#[cfg(test)]
mod tests;
