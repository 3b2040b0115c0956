//! The parameters of the rules: one table with value, unit, range, source and meaning. The engine computes with
//! it, `qantar explain` prints it, the scenario reader checks against it, so that none of them can drift.
//!
//! The same values serve all regions: regions differ by measurable attributes only. "calibrated" means that the
//! value was chosen so that the patterns of a wave come out, within a range that can be argued for; it does not
//! mean that it was measured. "estimate" means that not even that was done.

use super::forms::Forms;

/// What is known of one parameter.
#[derive(Clone, Copy)]
pub struct Parameter {
    /// Its group, the table under `[rules]`.
    pub group: &'static str,
    /// Its name within the group.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Its default.
    pub default: f64,
    /// Smallest and largest value allowed.
    pub range: (f64, f64),
    /// Where the default comes from.
    pub source: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Set it.
    pub set: fn(&mut Rules, f64),
    /// Read it.
    pub get: fn(&Rules) -> f64,
}

macro_rules! rules {
    ($($(#[doc = $about:literal])* $group:ident: $Group:ident {
        $($name:ident = $default:literal, $unit:literal, $low:literal..=$high:literal, $source:literal, $meaning:literal;)*
    })*) => {
        /// Every parameter of the rules, by group, and the forms of mechanisms that have several.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Rules {
            $($(#[doc = $about])* pub $group: $Group,)*
            /// Which form of each mechanism holds.
            pub forms: Forms,
        }

        $($(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $Group { $(#[doc = $meaning] #[doc = concat!("\n\nUnit: ", $unit, ". Source: ", $source, ".")] pub $name: f64),* }

        impl Default for $Group {
            fn default() -> $Group { $Group { $($name: $default),* } }
        })*

        impl Rules {
            /// The table of all parameters.
            pub const TABLE: &'static [Parameter] = &[$($(Parameter {
                group: stringify!($group), name: stringify!($name), unit: $unit, default: $default,
                range: ($low, $high), source: $source, meaning: $meaning,
                set: |rules, value| rules.$group.$name = value,
                get: |rules| rules.$group.$name,
            }),*),*];
        }
    };
}

