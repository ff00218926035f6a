//! Two processes, and what becomes of one when the other dies or lies.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use libipc::abi::MessageInfo;
use libipc::codec::batch::BatchError;
use libipc::ring::{Closed, Outcome, Pools, RingRequest};
use libipc::{
    CPtr, Caller, CapItem, Message, Refusal, ReplyToken, Request, Rights, Service, Short,
    Transport, TransportError, label,
};

use crate::{Client, MAX_CLIENTS, Options, Patience, Process, Server};

/// Answers twice the number.
const DOUBLE: u32 = 0x10_0001;
/// Answers when somebody asks for `RELEASE`.
const KEEP: u32 = 0x10_0002;
/// Answers all that are kept, then tells how many those were.
const RELEASE: u32 = 0x10_0003;
/// Tells how many are kept, and how many clients are gone.
const COUNT: u32 = 0x10_0004;
/// Answers the same bytes.
const ECHO: u32 = 0x10_0005;

#[derive(Default)]
struct Keeper {
    kept: Vec<(Caller, ReplyToken)>,
    gone: u64,
}

impl Service for Keeper {
    fn request(&mut self, request: Request<'_>) {
        let Request {
            caller,
            message,
            deferral,
        } = request;
        match message.label() {
            KEEP => self.kept.push((caller, deferral.token().expect("room"))),
            ECHO => {
                let bytes = message.payload().to_vec();
                message.begin(label::OK);
                message.append(&bytes).expect("as long as it was");
            }
            _ => {}
        }
    }

    fn short(&mut self, _: Caller, request: Short) -> Option<Short> {
        let one = |number: u64| Some(Short::ok(1, [number, 0, 0, 0, 0, 0]));
        match request.info.label() {
            DOUBLE => one(u64::from(request.words[0] as u32 * 2)),
            COUNT => one(self.kept.len() as u64 | self.gone << 16),
            RELEASE => {
                let count = self.kept.len();
                for (_, token) in self.kept.drain(..) {
                    token.send(&mut Message::of_short(Short::ok(0, [0; 6])));
                }
                one(count as u64)
            }
            _ => None,
        }
    }

    fn client_gone(&mut self, client: Caller) {
        self.kept.retain(|(caller, _)| *caller != client);
        self.gone += 1;
    }
}

/// Not a test of its own: the server of the others, in the process that they start.
#[test]
fn serves() {
    if let Ok(server) = Server::inherited(Keeper::default()) {
        server.serve();
    }
}

fn elsewhere() -> Process {
    Process::of_test("tests::serves").expect("a process")
}

fn joined(server: &Process) -> Client {
    server.connect(&Options::default()).expect("a connection")
}

fn ask(client: &Client, label: u32, number: u64) -> Result<u64, TransportError> {
    let request = Short::request(label, 1, [number, 0, 0, 0, 0, 0]);
    client.connection.call_short(request).map(|answer| {
        assert_eq!(answer.info, MessageInfo::new(label::OK, 1, 0));
        answer.words[0]
    })
}

fn doubling(number: u64) -> RingRequest {
    RingRequest::from_bytes(DOUBLE, &number.to_le_bytes()).expect("fits")
}

/// Asks until the answer is right, for at most ten seconds.
fn until(client: &Client, is_right: impl Fn(u64) -> bool) {
    let begin = Instant::now();
    while !is_right(ask(client, COUNT, 0).expect("alive")) {
        assert!(begin.elapsed() < Duration::from_secs(10), "it never came");
    }
}

#[test]
fn calls_of_every_length_come_back_from_another_process() {
    let server = elsewhere();
    let client = joined(&server);
    for number in 0..100 {
        assert_eq!(ask(&client, DOUBLE, number), Ok(2 * number));
    }
    for length in [0, 1, 48, 49, 100, 2048] {
        let bytes: Vec<_> = (0..length).map(|byte| byte as u8).collect();
        let mut message = Message::new(ECHO);
        message.append(&bytes).expect("fits");
        assert!(client.connection.call(&mut message).is_ok(), "{length}");
        assert_eq!(message.payload().get(..length), Some(&bytes[..]));
    }
    let mut unanswered = Message::new(0x10_0077);
    let abandoned = client.connection.call(&mut unanswered);
    assert_eq!(abandoned, Err(TransportError::Abandoned));
}

