//! A component that computes in floating point.
//!
//! Made by `idlc` from `idl/test_floats.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "test_floats",
    id: 0x6f73,
    version: 0x80a3_a3f3_da31_5b54,
};

/// The labels of requests.
pub mod labels {
    /// Label of `quarter_circles`.
    pub const QUARTER_CIRCLES: u32 = 0x6f73_0001;
}

/// A server of `test_floats`.
pub trait Server {
    /// Gives the sum of 4/1 - 4/3 + 4/5 - …, so many terms of it, in billionths.
    fn quarter_circles(&mut self, caller: libipc::Caller, terms: u32) -> u64;

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
        labels::QUARTER_CIRCLES => serve_quarter_circles(server, caller, message),
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
    const QUARTER_CIRCLES: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::QUARTER_CIRCLES,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        QUARTER_CIRCLES => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let terms = w[0] as u32;
            let billionths = libipc::meter::method(
                caller,
                labels::QUARTER_CIRCLES,
                || server.quarter_circles(caller, terms),
            );
            Some(libipc::Short::ok(1, [billionths, 0, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_quarter_circles<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let terms = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::QUARTER_CIRCLES,
                    || server.quarter_circles(caller, terms),
                ),
            )
        },
        |w, billionths| w.put(&billionths),
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

/// A client of `test_floats`.
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

    /// Gives the sum of 4/1 - 4/3 + 4/5 - …, so many terms of it, in billionths.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn quarter_circles(&self, terms: u32) -> Result<u64, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(
                labels::QUARTER_CIRCLES,
                1,
                [u64::from(terms), 0, 0, 0, 0, 0],
            ),
            1,
            |w| Some(w[0]),
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
