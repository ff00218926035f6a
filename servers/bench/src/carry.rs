//! Measures throughput: carries messages by each way, and tells what each batch took.

use alloc::vec;
use alloc::vec::Vec;

use bench::samples::{Batch, Overhead, Samples};
use bench::throughput::{Point, Taken, Way, points};
use libipc::Startup;
use libipc::ring::{Descriptor, Outcome as Answer, RingClient, RingRequest};
use proto::bench_ring::{Client, MAX_POOLED, MAX_SENT, PIECE, piece_request, pooled_request};
use weft_sys::measure::counter;

use crate::check::{Outcome, done};

/// Requests that are handed to the ring at once.
const AT_ONCE: usize = 256;
/// Samples of a batch, unless it is so long that a clock's interrupt makes no difference.
const SAMPLES: usize = 5;
/// Bytes from which a batch is so long.
const LONG: u32 = 64 << 10;

/// Measures all points. They are told afterwards, since telling disturbs.
pub(crate) fn measure(env: &Startup) -> Outcome<Vec<Taken>> {
    let mut carrier = Carrier::open(env)?;
    points().map(|point| carrier.measure(point)).collect()
}

/// The client's end of all ways.
struct Carrier {
    calls: Client,
    ring: RingClient,
    data: Vec<u8>,
    requests: Vec<RingRequest>,
    answers: Vec<Answer>,
}

impl Carrier {
    fn open(env: &Startup) -> Outcome<Self> {
        let data = (0..MAX_POOLED).map(|at| at as u8).collect();
        Ok(Self {
            calls: env.connect("bench_ring"),
            ring: RingClient::open(env, "bench_ring").ok_or("there is no ring")?,
            data,
            requests: Vec::with_capacity(AT_ONCE),
            answers: vec![Answer::default(); AT_ONCE],
        })
    }

    fn measure(&mut self, point: Point) -> Outcome<Taken> {
        let count = if point.bytes() < LONG { SAMPLES } else { 1 };
        let mut samples = Samples::with_capacity(count);
        self.carry(point)?;
        for _ in 0..count {
            let start = counter();
            let carried = self.carry(point);
            let end = counter();
            carried?;
            samples.push(end.wrapping_sub(start));
        }
        let summary = samples.summary(Batch::ONE, Overhead::default());
        let median = summary.ok_or("no samples")?.median;
        Ok(Taken {
            point,
            instructions: median.whole(),
        })
    }

    fn carry(&mut self, point: Point) -> Outcome {
        match point.way {
            Way::Call => self.by_calls(point),
            Way::Ring => self.by_pieces(point),
            Way::Pool => self.by_pool(point),
        }
    }

    fn by_calls(&mut self, point: Point) -> Outcome {
        let message = self.data.get(..point.length as usize).unwrap_or_default();
        for _ in 0..point.batch {
            for part in message.chunks(MAX_SENT as usize) {
                done("a call", self.calls.send(part))?;
            }
        }
        Ok(())
    }

    fn by_pieces(&mut self, point: Point) -> Outcome {
        let data = core::mem::take(&mut self.data);
        let message = data.get(..point.length as usize).unwrap_or_default();
        let pieces = (0..point.batch).flat_map(|_| message.chunks(PIECE as usize));
        let carried = pieces
            .map(words)
            .try_for_each(|[a, b, c, d, e]| {
                let request = done("a request", piece_request(a, b, c, d, e))?;
                self.add(request)
            })
            .and_then(|()| self.run());
        self.data = data;
        carried
    }

    fn by_pool(&mut self, point: Point) -> Outcome {
        let data = core::mem::take(&mut self.data);
        let message = data.get(..point.length as usize).unwrap_or_default();
        let carried = (0..point.batch)
            .try_for_each(|number| self.put(number * point.length, message))
            .and_then(|()| self.run());
        self.data = data;
        carried
    }

    /// Puts a message into the pool, and the request that names it into the ring.
    fn put(&mut self, offset: u32, message: &[u8]) -> Outcome {
        let length = message.len() as u32;
        let pool = self.ring.pools.out.as_mut().ok_or("there is no pool")?;
        let part = Descriptor { offset, length };
        done("writing to the pool", pool.write(part, message))?;
        let request = done("a request", pooled_request(offset, length))?;
        self.add(request)
    }

    fn add(&mut self, request: RingRequest) -> Outcome {
        self.requests.push(request);
        if self.requests.len() == AT_ONCE {
            return self.run();
        }
        Ok(())
    }

    /// Hands all requests to the ring and waits for their answers.
    fn run(&mut self) -> Outcome {
        let count = self.requests.len();
        let ran = self.ring.ring.run(&self.requests, &mut self.answers);
        self.requests.clear();
        done("a batch", ran)?;
        let answers = self.answers.get(..count).unwrap_or_default();
        match answers.iter().all(|answer| answer.status == 0) {
            true => Ok(()),
            false => Err("a request was refused".into()),
        }
    }
}

/// The words of a piece, padded with zeros.
fn words(piece: &[u8]) -> [u64; 5] {
    let mut words = [0; 5];
    for (word, bytes) in words.iter_mut().zip(piece.chunks(size_of::<u64>())) {
        let mut padded = [0; size_of::<u64>()];
        if let Some(room) = padded.get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
        }
        *word = u64::from_le_bytes(padded);
    }
    words
}
