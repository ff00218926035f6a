//! The order in which a system is built.
//!
//! All objects first, because components refer to each other; then memory; then capabilities; then what is
//! left of memory is given away, which only now is known; then the start-up pages, which tell of it; then
//! the comparison. Nothing runs before everything is in place.

use alloc::{boxed::Box, vec::Vec};

use libipc::{
    CPtr, Kind,
    abi::{
        boot::BootInfo,
        cap::MemoryClass,
        layout::{PAGE, STARTUP_PAGE},
        startup::Granted,
    },
};
use weft_domain::Builder as _;
use weft_spec::{
    Component, ComponentId, Counters, Grant, StartupPage, SystemSpec, What, segments,
    startup_entries,
};

use crate::{
    audit,
    boot_image::BootImage,
    contents::{self, Sources},
    domain::Domain,
    grants::{self, Stock},
    hand_over, launch,
    pool::{Pool, Store},
    registry::Registry,
    rings::{self, RingFrames},
    trouble::Trouble,
    workshop::Workshop,
};

/// A system that runs as soon as root waits.
pub struct Built {
    /// What was built.
    pub spec: SystemSpec,
    /// The objects of its components.
    pub domains: Vec<Domain>,
    /// The endpoint on which root serves.
    pub endpoint: CPtr,
    /// What was given to the system when it was started.
    pub arguments: &'static str,
    /// How many capabilities the components hold.
    pub capabilities: usize,
    /// Bytes of memory that root's own program occupies.
    pub own_bytes: u64,
}

/// Builds the system of the boot image.
///
/// # Errors
/// What went wrong, with the component's name.
pub fn build(boot: &BootInfo) -> Result<Built, Trouble> {
    let mut workshop = Workshop::new(plain_memory(boot), boot.first_free as u32)?;
    let image = BootImage::map(&mut workshop, boot)?;
    let spec = weft_spec::decode(image.view.spec())?;
    workshop.place_components(&spec);
    let endpoint = workshop.make(Kind::Endpoint, 0)?;
    let devices = Registry::make(&mut workshop, boot, &spec)?;
    let rings = rings::make(&mut workshop, &spec)?;
    let mut builder = Builder {
        workshop,
        spec: &spec,
        devices: &devices,
        domains: Vec::new(),
        endpoint,
    };
    builder.make_objects()?;
    builder.map_memory(&image, &rings)?;
    builder.place_grants()?;
    let given = builder.give_memory()?;
    builder.write_startup_pages(given)?;
    let capabilities = audit::check(&spec, &builder.domains)?;
    builder.configure()?;
    let domains = builder.domains;
    Ok(Built {
        spec,
        domains,
        endpoint,
        arguments: image.view.args(),
        capabilities,
        own_bytes: own_bytes(&image),
    })
}

/// Bytes of memory that root's own program occupies; it is the first of the image.
fn own_bytes(image: &BootImage) -> u64 {
    let segments = image.view.programs().first().map_or(&[][..], segments);
    segments
        .iter()
        .map(|segment| segment.memory_bytes.next_multiple_of(PAGE))
        .sum()
}

/// Lets every component run, servers before their clients.
///
/// # Errors
/// What the kernel refused, with the component's name.
pub fn start(built: &Built) -> Result<(), Trouble> {
    for (component, domain) in built.spec.components.iter().zip(&built.domains) {
        launch::start(domain).map_err(|trouble| trouble.with(&component.name))?;
    }
    Ok(())
}

/// The memory of each core.
fn plain_memory(boot: &BootInfo) -> Vec<Pool> {
    (0..boot.cores).map(|core| memory_of(boot, core)).collect()
}

fn memory_of(boot: &BootInfo, core: u64) -> Pool {
    let entries = boot.untypeds.iter().take(boot.untyped_count as usize);
    let plain = entries
        .filter(|entry| entry.class == MemoryClass::Ram as u8 && u64::from(entry.core) == core);
    Pool::new(
        plain
            .map(|entry| Store {
                slot: CPtr(entry.slot),
                log2: entry.size,
                base: entry.base,
            })
            .collect(),
    )
}

/// What was left of memory: untypeds and bytes.
type Given = (u64, u64);

struct Builder<'a> {
    workshop: Workshop,
    spec: &'a SystemSpec,
    devices: &'a Registry,
    domains: Vec<Domain>,
    endpoint: CPtr,
}

