//! What the console shows, for the driver of a display.
//!
//! The console keeps the newest text until the driver takes it, and never waits for it: a display that is slow loses the
//! oldest. The text is what programs wrote, with control sequences; a line feed begins a new line.
//!
//! Made by `idlc` from `idl/screen.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "screen",
    id: 0x19d4,
    version: 0x881d_2946_cca2_3e9d,
};

/// The labels of requests.
pub mod labels {
    /// Label of `read`.
    pub const READ: u32 = 0x19d4_0001;

    /// Label of `subscribe`.
    pub const SUBSCRIBE: u32 = 0x19d4_0002;
}

/// The most bytes in one read.
pub const MAX_READ: u32 = 1536;

/// A server of `screen`.
pub trait Server {
    /// Takes the oldest of the text that nobody took. Tells how many bytes before it were lost because nobody took them in
    /// time, and how many more wait. Answers at once; there may be none.
    fn read(&mut self, caller: libipc::Caller) -> (libipc::codec::Bytes<1536>, u32, u32);

    /// Names a notification that is signalled when text comes and none was waiting. It replaces an earlier one, and is
    /// signalled at once if text waits already.
    fn subscribe(
        &mut self,
        caller: libipc::Caller,
        arrival: libipc::Cap<libipc::objects::Notification>,
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
        labels::READ => serve_read(server, caller, message),
        labels::SUBSCRIBE => serve_subscribe(server, caller, message),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
    }
}

fn serve_read<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::READ, || server.read(caller)))
        },
        |w, (text, lost, left)| {
            w.put(&text)?;
            w.put(&lost)?;
            w.put(&left)
        },
    );
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

/// A client of `screen`.
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

    /// Takes the oldest of the text that nobody took. Tells how many bytes before it were lost because nobody took them in
    /// time, and how many more wait. Answers at once; there may be none.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn read(
        &self,
    ) -> Result<(libipc::codec::Bytes<1536>, u32, u32), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::READ,
            |_| Ok(()),
            |r| Ok((r.get()?, r.get()?, r.get()?)),
        )
    }

    /// Names a notification that is signalled when text comes and none was waiting. It replaces an earlier one, and is
    /// signalled at once if text waits already.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn subscribe(
        &self,
        arrival: libipc::Cap<libipc::objects::Notification>,
    ) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::SUBSCRIBE,
            |w| w.append_cap(libipc::CapItem::moved(arrival.into_slot())),
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
