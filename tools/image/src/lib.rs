//! Composes the boot image.
