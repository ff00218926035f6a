//! Root's program: builds the system, starts it, and serves it.

#![no_std]
#![no_main]

use libipc::{
    Endpoint, Never,
    abi::boot::{self, BootInfo},
    objects::Machine,
};
use root::{
    build::{self, Built},
    service::Root,
    trouble::Trouble,
};

/// The machine's exit code when the system cannot be built.
const NOT_BUILT: u8 = 96;

#[libipc::root_main]
fn main(boot: &'static BootInfo) -> Never {
    match built_and_started(boot) {
        Ok(built) => {
            let endpoint = Endpoint {
                slot: built.endpoint,
                interface: 0,
            };
            libipc::serve(endpoint, Root::new(built))
        }
        Err(trouble) => {
            libipc::log!("the system cannot be built: {trouble}");
            let refused = Machine::from(boot::MACHINE).off(NOT_BUILT);
            panic!("the machine stays on: {refused:?}");
        }
    }
}

fn built_and_started(boot: &BootInfo) -> Result<Built, Trouble> {
    let built = build::build(boot)?;
    libipc::log!(
        "{} built in {} us: {} components hold {} capabilities, as specified",
        built.spec.name,
        (libipc::clock_ns().saturating_sub(boot.started_ns)) / 1000,
        built.spec.components.len(),
        built.capabilities
    );
    build::start(&built)?;
    Ok(built)
}
