//! The connections of a component: `uses = { NAME = "SERVER" }`, or a table where there is more to say.

use toml::de::DeValue;
use weft_abi::layout;

use crate::{
    diagnostic::{At, Report},
    draft::{DraftRing, PoolReach, ServerEnd, Use},
    table::Fields,
    values::wrong_kind,
};

const DEFAULT_RING_SLOTS: u64 = 64;
/// What the kernel makes in one piece, so that it is contiguous.
const MAX_POOL: u64 = 16 << 20;

/// Reads `uses`.
pub(super) fn uses(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> Vec<Use> {
    let mut connections = Vec::new();
    for (name, value) in fields.pairs("uses", report) {
        match value.value {
            DeValue::String(server) if server.is_empty() => {
                let message = format!("connection `{}` names no server", name.value);
                report.error(value.place, message, "write the server's name");
            }
            DeValue::String(server) => {
                let server = At {
                    value: server.to_string(),
                    place: value.place,
                };
                connections.push(Use {
                    name,
                    server,
                    interface: None,
                    ring: None,
                });
            }
            DeValue::Table(table) => {
                let what = format!("connection `{}`", name.value);
                let mut fields = Fields::new(table, value.place, what);
                connections.push(Use {
                    server: fields.required("server", report),
                    interface: fields.string("interface", report),
                    ring: ring(&mut fields, report),
                    name,
                });
                fields.finish(report);
            }
            _ => {
                let what = format!("connection `{}`", name.value);
                wrong_kind(
                    &value,
                    &what,
                    "the server's name or a table with `server`",
                    report,
                );
            }
        }
    }
    connections
}

fn ring(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> Option<DraftRing> {
    let value = fields.value("ring")?;
    let Some(table) = value.value.as_table() else {
        wrong_kind(
            &value,
            "`ring`",
            "a table, as in { slots = 64, client-pool = \"64 KiB\" }",
            report,
        );
        return None;
    };
    let mut fields = Fields::new(table, value.place, "`ring`");
    let ring = DraftRing {
        place: value.place,
        slots: slots(&mut fields, report),
        client_pool_pages: fields
            .pages("client-pool", (0, MAX_POOL), report)
            .unwrap_or(0),
        server_pool_pages: fields
            .pages("server-pool", (0, MAX_POOL), report)
            .unwrap_or(0),
        reach: reach(&mut fields, report),
        end: end(&mut fields, report),
    };
    fields.finish(report);
    Some(ring)
}

fn slots(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> u16 {
    let most = libipc_ring::MAX_CAPACITY as u64;
    let number = fields.number("slots", (2, most), report);
    let (value, place) = number.map_or((DEFAULT_RING_SLOTS, fields.place), |at| {
        (at.value, at.place)
    });
    if !value.is_power_of_two() {
        let up = value.next_power_of_two();
        let remedy = format!("write {} or {up}", up / 2);
        report.error(
            place,
            format!("`slots` is no power of two: {value}"),
            remedy,
        );
    }
    value as u16
}

fn reach(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> PoolReach {
    let Some(reach) = fields.string("reach", report) else {
        return PoolReach::Processes;
    };
    match reach.value.as_str() {
        "processes" => PoolReach::Processes,
        "device" => PoolReach::Device,
        other => {
            let message = format!("`reach` is \"{other}\"");
            let remedy = "write \"device\" if a device of the server reads and writes the pools, else \
                          \"processes\"";
            report.error(reach.place, message, remedy);
            PoolReach::Processes
        }
    }
}

fn end(fields: &mut Fields<'_, '_>, report: &mut Report<'_>) -> ServerEnd {
    let Some(end) = fields.string("end", report) else {
        return ServerEnd::Silent;
    };
    match end.value.as_str() {
        "silent" => ServerEnd::Silent,
        "told" => ServerEnd::Told,
        other => {
            let message = format!("`end` is \"{other}\"");
            let remedy = "write \"told\" if the component is to be told when the server ends, else \"silent\"";
            report.error(end.place, message, remedy);
            ServerEnd::Silent
        }
    }
}

const _: () = assert!(MAX_POOL * 2 < layout::IMAGE_BASE - layout::REGIONS_BASE);
