//! Publish and subscribe of `iceoryx2`: a service a direction, in memory that both processes map.
//!
//! Its subscribers do not block, so their ends poll. A sample is written where the other side reads it: nothing is copied
//! but the message into the sample and out of it, as with the ring's pools.

use std::fmt::Display;

use iceoryx2::port::publisher::Publisher;
use iceoryx2::port::subscriber::Subscriber;
use iceoryx2::prelude::*;
use zerocopy::transmute;

use super::plain::{Duplex, Plain};
use super::{Far, Lost, Opened};
use crate::message::Message;
use crate::plan::Case;
use crate::wait::{Next, Patience};

/// Samples that a subscriber keeps, as many as the ring does.
const SLOTS: usize = libipc_ring::MAX_CAPACITY;

/// A message as words.
type Words = [u64; 8];

/// Makes both services.
pub(super) fn open(case: Case) -> Result<Opened, Lost> {
    let name = format!("weft-hostbench-{}-{case}", std::process::id());
    let near = Services::new(&format!("{name}.there"), &format!("{name}.back"), case)?;
    Ok(Opened::words(name, move || Ok(Box::new(Plain(near)))))
}

/// Opens them from the other side.
pub(super) fn join(case: Case, name: &str) -> Result<Box<dyn Far>, Lost> {
    let far = Services::new(&format!("{name}.back"), &format!("{name}.there"), case)?;
    Ok(Box::new(Plain(far)))
}

struct Services {
    output: Publisher<ipc::Service, Words, ()>,
    input: Subscriber<ipc::Service, Words, ()>,
    patience: Patience,
    /// Both services are this node's.
    _node: Node<ipc::Service>,
}

fn lost(cause: impl Display) -> Lost {
    Lost(cause.to_string())
}

impl Services {
    fn new(output: &str, input: &str, case: Case) -> Result<Self, Lost> {
        let node = NodeBuilder::new().create::<ipc::Service>().map_err(lost)?;
        let service = |name: &str| {
            let name: ServiceName = name.try_into().map_err(lost)?;
            node.service_builder(&name)
                .publish_subscribe::<Words>()
                .enable_safe_overflow(false)
                .subscriber_max_buffer_size(SLOTS)
                .max_publishers(1)
                .max_subscribers(1)
                .open_or_create()
                .map_err(lost)
        };
        let output = service(output)?
            .publisher_builder()
            .backpressure_strategy(BackpressureStrategy::RetryUntilDelivered)
            .create();
        let input = service(input)?.subscriber_builder().create();
        Ok(Self {
            output: output.map_err(lost)?,
            input: input.map_err(lost)?,
            patience: Patience::new(case.policy, case.cores),
            _node: node,
        })
    }
}

impl Duplex for Services {
    fn send(&mut self, batch: &[Message]) -> Result<(), Lost> {
        for message in batch {
            let sample = self.output.loan_uninit().map_err(lost)?;
            let words: Words = transmute!(*message);
            sample.write_payload(words).send().map_err(lost)?;
        }
        Ok(())
    }

    fn receive(&mut self, mut each: impl FnMut(&Message)) -> Result<(), Lost> {
        loop {
            if let Some(sample) = self.input.receive().map_err(lost)? {
                self.patience.found();
                let message: Message = transmute!(*sample.payload());
                each(&message);
                return Ok(());
            }
            match self.patience.next() {
                Next::Look => {}
                Next::Block | Next::GiveUp => return Err(Lost("no answer".to_owned())),
            }
        }
    }
}