#[test]
fn batches_go_through_the_ring_and_single_requests_by_calls() {
    let server = elsewhere();
    let mut client = joined(&server);
    let requests: Vec<_> = (0..200).map(doubling).collect();
    let mut outcomes = vec![Outcome::default(); requests.len()];
    client.ring.run(&requests, &mut outcomes).expect("served");
    for (number, outcome) in (0..).zip(&outcomes) {
        assert_eq!((outcome.status, outcome.value), (label::OK, 2 * number));
    }
    let one = client.ring.run_one(&doubling(21)).expect("carried");
    assert_eq!((one.status, one.value), (label::OK, 42));
    // What is kept by way of the ring is told when it is released by a call of somebody else.
    let kept = RingRequest::from_bytes(KEEP, &[]).expect("fits");
    client.ring.submit(&kept, 0).expect("room");
    client.ring.flush();
    let other = joined(&server);
    until(&other, |count| count == 1);
    assert_eq!(ask(&other, RELEASE, 0), Ok(1));
    let done = client.ring.wait().expect("the server is there");
    assert!(
        matches!(done, libipc::ring::Polled::Completion(_)),
        "{done:?}"
    );
}

#[test]
fn every_kind_of_patience_finds_its_answers() {
    let path = std::env::temp_dir().join(format!("weft-patience-{}", std::process::id()));
    let spin = Patience::Spin(Duration::from_micros(10));
    for patience in [Patience::Block, spin, Patience::Yield] {
        let stop = AtomicBool::new(false);
        let bound = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let server = Server::bind(&path, Keeper::default()).expect("a socket");
                let mut server = server.patience(patience);
                bound.wait();
                server.serve_while(|_| !stop.load(Ordering::Relaxed));
            });
            bound.wait();
            let options = Options {
                patience,
                ..Options::default()
            };
            let client = crate::connect(&path, &options).expect("a connection");
            for number in 0..1000 {
                assert_eq!(ask(&client, DOUBLE, number), Ok(2 * number));
            }
            stop.store(true, Ordering::Relaxed);
        });
        std::fs::remove_file(&path).expect("it was there");
    }
}

#[test]
fn whoever_waits_for_a_server_that_is_killed_is_told_and_so_is_a_ring() {
    let mut server = elsewhere();
    let mut watcher = joined(&server);
    let path = server.path().to_owned();
    let asked = std::thread::scope(|scope| {
        let patient = scope.spawn(|| {
            let client = crate::connect(&path, &Options::default()).expect("a connection");
            ask(&client, KEEP, 0)
        });
        until(&watcher, |count| count == 1);
        server.kill().expect("it was alive");
        patient.join().expect("no panic")
    });
    let died = ask(&watcher, COUNT, 0);
    assert_eq!(asked, Err(TransportError::Dead));
    assert_eq!(died, Err(TransportError::Dead));
    let gone = BatchError::Closed(Closed::Gone);
    let ran = watcher.ring.run(&[doubling(1)], &mut [Outcome::default()]);
    assert_eq!(ran, Err(gone));
    assert!(
        server.connect(&Options::default()).is_err(),
        "nobody is there"
    );
    let successor = elsewhere();
    assert_eq!(ask(&joined(&successor), DOUBLE, 4), Ok(8));
}

#[test]
fn a_client_that_is_gone_makes_room_for_another() {
    let server = elsewhere();
    let first = joined(&server);
    let others: Vec<_> = (1..MAX_CLIENTS).map(|_| joined(&server)).collect();
    assert!(server.connect(&Options::default()).is_err(), "one too many");
    drop(others);
    until(&first, |count| count >> 16 == MAX_CLIENTS as u64 - 1);
    assert_eq!(ask(&joined(&server), DOUBLE, 1), Ok(2));
}

#[test]
fn capabilities_do_not_travel() {
    let server = elsewhere();
    let client = joined(&server);
    let mut message = Message::new(ECHO);
    let cap = CapItem::copied(CPtr(3), Rights::all());
    message.append_cap(cap).expect("room");
    let refused = TransportError::Refused(Refusal::Unsupported);
    assert_eq!(client.connection.call(&mut message), Err(refused));
}

/// A row of numbers that look random.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

