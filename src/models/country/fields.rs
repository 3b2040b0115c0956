//! The reference of the scenario format: every key with what it must be, its unit, its default and its meaning.
//! The rules and the levers bring their own tables; `schema` joins them.

use super::words::{ACTIONS, DISTRIBUTIONS, FORCES, METRICS, OPTIONS, PLACES, POLICIES, SITES, STANCE, TASKS};
use super::words::{TO_ACTION, TO_AREA, TO_PLACE, TO_REGION, TO_SITE, TO_SITE_KIND};
use crate::document::form::{Field, Kind, Omitted, required, value, words};
use Kind::{Duration, Entries, Flag, Hours, Id, Number, Outcomes, Position, Reference, References, Table};
use Kind::{Text, Time, When, Whens, Whole, Zone};

/// A value from 0 to 1.
const SHARE: Kind = Number(0.0, 1.0);
/// Any level that a metric could reach.
const LEVEL: Kind = Number(-1e15, 1e15);

const EVEN: &str = "{ distribution = \"uniform\", low = 0.0, high = 1.0 }";
const LOYAL: &str = "{ distribution = \"normal\", mean = 0.7, sd = 0.15 }";

/// Name, meaning and keys of each section; the document itself comes first and has no name.
pub const SECTIONS: &[(&str, &str, &[Field])] = &[
    ("", "The scenario itself.", ROOT),
    ("region", "A region: where policy acts. A region that is not divided into places is one place.", REGION),
    ("place", "A place inside a region, where people meet: crowds, the police before them and the sites around them are of a place; prices, media, legitimacy and orders are of its region.", PLACE),
    ("distribution", "How a trait is spread over the people of a region, on 0 to 1.", DISTRIBUTION),
    ("tie", "How much the crowd in one region or place is seen in another, where distance and size do not say it.", TIE),
    ("ties", "How ties between places follow from distance and size: 1 / (1 + (km / distance)^decay) x (population / largest)^size, with the populations of their regions; within a region size does not count.", TIES),
    ("force", "Officers of one kind, based in one region.", FORCE),
    ("money", "What the country's money and the good are called; nothing of it changes what people do.", MONEY),
    ("site_kind", "A kind of site of the country's own: what it is called, and in what it differs from one that there is.", SITE_KIND),
    ("site", "A place that can be attacked, seized and retaken.", SITE),
    ("loss", "What the loss of a site does.", LOSS),
    ("shock", "What the world or the economy does; the same keys as an action.", SHOCK),
    ("action", "What a government, another state or an organisation does.", ACTION),
    ("government", "Who decides when the options among the actions are announced.", GOVERNMENT),
    ("when", "The moment of an announcement: `after` another action, a `metric` that crosses a line, `all` or `any` of several.", WHEN),
    ("contingent", "Troops or volunteers that an action brings.", CONTINGENT),
];

const ROOT: &[Field] = &[
    required("schema_version", Whole(1, 1), "", "Version of the scenario format, so that a file is never misread."),
    words("extends", Text, "", "stands alone", "Path of a scenario that this one is laid over, or a list of paths that are laid over each other in order: tables merge, entries merge by id, `remove = true` drops one."),
    value("model", Kind::Model, "", "\"country\"", "Which model it is of: a country, or Epstein's lattice, whose keys are those of `epstein`."),
    words("title", Text, "", "the name of the file", "What the scenario is called in reports."),
    required("start", Time, "", "Local date and time at which the first tick starts, to the minute."),
    required("zone", Zone, "", "IANA time zone of all times in the scenario. The clock keeps the offset that holds at the start."),
    Field::new("ticks", Whole(1, 100_000), "ticks", Omitted::Unless("duration"), "How long the simulation lasts."),
    words("duration", Duration, "", "from `ticks`", "How long the simulation lasts, as a length of time instead of `ticks`: so it stays the same whatever `tick_minutes` is."),
    value("tick_minutes", Whole(5, 60), "minutes", "60", "Length of a tick; divides the 1440 minutes of a day. At most an hour: a crowd gathers, is met and is answered within one."),
    value("persons_per_agent", Whole(1, 100_000), "people", "1", "How many people one simulated citizen stands for; 1 is everyone."),
    value("seed", Whole(0, i64::MAX), "", "1", "Seed of all chance; the same seed gives the same run to the last bit."),
    words("region_table", Text, "", "none", "Path of a CSV table of regions: a header of keys of a region, a row for each; [[region]] entries win over it."),
    words("place_table", Text, "", "none", "Path of a CSV table of places: a header of keys of a place, a row for each; [[place]] entries win over it."),
    words("map", Text, "", "a map of tiles, by the positions of the regions", "Path of a map for pictures: GeoJSON with a feature for each region, whose `id` is that of the region."),
    words("record", Text, "", "NAME.record.toml beside the scenario NAME.toml, if there is one", "Path of the record of what happened, for `qantar score`."),
    words("worlds", Text, "", "none", "Path of a CSV table of plausible worlds, as `qantar match` makes: a header of dotted keys, a row for each. Replicate r runs in world r, the same in all arms."),
    words("leans_on", Kind::Texts, "", "none", "Assumptions that what follows from this scenario leans on, one sentence each; comparisons print them with the result."),
    required("region", Entries("region"), "", "The regions, at least one."),
    words("place", Entries("place"), "", "each region is one place", "Towns and villages inside regions."),
    words("ties", Table("ties"), "", "the defaults", "How ties follow from distance and size."),
    words("tie", Entries("tie"), "", "none", "Ties that differ from what distance and size say."),
    words("money", Table("money"), "", "the defaults", "What the country's money and the good whose price moves are called."),
    words("force", Entries("force"), "", "none", "Police, guard, army and others."),
    words("site_kind", Entries("site_kind"), "", "none", "Kinds of sites beside those that there are, such as stations of a metro."),
    words("site", Entries("site"), "", "none", "Places that can be attacked."),
    words("shock", Entries("shock"), "", "none", "What the world or the economy does."),
    words("action", Entries("action"), "", "none", "What governments and outsiders do."),
    words("government", Table("government"), "", "the defaults", "Who decides when the options among the actions are announced."),
    words("rules", Table("rules"), "", "the defaults", "Parameters of the rules, by group."),
    words("outcome", Outcomes("peak(participants)"), "", "none", "Numbers of a run that readers of this scenario ask for, each with a name: reports and comparisons tell them beside the totals. An empty text drops one of what this extends."),
];

