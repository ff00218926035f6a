//! Outlets: connections that programs use like the console, and that lead into files.
//!
//! Whoever starts a program opens one and gives the program its connection in the place of the console's. What
//! the program writes is in the file when its request is answered; keys there are none.
//!
//! Made by `idlc` from `idl/outlets.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "outlets",
    id: 0x82dd,
    version: 0xf5b0_f77f_8ea0_745d,
};

/// The labels of requests.
pub mod labels {
    /// Label of `open`.
    pub const OPEN: u32 = 0x82dd_0001;

    /// Label of `close`.
    pub const CLOSE: u32 = 0x82dd_0002;
}

/// The longest path in bytes.
pub const MAX_PATH: u32 = 1000;

/// The most bytes of what went wrong with a file.
pub const MAX_PROBLEM: u32 = 120;

/// Why there is no outlet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// The file cannot be opened to be written.
    NoFile = 1,
    /// There are as many outlets as the server can keep.
    TooMany = 2,
    /// There is no such outlet.
    UnknownOutlet = 3,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::NoFile, Self::TooMany, Self::UnknownOutlet];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::NoFile),
            2 => Some(Self::TooMany),
            3 => Some(Self::UnknownOutlet),
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
            Self::NoFile => "the file cannot be opened to be written",
            Self::TooMany => "there are as many outlets as the server can keep",
            Self::UnknownOutlet => "there is no such outlet",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A server of `outlets`.
pub trait Server {
    /// Opens an outlet into a file that exists: what is written there is added behind the file's end.
    fn open(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
    ) -> Result<(u32, libipc::Cap<super::console::Client>), Error>;

    /// Closes an outlet, whose connection then leads nowhere. Tells what went wrong with the file, behind
    /// which nothing was written any more; empty if all is well.
    fn close(
        &mut self,
        caller: libipc::Caller,
        outlet: u32,
    ) -> Result<libipc::codec::Text<120>, Error>;

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
        labels::OPEN => serve_open(server, caller, message),
        labels::CLOSE => serve_close(server, caller, message),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
    }
}

fn serve_open<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let path = r.bytes::<1000>()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::OPEN, || server.open(caller, path)))
        },
        |w, (outlet, connection)| {
            w.put(&outlet)?;
            w.append_cap(libipc::CapItem::moved(connection.into_slot()))
        },
    );
}

fn serve_close<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let outlet = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::CLOSE,
                    || server.close(caller, outlet),
                ),
            )
        },
        |w, problem| w.put(&problem),
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

/// A client of `outlets`.
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

    /// Opens an outlet into a file that exists: what is written there is added behind the file's end.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn open(
        &self,
        path: &[u8],
    ) -> Result<(u32, libipc::Cap<super::console::Client>), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::OPEN,
            |w| w.bytes::<1000>(path),
            |r| Ok((r.get()?, r.cap()?)),
        )
    }

    /// Closes an outlet, whose connection then leads nowhere. Tells what went wrong with the file, behind
    /// which nothing was written any more; empty if all is well.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn close(
        &self,
        outlet: u32,
    ) -> Result<libipc::codec::Text<120>, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::CLOSE,
            |w| w.put(&outlet),
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
