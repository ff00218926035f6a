//! The machine and the system as a whole.
//!
//! Made by `idlc` from `idl/system.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 2;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "system",
    id: 0x4382,
    version: 0x7527_040a_6a9b_8176,
};

/// The labels of requests.
pub mod labels {
    /// Label of `power_off`.
    pub const POWER_OFF: u32 = 0x4382_0001;

    /// Label of `boot_arguments`.
    pub const BOOT_ARGUMENTS: u32 = 0x4382_0002;

    /// Label of `read_log`.
    pub const READ_LOG: u32 = 0x4382_0003;

    /// Label of `usage`.
    pub const USAGE: u32 = 0x4382_0004;
}

/// The most bytes of the log in one answer.
pub const MAX_LOG: u32 = 1536;

/// The most bytes of boot arguments.
pub const MAX_ARGUMENTS: u32 = 1536;

/// A server of `system`.
pub trait Server {
    /// Switches the machine off; there is no answer. Where the machine can tell somebody a status,
    /// as an emulator can, it tells this one, or 127 if it is greater.
    fn power_off(
        &mut self,
        caller: libipc::Caller,
        status: u8,
        reply: libipc::Reply<(), core::convert::Infallible>,
    );

    /// Tells what was given to the system when it was started.
    fn boot_arguments(&mut self, caller: libipc::Caller) -> libipc::codec::Bytes<1536>;

    /// Reads the kernel log from a position on; 0 is the oldest text that is kept. `next` is where
    /// to go on; an empty text says that there is no more yet.
    fn read_log(
        &mut self,
        caller: libipc::Caller,
        position: u64,
    ) -> (libipc::codec::Bytes<1536>, u64);

    /// Tells what root itself, which no other server watches, uses: processor time in nanoseconds, memory in
    /// bytes, capabilities; and its priority.
    fn usage(&mut self, caller: libipc::Caller) -> (u64, u64, u32, u8);

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
    let libipc::Request { caller, message, deferral } = request;
    match message.label() {
        labels::POWER_OFF => serve_power_off(server, caller, message, deferral),
        labels::BOOT_ARGUMENTS => serve_boot_arguments(server, caller, message),
        labels::READ_LOG => serve_read_log(server, caller, message),
        labels::USAGE => serve_usage(server, caller, message),
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
    const USAGE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::USAGE,
        0,
        0,
    );
    match request.info {
        USAGE => {
            let (cpu_ns, memory, capabilities, priority) = libipc::meter::method(
                caller,
                labels::USAGE,
                || server.usage(caller),
            );
            Some(
                libipc::Short::ok(
                    3,
                    [
                        cpu_ns,
                        memory,
                        u64::from(capabilities) | u64::from(priority) << 32,
                        0,
                        0,
                        0,
                    ],
                ),
            )
        }
        _ => None,
    }
}

fn serve_power_off<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
    deferral: libipc::Deferral<'_>,
) {
    libipc::codec::stub::defer(
        message,
        deferral,
        |r, deferral| {
            let status = r.get()?;
            r.finish()?;
            let reply = deferral.defer(answer_power_off)?;
            libipc::meter::method(
                caller,
                labels::POWER_OFF,
                || server.power_off(caller, status, reply),
            );
            Ok(())
        },
    );
}

fn answer_power_off(
    message: &mut libipc::Message,
    outcome: Result<(), core::convert::Infallible>,
) {
    libipc::codec::stub::answer(message, outcome, |_, ()| Ok(()));
}

fn serve_boot_arguments<S: Server + ?Sized>(
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
                    labels::BOOT_ARGUMENTS,
                    || server.boot_arguments(caller),
                ),
            )
        },
        |w, text| w.put(&text),
    );
}

fn serve_read_log<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let position = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::READ_LOG,
                    || server.read_log(caller, position),
                ),
            )
        },
        |w, (text, next)| {
            w.put(&text)?;
            w.put(&next)
        },
    );
}

fn serve_usage<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::USAGE, || server.usage(caller)))
        },
        |w, (cpu_ns, memory, capabilities, priority)| {
            w.put(&cpu_ns)?;
            w.put(&memory)?;
            w.put(&capabilities)?;
            w.put(&priority)
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

/// A client of `system`.
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

    /// Switches the machine off; there is no answer. Where the machine can tell somebody a status,
    /// as an emulator can, it tells this one, or 127 if it is greater.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn power_off(&self, status: u8) -> Result<(), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::POWER_OFF,
            |w| w.put(&status),
            |_| Ok(()),
        )
    }

    /// Tells what was given to the system when it was started.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn boot_arguments(
        &self,
    ) -> Result<libipc::codec::Bytes<1536>, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::BOOT_ARGUMENTS,
            |_| Ok(()),
            |r| r.get(),
        )
    }

    /// Reads the kernel log from a position on; 0 is the oldest text that is kept. `next` is where
    /// to go on; an empty text says that there is no more yet.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn read_log(
        &self,
        position: u64,
    ) -> Result<(libipc::codec::Bytes<1536>, u64), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::READ_LOG,
            |w| w.put(&position),
            |r| Ok((r.get()?, r.get()?)),
        )
    }

    /// Tells what root itself, which no other server watches, uses: processor time in nanoseconds, memory in
    /// bytes, capabilities; and its priority.
    ///
    /// Since revision 2 of the interface.
    ///
    /// `None` if the server is too old to know the method.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn usage(&self) -> Result<Option<(u64, u64, u32, u8)>, libipc::TransportError> {
        libipc::codec::stub::known(
            libipc::codec::short::ask(
                &self.transport,
                libipc::Short::request(labels::USAGE, 0, [0, 0, 0, 0, 0, 0]),
                3,
                |w| {
                    if w[2] & 0xffffff0000000000 != 0 {
                        return None;
                    }
                    Some((w[0], w[1], w[2] as u32, (w[2] >> 32) as u8))
                },
            ),
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
