//! A store that has changed over the years.
//!
//! Made by `idlc` from `depot.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 3;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "depot",
    id: 0x0eb3,
    version: 0x5d7b_ebaa_b923_f9dd,
};

/// The labels of requests.
pub mod labels {
    /// Label of `put`.
    pub const PUT: u32 = 0x0eb3_0001;

    /// Label of `store`.
    pub const STORE: u32 = 0x0eb3_0002;

    /// Label of `count`.
    pub const COUNT: u32 = 0x0eb3_0004;

    /// Label of `note`.
    pub const NOTE: u32 = 0x0eb3_0005;
}

/// Why nothing was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// There is no room.
    Full = 1,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Full];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Full),
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
            Self::Full => "there is no room",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `depot`.
pub trait Server {
    /// What was used before `store`.
    fn put(&mut self, caller: libipc::Caller, value: u32) -> Result<(), Error>;

    /// Keeps a value.
    fn store(&mut self, caller: libipc::Caller, value: u64) -> Result<(), Error>;

    /// Tells how much is stored.
    fn count(&mut self, caller: libipc::Caller) -> u32;

    /// Says something that nobody answers.
    fn note(&mut self, caller: libipc::Caller, text: &str);

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
        labels::PUT => serve_put(server, caller, message),
        labels::STORE => serve_store(server, caller, message),
        labels::COUNT => serve_count(server, caller, message),
        labels::NOTE => serve_note(server, caller, message),
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
    const PUT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::PUT,
        1,
        0,
    );
    const STORE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::STORE,
        1,
        0,
    );
    const COUNT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::COUNT,
        0,
        0,
    );
    let w = request.words;
    match request.info {
        PUT => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let value = w[0] as u32;
            match libipc::meter::method(
                caller,
                labels::PUT,
                || server.put(caller, value),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        STORE => {
            let value = w[0];
            match libipc::meter::method(
                caller,
                labels::STORE,
                || server.store(caller, value),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        COUNT => {
            let count = libipc::meter::method(
                caller,
                labels::COUNT,
                || server.count(caller),
            );
            Some(libipc::Short::ok(1, [u64::from(count), 0, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_put<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let value = r.get()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::PUT, || server.put(caller, value)))
        },
        |_, ()| Ok(()),
    );
}

fn serve_store<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let value = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::STORE,
                    || server.store(caller, value),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_count<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::COUNT, || server.count(caller)))
        },
        |w, count| w.put(&count),
    );
}

fn serve_note<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let text = r.text::<16>()?;
            r.finish()?;
            libipc::meter::method(caller, labels::NOTE, || server.note(caller, text));
            Ok(())
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

/// A client of `depot`.
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

    /// What was used before `store`.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    #[deprecated(note = "use `store`")]
    pub fn put(&self, value: u32) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::PUT, 1, [u64::from(value), 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Keeps a value.
    ///
    /// Since revision 2 of the interface.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn store(&self, value: u64) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::short::call(
                &self.transport,
                libipc::Short::request(labels::STORE, 1, [value, 0, 0, 0, 0, 0]),
                0,
                |_| Some(()),
            )
        })
    }

    /// Tells how much is stored.
    ///
    /// Since revision 3 of the interface.
    ///
    /// `None` if the server is too old to know the method.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn count(&self) -> Result<Option<u32>, libipc::TransportError> {
        libipc::codec::stub::known(
            libipc::codec::short::ask(
                &self.transport,
                libipc::Short::request(labels::COUNT, 0, [0, 0, 0, 0, 0, 0]),
                1,
                |w| {
                    if w[0] & 0xffffffff00000000 != 0 {
                        return None;
                    }
                    Some(w[0] as u32)
                },
            ),
        )
    }

    /// Says something that nobody answers.
    ///
    /// Does not wait for the server to do it.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn note(&self, text: &str) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::send(&self.transport, labels::NOTE, |w| w.text::<16>(text))
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
