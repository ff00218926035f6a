//! What stands in the chapter on the language.

use std::error::Error as AnyError;

use libipc::codec::List;
use libipc::codec::batch::{ClientRing, Wake};
use libipc::events::{Feed, NOT_WATCHING};
use libipc::lend::{Borrower, Lender, Place};
use libipc::stream::Portion;
use libipc::{CPtr, Caller, Cap, Startup, Transport};
use libipc_mock::{HostRing, Mock};

use super::interfaces::{chronicle, door, roll, tally, tape};

type Outcome = Result<(), Box<dyn AnyError>>;

#[derive(Default)]
struct Tally {
    sum: u64,
}

impl tally::Server for Tally {
    fn add(&mut self, _: Caller, by: u64) -> Result<u64, tally::Error> {
        self.sum = self.sum.checked_add(by).ok_or(tally::Error::Overflow)?;
        Ok(self.sum)
    }

    fn get(&mut self, _: Caller) -> u64 {
        self.sum
    }
}

/// What a program does; there is a start-up page only on a machine.
fn add_two(env: &Startup) -> Result<u64, libipc::Error<tally::Error>> {
    let tally: tally::Client = env.connect("tally");
    let sum = tally.add(2)?;
    Ok(sum)
}

#[test]
fn a_number_is_kept() {
    let _on_a_machine: fn(&Startup) -> _ = add_two;
    let client = tally::Client::new(Mock::new(tally::Dispatcher(Tally::default())).connect(1));
    assert_eq!(client.add(2), Ok(2));
    assert_eq!(client.get(), Ok(2));
    let overflow = client.add(u64::MAX);
    assert_eq!(overflow, Err(libipc::Error::Server(tally::Error::Overflow)));
}

struct Chronicle {
    pages: Vec<Vec<u8>>,
    borrower: Borrower,
}

impl chronicle::Server for Chronicle {
    fn read(&mut self, caller: Caller, page: u32, text: Place) -> Result<u32, chronicle::Error> {
        let page = self.pages.get(page as usize);
        let page = page.ok_or(chronicle::Error::NoPage)?;
        let bytes = page.get(..text.len()).unwrap_or(page);
        let written = self.borrower.write(caller, text, (0, bytes));
        written.map_err(|_| chronicle::Error::NoPage)?;
        Ok(bytes.len() as u32)
    }

    fn write(&mut self, caller: Caller, page: u32, text: Place) -> Result<(), chronicle::Error> {
        let page = self.pages.get_mut(page as usize);
        let page = page.ok_or(chronicle::Error::NoPage)?;
        page.resize(text.len(), 0);
        let read = self.borrower.read(caller, text, (0, page));
        read.map_err(|_| chronicle::Error::NoPage)
    }

    fn improve(&mut self, caller: Caller, text: Place) -> u32 {
        let mut bytes = vec![0; text.len()];
        let read = self.borrower.read(caller, text, (0, &mut bytes));
        bytes.make_ascii_uppercase();
        let written = read.and_then(|()| self.borrower.write(caller, text, (0, &bytes)));
        written.map_or(0, |()| bytes.len() as u32)
    }
}

/// What a program does; there is a start-up page only on a machine.
fn longest(env: &Startup) -> usize {
    let lender = Lender::open(env, "chronicle").expect("the manifest gives pools");
    lender.longest_out()
}

fn first_page(
    chronicle: &chronicle::Client<impl Transport>,
    lender: &mut Lender,
) -> Result<Vec<u8>, Box<dyn AnyError>> {
    let lent = lender.lend_out(4096).ok_or("it is too long")?;
    let length = chronicle.read(1, &lent)?;
    let mut text = vec![0; length as usize];
    lent.view().copy_to(0, &mut text)?;
    Ok(text)
}

#[test]
fn buffers_are_lent() -> Outcome {
    let _on_a_machine: fn(&Startup) -> _ = longest;
    let memory = HostRing::new(1, 4096, 4096);
    let mut borrower = Borrower::default();
    assert!(borrower.add(Caller::new(1, 0), memory.pools()));
    let pages = vec![Vec::new(), b"once".to_vec()];
    let server = Mock::new(chronicle::Dispatcher(Chronicle { pages, borrower }));
    let (client, mut lender) = (chronicle::Client::new(server.connect(1)), memory.lender());
    assert_eq!(first_page(&client, &mut lender)?, b"once");
    let lent = lender.lend_in(b"upon").expect("it fits");
    assert_eq!(client.write(1, &lent), Ok(()));
    assert_eq!(first_page(&client, &mut lender)?, b"upon");
    let lent = lender.lend_inout(b"a time").expect("it fits");
    assert_eq!(client.improve(&lent), Ok(6));
    let mut text = [0; 6];
    lent.view().copy_to(0, &mut text).expect("it is there");
    assert_eq!(&text, b"A TIME");
    Ok(())
}

