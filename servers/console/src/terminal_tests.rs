//! The terminal between a fake line, a fake process server and clients.

extern crate std;

use std::vec::Vec;

use libipc::events::Feed;
use libipc::objects::Notification;
use libipc::{Cap, Deferral, Error as CallError, Message, ReplyToken, Spare};
use libipc_mock::{Idle, Mock, MockConnection};
use proto::console::{Client, Dispatcher};

use super::*;

const ARRIVAL: u64 = 1 << 5;

/// A line whose two ends are lists.
#[derive(Default)]
struct Line {
    sent: Vec<u8>,
    typed: Vec<u8>,
}

impl serial::Server for Line {
    fn write(&mut self, _: Caller, data: &[u8], reply: Reply<(), serial::Error>) {
        self.sent.extend(data);
        reply.ok(());
    }

    fn read(&mut self, _: Caller, max: u32) -> Result<(Bytes<256>, u32), serial::Error> {
        let count = self.typed.len().min(max as usize);
        Ok((self.typed.drain(..count).collect(), 0))
    }

    fn subscribe(&mut self, _: Caller, _: Cap<Notification>) {}

    fn drain(&mut self, _: Caller, reply: Reply<(), serial::Error>) {
        reply.ok(());
    }
}

/// A process server that only remembers whom it interrupted.
#[derive(Default)]
struct Interrupted(Vec<u32>, Feed<processes::Event>);

impl processes::Server for Interrupted {
    fn events(&mut self) -> &mut Feed<processes::Event> {
        &mut self.1
    }

    fn spawn_with(
        &mut self,
        _: Caller,
        _: &[u8],
        _: &[u8],
        _: Cap<proto::console::Client>,
    ) -> Result<u32, processes::Error> {
        Err(processes::Error::OutOfMemory)
    }

    fn spawn(&mut self, _: Caller, _: &[u8], _: &[u8]) -> Result<u32, processes::Error> {
        Err(processes::Error::TooMany)
    }

    fn wait(&mut self, _: Caller, _: u32, reply: Reply<processes::Ending, processes::Error>) {
        reply.fail(processes::Error::UnknownProcess);
    }

    fn kill(&mut self, _: Caller, _: u32) -> Result<(), processes::Error> {
        Err(processes::Error::UnknownProcess)
    }

    fn interrupt(&mut self, _: Caller, process: u32) -> Result<(), processes::Error> {
        self.0.push(process);
        Ok(())
    }

    fn list(&mut self, _: Caller, _: u32) -> libipc::codec::List<processes::Info, 24> {
        libipc::codec::List::new()
    }
}

type Console = Mock<Dispatcher<Terminal<MockConnection, MockConnection>>>;

struct Desk {
    line: Mock<serial::Dispatcher<Line>>,
    processes: Mock<processes::Dispatcher<Interrupted>>,
    console: Console,
    client: Client<MockConnection>,
}

impl Desk {
    fn new() -> Self {
        let line = Mock::new(serial::Dispatcher(Line::default()));
        let processes = Mock::new(processes::Dispatcher(Interrupted::default()));
        let terminal = Terminal::new(
            serial::Client::new(line.connect(1)),
            Some(processes::Client::new(processes.connect(1))),
            ARRIVAL,
        );
        let console = Mock::new(Dispatcher(terminal));
        let client = Client::new(console.connect(1));
        Self {
            line,
            processes,
            console,
            client,
        }
    }

    fn type_keys(&self, keys: &[u8]) {
        self.line.server().0.typed.extend(keys);
        self.console.signal(ARRIVAL);
    }
}

#[test]
fn written_text_leaves_with_returns_before_line_feeds() {
    let desk = Desk::new();
    let long = [b'\n'; 1536];
    desk.client.write(b"a\nb").expect("written");
    desk.client.write(&long).expect("written");
    let sent = desk.line.server().0.sent.clone();
    assert_eq!(&sent[..4], b"a\r\nb");
    assert_eq!(sent.len(), 4 + 2 * long.len());
    assert_eq!(desk.client.drain(), Ok(()));
}

#[test]
fn a_reader_waits_until_a_key_is_typed() {
    let desk = Desk::new();
    let line = desk.line.clone();
    desk.console.when_idle(move |console| {
        line.server().0.typed.extend(b"ls\r");
        proto::console::Server::signal(&mut console.0, ARRIVAL);
        Idle::Progress
    });
    assert_eq!(&desk.client.read(256).expect("read")[..], b"ls\r");
}

#[test]
fn keys_typed_ahead_are_kept() {
    let desk = Desk::new();
    desk.type_keys(b"abc");
    assert_eq!(&desk.client.read(2).expect("read")[..], b"ab");
    assert_eq!(&desk.client.read(2).expect("read")[..], b"c");
}

