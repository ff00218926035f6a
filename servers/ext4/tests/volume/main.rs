//! The file system on volumes that `mkfs.ext4` makes, judged by `e2fsck` and `debugfs`.

mod changes;
mod crash;
mod damage;
mod formats;
mod image;
mod large;
mod reading;
mod served;
