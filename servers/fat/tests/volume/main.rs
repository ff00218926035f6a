//! The file system on volumes that the `fatfs` crate makes, judged by it and by `fsck.vfat`.

mod crash;
mod damage;
mod image;
mod model;
mod names;
mod opened;
mod served;
