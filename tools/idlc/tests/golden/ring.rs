//! Methods over a ring.
//!
//! Made by `idlc` from `ring.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "ring",
    id: 0x0c31,
    version: 0x7ad4_ece7_9897_0f7d,
};

/// The labels of requests.
pub mod labels {
    /// Label of `add`.
    pub const ADD: u32 = 0x0c31_0001;

    /// Label of `flush`.
    pub const FLUSH: u32 = 0x0c31_0002;

    /// Label of `describe`.
    pub const DESCRIBE: u32 = 0x0c31_0003;

    /// Label of `double`.
    pub const DOUBLE: u32 = 0x0c31_0004;
}

/// Why it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// It is broken.
    Broken = 1,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Broken];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Broken),
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
            Self::Broken => "it is broken",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `ring`.
pub trait Server {
    /// Goes over a ring too.
    fn add(
        &mut self,
        caller: libipc::Caller,
        data: &[u8],
        by: u32,
    ) -> Result<u32, Error>;

    /// Goes over a ring too, and is answered later.
    fn flush(
        &mut self,
        caller: libipc::Caller,
        reply: libipc::Reply<(), core::convert::Infallible>,
    );

    /// Goes by call only.
    fn describe(&mut self, caller: libipc::Caller) -> libipc::codec::Text<200>;

    /// Begins with what another call of a batch may return.
    fn double(&mut self, caller: libipc::Caller, number: u32) -> Result<u32, Error>;

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
    let libipc::Request { caller, message, deferral } = request;
    match message.label() {
        labels::ADD => serve_add(server, caller, message),
        labels::FLUSH => serve_flush(server, caller, message, deferral),
        labels::DESCRIBE => serve_describe(server, caller, message),
        labels::DOUBLE => serve_double(server, caller, message),
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
    const DOUBLE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::DOUBLE,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        DOUBLE => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let number = w[0] as u32;
            match libipc::meter::method(
                caller,
                labels::DOUBLE,
                || server.double(caller, number),
            ) {
                Ok(double) => {
                    Some(libipc::Short::ok(1, [u64::from(double), 0, 0, 0, 0, 0]))
                }
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        _ => None,
    }
}

fn serve_add<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let data = r.bytes::<16>()?;
            let by = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::ADD,
                    || server.add(caller, data, by),
                ),
            )
        },
        |w, sum| w.put(&sum),
    );
}

fn serve_flush<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
    deferral: libipc::Deferral<'_>,
) {
    libipc::codec::stub::defer(
        message,
        deferral,
        |r, deferral| {
            r.finish()?;
            let reply = deferral.defer(answer_flush)?;
            libipc::meter::method(caller, labels::FLUSH, || server.flush(caller, reply));
            Ok(())
        },
    );
}

fn answer_flush(
    message: &mut libipc::Message,
    outcome: Result<(), core::convert::Infallible>,
) {
    libipc::codec::stub::answer(message, outcome, |_, ()| Ok(()));
}

fn serve_describe<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::DESCRIBE,
                    || server.describe(caller),
                ),
            )
        },
        |w, text| w.put(&text),
    );
}

fn serve_double<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let number = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::DOUBLE,
                    || server.double(caller, number),
                ),
            )
        },
        |w, double| w.put(&double),
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

/// A client of `ring`.
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

    /// Goes over a ring too.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn add(&self, data: &[u8], by: u32) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::ADD,
            |w| {
                w.bytes::<16>(data)?;
                w.put(&by)
            },
            |r| r.get(),
        )
    }

    /// Goes over a ring too, and is answered later.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn flush(&self) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(&self.transport, labels::FLUSH, |_| Ok(()), |_| Ok(()))
    }

    /// Goes by call only.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn describe(&self) -> Result<libipc::codec::Text<200>, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::DESCRIBE,
            |_| Ok(()),
            |r| r.get(),
        )
    }

    /// Begins with what another call of a batch may return.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn double(&self, number: u32) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::DOUBLE,
                1,
                [u64::from(number), 0, 0, 0, 0, 0],
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

/// The ring's request for `add`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn add_request(
    data: &[u8],
    by: u32,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(
        labels::ADD,
        |w| {
            w.bytes::<16>(data)?;
            w.put(&by)
        },
    )
}

/// The ring's request for `flush`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn flush_request() -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(labels::FLUSH, |_| Ok(()))
}

/// The ring's request for `double`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn double_request(
    number: u32,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(labels::DOUBLE, |w| w.put(&number))
}

/// Calls of `ring` to be made together over a ring: one doorbell, and a
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

    /// Goes over a ring too.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn add(
        &mut self,
        data: &[u8],
        by: u32,
    ) -> Result<libipc::codec::batch::Ticket<u32, Error>, libipc::TooLong> {
        self.calls.push(add_request(data, by))
    }

    /// Goes over a ring too, and is answered later.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn flush(
        &mut self,
    ) -> Result<
        libipc::codec::batch::Ticket<(), core::convert::Infallible>,
        libipc::TooLong,
    > {
        self.calls.push(flush_request())
    }

    /// Begins with what another call of a batch may return.
    ///
    /// # Errors
    /// If the batch is full, or the first argument is no earlier call's result.
    #[inline]
    pub fn double(
        &mut self,
        number: impl Into<libipc::codec::batch::Given>,
    ) -> Result<libipc::codec::batch::Ticket<u32, Error>, libipc::TooLong> {
        self.calls.push_given(number.into(), double_request)
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

/// Calls of `ring` that are under way on their own over a ring: each is a future, which is
/// cancelled by dropping it.
#[derive(Clone, Copy, Debug)]
pub struct Submits<'s, W>(pub &'s libipc::submit::Submitter<W>);

impl<'s, W: libipc::codec::batch::Wake> Submits<'s, W> {
    /// Goes over a ring too.
    pub fn add(
        self,
        data: &[u8],
        by: u32,
    ) -> libipc::submit::Pending<'s, u32, Error, W> {
        self.0.submit(add_request(data, by))
    }

    /// Goes over a ring too, and is answered later.
    pub fn flush(self) -> libipc::submit::Pending<'s, (), core::convert::Infallible, W> {
        self.0.submit(flush_request())
    }

    /// Begins with what another call of a batch may return.
    pub fn double(self, number: u32) -> libipc::submit::Pending<'s, u32, Error, W> {
        self.0.submit(double_request(number))
    }
}