#[derive(Default)]
struct Door {
    open: bool,
    feed: Feed<door::Event>,
}

impl Door {
    fn ring(&mut self) {
        let rang = Some(door::Rang { times: 1 });
        self.feed.tell(&door::Event { rang, moved: None });
    }
}

impl door::Server for Door {
    fn is_open(&mut self, _: Caller) -> bool {
        self.open
    }

    fn events(&mut self) -> &mut Feed<door::Event> {
        &mut self.feed
    }
}

fn listen(door: &door::Client<impl Transport>, log: &mut Vec<String>) -> Outcome {
    let (events, lost) = door.take_events()?;
    for event in events {
        if let Some(moved) = event.moved {
            log.push(format!("{} moved it", moved.by.as_str()));
        }
        if let Some(rang) = event.rang {
            log.push(format!("rang {} times", rang.times));
        }
    }
    if lost != 0 {
        log.push(format!("it is open: {}", door.is_open()?));
    }
    Ok(())
}

#[test]
fn events_are_told() -> Outcome {
    let server = Mock::new(door::Dispatcher(Door::default()));
    let client = door::Client::new(server.connect(1));
    assert_eq!(client.take_events(), Ok((List::new(), NOT_WATCHING)));
    assert_eq!(client.watch_events(&Cap::from_slot(CPtr(5))), Ok(true));
    let mut log = Vec::new();
    server.server().0.ring();
    listen(&client, &mut log)?;
    for _ in 0..17 {
        server.server().0.ring();
    }
    for _ in 0..2 {
        listen(&client, &mut log)?;
    }
    assert_eq!(log.len(), 1 + 16 + 1, "{log:?}");
    Ok(())
}

struct Roll(Vec<&'static str>, usize);

impl roll::Server for Roll {
    fn names(&mut self, _: Caller) -> Result<u32, roll::Error> {
        self.1 = 0;
        match self.0.is_empty() {
            true => Err(roll::Error::Missing),
            false => Ok(1),
        }
    }

    fn names_more(
        &mut self,
        _: Caller,
        _: u32,
        credits: u32,
    ) -> Result<(List<libipc::codec::Text<24>, 32>, bool), roll::Error> {
        let mut portion = Portion::new(credits);
        while let Some(name) = self.0.get(self.1) {
            let name = (*name).try_into().map_err(|_| roll::Error::Missing)?;
            if portion.push(name).is_err() {
                return Ok(portion.more());
            }
            self.1 += 1;
        }
        Ok(portion.last())
    }

    fn names_close(&mut self, _: Caller, _: u32) {}
}

fn print_all(roll: &roll::Client<impl Transport>) -> Result<(), libipc::Error<roll::Error>> {
    for name in roll.names()? {
        println!("{}", name?);
    }
    Ok(())
}

#[test]
fn names_come_as_a_stream() {
    let server = Mock::new(roll::Dispatcher(Roll(vec!["Ada"; 70], 0)));
    let client = roll::Client::new(server.connect(1));
    assert_eq!(print_all(&client), Ok(()));
    assert_eq!(server.requests(), 1 + 70_usize.div_ceil(32));
    server.server().0.0.clear();
    let missing = Err(libipc::Error::Server(roll::Error::Missing));
    assert_eq!(print_all(&client), missing);
}

struct Tape;

impl tape::Server for Tape {
    fn read(&mut self, _: Caller, sector: u64, sectors: u32, _: u32) -> Result<u32, tape::Error> {
        match sector {
            0..64 => Ok(sectors),
            _ => Err(tape::Error::Torn),
        }
    }
}

type Read = Result<u32, libipc::Error<tape::Error>>;

fn read_two(ring: &mut ClientRing<'_, impl Wake>) -> Result<[Read; 2], Box<dyn AnyError>> {
    let mut batch = tape::Batch::new();
    let first = batch.read(0, 8, 0)?;
    let second = batch.read(64, 8, 4096)?;
    let outcomes = batch.run(ring)?;
    let (first, second) = (outcomes.of(first), outcomes.of(second));
    Ok([first, second])
}

#[test]
fn a_tape_is_read_by_batches() -> Outcome {
    let caller = Caller::new(1, 0);
    let memory = HostRing::new(4, 4096, 4096); // slots, and bytes of the two pools
    let (mut ring, _) = memory.connect(tape::Dispatcher(Tape), caller);
    let torn = libipc::Error::Server(tape::Error::Torn);
    assert_eq!(read_two(&mut ring)?, [Ok(8), Err(torn)]);
    Ok(())
}
