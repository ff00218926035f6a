//! Chains: requests that depend on what became of earlier ones, so that a client need not wait in between.
//!
//! The server's end keeps in private memory what became of the requests of the newest chain. A request may name an
//! earlier one, whose result becomes the first 32 bits of its payload: `open`, `read` and `close` travel together,
//! and what `open` returns is the file that the other two are for. The payload is completed before anything looks at
//! it, so a dispatcher checks it as it checks every other, and a chain can say nothing that a client could not say in
//! as many batches.
//!
//! What no honest client writes (a request of no chain, one that names itself or a later one, one without a payload
//! to complete, a chain that is too long) is a [`Fault`]. Both ends use this: the client where its server's end
//! knows no chains, and then waits in between.

use core::num::NonZeroU32;

use crate::{Fault, Link, Outcome, Request};

/// The most requests in a chain.
pub const MAX_CHAIN: usize = u64::BITS as usize;

/// The status of a success.
const OK: u32 = 0;
const INDEX_BITS: u32 = MAX_CHAIN.ilog2();

/// What became of the requests of a chain.
#[derive(Debug)]
pub struct Chain {
    /// The results of those that were successful.
    values: [u32; MAX_CHAIN],
    /// A bit each: it has ended.
    ended: u64,
    /// A bit each: it has ended, and not with success.
    failed: u64,
    length: usize,
    serial: u32,
}

/// A request's place in a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member(NonZeroU32);

/// How a chain goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// This is to be carried out.
    CarryOut(Request),
    /// It is not to be carried out: one that it depends on was not successful.
    Skip,
    /// One that it depends on has not ended yet.
    Wait,
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// No chain has begun.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            values: [0; MAX_CHAIN],
            ended: 0,
            failed: 0,
            // As long as can be: nothing can be added.
            length: MAX_CHAIN,
            serial: 1,
        }
    }

    /// Adds a request, or begins a chain with it.
    ///
    /// # Errors
    /// What no honest client does.
    pub fn join(&mut self, request: &Request, link: Link) -> Result<Member, Fault> {
        if link.first {
            (self.ended, self.failed, self.length) = (0, 0, 0);
            self.serial = self.serial.wrapping_add(1);
        }
        let index = self.length;
        let names_earlier = link.target.is_none_or(|target| usize::from(target) < index);
        let has_payload = link.target.is_none() || request.words != 0;
        if index >= MAX_CHAIN || !names_earlier || !has_payload {
            return Err(Fault::ForgedChain);
        }
        self.length += 1;
        Ok(self.member(index))
    }

    /// Tells what is to be done with a request that joined.
    #[must_use]
    pub fn step(&self, member: Member, request: &Request, link: Link) -> Step {
        let index = member.index();
        let mut needed = if link.after_success {
            bit(index) - 1
        } else {
            0
        };
        if let Some(target) = link.target {
            needed |= bit(usize::from(target));
        }
        if self.failed & needed != 0 {
            return Step::Skip;
        }
        if self.ended & needed != needed {
            return Step::Wait;
        }
        let mut request = *request;
        if let (Some(target), [first, ..]) = (link.target, &mut request.inline) {
            let value = self.values.get(usize::from(target)).copied();
            *first = (*first & !u64::from(u32::MAX)) | u64::from(value.unwrap_or(0));
        }
        Step::CarryOut(request)
    }

    /// Notes how a request ended. One of an earlier chain is none of this one's.
    pub fn ended(&mut self, member: Member, outcome: Outcome) {
        let index = member.index();
        if self.member(index) != member {
            return;
        }
        self.ended |= bit(index);
        if outcome.status != OK {
            self.failed |= bit(index);
        } else if let Some(value) = self.values.get_mut(index) {
            *value = outcome.value;
        }
    }

    fn member(&self, index: usize) -> Member {
        let word = (self.serial << INDEX_BITS) | index as u32;
        // The highest bit is no part of it, so that it is never zero.
        Member(NonZeroU32::MIN | (word << 1))
    }
}

impl Member {
    fn index(self) -> usize {
        (self.0.get() >> 1) as usize % MAX_CHAIN
    }
}

fn bit(index: usize) -> u64 {
    1 << (index % MAX_CHAIN)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    const FIRST: Link = Link {
        first: true,
        after_success: false,
        target: None,
    };

    fn to(target: u8) -> Link {
        Link {
            target: Some(target),
            ..Link::default()
        }
    }

    fn request() -> Request {
        Request {
            words: 1,
            op: 7,
            inline: [0xaaaa_aaaa_bbbb_bbbb, 0, 0, 0, 0],
        }
    }

    fn ok(value: u32) -> Outcome {
        Outcome { status: OK, value }
    }

    const FAILED: Outcome = Outcome {
        status: 1,
        value: 9,
    };

    #[test]
    fn a_result_becomes_the_first_half_word_of_a_later_request() {
        let mut chain = Chain::new();
        let open = chain.join(&request(), FIRST).unwrap();
        let read = chain.join(&request(), to(0)).unwrap();
        assert_eq!(
            chain.step(open, &request(), FIRST),
            Step::CarryOut(request())
        );
        assert_eq!(chain.step(read, &request(), to(0)), Step::Wait);
        chain.ended(open, ok(5));
        let mut completed = request();
        completed.inline[0] = 0xaaaa_aaaa_0000_0005;
        assert_eq!(
            chain.step(read, &request(), to(0)),
            Step::CarryOut(completed)
        );
    }

    #[test]
    fn a_failure_skips_what_depends_on_it_and_nothing_else() {
        let mut chain = Chain::new();
        let after = Link {
            after_success: true,
            ..Link::default()
        };
        let members: [Member; 4] = core::array::from_fn(|index| {
            let link = [FIRST, to(0), after, to(0)][index];
            chain.join(&request(), link).unwrap()
        });
        chain.ended(members[0], ok(5));
        chain.ended(members[1], FAILED);
        assert_eq!(chain.step(members[2], &request(), after), Step::Skip);
        chain.ended(members[2], FAILED);
        let last = chain.step(members[3], &request(), to(0));
        assert!(matches!(last, Step::CarryOut(_)), "it names the first only");
    }

    #[test]
    fn what_no_honest_client_writes_is_a_fault() {
        let fault = Err(Fault::ForgedChain);
        let mut chain = Chain::new();
        assert_eq!(chain.join(&request(), Link::default()), fault, "no chain");
        let own = Link {
            target: Some(0),
            ..FIRST
        };
        assert_eq!(chain.join(&request(), own), fault, "itself");
        chain.join(&request(), FIRST).unwrap();
        assert_eq!(chain.join(&request(), to(1)), fault, "itself");
        assert_eq!(chain.join(&request(), to(255)), fault, "a later one");
        let empty = Request::default();
        assert_eq!(chain.join(&empty, to(0)), fault, "nothing to complete");
        for _ in 1..MAX_CHAIN {
            chain.join(&request(), Link::default()).unwrap();
        }
        assert_eq!(chain.join(&request(), Link::default()), fault, "too long");
    }

    #[test]
    fn what_ends_late_is_none_of_the_next_chains() {
        let mut chain = Chain::new();
        let late = chain.join(&request(), FIRST).unwrap();
        chain.join(&request(), FIRST).unwrap();
        let second = chain.join(&request(), to(0)).unwrap();
        chain.ended(late, ok(5));
        assert_eq!(chain.step(second, &request(), to(0)), Step::Wait);
    }
}