const REGION: &[Field] = &[
    ID,
    words("name", Text, "", "the id", "Its name for readers."),
    required("population", Whole(1, 2_000_000_000), "people", "Residents."),
    words("position", Position, "degrees", "needed when there is more than one region", "Latitude and longitude of its centre; distances and ties follow from it."),
    value("urban", SHARE, "share", "0.6", "Share of residents who live in towns."),
    value("hour_shift", Whole(-12, 12), "hours", "0", "Hours that its clock is ahead of the scenario's."),
    value("hardship", Table("distribution"), "", EVEN, "How economic hardship is spread over its people."),
    value("discontent", Table("distribution"), "", EVEN, "How political discontent is spread."),
    value("risk_aversion", Table("distribution"), "", EVEN, "How fear of risk is spread."),
    value("violence", Table("distribution"), "", EVEN, "How the disposition to violence is spread."),
    value("exposure", SHARE, "share", "0.3", "Share of households that depend on the good whose price moves."),
    value("price", Number(0.01, 1e6), "currency/unit", "60.0", "Price of that good before any shock, which people take for right."),
    value("connectivity", SHARE, "share", "0.8", "Share of residents who can reach the network."),
    value("independent_media", SHARE, "share", "0.5", "Reach of independent and social media among the connected."),
    value("state_media", SHARE, "share", "0.5", "Reach of state media among residents."),
    value("discipline", SHARE, "share", "0.3", "Norm of non-violent discipline."),
    value("legitimacy", SHARE, "share", "0.5", "How rightful the government seems at the start."),
    value("temperature", Number(-60.0, 60.0), "degrees Celsius", "0.0", "Mean temperature of the season; frost keeps people at home."),
];

const PLACE: &[Field] = &[
    ID,
    words("name", Text, "", "the id", "Its name for readers."),
    required("region", Reference(TO_REGION), "", "The region in which it lies. People of the region who live in none of its places live in a rest of it, called ID-rest after its id, at its position."),
    required("population", Whole(1, 2_000_000_000), "people", "Residents; those of all places of a region are at most its population."),
    required("position", Position, "degrees", "Latitude and longitude; distances, ties and daylight follow from it."),
    value("kind", Kind::Choice(PLACES), "", "\"town\"", "What it is. People of a city or a town live around its square; those of a rural place have a way to it, see `rules.turnout.rural_cost`."),
];

const ID: Field = required("id", Id, "", "Its name within the scenario: letters, digits, `-` and `_`, unique among its kind.");

const DISTRIBUTION: &[Field] = &[
    required("distribution", Kind::Choice(DISTRIBUTIONS), "", "Its shape: uniform from `low` to `high`, normal with `mean` and `sd`, or beta with `alpha` and `beta`."),
    words("low", SHARE, "", "needed for uniform", "Smallest value."),
    words("high", SHARE, "", "needed for uniform", "Largest value, not below `low`."),
    words("mean", Number(-10.0, 10.0), "", "needed for normal", "Mean before the cut to 0..1."),
    words("sd", Number(0.0, 10.0), "", "needed for normal", "Standard deviation before the cut to 0..1."),
    words("alpha", Number(0.1, 1000.0), "", "needed for beta", "First shape."),
    words("beta", Number(0.1, 1000.0), "", "needed for beta", "Second shape."),
];

