//! Events: what a server tells its clients without being asked.
//!
//! Each client that watches has a queue of its own in the server, of fixed length, and a notification that is
//! signalled when an event comes and none was waiting: however many come before the client looks, it is woken
//! once, and one request takes eight of them; if it leaves some, it is woken again. A server never waits for a client. For one that is slow, the
//! events that do not fit its queue are lost and counted, and the count comes before the events that do: events
//! are hints to look at the truth again, which some other method tells. The memory is the server's, and fixed; the place
//! of a client that is gone is free at once ([`Feed::forget`]).
//!
//! The generated `Server` trait asks for a [`Feed`] and does the rest; behind a [`Router`](crate::Router) the server
//! forgets clients that are gone itself, because the router does not know which of its interfaces has events.

use core::fmt;

use heapless::{Deque, Vec};

use crate::codec::List;
use crate::objects::Notification;
use crate::{Caller, Cap};

/// How many clients of a server can watch.
pub const MAX_WATCHERS: usize = 8;
/// How many events wait for a client.
pub const QUEUE: usize = 16;
/// Told as the number of lost events to a client that does not watch.
pub const NOT_WATCHING: u32 = u32::MAX;

/// The events that a server's clients have not taken yet.
pub struct Feed<T> {
    watchers: Vec<Watcher<T>, MAX_WATCHERS>,
}

struct Watcher<T> {
    caller: Caller,
    arrival: Cap<Notification>,
    queue: Deque<T, QUEUE>,
    lost: u32,
}

impl<T> Feed<T> {
    /// A feed that nobody watches.
    pub const fn new() -> Self {
        Self {
            watchers: Vec::new(),
        }
    }

    /// Whether anybody watches.
    pub fn is_watched(&self) -> bool {
        !self.watchers.is_empty()
    }

    /// Lets a client watch from now on. If there is no room, a watcher that has lost events gives way: it does not look.
    pub fn watch(&mut self, caller: Caller, arrival: Cap<Notification>) -> bool {
        self.watchers.retain(|watcher| watcher.caller != caller);
        if self.watchers.is_full() {
            let behind = self.watchers.iter().position(|watcher| watcher.lost > 0);
            let Some(behind) = behind else {
                return false;
            };
            // If it lives, it asks, and is told that it does not watch.
            self.watchers.swap_remove(behind).wake();
        }
        let watcher = Watcher {
            caller,
            arrival,
            queue: Deque::new(),
            lost: 0,
        };
        self.watchers.push(watcher).is_ok()
    }

    /// Frees the place of a client that is gone, if it watched.
    pub fn forget(&mut self, client: Caller) {
        self.watchers.retain(|watcher| watcher.caller != client);
    }

    /// Takes a client's next events, and how many were lost before them.
    pub fn take<const N: usize>(&mut self, caller: Caller) -> (List<T, N>, u32) {
        let Some(watcher) = self.watcher(caller) else {
            return (List::new(), NOT_WATCHING);
        };
        let count = watcher.queue.len().min(N);
        let events = core::iter::from_fn(|| watcher.queue.pop_front());
        let events = events.take(count).collect();
        if !watcher.queue.is_empty() {
            // A client that asks no further now is woken again.
            watcher.wake();
        }
        (events, core::mem::take(&mut watcher.lost))
    }

    fn watcher(&mut self, caller: Caller) -> Option<&mut Watcher<T>> {
        let mut watchers = self.watchers.iter_mut();
        watchers.find(|watcher| watcher.caller == caller)
    }
}

impl<T: Clone> Feed<T> {
    /// Tells every client that watches.
    pub fn tell(&mut self, event: &T) {
        for watcher in &mut self.watchers {
            watcher.add(event.clone());
        }
    }

    /// Tells one client, if it watches.
    pub fn tell_to(&mut self, caller: Caller, event: T) {
        if let Some(watcher) = self.watcher(caller) {
            watcher.add(event);
        }
    }
}

impl<T> Watcher<T> {
    fn add(&mut self, event: T) {
        let is_first = self.queue.is_empty();
        if self.queue.push_back(event).is_err() {
            // One less than the number that means something else.
            self.lost = self.lost.saturating_add(1).min(NOT_WATCHING - 1);
        } else if is_first {
            self.wake();
        }
    }

    fn wake(&self) {
        // Refused only if the client is gone, and then it will be forgotten.
        let _ = self.arrival.object().signal();
    }
}

impl<T> Default for Feed<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Feed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Feed({} watchers)", self.watchers.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_abi::CPtr;

    fn watcher(feed: &mut Feed<u32>, client: u32) -> bool {
        feed.watch(Caller::new(client, 0), Cap::from_slot(CPtr(client)))
    }

    fn take(feed: &mut Feed<u32>, client: u32) -> (Vec<u32, 8>, u32) {
        feed.take(Caller::new(client, 0))
    }

    #[test]
    fn each_watcher_takes_the_events_since_it_began_in_their_order() {
        let mut feed = Feed::new();
        assert!(watcher(&mut feed, 1));
        feed.tell(&10);
        assert!(watcher(&mut feed, 2));
        feed.tell(&11);
        feed.tell_to(Caller::new(2, 0), 12);
        assert_eq!(take(&mut feed, 1), (Vec::from_array([10, 11]), 0));
        assert_eq!(take(&mut feed, 2), (Vec::from_array([11, 12]), 0));
        assert_eq!(take(&mut feed, 2), (Vec::new(), 0));
        assert_eq!(take(&mut feed, 3), (Vec::new(), NOT_WATCHING));
    }

    #[test]
    fn what_a_slow_client_does_not_take_is_lost_and_counted_and_others_lose_nothing() {
        let mut feed = Feed::new();
        assert!(watcher(&mut feed, 1) && watcher(&mut feed, 2));
        for event in 0..20 {
            feed.tell(&event);
            assert_eq!(take(&mut feed, 2).0, [event]);
        }
        assert_eq!(take(&mut feed, 1), ((0..8).collect(), 4));
        assert_eq!(take(&mut feed, 1), ((8..16).collect(), 0));
        feed.tell(&20);
        assert_eq!(take(&mut feed, 1), (Vec::from_array([20]), 0));
    }

    #[test]
    fn clients_that_are_gone_leave_their_places_to_others() {
        let mut feed = Feed::new();
        for client in 1..=30 {
            assert!(watcher(&mut feed, client));
            feed.tell(&client);
            if client > 7 {
                feed.forget(Caller::new(client - 7, 0));
                feed.forget(Caller::new(client, 1));
            }
        }
        assert_eq!(take(&mut feed, 23).1, NOT_WATCHING);
        assert_eq!(
            take(&mut feed, 24).0,
            Vec::<_, 8>::from_array([24, 25, 26, 27, 28, 29, 30])
        );
    }

    #[test]
    fn a_watcher_too_many_waits_for_one_that_has_lost_events() {
        let mut feed = Feed::new();
        assert!((1..=8).all(|client| watcher(&mut feed, client)));
        assert!(!watcher(&mut feed, 9));
        assert!(watcher(&mut feed, 8), "it is there already");
        for event in 0..17 {
            feed.tell(&event);
            (1..8).for_each(|client| drop(take(&mut feed, client)));
        }
        assert!(watcher(&mut feed, 9));
        assert_eq!(take(&mut feed, 8).1, NOT_WATCHING);
        feed.tell(&17);
        assert_eq!(take(&mut feed, 9).0, [17]);
    }
}
