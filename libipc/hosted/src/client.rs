//! The client's end: calls over shared memory, and a ring beside them.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::rc::Rc;

use libipc::abi::MessageInfo;
use libipc::codec::batch::ClientRing;
use libipc::ring::{DRAIN, Outcome, Pool, Pools, RingRequest, Untrusted, outcome};
use libipc::{Message, Refusal, Short, Transport, TransportError, Verdict, label};
use libipc_ring::sync::AtomicU64;
use libipc_ring::{INLINE_WORDS, PeerGone, Waiting as RingWaiting, Wake};

use crate::bell;
use crate::mailbox::{Copied, Mailbox};
use crate::memory;
use crate::patience::{Next, Patience, Waiting};
use crate::peer::Shape;
use crate::socket::{self, greet, greeting};

/// What a client asks for when it connects.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Slots of the ring: a power of two up to 256.
    pub slots: usize,
    /// Bytes of the pool that the client writes, a multiple of 8.
    pub client_pool: usize,
    /// Bytes of the pool that the server writes, likewise.
    pub server_pool: usize,
    /// How it waits for answers.
    pub patience: Patience,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            slots: 64,
            client_pool: 64 << 10,
            server_pool: 64 << 10,
            patience: Patience::default(),
        }
    }
}

/// A connection to a server, with its ring and pools.
pub struct Client {
    /// For calls.
    pub connection: Connection,
    /// For batches.
    pub ring: ClientRing<'static, Connection>,
    /// For data that does not fit into requests.
    pub pools: Pools,
    words: &'static [AtomicU64],
}

impl Client {
    /// All words that this side shares, for clients that write what they like.
    #[must_use]
    pub fn words(&self) -> &'static [AtomicU64] {
        self.words
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.connection).finish()
    }
}

/// Connects to the server at a path, and waits until it has accepted.
///
/// # Errors
/// Whatever the system says; [`InvalidInput`](io::ErrorKind::InvalidInput) if there is no ring or pool of such a size,
/// [`ConnectionAborted`](io::ErrorKind::ConnectionAborted) if the server ends, or has no place left.
pub fn connect(path: &Path, options: &Options) -> io::Result<Client> {
    let shape = Shape::new(options.slots, options.client_pool, options.server_pool)
        .ok_or(io::ErrorKind::InvalidInput)?;
    let socket = UnixStream::connect(path)?;
    let (region, file) = memory::make(shape.client_bytes())?;
    greet(&socket, shape.numbers(), &file)?;
    let (numbers, file) = greeting(&socket)?;
    if numbers != shape.numbers() {
        return Err(io::Error::other("the server speaks otherwise"));
    }
    let seen = memory::view(&file, shape.server_bytes())?;
    socket.set_nonblocking(true)?;
    let connection = Connection(Rc::new(Link {
        socket,
        own: Mailbox::new(region),
        server: Mailbox::new(seen),
        number: Cell::new(0),
        waiting: Cell::new(Waiting::new(options.patience)),
        is_dead: Cell::new(false),
    }));
    let (own, out) = shape.client_parts(region);
    let (peer, inward) = shape.server_parts(seen);
    let ring = ClientRing::new(shape.layout(), own, peer, connection.clone());
    Ok(Client {
        connection,
        ring: ring.ok_or(io::ErrorKind::InvalidInput)?,
        pools: Pools {
            out: Some(Pool::new(out)),
            inward: Some(Untrusted::new(inward)),
            ..Pools::default()
        },
        words: region.words(),
    })
}

/// A connection to a server in another process. Clones are the same connection.
#[derive(Clone)]
pub struct Connection(Rc<Link>);

struct Link {
    socket: UnixStream,
    own: Mailbox,
    server: Mailbox,
    /// Of the last call.
    number: Cell<u64>,
    waiting: Cell<Waiting>,
    is_dead: Cell<bool>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.0.is_dead.get() {
            "dead"
        } else {
            "alive"
        };
        write!(f, "Connection({state})")
    }
}

