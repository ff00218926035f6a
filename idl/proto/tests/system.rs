//! The system's interfaces as a whole.

use libipc::{Caller, Error, Reply, interface_id, request_label};
use libipc_mock::{Idle, Mock};
use proto::counter::{self, Server as _};

#[test]
fn compiler_and_library_make_the_same_number_of_a_name() {
    for interface in proto::ALL {
        assert_eq!(
            interface.id,
            interface_id(interface.name),
            "{}",
            interface.name
        );
    }
}

#[test]
fn exit_has_the_label_that_the_start_up_code_uses() {
    assert_eq!(
        proto::process::labels::EXIT,
        request_label(interface_id("process"), 1)
    );
}

/// Errors of volumes go through the virtual file system unchanged.
#[test]
fn every_error_of_a_file_system_is_one_of_the_virtual_file_system() {
    for error in proto::filesystem::Error::ALL {
        let same = proto::vfs::Error::from_number(error.number());
        assert_eq!(
            same.map(|same| format!("{same:?}")),
            Some(format!("{error:?}"))
        );
    }
}

#[derive(Default)]
struct Counter {
    value: u64,
    waiting: Vec<(u64, Reply<u64, core::convert::Infallible>)>,
}

impl counter::Server for Counter {
    fn add(&mut self, _: Caller, by: u64) -> Result<u64, counter::Error> {
        self.value = self.value.checked_add(by).ok_or(counter::Error::Overflow)?;
        for (_, reply) in self.waiting.extract_if(.., |(at, _)| *at <= self.value) {
            reply.ok(self.value);
        }
        Ok(self.value)
    }

    fn get(&mut self, _: Caller) -> u64 {
        self.value
    }

    fn wait_for(&mut self, _: Caller, value: u64, reply: Reply<u64, core::convert::Infallible>) {
        self.waiting.push((value, reply));
    }
}

#[test]
fn a_counter_counts_for_two_clients() {
    let mock = Mock::new(counter::Dispatcher(Counter::default()));
    let (one, two) = (
        counter::Client::new(mock.connect(1)),
        counter::Client::new(mock.connect(2)),
    );
    assert_eq!(one.add(40), Ok(40));
    assert_eq!(two.add(2), Ok(42));
    assert_eq!(one.get(), Ok(42));
    assert_eq!(
        two.add(u64::MAX),
        Err(Error::Server(counter::Error::Overflow))
    );
    mock.when_idle(|server| match server.0.add(Caller::new(3, 0), 4) {
        Ok(_) => Idle::Progress,
        Err(_) => Idle::Nothing,
    });
    assert_eq!(one.wait_for(50), Ok(50));
}
