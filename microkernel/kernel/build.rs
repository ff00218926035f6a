//! Chooses the linker script of the target's architecture, and tells it what runs only at boot.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;

/// The paths of what runs only at boot.
const INIT: &str = "init.txt";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={INIT}");
    if env::var("CARGO_CFG_TARGET_OS")? != "none" {
        return Ok(());
    }
    let (architecture, folder) = (
        env::var("CARGO_CFG_TARGET_ARCH")?,
        env::var("CARGO_MANIFEST_DIR")?,
    );
    let script = format!("{folder}/{architecture}.ld");
    println!("cargo:rerun-if-changed={script}");
    println!("cargo:rustc-link-arg-bins=-T{script}");
    // What refers to what is read when the kernel is built (`image::check_kernel`).
    println!("cargo:rustc-link-arg-bins=--emit-relocs");
    let out = env::var("OUT_DIR")?;
    println!("cargo:rustc-link-arg-bins=-L{out}");
    let paths = fs::read_to_string(INIT)?;
    for section in ["text", "rodata"] {
        let script = inputs(&paths, section)?;
        fs::write(format!("{out}/init_{section}.ld"), script)?;
    }
    Ok(())
}

/// The sections of this kind of everything whose symbol has one of the paths, as a linker script names them.
fn inputs(paths: &str, section: &str) -> Result<String, std::fmt::Error> {
    let mut script = String::new();
    let is_path = |line: &&str| !line.is_empty() && !line.starts_with('#');
    for path in paths.lines().map(str::trim).filter(is_path) {
        writeln!(script, "*(.{section}.{})", pattern(path))?;
    }
    Ok(script)
}

/// What the mangled names of everything below a path have in them (rustc's "v0" mangling, RFC 2603): each name with its
/// length in front. Between a type's name and what is beside it are the types that it was made for.
fn pattern(path: &str) -> String {
    let mut pattern = String::from("*");
    for name in path.split("::") {
        let is_type = name.starts_with(|first: char| first.is_uppercase());
        if is_type && !pattern.ends_with('*') {
            pattern.push('*');
        }
        // Writing to a text cannot fail.
        let _ = write!(pattern, "{}{name}", name.len());
        if is_type {
            pattern.push('*');
        }
    }
    if !pattern.ends_with('*') {
        pattern.push('*');
    }
    pattern
}
