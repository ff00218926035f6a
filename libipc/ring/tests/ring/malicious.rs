//! A peer that writes what it likes into its own pages: no panic, no wrong table, and the
//! connection ends with a fault code.

use crate::support::{Alone, Regions};
use libipc_ring::sync::{AtomicU64, Ordering};
use libipc_ring::{Chain, Closed, Fault, Link, Outcome, Polled, Request, Step, Submission};
use proptest::prelude::*;

const HEADER: usize = 16;
const STATE: usize = 8;

fn put(words: &[AtomicU64], index: usize, value: u64) {
    words[index].store(value, Ordering::Relaxed);
}

/// The slot of the message at a position.
fn at(regions: &Regions, position: usize) -> usize {
    (position + 1) % regions.layout.capacity().slots()
}

/// Publishes a request by hand, as a client may that does not use this crate.
fn forge_request(regions: &Regions, slot: usize, sequence: u64) {
    put(&regions.client, HEADER + at(regions, slot) * 8, sequence);
}

#[test]
fn a_request_longer_than_a_slot_closes() {
    let regions = Regions::new(4);
    let mut server = regions.server(Alone);
    put(&regions.client, HEADER + at(&regions, 0) * 8 + 1, 6);
    forge_request(&regions, 0, EPOCH + 1);
    assert_eq!(server.take(), Err(Closed::Fault(Fault::LengthOutOfRange)));
}

fn forge_completion(regions: &Regions, slot: usize, sequence: u32, id: u32) {
    put(
        &regions.server,
        HEADER + at(regions, slot) * 2,
        (u64::from(id) << 32) | u64::from(sequence),
    );
}

const EPOCH: u64 = (1 << 48) + (1 << 24);
/// The identifier of the first request of the first epoch.
const FIRST: u32 = EPOCH as u32 + 1;

#[test]
fn a_chain_closes_an_end_that_knows_none_and_a_link_of_nobody_one_that_does() {
    let linked = Request::default().linked(Link::default()).words;
    for (words, expected) in [
        (linked, Ok(1)),
        (linked | 1 << 12, Err(())),
        (linked + 6, Err(())),
    ] {
        let regions = Regions::new(4);
        let mut server = regions.chaining(Alone);
        put(
            &regions.client,
            HEADER + at(&regions, 0) * 8 + 1,
            words.into(),
        );
        forge_request(&regions, 0, EPOCH + 1);
        let taken = server.serve_chains(|_, _| panic!("nothing without a link is there"));
        let count = taken.map(|(taken, linked)| linked.map_or(0, |_| taken));
        assert_eq!(count.map_err(|_| ()), expected);
    }
    let regions = Regions::new(4);
    let mut server = regions.server(Alone);
    put(
        &regions.client,
        HEADER + at(&regions, 0) * 8 + 1,
        linked.into(),
    );
    forge_request(&regions, 0, EPOCH + 1);
    let taken = server.serve(|_, _| panic!("it knows no chains"));
    assert_eq!(taken, Err(Closed::Fault(Fault::LengthOutOfRange)));
}

#[test]
fn a_request_out_of_sequence_closes() {
    let regions = Regions::new(4);
    let mut server = regions.server(Alone);
    forge_request(&regions, 0, EPOCH + 2);
    assert_eq!(server.take(), Err(Closed::Fault(Fault::ForgedSequence)));
    let code = regions.server[STATE].load(Ordering::Relaxed) as u32;
    assert_eq!(
        code,
        Fault::ForgedSequence as u32,
        "the client can read why"
    );
}

#[test]
fn a_request_of_a_later_epoch_closes() {
    let regions = Regions::new(4);
    let mut server = regions.server(Alone);
    forge_request(&regions, 0, 2 * EPOCH + 1);
    assert_eq!(server.take(), Err(Closed::Fault(Fault::ForgedSequence)));
    // The lower half is that of the next one.
    let regions = Regions::new(4);
    let mut server = regions.server(Alone);
    forge_request(&regions, 0, (1 << 60) + EPOCH + 1);
    assert_eq!(server.take(), Err(Closed::Fault(Fault::ForgedSequence)));
}

