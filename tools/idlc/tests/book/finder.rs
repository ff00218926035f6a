//! Looking for things.
//!
//! Made by `idlc` from `finder.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "finder",
    id: 0xe629,
    version: 0xad77_82bf_e4a8_f658,
};

/// The labels of requests.
pub mod labels {
    /// Label of `find`.
    pub const FIND: u32 = 0xe629_0001;
}

/// What a thing is called.
pub type Name = libipc::codec::Text<24>;

/// Where a thing is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "messages are made in place, without a heap"
)]
pub enum Place {
    /// Nobody knows.
    Lost,
    /// On the shelf of that number.
    Shelf(u16),
    /// With somebody of that name.
    With(libipc::codec::Text<24>),
}

impl libipc::codec::Encode for Place {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        match self {
            Self::Lost => w.put(&0u8),
            Self::Shelf(value) => {
                w.put(&1u8)?;
                w.put(value)
            }
            Self::With(value) => {
                w.put(&2u8)?;
                w.put(value)
            }
        }
    }
}

impl libipc::codec::Decode for Place {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        match r.get::<u8>()? {
            0u8 => Ok(Self::Lost),
            1u8 => r.get().map(Self::Shelf),
            2u8 => r.get().map(Self::With),
            _ => Err(libipc::codec::Malformed),
        }
    }
}

/// A server of `finder`.
pub trait Server {
    /// Tells where a thing is, and what it lies on if it lies on something.
    fn find(
        &mut self,
        caller: libipc::Caller,
        thing: &str,
    ) -> (Place, Option<libipc::codec::Text<24>>);

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
        labels::FIND => serve_find(server, caller, message),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
    }
}

fn serve_find<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let thing = r.text::<24>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::FIND,
                    || server.find(caller, thing),
                ),
            )
        },
        |w, (place, on)| {
            w.put(&place)?;
            w.put(&on)
        },
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

/// A client of `finder`.
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

    /// Tells where a thing is, and what it lies on if it lies on something.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn find(
        &self,
        thing: &str,
    ) -> Result<(Place, Option<libipc::codec::Text<24>>), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::FIND,
            |w| w.text::<24>(thing),
            |r| Ok((r.get()?, r.get()?)),
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
