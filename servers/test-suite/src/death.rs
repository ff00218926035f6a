//! The end of those who take part: servers, clients, objects, in every state.

use alloc::format;

use libipc::abi::MessageInfo;
use libipc::abi::syscall::ThreadState;
use libipc::events::{Feed, MAX_WATCHERS};
use libipc::objects::CNode;
use libipc::{CPtr, Caller, Cap, Kind, Refusal, Rights};
use test_script::{Probe, Step};

use crate::bench::Bench;
use crate::check::{Outcome, done, expect, refused};
use crate::ipc::{client, server, successor};
use crate::robot::{HIGH, LOW, Robot};
use crate::steps::{call, info, recv, reply, wait};

crate::tests! {
    the_death_of_a_server_in_any_state_ends_the_calls_to_it
    an_endpoint_whose_server_died_refuses_calls_until_a_successor_receives
    one_of_two_servers_may_die
    the_death_of_an_endpoint_ends_all_who_wait_in_it
    the_death_of_a_reply_object_ends_the_call_that_it_holds
    the_death_of_a_notification_ends_a_wait
    the_death_of_a_client_drops_its_answer
    a_thread_is_cancelled_wherever_it_waits
    the_answer_to_a_cancelled_call_is_dropped
    the_death_of_the_middle_of_a_chain_ends_the_call_at_its_head
    a_lent_scheduling_context_returns_when_the_server_dies
    a_thread_without_capabilities_or_memory_stops
    a_server_is_told_when_the_last_copy_of_a_session_is_gone
    a_client_that_dies_while_its_server_is_busy_is_told_of_before_the_next_request
    watchers_that_die_one_after_the_other_leave_their_places
    nobody_can_say_in_the_kernels_name_that_a_client_is_gone
}

fn destroy(slot: CPtr) -> Outcome {
    done("destroying", CNode::OWN.delete(slot))
}

const STATES: [ThreadState; 6] = [
    ThreadState::Receiving,
    ThreadState::Faulted,
    ThreadState::Ready,
    ThreadState::Waiting,
    ThreadState::Sending,
    ThreadState::AwaitingReply,
];

/// The steps by which a server comes into a state, behind its first Recv.
fn steps_into(state: ThreadState) -> &'static [Step] {
    static LOOP: [Step; 1] = [Step::probe(Probe::Loop, 0)];
    static FAULT: [Step; 1] = [Step::STOP];
    match state {
        ThreadState::Ready => &LOOP,
        _ => &FAULT,
    }
}

/// The system call by which a thread comes into a state, if it is one.
fn step_into(state: ThreadState) -> Option<Step> {
    match state {
        ThreadState::Waiting => Some(wait(4)),
        ThreadState::Sending => Some(call(5, info(0, 0), [0; 6])),
        ThreadState::AwaitingReply => Some(call(6, info(0, 0), [0; 6])),
        ThreadState::Receiving => Some(recv(1, 3)),
        _ => None,
    }
}

fn the_death_of_a_server_in_any_state_ends_the_calls_to_it(bench: &mut Bench) -> Outcome {
    for state in STATES {
        bench.reset()?;
        let (server, clients) = occupied(bench, state)?;
        server.is(state)?;
        clients[0].is(ThreadState::AwaitingReply)?;
        destroy(server.thread.cptr())?;
        for client in clients {
            bench
                .finished(client)
                .map_err(|reason| format!("server {state:?}: {reason}"))?;
            refused("the call", client.step(0).status, Refusal::Dead)?;
        }
    }
    Ok(())
}

/// A server in a state, which owes an answer to the first of two clients and has not received the second; one
/// that is receiving has received both.
fn occupied(bench: &mut Bench, state: ThreadState) -> Outcome<(Robot, [Robot; 2])> {
    let priority = if state == ThreadState::Ready {
        LOW
    } else {
        HIGH
    };
    let (server, endpoint) = server(bench, priority)?;
    let notification: CPtr = bench.object(Kind::Notification, 0)?;
    server.give(4, notification, Rights::all())?;
    let nobody: CPtr = bench.object(Kind::Endpoint, 0)?;
    server.give(5, nobody, Rights::all())?;
    let (silent, busy) = crate::ipc::server(bench, HIGH)?;
    bench.run(silent, &[recv(1, 2), wait(4)])?;
    let never: CPtr = bench.object(Kind::Notification, 0)?;
    silent.give(4, never, Rights::all())?;
    server.give(6, busy, Rights::all())?;
    let second: CPtr = bench.object(Kind::Reply, 0)?;
    server.give(3, second, Rights::all())?;
    let mut script = alloc::vec![recv(1, 2)];
    script.extend(step_into(state));
    if state == ThreadState::Receiving {
        script.push(recv(1, 0));
    }
    script.extend(steps_into(state));
    bench.run(server, &script)?;
    let clients = [
        client(bench, HIGH, endpoint)?,
        client(bench, HIGH, endpoint)?,
    ];
    for client in clients {
        bench.run(client, &[call(1, info(0, 0), [0; 6]), Step::STOP])?;
        bench.pass(2_000_000)?;
    }
    Ok((server, clients))
}

