//! Processes on other cores, made, called, stopped and destroyed from this one.

use alloc::format;

use libipc::abi::MessageInfo;
use libipc::abi::boot;
use libipc::objects::{CNode, Notification, Untyped};
use libipc::{CPtr, FaultKind, Kind, Refusal};

use crate::calls::{THERE, call_server, process, start_server};
use crate::fixture::{Fixture, Stock, done};
use crate::probe::{EXECUTE_STACK, LOOP, SERVER, UNDEFINED};
use crate::{Failure, Test, expect};

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "a_process_of_each_other_core_answers_calls",
        run: calls,
    },
    Test {
        name: "callers_of_a_server_that_dies_on_another_core_are_told",
        run: death,
    },
    Test {
        name: "a_fault_on_another_core_is_told_here",
        run: fault,
    },
    Test {
        name: "a_thread_that_runs_without_end_on_another_core_is_stopped",
        run: endless,
    },
    Test {
        name: "what_was_made_on_another_core_is_revoked_and_made_again",
        run: again,
    },
    Test {
        name: "a_signal_reaches_another_core",
        run: signal,
    },
];

/// Does something for each core but this one.
fn each(
    fixture: &mut Fixture,
    run: impl Fn(&mut Fixture, Stock) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if fixture.others.is_empty() {
        return Err(Failure::from("the machine has one core"));
    }
    for (core, stock) in (1..).zip(fixture.others.clone()) {
        run(fixture, stock).map_err(|failure| format!("core {core}: {failure}"))?;
        done("revoking", revoke(stock.memory))?;
    }
    Ok(())
}

fn revoke(memory: Untyped) -> Result<(), Refusal> {
    CNode::from(boot::CNODE).revoke(memory.cptr())
}

fn calls(fixture: &mut Fixture) -> Result<(), Failure> {
    each(fixture, |fixture, stock| {
        let server = start_server(fixture, stock)?;
        (0..50).try_for_each(|_| call_server(server.endpoint))
    })
}

fn death(fixture: &mut Fixture) -> Result<(), Failure> {
    each(fixture, |fixture, stock| {
        let server = start_server(fixture, stock)?;
        call_server(server.endpoint)?;
        let own = CNode::from(boot::CNODE);
        done("destroying", own.delete(server.thread.cptr()))?;
        let info = MessageInfo::new(0, 1, 0);
        let refused = weft_sys::call(server.endpoint, info, [0; 6]);
        expect("the answer", refused.err(), Some(Refusal::Dead))
    })
}

fn fault(fixture: &mut Fixture) -> Result<(), Failure> {
    each(fixture, |fixture, stock| {
        let process = process(fixture, stock, (UNDEFINED, EXECUTE_STACK))?;
        done("resuming", process.thread.resume())?;
        for _ in 0..3 {
            let fault = fixture.fault()?;
            expect("the kind", fault.kind, FaultKind::Undefined)?;
            expect("the place", fault.ip, THERE)?;
            fixture.retry()?;
        }
        fixture.fault()?;
        let own = CNode::from(boot::CNODE);
        done("destroying", own.delete(process.thread.cptr()))
    })
}

fn endless(fixture: &mut Fixture) -> Result<(), Failure> {
    each(fixture, |fixture, stock| {
        let process = process(fixture, stock, (LOOP, SERVER))?;
        for _ in 0..10 {
            done("resuming", process.thread.resume())?;
            done("stopping", process.thread.suspend())?;
        }
        done("resuming", process.thread.resume())
    })
}

fn again(fixture: &mut Fixture) -> Result<(), Failure> {
    each(fixture, |fixture, stock| {
        let whole = done("describing", stock.memory.describe())?.free;
        for _ in 0..5 {
            let server = start_server(fixture, stock)?;
            call_server(server.endpoint)?;
            done("revoking", revoke(stock.memory))?;
            let free = done("describing", stock.memory.describe())?.free;
            expect("free memory", free, whole)?;
        }
        Ok(())
    })
}

fn signal(fixture: &mut Fixture) -> Result<(), Failure> {
    each(fixture, |fixture, stock| {
        let bell: Notification = fixture.object_of(stock, Kind::Notification, 0)?;
        let badged: CPtr = fixture.slot();
        let own = CNode::from(boot::CNODE);
        let rights = libipc::Rights::all();
        done("minting", own.mint(badged, own, bell.cptr(), rights, 6))?;
        done("signalling", Notification::from(badged).signal())?;
        expect("the word", done("polling", bell.poll())?, 6)
    })
}
