//! Recognises sequential reading.
//!
//! A few streams are followed at once, because a file system alternates between the data of a
//! file and its metadata: with a single stream every look at a bitmap would end the read-ahead.
//! A stream is told by where its next miss would fall. The first miss of a stream fetches nothing
//! ahead; each further one doubles the window, up to [`MAX_RUN`].

use crate::{BlockNumber, MAX_RUN};

/// Streams followed at once.
const STREAMS: usize = 8;

/// The window after the second miss of a stream, in blocks.
const FIRST_WINDOW: usize = 4;

/// One sequence of reads.
#[derive(Clone, Copy)]
struct Stream {
    /// The block after the last one fetched: where the next miss falls if reading goes on.
    next: BlockNumber,
    /// How many blocks were fetched ahead the last time.
    window: usize,
}

/// The streams known, and how to name one of them.
pub(crate) struct ReadAhead {
    streams: [Stream; STREAMS],
    oldest: usize,
}

/// What to fetch ahead, and the stream to tell how far that went.
#[derive(Clone, Copy)]
pub(crate) struct Advice {
    stream: usize,
    /// Blocks to fetch beyond those asked for.
    pub(crate) blocks: usize,
}

impl ReadAhead {
    /// Returns a detector that has seen nothing.
    pub(crate) fn new() -> Self {
        // No read begins at this block, so an unused stream matches nothing.
        let unused = Stream {
            next: BlockNumber(u64::MAX),
            window: 0,
        };
        Self {
            streams: [unused; STREAMS],
            oldest: 0,
        }
    }

    /// Notes a miss that starts at `first` and says how much to fetch ahead.
    pub(crate) fn on_miss(&mut self, first: BlockNumber) -> Advice {
        if let Some(stream) = self.streams.iter().position(|stream| stream.next == first) {
            let window = (self.streams[stream].window * 2).clamp(FIRST_WINDOW, MAX_RUN);
            self.streams[stream].window = window;
            return Advice {
                stream,
                blocks: window,
            };
        }
        let stream = self.oldest;
        self.oldest = (stream + 1) % STREAMS;
        self.streams[stream].window = 0;
        Advice { stream, blocks: 0 }
    }

    /// Notes that all before `next` was fetched for the miss that `advice` was given for.
    pub(crate) fn fetched_up_to(&mut self, advice: Advice, next: BlockNumber) {
        self.streams[advice.stream].next = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn miss(ahead: &mut ReadAhead, first: u64, asked: usize) -> usize {
        let advice = ahead.on_miss(BlockNumber(first));
        ahead.fetched_up_to(advice, BlockNumber(first).plus(asked + advice.blocks));
        advice.blocks
    }

    #[test]
    fn window_of_a_sequential_stream_doubles_up_to_the_limit() {
        let mut ahead = ReadAhead::new();
        let mut next = 100;
        let mut windows = Vec::new();
        for _ in 0..6 {
            let window = miss(&mut ahead, next, 1);
            next += 1 + window as u64;
            windows.push(window);
        }
        assert_eq!(windows, [0, 4, 8, 16, 32, 32]);
    }

    #[test]
    fn scattered_reads_fetch_nothing_ahead() {
        let mut ahead = ReadAhead::new();
        for block in [7, 3, 900, 12, 55, 2, 31, 77, 400, 9] {
            assert_eq!(miss(&mut ahead, block, 1), 0);
        }
    }

    #[test]
    fn scattered_reads_between_do_not_end_a_stream() {
        let mut ahead = ReadAhead::new();
        assert_eq!(miss(&mut ahead, 10, 1), 0);
        for block in [700, 30, 900] {
            miss(&mut ahead, block, 1);
        }
        assert_eq!(miss(&mut ahead, 11, 1), 4);
    }
}
