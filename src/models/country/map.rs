//! A map that a scenario names: GeoJSON whose ids are those of its regions.

use super::words::TO_REGION;
use crate::document::check::Names;
use crate::document::problem::Problem;
use crate::document::tree::Table;
use crate::outline::Outlines;

/// The key of a map. Where a scenario is read, the path at it is replaced by what the file holds, so that a scenario
/// is whole in one text.
pub const KEY: &str = "map";

/// Find what is wrong with a map: it is none, or its ids are not those of the regions.
pub fn check(root: &Table, names: &Names<'_>, problems: &mut Vec<Problem>) {
    let Some(node) = root.get(KEY) else { return };
    let Some(text) = node.text() else { return };
    let outlines = match Outlines::read(text) {
        Ok(outlines) => outlines,
        Err(why) => {
            let problem = Problem::at(&node.place, "the map cannot be read").label(why);
            problems.push(problem.help("a map is GeoJSON: a FeatureCollection with a feature for each region"));
            return;
        }
    };
    let regions: Vec<&str> = names.all(TO_REGION).collect();
    let listed = |ids: Vec<&str>| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    let missing: Vec<&str> = regions.iter().copied().filter(|id| outlines.of(id).is_none()).collect();
    let unknown: Vec<&str> = outlines
        .regions
        .iter()
        .map(|(id, _)| id.as_str())
        .filter(|id| !regions.contains(id))
        .collect();
    if missing.is_empty() && unknown.is_empty() {
        return;
    }
    let mut told = Vec::new();
    if !missing.is_empty() {
        told.push(format!("it has no feature for {}", listed(missing)));
    }
    if !unknown.is_empty() {
        told.push(format!("there is no region {}", listed(unknown)));
    }
    let problem = Problem::at(&node.place, "the map is not of the regions of the scenario").label(told.join("; "));
    problems.push(problem.help("the `id` of each feature is that of a region; leave `map` out for a map of tiles"));
}
