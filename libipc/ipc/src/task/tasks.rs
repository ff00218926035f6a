//! The futures of a server.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use super::Flag;

/// Futures that go on beside each other, each with a key by which its owner knows it.
#[derive(Default)]
pub struct Tasks(Vec<Task>);

struct Task {
    key: u32,
    future: Pin<Box<dyn Future<Output = ()>>>,
    flag: Arc<Flag>,
}

impl Tasks {
    /// Adds a future, and runs it as far as it comes at once.
    pub fn spawn(&mut self, key: u32, future: impl Future<Output = ()> + 'static) {
        let mut task = Task {
            key,
            future: Box::pin(future),
            flag: Flag::raised(),
        };
        if task.run() == Poll::Pending {
            self.0.push(task);
        }
    }

    /// Runs the futures that can go on. Tells how many have ended.
    pub fn run(&mut self) -> usize {
        let before = self.0.len();
        self.0.retain_mut(|task| task.run() == Poll::Pending);
        before - self.0.len()
    }

    /// Drops the futures with a key.
    pub fn drop_all(&mut self, key: u32) {
        self.0.retain(|task| task.key != key);
    }

    /// How many have not ended.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether all have ended.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Task {
    fn run(&mut self) -> Poll<()> {
        while self.flag.take() {
            let waker = Waker::from(Arc::clone(&self.flag));
            let mut context = Context::from_waker(&waker);
            if self.future.as_mut().poll(&mut context).is_ready() {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tasks({})", self.0.len())
    }
}
