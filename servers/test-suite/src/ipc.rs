//! Messages: what arrives where, with what.

use libipc::abi::message::{CAPS_IN, CapItem};
use libipc::abi::syscall::ThreadState;
use libipc::abi::{MAX_WORDS, MessageInfo};
use libipc::objects::{CNode, Notification, Untyped};
use libipc::{CPtr, Kind, Refusal, Rights};
use test_script::Step;
use weft_sys::page;

use crate::bench::{Bench, READ_WRITE};
use crate::check::{Outcome, done, expect, refused};
use crate::robot::{HIGH, Robot};
use crate::steps::{call, info, recv, reply, reply_recv, send};

crate::tests! {
    a_call_brings_badge_label_and_words_and_is_answered
    a_caller_waits_until_it_is_received_and_then_for_its_answer
    a_long_message_arrives_whole_in_both_directions
    a_capability_travels_with_a_call_and_with_an_answer
    a_capability_is_not_sent_without_the_right_to_grant
    an_occupied_slot_receives_no_capability
    untyped_memory_moves_with_a_message_but_is_not_copied
    answers_may_be_given_in_any_order
    one_trap_answers_and_receives
    a_send_waits_for_a_receiver_but_for_no_answer
    a_call_to_one_who_cannot_answer_is_refused
    an_information_word_with_unknown_bits_is_refused
    an_endpoint_is_used_only_as_its_capability_allows
    a_badge_is_given_once
    an_answer_is_given_once
    a_reply_object_in_use_is_not_used_again
    a_server_without_time_runs_on_that_of_its_caller
    a_flood_of_messages_is_received_one_by_one
}

const CLIENT: u32 = 1;
const REPLY: u32 = 2;
const WORDS: [u64; 6] = [1, 2, 3, 4, 5, u64::MAX];

/// A robot that serves an endpoint, with a reply object, and the endpoint.
pub(crate) fn server(bench: &mut Bench, priority: u8) -> Outcome<(Robot, CPtr)> {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let robot = successor(bench, priority, endpoint)?;
    Ok((robot, endpoint))
}

/// A robot that can serve a given endpoint.
pub(crate) fn successor(bench: &mut Bench, priority: u8, endpoint: CPtr) -> Outcome<Robot> {
    let robot = bench.robot(priority)?;
    robot.give(CLIENT, endpoint, Rights::READ)?;
    let reply: CPtr = bench.object(Kind::Reply, 0)?;
    robot.give(REPLY, reply, READ_WRITE)?;
    Ok(robot)
}

/// A robot that can call an endpoint, with its number as badge.
pub(crate) fn client(bench: &mut Bench, priority: u8, endpoint: CPtr) -> Outcome<Robot> {
    let robot = bench.robot(priority)?;
    let rights = Rights::WRITE | Rights::GRANT;
    robot.give_badged(CLIENT, endpoint, rights, robot.number)?;
    Ok(robot)
}

fn a_call_brings_badge_label_and_words_and_is_answered(bench: &mut Bench) -> Outcome {
    let (server, endpoint) = server(bench, HIGH)?;
    let answer = [10, 11, 0, 0, 0, 0];
    bench.run(
        server,
        &[recv(1, 2), reply(2, info(7, 2), answer), Step::STOP],
    )?;
    server.is(ThreadState::Receiving)?;
    let badged: CPtr = bench.mint(endpoint, 77)?;
    let received = done("the call", weft_sys::call(badged, info(3, 6), WORDS))?;
    expect("the answer", received.words, answer)?;
    expect("its information", received.info, info(7, 2))?;
    let step = server.step(0);
    expect("the badge", step.results[0], 77)?;
    expect("the information", step.results[1], info(3, 6).0)?;
    expect("the words", &step.results[2..8], &WORDS)?;
    bench.finished(server)
}

fn a_caller_waits_until_it_is_received_and_then_for_its_answer(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let own_reply: CPtr = bench.object(Kind::Reply, 0)?;
    let client = client(bench, HIGH, endpoint)?;
    bench.run(client, &[call(1, info(5, 1), [9; 6]), Step::STOP])?;
    client.is(ThreadState::Sending)?;
    let received = done("receiving", weft_sys::recv(endpoint, own_reply))?;
    expect("the badge", received.badge, client.number)?;
    expect("all register words", received.words, [9; 6])?;
    client.is(ThreadState::AwaitingReply)?;
    done("answering", weft_sys::reply(own_reply, info(6, 0), [1; 6]))?;
    bench.finished(client)?;
    let step = client.step(0);
    expect("the status", step.status, 0)?;
    expect("the label", MessageInfo(step.results[1]).label(), 6)?;
    expect("all register words back", &step.results[2..8], &[1; 6])
}

