//! The PCI bus as a whole, for the servers that look after drivers.
//!
//! Made by `idlc` from `idl/pci_control.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "pci_control",
    id: 0xe6ca,
    version: 0xf6e3_fdf0_2f93_97c0,
};

/// The labels of requests.
pub mod labels {
    /// Label of `quiesce`.
    pub const QUIESCE: u32 = 0xe6ca_0001;

    /// Label of `list`.
    pub const LIST: u32 = 0xe6ca_0002;
}

/// The most functions in one answer.
pub const MAX_LIST: u32 = 8;

/// Why it was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// No driver of that number has a function.
    UnknownDriver = 1,
    /// The function does not come to rest; its memory must not be reused.
    NotQuiet = 2,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::UnknownDriver, Self::NotQuiet];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::UnknownDriver),
            2 => Some(Self::NotQuiet),
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
            Self::UnknownDriver => "no driver of that number has a function",
            Self::NotQuiet => {
                "the function does not come to rest; its memory must not be reused"
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

/// A server of `pci_control`.
pub trait Server {
    /// Stops everything that the functions of a driver do by themselves: bus mastering off,
    /// interrupts masked, reset. The memory of a driver that died may be reused only afterwards.
    /// Drivers go by the client numbers of their connections.
    fn quiesce(&mut self, caller: libipc::Caller, driver: u32) -> Result<(), Error>;

    /// Lists functions in the order of the bus, from number `first` on. An empty list says that
    /// there are no more.
    fn list(
        &mut self,
        caller: libipc::Caller,
        first: u32,
    ) -> libipc::codec::List<super::pci::Function, 8>;

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
        labels::QUIESCE => serve_quiesce(server, caller, message),
        labels::LIST => serve_list(server, caller, message),
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
    const QUIESCE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::QUIESCE,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        QUIESCE => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let driver = w[0] as u32;
            match libipc::meter::method(
                caller,
                labels::QUIESCE,
                || server.quiesce(caller, driver),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        _ => None,
    }
}

fn serve_quiesce<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let driver = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::QUIESCE,
                    || server.quiesce(caller, driver),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_list<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let first = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::LIST,
                    || server.list(caller, first),
                ),
            )
        },
        |w, found| w.put(&found),
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

/// A client of `pci_control`.
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

    /// Stops everything that the functions of a driver do by themselves: bus mastering off,
    /// interrupts masked, reset. The memory of a driver that died may be reused only afterwards.
    /// Drivers go by the client numbers of their connections.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn quiesce(&self, driver: u32) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::QUIESCE,
                1,
                [u64::from(driver), 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Lists functions in the order of the bus, from number `first` on. An empty list says that
    /// there are no more.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn list(
        &self,
        first: u32,
    ) -> Result<libipc::codec::List<super::pci::Function, 8>, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::LIST,
            |w| w.put(&first),
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
