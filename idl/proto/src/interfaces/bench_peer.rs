//! The process on the other side of what the benchmark measures.
//!
//! The benchmark makes threads in it, each of which begins at one of its entries and plays one part.
//! A thread's capabilities are in the slots that are named here; its two arguments differ by entry.
//!
//! Made by `idlc` from `idl/bench_peer.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "bench_peer",
    id: 0x8ea7,
    version: 0xf255_3e66_5843_0727,
};

/// The labels of requests.
pub mod labels {
    /// Label of `introduce`.
    pub const INTRODUCE: u32 = 0x8ea7_0001;

    /// Label of `echo`.
    pub const ECHO: u32 = 0x8ea7_0002;

    /// Label of `write_program`.
    pub const WRITE_PROGRAM: u32 = 0x8ea7_0003;

    /// Label of `turns`.
    pub const TURNS: u32 = 0x8ea7_0004;
}

/// Slot of a thread: the endpoint on which it receives, or to which it sends what it found.
pub const ENDPOINT: u32 = 1;

/// Slot of a thread: its reply object.
pub const REPLY: u32 = 2;

/// Slot of a thread: the notification for which it waits.
pub const WAITS: u32 = 3;

/// Slot of a thread: the notification that it signals.
pub const SIGNALS: u32 = 4;

/// Where threads begin, by the part they play. Counters are those of the processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entries {
    /// Answers each message with nothing.
    pub answers: u64,
    /// Answers each message with the counters right after it came and right before the answer.
    pub stamps: u64,
    /// As `stamps`, but marks the end of the figure in the message's first word, and the
    /// beginning of the one in its second, unless that is 0.
    pub marks: u64,
    /// Waits, and sends the counter right after the signal.
    pub wakes: u64,
    /// As `wakes`, but marks the end of the figure in its first argument.
    pub wakes_marked: u64,
    /// Signals one notification and waits for the other, for ever, after it has waited once.
    pub echoes: u64,
    /// Waits for one notification and signals the other, for ever.
    pub echoes_apart: u64,
    /// Yields, and sends the counter right after the others have run.
    pub yields: u64,
    /// As `yields`, but marks the end of the figure in its first argument.
    pub yields_marked: u64,
    /// Raises an exception again and again, and sends how long each took. Its first argument
    /// is the figure to mark once the benchmark answers with it.
    pub breaks: u64,
    /// As `breaks`, but reads at the address in its second argument.
    pub touches: u64,
    /// Signals once, and waits for ever.
    pub signals: u64,
    /// Counts the turns of a loop of constant length; `turns` tells how many there were.
    pub turns: u64,
    /// As `answers`, and uses a vector register for each message.
    pub answers_with_vectors: u64,
    /// Waits until moments of its own choice, and calls with the nanoseconds by which it woke late. Its first
    /// argument is the least time that it waits, its second by how much that may be longer.
    pub oversleeps: u64,
}

impl libipc::codec::Encode for Entries {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.words(
            [
                self.answers,
                self.stamps,
                self.marks,
                self.wakes,
                self.wakes_marked,
                self.echoes,
                self.echoes_apart,
                self.yields,
                self.yields_marked,
                self.breaks,
                self.touches,
                self.signals,
                self.turns,
                self.answers_with_vectors,
                self.oversleeps,
            ],
            120,
        )
    }
}

impl libipc::codec::Decode for Entries {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        r.words(
            120,
            |w: [u64; 15]| Some(Self {
                answers: w[0],
                stamps: w[1],
                marks: w[2],
                wakes: w[3],
                wakes_marked: w[4],
                echoes: w[5],
                echoes_apart: w[6],
                yields: w[7],
                yields_marked: w[8],
                breaks: w[9],
                touches: w[10],
                signals: w[11],
                turns: w[12],
                answers_with_vectors: w[13],
                oversleeps: w[14],
            }),
        )
    }
}

/// A server of `bench_peer`.
pub trait Server {
    /// Gives the process's address space, and where threads can begin in it.
    fn introduce(
        &mut self,
        caller: libipc::Caller,
    ) -> (Entries, libipc::Cap<libipc::objects::AddressSpace>);

    /// Answers with the same word.
    fn echo(&mut self, caller: libipc::Caller, word: u64) -> u64;

    /// Writes a program into the page at `address`: it signals the notification in slot `SIGNALS`,
    /// and waits for the one in slot `WAITS`.
    fn write_program(&mut self, caller: libipc::Caller, address: u64);

    /// Tells how many turns the counting thread has made.
    fn turns(&mut self, caller: libipc::Caller) -> u64;

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
        labels::ECHO => serve_echo(server, caller, message),
        labels::WRITE_PROGRAM => serve_write_program(server, caller, message),
        labels::TURNS => serve_turns(server, caller, message),
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
    const ECHO: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::ECHO,
        1,
        0,
    );
    const WRITE_PROGRAM: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::WRITE_PROGRAM,
        1,
        0,
    );
    const TURNS: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::TURNS,
        0,
        0,
    );
    let w = request.words;
    match request.info {
        ECHO => {
            let word = w[0];
            let word = libipc::meter::method(
                caller,
                labels::ECHO,
                || server.echo(caller, word),
            );
            Some(libipc::Short::ok(1, [word, 0, 0, 0, 0, 0]))
        }
        WRITE_PROGRAM => {
            let address = w[0];
            libipc::meter::method(
                caller,
                labels::WRITE_PROGRAM,
                || server.write_program(caller, address),
            );
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        TURNS => {
            let count = libipc::meter::method(
                caller,
                labels::TURNS,
                || server.turns(caller),
            );
            Some(libipc::Short::ok(1, [count, 0, 0, 0, 0, 0]))
        }
        _ => None,
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

fn serve_echo<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let word = r.get()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::ECHO, || server.echo(caller, word)))
        },
        |w, word| w.put(&word),
    );
}

fn serve_write_program<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let address = r.get()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::WRITE_PROGRAM,
                || server.write_program(caller, address),
            );
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_turns<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::TURNS, || server.turns(caller)))
        },
        |w, count| w.put(&count),
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

/// A client of `bench_peer`.
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

    /// Answers with the same word.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn echo(&self, word: u64) -> Result<u64, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::ECHO, 1, [word, 0, 0, 0, 0, 0]),
            1,
            |w| Some(w[0]),
        )
    }

    /// Writes a program into the page at `address`: it signals the notification in slot `SIGNALS`,
    /// and waits for the one in slot `WAITS`.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn write_program(&self, address: u64) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::WRITE_PROGRAM, 1, [address, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Tells how many turns the counting thread has made.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn turns(&self) -> Result<u64, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::TURNS, 0, [0, 0, 0, 0, 0, 0]),
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
