//! Starting, watching and ending programs.
//!
//! Whoever holds a connection may end any program, so only the shell and the console have one.
//!
//! Made by `idlc` from `idl/processes.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "processes",
    id: 0xffb5,
    version: 0xf109_727f_abf5_2664,
};

/// The labels of requests.
pub mod labels {
    /// Label of `spawn`.
    pub const SPAWN: u32 = 0xffb5_0001;

    /// Label of `wait`.
    pub const WAIT: u32 = 0xffb5_0002;

    /// Label of `kill`.
    pub const KILL: u32 = 0xffb5_0003;

    /// Label of `interrupt`.
    pub const INTERRUPT: u32 = 0xffb5_0004;

    /// Label of `list`.
    pub const LIST: u32 = 0xffb5_0005;

    /// Label of `spawn_with`.
    pub const SPAWN_WITH: u32 = 0xffb5_0006;

    /// Label of `watch_events`.
    pub const WATCH_EVENTS: u32 = 0xffb5_4001;

    /// Label of `take_events`.
    pub const TAKE_EVENTS: u32 = 0xffb5_4002;
}

/// The longest path in bytes.
pub const MAX_PATH: u32 = 1000;

/// The most bytes of arguments.
pub const MAX_ARGUMENTS: u32 = 480;

/// The most processes in one answer.
pub const MAX_LIST: u32 = 24;

/// Why it was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// There is no such process.
    UnknownProcess = 1,
    /// There is no such file.
    NotFound = 2,
    /// The file cannot be read.
    Unreadable = 3,
    /// The file is not a program for this machine.
    NotProgram = 4,
    /// There is not enough memory.
    OutOfMemory = 5,
    /// There are as many processes as the server can keep.
    TooMany = 6,
    /// The system cannot do without this process.
    Protected = 7,
    /// The program was built for another version of the system.
    WrongVersion = 8,
    /// The arguments are too long or contain what cannot be passed.
    BadArguments = 9,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::UnknownProcess,
        Self::NotFound,
        Self::Unreadable,
        Self::NotProgram,
        Self::OutOfMemory,
        Self::TooMany,
        Self::Protected,
        Self::WrongVersion,
        Self::BadArguments,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::UnknownProcess),
            2 => Some(Self::NotFound),
            3 => Some(Self::Unreadable),
            4 => Some(Self::NotProgram),
            5 => Some(Self::OutOfMemory),
            6 => Some(Self::TooMany),
            7 => Some(Self::Protected),
            8 => Some(Self::WrongVersion),
            9 => Some(Self::BadArguments),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Error {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Error {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

impl Error {
    /// One clause for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::UnknownProcess => "there is no such process",
            Self::NotFound => "there is no such file",
            Self::Unreadable => "the file cannot be read",
            Self::NotProgram => "the file is not a program for this machine",
            Self::OutOfMemory => "there is not enough memory",
            Self::TooMany => "there are as many processes as the server can keep",
            Self::Protected => "the system cannot do without this process",
            Self::WrongVersion => {
                "the program was built for another version of the system"
            }
            Self::BadArguments => {
                "the arguments are too long or contain what cannot be passed"
            }
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// What a process is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Role {
    /// Part of the system.
    Server = 1,
    /// Part of the system, for a device.
    Driver = 2,
    /// Started by somebody.
    Program = 3,
}

impl Role {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Server, Self::Driver, Self::Program];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Server),
            2 => Some(Self::Driver),
            3 => Some(Self::Program),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Role {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Role {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// What a process is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum State {
    /// It is being made.
    Starting = 1,
    /// It runs, or could.
    Running = 2,
    /// It waits for a request, an answer or a signal.
    Waiting = 3,
    /// It faulted and was stopped.
    Faulted = 4,
    /// It has ended, and nobody has asked how yet.
    Ended = 5,
}

impl State {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::Starting,
        Self::Running,
        Self::Waiting,
        Self::Faulted,
        Self::Ended,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Starting),
            2 => Some(Self::Running),
            3 => Some(Self::Waiting),
            4 => Some(Self::Faulted),
            5 => Some(Self::Ended),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for State {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for State {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// One process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Its number.
    pub process: u32,
    /// The number of the one that started it; 0 if the system did.
    pub parent: u32,
    /// Its name.
    pub name: libipc::codec::Text<32>,
    /// What it is for.
    pub role: Role,
    /// What it is doing.
    pub state: State,
    /// Its priority.
    pub priority: u8,
    /// How many capabilities it holds.
    pub capabilities: u32,
    /// Processor time that it has used, in nanoseconds.
    pub cpu_ns: u64,
    /// Memory that it occupies, in bytes.
    pub memory: u64,
}

impl libipc::codec::Encode for Info {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.process)?;
        w.put(&self.parent)?;
        w.put(&self.name)?;
        w.put(&self.role)?;
        w.put(&self.state)?;
        w.put(&self.priority)?;
        w.put(&self.capabilities)?;
        w.put(&self.cpu_ns)?;
        w.put(&self.memory)
    }
}

impl libipc::codec::Decode for Info {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            process: r.get()?,
            parent: r.get()?,
            name: r.get()?,
            role: r.get()?,
            state: r.get()?,
            priority: r.get()?,
            capabilities: r.get()?,
            cpu_ns: r.get()?,
            memory: r.get()?,
        })
    }
}

