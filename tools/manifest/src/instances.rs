//! What is on several cores becomes one component for each of them.
//!
//! Nothing moves between cores, so that it is known here which core each client is on, and with it which instance of a
//! server it calls: that of its own core, else the first. A name for several endpoints is therefore a table that is
//! looked up once, when the image is composed: behind this, in the specification, in root and in the kernel, each
//! connection has one endpoint, as if the manifest had named the instance.

use crate::{
    diagnostic::At,
    draft::{Draft, DraftComponent, Supervises},
};

/// The same system, in which each component is on one core.
pub(crate) fn of(draft: &Draft) -> Draft {
    let components = draft.components.iter();
    Draft {
        name: draft.name.clone(),
        boards: draft.boards.clone(),
        root: draft.root.clone(),
        meters: draft.meters,
        components: components
            .flat_map(|component| each(draft, component))
            .collect(),
    }
}

fn each<'d>(
    draft: &'d Draft,
    component: &'d DraftComponent,
) -> impl Iterator<Item = DraftComponent> {
    component.instances().map(move |(name, core)| {
        let mut instance = component.clone();
        instance.name.value = name;
        instance.cores = vec![core.clone()];
        for connection in &mut instance.uses {
            nearest(draft, core.value, &mut connection.server);
        }
        for server in &mut instance.mints {
            nearest(draft, core.value, server);
        }
        if let Some(Supervises::Some(list)) = &mut instance.supervises {
            *list = list.iter().flat_map(|name| all(draft, name)).collect();
        }
        instance
    })
}

/// Names the instance of `server` that a client on `core` calls. What names an instance already is left.
fn nearest(draft: &Draft, core: u8, server: &mut At<String>) {
    let Some(named) = draft.component(&server.value) else {
        return;
    };
    if named.name.value != server.value {
        return;
    }
    let mut instances = named.instances();
    if let Some((name, _)) = instances.find(|(_, on)| on.value == core) {
        server.value = name;
    }
}

/// The instances that a name means: all, or the one that it names.
fn all(draft: &Draft, name: &At<String>) -> Vec<At<String>> {
    let named = draft.component(&name.value);
    let Some(named) = named.filter(|named| named.name.value == name.value) else {
        return vec![name.clone()];
    };
    let instances = named.instances();
    instances
        .map(|(value, _)| At {
            value,
            place: name.place,
        })
        .collect()
}