fn a_long_message_arrives_whole_in_both_directions(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let own_reply: CPtr = bench.object(Kind::Reply, 0)?;
    let client = client(bench, HIGH, endpoint)?;
    (6..MAX_WORDS).for_each(|index| client.set_word(index, index as u64 * 3));
    bench.run(client, &[call(1, info(5, MAX_WORDS), WORDS), Step::STOP])?;
    let received = done("receiving", weft_sys::recv(endpoint, own_reply))?;
    expect("the length", received.info.words(), MAX_WORDS)?;
    for index in 6..MAX_WORDS {
        expect("a word", page::read(index), Some(index as u64 * 3))?;
        page::write(index, index as u64 * 5);
    }
    let answer = info(0, MAX_WORDS);
    done("answering", weft_sys::reply(own_reply, answer, WORDS))?;
    (6..MAX_WORDS)
        .try_for_each(|index| expect("a word back", client.word(index), index as u64 * 5))?;
    bench.finished(client)
}

/// Receives with `slot` named for a capability, then names again what was named before.
fn receive_into(endpoint: CPtr, own_reply: CPtr, slot: CPtr) -> Outcome<weft_sys::Received> {
    let before = page::read(CAPS_IN).unwrap_or(0);
    page::set_receive_slot(0, slot);
    let received = weft_sys::recv(endpoint, own_reply);
    page::set_receive_slot(0, CPtr(before as u32));
    done("receiving", received)
}

fn a_capability_travels_with_a_call_and_with_an_answer(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let own_reply: CPtr = bench.object(Kind::Reply, 0)?;
    let notification: CPtr = bench.object(Kind::Notification, 0)?;
    let client = client(bench, HIGH, endpoint)?;
    client.give_badged(5, notification, Rights::all(), 4)?;
    client.send_cap(0, CapItem::copied(CPtr(5), Rights::WRITE));
    client.receive_cap(0, 9);
    let with_one = MessageInfo::new(1, 0, 1);
    bench.run(client, &[call(1, with_one, [0; 6]), Step::STOP])?;
    let slot = bench.slot();
    let received = receive_into(endpoint, own_reply, slot)?;
    expect("what arrived", received.info.caps(), 1)?;
    done("signalling with it", Notification::from(slot).signal())?;
    let word = Notification::from(notification).poll();
    expect("the signal", word, Ok(4))?;
    let polled = Notification::from(slot).poll();
    expect(
        "a right that was not given",
        polled,
        Err(Refusal::NotPermitted),
    )?;
    page::put_cap(0, CapItem::moved(slot));
    done("answering", weft_sys::reply(own_reply, with_one, [0; 6]))?;
    expect("the slot it left", CNode::OWN.inspect(slot), Ok(None))?;
    let there = done("looking", client.cnode.inspect(CPtr(9)))?.ok_or("nothing came back")?;
    expect(
        "what came back",
        (there.kind, there.badge),
        (Kind::Notification, 4),
    )?;
    bench.finished(client)
}

fn a_capability_is_not_sent_without_the_right_to_grant(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let client = bench.robot(HIGH)?;
    client.give(1, endpoint, Rights::WRITE)?;
    client.send_cap(0, CapItem::moved(CPtr(1)));
    let with_one = MessageInfo::new(1, 0, 1);
    bench.run(client, &[call(1, with_one, [0; 6]), Step::STOP])?;
    bench.finished(client)?;
    refused("the call", client.step(0).status, Refusal::NotPermitted)
}

fn an_occupied_slot_receives_no_capability(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let own_reply: CPtr = bench.object(Kind::Reply, 0)?;
    let client = client(bench, HIGH, endpoint)?;
    client.send_cap(0, CapItem::moved(CPtr(1)));
    let with_one = MessageInfo::new(1, 0, 1);
    bench.run(client, &[call(1, with_one, [0; 6]), Step::STOP])?;
    let received = receive_into(endpoint, own_reply, endpoint)?;
    expect("what arrived", received.info.caps(), 0)?;
    let kept = done("looking", client.cnode.inspect(CPtr(1)))?;
    expect("the sender keeps it", kept.is_some(), true)
}

