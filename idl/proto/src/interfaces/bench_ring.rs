//! What the benchmark sends through a ring, and beside it for comparison.
//!
//! The last three methods bring bytes from a buffer of the client to a buffer of the server, by the three ways
//! there are; a long message takes several of them.
//!
//! Made by `idlc` from `idl/bench_ring.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "bench_ring",
    id: 0x4fe0,
    version: 0xca2e_518a_1c76_794d,
};

/// The labels of requests.
pub mod labels {
    /// Label of `touch`.
    pub const TOUCH: u32 = 0x4fe0_0001;

    /// Label of `take`.
    pub const TAKE: u32 = 0x4fe0_0002;

    /// Label of `send`.
    pub const SEND: u32 = 0x4fe0_0003;

    /// Label of `piece`.
    pub const PIECE: u32 = 0x4fe0_0004;

    /// Label of `pooled`.
    pub const POOLED: u32 = 0x4fe0_0005;
}

/// The most bytes that one call brings.
pub const MAX_SENT: u32 = 1536;

/// The most bytes that one request brings from the pool.
pub const MAX_POOLED: u32 = 65536;

/// The bytes that one request brings inline.
pub const PIECE: u32 = 40;

/// Why a request was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// The bytes are not all in the client's pool, or too many for the server's buffer.
    OutOfPool = 1,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::OutOfPool];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::OutOfPool),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Error {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Error {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

impl Error {
    /// One clause for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::OutOfPool => {
                "the bytes are not all in the client's pool, or too many for the server's buffer"
            }
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `bench_ring`.
pub trait Server {
    /// Does nothing with the word.
    fn touch(&mut self, caller: libipc::Caller, word: u64);

    /// Looks at the first and the last word of so many bytes in the client's pool, and tells their
    /// sum: the data is where the server reads it, and is not copied.
    fn take(
        &mut self,
        caller: libipc::Caller,
        offset: u32,
        length: u32,
    ) -> Result<u32, Error>;

    /// Brings bytes in the message of a call.
    fn send(&mut self, caller: libipc::Caller, data: &[u8]);

    /// Brings the bytes of five words in the request itself.
    fn piece(&mut self, caller: libipc::Caller, a: u64, b: u64, c: u64, d: u64, e: u64);

    /// Brings bytes from the client's pool.
    fn pooled(
        &mut self,
        caller: libipc::Caller,
        offset: u32,
        length: u32,
    ) -> Result<(), Error>;

    /// Is told of a request for a method that this version of the interface does not have,
    /// which is answered so.
    fn unknown(&mut self, caller: libipc::Caller, ordinal: u16) {
        let _ = (caller, ordinal);
    }

    /// Takes signals of the notification that is bound to the server's thread.
    fn signal(&mut self, bits: u64) {
        let _ = bits;
    }

    /// Frees what is kept for a client: the last capability with its badge is gone.
    fn client_gone(&mut self, client: libipc::Caller) {
        let _ = client;
    }

    /// Decides about a thread that faulted and whose faults come here. It stays stopped
    /// unless a server says otherwise.
    fn fault(&mut self, fault: libipc::Fault) -> libipc::FaultAnswer {
        let _ = fault;
        libipc::FaultAnswer::Stop
    }
}

/// Hands a request to the server's method, and answers what no method answers.
pub fn dispatch<S: Server + ?Sized>(server: &mut S, request: libipc::Request<'_>) {
    let libipc::Request { caller, message, .. } = request;
    match message.label() {
        labels::TOUCH => serve_touch(server, caller, message),
        labels::TAKE => serve_take(server, caller, message),
        labels::SEND => serve_send(server, caller, message),
        labels::PIECE => serve_piece(server, caller, message),
        labels::POOLED => serve_pooled(server, caller, message),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
    }
}

/// Hands a request that came in registers to the server's method, if all of it is there and
/// right; what this does not answer is for [`dispatch`].
#[inline]
pub fn dispatch_short<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    request: libipc::Short,
) -> Option<libipc::Short> {
    const TOUCH: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::TOUCH,
        1,
        0,
    );
    const TAKE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::TAKE,
        1,
        0,
    );
    const PIECE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::PIECE,
        5,
        0,
    );
    const POOLED: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::POOLED,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        TOUCH => {
            let word = w[0];
            libipc::meter::method(caller, labels::TOUCH, || server.touch(caller, word));
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        TAKE => {
            let offset = w[0] as u32;
            let length = (w[0] >> 32) as u32;
            match libipc::meter::method(
                caller,
                labels::TAKE,
                || server.take(caller, offset, length),
            ) {
                Ok(sum) => Some(libipc::Short::ok(1, [u64::from(sum), 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        PIECE => {
            let a = w[0];
            let b = w[1];
            let c = w[2];
            let d = w[3];
            let e = w[4];
            libipc::meter::method(
                caller,
                labels::PIECE,
                || server.piece(caller, a, b, c, d, e),
            );
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        POOLED => {
            let offset = w[0] as u32;
            let length = (w[0] >> 32) as u32;
            match libipc::meter::method(
                caller,
                labels::POOLED,
                || server.pooled(caller, offset, length),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        _ => None,
    }
}

fn serve_touch<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let word = r.get()?;
            r.finish()?;
            libipc::meter::method(caller, labels::TOUCH, || server.touch(caller, word));
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_take<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let offset = r.get()?;
            let length = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::TAKE,
                    || server.take(caller, offset, length),
                ),
            )
        },
        |w, sum| w.put(&sum),
    );
}

fn serve_send<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let data = r.bytes::<1536>()?;
            r.finish()?;
            libipc::meter::method(caller, labels::SEND, || server.send(caller, data));
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_piece<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let a = r.get()?;
            let b = r.get()?;
            let c = r.get()?;
            let d = r.get()?;
            let e = r.get()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::PIECE,
                || server.piece(caller, a, b, c, d, e),
            );
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_pooled<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let offset = r.get()?;
            let length = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::POOLED,
                    || server.pooled(caller, offset, length),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

/// Makes a server one that a server loop can run.
#[derive(Debug)]
pub struct Dispatcher<S>(pub S);

impl<S: Server> libipc::Service for Dispatcher<S> {
    fn request(&mut self, request: libipc::Request<'_>) {
        dispatch(&mut self.0, request);
    }

    #[inline]
    fn short(
        &mut self,
        caller: libipc::Caller,
        request: libipc::Short,
    ) -> Option<libipc::Short> {
        dispatch_short(&mut self.0, caller, request)
    }

    fn signal(&mut self, bits: u64) {
        self.0.signal(bits);
    }

    fn client_gone(&mut self, client: libipc::Caller) {
        self.0.client_gone(client);
    }

    fn fault(&mut self, fault: libipc::Fault) -> libipc::FaultAnswer {
        self.0.fault(fault)
    }
}

/// Serves an endpoint for ever.
pub fn serve(endpoint: libipc::Endpoint, server: impl Server) -> libipc::Never {
    libipc::serve(endpoint, Dispatcher(server))
}

/// A client of `bench_ring`.
#[derive(Debug)]
pub struct Client<T = libipc::Connection> {
    transport: T,
}

impl<T: libipc::Transport> Client<T> {
    /// A client that calls over `transport`.
    pub const fn new(transport: T) -> Self {
        Self { transport }
    }

    /// What it calls over.
    pub const fn transport(&self) -> &T {
        &self.transport
    }

    /// Does nothing with the word.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn touch(&self, word: u64) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::TOUCH, 1, [word, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Looks at the first and the last word of so many bytes in the client's pool, and tells their
    /// sum: the data is where the server reads it, and is not copied.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn take(&self, offset: u32, length: u32) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::TAKE,
                1,
                [u64::from(offset) | u64::from(length) << 32, 0, 0, 0, 0, 0],
            ),
            1,
            |w| {
                if w[0] & 0xffffffff00000000 != 0 {
                    return None;
                }
                Some(w[0] as u32)
            },
        )
    }

    /// Brings bytes in the message of a call.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn send(&self, data: &[u8]) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::SEND,
            |w| w.bytes::<1536>(data),
            |_| Ok(()),
        )
    }

    /// Brings the bytes of five words in the request itself.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn piece(
        &self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::PIECE, 5, [a, b, c, d, e, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Brings bytes from the client's pool.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn pooled(&self, offset: u32, length: u32) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::POOLED,
                1,
                [u64::from(offset) | u64::from(length) << 32, 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }
}

