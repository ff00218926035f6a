//! The processor's counters: who reads them was granted that, on each core, and whoever comes before or behind was not.

use alloc::format;

use libipc::abi::boot;
use libipc::abi::syscall::{Affinity, ThreadState};
use libipc::objects::{AddressSpace, CNode, SchedControl, Start, Thread, Untyped};
use libipc::{CPtr, FaultKind, Kind, Refusal, Rights};

use crate::calls::{Process, THERE, process_that};
use crate::fixture::{Fixture, NURSERY_BITS, SLICE, Stock, done};
use crate::leak::LONG;
use crate::lodge::{allow, each, until_it_is_away};
use crate::probe::{
    CALLED_COUNT, COUNT, COUNT_CALL, COUNT_END, COUNT_SPIN, COUNT_YIELD, NO_COUNT, Probe,
    SPIN_COUNT, YIELD_COUNT,
};
use crate::{Failure, Test, expect};

/// More turns than the tests last.
const FOR_EVER: u64 = 1 << 40;
/// How often threads take turns by themselves.
const TURNS: u64 = 64;
/// Reads of a counter, which an emulator takes long for, that last several time slices.
const READS: u64 = LONG / 16;
/// What the threads that send and receive name their endpoint and reply object.
const ENDPOINT: CPtr = CPtr(1);
const REPLY: CPtr = CPtr(2);

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "counters_are_read_where_that_was_granted_and_nowhere_else",
        run: granted,
    },
    Test {
        name: "what_no_program_may_count_with_is_refused_to_all",
        run: |fixture| fixture.within(closed_to_all),
    },
    Test {
        name: "counters_are_granted_by_whoever_gives_time_and_before_threads_are_there",
        run: |fixture| fixture.within(who_grants),
    },
    Test {
        name: "a_yield_passes_no_right_to_counters_on_and_takes_none_away",
        run: |fixture| turns(fixture, COUNT_YIELD, YIELD_COUNT, [TURNS; 2]),
    },
    Test {
        name: "a_preemption_passes_no_right_to_counters_on_and_takes_none_away",
        run: |fixture| turns(fixture, COUNT_SPIN, SPIN_COUNT, [READS, LONG]),
    },
    Test {
        name: "a_call_passes_no_right_to_counters_on",
        run: |fixture| fixture.within(call),
    },
    Test {
        name: "a_processes_right_to_counters_is_its_cores",
        run: on_other_cores,
    },
    Test {
        name: "a_thread_that_computes_on_another_core_takes_its_right_to_counters_along",
        run: away,
    },
];

/// Whether a process may read counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum May {
    Read,
    NotRead,
}

/// A process of a core with these instructions.
fn program(
    fixture: &mut Fixture,
    stock: Stock,
    probe: Probe,
    may: May,
) -> Result<Process, Failure> {
    process_that(fixture, stock, (probe, COUNT_END), |space| match may {
        May::Read => done("opening counters", space.allow_counters(stock.control)),
        May::NotRead => Ok(()),
    })
}

/// Lets one go through a loop so often.
fn begin(process: &Process, turns: u64) -> Result<(), Failure> {
    let start = Start {
        ip: THERE,
        sp: turns * 16,
        ..Start::default()
    };
    done("setting registers", process.thread.set_start(start))?;
    done("resuming", process.thread.resume())
}

/// Waits for the fault that ends a process, and looks what it is.
fn ends(fixture: &Fixture, process: &Process, wanted: FaultKind) -> Result<(), Failure> {
    let fault = fixture.fault()?;
    fixture.finish()?;
    stop(process.thread)?;
    expect("the fault", fault.kind, wanted)
}

fn stop(thread: Thread) -> Result<(), Failure> {
    done("stopping", thread.suspend())
}

/// As `both`, of this program's own core; what it makes is taken back.
fn both_here(fixture: &mut Fixture, probe: Probe) -> Result<(), Failure> {
    fixture.within(|fixture| both(fixture, fixture.own(), probe))
}

/// A process that may ends behind what it counts, one that may not there.
fn both(fixture: &mut Fixture, stock: Stock, probe: Probe) -> Result<(), Failure> {
    let outcomes = [
        (May::NotRead, FaultKind::Counter),
        (May::Read, FaultKind::Undefined),
        (May::NotRead, FaultKind::Counter),
    ];
    for (may, kind) in outcomes {
        let process = program(fixture, stock, probe, may)?;
        begin(&process, 1)?;
        ends(fixture, &process, kind).map_err(|failure| format!("{may:?}: {failure}"))?;
    }
    Ok(())
}

fn granted(fixture: &mut Fixture) -> Result<(), Failure> {
    COUNT
        .into_iter()
        .try_for_each(|probe| both_here(fixture, probe))
}

fn closed_to_all(fixture: &mut Fixture) -> Result<(), Failure> {
    let stock = fixture.own();
    for may in [May::Read, May::NotRead] {
        let process = program(fixture, stock, NO_COUNT, may)?;
        begin(&process, 1)?;
        ends(fixture, &process, FaultKind::Counter)?;
    }
    Ok(())
}