const TIE: &[Field] = &[
    ID,
    required("from", Reference(TO_AREA), "", "The region or place whose crowd is seen; a region stands for all its places."),
    required("to", Reference(TO_AREA), "", "The region or place in which it is seen."),
    required("strength", SHARE, "share", "How much of it is seen, against a crowd of one's own place."),
    value("both", Flag, "", "true", "Whether it holds the other way round too."),
];

const TIES: &[Field] = &[
    value("distance", Number(1.0, 20_000.0), "km", "300.0", "Distance at which a tie is half as strong as at none."),
    value("decay", Number(0.0, 10.0), "1", "1.5", "How steeply ties fall with distance."),
    value("size", Number(0.0, 2.0), "1", "0.3", "How much less a smaller region is seen; 0 is not at all."),
];

const FORCE: &[Field] = &[
    ID,
    required("kind", Kind::Choice(FORCES), "", "What they are."),
    Field::new("region", Reference(TO_REGION), "", Omitted::Unless("place"), "The region that they belong to."),
    words("place", Reference(TO_PLACE), "", "the largest town of the region for mobile forces, else all its places, by residents", "The place that they are based in; guards of sites are taken from any of the region's forces."),
    required("strength", Whole(0, 10_000_000), "officers", "Officers on strength."),
    value("deployable", SHARE, "share", "0.2", "Share of them that can be used for public order."),
    words("mobile", Flag, "", "true for special, guard and army, else false", "Whether command may send them to other regions."),
    value("loyalty", Table("distribution"), "", LOYAL, "How loyalty is spread over the officers."),
];

const SITE: &[Field] = &[
    ID,
    words("name", Text, "", "the id", "Its name for readers."),
    required("kind", Reference(TO_SITE_KIND), "", "What it is, one of the kinds that there are or one of the scenario's own; decides the defaults of its appeal and its loss."),
    Field::new("region", Reference(TO_REGION), "", Omitted::Unless("place"), "The region in which it is."),
    words("place", Reference(TO_PLACE), "", "the largest town of the region", "The place in which it is."),
    value("guards", Whole(0, 1_000_000), "officers", "10", "Officers posted there, from the deployable forces of the region."),
    words("strength", Number(0.0, 100.0), "ratio", "by kind, 2 for those that there are", "How much its walls multiply the strength of its guards."),
    words("appeal", Number(0.0, 100.0), "weight", "by kind", "How much attackers are drawn to it, against other sites of the place."),
    words("loss", Table("loss"), "", "by kind", "What its loss does; keys that are left out stay as its kind has them."),
];

const SITE_KIND: &[Field] = &[
    ID,
    words("name", Text, "", "the id", "What one of them is called."),
    required("like", Kind::Choice(SITES), "", "The kind that it is in all that is not said here, and in what its loss brings with it."),
    value("strength", Number(0.0, 100.0), "ratio", "2.0", "How much walls of this kind multiply the strength of guards."),
    words("appeal", Number(0.0, 100.0), "weight", "as `like`", "How much attackers are drawn to one, against other sites of the place."),
    words("loss", Table("loss"), "", "as `like`", "What the loss of one does; keys that are left out stay as `like` has them."),
];

const MONEY: &[Field] = &[
    value("currency", Text, "", "\"units of money\"", "What its money is called, in the plural."),
    value("per_tenge", Number(1e-6, 1e6), "currency/tenge", "1.0", "What a tenge of January 2022 is worth in it. Amounts of damage and output that a scenario does not give were estimated in tenge, and are multiplied by this."),
    value("good", Text, "", "\"the good\"", "What it is whose price moves, such as diesel or a fare."),
    words("price_unit", Text, "", "the currency", "Unit of its price, such as \"tenge/l\"."),
];

const LOSS: &[Field] = &[
    words("legitimacy", SHARE, "share", "by kind", "Legitimacy lost in the region, once."),
    words("belief", Number(0.0, 5.0), "index", "by kind", "Belief that protest works, added once."),
    words("state_media", SHARE, "share", "by kind", "Share of the reach of state media that is off while it is lost."),
    words("policing", SHARE, "share", "by kind", "Share of the strength of the place's police that is gone while it is lost."),
    words("weapons", Number(0.0, 1e6), "weapons", "by kind", "Weapons taken, once."),
    words("airlift", Flag, "", "by kind", "Whether the region cannot be reached by air while it is lost."),
    words("damage", Number(0.0, 1e9), "million of the currency", "by kind", "Damage done, once."),
];