#[test]
fn a_client_that_writes_what_it_likes_harms_nobody_else() {
    let server = elsewhere();
    let honest = joined(&server);
    let mut honest_ring = joined(&server).ring;
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for round in 0..40 {
        let hostile = joined(&server);
        let words = hostile.words();
        for _ in 0..500 {
            // The first words, and those in front of the ring, are what a server looks at.
            let place = match numbers.next() % 3 {
                0 => numbers.next() as usize % 10,
                1 => 256 + numbers.next() as usize % 64,
                _ => numbers.next() as usize % words.len(),
            };
            let word = match numbers.next() % 4 {
                0 => numbers.next(),
                1 => MessageInfo::new(DOUBLE, numbers.next() as usize, 0).0,
                2 => u64::MAX,
                _ => numbers.next() % 8,
            };
            words[place].store(word, Ordering::Relaxed);
            if numbers.next().is_multiple_of(8) {
                libipc_ring::Wake::kick(&hostile.connection);
            }
        }
        assert_eq!(ask(&honest, DOUBLE, round), Ok(2 * round));
        let outcome = honest_ring.run_one(&doubling(round)).expect("served");
        assert_eq!(outcome.value, 2 * round as u32);
        let requests = [doubling(1), doubling(2)];
        let mut outcomes = [Outcome::default(); 2];
        honest_ring.run(&requests, &mut outcomes).expect("served");
        assert_eq!(outcomes.map(|outcome| outcome.value), [2, 4]);
        drop(hostile);
        until(&honest, |count| count >> 16 == round + 1);
    }
}

#[test]
fn who_greets_otherwise_or_not_at_all_is_not_let_in() {
    let server = elsewhere();
    let silent = UnixStream::connect(server.path()).expect("it listens");
    let mut rude = UnixStream::connect(server.path()).expect("it listens");
    rude.write_all(&[7; 100]).expect("room");
    assert_eq!(ask(&joined(&server), DOUBLE, 1), Ok(2));
    drop((silent, rude));
    for options in [
        Options {
            slots: 3,
            ..Options::default()
        },
        Options {
            client_pool: 1 << 30,
            ..Options::default()
        },
    ] {
        let refused = server.connect(&options).expect_err("there is no such ring");
        assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
    }
}

#[test]
fn pools_come_with_a_client() {
    let path = std::env::temp_dir().join(format!("weft-pools-{}", std::process::id()));
    let stop = AtomicBool::new(false);
    let bound = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let welcome = |_: &mut Keeper, _: Caller, pools: Pools| {
                let (mut out, inward) = (pools.out.expect("a pool"), pools.inward.expect("a pool"));
                assert_eq!((out.len(), inward.len()), (64, 128));
                let whole = libipc::ring::Descriptor {
                    offset: 0,
                    length: 4,
                };
                out.write(whole, b"weft").expect("room");
            };
            let server = Server::bind(&path, Keeper::default()).expect("a socket");
            let mut server = server.welcome(welcome);
            bound.wait();
            server.serve_while(|_| !stop.load(Ordering::Relaxed));
        });
        bound.wait();
        let options = Options {
            client_pool: 128,
            server_pool: 64,
            ..Options::default()
        };
        let client = crate::connect(&path, &options).expect("a connection");
        let mut bytes = [0; 4];
        let inward = client.pools.inward.expect("a pool");
        inward.copy_to(0, &mut bytes).expect("it is so long");
        assert_eq!(&bytes, b"weft");
        stop.store(true, Ordering::Relaxed);
    });
    std::fs::remove_file(&path).expect("it was there");
}

#[test]
fn a_request_that_no_client_makes_is_malformed() {
    let server = elsewhere();
    let client = joined(&server);
    let double = MessageInfo::new(DOUBLE, 1, 0);
    for info in [
        double.as_fault(),
        MessageInfo::gone(),
        MessageInfo::new(DOUBLE, 1, 1),
        MessageInfo::new(DOUBLE, 257, 0),
        MessageInfo(double.0 | 1 << 20),
    ] {
        client.connection.post(info);
        assert_eq!(client.connection.answer(), Ok(label::MALFORMED), "{info:?}");
    }
    client.connection.post(double);
    assert_eq!(client.connection.answer(), Ok(label::OK));
}

#[test]
fn a_client_that_does_not_wait_has_one_call_at_a_time() {
    let server = elsewhere();
    let (client, other) = (joined(&server), joined(&server));
    for _ in 0..4 {
        client.connection.post(MessageInfo::new(KEEP, 0, 0));
        until(&other, |count| count != 0);
        // By the second answer the server has looked at everybody again.
        assert_eq!(ask(&other, COUNT, 0), Ok(1));
        assert_eq!(ask(&other, COUNT, 0), Ok(1));
    }
    assert_eq!(ask(&other, RELEASE, 0), Ok(1));
    until(&other, |count| count == 1);
    assert_eq!(ask(&other, RELEASE, 0), Ok(1), "the last of the others");
}
