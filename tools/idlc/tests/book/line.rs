//! A line whose settings become more over the years.
//!
//! Made by `idlc` from `line.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "line",
    id: 0x01fc,
    version: 0x01d5_2d6f_b7d0_7da9,
};

/// The labels of requests.
pub mod labels {
    /// Label of `change`.
    pub const CHANGE: u32 = 0x01fc_0001;
}

/// Settings; those that are absent stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Bits in a second.
    pub speed: Option<u32>,
    /// What people call it.
    pub name: Option<libipc::codec::Text<12>>,
}

impl libipc::codec::Encode for Settings {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        libipc::codec::table::begin(w, [self.speed.is_some(), self.name.is_some()])?;
        libipc::codec::table::member(w, 1, &self.speed)?;
        libipc::codec::table::member(w, 3, &self.name)?;
        Ok(())
    }
}

impl libipc::codec::Decode for Settings {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        let mut table = Self::default();
        libipc::codec::table::members(
            r,
            |number, r| match number {
                1 => r.fill(&mut table.speed),
                3 => r.fill(&mut table.name),
                _ => Ok(libipc::codec::table::Member::Unknown),
            },
        )?;
        Ok(table)
    }
}

/// A server of `line`.
pub trait Server {
    /// Changes settings.
    fn change(&mut self, caller: libipc::Caller, settings: Settings);

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
        labels::CHANGE => serve_change(server, caller, message),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
    }
}

fn serve_change<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let settings = r.get()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::CHANGE,
                || server.change(caller, settings),
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

/// A client of `line`.
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

    /// Changes settings.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn change(&self, settings: &Settings) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::CHANGE,
            |w| w.put(settings),
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