fn untyped_memory_moves_with_a_message_but_is_not_copied(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let own_reply: CPtr = bench.object(Kind::Reply, 0)?;
    let client = client(bench, HIGH, endpoint)?;
    let made = bench
        .given
        .memory
        .retype(Kind::Untyped, 12, client.cnode, CPtr(4));
    done("making memory", made)?;
    let with_one = MessageInfo::new(1, 0, 1);
    let slot = bench.slot();
    for (item, arrives) in [
        (CapItem::copied(CPtr(4), Rights::all()), 0),
        (CapItem::moved(CPtr(4)), 1),
    ] {
        client.send_cap(0, item);
        bench.run(client, &[call(1, with_one, [0; 6]), Step::STOP])?;
        let received = receive_into(endpoint, own_reply, slot)?;
        expect("what arrived", received.info.caps(), arrives)?;
        done("answering", weft_sys::reply(own_reply, info(0, 0), [0; 6]))?;
        bench.finished(client)?;
        done("stopping", client.thread.suspend())?;
    }
    expect(
        "its size",
        done("describing", Untyped::from(slot).describe())?.size,
        12,
    )
}

fn answers_may_be_given_in_any_order(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let mut waiting = [(None, CPtr::NULL); 3];
    for place in &mut waiting {
        let own_reply: CPtr = bench.object(Kind::Reply, 0)?;
        let client = client(bench, HIGH, endpoint)?;
        bench.run(client, &[call(1, info(0, 0), [0; 6]), Step::STOP])?;
        done("receiving", weft_sys::recv(endpoint, own_reply))?;
        *place = (Some(client), own_reply);
    }
    for index in [1, 2, 0] {
        let (Some(client), own_reply) = waiting[index] else {
            continue;
        };
        client.is(ThreadState::AwaitingReply)?;
        let words = [client.number; 6];
        done("answering", weft_sys::reply(own_reply, info(0, 1), words))?;
        bench.finished(client)?;
        expect("its own answer", client.step(0).results[2], client.number)?;
    }
    Ok(())
}

fn one_trap_answers_and_receives(bench: &mut Bench) -> Outcome {
    let (server, endpoint) = server(bench, HIGH)?;
    let answer = |word| reply_recv(1, info(0, 1), [word, 0, 0, 0, 0, 0], 2);
    bench.run(server, &[recv(1, 2), answer(100), answer(200), Step::STOP])?;
    for (sent, wanted) in [(1, 100), (2, 200)] {
        let received = done(
            "the call",
            weft_sys::call(endpoint, info(0, 1), [sent, 0, 0, 0, 0, 0]),
        )?;
        expect("the answer", received.words[0], wanted)?;
    }
    server.is(ThreadState::Receiving)?;
    expect("the second request", server.step(1).results[2], 2)
}

fn a_send_waits_for_a_receiver_but_for_no_answer(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let client = client(bench, HIGH, endpoint)?;
    bench.run(client, &[send(1, info(8, 6), WORDS), Step::STOP])?;
    client.is(ThreadState::Sending)?;
    let received = done("receiving", weft_sys::recv(endpoint, CPtr::NULL))?;
    expect("the words", received.words, WORDS)?;
    bench.finished(client)?;
    expect("the status", client.step(0).status, 0)
}

fn a_call_to_one_who_cannot_answer_is_refused(bench: &mut Bench) -> Outcome {
    let (server, endpoint) = server(bench, HIGH)?;
    bench.run(server, &[recv(1, 0), Step::STOP])?;
    let called = weft_sys::call(endpoint, info(0, 0), [0; 6]);
    expect("the call", called, Err(Refusal::NotConfigured))
}

fn an_information_word_with_unknown_bits_is_refused(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    for word in [
        257,
        511,
        5 << 9,
        1 << 13,
        1 << 16,
        1 << 17,
        1 << 19,
        1 << 31,
    ] {
        let called = weft_sys::call(endpoint, MessageInfo(word), [0; 6]);
        expect("the call", called, Err(Refusal::InvalidArgument))?;
    }
    Ok(())
}