impl Builder<'_> {
    /// Does something for every component in order; what goes wrong gets the component's name.
    fn each(
        &mut self,
        mut run: impl FnMut(&mut Self, ComponentId, &Component) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        for (id, component) in self.spec.numbered() {
            self.workshop.work_for(component);
            run(self, id, component).map_err(|trouble| trouble.with(&component.name))?;
        }
        self.workshop.work_at_home();
        Ok(())
    }

    fn make_objects(&mut self) -> Result<(), Trouble> {
        self.each(|this, _, component| {
            let domain = Domain::new(&mut this.workshop, component)?;
            this.domains.push(domain);
            Ok(())
        })
    }

    fn map_memory(&mut self, image: &BootImage, rings: &[RingFrames]) -> Result<(), Trouble> {
        let devices = self.devices;
        self.each(|this, id, component| {
            let registers = |region| devices.frames(id, region);
            let sources = Sources {
                spec: this.spec,
                image,
                rings,
                registers: &registers,
            };
            let domain = this
                .domains
                .get_mut(usize::from(id.0))
                .ok_or(Trouble::Dangling("component"))?;
            contents::map(&mut this.workshop, domain, component, &sources)
        })
    }

    fn place_grants(&mut self) -> Result<(), Trouble> {
        let (root_endpoint, devices) = (self.endpoint, self.devices);
        self.each(|this, id, component| {
            let device_memory = |id, grant: &Grant| devices.untypeds(id, grant);
            let stock = Stock {
                domains: &mut this.domains,
                root_endpoint,
                device_memory: &device_memory,
            };
            grants::place(&mut this.workshop, &stock, id, &component.grants)
        })?;
        self.each(|this, id, component| {
            let mut stock = Stock {
                domains: &mut this.domains,
                root_endpoint,
                device_memory: &|_, _| Vec::new(),
            };
            grants::move_threads(&mut this.workshop, &mut stock, id, &component.grants)
        })
    }

    /// Gives what is left of memory to the component that has the grant, if there is one. From here on nothing can
    /// be made any more, so the page tables of the start-up pages are made first.
    fn give_memory(&mut self) -> Result<Given, Trouble> {
        self.each(|this, id, _| {
            let domain = this
                .domains
                .get(usize::from(id.0))
                .ok_or(Trouble::Dangling("component"))?;
            contents::reserve_startup_page(&mut this.workshop, domain)
        })?;
        let mut given = (0, 0);
        self.each(|this, id, component| {
            let is_memory = |grant: &&Grant| matches!(grant.what, What::FreeMemory { .. });
            let Some(grant) = component.grants.iter().find(is_memory) else {
                return Ok(());
            };
            let pool = this.workshop.take_pool();
            let gifts = hand_over::leftovers(&mut this.workshop, pool)?;
            let domain = this
                .domains
                .get(usize::from(id.0))
                .ok_or(Trouble::Dangling("component"))?;
            let moved = grants::move_all(
                domain.parts.cnode,
                grant,
                gifts.iter().map(|gift| gift.slot),
            )?;
            let bytes = gifts
                .iter()
                .take(moved as usize)
                .map(|gift| gift.bytes)
                .sum();
            given = (moved.into(), bytes);
            Ok(())
        })?;
        Ok(given)
    }

    fn write_startup_pages(&mut self, given: Given) -> Result<(), Trouble> {
        let mut page = Box::new([0; PAGE as usize]);
        self.each(|this, id, component| {
            let counts = |grant: &Grant| this.counts(id, grant, given);
            let entries = startup_entries(this.spec, id, &counts, &|id| this.core_of(id));
            let end = |grant: &Grant| grant.slot.0 + grant.slots();
            let header = StartupPage {
                name: &component.name,
                heap_bytes: component.sizes.heap_bytes(),
                first_free: component.grants.iter().map(end).max().unwrap_or(1),
                cnode_size: component.sizes.cnode_size,
                granted: match component.counters {
                    Counters::Open => Granted::COUNTERS,
                    Counters::Closed => Granted::empty(),
                },
            };
            header.write(&mut page, &entries, &component.args)?;
            let domain = this
                .domains
                .get(usize::from(id.0))
                .ok_or(Trouble::Dangling("component"))?;
            contents::finish_startup_page(&mut this.workshop, domain, &page[..])
        })
    }

    /// What a grant came to on this machine.
    fn counts(&self, id: ComponentId, grant: &Grant, given: Given) -> (u64, u64) {
        match grant.what {
            What::FreeMemory { .. } => given,
            What::DeviceMemory { base, .. } => {
                (self.devices.untypeds(id, grant).len() as u64, base)
            }
            What::ThreadOf { component } => (0, self.bytes_of(component)),
            What::OwnThread => (0, self.bytes_of(id)),
            _ => (0, 0),
        }
    }

    /// Where a component was placed, which is not where the manifest says if the machine has no such core.
    fn core_of(&self, component: ComponentId) -> u8 {
        let domain = self.domains.get(usize::from(component.0));
        domain.map_or(0, |domain| domain.core)
    }

    fn bytes_of(&self, component: ComponentId) -> u64 {
        let domain = self.domains.get(usize::from(component.0));
        domain.map_or(0, |domain| domain.own_bytes)
    }

    fn configure(&mut self) -> Result<(), Trouble> {
        let root = self.endpoint;
        self.each(|this, id, component| {
            let faults = match component.faults_to {
                Some(supervisor) => {
                    let supervisor = this.domains.get(usize::from(supervisor.0));
                    supervisor
                        .and_then(|domain| domain.endpoint)
                        .ok_or(Trouble::Dangling("supervisor"))?
                }
                None => root,
            };
            let domain = this
                .domains
                .get(usize::from(id.0))
                .ok_or(Trouble::Dangling("component"))?;
            launch::configure(&mut this.workshop, id, component, domain, faults)
        })
    }
}

const _: () = assert!(STARTUP_PAGE.is_multiple_of(PAGE));
