//! Where: maps day by day, a map by the hour, and the table of regions.

use maud::{Markup, html};

use super::{Of, framed, spread, words};
use crate::analysis::overview::{Arm, Overview, Place, Share, level, levels, shares as shares_of};
use crate::report::format::{day, hour, number};
use crate::report::picture::ink::LEVELS;
use crate::report::picture::map::{Ground, Told, Town};
use crate::report::picture::{Ink, Picture, strip};

/// The arm that is shown on maps: the baseline.
const ARM: usize = 0;

/// More rows than this are scrolled within their frame.
const MANY: usize = 20;

/// Maps and table; nothing where there are no places.
pub fn section(of: &Of, overview: &Overview) -> Markup {
    let arm = &overview.arms[ARM];
    if arm.places.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby=(of.id("places")) {
            h2 id=(of.id("places")) { (words::PLACES) }
            @if let Some(maps) = maps(of, overview) { (maps) }
            (table(of, overview, &arm.places, (words::REGIONS, words::REGION)))
            @if !arm.towns.is_empty() { (towns(of, overview, &arm.towns)) }
            (each(of, overview))
        }
    }
}

/// Shares of the residents who are out, of the regions and of the towns of an arm.
struct Shares {
    regions: Vec<Share>,
    towns: Vec<Share>,
}

/// The towns of an arm, in its order: those that are drawn, and the residents of each.
struct Towns {
    places: Vec<Town>,
    residents: Vec<f64>,
}

impl Towns {
    fn of(of: &Of, arm: &Arm) -> Towns {
        let known = |place: &Place| of.folder.background.towns.iter().find(|(town, _)| town.id == place.id);
        let towns: Vec<_> = arm.towns.iter().map(known).collect();
        let town = |found: &Option<&(super::Region, String)>| found.map(|(town, _)| (town.position, town.residents));
        Towns {
            places: towns.iter().map(|found| town(found).unwrap_or_default()).collect(),
            residents: towns
                .iter()
                .map(|found| town(found).map_or(0.0, |town| town.1))
                .collect(),
        }
    }
}

/// Whether a town stands for itself on a map: a region that is not divided is drawn already, and what is left of one that is
/// lies nowhere.
fn is_drawn(of: &Of, id: &str) -> bool {
    let background = &of.folder.background;
    let region = |known: &super::Region| id == known.id || id.strip_suffix("-rest") == Some(&known.id);
    !background.regions.iter().any(region)
}

/// The maps; none where the regions of the scenario are not those of the series.
fn maps(of: &Of, overview: &Overview) -> Option<Markup> {
    let background = &of.folder.background;
    let arm = &overview.arms[ARM];
    let region = |place: &Place| background.regions.iter().find(|region| region.id == place.id);
    let regions: Vec<_> = arm.places.iter().map(region).collect::<Option<_>>()?;
    let residents: Vec<f64> = regions.iter().map(|region| region.residents).collect();
    let towns = Towns::of(of, arm);
    let shares = Shares {
        regions: shares_of(&arm.places, &residents),
        towns: shares_of(&arm.towns, &towns.residents),
    };
    let highest = shares
        .regions
        .iter()
        .chain(&shares.towns)
        .flat_map(|share| share.days.iter().chain(&share.ticks))
        .copied()
        .fold(0.0, f64::max);
    let steps = levels(highest);
    let positions: Vec<_> = regions
        .iter()
        .map(|region| (region.id.clone(), region.position))
        .collect();
    let ground = Ground::of(background.outlines.as_ref(), &positions, &towns.places);
    let days = &overview.day_ends;
    Some(html! {
        p.lead { (words::places_lead(of.runs(), (background.outlines.is_some(), ground.has_towns()), &arm.name, overview.arms.len())) }
        (by_day(of, overview, arm, &ground, &shares, &steps))
        @for other in &overview.arms[1..] { details {
            summary { (words::maps_of(&other.name)) }
            @let shares = Shares { regions: shares_of(&other.places, &residents), towns: shares_of(&other.towns, &towns.residents) };
            (by_day(of, overview, other, &ground, &shares, &steps))
        } }
        (by_hour(of, overview, &ground, &shares, &steps))
        @if !days.is_empty() { (day_table(of, overview, days)) }
    })
}