impl From<libipc::Connection> for Client {
    fn from(connection: libipc::Connection) -> Self {
        Self::new(connection)
    }
}

impl From<libipc::Cap<Client>> for Client {
    fn from(cap: libipc::Cap<Client>) -> Self {
        Self::new(cap.into())
    }
}

/// The ring's request for `touch`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn touch_request(word: u64) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(labels::TOUCH, |w| w.put(&word))
}

/// The ring's request for `take`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn take_request(
    offset: u32,
    length: u32,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(
        labels::TAKE,
        |w| {
            w.put(&offset)?;
            w.put(&length)
        },
    )
}

/// The ring's request for `piece`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn piece_request(
    a: u64,
    b: u64,
    c: u64,
    d: u64,
    e: u64,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(
        labels::PIECE,
        |w| {
            w.put(&a)?;
            w.put(&b)?;
            w.put(&c)?;
            w.put(&d)?;
            w.put(&e)
        },
    )
}

/// The ring's request for `pooled`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn pooled_request(
    offset: u32,
    length: u32,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(
        labels::POOLED,
        |w| {
            w.put(&offset)?;
            w.put(&length)
        },
    )
}

/// Calls of `bench_ring` to be made together over a ring: one doorbell, and a
/// ticket each that fetches the result.
#[derive(Debug, Default)]
pub struct Batch {
    calls: libipc::codec::batch::Calls,
}

