//! What the firmware of a board knows, and nobody else: firmware that goes on running beside the system, as on the
//! Raspberry Pi.
//!
//! Made by `idlc` from `idl/firmware.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "firmware",
    id: 0xeeca,
    version: 0xa850_0b78_4f31_f986,
};

/// The labels of requests.
pub mod labels {
    /// Label of `board`.
    pub const BOARD: u32 = 0xeeca_0001;

    /// Label of `memory`.
    pub const MEMORY: u32 = 0xeeca_0002;

    /// Label of `clock_rate`.
    pub const CLOCK_RATE: u32 = 0xeeca_0003;

    /// Label of `temperature`.
    pub const TEMPERATURE: u32 = 0xeeca_0004;

    /// Label of `framebuffer`.
    pub const FRAMEBUFFER: u32 = 0xeeca_0005;
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// The firmware does not answer as it should.
    Device = 1,
    /// It does not know.
    Unknown = 2,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Device, Self::Unknown];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Device),
            2 => Some(Self::Unknown),
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
            Self::Device => "the firmware does not answer as it should",
            Self::Unknown => "it does not know",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A clock, by the firmware's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Clock {
    /// Of the older controller of cards.
    Emmc = 1,
    /// Of the serial ports.
    Uart = 2,
    /// Of the processors.
    Arm = 3,
    /// Of the bus and what hangs on it.
    Core = 4,
    /// Of the controller of cards that belongs to the slot.
    Emmc2 = 12,
}

impl Clock {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::Emmc,
        Self::Uart,
        Self::Arm,
        Self::Core,
        Self::Emmc2,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Emmc),
            2 => Some(Self::Uart),
            3 => Some(Self::Arm),
            4 => Some(Self::Core),
            12 => Some(Self::Emmc2),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Clock {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Clock {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// Which board this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// The number that all boards of its kind have.
    pub revision: u32,
    /// Bytes of memory that it was made with.
    pub memory: u64,
    /// What people call it.
    pub name: libipc::codec::Text<48>,
}

impl libipc::codec::Encode for Board {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.revision)?;
        w.put(&self.memory)?;
        w.put(&self.name)
    }
}

impl libipc::codec::Decode for Board {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            revision: r.get()?,
            memory: r.get()?,
            name: r.get()?,
        })
    }
}

/// Pictures in memory, 32 bits a pixel: red, green and blue, a byte each from the third of the word down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framebuffer {
    /// Where the processors find it.
    pub physical: u32,
    /// Its length in bytes.
    pub length: u32,
    /// Bytes from a line to the next.
    pub pitch: u32,
    /// Pixels of a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
}

impl libipc::codec::Encode for Framebuffer {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.physical)?;
        w.put(&self.length)?;
        w.put(&self.pitch)?;
        w.put(&self.width)?;
        w.put(&self.height)
    }
}

impl libipc::codec::Decode for Framebuffer {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            physical: r.get()?,
            length: r.get()?,
            pitch: r.get()?,
            width: r.get()?,
            height: r.get()?,
        })
    }
}

/// A server of `firmware`.
pub trait Server {
    /// Tells which board this is.
    fn board(&mut self, caller: libipc::Caller) -> Result<Board, Error>;

    /// Tells which part of the memory the firmware leaves to the processors, as far as it lies in the first gibibyte.
    fn memory(&mut self, caller: libipc::Caller) -> Result<(u32, u32), Error>;

    /// Tells how fast a clock is now.
    fn clock_rate(&mut self, caller: libipc::Caller, clock: Clock) -> Result<u32, Error>;

    /// Tells how hot the processor is, and at which temperature it is slowed down, in thousandths of a degree
    /// Celsius.
    fn temperature(&mut self, caller: libipc::Caller) -> Result<(i32, i32), Error>;