/// A map for each day of an arm; none where days are not counted.
fn by_day(of: &Of, overview: &Overview, arm: &Arm, ground: &Ground, shares: &Shares, steps: &[f64]) -> Markup {
    let days = &overview.day_ends;
    let Some(today) = arm.metric("participants_today").filter(|_| !days.is_empty()) else {
        return html! {};
    };
    html! {
        div.maps {
            @for (number_of, &end) in days.iter().enumerate() {
                @let told = told(of, &arm.places, |place| shares.regions[place].days[number_of], steps);
                @let towns = towns_told(of, &arm.towns, |town| shares.towns[town].days[number_of], steps);
                @let name = day(&overview.times[end]);
                figure {
                    (ground.picture(&words::map_of(&name), &told, &towns, 250.0).markup())
                    figcaption { strong { (name) } " " (words::out(&super::near(today.ticks[end].median))) br;
                        @if let Some(most) = most(of, &arm.places, number_of) { span.r { (words::most(most)) } }
                    }
                }
            }
        }
        (key(steps))
    }
}

fn told(of: &Of, places: &[Place], share: impl Fn(usize) -> f64, steps: &[f64]) -> Vec<Told> {
    let one = |(number_of, place): (usize, &Place)| Told {
        level: level(share(number_of), steps),
        about: words::among(of.name(&place.id), &super::near(share(number_of))),
        link: String::new(),
        hours: String::new(),
    };
    places.iter().enumerate().map(one).collect()
}

/// Those towns that stand for themselves and have anybody out.
fn towns_told(of: &Of, towns: &[Place], share: impl Fn(usize) -> f64, steps: &[f64]) -> Vec<Option<Told>> {
    let told = told(of, towns, share, steps).into_iter().zip(towns);
    told.map(|(told, town)| (told.level > 0 && is_drawn(of, &town.id)).then_some(told))
        .collect()
}

/// The place with the most people out on a day.
fn most<'o>(of: &'o Of, places: &'o [Place], day: usize) -> Option<&'o str> {
    let highest = places.iter().max_by(|a, b| a.days[day].total_cmp(&b.days[day]))?;
    (highest.days[day] > 0.0).then(|| of.name(&highest.id))
}

/// The levels and what they mean.
fn key(steps: &[f64]) -> Markup {
    let words = |level: usize| match level {
        0 => words::under(&number(steps[0])),
        level if level == steps.len() => words::over(&number(steps[level - 1])),
        level => format!("{}–{}", number(steps[level - 1]), number(steps[level])),
    };
    html! {
        p.key { (words::PER_100_000) ": " @for level in 0..LEVELS { span.nowrap {
            @let mut patch = Picture::new(22.0, 12.0, "");
            ({ patch.rect((0.5, 0.5), (21.0, 11.0), Ink::Level(level), ""); html! { span aria-hidden="true" { (patch.markup()) } } })
            " " (words(level)) }  " " } }
    }
}

/// The map whose regions lead to their rows, and whose hour can be moved; without a script it shows the highest hour.
fn by_hour(of: &Of, overview: &Overview, ground: &Ground, shares: &Shares, steps: &[f64]) -> Markup {
    let arm = &overview.arms[ARM];
    let out = &arm.metrics[0];
    let peak =
        (0..out.ticks.len()).max_by(|&a, &b| out.ticks[a].median.total_cmp(&out.ticks[b].median).then(b.cmp(&a)));
    let peak = peak.unwrap_or(0);
    let digits = |share: &Share| {
        share
            .ticks
            .iter()
            .map(|value| level(*value, steps).to_string())
            .collect::<String>()
    };
    let one = |(place, share): (&Place, &Share)| Told {
        level: level(share.ticks[peak], steps),
        about: words::go_to(of.name(&place.id)),
        link: of.id(&format!("place-{}", place.id)),
        hours: digits(share),
    };
    let told: Vec<Told> = arm.places.iter().zip(&shares.regions).map(one).collect();
    let ever = |(town, share): (&Place, &Share)| {
        let out = share.ticks.iter().any(|value| level(*value, steps) > 0);
        (out && is_drawn(of, &town.id)).then(|| one((town, share)))
    };
    let towns: Vec<Option<Told>> = arm.towns.iter().zip(&shares.towns).map(ever).collect();
    let moment = |tick: usize| super::time::moment(overview, tick);
    let told_now = format!("{}: {}", moment(peak), words::out(&super::near(out.ticks[peak].median)));
    let all = (0..overview.times.len())
        .map(|tick| format!("{}: {}", moment(tick), words::out(&super::near(out.ticks[tick].median))));
    html! {
        div.hourly data-map="" {
            h3 id=(of.id("hour")) { (words::BY_HOUR) }
            p.small { (words::BY_HOUR_LEAD) }
            (ground.picture(words::BY_HOUR, &told, &towns, 640.0).markup())
            p.now aria-live="polite" { (told_now) }
            label.slider hidden {
                (words::HOUR) " "
                input type="range" min="0" max=(overview.times.len().saturating_sub(1)) value=(peak) data-told=(all.collect::<Vec<_>>().join("|"));
            }
        }
    }
}

