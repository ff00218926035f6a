//! Streams: rows of elements that a client fetches as it has room for them.
//!
//! A client gives its server credits, one for each element that it can take, by asking for more; a server never
//! has more elements on the way than that, and nobody's queue can overfill. The generated client's method opens
//! the stream and returns an [`Incoming`], an iterator. It keeps one message's worth of elements and asks when
//! they are used up; dropped before the end, it ends the stream. A server puts what it has into a [`Portion`],
//! at once or, if the stream's method is deferred, when there is something.

use core::fmt;

use crate::TransportError;
use crate::codec::List;

/// Goes on with a stream by at most so many elements; also tells whether it has ended.
pub type More<C, T, E, const N: usize> = fn(&C, u32, u32) -> Result<(List<T, N>, bool), E>;

/// Ends a stream.
pub type Close<C> = fn(&C, u32) -> Result<(), TransportError>;

/// A stream as its client sees it: an iterator over elements, or why there are no more.
pub struct Incoming<'c, C, T, E, const N: usize> {
    client: &'c C,
    stream: u32,
    more: More<C, T, E, N>,
    close: Close<C>,
    /// What has come and was not taken yet, the last element first.
    waiting: List<T, N>,
    end: End,
}

/// How far a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// More may come.
    Open,
    /// No more comes; the server has forgotten it.
    Reached,
}

impl<'c, C, T, E, const N: usize> Incoming<'c, C, T, E, N> {
    /// A stream that a server has opened under a number. Made by generated clients.
    pub const fn new(client: &'c C, stream: u32, more: More<C, T, E, N>, close: Close<C>) -> Self {
        Self {
            client,
            stream,
            more,
            close,
            waiting: List::new(),
            end: End::Open,
        }
    }

    /// How many elements can be taken without asking the server.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    fn fetch(&mut self) -> Result<(), E> {
        let (elements, ended) = (self.more)(self.client, self.stream, N as u32)?;
        self.waiting = elements;
        self.waiting.reverse();
        if ended {
            self.end = End::Reached;
        }
        Ok(())
    }

    /// Lets the server forget the stream, unless it has.
    fn close(&mut self) {
        if core::mem::replace(&mut self.end, End::Reached) == End::Open {
            // A server that cannot be reached has no stream any more.
            let _ = (self.close)(self.client, self.stream);
        }
    }
}

impl<C, T, E, const N: usize> Iterator for Incoming<'_, C, T, E, N> {
    type Item = Result<T, E>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.waiting.is_empty() && self.end == End::Open {
            if let Err(error) = self.fetch() {
                // Whatever the server has of it is of no more use; one that has ended it says so.
                self.close();
                return Some(Err(error));
            }
        }
        self.waiting.pop().map(Ok)
    }
}

impl<C, T, E, const N: usize> Drop for Incoming<'_, C, T, E, N> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<C, T, E, const N: usize> fmt::Debug for Incoming<'_, C, T, E, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Incoming({}, {:?})", self.stream, self.end)
    }
}

/// Elements of a stream on their way to a client, no more than it gave credits for.
#[derive(Debug)]
pub struct Portion<T, const N: usize> {
    elements: List<T, N>,
    credits: usize,
}

impl<T, const N: usize> Portion<T, N> {
    /// An empty portion for a client that can take so many elements.
    pub fn new(credits: u32) -> Self {
        Self {
            elements: List::new(),
            credits: (credits as usize).min(N),
        }
    }

    /// How many further elements it takes.
    pub fn credits(&self) -> usize {
        self.credits - self.elements.len()
    }

    /// Adds an element.
    ///
    /// # Errors
    /// The element, if no credit is left.
    pub fn push(&mut self, element: T) -> Result<(), T> {
        if self.credits() == 0 {
            return Err(element);
        }
        self.elements.push(element)
    }

    /// The answer, if more may come.
    pub fn more(self) -> (List<T, N>, bool) {
        (self.elements, false)
    }

    /// The answer, if these are the last elements: the server forgets the stream.
    pub fn last(self) -> (List<T, N>, bool) {
        (self.elements, true)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use core::cell::RefCell;
    use std::vec;
    use std::vec::Vec;

    /// Counts up to a number, and remembers what it was asked.
    struct Counter {
        up_to: u32,
        at: RefCell<u32>,
        asked: RefCell<Vec<u32>>,
        closed: RefCell<u32>,
    }

    impl Counter {
        fn new(up_to: u32) -> Self {
            Self {
                up_to,
                at: RefCell::new(0),
                asked: RefCell::default(),
                closed: RefCell::default(),
            }
        }

        fn more(&self, _: u32, credits: u32) -> Result<(List<u32, 3>, bool), &'static str> {
            self.asked.borrow_mut().push(credits);
            let mut at = self.at.borrow_mut();
            let mut portion = Portion::new(credits);
            while *at < self.up_to {
                if portion.push(*at).is_err() {
                    return Ok(portion.more());
                }
                *at += 1;
                if *at == 13 {
                    return Err("unlucky");
                }
            }
            Ok(portion.last())
        }

        fn close(&self, _: u32) -> Result<(), TransportError> {
            *self.closed.borrow_mut() += 1;
            Ok(())
        }

        fn open(&self) -> Incoming<'_, Self, u32, &'static str, 3> {
            Incoming::new(self, 1, Self::more, Self::close)
        }
    }

    #[test]
    fn elements_come_in_order_and_each_request_has_a_credit_for_every_one() {
        let counter = Counter::new(7);
        let all: Result<Vec<u32>, _> = counter.open().collect();
        assert_eq!(all, Ok((0..7).collect()));
        assert_eq!(*counter.asked.borrow(), [3, 3, 3]);
        assert_eq!(*counter.closed.borrow(), 0);
    }

    #[test]
    fn a_stream_that_is_dropped_early_is_closed_and_asks_for_no_more() {
        let counter = Counter::new(7);
        assert_eq!(counter.open().next(), Some(Ok(0)));
        assert_eq!(*counter.asked.borrow(), [3]);
        assert_eq!(*counter.closed.borrow(), 1);
    }

    #[test]
    fn an_error_ends_the_stream_behind_what_came_before_it() {
        let counter = Counter::new(20);
        let all: Vec<_> = counter.open().collect();
        assert_eq!(all.len(), 13);
        assert_eq!(all.last(), Some(&Err("unlucky")));
        assert_eq!(*counter.closed.borrow(), 1, "the server may still have it");
    }

    #[test]
    fn a_portion_takes_no_more_than_there_are_credits() {
        let mut portion = Portion::<u8, 4>::new(2);
        assert_eq!(
            vec![portion.push(1), portion.push(2), portion.push(3)],
            [Ok(()), Ok(()), Err(3)]
        );
        assert_eq!(portion.credits(), 0);
        assert_eq!(Portion::<u8, 4>::new(u32::MAX).credits(), 4);
        assert_eq!(Portion::<u8, 4>::new(0).push(1), Err(1));
    }
}