#[test]
fn more_requests_than_the_ring_holds_close() {
    let regions = Regions::new(4);
    let mut server = regions.server(Alone);
    let mut taken = Vec::new();
    for position in 0..5 {
        forge_request(&regions, position, EPOCH + 1 + position as u64);
        match server.take() {
            Ok(submission) => taken.extend(submission),
            Err(closed) => assert_eq!(closed, Closed::Fault(Fault::TooManyRequests)),
        }
    }
    assert_eq!(taken.len(), 4);
    assert!(server.closed().is_some());
}

#[test]
fn each_completion_allows_one_request_more() {
    let regions = Regions::new(4);
    let mut server = regions.server(Alone);
    for position in 0..9 {
        forge_request(&regions, position, EPOCH + 1 + position as u64);
        let taken = server.take().expect("open").expect("published");
        server.complete(taken.token, Outcome::default());
    }
}

#[test]
fn a_closed_server_takes_nothing_more() {
    let regions = Regions::new(4);
    let mut server = regions.server(Alone);
    forge_request(&regions, 0, EPOCH + 1);
    let closed = server.close(Fault::Content);
    assert_eq!(server.take(), Err(closed));
}

#[test]
fn a_batch_is_cut_where_more_requests_come_than_the_ring_holds() {
    let regions = Regions::new(4);
    let mut server = regions.server(Alone);
    let mut held = Vec::new();
    let mut taken = Vec::new();
    for position in 0..5 {
        forge_request(&regions, position, EPOCH + 1 + position as u64);
        taken.push(server.serve(|token, _| {
            held.push(token);
            None
        }));
    }
    let closed = Closed::Fault(Fault::TooManyRequests);
    assert_eq!(taken, [Ok(1), Ok(1), Ok(1), Ok(1), Err(closed)]);
    assert_eq!(held.len(), 4);
    assert_eq!(server.serve(|_, _| panic!("closed")), Err(closed));
}

#[test]
fn a_request_longer_than_a_slot_closes_in_a_batch_too() {
    let regions = Regions::new(4);
    let mut server = regions.server(Alone);
    put(&regions.client, HEADER + at(&regions, 1) * 8 + 1, 6);
    forge_request(&regions, 0, EPOCH + 1);
    forge_request(&regions, 1, EPOCH + 2);
    let mut count = 0;
    let served = server.serve(|token, _| {
        count += 1;
        Some((token, Outcome::default()))
    });
    assert_eq!(served, Err(Closed::Fault(Fault::LengthOutOfRange)));
    assert_eq!((count, server.completed()), (1, 1));
}

#[test]
fn a_forged_request_closes_in_a_batch_too() {
    let regions = Regions::new(4);
    let mut server = regions.server(Alone);
    forge_request(&regions, 0, EPOCH + 2);
    let served = server.serve(|_, _| panic!("forged"));
    assert_eq!(served, Err(Closed::Fault(Fault::ForgedSequence)));
}

#[test]
fn a_forged_completion_closes_in_a_batch_too() {
    let regions = Regions::new(4);
    let mut client = regions.client(Alone);
    client.submit(&Request::default(), 5).expect("room");
    forge_completion(&regions, 0, 1, FIRST + 1);
    let closed = Err(Closed::Fault(Fault::UnknownCompletion));
    assert_eq!(client.poll_all(|_| panic!("forged")), closed);
    assert_eq!(client.poll_all(|_| panic!("closed")), closed);
    assert_eq!(client.poll().map(|_| ()), closed);
}

#[test]
fn completions_that_nobody_asked_for_close() {
    for (id, fault) in [
        (0, Fault::UnknownCompletion),
        (0xffff, Fault::UnknownCompletion),
        (FIRST, Fault::UnknownCompletion),
    ] {
        let regions = Regions::new(4);
        let mut client = regions.client(Alone);
        forge_completion(&regions, 0, 1, id);
        assert_eq!(client.poll(), Err(Closed::Fault(fault)), "{id:#x}");
    }
}

#[test]
fn a_completion_twice_closes() {
    let regions = Regions::new(4);
    let (mut client, mut server) = (regions.client(Alone), regions.server(Alone));
    client.submit(&Request::default(), 5).expect("room");
    let taken = server.take().expect("open").expect("submitted");
    server.complete(taken.token, Outcome::default());
    assert!(matches!(client.poll(), Ok(Polled::Completion(_))));
    forge_completion(&regions, 1, 2, FIRST);
    assert_eq!(
        client.poll(),
        Err(Closed::Fault(Fault::DuplicateCompletion))
    );
    let code = regions.client[STATE].load(Ordering::Relaxed) as u32;
    assert_eq!(code, Fault::DuplicateCompletion as u32);
}