/// The table that says what the maps say.
fn day_table(of: &Of, overview: &Overview, days: &[usize]) -> Markup {
    let arm = &overview.arms[ARM];
    html! {
        details {
            summary { (words::MAP_NUMBERS) }
            div.frame tabindex="0" role="group" aria-label=(words::MAP_NUMBERS) {
                table {
                    thead { tr { th scope="col" { (words::REGION) } @for &end in days { th scope="col" { (day(&overview.times[end])) } } } }
                    tbody { @for place in &arm.places { tr {
                        th scope="row" { (of.name(&place.id)) }
                        @for value in &place.days { td { (super::near(*value)) } }
                    } } }
                }
            }
        }
    }
}

/// Towns in which anybody was out.
fn towns(of: &Of, overview: &Overview, all: &[Place]) -> Markup {
    let out: Vec<Place> = all
        .iter()
        .filter(|town| town.peak.high > 0.0 && !of.folder.background.regions.iter().any(|region| region.id == town.id))
        .cloned()
        .collect();
    html! {
        @if !out.is_empty() { (table(of, overview, &out, (words::TOWNS, words::TOWN))) }
        p.small { (words::towns(out.len(), all.len())) }
    }
}

/// Regions or towns, those with the most people out first.
fn table(of: &Of, overview: &Overview, all: &[Place], (heading, what): (&str, &str)) -> Markup {
    let arm = &overview.arms[ARM];
    let mut places: Vec<&Place> = all.iter().collect();
    places.sort_by(|a, b| b.peak.median.total_cmp(&a.peak.median));
    let first = |(runs, tick): (usize, Option<usize>)| {
        html! {
            td { span.nowrap { (words::of(runs, arm.runs)) } @if let Some(tick) = tick { " " span.r.nowrap { (moment(overview, tick)) } } }
        }
    };
    html! {
        h3 { (heading) }
        p.small { (words::REGIONS_LEAD) }
        div.frame.tall[all.len() > MANY] tabindex="0" role="group" aria-label=(heading) {
            table {
                thead { tr {
                    th scope="col" { (what) } th scope="col" { (words::metric(&arm.metrics[0].metric)) } th scope="col" { (words::PEAK) }
                    th scope="col" { (words::PROTEST_IN) } th scope="col" { (words::VIOLENCE_IN) } th scope="col" { (words::KILLED) }
                } }
                tbody { @for place in places {
                    @let medians: Vec<f64> = place.ticks.iter().map(|five| five.median).collect();
                    tr id=(of.id(&format!("place-{}", place.id))) tabindex="-1" {
                        th scope="row" {
                            (of.name(&place.id))
                            @if let Some(why) = super::why::link(of, &arm.name, &place.id) { " " a.r href={ "#" (why) } aria-label=(words::why_in(of.name(&place.id))) { (words::WHY_LINK) } }
                        }
                        td { (strip::spark(&words::course_of(of.name(&place.id)), &medians, 0).markup()) }
                        td { (spread(&place.peak, arm.runs)) }
                        (first(place.protest)) (first(place.violence))
                        td { (spread(&place.killed, arm.runs)) }
                    }
                } }
            }
        }
    }
}

/// Every region over time, in all arms, to unfold.
fn each(of: &Of, overview: &Overview) -> Markup {
    use crate::report::picture::bands::{self, Line};
    use crate::report::picture::scale::Timeline;
    let timeline = Timeline::of(&overview.times, of.folder.background.daylight);
    let first = &overview.arms[ARM];
    html! {
        details {
            summary { (words::EACH_REGION) }
            div.cards {
                @for (number_of, place) in first.places.iter().enumerate() {
                    @if place.peak.high > 0.0 {
                        @let lines: Vec<Line> = overview.arms.iter().take(6).enumerate().map(|(ink, arm)| Line {
                            name: &arm.name, ticks: &arm.places[number_of].ticks, ink,
                        }).collect();
                        div.card {
                            h3 { (of.name(&place.id)) }
                            (framed(&bands::picture(&words::course_of(of.name(&place.id)), &lines, &[], &timeline, (430.0, 190.0))))
                        }
                    }
                }
            }
            p.small { (words::EACH_REGION_NUMBERS) }
        }
    }
}

fn moment(overview: &Overview, tick: usize) -> String {
    let time = &overview.times[tick];
    if time.is_empty() { tick.to_string() } else { hour(time) }
}
