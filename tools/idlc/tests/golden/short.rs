//! Messages that fit in registers, and two that just do not.
//!
//! Made by `idlc` from `short.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "short",
    id: 0xd1f7,
    version: 0x329d_2620_a44f_79f3,
};

/// The labels of requests.
pub mod labels {
    /// Label of `mix`.
    pub const MIX: u32 = 0xd1f7_0001;

    /// Label of `six`.
    pub const SIX: u32 = 0xd1f7_0002;

    /// Label of `nothing`.
    pub const NOTHING: u32 = 0xd1f7_0003;

    /// Label of `turn`.
    pub const TURN: u32 = 0xd1f7_0004;

    /// Label of `seven`.
    pub const SEVEN: u32 = 0xd1f7_0005;

    /// Label of `name`.
    pub const NAME: u32 = 0xd1f7_0006;
}

/// Why it was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// The number is odd.
    Odd = 1,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Odd];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Odd),
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
            Self::Odd => "the number is odd",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// A choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// One thing.
    Left = 1,
    /// The other.
    Right = 7,
}

impl Kind {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Left, Self::Right];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Left),
            7 => Some(Self::Right),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Kind {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Kind {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// Any of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(u16);

impl Flags {
    /// The lowest.
    pub const LOW: Self = Self(1);

    /// The highest.
    pub const HIGH: Self = Self(32768);

    /// All bits that have a name.
    pub const ALL: Self = Self(32769);

    /// No bit.
    pub const fn empty() -> Self {
        Self(0)
    }

    /// The bits as a number.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The bits of a number; `None` if one of them has no name.
    pub const fn from_bits(bits: u16) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
    }

    /// Whether all bits of `other` are here.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These and those of `other`.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl core::ops::BitOr for Flags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl libipc::codec::Encode for Flags {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.bits())
    }
}

impl libipc::codec::Decode for Flags {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_bits(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// Something with padding in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inner {
    /// One byte.
    pub tag: u8,
    /// Four bytes.
    pub value: i32,
}

impl libipc::codec::Encode for Inner {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.tag)?;
        w.put(&self.value)
    }
}

impl libipc::codec::Decode for Inner {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            tag: r.get()?,
            value: r.get()?,
        })
    }
}

/// Something with something else in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outer {
    /// That.
    pub inner: Inner,
    /// Any of them.
    pub flags: Flags,
    /// True or false.
    pub on: bool,
    /// One of them.
    pub kind: Kind,
}

impl libipc::codec::Encode for Outer {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.inner)?;
        w.put(&self.flags)?;
        w.put(&self.on)?;
        w.put(&self.kind)
    }
}

impl libipc::codec::Decode for Outer {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            inner: r.get()?,
            flags: r.get()?,
            on: r.get()?,
            kind: r.get()?,
        })
    }
}

/// As much as registers carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Six {
    /// The first half.
    pub first: Three,
    /// The second half.
    pub second: Three,
}

impl libipc::codec::Encode for Six {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.words(
            [
                self.first.a,
                self.first.b,
                self.first.c,
                self.second.a,
                self.second.b,
                self.second.c,
            ],
            48,
        )
    }
}

impl libipc::codec::Decode for Six {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        r.words(
            48,
            |w: [u64; 6]| Some(Self {
                first: Three { a: w[0], b: w[1], c: w[2] },
                second: Three { a: w[3], b: w[4], c: w[5] },
            }),
        )
    }
}

/// Three words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Three {
    /// The first.
    pub a: u64,
    /// The second.
    pub b: u64,
    /// The third.
    pub c: u64,
}

impl libipc::codec::Encode for Three {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.words([self.a, self.b, self.c], 24)
    }
}

impl libipc::codec::Decode for Three {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        r.words(24, |w: [u64; 3]| Some(Self { a: w[0], b: w[1], c: w[2] }))
    }
}

/// A server of `short`.
pub trait Server {
    /// Gives back what it is given, in another order.
    fn mix(
        &mut self,
        caller: libipc::Caller,
        a: i8,
        outer: Outer,
        b: i64,
        c: u16,
    ) -> Result<(u16, i64, Outer, i8), Error>;

    /// Fills all registers.
    fn six(&mut self, caller: libipc::Caller, words: Six) -> Six;

    /// Carries nothing.
    fn nothing(&mut self, caller: libipc::Caller);

    /// Carries one bit.
    fn turn(&mut self, caller: libipc::Caller, on: bool) -> bool;

    /// Does not fit by one byte.
    fn seven(&mut self, caller: libipc::Caller, words: Six, seventh: u8) -> u8;

