//! A book of many pages.
//!
//! Made by `idlc` from `chronicle.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "chronicle",
    id: 0x8224,
    version: 0x6084_f1d8_64ff_5df4,
};

/// The labels of requests.
pub mod labels {
    /// Label of `read`.
    pub const READ: u32 = 0x8224_0001;

    /// Label of `write`.
    pub const WRITE: u32 = 0x8224_0002;

    /// Label of `improve`.
    pub const IMPROVE: u32 = 0x8224_0003;
}

/// Why nothing was read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// There is no such page.
    NoPage = 1,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::NoPage];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::NoPage),
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
            Self::NoPage => "there is no such page",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `chronicle`.
pub trait Server {
    /// Fills a buffer from a page on.
    fn read(
        &mut self,
        caller: libipc::Caller,
        page: u32,
        text: libipc::lend::Place,
    ) -> Result<u32, Error>;

    /// Writes what stands in a buffer from a page on.
    fn write(
        &mut self,
        caller: libipc::Caller,
        page: u32,
        text: libipc::lend::Place,
    ) -> Result<(), Error>;

    /// Replaces words by better ones, in the buffer.
    fn improve(&mut self, caller: libipc::Caller, text: libipc::lend::Place) -> u32;

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
        labels::WRITE => serve_write(server, caller, message),
        labels::IMPROVE => serve_improve(server, caller, message),
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
    const WRITE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::WRITE,
        2,
        0,
    );
    const IMPROVE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::IMPROVE,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        READ => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let page = w[0] as u32;
            let text = libipc::lend::Place::of_word(w[1], 65536)?;
            match libipc::meter::method(
                caller,
                labels::READ,
                || server.read(caller, page, text),
            ) {
                Ok(length) => {
                    Some(libipc::Short::ok(1, [u64::from(length), 0, 0, 0, 0, 0]))
                }
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        WRITE => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let page = w[0] as u32;
            let text = libipc::lend::Place::of_word(w[1], 65536)?;
            match libipc::meter::method(
                caller,
                labels::WRITE,
                || server.write(caller, page, text),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        IMPROVE => {
            let text = libipc::lend::Place::of_word(w[0], 4096)?;
            let length = libipc::meter::method(
                caller,
                labels::IMPROVE,
                || server.improve(caller, text),
            );
            Some(libipc::Short::ok(1, [u64::from(length), 0, 0, 0, 0, 0]))
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
            let page = r.get()?;
            let text = libipc::lend::Place::decode(r, 65536)?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::READ,
                    || server.read(caller, page, text),
                ),
            )
        },
        |w, length| w.put(&length),
    );
}

fn serve_write<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let page = r.get()?;
            let text = libipc::lend::Place::decode(r, 65536)?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::WRITE,
                    || server.write(caller, page, text),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_improve<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let text = libipc::lend::Place::decode(r, 4096)?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::IMPROVE,
                    || server.improve(caller, text),
                ),
            )
        },
        |w, length| w.put(&length),
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

/// A client of `chronicle`.
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

    /// Fills a buffer from a page on.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn read(
        &self,
        page: u32,
        text: &libipc::lend::Out<'_, 65536>,
    ) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::READ,
                2,
                [u64::from(page), text.word(), 0, 0, 0, 0],
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

    /// Writes what stands in a buffer from a page on.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn write(
        &self,
        page: u32,
        text: &libipc::lend::In<'_, 65536>,
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::WRITE,
                2,
                [u64::from(page), text.word(), 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Replaces words by better ones, in the buffer.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn improve(
        &self,
        text: &libipc::lend::InOut<'_, 4096>,
    ) -> Result<u32, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::IMPROVE, 1, [text.word(), 0, 0, 0, 0, 0]),
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