/// Tells that a process has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// See the event.
    pub process: u32,
}

impl libipc::codec::Encode for Ended {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.process)
    }
}

impl libipc::codec::Decode for Ended {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self { process: r.get()? })
    }
}

/// Something that the server tells its clients: the member that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Tells that a process has ended.
    pub ended: Option<Ended>,
}

impl libipc::codec::Encode for Event {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        libipc::codec::table::begin(w, [self.ended.is_some()])?;
        libipc::codec::table::member(w, 1, &self.ended)?;
        Ok(())
    }
}

impl libipc::codec::Decode for Event {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        let mut table = Self::default();
        libipc::codec::table::members(
            r,
            |number, r| match number {
                1 => r.fill(&mut table.ended),
                _ => Ok(libipc::codec::table::Member::Unknown),
            },
        )?;
        Ok(table)
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "messages are made in place, without a heap"
)]
pub enum Ending {
    /// By itself, with this exit status.
    Exited(i32),
    /// By `kill`.
    Killed,
    /// By Ctrl-C.
    Interrupted,
    /// By a fault, with the kernel's number of its kind.
    Faulted(u8),
}

impl libipc::codec::Encode for Ending {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        match self {
            Self::Exited(value) => {
                w.put(&1u8)?;
                w.put(value)
            }
            Self::Killed => w.put(&2u8),
            Self::Interrupted => w.put(&3u8),
            Self::Faulted(value) => {
                w.put(&4u8)?;
                w.put(value)
            }
        }
    }
}

impl libipc::codec::Decode for Ending {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        match r.get::<u8>()? {
            1u8 => r.get().map(Self::Exited),
            2u8 => Ok(Self::Killed),
            3u8 => Ok(Self::Interrupted),
            4u8 => r.get().map(Self::Faulted),
            _ => Err(libipc::codec::Malformed),
        }
    }
}

/// A server of `processes`.
pub trait Server {
    /// Starts the program in a file. Its arguments follow one another, each ended by a zero byte;
    /// the first is what follows the program's own name.
    fn spawn(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
        arguments: &[u8],
    ) -> Result<u32, Error>;

    /// Answers when a program has ended. Its number is then free for another one.
    fn wait(
        &mut self,
        caller: libipc::Caller,
        process: u32,
        reply: libipc::Reply<Ending, Error>,
    );

    /// Ends a process.
    fn kill(&mut self, caller: libipc::Caller, process: u32) -> Result<(), Error>;

    /// Ends a program because the person asked for it by Ctrl-C.
    fn interrupt(&mut self, caller: libipc::Caller, process: u32) -> Result<(), Error>;

    /// Lists processes in the order of their numbers, from the first above `after` on. An empty
    /// list says that there are no more.
    fn list(
        &mut self,
        caller: libipc::Caller,
        after: u32,
    ) -> libipc::codec::List<Info, 24>;

    /// As `spawn`, with a connection for the program to use in the place of the console's: it gets no other.
    fn spawn_with(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
        arguments: &[u8],
        console: libipc::Cap<super::console::Client>,
    ) -> Result<u32, Error>;

    /// The events that wait to be taken.
    fn events(&mut self) -> &mut libipc::events::Feed<Event>;

    /// Lets a client watch; made for [`events`](Self::events).
    fn watch_events(
        &mut self,
        caller: libipc::Caller,
        arrival: libipc::Cap<libipc::objects::Notification>,
    ) -> bool {
        self.events().watch(caller, arrival)
    }

    /// Gives a client its events; made for [`events`](Self::events).
    fn take_events(
        &mut self,
        caller: libipc::Caller,
    ) -> (libipc::codec::List<Event, 8>, u32) {
        self.events().take(caller)
    }

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
        labels::SPAWN => serve_spawn(server, caller, message),
        labels::WAIT => serve_wait(server, caller, message, deferral),
        labels::KILL => serve_kill(server, caller, message),
        labels::INTERRUPT => serve_interrupt(server, caller, message),
        labels::LIST => serve_list(server, caller, message),
        labels::SPAWN_WITH => serve_spawn_with(server, caller, message),
        labels::WATCH_EVENTS => serve_watch_events(server, caller, message),
        labels::TAKE_EVENTS => serve_take_events(server, caller, message),
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
    const KILL: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::KILL,
        1,
        0,
    );
    const INTERRUPT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::INTERRUPT,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        KILL => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let process = w[0] as u32;
            match libipc::meter::method(
                caller,
                labels::KILL,
                || server.kill(caller, process),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        INTERRUPT => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let process = w[0] as u32;
            match libipc::meter::method(
                caller,
                labels::INTERRUPT,
                || server.interrupt(caller, process),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        _ => None,
    }
}