fn an_endpoint_whose_server_died_refuses_calls_until_a_successor_receives(
    bench: &mut Bench,
) -> Outcome {
    let (server, endpoint) = server(bench, HIGH)?;
    bench.run(server, &[recv(1, 2), Step::STOP])?;
    destroy(server.thread.cptr())?;
    let called = || weft_sys::call(endpoint, info(0, 0), [0; 6]);
    expect("a call", called(), Err(Refusal::Dead))?;
    let next = successor(bench, HIGH, endpoint)?;
    expect("a call before it receives", called(), Err(Refusal::Dead))?;
    bench.run(
        next,
        &[recv(1, 2), reply(2, info(4, 0), [0; 6]), Step::STOP],
    )?;
    let answer = done("a call to the successor", called())?;
    expect("its answer", answer.info.label(), 4)
}

fn one_of_two_servers_may_die(bench: &mut Bench) -> Outcome {
    let (first, endpoint) = server(bench, HIGH)?;
    let second = successor(bench, HIGH, endpoint)?;
    for robot in [first, second] {
        bench.run(
            robot,
            &[recv(1, 2), reply(2, info(4, 0), [0; 6]), Step::STOP],
        )?;
    }
    destroy(first.thread.cptr())?;
    let called = weft_sys::call(endpoint, info(0, 0), [0; 6]);
    expect("the answer", done("a call", called)?.info.label(), 4)
}

fn the_death_of_an_endpoint_ends_all_who_wait_in_it(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let clients = [
        client(bench, HIGH, endpoint)?,
        client(bench, HIGH, endpoint)?,
    ];
    for client in clients {
        bench.run(client, &[call(1, info(0, 0), [0; 6]), Step::STOP])?;
    }
    let (server, served) = server(bench, HIGH)?;
    bench.run(server, &[recv(1, 2), Step::STOP])?;
    destroy(endpoint)?;
    destroy(served)?;
    for robot in [clients[0], clients[1], server] {
        bench.finished(robot)?;
        refused("what it waited for", robot.step(0).status, Refusal::Dead)?;
        let left = done("looking", robot.cnode.inspect(CPtr(1)))?;
        expect("the capability", left, None)?;
    }
    Ok(())
}

fn the_death_of_a_reply_object_ends_the_call_that_it_holds(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let own_reply: CPtr = bench.object(Kind::Reply, 0)?;
    let client = client(bench, HIGH, endpoint)?;
    bench.run(client, &[call(1, info(0, 0), [0; 6]), Step::STOP])?;
    done("receiving", weft_sys::recv(endpoint, own_reply))?;
    destroy(own_reply)?;
    bench.finished(client)?;
    refused("the call", client.step(0).status, Refusal::Dead)
}

fn the_death_of_a_notification_ends_a_wait(bench: &mut Bench) -> Outcome {
    let notification: CPtr = bench.object(Kind::Notification, 0)?;
    let waiter = bench.robot(HIGH)?;
    waiter.give(1, notification, Rights::all())?;
    bench.run(waiter, &[wait(1), Step::STOP])?;
    waiter.is(ThreadState::Waiting)?;
    destroy(notification)?;
    bench.finished(waiter)?;
    refused("the wait", waiter.step(0).status, Refusal::Dead)
}

fn the_death_of_a_client_drops_its_answer(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let own_reply: CPtr = bench.object(Kind::Reply, 0)?;
    let first = client(bench, HIGH, endpoint)?;
    bench.run(first, &[call(1, info(0, 0), [0; 6]), Step::STOP])?;
    done("receiving", weft_sys::recv(endpoint, own_reply))?;
    destroy(first.thread.cptr())?;
    let answered = weft_sys::reply(own_reply, info(0, 0), [0; 6]);
    expect("the answer", answered, Err(Refusal::Empty))?;
    let second = client(bench, HIGH, endpoint)?;
    bench.run(second, &[call(1, info(0, 0), [0; 6]), Step::STOP])?;
    let received = done("receiving again", weft_sys::recv(endpoint, own_reply))?;
    expect("the next client", received.badge, second.number)
}

