//! Several futures as one.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};

/// Waits for all of `futures`, which go on side by side. The outputs are in their order.
pub fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> JoinAll<F> {
    let parts = futures
        .into_iter()
        .map(|future| Part::Running(Box::pin(future)));
    JoinAll(parts.collect())
}

/// The future of [`join_all`].
#[must_use = "futures do nothing unless they are polled"]
pub struct JoinAll<F: Future>(Vec<Part<F>>);

enum Part<F: Future> {
    Running(Pin<Box<F>>),
    Done(F::Output),
}

// What is pinned is in boxes of its own.
impl<F: Future> Unpin for JoinAll<F> {}

impl<F: Future> Future for JoinAll<F> {
    type Output = Vec<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut is_done = true;
        for part in &mut self.0 {
            if let Part::Running(future) = part {
                match future.as_mut().poll(context) {
                    Poll::Ready(output) => *part = Part::Done(output),
                    Poll::Pending => is_done = false,
                }
            }
        }
        if !is_done {
            return Poll::Pending;
        }
        let parts = core::mem::take(&mut self.0).into_iter();
        let outputs = parts.filter_map(|part| match part {
            Part::Done(output) => Some(output),
            Part::Running(_) => None,
        });
        Poll::Ready(outputs.collect())
    }
}

impl<F: Future> fmt::Debug for JoinAll<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinAll({})", self.0.len())
    }
}
