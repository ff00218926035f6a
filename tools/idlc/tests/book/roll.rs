//! A list that is too long for a message.
//!
//! Made by `idlc` from `roll.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "roll",
    id: 0x2be1,
    version: 0x3c27_288b_f97f_a4db,
};

/// The labels of requests.
pub mod labels {
    /// Label of `names`.
    pub const NAMES: u32 = 0x2be1_0001;

    /// Label of `names_more`.
    pub const NAMES_MORE: u32 = 0x2be1_8001;

    /// Label of `names_close`.
    pub const NAMES_CLOSE: u32 = 0x2be1_c001;
}

/// Why there is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// Nobody has written one.
    Missing = 1,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Missing];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Missing),
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
            Self::Missing => "nobody has written one",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `roll`.
pub trait Server {
    /// Everybody's name.
    fn names(&mut self, caller: libipc::Caller) -> Result<u32, Error>;

    /// Goes on with a stream of `names` by at most `credits` elements.
    fn names_more(
        &mut self,
        caller: libipc::Caller,
        stream: u32,
        credits: u32,
    ) -> Result<(libipc::codec::List<libipc::codec::Text<24>, 32>, bool), Error>;

    /// Ends a stream of `names` of which no more is wanted.
    fn names_close(&mut self, caller: libipc::Caller, stream: u32);

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
        labels::NAMES => serve_names(server, caller, message),
        labels::NAMES_MORE => serve_names_more(server, caller, message),
        labels::NAMES_CLOSE => serve_names_close(server, caller, message),
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
    const NAMES: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::NAMES,
        0,
        0,
    );
    const NAMES_CLOSE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::NAMES_CLOSE,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        NAMES => {
            match libipc::meter::method(caller, labels::NAMES, || server.names(caller)) {
                Ok(stream) => {
                    Some(libipc::Short::ok(1, [u64::from(stream), 0, 0, 0, 0, 0]))
                }
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        NAMES_CLOSE => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let stream = w[0] as u32;
            libipc::meter::method(
                caller,
                labels::NAMES_CLOSE,
                || server.names_close(caller, stream),
            );
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_names<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::NAMES, || server.names(caller)))
        },
        |w, stream| w.put(&stream),
    );
}

fn serve_names_more<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let stream = r.get()?;
            let credits = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::NAMES_MORE,
                    || server.names_more(caller, stream, credits),
                ),
            )
        },
        |w, (names, ended)| {
            w.put(&names)?;
            w.put(&ended)
        },
    );
}

fn serve_names_close<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let stream = r.get()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::NAMES_CLOSE,
                || server.names_close(caller, stream),
            );
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

/// A client of `roll`.
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

    /// Everybody's name.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn names(
        &self,
    ) -> Result<
        libipc::stream::Incoming<
            '_,
            Self,
            libipc::codec::Text<24>,
            libipc::Error<Error>,
            32,
        >,
        libipc::Error<Error>,
    > {
        let stream = libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::NAMES, 0, [0, 0, 0, 0, 0, 0]),
            1,
            |w| {
                if w[0] & 0xffffffff00000000 != 0 {
                    return None;
                }
                Some(w[0] as u32)
            },
        )?;
        Ok(
            libipc::stream::Incoming::new(
                self,
                stream,
                Self::names_more,
                Self::names_close,
            ),
        )
    }

    /// Goes on with a stream of `names` by at most `credits` elements.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn names_more(
        &self,
        stream: u32,
        credits: u32,
    ) -> Result<
        (libipc::codec::List<libipc::codec::Text<24>, 32>, bool),
        libipc::Error<Error>,
    > {
        libipc::codec::stub::call(
            &self.transport,
            labels::NAMES_MORE,
            |w| {
                w.put(&stream)?;
                w.put(&credits)
            },
            |r| Ok((r.get()?, r.get()?)),
        )
    }

    /// Ends a stream of `names` of which no more is wanted.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn names_close(&self, stream: u32) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(
                labels::NAMES_CLOSE,
                1,
                [u64::from(stream), 0, 0, 0, 0, 0],
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
