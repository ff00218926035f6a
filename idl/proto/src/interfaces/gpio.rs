//! Pins of a chip: what each of them does, its level, and events on it.
//!
//! Made by `idlc` from `idl/gpio.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "gpio",
    id: 0x90c5,
    version: 0xca1d_1fde_0c34_3b01,
};

/// The labels of requests.
pub mod labels {
    /// Label of `pin`.
    pub const PIN: u32 = 0x90c5_0001;

    /// Label of `set_function`.
    pub const SET_FUNCTION: u32 = 0x90c5_0002;

    /// Label of `set_pull`.
    pub const SET_PULL: u32 = 0x90c5_0003;

    /// Label of `set_level`.
    pub const SET_LEVEL: u32 = 0x90c5_0004;

    /// Label of `detect`.
    pub const DETECT: u32 = 0x90c5_0005;

    /// Label of `take_events`.
    pub const TAKE_EVENTS: u32 = 0x90c5_0006;
}

/// Why nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// The chip has no such pin.
    Pin = 1,
    /// It is no output.
    Direction = 2,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Pin, Self::Direction];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Pin),
            2 => Some(Self::Direction),
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
            Self::Pin => "the chip has no such pin",
            Self::Direction => "it is no output",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// What a pin does. What the alternatives are is different for each pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Function {
    /// It is read.
    Input = 0,
    /// It has the level that was set.
    Output = 1,
    /// Devices of the chip.
    Alternative5 = 2,
    /// See there.
    Alternative4 = 3,
    /// See there.
    Alternative0 = 4,
    /// See there.
    Alternative1 = 5,
    /// See there.
    Alternative2 = 6,
    /// See there.
    Alternative3 = 7,
}

impl Function {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::Input,
        Self::Output,
        Self::Alternative5,
        Self::Alternative4,
        Self::Alternative0,
        Self::Alternative1,
        Self::Alternative2,
        Self::Alternative3,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Input),
            1 => Some(Self::Output),
            2 => Some(Self::Alternative5),
            3 => Some(Self::Alternative4),
            4 => Some(Self::Alternative0),
            5 => Some(Self::Alternative1),
            6 => Some(Self::Alternative2),
            7 => Some(Self::Alternative3),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Function {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Function {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// What a pin that nobody drives is drawn to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Pull {
    /// Nothing.
    None = 0,
    /// The high level.
    Up = 1,
    /// The low level.
    Down = 2,
}

impl Pull {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::None, Self::Up, Self::Down];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::None),
            1 => Some(Self::Up),
            2 => Some(Self::Down),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Pull {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Pull {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// A level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// 0 V.
    Low = 0,
    /// The chip's own voltage.
    High = 1,
}

impl Level {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Low, Self::High];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Low),
            1 => Some(Self::High),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Level {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Level {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// Which changes of a pin are events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Edge {
    /// None.
    None = 0,
    /// From low to high.
    Rising = 1,
    /// From high to low.
    Falling = 2,
    /// Both.
    Both = 3,
}

impl Edge {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::None,
        Self::Rising,
        Self::Falling,
        Self::Both,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::None),
            1 => Some(Self::Rising),
            2 => Some(Self::Falling),
            3 => Some(Self::Both),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Edge {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Edge {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// A pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// What it does.
    pub function: Function,
    /// Its level.
    pub level: Level,
    /// What it is drawn to.
    pub pull: Pull,
}

impl libipc::codec::Encode for Pin {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.function)?;
        w.put(&self.level)?;
        w.put(&self.pull)
    }
}

impl libipc::codec::Decode for Pin {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            function: r.get()?,
            level: r.get()?,
            pull: r.get()?,
        })
    }
}

/// A server of `gpio`.
pub trait Server {
    /// Tells what a pin is.
    fn pin(&mut self, caller: libipc::Caller, number: u8) -> Result<Pin, Error>;

    /// Chooses what a pin does.
    fn set_function(
        &mut self,
        caller: libipc::Caller,
        number: u8,
        function: Function,
    ) -> Result<(), Error>;

    /// Chooses what a pin is drawn to.
    fn set_pull(
        &mut self,
        caller: libipc::Caller,
        number: u8,
        pull: Pull,
    ) -> Result<(), Error>;

    /// Gives an output a level.
    fn set_level(
        &mut self,
        caller: libipc::Caller,
        number: u8,
        level: Level,
    ) -> Result<(), Error>;

    /// Chooses which changes of a pin are events.
    fn detect(
        &mut self,
        caller: libipc::Caller,
        number: u8,
        edge: Edge,
    ) -> Result<(), Error>;

