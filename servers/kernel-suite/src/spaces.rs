//! Many address spaces that take turns.

use alloc::vec::Vec;

use libipc::abi::MessageInfo;
use libipc::abi::boot;
use libipc::objects::{CNode, Untyped};
use libipc::{CPtr, Kind};

use crate::calls::start_server;
use crate::fixture::{Fixture, Stock, done};
use crate::{Failure, Test, expect};

pub(crate) const TESTS: &[Test] = &[Test {
    name: "a_hundred_thousand_switches_over_two_hundred_spaces",
    run: switches,
}];

/// So many that their number has more than seven bits, and fewer than the least number of tags that a TLB with tags has.
const SPACES: usize = 200;
/// Calls of each; a call is two switches.
const CALLS: u64 = 250;
/// log2 of the memory for them.
const MEMORY: u8 = 24;

/// Each space is switched to after all others. From outside it is seen that no core forgets everything meanwhile, where TLBs
/// have tags.
fn switches(fixture: &mut Fixture) -> Result<(), Failure> {
    let memory: Untyped = fixture.object(Kind::Untyped, MEMORY)?;
    let stock = Stock {
        memory,
        ..fixture.own()
    };
    let servers: Result<Vec<CPtr>, Failure> = (0..SPACES)
        .map(|_| Ok(start_server(fixture, stock)?.endpoint))
        .collect();
    let servers = servers?;
    for word in 0..CALLS {
        for endpoint in &servers {
            let words = [word, 0, 0, 0, 0, 0];
            let called = weft_sys::call(*endpoint, MessageInfo::new(0, 1, 0), words);
            expect("answer", done("the call", called)?.words[0], word + 1)?;
        }
    }
    let revoked = CNode::from(boot::CNODE).revoke(memory.cptr());
    done("revoking", revoked)
}