#[test]
fn keys_are_for_those_who_live() {
    std::thread_local! {
        static ANSWERED: core::cell::RefCell<Vec<u32>> = const { core::cell::RefCell::new(Vec::new()) };
    }
    let desk = Desk::new();
    for number in 0..4 {
        let note = |number: u32, _: &mut Message| {
            ANSWERED.with_borrow_mut(|answered| answered.push(number));
        };
        let mut right = Some(ReplyToken::new(number, note));
        let deferral = Deferral::new(&mut right, Spare::Available);
        let reply = deferral.defer(|_, _| {}).expect("there is room");
        let client = Caller::new(50 + number % 2, 0);
        Server::read(&mut desk.console.server().0, client, 1, reply);
    }
    let answered = || ANSWERED.with_borrow_mut(std::mem::take);
    desk.console.client_gone(Caller::new(50, 0));
    assert_eq!(
        answered(),
        [0, 2],
        "nobody hears it, and the reply objects are free"
    );
    desk.type_keys(b"a");
    assert_eq!(answered(), [1]);
    desk.type_keys(b"b");
    assert_eq!(answered(), [3]);
}

#[test]
fn control_c_ends_the_foreground_program_once_and_drops_what_was_typed() {
    let desk = Desk::new();
    desk.client.set_foreground(Some(7)).expect("set");
    desk.type_keys(b"junk\x03x");
    assert_eq!(desk.processes.server().0.0, [7]);
    desk.type_keys(b"\x03");
    assert_eq!(desk.processes.server().0.0, [7]);
    assert_eq!(&desk.client.read(9).expect("read")[..], b"x\x03");
}

#[test]
fn control_c_without_a_foreground_program_can_be_asked_for() {
    let desk = Desk::new();
    assert_eq!(desk.client.take_interrupt(), Ok(false));
    desk.type_keys(b"a\x03b");
    assert_eq!(desk.client.take_interrupt(), Ok(true));
    assert_eq!(desk.client.take_interrupt(), Ok(false));
    assert_eq!(&desk.client.read(9).expect("read")[..], b"b");
}

#[test]
fn a_dead_driver_is_told_to_writers_and_readers() {
    let desk = Desk::new();
    desk.line.kill();
    assert_eq!(desk.client.write(b"x"), Err(CallError::Server(Error::Gone)));
    assert_eq!(desk.client.read(1), Err(CallError::Server(Error::Gone)));
    assert_eq!(desk.client.drain(), Err(CallError::Server(Error::Gone)));
    assert_eq!(desk.client.take_interrupt(), Ok(false));
}

#[test]
fn output_of_commands_is_marked_and_marks_within_are_doubled() {
    for (status, number) in [(0, "0"), (7, "7"), (130, "130"), (50, "50"), (205, "205")] {
        let desk = Desk::new();
        desk.client.write(b"\x1e").expect("written");
        desk.client.begin_output().expect("written");
        desk.client.write(b"a\x1e\n").expect("written");
        desk.client.end_output(status).expect("written");
        let sent = desk.line.server().0.sent.clone();
        let sent = std::string::String::from_utf8(sent).expect("text");
        let expected = std::format!("\x1e\x1eB\r\na\x1e\x1e\r\n\x1eE {number}\r\n");
        assert_eq!(sent, expected);
    }
}

#[test]
fn a_display_gets_what_was_written_as_it_was_even_if_the_line_is_dead() {
    let desk = Desk::new();
    let mut terminal = Terminal::new(
        serial::Client::new(desk.line.connect(2)),
        None::<processes::Client<MockConnection>>,
        ARRIVAL,
    )
    .with_display();
    let client = Caller::new(1, 0);
    let taken = |terminal: &mut Terminal<_, _>| {
        let (text, lost, left) = screen::Server::read(terminal, client);
        (text.iter().copied().collect::<Vec<u8>>(), lost, left)
    };
    Server::begin_output(&mut terminal, client).expect("written");
    Server::write(&mut terminal, client, b"a\x1e\n").expect("written");
    Server::end_output(&mut terminal, client, 0).expect("written");
    assert_eq!(
        taken(&mut terminal),
        (b"a\x1e\n".to_vec(), 0, 0),
        "marks are for the line"
    );
    desk.line.kill();
    assert_eq!(Server::write(&mut terminal, client, b"b"), Err(Error::Gone));
    assert_eq!(taken(&mut terminal), (b"b".to_vec(), 0, 0));
    assert_eq!(taken(&mut terminal), (Vec::new(), 0, 0));
}

#[test]
fn a_display_that_takes_nothing_keeps_nobody_waiting() {
    let line = Mock::new(serial::Dispatcher(Line::default()));
    let mut terminal = Terminal::new(
        serial::Client::new(line.connect(1)),
        None::<processes::Client<MockConnection>>,
        ARRIVAL,
    )
    .with_display();
    let client = Caller::new(1, 0);
    for _ in 0..20 {
        Server::write(&mut terminal, client, &[b'x'; 1000]).expect("written");
    }
    assert_eq!(line.server().0.sent.len(), 20_000);
    let (text, lost, left) = screen::Server::read(&mut terminal, client);
    assert_eq!(
        (text.len(), lost as usize),
        (1536, 20_000 - crate::MAX_BACKLOG)
    );
    assert_eq!(left as usize, crate::MAX_BACKLOG - 1536);
}
