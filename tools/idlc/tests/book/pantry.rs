//! Gives out memory.
//!
//! Made by `idlc` from `pantry.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "pantry",
    id: 0x0dfb,
    version: 0x68c8_8de2_f291_2877,
};

/// The labels of requests.
pub mod labels {
    /// Label of `frame`.
    pub const FRAME: u32 = 0x0dfb_0001;

    /// Label of `introduce`.
    pub const INTRODUCE: u32 = 0x0dfb_0002;

    /// Label of `inspect`.
    pub const INSPECT: u32 = 0x0dfb_0003;
}

/// Why nothing was given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// The pantry is empty.
    Empty = 1,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Empty];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Empty),
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
            Self::Empty => "the pantry is empty",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `pantry`.
pub trait Server {
    /// Gives out one frame.
    fn frame(
        &mut self,
        caller: libipc::Caller,
    ) -> Result<libipc::Cap<libipc::objects::Frame>, Error>;

    /// Introduces another pantry, to ask when this one is empty.
    fn introduce(&mut self, caller: libipc::Caller, other: libipc::Cap<Client>);

    /// Looks whether a frame came from here.
    fn inspect(
        &mut self,
        caller: libipc::Caller,
        frame: &libipc::Cap<libipc::objects::Frame>,
    ) -> bool;

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
        labels::FRAME => serve_frame(server, caller, message),
        labels::INTRODUCE => serve_introduce(server, caller, message),
        labels::INSPECT => serve_inspect(server, caller, message),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
    }
}

fn serve_frame<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::FRAME, || server.frame(caller)))
        },
        |w, frame| w.append_cap(libipc::CapItem::moved(frame.into_slot())),
    );
}

fn serve_introduce<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let other = r.cap()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::INTRODUCE,
                || server.introduce(caller, other),
            );
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_inspect<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let frame = r.cap()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::INSPECT,
                    || server.inspect(caller, &frame),
                ),
            )
        },
        |w, ours| w.put(&ours),
    );
}

/// Makes a server one that a server loop can run.
#[derive(Debug)]
pub struct Dispatcher<S>(pub S);

impl<S: Server> libipc::Service for Dispatcher<S> {
    fn request(&mut self, request: libipc::Request<'_>) {
        dispatch(&mut self.0, request);
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

/// A client of `pantry`.
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

    /// Gives out one frame.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn frame(
        &self,
    ) -> Result<libipc::Cap<libipc::objects::Frame>, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::FRAME,
            |_| Ok(()),
            |r| r.cap(),
        )
    }

    /// Introduces another pantry, to ask when this one is empty.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn introduce(
        &self,
        other: libipc::Cap<Client>,
    ) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::INTRODUCE,
            |w| w.append_cap(libipc::CapItem::moved(other.into_slot())),
            |_| Ok(()),
        )
    }

    /// Looks whether a frame came from here.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn inspect(
        &self,
        frame: &libipc::Cap<libipc::objects::Frame>,
    ) -> Result<bool, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::INSPECT,
            |w| {
                w.append_cap(libipc::CapItem::copied(frame.slot(), libipc::Rights::READ))
            },
            |r| r.get(),
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
