//! Forces, and the sites that they guard.

use crate::sim::model::{Force, Loss, Region, Site, SiteKind};
use crate::sim::policy::ForceKind;

use super::distribution::distribution;
use super::places::Places;

use crate::document::check::Names;
use crate::document::problem::Problem;
use crate::document::view::View;

/// The forces of a document: those on strength who can be deployed.
pub fn forces(root: &View<'_>, places: &Places, names: &Names<'_>, problems: &mut Vec<Problem>) -> Vec<Force> {
    let force = |force: View<'_>| {
        let kind = force_kind(&force.text("kind"));
        let place = places.named(&force, names, problems);
        let mobile = matches!(kind, ForceKind::Special | ForceKind::Guard | ForceKind::Army);
        let mobile = force.flag_given("mobile").unwrap_or(mobile);
        let region = places.region(&force, place, names);
        Force {
            id: force.text("id"),
            kind,
            region,
            // Those who can be sent about are stationed together.
            place: place.or_else(|| mobile.then(|| places.main(region)).flatten()),
            officers: libm::round(force.number("strength") * force.number("deployable")) as u32,
            loyalty: distribution(&force, "loyalty").into(),
            mobile,
        }
    };
    root.inner_entries("force").map(force).collect()
}

/// The kind of force of this name.
pub fn force_kind(name: &str) -> ForceKind {
    name.parse().unwrap_or(ForceKind::Police)
}

/// The sites of a document.
pub fn sites(root: &View<'_>, places: &Places, names: &Names<'_>, problems: &mut Vec<Problem>) -> Vec<Site> {
    let kinds: Vec<View<'_>> = root.inner_entries("site_kind").collect();
    let rate = per_tenge(root);
    let site = |site: View<'_>| {
        let name = site.text("kind");
        let own = kinds.iter().find(|kind| kind.text("id") == name);
        let kind = site_kind(&own.map_or(name, |own| own.text("like")));
        let appeal = own.and_then(|own| own.number_given("appeal"));
        let there_is = Loss {
            damage: kind.loss().damage * rate,
            ..kind.loss()
        };
        let strength = own.map_or(STRENGTH, |own| own.number("strength"));
        Site {
            id: site.text("id"),
            kind,
            place: places.place(&site, names, problems),
            guards: site.whole("guards"),
            strength: site.number_given("strength").unwrap_or(strength),
            appeal: site.number_given("appeal").or(appeal).unwrap_or(kind.appeal()),
            loss: loss(
                site.inner("loss"),
                loss(own.and_then(|own| own.inner("loss")), there_is),
            ),
        }
    };
    root.inner_entries("site").map(site).collect()
}

/// How much walls multiply the strength of guards where neither a site nor its kind says.
const STRENGTH: f64 = 2.0;

fn site_kind(name: &str) -> SiteKind {
    name.parse().unwrap_or(SiteKind::Square)
}

/// What a tenge, in which amounts of money were estimated, is worth in the money of a document.
pub fn per_tenge(root: &View<'_>) -> f64 {
    root.inner("money").map_or(1.0, |money| money.number("per_tenge"))
}

fn loss(given: Option<View<'_>>, default: Loss) -> Loss {
    let Some(given) = given else { return default };
    let number = |key, default| given.number_given(key).unwrap_or(default);
    Loss {
        legitimacy: number("legitimacy", default.legitimacy),
        belief: number("belief", default.belief),
        state_media: number("state_media", default.state_media),
        policing: number("policing", default.policing),
        weapons: number("weapons", default.weapons),
        airlift: given.flag_given("airlift").unwrap_or(default.airlift),
        damage: number("damage", default.damage),
    }
}

/// Guards come from the forces of the region: more than it has cannot stand there.
pub fn enough_guards(
    root: &View<'_>,
    regions: &[Region],
    places: &Places,
    sites: &[Site],
    forces: &[Force],
    problems: &mut Vec<Problem>,
) {
    for (index, region) in regions.iter().enumerate() {
        let officers = forces
            .iter()
            .filter(|force| force.region == index)
            .map(|force| u64::from(force.officers))
            .sum();
        let mut guards: u64 = 0;
        for (site, view) in sites
            .iter()
            .zip(root.inner_entries("site"))
            .filter(|(site, _)| places.all[site.place].region == index)
        {
            let before = guards;
            guards += u64::from(site.guards);
            // The caret stands on the first site that finds nobody left.
            let somewhere = view.given("region").or(view.given("place")).is_some();
            if before <= officers && guards > officers && somewhere {
                let message = format!(
                    "the sites of `{}` need more guards than officers are deployable there",
                    region.id
                );
                let label = format!("{guards} guards up to here, of {officers} officers");
                let help = "deployable officers are `strength` x `deployable` of each [[force]] of the region, rounded";
                problems.push(Problem::at(view.place("guards"), message).label(label).help(help));
            }
        }
    }
}
