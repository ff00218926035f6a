//! Memory for those who build programs.
//!
//! Every client has an account with a limit. What was given out comes back by `free`, or all at
//! once when the client is gone; taking it back destroys every object that was made of it.
//!
//! Made by `idlc` from `idl/memory.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 1;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "memory",
    id: 0x7547,
    version: 0x43fe_85fe_eda9_b56c,
};

/// The labels of requests.
pub mod labels {
    /// Label of `allocate`.
    pub const ALLOCATE: u32 = 0x7547_0001;

    /// Label of `free`.
    pub const FREE: u32 = 0x7547_0002;

    /// Label of `statistics`.
    pub const STATISTICS: u32 = 0x7547_0003;

    /// Label of `account`.
    pub const ACCOUNT: u32 = 0x7547_0004;
}

/// Why memory was not given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// There is not enough free memory in one piece.
    OutOfMemory = 1,
    /// The account's limit would be passed.
    OverLimit = 2,
    /// The size is not one that can be given out.
    BadSize = 3,
    /// No such block belongs to the client.
    UnknownBlock = 4,
    /// There is no such account.
    UnknownAccount = 5,
    /// As many blocks are out as the server can keep count of.
    TooManyBlocks = 6,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::OutOfMemory,
        Self::OverLimit,
        Self::BadSize,
        Self::UnknownBlock,
        Self::UnknownAccount,
        Self::TooManyBlocks,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::OutOfMemory),
            2 => Some(Self::OverLimit),
            3 => Some(Self::BadSize),
            4 => Some(Self::UnknownBlock),
            5 => Some(Self::UnknownAccount),
            6 => Some(Self::TooManyBlocks),
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
            Self::OutOfMemory => "there is not enough free memory in one piece",
            Self::OverLimit => "the account's limit would be passed",
            Self::BadSize => "the size is not one that can be given out",
            Self::UnknownBlock => "no such block belongs to the client",
            Self::UnknownAccount => "there is no such account",
            Self::TooManyBlocks => {
                "as many blocks are out as the server can keep count of"
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

/// The memory of the whole system, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// What the server was given to manage.
    pub total: u64,
    /// What is free.
    pub free: u64,
    /// The greatest free piece.
    pub largest: u64,
    /// How many accounts there are.
    pub accounts: u32,
    /// How many blocks are out.
    pub blocks: u32,
}

impl libipc::codec::Encode for Statistics {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.words(
            [
                self.total,
                self.free,
                self.largest,
                u64::from(self.accounts) | u64::from(self.blocks) << 32,
            ],
            32,
        )
    }
}

impl libipc::codec::Decode for Statistics {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        r.words(
            32,
            |w: [u64; 4]| Some(Self {
                total: w[0],
                free: w[1],
                largest: w[2],
                accounts: w[3] as u32,
                blocks: (w[3] >> 32) as u32,
            }),
        )
    }
}

/// One client's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// The client's number.
    pub client: u32,
    /// How many blocks it has.
    pub blocks: u32,
    /// How many bytes it has.
    pub used: u64,
    /// How many bytes it may have.
    pub limit: u64,
}

impl libipc::codec::Encode for Account {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.client)?;
        w.put(&self.blocks)?;
        w.put(&self.used)?;
        w.put(&self.limit)
    }
}

impl libipc::codec::Decode for Account {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            client: r.get()?,
            blocks: r.get()?,
            used: r.get()?,
            limit: r.get()?,
        })
    }
}

/// A server of `memory`.
pub trait Server {
    /// Gives out a block of 2^`bits` bytes, `bits` from 12 to 30. The number names it in `free`.
    fn allocate(
        &mut self,
        caller: libipc::Caller,
        bits: u8,
    ) -> Result<(u64, libipc::Cap<libipc::objects::Untyped>), Error>;

    /// Takes a block back with everything that was made of it.
    fn free(&mut self, caller: libipc::Caller, block: u64) -> Result<(), Error>;

