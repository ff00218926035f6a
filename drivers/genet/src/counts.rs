//! What has happened.

/// Counters, from the driver's start on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) sent: u64,
    pub(crate) sent_bytes: u64,
    pub(crate) received: u64,
    pub(crate) received_bytes: u64,
    pub(crate) bad_checksums: u64,
    pub(crate) bad_frames: u64,
    pub(crate) dropped: u64,
    pub(crate) links: u64,
}