    /// Has no fixed size.
    fn name(
        &mut self,
        caller: libipc::Caller,
        number: Option<u32>,
    ) -> libipc::codec::Text<8>;

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
        labels::MIX => serve_mix(server, caller, message),
        labels::SIX => serve_six(server, caller, message),
        labels::NOTHING => serve_nothing(server, caller, message),
        labels::TURN => serve_turn(server, caller, message),
        labels::SEVEN => serve_seven(server, caller, message),
        labels::NAME => serve_name(server, caller, message),
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
    const MIX: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::MIX,
        4,
        0,
    );
    const SIX: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::SIX,
        6,
        0,
    );
    const NOTHING: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::NOTHING,
        0,
        0,
    );
    const TURN: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::TURN,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        MIX => {
            if w[0] & 0xffff0000 | w[1] & 0xffffffff00000000 | w[3] & 0xffffffffffff0000
                != 0
            {
                return None;
            }
            let a = w[0] as i8;
            let outer = Outer {
                inner: Inner {
                    tag: (w[0] >> 8) as u8,
                    value: (w[0] >> 32) as i32,
                },
                flags: Flags::from_bits(w[1] as u16)?,
                on: libipc::codec::short::flag(w[1] >> 16)?,
                kind: Kind::from_number((w[1] >> 24) as u8)?,
            };
            let b = w[2] as i64;
            let c = w[3] as u16;
            match libipc::meter::method(
                caller,
                labels::MIX,
                || server.mix(caller, a, outer, b, c),
            ) {
                Ok((c, b, outer, a)) => {
                    Some(
                        libipc::Short::ok(
                            4,
                            [
                                u64::from(c),
                                b as u64,
                                u64::from(outer.inner.tag)
                                    | u64::from(outer.inner.value as u32) << 32,
                                u64::from(outer.flags.bits()) | u64::from(outer.on) << 16
                                    | u64::from(outer.kind.number()) << 24
                                    | u64::from(a as u8) << 32,
                                0,
                                0,
                            ],
                        ),
                    )
                }
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        SIX => {
            let words = Six {
                first: Three { a: w[0], b: w[1], c: w[2] },
                second: Three { a: w[3], b: w[4], c: w[5] },
            };
            let words = libipc::meter::method(
                caller,
                labels::SIX,
                || server.six(caller, words),
            );
            Some(
                libipc::Short::ok(
                    6,
                    [
                        words.first.a,
                        words.first.b,
                        words.first.c,
                        words.second.a,
                        words.second.b,
                        words.second.c,
                    ],
                ),
            )
        }
        NOTHING => {
            libipc::meter::method(caller, labels::NOTHING, || server.nothing(caller));
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        TURN => {
            if w[0] & 0xffffffffffffff00 != 0 {
                return None;
            }
            let on = libipc::codec::short::flag(w[0])?;
            let off = libipc::meter::method(
                caller,
                labels::TURN,
                || server.turn(caller, on),
            );
            Some(libipc::Short::ok(1, [u64::from(off), 0, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_mix<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let a = r.get()?;
            let outer = r.get()?;
            let b = r.get()?;
            let c = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::MIX,
                    || server.mix(caller, a, outer, b, c),
                ),
            )
        },
        |w, (c, b, outer, a)| {
            w.put(&c)?;
            w.put(&b)?;
            w.put(&outer)?;
            w.put(&a)
        },
    );
}

fn serve_six<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let words = r.get()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::SIX, || server.six(caller, words)))
        },
        |w, words| w.put(&words),
    );
}

fn serve_nothing<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            libipc::meter::method(caller, labels::NOTHING, || server.nothing(caller));
            Ok(())
        },
        |_, ()| Ok(()),
    );
}

fn serve_turn<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let on = r.get()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::TURN, || server.turn(caller, on)))
        },
        |w, off| w.put(&off),
    );
}

fn serve_seven<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let words = r.get()?;
            let seventh = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SEVEN,
                    || server.seven(caller, words, seventh),
                ),
            )
        },
        |w, seventh| w.put(&seventh),
    );
}

fn serve_name<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let number = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::NAME,
                    || server.name(caller, number),
                ),
            )
        },
        |w, name| w.put(&name),
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

/// A client of `short`.
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

    /// Gives back what it is given, in another order.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn mix(
        &self,
        a: i8,
        outer: &Outer,
        b: i64,
        c: u16,
    ) -> Result<(u16, i64, Outer, i8), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::MIX,
                4,
                [
                    u64::from(a as u8) | u64::from(outer.inner.tag) << 8
                        | u64::from(outer.inner.value as u32) << 32,
                    u64::from(outer.flags.bits()) | u64::from(outer.on) << 16
                        | u64::from(outer.kind.number()) << 24,
                    b as u64,
                    u64::from(c),
                    0,
                    0,
                ],
            ),
            4,
            |w| {
                if w[0] & 0xffffffffffff0000 | w[2] & 0xffffff00
                    | w[3] & 0xffffff0000000000 != 0
                {
                    return None;
                }
                Some((
                    w[0] as u16,
                    w[1] as i64,
                    Outer {
                        inner: Inner {
                            tag: w[2] as u8,
                            value: (w[2] >> 32) as i32,
                        },
                        flags: Flags::from_bits(w[3] as u16)?,
                        on: libipc::codec::short::flag(w[3] >> 16)?,
                        kind: Kind::from_number((w[3] >> 24) as u8)?,
                    },
                    (w[3] >> 32) as i8,
                ))
            },
        )
    }

    /// Fills all registers.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn six(&self, words: &Six) -> Result<Six, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(
                labels::SIX,
                6,
                [
                    words.first.a,
                    words.first.b,
                    words.first.c,
                    words.second.a,
                    words.second.b,
                    words.second.c,
                ],
            ),
            6,
            |w| Some(Six {
                first: Three { a: w[0], b: w[1], c: w[2] },
                second: Three { a: w[3], b: w[4], c: w[5] },
            }),
        )
    }

    /// Carries nothing.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn nothing(&self) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::NOTHING, 0, [0, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Carries one bit.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn turn(&self, on: bool) -> Result<bool, libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(labels::TURN, 1, [u64::from(on), 0, 0, 0, 0, 0]),
            1,
            |w| {
                if w[0] & 0xffffffffffffff00 != 0 {
                    return None;
                }
                libipc::codec::short::flag(w[0])
            },
        )
    }

    /// Does not fit by one byte.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn seven(&self, words: &Six, seventh: u8) -> Result<u8, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::SEVEN,
            |w| {
                w.put(words)?;
                w.put(&seventh)
            },
            |r| r.get(),
        )
    }

    /// Has no fixed size.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn name(
        &self,
        number: Option<u32>,
    ) -> Result<libipc::codec::Text<8>, libipc::TransportError> {
        libipc::codec::stub::ask(
            &self.transport,
            labels::NAME,
            |w| w.optional(number, |w, value| w.put(&value)),
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