    /// Makes the firmware show a framebuffer, as nearly `width` by `height` pixels as it can, in the place of an earlier
    /// one, and tells where it is. Whoever draws must have that memory already.
    fn framebuffer(
        &mut self,
        caller: libipc::Caller,
        width: u32,
        height: u32,
    ) -> Result<Framebuffer, Error>;

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
        labels::BOARD => serve_board(server, caller, message),
        labels::MEMORY => serve_memory(server, caller, message),
        labels::CLOCK_RATE => serve_clock_rate(server, caller, message),
        labels::TEMPERATURE => serve_temperature(server, caller, message),
        labels::FRAMEBUFFER => serve_framebuffer(server, caller, message),
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
    const MEMORY: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::MEMORY,
        0,
        0,
    );
    const CLOCK_RATE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::CLOCK_RATE,
        1,
        0,
    );
    const TEMPERATURE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::TEMPERATURE,
        0,
        0,
    );
    const FRAMEBUFFER: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::FRAMEBUFFER,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        MEMORY => {
            match libipc::meter::method(
                caller,
                labels::MEMORY,
                || server.memory(caller),
            ) {
                Ok((start, length)) => {
                    Some(
                        libipc::Short::ok(
                            1,
                            [u64::from(start) | u64::from(length) << 32, 0, 0, 0, 0, 0],
                        ),
                    )
                }
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        CLOCK_RATE => {
            if w[0] & 0xffffffffffffff00 != 0 {
                return None;
            }
            let clock = Clock::from_number(w[0] as u8)?;
            match libipc::meter::method(
                caller,
                labels::CLOCK_RATE,
                || server.clock_rate(caller, clock),
            ) {
                Ok(hz) => Some(libipc::Short::ok(1, [u64::from(hz), 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        TEMPERATURE => {
            match libipc::meter::method(
                caller,
                labels::TEMPERATURE,
                || server.temperature(caller),
            ) {
                Ok((now, limit)) => {
                    Some(
                        libipc::Short::ok(
                            1,
                            [
                                u64::from(now as u32) | u64::from(limit as u32) << 32,
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
        FRAMEBUFFER => {
            let width = w[0] as u32;
            let height = (w[0] >> 32) as u32;
            match libipc::meter::method(
                caller,
                labels::FRAMEBUFFER,
                || server.framebuffer(caller, width, height),
            ) {
                Ok(framebuffer) => {
                    Some(
                        libipc::Short::ok(
                            3,
                            [
                                u64::from(framebuffer.physical)
                                    | u64::from(framebuffer.length) << 32,
                                u64::from(framebuffer.pitch)
                                    | u64::from(framebuffer.width) << 32,
                                u64::from(framebuffer.height),
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
        _ => None,
    }
}

fn serve_board<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::BOARD, || server.board(caller)))
        },
        |w, board| w.put(&board),
    );
}

fn serve_memory<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::MEMORY, || server.memory(caller)))
        },
        |w, (start, length)| {
            w.put(&start)?;
            w.put(&length)
        },
    );
}

fn serve_clock_rate<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let clock = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::CLOCK_RATE,
                    || server.clock_rate(caller, clock),
                ),
            )
        },
        |w, hz| w.put(&hz),
    );
}

fn serve_temperature<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::TEMPERATURE,
                    || server.temperature(caller),
                ),
            )
        },
        |w, (now, limit)| {
            w.put(&now)?;
            w.put(&limit)
        },
    );
}

fn serve_framebuffer<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let width = r.get()?;
            let height = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::FRAMEBUFFER,
                    || server.framebuffer(caller, width, height),
                ),
            )
        },
        |w, framebuffer| w.put(&framebuffer),
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

/// A client of `firmware`.
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

    /// Tells which board this is.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn board(&self) -> Result<Board, libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::stub::call(
                &self.transport,
                labels::BOARD,
                |_| Ok(()),
                |r| r.get(),
            )
        })
    }

    /// Tells which part of the memory the firmware leaves to the processors, as far as it lies in the first gibibyte.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn memory(&self) -> Result<(u32, u32), libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::short::call(
                &self.transport,
                libipc::Short::request(labels::MEMORY, 0, [0, 0, 0, 0, 0, 0]),
                1,
                |w| Some((w[0] as u32, (w[0] >> 32) as u32)),
            )
        })
    }

    /// Tells how fast a clock is now.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn clock_rate(&self, clock: Clock) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::short::call(
                &self.transport,
                libipc::Short::request(
                    labels::CLOCK_RATE,
                    1,
                    [u64::from(clock.number()), 0, 0, 0, 0, 0],
                ),
                1,
                |w| {
                    if w[0] & 0xffffffff00000000 != 0 {
                        return None;
                    }
                    Some(w[0] as u32)
                },
            )
        })
    }

    /// Tells how hot the processor is, and at which temperature it is slowed down, in thousandths of a degree
    /// Celsius.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn temperature(&self) -> Result<(i32, i32), libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::short::call(
                &self.transport,
                libipc::Short::request(labels::TEMPERATURE, 0, [0, 0, 0, 0, 0, 0]),
                1,
                |w| Some((w[0] as i32, (w[0] >> 32) as i32)),
            )
        })
    }

    /// Makes the firmware show a framebuffer, as nearly `width` by `height` pixels as it can, in the place of an earlier
    /// one, and tells where it is. Whoever draws must have that memory already.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn framebuffer(
        &self,
        width: u32,
        height: u32,
    ) -> Result<Framebuffer, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::FRAMEBUFFER,
                1,
                [u64::from(width) | u64::from(height) << 32, 0, 0, 0, 0, 0],
            ),
            3,
            |w| {
                if w[2] & 0xffffffff00000000 != 0 {
                    return None;
                }
                Some(Framebuffer {
                    physical: w[0] as u32,
                    length: (w[0] >> 32) as u32,
                    pitch: w[1] as u32,
                    width: (w[1] >> 32) as u32,
                    height: w[2] as u32,
                })
            },
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