fn serve_spawn<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let path = r.bytes::<1000>()?;
            let arguments = r.bytes::<480>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SPAWN,
                    || server.spawn(caller, path, arguments),
                ),
            )
        },
        |w, process| w.put(&process),
    );
}

fn serve_wait<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
    deferral: libipc::Deferral<'_>,
) {
    libipc::codec::stub::defer(
        message,
        deferral,
        |r, deferral| {
            let process = r.get()?;
            r.finish()?;
            let reply = deferral.defer(answer_wait)?;
            libipc::meter::method(
                caller,
                labels::WAIT,
                || server.wait(caller, process, reply),
            );
            Ok(())
        },
    );
}

fn answer_wait(message: &mut libipc::Message, outcome: Result<Ending, Error>) {
    libipc::codec::stub::answer(message, outcome, |w, ending| w.put(&ending));
}

fn serve_kill<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let process = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::KILL,
                    || server.kill(caller, process),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_interrupt<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let process = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::INTERRUPT,
                    || server.interrupt(caller, process),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_list<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let after = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::LIST,
                    || server.list(caller, after),
                ),
            )
        },
        |w, found| w.put(&found),
    );
}

fn serve_spawn_with<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let path = r.bytes::<1000>()?;
            let arguments = r.bytes::<480>()?;
            let console = r.cap()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SPAWN_WITH,
                    || server.spawn_with(caller, path, arguments, console),
                ),
            )
        },
        |w, process| w.put(&process),
    );
}

fn serve_watch_events<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let arrival = r.cap()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::WATCH_EVENTS,
                    || server.watch_events(caller, arrival),
                ),
            )
        },
        |w, watched| w.put(&watched),
    );
}

fn serve_take_events<S: Server + ?Sized>(
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
                    labels::TAKE_EVENTS,
                    || server.take_events(caller),
                ),
            )
        },
        |w, (events, lost)| {
            w.put(&events)?;
            w.put(&lost)
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
        self.0.events().forget(client);
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

/// A client of `processes`.
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

    /// Starts the program in a file. Its arguments follow one another, each ended by a zero byte;
    /// the first is what follows the program's own name.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn spawn(
        &self,
        path: &[u8],
        arguments: &[u8],
    ) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::SPAWN,
            |w| {
                w.bytes::<1000>(path)?;
                w.bytes::<480>(arguments)
            },
            |r| r.get(),
        )
    }

    /// Answers when a program has ended. Its number is then free for another one.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn wait(&self, process: u32) -> Result<Ending, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::WAIT,
            |w| w.put(&process),
            |r| r.get(),
        )
    }

    /// Ends a process.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn kill(&self, process: u32) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::KILL, 1, [u64::from(process), 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Ends a program because the person asked for it by Ctrl-C.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn interrupt(&self, process: u32) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::INTERRUPT,
                1,
                [u64::from(process), 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Lists processes in the order of their numbers, from the first above `after` on. An empty
    /// list says that there are no more.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn list(
        &self,
        after: u32,
    ) -> Result<libipc::codec::List<Info, 24>, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::LIST,
            |w| w.put(&after),
            |r| r.get(),
        )
    }

    /// As `spawn`, with a connection for the program to use in the place of the console's: it gets no other.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn spawn_with(
        &self,
        path: &[u8],
        arguments: &[u8],
        console: libipc::Cap<super::console::Client>,
    ) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::SPAWN_WITH,
            |w| {
                w.bytes::<1000>(path)?;
                w.bytes::<480>(arguments)?;
                w.append_cap(libipc::CapItem::moved(console.into_slot()))
            },
            |r| r.get(),
        )
    }

    /// Lets `arrival` be signalled when events come and none were waiting; an earlier one is forgotten. Tells whether there was room for a further watcher.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn watch_events(
        &self,
        arrival: &libipc::Cap<libipc::objects::Notification>,
    ) -> Result<bool, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::WATCH_EVENTS,
            |w| {
                w
                    .append_cap(
                        libipc::CapItem::copied(arrival.slot(), libipc::Rights::WRITE),
                    )
            },
            |r| r.get(),
        )
    }

    /// Takes events in the order in which they came, and tells how many were lost before them because nobody took them; all ones say that the client does not watch, or not any more.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn take_events(
        &self,
    ) -> Result<(libipc::codec::List<Event, 8>, u32), libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::TAKE_EVENTS,
            |_| Ok(()),
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
