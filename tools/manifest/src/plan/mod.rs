//! A checked draft becomes a specification: order, slots, notification bits, addresses.
//!
//! Everything is a function of the manifest's text, so that equal manifests give equal images.

mod bits;
mod faults;
mod grants;
mod limits;
mod order;
mod regions;
mod rings;

use weft_spec::{
    Bus, Component, ComponentId, ProgramId, ROOT_INTERFACE, ROOT_NAME, Schedule, Served, Sizes,
    SystemSpec,
};

use crate::{
    Catalogue,
    board::{self, Board},
    diagnostic::Report,
    draft::{Draft, DraftComponent},
};

/// What the planning of each component looks at.
pub(crate) struct Context<'d> {
    /// The components in the order in which they start.
    pub(crate) order: Vec<&'d DraftComponent>,
    /// The rings, in the order of their clients.
    pub(crate) rings: Vec<rings::Planned<'d>>,
    pub(crate) board: &'d Board,
    pub(crate) catalogue: &'d Catalogue,
}

impl Context<'_> {
    /// The identifier of a component by its name.
    pub(crate) fn id(&self, name: &str) -> Option<ComponentId> {
        if name == ROOT_NAME {
            return Some(ComponentId::ROOT);
        }
        let place = self
            .order
            .iter()
            .position(|component| component.name.value == name)?;
        Some(ComponentId(place as u16))
    }

    /// The number of an interface at its server.
    pub(crate) fn interface_number(&self, server: &str, interface: &str) -> Option<u8> {
        if server == ROOT_NAME {
            return (interface == ROOT_INTERFACE).then_some(0);
        }
        let server = self
            .order
            .iter()
            .find(|component| component.name.value == server)?;
        let place = server
            .provides
            .iter()
            .position(|provided| provided.value == interface)?;
        u8::try_from(place).ok()
    }
}

/// Makes the specification; `None` if a limit is exceeded, which is then reported.
pub(crate) fn plan(
    draft: &Draft,
    board: &Board,
    catalogue: &Catalogue,
    report: &mut Report<'_>,
) -> Option<SystemSpec> {
    let mut context = Context {
        order: order::servers_first(draft),
        rings: Vec::new(),
        board,
        catalogue,
    };
    context.rings = rings::planned(&context)?;
    let root = draft.root.as_ref().map_or(ROOT_NAME, |root| &root.value);
    let mut programs = vec![root.to_owned()];
    let components = context
        .order
        .iter()
        .map(|component| plan_component(&context, component, &mut programs, report))
        .collect::<Option<Vec<_>>>()?;
    let spec = SystemSpec {
        name: draft.name.value.clone(),
        board: board.name.value.clone(),
        meters: draft.meters,
        coherence: board.coherence,
        programs,
        components,
        rings: context
            .rings
            .iter()
            .map(|planned| planned.ring.clone())
            .collect(),
    };
    limits::check(&spec, &context, report).then_some(spec)
}

fn plan_component(
    context: &Context<'_>,
    component: &DraftComponent,
    programs: &mut Vec<String>,
    report: &mut Report<'_>,
) -> Option<Component> {
    let id = context.id(&component.name.value)?;
    let mut slots = grants::Slots::new();
    let mut grants = grants::basic(component, &mut slots);
    grants.extend(grants::named(context, component, &mut slots)?);
    let regions = regions::plan(context, component, id, &mut slots, &mut grants)?;
    grants.extend(grants::memory(context, component, &mut slots)?);
    let cnode_size = limits::cnode_size(component, slots.first_free(), report)?;
    Some(Component {
        name: component.name.value.clone(),
        program: program(&component.program.value, programs),
        fpu: component.fpu,
        counters: component.counters,
        schedule: Schedule {
            core: component.core(),
            priority: component.priority.value,
            ceiling: component.ceiling.value,
            budget_ns: component.budget_ns.value,
            period_ns: component.period_ns.value,
            blocking_ns: component.blocking_ns.as_ref().map_or(0, |time| time.value),
            min_budget_ns: component
                .min_budget_ns
                .as_ref()
                .map_or(0, |time| time.value),
        },
        sizes: Sizes {
            stack_pages: component.stack_pages,
            heap_pages: component.heap_pages,
            cnode_size,
        },
        serves: serves(context.catalogue, component)?,
        grants,
        regions,
        bus: match &component.bus {
            Some(name) => *board::find(&context.board.buses, &name.value)?,
            None => Bus::DIRECT,
        },
        faults_to: faults::receiver(context, component),
        args: component.args.iter().map(|arg| arg.value.clone()).collect(),
    })
}

/// The program's place in the image's table; added at the end if it is new.
fn program(name: &str, programs: &mut Vec<String>) -> ProgramId {
    let place = programs
        .iter()
        .position(|known| known == name)
        .unwrap_or_else(|| {
            programs.push(name.to_owned());
            programs.len() - 1
        });
    ProgramId(place as u16)
}

fn serves(catalogue: &Catalogue, component: &DraftComponent) -> Option<Vec<Served>> {
    let served = |name: &String| {
        let version = catalogue.interface(name)?.version;
        Some(Served {
            interface: name.clone(),
            version,
        })
    };
    component
        .provides
        .iter()
        .map(|provided| served(&provided.value))
        .collect()
}
