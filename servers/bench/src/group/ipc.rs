//! Calls and answers.
//!
//! One clock serves all processes, so a way between two of them is measured from a counter that one reads to
//! one that the other reads. The server is more urgent than the client, as servers are, and waits on its
//! endpoint before each call.

use bench::figure::{
    Figure, IPC_CALL, IPC_CALL_10_WORDS, IPC_REPLY_RECV, IPC_ROUND_TRIP, IPC_ROUND_TRIP_GENERAL,
    IPC_ROUND_TRIP_SAME_SPACE, IPC_ROUND_TRIP_STUB,
};
use bench::report::Report;
use bench::samples::{Batch, Samples};
use libipc::abi::syscall::ThreadUses;
use libipc::abi::{MessageInfo, REGISTER_WORDS};
use libipc::{CPtr, Kind};
use proto::bench_peer::{ENDPOINT, REPLY};
use weft_sys::measure::{begin, counter, end};
use weft_sys::page;

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Run, SAMPLES, measure_plain, runs};
use crate::stage::Stage;
use crate::worker::{HIGH, Part, Place};

/// The two ways of a call.
pub(crate) const ONE_WAY: Group = Group {
    figures: &[IPC_CALL, IPC_REPLY_RECV],
    run: one_way,
};

/// There and back, with and without stubs.
pub(crate) const ROUND_TRIP: Group = Group {
    figures: &[IPC_ROUND_TRIP, IPC_ROUND_TRIP_GENERAL, IPC_ROUND_TRIP_STUB],
    run: round_trip,
};

/// More words than registers carry.
pub(crate) const TEN_WORDS: Group = Group {
    figures: &[IPC_CALL_10_WORDS],
    run: ten_words,
};

/// Within one address space.
pub(crate) const SAME_SPACE: Group = Group {
    figures: &[IPC_ROUND_TRIP_SAME_SPACE],
    run: same_space,
};

const EMPTY: MessageInfo = MessageInfo::new(0, 0, 0);
const TWO: MessageInfo = MessageInfo::new(0, 2, 0);
const TEN: MessageInfo = MessageInfo::new(0, 10, 0);
const NOTHING: [u64; 6] = [0; 6];

/// An endpoint with a server in the peer's process that plays a part.
fn server(stage: &mut Stage, part: impl Into<Part>) -> Outcome<CPtr> {
    let endpoint: CPtr = stage.object(Kind::Endpoint, 0)?;
    let worker = stage.peer_worker(HIGH)?;
    worker.serves(stage, endpoint)?;
    worker.play(part)?;
    Ok(endpoint)
}

fn one_way(stage: &mut Stage, report: &mut Report) -> Outcome {
    let stamping = server(stage, stage.entries.stamps)?;
    let marking = server(stage, stage.entries.marks)?;
    let mut ways = [(), ()].map(|()| Samples::with_capacity(SAMPLES));
    for purpose in runs() {
        if purpose == Run::Marked {
            let figures = [IPC_CALL.number, IPC_REPLY_RECV.number, 0, 0, 0, 0];
            begin(IPC_CALL.number);
            let answer = weft_sys::call(marking, TWO, figures);
            end(IPC_REPLY_RECV.number);
            done("the marked call", answer)?;
            continue;
        }
        // The server that marks has answered before, too, when its turn comes.
        done("a call", weft_sys::call(marking, TWO, NOTHING))?;
        let start = counter();
        let answer = weft_sys::call(stamping, TWO, NOTHING);
        let end = counter();
        let [came, left, ..] = done("a call", answer)?.words;
        if purpose == Run::Sample {
            let [there, back] = &mut ways;
            there.push(came.wrapping_sub(start));
            back.push(end.wrapping_sub(left));
        }
    }
    let [there, back] = ways;
    report.add(IPC_CALL, Batch::ONE, there);
    report.add(IPC_REPLY_RECV, Batch::ONE, back);
    Ok(())
}

fn round_trip(stage: &mut Stage, report: &mut Report) -> Outcome {
    plain_calls(stage, IPC_ROUND_TRIP, EMPTY, report)?;
    plain_calls(
        stage,
        IPC_ROUND_TRIP_GENERAL,
        EMPTY.by_general_path(),
        report,
    )?;
    let peer: proto::bench_peer::Client = stage.env.connect("bench_peer");
    measure_plain(stage, || peer.echo(7), IPC_ROUND_TRIP_STUB, report)
}

/// Calls and answers with this information word.
fn plain_calls(
    stage: &mut Stage,
    figure: Figure,
    info: MessageInfo,
    report: &mut Report,
) -> Outcome {
    let part = Part {
        entry: stage.entries.answers,
        arguments: [info.0, 0],
    };
    let endpoint = server(stage, part)?;
    let call = || weft_sys::call(endpoint, info, NOTHING);
    measure_plain(stage, call, figure, report)
}

fn ten_words(stage: &mut Stage, report: &mut Report) -> Outcome {
    let stamping = server(stage, stage.entries.stamps)?;
    let marking = server(stage, stage.entries.marks)?;
    let mut samples = Samples::with_capacity(SAMPLES);
    for purpose in runs() {
        if purpose == Run::Marked {
            let mut words = NOTHING;
            words[0] = IPC_CALL_10_WORDS.number;
            begin(IPC_CALL_10_WORDS.number);
            page::write_words(REGISTER_WORDS, &[6, 7, 8, 9]);
            let answer = weft_sys::call(marking, TEN, words);
            done("the marked call", answer)?;
            continue;
        }
        let start = counter();
        page::write_words(REGISTER_WORDS, &[6, 7, 8, 9]);
        let answer = weft_sys::call(stamping, TEN, NOTHING);
        let [came, ..] = done("a call", answer)?.words;
        if purpose == Run::Sample {
            samples.push(came.wrapping_sub(start));
        }
    }
    report.add(IPC_CALL_10_WORDS, Batch::ONE, samples);
    Ok(())
}

fn same_space(stage: &mut Stage, report: &mut Report) -> Outcome {
    let endpoint: CPtr = stage.object(Kind::Endpoint, 0)?;
    let place = Place {
        space: stage.space,
        priority: HIGH,
        faults: CPtr::NULL,
        uses: ThreadUses::empty(),
    };
    let worker = stage.worker(place)?;
    worker.serves(stage, endpoint)?;
    let entry: extern "C" fn(u64, u64) -> ! = answers;
    worker.play((entry as *const ()).addr() as u64)?;
    let call = || weft_sys::call(endpoint, EMPTY, NOTHING);
    measure_plain(stage, call, IPC_ROUND_TRIP_SAME_SPACE, report)
}

/// The peer's part of the same name, for a thread in this process.
extern "C" fn answers(_: u64, _: u64) -> ! {
    let _ = weft_sys::recv(CPtr(ENDPOINT), CPtr(REPLY));
    loop {
        let _ = weft_sys::reply_recv(CPtr(ENDPOINT), EMPTY, NOTHING, CPtr(REPLY));
    }
}