    /// Tells how much memory there is.
    fn statistics(&mut self, caller: libipc::Caller) -> Statistics;

    /// Tells of accounts, by their order; `UnknownAccount` behind the last.
    fn account(&mut self, caller: libipc::Caller, index: u32) -> Result<Account, Error>;

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
        labels::ALLOCATE => serve_allocate(server, caller, message),
        labels::FREE => serve_free(server, caller, message),
        labels::STATISTICS => serve_statistics(server, caller, message),
        labels::ACCOUNT => serve_account(server, caller, message),
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
    const FREE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::FREE,
        1,
        0,
    );
    const STATISTICS: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::STATISTICS,
        0,
        0,
    );
    const ACCOUNT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::ACCOUNT,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        FREE => {
            let block = w[0];
            match libipc::meter::method(
                caller,
                labels::FREE,
                || server.free(caller, block),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        STATISTICS => {
            let statistics = libipc::meter::method(
                caller,
                labels::STATISTICS,
                || server.statistics(caller),
            );
            Some(
                libipc::Short::ok(
                    4,
                    [
                        statistics.total,
                        statistics.free,
                        statistics.largest,
                        u64::from(statistics.accounts)
                            | u64::from(statistics.blocks) << 32,
                        0,
                        0,
                    ],
                ),
            )
        }
        ACCOUNT => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let index = w[0] as u32;
            match libipc::meter::method(
                caller,
                labels::ACCOUNT,
                || server.account(caller, index),
            ) {
                Ok(account) => {
                    Some(
                        libipc::Short::ok(
                            3,
                            [
                                u64::from(account.client) | u64::from(account.blocks) << 32,
                                account.used,
                                account.limit,
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

fn serve_allocate<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let bits = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::ALLOCATE,
                    || server.allocate(caller, bits),
                ),
            )
        },
        |w, (block, untyped)| {
            w.put(&block)?;
            w.append_cap(libipc::CapItem::moved(untyped.into_slot()))
        },
    );
}

fn serve_free<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let block = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::FREE,
                    || server.free(caller, block),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_statistics<S: Server + ?Sized>(
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
                    labels::STATISTICS,
                    || server.statistics(caller),
                ),
            )
        },
        |w, statistics| w.put(&statistics),
    );
}

fn serve_account<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let index = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::ACCOUNT,
                    || server.account(caller, index),
                ),
            )
        },
        |w, account| w.put(&account),
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

/// A client of `memory`.
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

    /// Gives out a block of 2^`bits` bytes, `bits` from 12 to 30. The number names it in `free`.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn allocate(
        &self,
        bits: u8,
    ) -> Result<(u64, libipc::Cap<libipc::objects::Untyped>), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::ALLOCATE,
            |w| w.put(&bits),
            |r| Ok((r.get()?, r.cap()?)),
        )
    }

    /// Takes a block back with everything that was made of it.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn free(&self, block: u64) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::FREE, 1, [block, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Tells how much memory there is.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn statistics(&self) -> Result<Statistics, libipc::TransportError> {
        libipc::codec::stub::again(|| {
            libipc::codec::short::ask(
                &self.transport,
                libipc::Short::request(labels::STATISTICS, 0, [0, 0, 0, 0, 0, 0]),
                4,
                |w| Some(Statistics {
                    total: w[0],
                    free: w[1],
                    largest: w[2],
                    accounts: w[3] as u32,
                    blocks: (w[3] >> 32) as u32,
                }),
            )
        })
    }

    /// Tells of accounts, by their order; `UnknownAccount` behind the last.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn account(&self, index: u32) -> Result<Account, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::ACCOUNT,
                1,
                [u64::from(index), 0, 0, 0, 0, 0],
            ),
            3,
            |w| Some(Account {
                client: w[0] as u32,
                blocks: (w[0] >> 32) as u32,
                used: w[1],
                limit: w[2],
            }),
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
