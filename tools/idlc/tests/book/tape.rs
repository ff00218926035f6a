//! Sectors of a tape.
//!
//! Made by `idlc` from `tape.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "tape",
    id: 0x5d0f,
    version: 0xe7f9_8234_0265_e38d,
};

/// The labels of requests.
pub mod labels {
    /// Label of `read`.
    pub const READ: u32 = 0x5d0f_0001;
}

/// Why nothing was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// The tape is torn.
    Torn = 1,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Torn];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Torn),
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
            Self::Torn => "the tape is torn",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `tape`.
pub trait Server {
    /// Reads sectors into the pool at `offset`, and tells how many.
    fn read(
        &mut self,
        caller: libipc::Caller,
        sector: u64,
        sectors: u32,
        offset: u32,
    ) -> Result<u32, Error>;

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
        labels::READ => serve_read(server, caller, message),
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
    const READ: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::READ,
        2,
        0,
    );
    let w = request.words;
    match request.info {
        READ => {
            let sector = w[0];
            let sectors = w[1] as u32;
            let offset = (w[1] >> 32) as u32;
            match libipc::meter::method(
                caller,
                labels::READ,
                || server.read(caller, sector, sectors, offset),
            ) {
                Ok(read) => Some(libipc::Short::ok(1, [u64::from(read), 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        _ => None,
    }
}

fn serve_read<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let sector = r.get()?;
            let sectors = r.get()?;
            let offset = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::READ,
                    || server.read(caller, sector, sectors, offset),
                ),
            )
        },
        |w, read| w.put(&read),
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

/// A client of `tape`.
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

    /// Reads sectors into the pool at `offset`, and tells how many.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn read(
        &self,
        sector: u64,
        sectors: u32,
        offset: u32,
    ) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::READ,
                2,
                [sector, u64::from(sectors) | u64::from(offset) << 32, 0, 0, 0, 0],
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

/// The ring's request for `read`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn read_request(
    sector: u64,
    sectors: u32,
    offset: u32,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(
        labels::READ,
        |w| {
            w.put(&sector)?;
            w.put(&sectors)?;
            w.put(&offset)
        },
    )
}

/// Calls of `tape` to be made together over a ring: one doorbell, and a
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

    /// Reads sectors into the pool at `offset`, and tells how many.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn read(
        &mut self,
        sector: u64,
        sectors: u32,
        offset: u32,
    ) -> Result<libipc::codec::batch::Ticket<u32, Error>, libipc::TooLong> {
        self.calls.push(read_request(sector, sectors, offset))
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

/// Calls of `tape` that are under way on their own over a ring: each is a future, which is
/// cancelled by dropping it.
#[derive(Clone, Copy, Debug)]
pub struct Submits<'s, W>(pub &'s libipc::submit::Submitter<W>);

impl<'s, W: libipc::codec::batch::Wake> Submits<'s, W> {
    /// Reads sectors into the pool at `offset`, and tells how many.
    pub fn read(
        self,
        sector: u64,
        sectors: u32,
        offset: u32,
    ) -> libipc::submit::Pending<'s, u32, Error, W> {
        self.0.submit(read_request(sector, sectors, offset))
    }
}