fn who_grants(fixture: &mut Fixture) -> Result<(), Failure> {
    let stock = fixture.own();
    let control = |cptr: CPtr| SchedControl::from(cptr);
    let process = program(fixture, stock, NO_COUNT, May::NotRead)?;
    let space: AddressSpace = fixture.object(Kind::AddressSpace, 0)?;
    let own = CNode::from(boot::CNODE);
    let weak = fixture.slot();
    let copied = own.copy(weak, own, stock.control.cptr(), Rights::READ);
    done("copying", copied)?;
    let refused = [
        (process.thread.cptr(), space, Refusal::WrongKind),
        (space.cptr(), space, Refusal::WrongKind),
        (weak, space, Refusal::NotPermitted),
        (stock.control.cptr(), process.space, Refusal::Busy),
        (
            stock.control.cptr(),
            AddressSpace::from(boot::SPACE),
            Refusal::Busy,
        ),
    ];
    for (by, to, refusal) in refused {
        expect("granting", to.allow_counters(control(by)), Err(refusal))?;
    }
    done("deleting", own.delete(weak))?;
    done("granting", space.allow_counters(stock.control))
}

/// Two that take turns: one may, the other may not. First the latter comes to its end, then the former.
fn turns(
    fixture: &mut Fixture,
    reads: Probe,
    reads_at_last: Probe,
    [reads_end, other_ends]: [u64; 2],
) -> Result<(), Failure> {
    for (may, times, kind) in [
        (May::NotRead, other_ends, FaultKind::Counter),
        (May::Read, reads_end, FaultKind::Undefined),
    ] {
        fixture.within(|fixture| {
            let stock = fixture.own();
            let one = program(fixture, stock, reads, May::Read)?;
            let other = program(fixture, stock, reads_at_last, May::NotRead)?;
            let (ending, going_on) = match may {
                May::NotRead => (&other, &one),
                May::Read => (&one, &other),
            };
            begin(going_on, FOR_EVER)?;
            begin(ending, times)?;
            ends(fixture, ending, kind)?;
            stop(going_on.thread)
        })?;
    }
    Ok(())
}

/// One that may calls one that waits and may not.
fn call(fixture: &mut Fixture) -> Result<(), Failure> {
    let stock = fixture.own();
    let own = CNode::from(boot::CNODE);
    let endpoint: CPtr = fixture.object(Kind::Endpoint, 0)?;
    let reply: CPtr = fixture.object(Kind::Reply, 0)?;
    let server = program(fixture, stock, CALLED_COUNT, May::NotRead)?;
    let client = program(fixture, stock, COUNT_CALL, May::Read)?;
    let copied = server.cnode.copy(ENDPOINT, own, endpoint, Rights::READ);
    done("giving the endpoint", copied)?;
    let moved = server.cnode.move_from(REPLY, own, reply);
    done("giving the reply object", moved)?;
    let copied = client.cnode.copy(ENDPOINT, own, endpoint, Rights::WRITE);
    done("giving the endpoint", copied)?;
    begin(&server, 1)?;
    weft_sys::yield_now();
    begin(&client, 1)?;
    ends(fixture, &server, FaultKind::Counter)?;
    stop(client.thread)
}

fn on_other_cores(fixture: &mut Fixture) -> Result<(), Failure> {
    each(fixture, |fixture, stock| {
        let [cycles, ..] = COUNT;
        let here = fixture.own().control;
        let memory: Untyped = fixture.object_of(stock, Kind::Untyped, NURSERY_BITS)?;
        let stock = Stock { memory, ..stock };
        let outcome = fixture.within(|fixture| {
            let space: AddressSpace = fixture.object_of(stock, Kind::AddressSpace, 0)?;
            let refused = space.allow_counters(here);
            expect("granting by another's", refused, Err(Refusal::WrongCore))?;
            both(fixture, stock, cycles)?;
            let own = CNode::from(boot::CNODE);
            done("taking back", own.revoke(memory.cptr()))
        });
        outcome?;
        done("deleting", CNode::from(boot::CNODE).delete(memory.cptr()))
    })
}

/// One that may and then one that may not compute on each other core. The second comes where the first left the counters open.
fn away(fixture: &mut Fixture) -> Result<(), Failure> {
    each(fixture, |fixture, there| {
        fixture.within(|fixture| away_to(fixture, there))
    })
}

fn away_to(fixture: &mut Fixture, there: Stock) -> Result<(), Failure> {
    let stock = fixture.own();
    let reading = program(fixture, stock, COUNT_SPIN, May::Read)?;
    allow(there, reading.thread, Affinity::Preferred)?;
    begin(&reading, FOR_EVER)?;
    until_it_is_away(fixture, reading.thread)?;
    // It reads on.
    let later = weft_sys::clock_ns() + 4 * SLICE;
    let _ = fixture.notification.wait_until(later);
    let told = done("describing", reading.thread.describe())?;
    expect("its state", told.state, Some(ThreadState::Ready))?;
    stop(reading.thread)?;
    let other = program(fixture, stock, SPIN_COUNT, May::NotRead)?;
    allow(there, other.thread, Affinity::Preferred)?;
    begin(&other, 2 * LONG)?;
    until_it_is_away(fixture, other.thread)?;
    ends(fixture, &other, FaultKind::Counter)
}
