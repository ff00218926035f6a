//! What can go wrong, on the device and in the cache.

use core::fmt;

/// Why a device did not carry out a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceError {
    /// The request failed; another one may succeed.
    Io,
    /// The device takes no writes.
    ReadOnly,
    /// The device, its driver or the storage server died; nothing will succeed any more.
    Gone,
}

/// Why the cache did not carry out a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheError {
    /// The range does not lie on the device.
    OutOfRange,
    /// The length is not a whole number of sectors.
    Unaligned,
    /// A read failed on the device.
    Read(DeviceError),
    /// The device takes no writes.
    ReadOnly,
    /// An earlier write-back or flush failed for the reason given: data that the file system
    /// believes written may be lost, so the cache takes no further writes.
    WriteLost(DeviceError),
    /// The device is gone for good.
    Gone,
    /// There is no memory for a cache of the capacity asked for.
    NoMemory,
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Io => "the device reports an I/O error",
            Self::ReadOnly => "the device is read-only",
            Self::Gone => "the device is gone",
        })
    }
}

impl fmt::Display for CacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange => f.write_str("the range lies outside the device"),
            Self::Unaligned => f.write_str("the length is not a whole number of sectors"),
            Self::Read(error) => write!(f, "a read failed: {error}"),
            Self::ReadOnly => f.write_str("the device is read-only"),
            Self::WriteLost(error) => write!(f, "an earlier write was lost: {error}"),
            Self::Gone => f.write_str("the device is gone"),
            Self::NoMemory => f.write_str("no memory for the block cache"),
        }
    }
}

impl core::error::Error for DeviceError {}
impl core::error::Error for CacheError {}
