//! Values that may be absent.
//!
//! Made by `idlc` from `optional.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "optional",
    id: 0x913c,
    version: 0x8491_992e_dfc5_def1,
};

/// The labels of requests.
pub mod labels {
    /// Label of `find`.
    pub const FIND: u32 = 0x913c_0001;
}

/// The longest name.
pub const MAX_NAME: u32 = 8;

/// What a thing is called.
pub type Name = libipc::codec::Text<8>;

/// A thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// What it is called, if it is called something.
    pub name: Option<libipc::codec::Text<8>>,
    /// The thing that it lies on.
    pub below: Option<u64>,
}

impl libipc::codec::Encode for Thing {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.name)?;
        w.put(&self.below)
    }
}

impl libipc::codec::Decode for Thing {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            name: r.get()?,
            below: r.get()?,
        })
    }
}

/// A server of `optional`.
pub trait Server {
    /// Looks for a thing, by one or both of its name and its number.
    fn find(
        &mut self,
        caller: libipc::Caller,
        name: Option<&str>,
        number: Option<u16>,
        like: Option<Thing>,
    ) -> (Option<Thing>, libipc::codec::List<Option<u8>, 4>);

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
            let name = r.optional(|r| r.text::<8>())?;
            let number = r.get()?;
            let like = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::FIND,
                    || server.find(caller, name, number, like),
                ),
            )
        },
        |w, (thing, others)| {
            w.put(&thing)?;
            w.put(&others)
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

/// A client of `optional`.
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

    /// Looks for a thing, by one or both of its name and its number.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn find(
        &self,
        name: Option<&str>,
        number: Option<u16>,
        like: Option<&Thing>,
    ) -> Result<
        (Option<Thing>, libipc::codec::List<Option<u8>, 4>),
        libipc::TransportError,
    > {
        libipc::codec::stub::ask(
            &self.transport,
            labels::FIND,
            |w| {
                w.optional(name, |w, value| w.text::<8>(value))?;
                w.optional(number, |w, value| w.put(&value))?;
                w.optional(like, |w, value| w.put(value))
            },
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
