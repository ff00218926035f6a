//! A number that the server keeps for all its clients.
//!
//! Made by `idlc` from `tally.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "tally",
    id: 0x7d99,
    version: 0xd581_819c_4988_2526,
};

/// The labels of requests.
pub mod labels {
    /// Label of `add`.
    pub const ADD: u32 = 0x7d99_0001;

    /// Label of `get`.
    pub const GET: u32 = 0x7d99_0002;
}

/// Why the number was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// The number would not fit 64 bits.
    Overflow = 1,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Overflow];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Overflow),
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
            Self::Overflow => "the number would not fit 64 bits",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `tally`.
pub trait Server {
    /// Adds to the number and tells the sum.
    fn add(&mut self, caller: libipc::Caller, by: u64) -> Result<u64, Error>;

    /// Tells the number.
    fn get(&mut self, caller: libipc::Caller) -> u64;

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
        labels::ADD => serve_add(server, caller, message),
        labels::GET => serve_get(server, caller, message),
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
    const ADD: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::ADD,
        1,
        0,
    );
    const GET: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::GET,
        0,
        0,
    );
    let w = request.words;
    match request.info {
        ADD => {
            let by = w[0];
            match libipc::meter::method(caller, labels::ADD, || server.add(caller, by)) {
                Ok(sum) => Some(libipc::Short::ok(1, [sum, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        GET => {
            let value = libipc::meter::method(
                caller,
                labels::GET,
                || server.get(caller),
            );
            Some(libipc::Short::ok(1, [value, 0, 0, 0, 0, 0]))
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
            let by = r.get()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::ADD, || server.add(caller, by)))
        },
        |w, sum| w.put(&sum),
    );
}

fn serve_get<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::GET, || server.get(caller)))
        },
        |w, value| w.put(&value),
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

/// A client of `tally`.
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

    /// Adds to the number and tells the sum.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn add(&self, by: u64) -> Result<u64, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::ADD, 1, [by, 0, 0, 0, 0, 0]),
            1,
            |w| Some(w[0]),
        )
    }

    /// Tells the number.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn get(&self) -> Result<u64, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::GET, 0, [0, 0, 0, 0, 0, 0]),
            1,
            |w| Some(w[0]),
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
