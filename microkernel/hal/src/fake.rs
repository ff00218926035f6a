//! A fake architecture for host tests, stricter than hardware.