const KIND: Field = required("kind", Kind::Choice(ACTIONS), "", "What is done; decides the defaults of what it moves. See `qantar explain kind`.");
const BY: &str = "Who does it; free text.";
const CREDIBILITY: &str = "How far it is believed; multiplies what it promises.";

const fn intervention(by: Field, credibility: Field) -> [Field; 22] {
    [
        ID,
        KIND,
        by,
        words("title", Text, "", "the name of the kind", "What it is called in reports."),
        required("when", When, "", "When it is announced; it happens once."),
        value("never", Flag, "", "false", "Whether it never happens, and so nothing that waits for it alone; the rest stays as it is."),
        words("regions", References(TO_REGION), "", "all", "Where it acts: in all places of these regions."),
        words("places", References(TO_PLACE), "", "none of their own", "Places in which it acts, beside `regions` if that is given."),
        words("sites", References(TO_SITE), "", "all sites of the regions", "On which sites, for levers that act on sites."),
        value("lag", Duration, "", "\"0h\"", "From announcement to effect, rounded up to ticks."),
        words("duration", Duration, "", "by kind, else to the end", "How long it is in effect, rounded up to ticks."),
        words("hours", Hours, "hours", "by kind, else all day", "It acts only from the first hour of the day to before the second."),
        credibility,
        words("levers", Table("lever"), "", "by kind", "What it moves once in effect, over what its kind moves."),
        words("promise", Table("lever"), "", "by kind", "What its announcement moves until it takes effect, over what its kind promises."),
        words("contingents", Entries("contingent"), "", "none", "Who comes with it."),
        value("ends", References(TO_ACTION), "", "[]", "Shocks and actions that end when this one takes effect."),
        words("source", Text, "", "none", "Where it is known from; for the reader."),
        words("stance", Kind::Choice(STANCE), "", "none", "What a statement says; moves a little for three days. See `qantar explain stance`."),
        words("option", Kind::Choice(OPTIONS), "", "none", "Puts an action on the menu of a reactive government, which then decides when it is announced, and not its `when`."),
        value("cost", Number(0.0, 10.0), "ratio", "0.2", "What an option costs the government, against disruption at its worst, before scope, violence and the like."),
        words("cooldown", Duration, "", "never", "After its end, when an option can be chosen again."),
    ]
}

const SHOCK: &[Field] = &intervention(
    value("by", Text, "", "\"world\"", BY),
    value("credibility", SHARE, "share", "1.0", CREDIBILITY),
);

const ACTION: &[Field] = &intervention(
    value("by", Text, "", "\"government\"", BY),
    words("credibility", SHARE, "share", "by kind", CREDIBILITY),
);

const GOVERNMENT: &[Field] = &[
    value("policy", Kind::Choice(POLICIES), "", "\"timeline\"", "Whether options are announced at their own `when`, or when a government that weighs costs chooses them; see `rules.government`."),
];

const WHEN: &[Field] = &[
    words("after", Reference(TO_ACTION), "", "not used", "The shock or action after whose taking effect it happens."),
    words("hours", Number(0.0, 1e6), "hours", "0", "How long after that, rounded up to ticks."),
    words("metric", Kind::Choice(METRICS), "", "not used", "The metric that is watched."),
    words("region", Reference(TO_REGION), "", "the whole country", "Where the metric is watched."),
    words("place", Reference(TO_PLACE), "", "the region or the whole country", "The place in which the metric is watched."),
    words("above", LEVEL, "unit of the metric", "not used", "It happens when the metric is above this."),
    words("below", LEVEL, "unit of the metric", "not used", "It happens when the metric is below this."),
    words("for_hours", Number(0.0, 1e6), "hours", "one tick", "For how long without a break."),
    words("all", Whens, "", "not used", "It happens when all of these hold; a plain time holds from then on."),
    words("any", Whens, "", "not used", "It happens when any of these holds."),
];

const CONTINGENT: &[Field] = &[
    ID,
    required("force", Kind::Choice(FORCES), "", "What they are."),
    required("officers", Whole(1, 10_000_000), "officers", "How many."),
    Field::new("region", Reference(TO_REGION), "", Omitted::Unless("place"), "The region that they go to."),
    words("place", Reference(TO_PLACE), "", "the largest town of the region", "The place that they go to."),
    value("task", Kind::Choice(TASKS), "", "\"guard\"", "Whether they take over the guard of sites, and so free local officers, or go into the street."),
    value("willing", SHARE, "share", "1.0", "Probability that they are sent, before a framing takes doubts away."),
    value("decide", Duration, "", "\"0h\"", "From the action's taking effect until they are committed."),
    value("travel", Duration, "", "\"0h\"", "From then until they arrive."),
];
