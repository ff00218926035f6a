//! Capabilities that are not given away.
//!
//! Made by `idlc` from `rights.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "rights",
    id: 0x2082,
    version: 0xfc71_d2fc_68cb_b021,
};

/// The labels of requests.
pub mod labels {
    /// Label of `subscribe`.
    pub const SUBSCRIBE: u32 = 0x2082_0001;

    /// Label of `look`.
    pub const LOOK: u32 = 0x2082_0002;
}

/// A server of `rights`.
pub trait Server {
    /// Remembers what to signal; the caller keeps its own.
    fn subscribe(
        &mut self,
        caller: libipc::Caller,
        arrival: libipc::Cap<libipc::objects::Notification>,
    );

    /// Looks into a frame, and has it no longer than that.
    fn look(
        &mut self,
        caller: libipc::Caller,
        place: u32,
        memory: &libipc::Cap<libipc::objects::Frame>,
        whom: &libipc::Cap<Client>,
    ) -> u64;

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
        labels::SUBSCRIBE => serve_subscribe(server, caller, message),
        labels::LOOK => serve_look(server, caller, message),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
    }
}

fn serve_subscribe<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let arrival = r.cap()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::SUBSCRIBE,
                || server.subscribe(caller, arrival),
            );
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_look<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let place = r.get()?;
            let memory = r.cap()?;
            let whom = r.cap()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::LOOK,
                    || server.look(caller, place, &memory, &whom),
                ),
            )
        },
        |w, first| w.put(&first),
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

/// A client of `rights`.
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

    /// Remembers what to signal; the caller keeps its own.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn subscribe(
        &self,
        arrival: &libipc::Cap<libipc::objects::Notification>,
    ) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::SUBSCRIBE,
            |w| {
                w
                    .append_cap(
                        libipc::CapItem::copied(arrival.slot(), libipc::Rights::WRITE),
                    )
            },
            |_| Ok(()),
        )
    }

    /// Looks into a frame, and has it no longer than that.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn look(
        &self,
        place: u32,
        memory: &libipc::Cap<libipc::objects::Frame>,
        whom: &libipc::Cap<Client>,
    ) -> Result<u64, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::LOOK,
            |w| {
                w.put(&place)?;
                w.append_cap(
                    libipc::CapItem::copied(
                        memory.slot(),
                        libipc::Rights::READ.union(libipc::Rights::PHYS),
                    ),
                )?;
                w.append_cap(libipc::CapItem::copied(whom.slot(), libipc::Rights::WRITE))
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