fn a_thread_is_cancelled_wherever_it_waits(bench: &mut Bench) -> Outcome {
    let states = [
        ThreadState::Receiving,
        ThreadState::Waiting,
        ThreadState::Sending,
        ThreadState::AwaitingReply,
    ];
    for state in states {
        bench.reset()?;
        let robot = waiting_in(bench, state)?;
        robot.is(state)?;
        done("suspending", robot.thread.suspend())?;
        robot.is(ThreadState::Suspended)?;
        done("resuming", robot.thread.resume())?;
        bench.finished(robot)?;
        refused(
            "what it waited for",
            robot.step(0).status,
            Refusal::Cancelled,
        )?;
    }
    Ok(())
}

/// A robot that waits in a state, with nobody who would end it.
fn waiting_in(bench: &mut Bench, state: ThreadState) -> Outcome<Robot> {
    let (silent, busy) = server(bench, HIGH)?;
    let never: CPtr = bench.object(Kind::Notification, 0)?;
    silent.give(4, never, Rights::all())?;
    bench.run(silent, &[recv(1, 2), wait(4)])?;
    let nobody: CPtr = bench.object(Kind::Endpoint, 0)?;
    let robot = bench.robot(HIGH)?;
    let notification: CPtr = bench.object(Kind::Notification, 0)?;
    robot.give(1, nobody, Rights::all())?;
    robot.give(4, notification, Rights::all())?;
    robot.give(5, nobody, Rights::all())?;
    robot.give(6, busy, Rights::all())?;
    let second: CPtr = bench.object(Kind::Reply, 0)?;
    robot.give(3, second, Rights::all())?;
    let step = step_into(state).ok_or("no such way to wait")?;
    bench.run(robot, &[step, Step::STOP])?;
    Ok(robot)
}

fn the_answer_to_a_cancelled_call_is_dropped(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let own_reply: CPtr = bench.object(Kind::Reply, 0)?;
    let client = client(bench, HIGH, endpoint)?;
    bench.run(client, &[call(1, info(0, 0), [0; 6]), Step::STOP])?;
    done("receiving", weft_sys::recv(endpoint, own_reply))?;
    done("suspending", client.thread.suspend())?;
    let answered = weft_sys::reply(own_reply, info(9, 1), [9; 6]);
    expect("the answer", answered, Err(Refusal::Empty))?;
    done("resuming", client.thread.resume())?;
    bench.finished(client)?;
    refused("the call", client.step(0).status, Refusal::Cancelled)
}

fn the_death_of_the_middle_of_a_chain_ends_the_call_at_its_head(bench: &mut Bench) -> Outcome {
    let (last, third) = server(bench, HIGH)?;
    let never: CPtr = bench.object(Kind::Notification, 0)?;
    last.give(4, never, Rights::all())?;
    bench.run(last, &[recv(1, 2), wait(4), Step::STOP])?;
    let (middle, second) = server(bench, HIGH)?;
    middle.give(5, third, Rights::all())?;
    let on = call(5, info(0, 0), [0; 6]);
    bench.run(middle, &[recv(1, 2), on, Step::STOP])?;
    done("taking the last one's time", last.sched.unbind())?;
    done("taking the middle's time", middle.sched.unbind())?;
    let head = client(bench, HIGH, second)?;
    bench.run(head, &[call(1, info(0, 0), [0; 6]), Step::STOP])?;
    last.is(ThreadState::Waiting)?;
    middle.is(ThreadState::AwaitingReply)?;
    destroy(middle.thread.cptr())?;
    bench.finished(head)?;
    refused("the call", head.step(0).status, Refusal::Dead)?;
    last.is(ThreadState::Waiting)
}

fn a_lent_scheduling_context_returns_when_the_server_dies(bench: &mut Bench) -> Outcome {
    let (server, endpoint) = server(bench, HIGH)?;
    bench.run(server, &[recv(1, 2), Step::STOP])?;
    done("taking its time", server.sched.unbind())?;
    let client = client(bench, HIGH, endpoint)?;
    let calls = [
        call(1, info(0, 0), [0; 6]),
        call(1, info(0, 0), [0; 6]),
        Step::STOP,
    ];
    bench.run(client, &calls)?;
    client.is(ThreadState::AwaitingReply)?;
    destroy(server.thread.cptr())?;
    bench.finished(client)?;
    for index in [0, 1] {
        refused("a call", client.step(index).status, Refusal::Dead)?;
    }
    Ok(())
}

