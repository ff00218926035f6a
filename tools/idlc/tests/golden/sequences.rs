//! Text, bytes and lists, as arguments and as results.
//!
//! Made by `idlc` from `sequences.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "sequences",
    id: 0x9e70,
    version: 0x3980_35fe_ceb2_3fa4,
};

/// The labels of requests.
pub mod labels {
    /// Label of `give`.
    pub const GIVE: u32 = 0x9e70_0001;

    /// Label of `take`.
    pub const TAKE: u32 = 0x9e70_0002;
}

/// The longest text.
pub const MAX: u32 = 32;

/// A server of `sequences`.
pub trait Server {
    /// Everything in.
    fn give(
        &mut self,
        caller: libipc::Caller,
        text: &str,
        data: &[u8],
        list: libipc::codec::List<u16, 4>,
    );

    /// Everything out.
    fn take(
        &mut self,
        caller: libipc::Caller,
    ) -> (
        libipc::codec::Text<32>,
        libipc::codec::Bytes<8>,
        libipc::codec::List<bool, 4>,
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
    let libipc::Request { caller, message, .. } = request;
    match message.label() {
        labels::GIVE => serve_give(server, caller, message),
        labels::TAKE => serve_take(server, caller, message),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
    }
}

fn serve_give<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let text = r.text::<32>()?;
            let data = r.bytes::<8>()?;
            let list = r.get()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::GIVE,
                || server.give(caller, text, data, list),
            );
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_take<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::TAKE, || server.take(caller)))
        },
        |w, (text, data, list)| {
            w.put(&text)?;
            w.put(&data)?;
            w.put(&list)
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

/// A client of `sequences`.
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

    /// Everything in.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn give(
        &self,
        text: &str,
        data: &[u8],
        list: &[u16],
    ) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::GIVE,
            |w| {
                w.text::<32>(text)?;
                w.bytes::<8>(data)?;
                w.list::<u16, 4>(list)
            },
            |_| Ok(()),
        )
    }

    /// Everything out.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn take(
        &self,
    ) -> Result<
        (libipc::codec::Text<32>, libipc::codec::Bytes<8>, libipc::codec::List<bool, 4>),
        libipc::TransportError,
    > {
        libipc::codec::stub::ask(
            &self.transport,
            labels::TAKE,
            |_| Ok(()),
            |r| Ok((r.get()?, r.get()?, r.get()?)),
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
