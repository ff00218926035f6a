//! The process in which the on-target tests let threads misbehave.
//!
//! Made by `idlc` from `idl/test_assist.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "test_assist",
    id: 0xc834,
    version: 0xe4b0_f7b9_1640_f225,
};

/// The labels of requests.
pub mod labels {
    /// Label of `introduce`.
    pub const INTRODUCE: u32 = 0xc834_0001;
}

/// Where a thread can begin in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entries {
    /// Follows a script, whose address is its first argument.
    pub script: u64,
    /// Makes random system calls: its first argument is the seed, its second the address of its record.
    pub random: u64,
    /// The first address of this program's instructions.
    pub text: u64,
}

impl libipc::codec::Encode for Entries {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.words([self.script, self.random, self.text], 24)
    }
}

impl libipc::codec::Decode for Entries {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        r.words(
            24,
            |w: [u64; 3]| Some(Self {
                script: w[0],
                random: w[1],
                text: w[2],
            }),
        )
    }
}

/// A server of `test_assist`.
pub trait Server {
    /// Gives the process's address space, and where threads can begin in it.
    fn introduce(
        &mut self,
        caller: libipc::Caller,
    ) -> (Entries, libipc::Cap<libipc::objects::AddressSpace>);

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
        labels::INTRODUCE => serve_introduce(server, caller, message),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
    }
}

fn serve_introduce<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::INTRODUCE,
                    || server.introduce(caller),
                ),
            )
        },
        |w, (entries, space)| {
            w.put(&entries)?;
            w.append_cap(libipc::CapItem::moved(space.into_slot()))
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

/// A client of `test_assist`.
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

    /// Gives the process's address space, and where threads can begin in it.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn introduce(
        &self,
    ) -> Result<
        (Entries, libipc::Cap<libipc::objects::AddressSpace>),
        libipc::TransportError,
    > {
        libipc::codec::stub::ask(
            &self.transport,
            labels::INTRODUCE,
            |_| Ok(()),
            |r| Ok((r.get()?, r.cap()?)),
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
