//! Chooses the linker script of the target's architecture.

use std::env;

fn main() {
    let is_kernel = env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "none");
    let Ok(architecture) = env::var("CARGO_CFG_TARGET_ARCH") else {
        return;
    };
    let Ok(folder) = env::var("CARGO_MANIFEST_DIR") else {
        return;
    };
    let script = format!("{folder}/{architecture}.ld");
    println!("cargo:rerun-if-changed={script}");
    if is_kernel {
        println!("cargo:rustc-link-arg-bins=-T{script}");
    }
}