fn an_endpoint_is_used_only_as_its_capability_allows(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let other: CPtr = bench.object(Kind::Notification, 0)?;
    let read: CPtr = bench.copy(endpoint, Rights::READ)?;
    let write: CPtr = bench.copy(endpoint, Rights::WRITE)?;
    let called = |slot| weft_sys::call(slot, info(0, 0), [0; 6]);
    let received = |slot| weft_sys::recv(slot, CPtr::NULL);
    expect("to call", called(read), Err(Refusal::NotPermitted))?;
    expect("to receive", received(write), Err(Refusal::NotPermitted))?;
    expect("another kind", called(other), Err(Refusal::WrongKind))?;
    expect(
        "an empty slot",
        called(bench.slot()),
        Err(Refusal::NoCapability),
    )?;
    expect("slot 0", called(CPtr::NULL), Err(Refusal::NoCapability))?;
    expect(
        "a slot beyond",
        called(CPtr(1 << 20)),
        Err(Refusal::NoCapability),
    )
}

fn a_badge_is_given_once(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let badged: CPtr = bench.mint(endpoint, 5)?;
    let slot = bench.slot();
    let own = CNode::OWN;
    let again = own.mint(slot, own, badged, Rights::all(), 6);
    expect("another badge", again, Err(Refusal::AlreadyBadged))?;
    let zero = own.mint(slot, own, endpoint, Rights::all(), 0);
    expect("badge 0", zero, Err(Refusal::InvalidArgument))?;
    let copy: CPtr = bench.copy(badged, Rights::all())?;
    let found = done("looking", own.inspect(copy))?.ok_or("no copy")?;
    expect("the copy's badge", found.badge, 5)
}

fn an_answer_is_given_once(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let own_reply: CPtr = bench.object(Kind::Reply, 0)?;
    let client = client(bench, HIGH, endpoint)?;
    bench.run(client, &[call(1, info(0, 0), [0; 6]), Step::STOP])?;
    done("receiving", weft_sys::recv(endpoint, own_reply))?;
    let answer = || weft_sys::reply(own_reply, info(0, 0), [0; 6]);
    done("answering", answer())?;
    expect("answering again", answer(), Err(Refusal::Empty))
}

fn a_reply_object_in_use_is_not_used_again(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let own_reply: CPtr = bench.object(Kind::Reply, 0)?;
    for _ in 0..2 {
        let client = client(bench, HIGH, endpoint)?;
        bench.run(client, &[call(1, info(0, 0), [0; 6]), Step::STOP])?;
    }
    done("receiving", weft_sys::recv(endpoint, own_reply))?;
    let again = weft_sys::recv(endpoint, own_reply);
    expect("receiving again", again, Err(Refusal::Busy))
}

fn a_server_without_time_runs_on_that_of_its_caller(bench: &mut Bench) -> Outcome {
    let (server, endpoint) = server(bench, HIGH)?;
    let answer = reply_recv(1, info(0, 1), [42; 6], 2);
    bench.run(server, &[recv(1, 2), answer, Step::go_to(1)])?;
    server.is(ThreadState::Receiving)?;
    done("taking its time", server.sched.unbind())?;
    for _ in 0..3 {
        let received = done("the call", weft_sys::call(endpoint, info(0, 0), [0; 6]))?;
        expect("the answer", received.words[0], 42)?;
        server.is(ThreadState::Receiving)?;
    }
    Ok(())
}

fn a_flood_of_messages_is_received_one_by_one(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let floods = [
        client(bench, HIGH, endpoint)?,
        client(bench, HIGH, endpoint)?,
    ];
    for flood in floods {
        bench.run(flood, &[send(1, info(0, 1), [7; 6]), Step::go_to(0)])?;
    }
    let mut count = [0; 2];
    for _ in 0..200 {
        let received = done("receiving", weft_sys::recv(endpoint, CPtr::NULL))?;
        expect("the word", received.words[0], 7)?;
        let from = floods
            .iter()
            .position(|flood| flood.number == received.badge);
        count[from.ok_or("a badge that nobody has")?] += 1;
    }
    expect(
        "both are served",
        count.iter().all(|count| *count > 20),
        true,
    )
}