fn a_thread_without_capabilities_or_memory_stops(bench: &mut Bench) -> Outcome {
    let robot = bench.robot(LOW)?;
    bench.run(robot, &[Step::probe(Probe::Loop, 0)])?;
    robot.is(ThreadState::Ready)?;
    destroy(robot.cnode.cptr())?;
    robot.is(ThreadState::Suspended)?;
    let resumed = robot.thread.resume();
    expect("resuming it", resumed, Err(Refusal::NotConfigured))
}

/// What the suite is told as the server of an endpoint.
fn told(endpoint: CPtr, reply: CPtr) -> Outcome<u64> {
    let received = done("being told", weft_sys::recv(endpoint, reply))?;
    expect("what is told", received.info, MessageInfo::gone())?;
    expect("its words", received.words, [0; 6])?;
    Ok(received.badge)
}

/// A robot that holds the only copy of a session with this badge, and the session.
fn connected(bench: &mut Bench, endpoint: CPtr, badge: u64) -> Outcome<(Robot, CPtr)> {
    let session: CPtr = bench.mint(endpoint, badge)?;
    let robot = bench.robot(HIGH)?;
    robot.give(1, session, Rights::WRITE | Rights::GRANT)?;
    Ok((robot, session))
}

fn untold(session: CPtr) -> Outcome<bool> {
    let held = done("looking at a session", CNode::OWN.inspect(session))?;
    Ok(held.ok_or("the session is gone")?.untold)
}

fn a_server_is_told_when_the_last_copy_of_a_session_is_gone(bench: &mut Bench) -> Outcome {
    let (server, endpoint) = server(bench, HIGH)?;
    bench.run(server, &[recv(1, 2), Step::STOP])?;
    let (client, session) = connected(bench, endpoint, 70)?;
    let copy: CPtr = bench.copy(session, Rights::all())?;
    destroy(client.cnode.cptr())?;
    server.is(ThreadState::Receiving)?;
    destroy(copy)?;
    bench.finished(server)?;
    let step = server.step(0);
    let wanted = [70, MessageInfo::gone().0, 0, 0, 0, 0, 0, 0];
    expect("what the server received", &step.results[..8], &wanted)?;
    expect("whether it is to be told", untold(session)?, false)
}

fn a_client_that_dies_while_its_server_is_busy_is_told_of_before_the_next_request(
    bench: &mut Bench,
) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let own_reply: CPtr = bench.object(Kind::Reply, 0)?;
    let (first, session) = connected(bench, endpoint, 71)?;
    let (second, other) = connected(bench, endpoint, 72)?;
    let asker = client(bench, HIGH, endpoint)?;
    bench.run(asker, &[call(1, info(5, 0), [0; 6]), Step::STOP])?;
    asker.is(ThreadState::Sending)?;
    for robot in [second, first] {
        destroy(robot.thread.cptr())?;
        destroy(robot.cnode.cptr())?;
    }
    let waiting = [untold(session)?, untold(other)?];
    expect("whether they are to be told", waiting, [true, true])?;
    expect("who was gone first", told(endpoint, own_reply)?, 72)?;
    expect("who was gone next", told(endpoint, own_reply)?, 71)?;
    let asked = done("the request", weft_sys::recv(endpoint, own_reply))?;
    expect(
        "who asks",
        (asked.badge, asked.info),
        (asker.number, info(5, 0)),
    )
}

fn watchers_that_die_one_after_the_other_leave_their_places(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let own_reply: CPtr = bench.object(Kind::Reply, 0)?;
    let mut feed: Feed<u64> = Feed::new();
    for badge in 1..=3 * MAX_WATCHERS as u64 {
        let (robot, _) = connected(bench, endpoint, badge)?;
        let watches = feed.watch(Caller::from_badge(badge), Cap::from_slot(CPtr::NULL));
        expect("whether there is room", watches, true)?;
        destroy(robot.cnode.cptr())?;
        let gone = told(endpoint, own_reply)?;
        expect("who is gone", gone, badge)?;
        feed.forget(Caller::from_badge(gone));
    }
    expect("whether anybody watches", feed.is_watched(), false)
}

fn nobody_can_say_in_the_kernels_name_that_a_client_is_gone(bench: &mut Bench) -> Outcome {
    let endpoint: CPtr = bench.object(Kind::Endpoint, 0)?;
    let badged: CPtr = bench.mint(endpoint, 73)?;
    for word in [MessageInfo::gone(), MessageInfo(MessageInfo::gone().0 | 1)] {
        let sent = weft_sys::send(badged, word, [0; 6]);
        expect("a send", sent, Err(Refusal::InvalidArgument))?;
        let called = weft_sys::call(badged, word, [0; 6]);
        expect("a call", called, Err(Refusal::InvalidArgument))?;
    }
    Ok(())
}
