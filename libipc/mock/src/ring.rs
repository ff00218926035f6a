//! A ring whose server runs while the client waits for it.
//!
//! The ring is a real one; only waking is pretended. What the client submitted since the last wait is
//! handed over as one batch, so that a test sees what travels together. Completions come in reverse
//! order, which no client may mind.

use std::cell::RefCell;
use std::fmt;

use libipc::ring::{Outcome, RingRequest};
use libipc_ring::sync::AtomicU64;
use libipc_ring::{Capacity, ClientRing, Layout, PeerGone, ServerRing, Waiting, Wake};

/// Carries a batch out; `None` is the server's death.
type Handler = Box<dyn FnMut(&[RingRequest]) -> Option<Vec<Outcome>>>;

/// The client's way to wait: it lets the server run.
pub struct Loopback {
    server: RefCell<ServerRing<'static, Nobody>>,
    handler: RefCell<Handler>,
}

impl fmt::Debug for Loopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Loopback")
    }
}

/// Makes a ring of `slots` slots whose requests `handler` carries out, batch by batch: an outcome a
/// request, or `None`, which is the server's death.
///
/// # Panics
/// If `slots` is no capacity of a ring.
pub fn looped(
    slots: usize,
    handler: impl FnMut(&[RingRequest]) -> Option<Vec<Outcome>> + 'static,
) -> ClientRing<'static, Loopback> {
    let layout = Layout::new(Capacity::new(slots).expect("a power of two, not too large"));
    let (a, b) = (
        shared_words(layout.client_bytes()),
        shared_words(layout.server_bytes()),
    );
    let server = ServerRing::new(layout, b, a, Nobody).expect("the regions are large enough");
    let wake = Loopback {
        server: RefCell::new(server),
        handler: RefCell::new(Box::new(handler)),
    };
    ClientRing::new(layout, a, b, wake).expect("the regions are large enough")
}

/// Makes memory that both sides of a ring or pool see, of so many bytes. It is never freed.
pub fn shared_words(bytes: usize) -> &'static [AtomicU64] {
    let words: Vec<_> = (0..bytes / size_of::<u64>())
        .map(|_| AtomicU64::new(0))
        .collect();
    words.leak()
}

impl Wake for Loopback {
    fn waiting(&self) -> Waiting {
        Waiting::Drains
    }

    fn kick(&self) {}

    /// # Panics
    /// If the handler gives not an outcome for each request, or nothing is outstanding.
    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        let mut server = self.server.borrow_mut();
        let mut taken = Vec::new();
        while let Ok(Some(submission)) = server.take() {
            taken.push(submission);
        }
        assert!(!taken.is_empty(), "nothing is going to complete");
        let requests: Vec<_> = taken.iter().map(|submission| submission.request).collect();
        let outcomes = (self.handler.borrow_mut())(&requests).ok_or(PeerGone)?;
        assert_eq!(outcomes.len(), taken.len(), "an outcome a request");
        for (submission, outcome) in taken.into_iter().zip(outcomes).rev() {
            server.complete(submission.token, outcome);
        }
        Ok(())
    }
}

/// The server's way to wake the client, which never sleeps.
struct Nobody;

impl Wake for Nobody {
    fn kick(&self) {}

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        Err(PeerGone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libipc::ring::{BatchError, Closed};

    fn request(number: u32) -> RingRequest {
        RingRequest::from_bytes(1, &number.to_le_bytes()).expect("fits")
    }

    #[test]
    fn a_batch_is_handed_over_whole_and_outcomes_find_their_requests() {
        let mut ring = looped(4, |batch| {
            assert_eq!(batch.len(), 3);
            let double = |request: &RingRequest| Outcome {
                status: 0,
                value: request.inline[0] as u32 * 2,
            };
            Some(batch.iter().map(double).collect())
        });
        let mut outcomes = [Outcome::default(); 3];
        let requests = [request(1), request(2), request(3)];
        assert_eq!(ring.run(&requests, &mut outcomes), Ok(()));
        assert_eq!(outcomes.map(|outcome| outcome.value), [2, 4, 6]);
    }

    #[test]
    fn a_server_that_dies_ends_the_wait() {
        let mut ring = looped(2, |_| None);
        let outcome = ring.run(&[request(1)], &mut [Outcome::default()]);
        assert_eq!(outcome, Err(BatchError::Closed(Closed::Gone)));
    }
}
