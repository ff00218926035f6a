//! Buffers that clients lend.
//!
//! Made by `idlc` from `loans.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "loans",
    id: 0xa059,
    version: 0x2dca_73b8_f99e_0f95,
};

/// The labels of requests.
pub mod labels {
    /// Label of `fill`.
    pub const FILL: u32 = 0xa059_0001;

    /// Label of `count`.
    pub const COUNT: u32 = 0xa059_0002;

    /// Label of `reverse`.
    pub const REVERSE: u32 = 0xa059_0003;
}

/// The longest text.
pub const MAX_TEXT: u32 = 65536;

/// Why nothing was done with a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// It is not what it should be.
    Unfit = 1,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Unfit];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Unfit),
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
            Self::Unfit => "it is not what it should be",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `loans`.
pub trait Server {
    /// Fills a buffer; this fits in registers.
    fn fill(
        &mut self,
        caller: libipc::Caller,
        data: libipc::lend::Place,
        with: u8,
    ) -> Result<u32, Error>;

    /// Counts letters in a named text.
    fn count(
        &mut self,
        caller: libipc::Caller,
        name: &str,
        text: libipc::lend::Place,
    ) -> u32;

    /// Turns a text around.
    fn reverse(
        &mut self,
        caller: libipc::Caller,
        text: libipc::lend::Place,
        reply: libipc::Reply<(), Error>,
    );

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
        labels::FILL => serve_fill(server, caller, message),
        labels::COUNT => serve_count(server, caller, message),
        labels::REVERSE => serve_reverse(server, caller, message, deferral),
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
    const FILL: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::FILL,
        2,
        0,
    );
    let w = request.words;
    match request.info {
        FILL => {
            if w[1] & 0xffffffffffffff00 != 0 {
                return None;
            }
            let data = libipc::lend::Place::of_word(w[0], 65536)?;
            let with = w[1] as u8;
            match libipc::meter::method(
                caller,
                labels::FILL,
                || server.fill(caller, data, with),
            ) {
                Ok(length) => {
                    Some(libipc::Short::ok(1, [u64::from(length), 0, 0, 0, 0, 0]))
                }
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        _ => None,
    }
}

fn serve_fill<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let data = libipc::lend::Place::decode(r, 65536)?;
            let with = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::FILL,
                    || server.fill(caller, data, with),
                ),
            )
        },
        |w, length| w.put(&length),
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
            let name = r.text::<16>()?;
            let text = libipc::lend::Place::decode(r, 4096)?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::COUNT,
                    || server.count(caller, name, text),
                ),
            )
        },
        |w, letters| w.put(&letters),
    );
}

fn serve_reverse<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
    deferral: libipc::Deferral<'_>,
) {
    libipc::codec::stub::defer(
        message,
        deferral,
        |r, deferral| {
            let text = libipc::lend::Place::decode(r, 4096)?;
            r.finish()?;
            let reply = deferral.defer(answer_reverse)?;
            libipc::meter::method(
                caller,
                labels::REVERSE,
                || server.reverse(caller, text, reply),
            );
            Ok(())
        },
    );
}

fn answer_reverse(message: &mut libipc::Message, outcome: Result<(), Error>) {
    libipc::codec::stub::answer(message, outcome, |_, ()| Ok(()));
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

/// A client of `loans`.
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

    /// Fills a buffer; this fits in registers.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn fill(
        &self,
        data: &libipc::lend::Out<'_, 65536>,
        with: u8,
    ) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::FILL,
                2,
                [data.word(), u64::from(with), 0, 0, 0, 0],
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

    /// Counts letters in a named text.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn count(
        &self,
        name: &str,
        text: &libipc::lend::In<'_, 4096>,
    ) -> Result<u32, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::COUNT,
            |w| {
                w.text::<16>(name)?;
                w.put(&text.word())
            },
            |r| r.get(),
        )
    }

    /// Turns a text around.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn reverse(
        &self,
        text: &libipc::lend::InOut<'_, 4096>,
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::REVERSE,
            |w| w.put(&text.word()),
            |_| Ok(()),
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