impl Batch {
    /// A batch without calls.
    pub const fn new() -> Self {
        Self {
            calls: libipc::codec::batch::Calls::new(),
        }
    }

    /// How many calls are queued.
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether no call is queued.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Does nothing with the word.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn touch(
        &mut self,
        word: u64,
    ) -> Result<
        libipc::codec::batch::Ticket<(), core::convert::Infallible>,
        libipc::TooLong,
    > {
        self.calls.push(touch_request(word))
    }

    /// Looks at the first and the last word of so many bytes in the client's pool, and tells their
    /// sum: the data is where the server reads it, and is not copied.
    ///
    /// # Errors
    /// If the batch is full, or the first argument is no earlier call's result.
    #[inline]
    pub fn take(
        &mut self,
        offset: impl Into<libipc::codec::batch::Given>,
        length: u32,
    ) -> Result<libipc::codec::batch::Ticket<u32, Error>, libipc::TooLong> {
        self.calls.push_given(offset.into(), |offset| take_request(offset, length))
    }

    /// Brings the bytes of five words in the request itself.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn piece(
        &mut self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> Result<
        libipc::codec::batch::Ticket<(), core::convert::Infallible>,
        libipc::TooLong,
    > {
        self.calls.push(piece_request(a, b, c, d, e))
    }

    /// Brings bytes from the client's pool.
    ///
    /// # Errors
    /// If the batch is full, or the first argument is no earlier call's result.
    #[inline]
    pub fn pooled(
        &mut self,
        offset: impl Into<libipc::codec::batch::Given>,
        length: u32,
    ) -> Result<libipc::codec::batch::Ticket<(), Error>, libipc::TooLong> {
        self.calls.push_given(offset.into(), |offset| pooled_request(offset, length))
    }

    /// Makes a call depend on the success of every call that was queued before it: else it is skipped.
    pub fn after_success<R, E>(&mut self, ticket: &libipc::codec::batch::Ticket<R, E>) {
        self.calls.after_success(ticket);
    }

    /// Makes all calls and waits for all of them.
    ///
    /// # Errors
    /// Why there are no results; some calls may then have been carried out.
    pub fn run<W: libipc::codec::batch::Wake>(
        &self,
        ring: &mut libipc::codec::batch::ClientRing<'_, W>,
    ) -> Result<libipc::codec::batch::Outcomes<'_>, libipc::codec::batch::BatchError> {
        self.calls.run(ring)
    }
}

/// Calls of `bench_ring` that are under way on their own over a ring: each is a future, which is
/// cancelled by dropping it.
#[derive(Clone, Copy, Debug)]
pub struct Submits<'s, W>(pub &'s libipc::submit::Submitter<W>);

impl<'s, W: libipc::codec::batch::Wake> Submits<'s, W> {
    /// Does nothing with the word.
    pub fn touch(
        self,
        word: u64,
    ) -> libipc::submit::Pending<'s, (), core::convert::Infallible, W> {
        self.0.submit(touch_request(word))
    }

    /// Looks at the first and the last word of so many bytes in the client's pool, and tells their
    /// sum: the data is where the server reads it, and is not copied.
    pub fn take(
        self,
        offset: u32,
        length: u32,
    ) -> libipc::submit::Pending<'s, u32, Error, W> {
        self.0.submit(take_request(offset, length))
    }

    /// Brings the bytes of five words in the request itself.
    pub fn piece(
        self,
        a: u64,
        b: u64,
        c: u64,
        d: u64,
        e: u64,
    ) -> libipc::submit::Pending<'s, (), core::convert::Infallible, W> {
        self.0.submit(piece_request(a, b, c, d, e))
    }

    /// Brings bytes from the client's pool.
    pub fn pooled(
        self,
        offset: u32,
        length: u32,
    ) -> libipc::submit::Pending<'s, (), Error, W> {
        self.0.submit(pooled_request(offset, length))
    }
}
