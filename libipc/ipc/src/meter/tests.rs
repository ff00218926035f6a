//! Counting methods, and telling what was counted.

use super::{POINTS, Point, method, read, trace};
use crate::codec::stub;
use crate::{Caller, Message, Transport, TransportError, Verdict, request_label};

const INTERFACE: u16 = 0x7777;

/// A server without methods: what it is asked goes the way of all that no method answers.
struct Server;

impl Transport for Server {
    fn call(&self, message: &mut Message) -> Result<Verdict, TransportError> {
        let mut received = Message::new(0);
        message.deliver_to(&mut received);
        stub::unknown(&mut received, INTERFACE);
        received.deliver_to(message);
        message.verdict()
    }

    fn send(&self, _: &mut Message) -> Result<(), TransportError> {
        Ok(())
    }
}

/// One test, because the counters are the program's.
#[test]
fn what_methods_take_is_counted_and_the_last_points_are_kept() {
    let caller = Caller::new(9, 1);
    let [first, second] = [1, 2].map(|ordinal| request_label(INTERFACE, ordinal));
    assert_eq!(read(&Server, 0), Ok(None));
    assert!(trace(&Server, 0).is_ok_and(|told| told.points.is_empty()));
    for label in [first, second, first] {
        assert_eq!(method(caller, label, || label), label);
    }
    let told = read(&Server, 0).ok().flatten().expect("it was called");
    // A host's counter stands still.
    let buckets = (told.buckets[0], told.buckets[1..].iter().sum::<u32>());
    assert_eq!((told.label, told.calls, buckets), (first, 2, (2, 0)));
    let told = read(&Server, 1).ok().flatten().expect("it was called");
    assert_eq!((told.label, told.calls), (second, 1));
    assert_eq!(read(&Server, 2), Ok(None));
    let told = trace(&Server, 2).expect("it traces");
    assert_eq!((told.first, told.points.len()), (2, 4));
    let point = |label, is_end| Point {
        when: 0,
        label,
        client: 9,
        is_end,
    };
    assert_eq!(told.points[0], point(second, false));
    assert_eq!(told.points[3], point(first, true));
    for _ in 0..POINTS {
        method(caller, second, || ());
    }
    let mut from = 0;
    let mut seen = 0;
    loop {
        let told = trace(&Server, from).expect("it traces");
        assert!(told.points.iter().all(|point| point.label == second));
        if told.points.is_empty() {
            break;
        }
        seen += told.points.len();
        from = told.first + told.points.len() as u64;
    }
    assert_eq!(seen, POINTS, "the older ones are forgotten");
    assert_eq!(from, 2 * (3 + POINTS as u64));
}

#[test]
fn requests_that_are_of_no_interface_are_refused_as_before() {
    let mut message = Message::new(request_label(0, 99));
    let refused = Server.call(&mut message);
    assert_eq!(refused, Err(TransportError::WrongInterface));
}
