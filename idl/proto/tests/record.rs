//! What went over a connection is written down, edited, and played again.

use std::convert::Infallible;

use libipc::codec::Text;
use libipc::reflect::Described;
use libipc::{Caller, Error, Message, Reply, TransportError, Verdict};
use libipc_mock::record::{Difference, Player, Record, Recorder};
use libipc_mock::{HostRing, Mock};
use proto::{counter, reflections};

#[allow(
    dead_code,
    unreachable_pub,
    reason = "modules of a library, not all of which is called here"
)]
mod golden;

use golden::{descriptions, ring, tables};

/// Keeps a number; who waits for more is answered with the next.
#[derive(Default)]
struct Counter {
    value: u64,
    waiting: Vec<Reply<u64, Infallible>>,
}

impl counter::Server for Counter {
    fn add(&mut self, _: Caller, by: u64) -> Result<u64, counter::Error> {
        self.value = self.value.checked_add(by).ok_or(counter::Error::Overflow)?;
        let value = self.value;
        self.waiting.drain(..).for_each(|reply| reply.ok(value));
        Ok(value)
    }

    fn get(&mut self, _: Caller) -> u64 {
        self.value
    }

    fn wait_for(&mut self, _: Caller, goal: u64, reply: Reply<u64, Infallible>) {
        match goal <= self.value {
            true => reply.ok(self.value),
            false => self.waiting.push(reply),
        }
    }
}

const COUNTER: [Described; 1] = [reflections::COUNTER];

/// What a client asks and learns.
fn session(client: &counter::Client<impl libipc::Transport>) -> [Option<u64>; 4] {
    [
        client.add(2).ok(),
        client.add(u64::MAX).ok(),
        client.wait_for(1).ok(),
        client.get().ok(),
    ]
}

const RECORD: &str = "\
counter.add by=2
    sum: 2
counter.add by=18446744073709551615
    error Overflow
counter.wait_for value=1
    reached: 2
counter.get
    value: 2
";

#[test]
fn a_record_is_text_and_plays_the_server_or_the_client() {
    let counter = counter::Dispatcher(Counter::default());
    let (recorder, log) = Recorder::new(counter, &COUNTER);
    let client = counter::Client::new(Mock::new(recorder).connect(1));
    let learnt = session(&client);
    assert_eq!(learnt, [Some(2), None, Some(2), Some(2)]);
    assert_eq!(log.record().to_string(), RECORD);
    let record: Record = RECORD.parse().expect("it is one");
    assert_eq!(record, log.record());
    let player = Player::new(record.clone(), &COUNTER);
    let client = counter::Client::new(&player);
    assert_eq!(session(&client), learnt);
    assert_eq!(player.left(), 0);
    let again = Mock::new(counter::Dispatcher(Counter::default())).connect(1);
    assert_eq!(record.replay(&again, &COUNTER), []);
}

#[test]
fn a_record_is_made_beside_the_server() {
    let server = Counter::default();
    let (recorder, log) = Recorder::new(counter::Dispatcher(server), &[reflections::COUNTER]);
    let client = counter::Client::new(Mock::new(recorder).connect(1));
    assert_eq!(client.add(2), Ok(2));
    let session: String = log.record().to_string();
    assert_eq!(session, "counter.add by=2\n    sum: 2\n");
}

#[test]
fn a_request_of_another_interface_is_a_remark_and_belongs_to_no_other() {
    let counter = counter::Dispatcher(Counter::default());
    let (recorder, log) = Recorder::new(counter, &COUNTER);
    let mock = Mock::new(recorder);
    let client = counter::Client::new(mock.connect(1));
    assert_eq!(client.add(2), Ok(2));
    let mut other = Message::new(counter::labels::ADD ^ 1 << 16);
    assert!(libipc::Transport::call(&mock.connect(1), &mut other).is_err());
    let text = log.record().to_string();
    let record: Record = text.parse().expect("it is one");
    assert_eq!(record.exchanges, log.record().exchanges[..1], "{text}");
}