impl Link {
    /// Publishes a request and waits for its answer.
    #[inline]
    fn exchange(&self, publish: impl FnOnce(u64)) -> Result<Copied, TransportError> {
        if self.is_dead.get() {
            return Err(TransportError::Dead);
        }
        let number = self.number.get().wrapping_add(1);
        self.number.set(number);
        publish(number);
        let mut waiting = self.waiting.get();
        while self.server.number() != number {
            match waiting.next() {
                Next::Look => {}
                Next::LookAround => self.look_around(number)?,
                Next::Sleep => self.sleep(number)?,
            }
        }
        waiting.found();
        self.waiting.set(waiting);
        self.server.copy().ok_or(TransportError::BadAnswer)
    }

    #[cold]
    fn sleep(&self, number: u64) -> Result<(), TransportError> {
        let bell = self.server.bell();
        let asleep = std::iter::once(self.own.asleep());
        bell::sleep(&[bell], asleep, || self.server.number() == number);
        if self.server.number() == number {
            return Ok(());
        }
        self.look_around(number)
    }

    /// Fails if the server has ended without an answer.
    #[cold]
    fn look_around(&self, number: u64) -> Result<(), TransportError> {
        if socket::lives(&self.socket) || self.server.number() == number {
            return Ok(());
        }
        self.is_dead.set(true);
        Err(TransportError::Dead)
    }
}

impl Transport for Connection {
    fn call(&self, message: &mut Message) -> Result<Verdict, TransportError> {
        if !message.outgoing_caps().is_empty() {
            return Err(TransportError::Refused(Refusal::Unsupported));
        }
        let Link { own, server, .. } = *self.0;
        let publish = |number| own.publish_long(number, message, server);
        let mut answer = match self.0.exchange(publish)? {
            Copied::Short(short) => Message::of_short(short),
            Copied::Long(message) => *message,
        };
        answer.deliver_to(message);
        message.verdict()
    }

    #[inline]
    fn call_short(&self, request: Short) -> Result<Short, TransportError> {
        let Link { own, server, .. } = *self.0;
        match self
            .0
            .exchange(|number| own.publish_short(number, request, server))?
        {
            Copied::Short(answer) => Ok(answer),
            Copied::Long(_) => Err(TransportError::BadAnswer),
        }
    }

    /// The server is done with the request when this returns: here, every message is acknowledged.
    fn send(&self, message: &mut Message) -> Result<(), TransportError> {
        match self.call(message) {
            Err(error @ (TransportError::Dead | TransportError::Refused(_))) => Err(error),
            _ => Ok(()),
        }
    }
}

impl Wake for Connection {
    #[inline]
    fn carry(&self, request: &RingRequest) -> Option<Result<Outcome, PeerGone>> {
        let words = request.words as usize;
        if words > INLINE_WORDS {
            return None;
        }
        let [a, b, c, d, e] = request.inline;
        let info = MessageInfo::new(request.op, words, 0);
        match self.call_short(Short::new(info, [a, b, c, d, e, 0])) {
            Ok(answer) if answer.info.label() == label::BUSY => None,
            Ok(answer) => Some(Ok(outcome(answer))),
            Err(TransportError::Dead) => Some(Err(PeerGone)),
            // Longer than any answer of a ring's method, or none.
            Err(_) => Some(Ok(outcome(Short::request(u32::MAX, 0, [0; 6])))),
        }
    }

    #[inline]
    fn waiting(&self) -> RingWaiting {
        RingWaiting::Drains
    }

    fn kick(&self) {
        self.0.own.kick(self.0.server);
    }

    fn wait(&self, seen: u64) -> Result<(), PeerGone> {
        let drain = Short::request(DRAIN, 1, [seen, 0, 0, 0, 0, 0]);
        self.call_short(drain).map(drop).map_err(|_| PeerGone)
    }
}

/// A client that keeps to no rule.
#[cfg(test)]
impl Connection {
    /// Publishes a request with any information word, and does not wait.
    pub(crate) fn post(&self, info: MessageInfo) {
        let Link { own, server, .. } = *self.0;
        let number = self.0.number.get().wrapping_add(1);
        self.0.number.set(number);
        own.publish(number, info, server);
    }

    /// Waits for the answer to what was posted last, and gives its label.
    pub(crate) fn answer(&self) -> Result<u32, TransportError> {
        self.0.number.set(self.0.number.get().wrapping_sub(1));
        match self.0.exchange(|_| {})? {
            Copied::Short(answer) => Ok(answer.info.label()),
            Copied::Long(_) => Err(TransportError::BadAnswer),
        }
    }
}
