//! The client's side: waits by drain calls.

use libipc_ring::{ClientRing, INLINE_WORDS, Outcome, PeerGone, Waiting, Wake};
use weft_abi::startup::EntryKind;
use weft_abi::{CPtr, MessageInfo};
use weft_sys::Received;

use super::{DRAIN, Peer, Pools, RingEnds, RingRequest};
use crate::objects::Notification;
use crate::{Caller, Connection, Refusal, Short, Startup, label, wire};

/// How a client wakes its server and waits for it.
pub struct ClientWake {
    kick: Notification,
    connection: Connection,
    runs: Peer,
    /// Requests with fewer words than this are carried: one comparison for both questions, whether a call has room and whether one is
    /// of use.
    carried_below: usize,
}

impl ClientWake {
    /// Kicks through `kick` and waits by drain calls on `connection`.
    #[must_use]
    pub fn new(kick: Notification, connection: Connection) -> Self {
        Self {
            kick,
            connection,
            runs: Peer::Beside,
            carried_below: INLINE_WORDS + 1,
        }
    }

    /// The same to a server that runs elsewhere.
    #[must_use]
    pub fn with_peer(self, runs: Peer) -> Self {
        let carried_below = match runs {
            Peer::Beside => INLINE_WORDS + 1,
            Peer::Apart => 0,
        };
        Self {
            runs,
            carried_below,
            ..self
        }
    }
}

impl Wake for ClientWake {
    #[inline]
    fn waiting(&self) -> Waiting {
        match self.runs {
            Peer::Beside => Waiting::Drains,
            Peer::Apart => Waiting::Apart,
        }
    }

    #[inline]
    fn relax(&self) {
        weft_sys::relax();
    }

    /// By the call that a client without a ring makes. To another core that would take two interrupts.
    #[inline]
    fn carry(&self, request: &RingRequest) -> Option<Result<Outcome, PeerGone>> {
        let words = request.words as usize;
        if words >= self.carried_below {
            return None;
        }
        let info = MessageInfo::new(request.op, words, 0);
        let [a, b, c, d, e] = request.inline;
        match weft_sys::call(self.connection.endpoint(), info, [a, b, c, d, e, 0]) {
            Ok(answer) if answer.info.caps() == 0 && answer.info.label() != label::BUSY => {
                Some(Ok(outcome(Short::new(answer.info, answer.words))))
            }
            answer => self.not_carried(answer),
        }
    }

    fn kick(&self) {
        // Refused only if the server is gone, which the next wait finds out.
        let _ = self.kick.signal();
    }

    #[inline]
    fn wait(&self, seen: u64) -> Result<(), PeerGone> {
        const DRAINS: MessageInfo = MessageInfo::new(DRAIN, 1, 0);
        loop {
            match weft_sys::call(self.connection.endpoint(), DRAINS, [seen, 0, 0, 0, 0, 0]) {
                Ok(answer) if answer.info.caps() == 0 => return Ok(()),
                Ok(answer) => {
                    let _ = wire::refuse_caps(answer.info);
                    return Ok(());
                }
                Err(Refusal::Cancelled) => {}
                Err(_) => return Err(PeerGone),
            }
        }
    }
}

impl ClientWake {
    /// What becomes of a request whose call brought no outcome.
    #[cold]
    #[inline(never)]
    fn not_carried(&self, answer: Result<Received, Refusal>) -> Option<Result<Outcome, PeerGone>> {
        let status = match answer {
            Ok(answer) if answer.info.caps() != 0 => {
                let _ = wire::refuse_caps(answer.info);
                NO_LABEL
            }
            // It has no reply object left to keep a call with; a request of a ring needs none.
            Ok(_) => return None,
            // Nobody knows whether it was carried out, so it is not asked for again.
            Err(Refusal::Cancelled) => label::ABANDONED,
            Err(_) => return Some(Err(PeerGone)),
        };
        Some(Ok(Outcome { status, value: 0 }))
    }
}

/// The outcome that the answer to a call says, where the call was made for a ring's client; one that has more than a
/// completion has room for is a bad answer.
#[inline]
#[must_use]
pub fn outcome(answer: Short) -> Outcome {
    let [word, ..] = answer.words;
    match u32::try_from(word) {
        Ok(value) if answer.info.words() <= 1 => Outcome {
            status: answer.info.label(),
            value,
        },
        _ => Outcome {
            status: NO_LABEL,
            value: 0,
        },
    }
}

/// The status of an answer that no server gives, which stubs tell as a bad one.
const NO_LABEL: u32 = u32::MAX;

/// A client's ring and its pools.
pub struct RingClient {
    /// Requests and completions.
    pub ring: ClientRing<'static, ClientWake>,
    /// Data that does not fit into requests.
    pub pools: Pools,
    /// Who is told to be gone when the server is, if this program is told.
    pub server: Option<Caller>,
}

impl RingClient {
    /// Opens the ring of the connection `name`; `None` if the program was not given both.
    #[must_use]
    pub fn open(env: &Startup, name: &str) -> Option<Self> {
        let ends = RingEnds::find(env, name)?;
        let entry = env.find(EntryKind::Client, name)?;
        let endpoint = CPtr(entry.slot);
        let wake = ClientWake::new(ends.kick, Connection::permanent(endpoint)).with_peer(ends.runs);
        let ring = ClientRing::new(ends.client_layout()?, ends.own, ends.peer, wake)?;
        Some(Self {
            ring,
            pools: ends.pools,
            server: (entry.v1 != 0).then_some(Caller::from_badge(entry.v1)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(label: u32, words: usize, word: u64) -> (u32, u32) {
        let info = MessageInfo::new(label, words, 0);
        let Outcome { status, value } = outcome(Short::new(info, [word, 0, 0, 0, 0, 0]));
        (status, value)
    }

    #[test]
    fn answers_of_calls_are_outcomes_if_a_completion_could_say_as_much() {
        assert_eq!(read(label::OK, 0, 0), (label::OK, 0));
        assert_eq!(read(label::ERROR, 1, 7), (label::ERROR, 7));
        assert_eq!(read(label::OK, 1, 1 << 32), (NO_LABEL, 0));
        assert_eq!(read(label::OK, 2, 7), (NO_LABEL, 0));
    }

    #[test]
    fn a_call_without_an_outcome_is_asked_for_again_only_if_it_was_not_carried_out() {
        let wake = ClientWake::new(Notification::from(CPtr(1)), Connection::permanent(CPtr(2)));
        let answer = |info| Received {
            badge: 0,
            info,
            words: [0; 6],
        };
        let busy = answer(MessageInfo::new(label::BUSY, 0, 0));
        assert_eq!(wake.not_carried(Ok(busy)), None);
        let cancelled = wake.not_carried(Err(Refusal::Cancelled));
        let abandoned = Outcome {
            status: label::ABANDONED,
            value: 0,
        };
        assert_eq!(cancelled, Some(Ok(abandoned)));
        assert_eq!(wake.not_carried(Err(Refusal::Dead)), Some(Err(PeerGone)));
    }
}