#[test]
fn an_edited_record_tells_where_a_server_answers_otherwise() {
    let edited = RECORD.replacen("by=2\n    sum: 2", "by=0x3\n    sum: 4", 1);
    let edited = format!("# edited\n\n{edited}counter.take\ncounter.get of=1\nbank.get\n");
    let record: Record = edited.parse().expect("it is one");
    let mock = Mock::new(counter::Dispatcher(Counter::default()));
    let differences = record.replay(&mock.connect(1), &COUNTER);
    let found = differences.iter().map(|Difference { exchange, found }| {
        (exchange.request.as_str(), found.first().map(String::as_str))
    });
    let expected = [
        ("counter.add by=0x3", Some("sum: 3")),
        ("counter.wait_for value=1", Some("reached: 3")),
        ("counter.get", Some("value: 3")),
        ("counter.take", Some("there is no method take")),
        ("counter.get of=1", Some("the method has no argument of")),
        ("bank.get", Some("the interface is not known")),
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    mock.kill();
    let lost = record.replay(&mock.connect(1), &COUNTER);
    assert_eq!(lost[0].found, ["nothing: the server has died"]);
}

#[test]
fn an_answer_that_comes_later_stands_with_its_request() {
    let counter = counter::Dispatcher(Counter::default());
    let (recorder, log) = Recorder::new(counter, &COUNTER);
    let mock = Mock::new(recorder);
    let mut request = Message::new(counter::labels::WAIT_FOR);
    request.append(&7_u64.to_le_bytes()).expect("it fits");
    let waits = mock.connect(1).start(&mut request);
    assert_eq!(counter::Client::new(mock.connect(2)).add(9), Ok(9));
    let answered = waits.take(&mut Message::new(0));
    assert_eq!(answered, Some(Ok(Verdict::Done)));
    let expected = "counter.wait_for value=7\n    reached: 9\ncounter.add by=9\n    sum: 9\n";
    assert_eq!(log.record().to_string(), expected);
}

/// Adds bytes up, and flushes at once.
struct Adder;

impl ring::Server for Adder {
    fn add(&mut self, _: Caller, data: &[u8], by: u32) -> Result<u32, ring::Error> {
        let sum = data.iter().map(|byte| u32::from(*byte)).sum::<u32>();
        sum.checked_add(by).ok_or(ring::Error::Broken)
    }

    fn flush(&mut self, _: Caller, reply: Reply<(), Infallible>) {
        drop(reply);
    }

    fn double(&mut self, _: Caller, number: u32) -> Result<u32, ring::Error> {
        number.checked_mul(2).ok_or(ring::Error::Broken)
    }

    fn describe(&mut self, _: Caller) -> Text<200> {
        Text::try_from("line 1\nline \"2\" \\ \u{e9}\0").expect("it fits")
    }
}

#[test]
fn what_goes_over_a_ring_is_recorded_and_played_by_calls() {
    const ALL: [Described; 1] = [descriptions::RING];
    let memory = HostRing::new(8, 64, 64);
    let (recorder, log) = Recorder::new(ring::Dispatcher(Adder), &ALL);
    let (mut client, _) = memory.connect(recorder, Caller::new(1, 0));
    let mut batch = ring::Batch::new();
    let sum = batch.add(b"\x00a\n\xff", 1).expect("room");
    let twice = batch.double(sum.result()).expect("room");
    let broken = batch.add(&[255; 16], u32::MAX).expect("room");
    let lost = batch.flush().expect("room");
    let outcomes = batch.run(&mut client).expect("an honest server");
    assert_eq!((outcomes.of(sum), outcomes.of(twice)), (Ok(363), Ok(726)));
    assert_eq!(outcomes.of(broken), Err(Error::Server(ring::Error::Broken)));
    let abandoned = Err(Error::Transport(TransportError::Abandoned));
    assert_eq!(outcomes.of(lost), abandoned);
    let record = log.record();
    let text = record.to_string();
    assert!(
        text.starts_with("ring.add data=\"\\0a\\n\\xff\" by=1\n    sum: 363\n"),
        "{text}"
    );
    assert!(
        text.ends_with("ring.flush\n    nothing: the server gave the request up\n"),
        "{text}"
    );
    assert_eq!(text.parse(), Ok(record.clone()));
    let again = Mock::new(ring::Dispatcher(Adder)).connect(1);
    assert_eq!(record.replay(&again, &ALL), []);
}

#[test]
fn texts_come_back_as_they_were() {
    const ALL: [Described; 1] = [descriptions::RING];
    let (recorder, log) = Recorder::new(ring::Dispatcher(Adder), &ALL);
    let text = ring::Client::new(Mock::new(recorder).connect(1)).describe();
    let player = Player::new(log.record(), &ALL);
    assert_eq!(ring::Client::new(&player).describe(), text);
}

#[test]
#[should_panic = "the record says that something else is asked"]
fn a_client_that_asks_something_else_is_caught() {
    let record: Record = RECORD.parse().expect("it is one");
    let player = Player::new(record, &COUNTER);
    let _ = counter::Client::new(&player).get();
}

/// Gives settings back.
struct Echo;

impl tables::Server for Echo {
    fn change(&mut self, _: Caller, settings: tables::Settings) -> tables::Settings {
        settings
    }
}

#[test]
fn tables_are_recorded_by_their_members() {
    const ALL: [Described; 1] = [descriptions::TABLES];
    let (recorder, log) = Recorder::new(tables::Dispatcher(Echo), &ALL);
    let client = tables::Client::new(Mock::new(recorder).connect(1));
    let settings = tables::Settings::default();
    assert!(client.change(&settings).is_ok());
    let again = Mock::new(tables::Dispatcher(Echo)).connect(1);
    assert_eq!(log.record().exchanges.len(), 1);
    assert_eq!(log.record().replay(&again, &ALL), []);
}