    /// Takes the pins that had events since anybody asked: bit n stands for pin n; and when the last event was, by the
    /// monotonic clock, in nanoseconds.
    fn take_events(&mut self, caller: libipc::Caller) -> (u64, u64);

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
        labels::PIN => serve_pin(server, caller, message),
        labels::SET_FUNCTION => serve_set_function(server, caller, message),
        labels::SET_PULL => serve_set_pull(server, caller, message),
        labels::SET_LEVEL => serve_set_level(server, caller, message),
        labels::DETECT => serve_detect(server, caller, message),
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
    const PIN: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::PIN,
        1,
        0,
    );
    const SET_FUNCTION: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::SET_FUNCTION,
        1,
        0,
    );
    const SET_PULL: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::SET_PULL,
        1,
        0,
    );
    const SET_LEVEL: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::SET_LEVEL,
        1,
        0,
    );
    const DETECT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::DETECT,
        1,
        0,
    );
    const TAKE_EVENTS: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::TAKE_EVENTS,
        0,
        0,
    );
    let w = request.words;
    match request.info {
        PIN => {
            if w[0] & 0xffffffffffffff00 != 0 {
                return None;
            }
            let number = w[0] as u8;
            match libipc::meter::method(
                caller,
                labels::PIN,
                || server.pin(caller, number),
            ) {
                Ok(pin) => {
                    Some(
                        libipc::Short::ok(
                            1,
                            [
                                u64::from(pin.function.number())
                                    | u64::from(pin.level.number()) << 8
                                    | u64::from(pin.pull.number()) << 16,
                                0,
                                0,
                                0,
                                0,
                                0,
                            ],
                        ),
                    )
                }
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        SET_FUNCTION => {
            if w[0] & 0xffffffffffff0000 != 0 {
                return None;
            }
            let number = w[0] as u8;
            let function = Function::from_number((w[0] >> 8) as u8)?;
            match libipc::meter::method(
                caller,
                labels::SET_FUNCTION,
                || server.set_function(caller, number, function),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        SET_PULL => {
            if w[0] & 0xffffffffffff0000 != 0 {
                return None;
            }
            let number = w[0] as u8;
            let pull = Pull::from_number((w[0] >> 8) as u8)?;
            match libipc::meter::method(
                caller,
                labels::SET_PULL,
                || server.set_pull(caller, number, pull),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        SET_LEVEL => {
            if w[0] & 0xffffffffffff0000 != 0 {
                return None;
            }
            let number = w[0] as u8;
            let level = Level::from_number((w[0] >> 8) as u8)?;
            match libipc::meter::method(
                caller,
                labels::SET_LEVEL,
                || server.set_level(caller, number, level),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        DETECT => {
            if w[0] & 0xffffffffffff0000 != 0 {
                return None;
            }
            let number = w[0] as u8;
            let edge = Edge::from_number((w[0] >> 8) as u8)?;
            match libipc::meter::method(
                caller,
                labels::DETECT,
                || server.detect(caller, number, edge),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        TAKE_EVENTS => {
            let (pins, last_ns) = libipc::meter::method(
                caller,
                labels::TAKE_EVENTS,
                || server.take_events(caller),
            );
            Some(libipc::Short::ok(2, [pins, last_ns, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_pin<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let number = r.get()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::PIN, || server.pin(caller, number)))
        },
        |w, pin| w.put(&pin),
    );
}

fn serve_set_function<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let number = r.get()?;
            let function = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SET_FUNCTION,
                    || server.set_function(caller, number, function),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_set_pull<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let number = r.get()?;
            let pull = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SET_PULL,
                    || server.set_pull(caller, number, pull),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_set_level<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let number = r.get()?;
            let level = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SET_LEVEL,
                    || server.set_level(caller, number, level),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_detect<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let number = r.get()?;
            let edge = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::DETECT,
                    || server.detect(caller, number, edge),
                ),
            )
        },
        |_, ()| Ok(()),
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
        |w, (pins, last_ns)| {
            w.put(&pins)?;
            w.put(&last_ns)
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

/// A client of `gpio`.
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

    /// Tells what a pin is.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn pin(&self, number: u8) -> Result<Pin, libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::short::call(
                &self.transport,
                libipc::Short::request(
                    labels::PIN,
                    1,
                    [u64::from(number), 0, 0, 0, 0, 0],
                ),
                1,
                |w| {
                    if w[0] & 0xffffffffff000000 != 0 {
                        return None;
                    }
                    Some(Pin {
                        function: Function::from_number(w[0] as u8)?,
                        level: Level::from_number((w[0] >> 8) as u8)?,
                        pull: Pull::from_number((w[0] >> 16) as u8)?,
                    })
                },
            )
        })
    }

    /// Chooses what a pin does.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn set_function(
        &self,
        number: u8,
        function: Function,
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::SET_FUNCTION,
                1,
                [u64::from(number) | u64::from(function.number()) << 8, 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Chooses what a pin is drawn to.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn set_pull(&self, number: u8, pull: Pull) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::SET_PULL,
                1,
                [u64::from(number) | u64::from(pull.number()) << 8, 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Gives an output a level.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn set_level(
        &self,
        number: u8,
        level: Level,
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::SET_LEVEL,
                1,
                [u64::from(number) | u64::from(level.number()) << 8, 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Chooses which changes of a pin are events.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn detect(&self, number: u8, edge: Edge) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::DETECT,
                1,
                [u64::from(number) | u64::from(edge.number()) << 8, 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Takes the pins that had events since anybody asked: bit n stands for pin n; and when the last event was, by the
    /// monotonic clock, in nanoseconds.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn take_events(&self) -> Result<(u64, u64), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::TAKE_EVENTS, 0, [0, 0, 0, 0, 0, 0]),
            2,
            |w| Some((w[0], w[1])),
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