#[test]
fn a_completion_out_of_sequence_closes() {
    let regions = Regions::new(4);
    let mut client = regions.client(Alone);
    forge_completion(&regions, 0, 77, 0);
    assert_eq!(client.poll(), Err(Closed::Fault(Fault::ForgedSequence)));
}

/// Values that come near what an honest peer writes, or are anything.
fn hostile() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        0u64..8,
        (0u64..4, 0u64..8).prop_map(|(epoch, position)| epoch * EPOCH + position),
        (0u64..8, 0u64..8).prop_map(|(id, sequence)| ((u64::from(FIRST) + id) << 32) | sequence),
    ]
}

fn attack(words: usize) -> impl Strategy<Value = Vec<(usize, u64)>> {
    proptest::collection::vec((0..words, hostile()), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 400 }))]

    #[test]
    fn a_server_survives_any_client(writes in attack(HEADER + 4 * 8)) {
        let regions = Regions::new(4);
        let mut server = regions.server(Alone);
        let mut held: Vec<Submission> = Vec::new();
        let mut closed = None;
        for (index, value) in writes {
            put(&regions.client, index, value);
            let taken = match value % 2 {
                0 => server.take().map(|taken| held.extend(taken)),
                _ => server
                    .serve(|token, request| {
                        held.push(Submission { token, request });
                        None
                    })
                    .map(|_| ()),
            };
            if let Err(why) = taken {
                prop_assert_eq!(*closed.get_or_insert(why), why, "closed for ever");
            }
            prop_assert!(held.len() <= 4, "no more than the capacity is held");
            let _ = server.sleep();
            if value % 3 == 0 && let Some(taken) = held.pop() {
                server.complete(taken.token, Outcome::default());
                server.flush();
            }
        }
    }

    #[test]
    fn a_server_that_knows_chains_survives_any_client(writes in attack(HEADER + 4 * 8)) {
        let regions = Regions::new(4);
        let mut server = regions.chaining(Alone);
        let mut chain = Chain::new();
        for (position, (index, value)) in writes.into_iter().enumerate() {
            put(&regions.client, index, value);
            // Most of what is written at random is no message; this makes one of it.
            let words = 1 | value as u32 & 0x00ff_0700 | 0x100;
            put(&regions.client, HEADER + at(&regions, position) * 8 + 1, words.into());
            forge_request(&regions, position, EPOCH + 1 + position as u64);
            let all = |token, _| Some((token, Outcome::default()));
            let linked = match server.serve_chains(all) {
                Ok((_, Some(linked))) => linked,
                Ok((_, None)) => continue,
                Err(_) => break,
            };
            if value % 5 == 0 {
                server.hold(linked);
                prop_assert!(server.held().is_some());
                continue;
            }
            match chain.join(&linked.request, linked.link) {
                Ok(member) => {
                    let step = chain.step(member, &linked.request, linked.link);
                    prop_assert!(step != Step::Wait, "everything before has ended");
                    let status = u32::from(value % 3 == 0);
                    let outcome = Outcome { status, value: 1 };
                    chain.ended(member, outcome);
                    server.complete(linked.token, outcome);
                }
                Err(fault) => {
                    server.close(fault);
                }
            }
        }
    }

    #[test]
    fn a_client_survives_any_server(writes in attack(HEADER + 4 * 2)) {
        let regions = Regions::new(4);
        let mut client = regions.client(Alone);
        let mut live = std::collections::BTreeSet::new();
        let mut closed = None;
        for (tag, (index, value)) in writes.into_iter().enumerate() {
            if client.submit(&Request::default(), tag as u32).is_ok() {
                live.insert(tag as u32);
            }
            client.flush();
            put(&regions.server, index, value);
            match client.poll() {
                Ok(Polled::Completion(done)) => prop_assert!(live.remove(&done.tag)),
                Ok(Polled::Restarted) => live.clear(),
                Ok(Polled::Empty) => {}
                Err(why) => prop_assert_eq!(*closed.get_or_insert(why), why, "closed for ever"),
            }
            if closed.is_none() {
                prop_assert_eq!(client.outstanding(), live.len());
            }
        }
    }
}
