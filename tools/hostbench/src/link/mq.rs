//! POSIX message queues: one message an operation, and few messages in a queue.

use std::io;

use nix::errno::Errno;
use nix::mqueue::{MQ_OFlag, MqAttr, MqdT, mq_open, mq_receive, mq_send, mq_unlink};
use nix::sys::stat::Mode;
use rustix::event::PollFlags;
use std::os::fd::AsFd;
use zerocopy::IntoBytes;

use super::descriptor::insist;
use super::plain::{Duplex, Plain};
use super::{Far, Lost, Opened};
use crate::message::Message;
use crate::plan::Case;
use crate::wait::{Patience, Policy};

/// Messages that a queue holds: as many as the ring does if this user may have them, else what
/// everybody may have by default.
const DEPTHS: [i64; 2] = [libipc_ring::MAX_CAPACITY as i64, 10];

/// Makes two queues; their names go when they were opened there.
pub(super) fn open(case: Case) -> Result<Opened, Lost> {
    let name = format!("/weft-hostbench-{}-{case}", std::process::id());
    let names = Names([format!("{name}.there"), format!("{name}.back")]);
    let [there, back] = &names.0;
    let near = Queues {
        output: create(there, case)?,
        input: create(back, case)?,
        patience: Patience::new(case.policy, case.cores),
    };
    let words = format!("{there} {back}");
    Ok(Opened::words(words, move || {
        drop(names);
        Ok(Box::new(Plain(near)))
    }))
}

/// Opens the queues.
pub(super) fn join(case: Case, words: &str) -> Result<Box<dyn Far>, Lost> {
    let (there, back) = words.split_once(' ').unwrap_or_default();
    let mode = Mode::empty();
    let flags = MQ_OFlag::O_RDWR | waiting(case);
    Ok(Box::new(Plain(Queues {
        output: mq_open(back, flags, mode, None).map_err(io::Error::from)?,
        input: mq_open(there, flags, mode, None).map_err(io::Error::from)?,
        patience: Patience::new(case.policy, case.cores),
    })))
}

/// Names of queues, which outlive processes unless they are taken away.
struct Names([String; 2]);

impl Drop for Names {
    fn drop(&mut self) {
        for name in &self.0 {
            // One that was never made need not be taken away.
            let _gone = mq_unlink(name.as_str());
        }
    }
}

fn create(name: &str, case: Case) -> Result<MqdT, Lost> {
    let flags = MQ_OFlag::O_RDWR | MQ_OFlag::O_CREAT | MQ_OFlag::O_EXCL | waiting(case);
    let mut refused = Errno::UnknownErrno;
    for depth in DEPTHS {
        let attributes = MqAttr::new(0, depth, size_of::<Message>() as i64, 0);
        match mq_open(
            name,
            flags,
            Mode::S_IRUSR | Mode::S_IWUSR,
            Some(&attributes),
        ) {
            Ok(queue) => return Ok(queue),
            Err(cause) => refused = cause,
        }
    }
    Err(io::Error::from(refused).into())
}

fn waiting(case: Case) -> MQ_OFlag {
    if case.policy == Policy::Block {
        MQ_OFlag::empty()
    } else {
        MQ_OFlag::O_NONBLOCK
    }
}

struct Queues {
    output: MqdT,
    input: MqdT,
    patience: Patience,
}

impl Duplex for Queues {
    fn send(&mut self, batch: &[Message]) -> Result<(), Lost> {
        let output = &self.output;
        for message in batch {
            insist(&mut self.patience, output.as_fd(), PollFlags::OUT, || {
                Ok(mq_send(output, message.as_bytes(), 0)?)
            })?;
        }
        Ok(())
    }

    fn receive(&mut self, mut each: impl FnMut(&Message)) -> Result<(), Lost> {
        let (input, mut message, mut priority) = (&self.input, Message::default(), 0);
        insist(&mut self.patience, input.as_fd(), PollFlags::IN, || {
            Ok(mq_receive(input, message.as_mut_bytes(), &mut priority)?)
        })?;
        each(&message);
        Ok(())
    }
}
