//! Calls and answers between threads that use vector registers.
//!
//! Client and server use one in each turn, so that the kernel has to keep theirs apart; the client is a thread of its own,
//! because this program's has none. It tells how long a call took by a call to this program, whose answer says whether
//! the next is the marked one.

use bench::figure::IPC_ROUND_TRIP_FPU;
use bench::report::Report;
use bench::samples::{Batch, Samples};
use libipc::abi::MessageInfo;
use libipc::abi::syscall::ThreadUses;
use libipc::{CPtr, Kind, Rights};
use proto::bench_peer::ENDPOINT;
use weft_sys::measure::{begin, counter, end, use_vectors};

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Run, SAMPLES, runs};
use crate::stage::Stage;
use crate::worker::{HIGH, LOW, Part, Place};

/// There and back.
pub(crate) const ROUND_TRIP: Group = Group {
    figures: &[IPC_ROUND_TRIP_FPU],
    run: round_trip,
};

const EMPTY: MessageInfo = MessageInfo::new(0, 0, 0);
const ONE: MessageInfo = MessageInfo::new(0, 1, 0);
const NOTHING: [u64; 6] = [0; 6];
/// Slot of the client: the server's endpoint.
const SERVER: CPtr = CPtr(5);

fn round_trip(stage: &mut Stage, report: &mut Report) -> Outcome {
    let [endpoint, told]: [CPtr; 2] = [
        stage.object(Kind::Endpoint, 0)?,
        stage.object(Kind::Endpoint, 0)?,
    ];
    let reply: CPtr = stage.object(Kind::Reply, 0)?;
    let with_vectors = |space, priority| Place {
        space,
        priority,
        faults: CPtr::NULL,
        uses: ThreadUses::VECTORS,
    };
    let server = stage.worker(with_vectors(stage.peer_space, HIGH))?;
    server.serves(stage, endpoint)?;
    server.play(Part {
        entry: stage.entries.answers_with_vectors,
        arguments: [EMPTY.0, 0],
    })?;
    let client = stage.worker(with_vectors(stage.space, LOW))?;
    client.sends(told)?;
    client.may(SERVER, endpoint, Rights::WRITE)?;
    let entry: extern "C" fn(u64, u64) -> ! = calls;
    client.play((entry as *const ()).addr() as u64)?;
    let mut samples = Samples::with_capacity(SAMPLES);
    done("receiving", weft_sys::recv(told, reply))?;
    for purpose in runs() {
        let command = [u64::from(purpose == Run::Marked), 0, 0, 0, 0, 0];
        let received = weft_sys::reply_recv(told, ONE, command, reply);
        let [took, ..] = done("a call", received)?.words;
        if purpose == Run::Sample {
            samples.push(took);
        }
    }
    report.add(IPC_ROUND_TRIP_FPU, Batch::ONE, samples);
    Ok(())
}

/// Calls as often as it is told, and tells how long it took.
extern "C" fn calls(_: u64, _: u64) -> ! {
    let mut took = 0;
    loop {
        let words = [took, 0, 0, 0, 0, 0];
        let Ok(told) = weft_sys::call(CPtr(ENDPOINT), ONE, words) else {
            weft_sys::stop();
        };
        // Whoever ran meanwhile had no vector registers; they come with the first use.
        use_vectors();
        let answer = if told.words[0] != 0 {
            begin(IPC_ROUND_TRIP_FPU.number);
            use_vectors();
            let answer = weft_sys::call(SERVER, EMPTY, NOTHING);
            end(IPC_ROUND_TRIP_FPU.number);
            answer
        } else {
            let before = counter();
            use_vectors();
            let answer = weft_sys::call(SERVER, EMPTY, NOTHING);
            took = counter().wrapping_sub(before);
            answer
        };
        if answer.is_err() {
            weft_sys::stop();
        }
    }
}
