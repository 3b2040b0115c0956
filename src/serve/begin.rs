//! What a page begins with, which never changes: the scenario, its chronicle, the shelf.

use serde_json::{Map, Value, json};

use super::judge::chronicle;
use super::overlay::Base;
use super::shelf;

/// All that a page needs to begin, but for what changes: the scenario, its chronicle, the shelf.
pub fn fixed(base: &Base, times: &[String], tick_minutes: u32, classroom: bool) -> Value {
    let scenario = &base.scenario;
    let chronicle = self::chronicle(scenario);
    let all = ["shock", "action"]
        .into_iter()
        .flat_map(|section| chronicle[section].as_array());
    let sort = |entry: &Value| {
        Some((
            entry["id"].as_str()?.to_owned(),
            json!(shelf::sort(entry["kind"].as_str()?)),
        ))
    };
    let sorts: Map<String, Value> = all.flatten().filter_map(sort).collect();
    let region = |region: &crate::scenario::atlas::Region| json!({ "id": region.id, "name": region.name });
    json!({
        "title": scenario.title(),
        "name": scenario.name(),
        "file": base.file,
        "path": base.path.display().to_string(),
        "seed": scenario.seed(),
        "empty": base.empty(),
        "times": times.iter().map(|time| time.get(..16).unwrap_or_default()).collect::<Vec<_>>(),
        "tick_minutes": tick_minutes,
        "regions": scenario.regions().iter().map(region).collect::<Vec<_>>(),
        "shock": chronicle["shock"],
        "action": chronicle["action"],
        "sorts": sorts,
        "presets": base.presets,
        "shelf": shelf::shelf(scenario.family().format()),
        "classroom": classroom,
        "version": env!("CARGO_PKG_VERSION"),
    })
}