rules! {
    /// What people see and hear of a crowd.
    perception: Perception {
        crowd_reference = 877.0, "people", 1.0..=100000.0, "calibrated; Weber-Fechner form", "A crowd of this size is the unit on the logarithmic scale on which crowds are perceived: ln(1 + seen / reference).";
        crowd_ceiling = 4.5, "ln units", 0.1..=100.0, "estimate: what the logarithm gives for 80,000 people", "Under `rules.forms.crowd = \"saturation\"` or `\"share\"`: how large a crowd beyond all measure seems, on the scale of the logarithm.";
        crowd_half = 5000.0, "people", 1.0..=10000000.0, "estimate: as steep as the logarithm for small crowds", "Under `rules.forms.crowd = \"saturation\"`: people who seem half as many as a crowd beyond all measure.";
        crowd_half_share = 300.0, "people/100,000", 0.01..=100000.0, "estimate", "Under `rules.forms.crowd = \"share\"`: people out among 100,000 who seem half as many as everybody.";
        news_hours = 6.0, "hours", 0.1..=96.0, "calibrated; Bonnasse-Gahot et al. 2018, contagion over hours to days", "Time in which news of a crowd, or of repression, has reached 63 % of those who can hear of it.";
        memory_hours = 40.0, "hours", 1.0..=240.0, "calibrated", "Time in which the picture of a crowd that has gone home fades to 37 %.";
        cut_fading = 0.5, "ratio", 0.0..=1.0, "estimate", "Under `rules.forms.shutdown = \"anger\"`: how fast the picture of a crowd fades where the network is cut altogether, against where it works; 0 keeps it.";
        word_of_mouth = 0.149, "share", 0.0..=1.0, "calibrated; Hassanpour 2014 on disrupted networks", "Share of what tied regions show each other that gets through without any network.";
        national_reach = 0.807, "share", 0.0..=1.0, "calibrated", "Share of the whole country's crowd that a connected person feels as if it were on the own square.";
        surprise_hours = 12.0, "hours", 1.0..=96.0, "calibrated; PRX 2021, sudden against gradual growth", "Time over which people and police get used to the size of a crowd; growth faster than this is sudden.";
        surprise_floor = 500.0, "people", 1.0..=100000.0, "calibrated", "Growth below about this many people is not felt as sudden.";
    }
    /// Who goes out, and who goes home.
    turnout: Turnout {
        hardship_weight = 0.523, "utility", 0.0..=5.0, "scale of utility", "Weight of the price shock ln(price / reference price), times exposure, on a citizen of hardship 1.";
        price_hours = 57.0, "hours", 0.1..=720.0, "calibrated; a tank of gas lasts two to five days", "Time in which 63 % of a change of the price has been felt at the pump.";
        background_hardship = 0.15, "utility", 0.0..=2.0, "calibrated", "Weight of hardship where prices have not moved.";
        discontent_weight = 1.0, "utility", 0.0..=5.0, "scale of utility; Epstein 2002, grievance = hardship x (1 - legitimacy)", "Weight of the lack of legitimacy on a citizen of political discontent 1.";
        crowd_weight = 0.043, "utility per ln unit", 0.0..=1.0, "calibrated; Lohmann 1994, Bonnasse-Gahot et al. 2018", "Pull of the crowd that is seen, per unit of its logarithmic size.";
        danger_weight = 0.062, "utility per ln unit", 0.0..=1.0, "calibrated; Steinert-Threlkeld, Chan and Joo 2022: protester violence shrinks protest", "What violence in the streets of the region costs participation, per unit of its logarithmic size: weight x ln(1 + violent / crowd reference).";
        acquaintance_weight = 0.0016, "utility per ln unit", 0.0..=1.0, "calibrated; Siegel 2009", "Pull of people out in one's own and tied communities: weight x ln(1 + their number).";
        base_cost = 0.7157, "utility", 0.0..=5.0, "calibrated", "What going out costs everybody, whatever the risk: time, norm, habit.";
        participation_cost = 0.407, "utility", 0.01..=5.0, "calibrated", "What going out costs a citizen of risk aversion 1 even where no police is in sight; keeps the crowd a corner of the population.";
        risk_weight = 0.128, "utility", 0.0..=5.0, "calibrated; Epstein 2002, net risk = R x P", "Weight of the perceived risk of arrest on a citizen of risk aversion 1.";
        fear_weight = 2.2, "utility", 0.0..=5.0, "calibrated", "Weight of fear on a citizen of risk aversion 1.";
        backlash_weight = 0.145, "utility", 0.0..=5.0, "calibrated; Opp and Roehl 1990, Francisco 1995", "Push of anger at repression.";
        belief_weight = 0.157, "utility", 0.0..=5.0, "calibrated; Leuschner and Hellmeier 2024", "Push of the belief that protest works.";
        night_cost = 0.0511, "utility", 0.0..=2.0, "calibrated; Jo et al. 2012 on the daily rhythm of calls", "Extra cost of being out at 5 in the morning against 5 in the afternoon, with a cosine between.";
        curfew_cost = 0.3, "utility", 0.0..=2.0, "calibrated", "Extra cost of being out under a full curfew.";
        rural_cost = 0.25, "utility", 0.0..=2.0, "calibrated", "Extra cost of going out for people who live outside towns.";
        cold_cost = 0.0186, "utility per 10 degrees", 0.0..=1.0, "calibrated; Madestam et al. 2013, weather keeps people from rallies", "Extra cost of going out for every 10 degrees of frost.";
        join_rate = 0.0843, "1/hour", 0.001..=10.0, "calibrated", "Rate at which people who want to go out do so.";
        leave_rate = 0.60, "1/hour", 0.001..=10.0, "calibrated", "Rate at which people who no longer want to be out go home.";
        stay_hours = 9.08, "hours", 0.5..=72.0, "calibrated", "How long people stay out who still want to; past this they tire and go home at the leave rate.";
    }
    /// What people demand, and how demands climb.
    demands: Demands {
        government_share = 0.4, "share", 0.0..=1.0, "calibrated", "Share of discontent that another government would remove; the rest is with the regime.";
        ladder_start = 0.0253, "ratio", 0.0..=5.0, "calibrated", "Weight of political against material grievance in what people demand before anything has happened.";
        ladder_per_belief = 0.216, "ratio", 0.0..=10.0, "calibrated; dynamic demands, Leuschner and Hellmeier 2024", "How far belief that protest works moves demands up the ladder from price to government to regime.";
        ladder_per_crowd = 0.145, "ratio per ln unit", 0.0..=1.0, "calibrated; Kuran 1991", "How far a visible crowd moves demands up the ladder.";
        commitment = 0.5, "share", 0.0..=1.0, "estimate", "Under `rules.forms.promise = \"commitment\"`: share of a promise that people count on, where no concession has been taken back and nobody is angry.";
        reversal = 0.25, "share", 0.0..=1.0, "estimate", "Under `rules.forms.promise = \"commitment\"`: share of a concession in force that people who count on no promise fear to lose again once the streets are empty.";
        regime_step = 0.673, "ratio", 0.0..=5.0, "calibrated", "Rung of the ladder (times discontent) above which the demand is the end of the regime and not another government.";
    }
    /// Belief that protest works, and legitimacy.
    belief: Belief {
        belief_half_life = 50.0, "hours", 1.0..=720.0, "calibrated", "Half-life of the belief that protest works.";
        legitimacy_half_life = 240.0, "hours", 1.0..=8760.0, "calibrated; Lemos et al. 2016", "Half-life of the gap between legitimacy and its level before the wave.";
        legitimacy_loss = 0.01, "share", 0.0..=1.0, "calibrated", "Share of its legitimacy that a government loses when repression angers everybody.";
        spread = 0.307, "share", 0.0..=1.0, "calibrated", "How much of a region's news (a seizure, repression) reaches a connected region that is tied to it fully.";
    }
    /// Anger and fear that repression leaves behind.
    repression: Repression {
        arrest_harm = 1.0, "harm", 0.0..=1000.0, "unit of harm", "How much an arrest counts as repression.";
        injury_harm = 3.0, "harm", 0.0..=1000.0, "calibrated", "How much an injury counts as repression.";
        death_harm = 40.0, "harm", 0.0..=1000.0, "calibrated", "How much a death counts as repression.";
        backlash_gain = 0.13, "share/hour", 0.0..=1.0, "calibrated", "Share of the calm whom an hour of moderate repression at its worst angers.";
        backlash_reference = 88.0, "harm/hour", 0.1..=10000.0, "calibrated", "Harm an hour at which repression feeds anger most; more of it feeds fear (inverted U, Steinert-Threlkeld et al. 2022).";
        backlash_half_life = 24.0, "hours", 1.0..=720.0, "calibrated", "Half-life of anger.";
        cut_backlash = 0.02, "share/hour", 0.0..=1.0, "estimate", "Under `rules.forms.shutdown = \"anger\"`: share of the calm whom an hour in which everybody is cut off from the network angers.";
        fear_gain = 0.075, "share/hour", 0.0..=1.0, "calibrated", "Share of the unafraid whom an hour of massive repression frightens.";
        fear_reference = 100.0, "harm/hour", 0.1..=100000.0, "calibrated", "Harm an hour at which repression spreads half of the fear it can.";
        fear_half_life = 49.3, "hours", 1.0..=2160.0, "calibrated", "Half-life of fear.";
        own_community = 20.0, "ratio", 0.0..=1000.0, "calibrated; Siegel 2011", "How much harder harm to a neighbour hits than news of one harmed person in the region.";
        relative_backlash_reference = 7.8, "harm/hour/100,000", 0.001..=10000.0, "estimate: the absolute one in a region as large as the average of Kazakhstan", "Under `rules.forms.harm = \"relative\"`: harm an hour in 100,000 of those who hear of it at which repression feeds anger most.";
        relative_fear_reference = 8.9, "harm/hour/100,000", 0.001..=100000.0, "estimate: likewise", "Under `rules.forms.harm = \"relative\"`: harm an hour in 100,000 of those who hear of it at which repression spreads half of the fear it can.";
        relative_own_community = 1.8, "1/100,000", 0.0..=1000.0, "estimate: likewise; Siegel 2011", "Under `rules.forms.harm = \"relative\"`: harm to one neighbour weighs as harm to so many in 100,000 residents.";
    }
    /// Who turns violent, and who loots.
    violence: Violence {
        reluctance = 0.877, "utility", 0.0..=5.0, "calibrated", "What turning violent costs everybody; a citizen of violent disposition 1 needs drivers worth the difference.";
        discipline_weight = 1.64, "utility", 0.0..=5.0, "calibrated; Chenoweth and Stephan 2011 on non-violent discipline", "Restraint of a full norm of non-violent discipline.";
        overstretch_weight = 0.42, "utility", 0.0..=5.0, "calibrated; Davies et al. 2013", "Pull of a police that is overstretched here.";
        surprise_weight = 0.126, "utility", 0.0..=5.0, "calibrated; PRX 2021, sudden large growth leads to violence", "Pull of a crowd that grew suddenly.";
        backlash_weight = 0.468, "utility", 0.0..=5.0, "calibrated; Ives and Lewis 2020", "Push of fresh anger at repression.";
        armed_weight = 0.08, "utility", 0.0..=5.0, "calibrated", "Pull of armed people in the crowd.";
        armed_half = 0.05, "share", 0.001..=1.0, "calibrated", "Share of armed people in a crowd at which their pull is half of the largest.";
        fear_weight = 0.24, "utility", 0.0..=5.0, "calibrated", "Restraint of fear on a citizen of risk aversion 1.";
        isolation_weight = 0.56, "utility", 0.0..=5.0, "calibrated; Rydzak 2019 on shutdowns", "Push of being cut off: without a network peaceful coordination fails and small violent groups do not.";
        darkness_weight = 0.29, "utility", 0.0..=5.0, "calibrated; Zimbardo 1969, Doleac and Sanders 2015: darkness hides who did it", "Push of darkness, from half an hour after sunset to half an hour before sunrise.";
        loot_reluctance = 2.81, "utility", 0.0..=10.0, "calibrated", "What looting costs beside the cost of participation; hardship and violent disposition weigh 1 each against it.";
        loot_opportunity = 0.892, "utility", 0.0..=5.0, "calibrated; Bueno de Mesquita and Shadmehr 2022", "Pull of lost control: half the share of the police tied up by violence, half the share of sites lost.";
        loot_fear_weight = 0.2, "utility", 0.0..=5.0, "calibrated; Bueno de Mesquita and Shadmehr 2022", "Restraint of fear on a looter of risk aversion 1; smaller than on the politically violent.";
    }
    /// How the police is commanded, tires and arrests.
    policing: Policing {
        risk_slope = 2.3, "1", 0.0..=20.0, "Epstein 2002, k such that P = 0.9 at one officer per active person", "Slope of the perceived risk of arrest: P = 1 - exp(-slope x officers / crowd).";
        alarm = 50.0, "people", 1.0..=100000.0, "definition of an active region", "Participants from which a region calls up officers from their rest.";
        shift_share = 0.33, "share", 0.05..=1.0, "three shifts of eight hours", "Share of officers on duty in a calm region.";
        alarm_share = 0.67, "share", 0.05..=1.0, "two shifts of three", "Share of officers on duty where there is a crowd; all of them where it is more than they can see to.";
        arrest_rate = 0.00048, "arrests/officer-hour", 0.0..=1.0, "calibrated", "Arrests by an officer who contains a crowd; three times that when dispersing, a fifth when holding.";
        violent_arrest = 2.0, "ratio", 0.0..=100.0, "calibrated", "How much likelier violent people are arrested than peaceful ones.";
        cordon_share = 0.1, "share", 0.0..=1.0, "estimate", "Under `rules.forms.contact = \"encounter\"`: share of the peaceful whom officers deal with when they contain a crowd, those at the cordon. When they disperse it, all; when they hold, nobody.";
        encounter_arrest_rate = 0.01, "arrests/encounter-hour", 0.0..=10.0, "estimate: of the order of magnitude of the other form", "Under `rules.forms.contact = \"encounter\"`: arrests in an hour of an encounter of an officer with a person in the streets.";
        investigation_rate = 0.02, "arrests/officer-hour", 0.0..=1.0, "calibrated; detentions peaked after control was restored", "Arrests at home of people who took part, by an officer in a place under control.";
        detention_hours = 360.0, "hours", 1.0..=8760.0, "15 days of administrative arrest", "Mean time in detention.";
        fatigue_hours = 25.0, "hours", 1.0..=240.0, "calibrated", "Hours of continuous duty against a crowd until an officer is exhausted.";
        recovery_hours = 12.0, "hours", 1.0..=240.0, "calibrated", "Hours of rest that restore an exhausted officer.";
        muster_hours = 4.0, "hours", 0.0..=240.0, "calibrated", "Time from the order to the departure of a reinforcement.";
        decision_hours = 3.0, "hours", 0.0..=240.0, "calibrated", "How often command weighs where reinforcements are needed.";
        road_speed = 60.0, "km/h", 5.0..=200.0, "columns on winter roads", "Speed of a reinforcement by road.";
        air_speed = 500.0, "km/h", 50.0..=1000.0, "military transport aircraft", "Speed of a reinforcement by air, where the region's airport is held.";
        mobile_share = 0.6, "share", 0.0..=1.0, "calibrated", "Largest share of a region's mobile forces that command sends elsewhere.";
        need_ratio = 6.6, "people/officer", 0.1..=1000.0, "calibrated", "Participants per officer-equivalent above which a region needs reinforcement; violent people count four times.";
    }
    /// Strength of the forces, and when they refuse.
    forces: Forces {
        police = 1.0, "officer-equivalents", 0.0..=20.0, "unit", "Strength of a police officer.";
        special = 3.0, "officer-equivalents", 0.0..=20.0, "calibrated", "Strength of an officer of the special forces.";
        guard = 1.8, "officer-equivalents", 0.0..=20.0, "calibrated", "Strength of a national guardsman.";
        army = 2.5, "officer-equivalents", 0.0..=20.0, "calibrated", "Strength of a soldier.";
        external = 2.5, "officer-equivalents", 0.0..=20.0, "calibrated", "Strength of a soldier of an external contingent, on guard only.";
        volunteers = 0.3, "officer-equivalents", 0.0..=20.0, "calibrated", "Strength of a volunteer who guards property.";
        strain_ratio = 12.0, "people/officer", 0.1..=1000.0, "calibrated", "Participants per officer at which the strain on an officer is half of the largest.";
        peaceful_strain = 0.5, "ratio", 0.0..=5.0, "calibrated; Dahl, Rivera and Gates 2025", "How much more an order against a peaceful crowd strains than one against a violent crowd.";
        order_strain = 0.2, "ratio", 0.0..=5.0, "calibrated", "Strain added by each step of the order: contain, disperse, live fire.";
        illegitimacy_strain = 0.4, "ratio", 0.0..=5.0, "calibrated", "Strain added by a government without any legitimacy.";
        refusal_scale = 1.4, "ratio", 0.1..=10.0, "calibrated", "An officer refuses when the strain exceeds loyalty times this.";
    }
    /// Injuries and deaths on both sides.
    harm: Harm {
        civilian_injury_rate = 0.00602, "injuries/officer-hour", 0.0..=1.0, "calibrated", "Civilians injured by an officer who disperses a crowd; a third of that when containing.";
        officer_injury_rate = 0.00471, "injuries/violent-hour", 0.0..=1.0, "calibrated", "Officers injured by a violent person in an hour of contact.";
        civilian_death_share = 0.003, "deaths/injury", 0.0..=1.0, "calibrated; Haar et al. 2017: 2 of 5,131 injured by tear gas died, 53 of 1,984 by rubber bullets", "Civilians killed for each one injured while no live fire is ordered.";
        officer_death_share = 0.0038, "deaths/injury", 0.0..=1.0, "calibrated", "Officers killed for each one injured by an unarmed crowd.";
        armed_lethality = 6.0, "ratio", 0.0..=100.0, "calibrated", "How much deadlier a fully armed crowd is for officers.";
        live_fire_injury_rate = 0.0055, "injuries/officer-hour", 0.0..=1.0, "calibrated", "Civilians shot by an officer under live fire.";
        encounter_injury_rate = 0.03, "injuries/encounter-hour", 0.0..=10.0, "estimate: of the order of magnitude of the other form", "Under `rules.forms.contact = \"encounter\"`: civilians injured in an hour of an encounter with an officer.";
        encounter_officer_injury_rate = 0.02, "injuries/encounter-hour", 0.0..=10.0, "estimate: of the order of magnitude of the other form", "Under `rules.forms.contact = \"encounter\"`: officers injured in an hour of an encounter with a violent person.";
        encounter_fire_rate = 0.05, "injuries/encounter-hour", 0.0..=10.0, "estimate: of the order of magnitude of the other form", "Under `rules.forms.contact = \"encounter\"`: people shot in an hour of an encounter of an officer under orders to fire with a violent person.";
        live_fire_death_share = 0.22, "deaths/injury", 0.0..=1.0, "Cook et al. 2017: about 22 % of those injured by assault with firearms die", "Civilians killed for each one shot.";
        self_defence_rate = 0.02, "injuries/encounter-hour", 0.0..=10.0, "estimate", "Under `rules.forms.fire = \"self_defence\"`: people shot in an hour of an encounter of a defender in fear for his life with an attacker.";
        self_defence_ratio = 4.0, "people/officer", 0.1..=100.0, "estimate", "Under `rules.forms.fire = \"self_defence\"`: attackers to a defender at which half of the defenders fire.";
        armed_threat = 5.0, "ratio", 0.0..=100.0, "estimate", "Under `rules.forms.fire = \"self_defence\"`: for how many attackers more an armed one counts.";
        violent_exposure = 6.0, "ratio", 0.0..=100.0, "calibrated", "How much likelier violent people are hit by force than peaceful ones.";
        recovery_hours = 336.0, "hours", 1.0..=8760.0, "calibrated", "Mean time until an injured person is about again.";
    }
    /// Attacks on sites.
    sites: Sites {
        assault_share = 0.448, "share", 0.0..=1.0, "calibrated", "Share of the violent in a region who attack sites in an hour.";
        assault_minimum = 46.0, "people", 1.0..=10000.0, "calibrated; about 45 people took an airport left by its guards", "Attackers below which no attack on a site begins.";
        overrun_rate = 0.78, "1/hour", 0.0..=10.0, "calibrated", "Rate at which a site falls to an overwhelming attack.";
        overrun_ratio = 1.1, "people/officer", 0.1..=100.0, "calibrated; about as many as there are officers", "Attackers per officer-equivalent of defence at which that rate is half.";
        retake_rate = 0.15, "1/hour", 0.0..=10.0, "calibrated", "Rate at which a seized site is retaken by an overwhelming force.";
        retake_ratio = 0.429, "officers/person", 0.01..=100.0, "calibrated", "Officer-equivalents in the streets per occupier at which that rate is half.";
        occupier_floor = 30.0, "people", 1.0..=10000.0, "calibrated", "A seized site counts as held by at least this many people.";
        weapons_per_person = 1.0, "people/weapon", 0.0..=10.0, "unit", "People armed by each weapon taken.";
        damage_per_violent_hour = 0.25, "million of the currency", 0.0..=1e9, "calibrated to order of magnitude; chamber of commerce 93.7 bn tenge", "Damage done by a violent person in an hour.";
        damage_per_looter_hour = 0.8, "million of the currency", 0.0..=1e9, "calibrated to order of magnitude; chamber of commerce 93.7 bn tenge", "Damage done by a looter in an hour.";
    }
    /// Rumours, footage and symbols: news that needs no press.
    news: News {
        rumour_hours = 3.0, "hours", 0.1..=240.0, "calibrated", "Time in which 63 % of the push of a new rumour has spread.";
        rumour_half_life = 6.0, "hours", 0.1..=720.0, "calibrated", "Half-life of a rumour that nobody feeds any longer.";
        rumour_check = 0.5, "share", 0.0..=1.0, "calibrated; Pop-Eleches and Way 2021 on censored news", "Share of a rumour that reporting takes away where nothing is cut or closed.";
        footage_rate = 0.1, "1/hour", 0.0..=10.0, "calibrated; videos came out over the 2-5 % of the network that was left", "Rate at which footage of repression gets out through a network that works; in a shutdown as much less as the network.";
        footage_weight = 0.002, "ratio", 0.0..=10.0, "calibrated; Steinert-Threlkeld, Chan and Joo 2022, images of protest", "How much repression that is shown later and elsewhere counts, against repression in one's own region.";
        symbol_rate = 0.05, "1/hour", 0.0..=10.0, "calibrated; statues fell in Taldykorgan and elsewhere", "Rate at which an overwhelming crowd where no police is left tears down a symbol of the regime.";
        symbol_crowd = 1000.0, "people", 1.0..=1000000.0, "calibrated", "Crowd at which that rate is half, before police are counted.";
        symbol_belief = 0.005, "share", 0.0..=1.0, "calibrated; Kuran 1991, support becomes visible", "Share of those who doubted that protest works whom a fallen symbol convinces.";
    }
    /// Banks, airports and output while a country stands still.
    services: Services {
        bank_network = 0.5, "share", 0.0..=1.0, "calibrated; cards and cash machines failed with the network", "Share of banking that stops where there is no network.";
        unbanked_hours = 96.0, "hours", 1.0..=2160.0, "calibrated; cash at hand lasts for days", "Time in which 63 % of a loss of banking is felt as hardship.";
        unbanked_hardship = 0.01, "utility", 0.0..=2.0, "calibrated", "Weight on a citizen of hardship 1 of having had no banks for long.";
        airport_hours = 168.0, "hours", 0.0..=8760.0, "Almaty airport was lost and retaken on 5 January 2022 and opened on the 13th", "Time from the retaking of an airport until flights resume.";
        output = 0.0005, "million of the currency/person-hour", 0.0..=1e9, "national accounts of 2021, about 84 trillion tenge", "Output of a person in an average hour.";
        curfew_loss = 0.1, "share", 0.0..=1.0, "calibrated; curfews hold at night", "Share of output lost under a full curfew.";
        network_loss = 0.08, "share", 0.0..=1.0, "Top10VPN 2022, about 189 million dollars in 111 hours", "Share of output lost where there is no network.";
        bank_loss = 0.02, "share", 0.0..=1.0, "calibrated", "Share of output lost where no bank works.";
    }
    /// What markets and neighbours show; nothing in the country follows from it.
    markets: Markets {
        hash_share = 0.18, "share", 0.0..=1.0, "Cambridge index of August 2021, about 18 %", "Share of the world's hash rate of bitcoin that is mined in the country while its network works.";
        hash_network = 0.69, "share", 0.0..=1.0, "12 % of the world's hash rate went with 97 % of the network", "Share of this mining that stops where there is no network.";
        uranium_gain = 0.08, "share", 0.0..=10.0, "background, unverified: about 8 %", "Rise of the price of uranium at the height of a national unrest.";
        unrest_half_life = 120.0, "hours", 1.0..=8760.0, "calibrated", "Half-life of unrest in the memory of markets and neighbours.";
        unrest_reference = 10000.0, "people", 1.0..=100000000.0, "calibrated", "Participants in the country at which markets and neighbours see half of the unrest that they can see.";
    }
    /// A government that answers what happens (Klein and Regan 2018); of no effect under `policy = "timeline"`.
    government: Government {
        decision_hours = 6.0, "hours", 0.1..=720.0, "calibrated", "How often the government decides.";
        tolerance = 0.2, "share", 0.0..=1.0, "calibrated", "Cost of disruption below which it waits.";
        concession_cost = 1.0, "ratio", 0.0..=1000.0, "scale of costs", "Factor on the cost of every concession; 0 is a government that always concedes.";
        repression_cost = 1.0, "ratio", 0.0..=1000.0, "scale of costs", "Factor on the cost of every repression; 0 is a government that always represses.";
        crowd_reference = 790.0, "people/100,000", 0.1..=100000.0, "calibrated", "Participants per 100,000 residents at which their number costs half of what it can.";
        duration_reference = 48.0, "hours", 1.0..=8760.0, "calibrated", "Hours of protest at which its duration costs half of what it can.";
        size_weight = 0.4, "share", 0.0..=1.0, "Klein and Regan 2018: size, duration and spread; weights calibrated", "Weight of size in the cost of disruption.";
        duration_weight = 0.2, "share", 0.0..=1.0, "Klein and Regan 2018; weight calibrated", "Weight of duration.";
        spread_weight = 0.2, "share", 0.0..=1.0, "Klein and Regan 2018; weight calibrated", "Weight of the share of the country's regions with protest.";
        site_weight = 0.2, "share", 0.0..=1.0, "calibrated", "Weight of the share of sites that are lost.";
        scope_weight = 1.0, "ratio", 0.0..=10.0, "Klein and Regan 2018: demand scope; weight calibrated", "How much dearer a concession is when everybody demands another government or regime.";
        violence_weight = 1.0, "ratio", 0.0..=10.0, "Klein and Regan 2018: protester violence; weight calibrated", "How much dearer a concession is to a crowd that is violent throughout.";
        history_weight = 1.0, "ratio", 0.0..=10.0, "Klein and Regan 2018: demand history; weight calibrated", "How much dearer a concession is after many; half of it after two.";
        peaceful_weight = 1.0, "ratio", 0.0..=10.0, "calibrated; Dahl, Rivera and Gates 2025", "How much dearer repression is of a crowd that is peaceful throughout.";
        anger_weight = 1.0, "ratio", 0.0..=10.0, "calibrated; Opp and Roehl 1990", "How much dearer repression is when everybody is angry at it.";
        refusal_weight = 2.0, "ratio", 0.0..=10.0, "calibrated", "How much dearer repression is when all officers refuse.";
        substitution = 0.5, "ratio", 0.0..=100.0, "Moore 2000; size calibrated", "How much dearer the last answer is when it was met with more protest.";
        inconsistency = 0.2, "share", 0.0..=1.0, "Lichbach 1987; size calibrated", "Share of the credibility of its concessions that a government loses with each change between the two answers.";
        cohesion_loyalty = 0.1, "ratio", 0.0..=1.0, "calibrated", "How much of a change of the cohesion of the elite reaches the loyalty of officers; under any policy.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_lies_in_its_range_and_has_a_source() {
        for p in Rules::TABLE {
            assert!(
                p.range.0 <= p.default && p.default <= p.range.1,
                "{}.{}",
                p.group,
                p.name
            );
            assert!(
                !p.source.is_empty() && !p.unit.is_empty() && p.meaning.ends_with('.'),
                "{}.{}",
                p.group,
                p.name
            );
        }
    }

    #[test]
    fn setting_a_parameter_changes_that_parameter_alone() {
        for p in Rules::TABLE {
            let mut rules = Rules::default();
            (p.set)(&mut rules, p.range.1 + 1.0);
            let changed: Vec<_> = Rules::TABLE.iter().filter(|q| (q.get)(&rules) != q.default).collect();
            assert_eq!(changed.len(), 1);
            assert_eq!((changed[0].group, changed[0].name), (p.group, p.name));
        }
    }
}
