//! Events and streams, from a server's methods to a client's.

use libipc::codec::{List, Text};
use libipc::events::{Feed, NOT_WATCHING};
use libipc::stream::Portion;
use libipc::{CPtr, Caller, Cap, Error as CallError, Reply, TransportError};
use libipc_mock::{Idle, Mock};

#[allow(
    dead_code,
    unreachable_pub,
    reason = "modules of a library, not all of which is called here"
)]
mod golden;

use golden::streams::{Changed, Client, Dispatcher, Error, Event, Gone, Line, Server};

type Numbers = Reply<(List<u64, 16>, bool), core::convert::Infallible>;

/// Has twelve lines, and numbers when they are told.
#[derive(Default)]
struct Texts {
    at: u32,
    closed: Vec<u32>,
    waiting: Option<(u32, Numbers)>,
    feed: Feed<Event>,
}

impl Server for Texts {
    fn lines(&mut self, _: Caller, text: &str) -> Result<u32, Error> {
        self.at = 0;
        match text {
            "long" => Ok(7),
            _ => Err(Error::Unknown),
        }
    }

    fn lines_more(
        &mut self,
        _: Caller,
        stream: u32,
        credits: u32,
    ) -> Result<(List<Line, 5>, bool), Error> {
        assert_eq!((stream, credits), (7, 5));
        let mut portion = Portion::new(credits);
        while self.at < 12 {
            let text = Text::try_from("a line").expect("it is short");
            let line = Line {
                number: self.at,
                text,
            };
            if portion.push(line).is_err() {
                return Ok(portion.more());
            }
            self.at += 1;
        }
        Ok(portion.last())
    }

    fn lines_close(&mut self, _: Caller, stream: u32) {
        self.closed.push(stream);
    }

    fn numbers(&mut self, _: Caller) -> u32 {
        9
    }

    fn numbers_more(&mut self, _: Caller, stream: u32, credits: u32, reply: Numbers) {
        assert_eq!(stream, 9);
        self.waiting = Some((credits, reply));
    }

    fn numbers_close(&mut self, _: Caller, stream: u32) {
        self.closed.push(stream);
    }

    fn events(&mut self) -> &mut Feed<Event> {
        &mut self.feed
    }
}

fn texts() -> (Mock<Dispatcher<Texts>>, Client<libipc_mock::MockConnection>) {
    let server = Mock::new(Dispatcher(Texts::default()));
    let client = Client::new(server.connect(3));
    (server, client)
}

#[test]
fn a_stream_gives_every_element_in_order_and_is_not_closed_at_its_end() {
    let (server, client) = texts();
    let lines = client.lines("long").expect("there is such a text");
    let numbers: Result<Vec<u32>, _> = lines.map(|line| line.map(|line| line.number)).collect();
    assert_eq!(numbers, Ok((0..12).collect()));
    assert!(server.server().0.closed.is_empty());
    assert_eq!(server.requests(), 4);
    let refused = client.lines("short").err();
    assert_eq!(refused, Some(CallError::Server(Error::Unknown)));
}

#[test]
fn a_stream_that_is_dropped_is_closed_at_the_server() {
    let (server, client) = texts();
    drop(client.lines("long"));
    assert_eq!(server.server().0.closed, [7]);
}

#[test]
fn the_death_of_the_server_ends_a_stream_with_an_error() {
    let (server, client) = texts();
    let mut lines = client.lines("long").expect("there is such a text");
    assert!(lines.next().is_some_and(|line| line.is_ok()));
    server.kill();
    let rest: Vec<_> = lines.collect();
    assert_eq!(rest.len(), 5);
    assert_eq!(rest.last(), Some(&Err(TransportError::Dead.into())));
}

#[test]
fn a_deferred_stream_is_answered_when_there_is_something() {
    let (server, client) = texts();
    let mut next = 0;
    server.when_idle(move |server| {
        let Some((credits, reply)) = server.0.waiting.take() else {
            return Idle::Nothing;
        };
        let mut portion = Portion::new(credits);
        assert_eq!(portion.push(next), Ok(()));
        next += 1;
        reply.ok(if next == 3 {
            portion.last()
        } else {
            portion.more()
        });
        Idle::Progress
    });
    let numbers: Result<Vec<u64>, _> = client.numbers().expect("it opens").collect();
    assert_eq!(numbers, Ok(vec![0, 1, 2]));
}

#[test]
fn events_reach_who_watches_in_their_order() {
    let (server, client) = texts();
    let text = Text::try_from("a").expect("it is short");
    let changed = Event {
        changed: Some(Changed {
            text: text.clone(),
            lines: 2,
        }),
        gone: None,
    };
    let gone = Event {
        changed: None,
        gone: Some(Gone { text }),
    };
    server.server().0.feed.tell(&changed);
    assert_eq!(client.take_events(), Ok((List::new(), NOT_WATCHING)));
    let arrival = Cap::from_slot(CPtr(5));
    assert_eq!(client.watch_events(&arrival), Ok(true));
    server.server().0.feed.tell(&changed);
    server.server().0.feed.tell(&gone);
    let (events, lost) = client.take_events().expect("an answer");
    assert_eq!((events.as_slice(), lost), (&[changed, gone][..], 0));
}
