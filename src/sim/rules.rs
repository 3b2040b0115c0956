//! The social theory: numbers in, number out. Every formula stands here once, with its reference; the phases of a
//! tick gather the numbers and apply what comes out.
//!
//! A citizen with hardship `h`, political discontent `p` and risk aversion `r` goes out when
//! `a h + b p - c r + d > 0`, so those who do sit in a corner of the cube of traits, and a crowd is a small share
//! of a population. With violent disposition `v`, those who are out are violent when `v - e r + f > 0`.

use super::forms::{Crowd, Harm};
use super::model::Model;
use super::parameters::Rules;
use super::policy::ForceKind;

/// Steps per unit of utility: coefficients are rounded to these, so that decisions are exact integer arithmetic.
pub const SCALE: f64 = 2048.0;

/// A coefficient on a trait, in integer steps.
pub fn steps(utility: f64) -> i16 {
    let steps = utility.clamp(-15.0, 15.0) * SCALE;
    (steps + 0.5f64.copysign(steps)) as i16
}

/// A constant beside traits of 255ths, in integer steps.
pub fn constant(utility: f64) -> i32 {
    i32::from(steps(utility)) * 255
}

/// How large a crowd seems: `ln(1 + seen / reference)`, a logarithmic scale (Weber-Fechner), or
/// `ceiling x seen / (seen + half)` (Gallup et al. 2012). It is seen in people, or among 100,000 under the form of shares.
pub fn felt_crowd(seen: f64, rules: &Rules) -> f64 {
    let perception = &rules.perception;
    match rules.forms.crowd {
        Crowd::Logarithm => libm::log1p(seen / perception.crowd_reference),
        Crowd::Saturation => perception.crowd_ceiling * seen / (seen + perception.crowd_half),
        Crowd::Share => perception.crowd_ceiling * seen / (seen + perception.crowd_half_share),
    }
}

/// The grievance of a price against the price taken for right: `ln(price / reference)`, not below 0, times the
/// exposure to it; losses count, gains do not (Kahneman and Tversky 1979).
pub fn price_grievance(price: f64, reference: f64, exposure: f64, promised: f64) -> f64 {
    exposure * libm::log(price / reference).max(0.0) * (1.0 - promised)
}

/// How far people count on a promise, 0 to 1: less for each one that has been taken back, and not at all for those
/// who are angry at repression (the problem of commitment, Acemoglu and Robinson 2006).
pub fn trust(broken: usize, angry: f64, rules: &Rules) -> f64 {
    rules.demands.commitment * (1.0 - angry) / (1.0 + broken as f64)
}

/// How far people who trust so far count on a concession that is in force to last.
pub fn lasting(trust: f64, rules: &Rules) -> f64 {
    1.0 - rules.demands.reversal * (1.0 - trust)
}

/// The price that people reckon with who count on a ceiling so far: between the price without it and that with it, on the
/// scale of the grievance.
pub fn expected_price(free: f64, capped: f64, trust: f64) -> f64 {
    free * libm::pow(capped / free, trust)
}

/// Discontent left with government and regime, 0 to 1, after what concessions have taken away.
pub fn discontent(legitimacy: f64, government_share: f64, government_relief: f64, regime_relief: f64) -> f64 {
    let government = government_share * (1.0 - government_relief);
    let regime = (1.0 - government_share) * (1.0 - regime_relief);
    (1.0 - legitimacy) * (government + regime)
}

/// Perceived risk of arrest `1 - exp(-k C / A)` with officers `C` and a crowd `A` of at least one (Epstein 2002).
/// The crowd protects, but the cost of participation beside it does not vanish.
pub fn risk(officers: f64, crowd: f64, slope: f64) -> f64 {
    -libm::expm1(-slope * officers / crowd.max(1.0))
}

/// How far the hour is from the early evening, 0 at 17:00 to 1 at 05:00, when people are least about (Jo et al. 2012, on
/// the daily rhythm of telephone calls).
pub fn night(minute_of_day: u32) -> f64 {
    let phase = (f64::from(minute_of_day) - 300.0) / 1440.0 * std::f64::consts::TAU;
    0.5 * (1.0 + libm::cos(phase))
}

/// Darkness, 0 by day to 1 by night, with half an hour of twilight after sunset and before sunrise (all in minutes
/// after midnight): it hides faces, and people do in it what they would not by day (Zimbardo 1969; Doleac and Sanders
/// 2015).
pub fn darkness(minute_of_day: u32, (sunrise, sunset): (f64, f64)) -> f64 {
    let after = |from: f64, to: f64| {
        let minutes = to - from;
        if minutes < 0.0 { minutes + 1440.0 } else { minutes }
    };
    let now = f64::from(minute_of_day);
    let (since, left) = (after(sunset, now), after(now, sunrise));
    if since <= after(sunset, sunrise) {
        (since.min(left) / 30.0).min(1.0)
    } else {
        0.0
    }
}

/// Frost, in tens of degrees Celsius below freezing.
pub fn frost(temperature: f64) -> f64 {
    (-temperature / 10.0).max(0.0)
}

/// Share of police tied up by a load of people: `load / (load + ratio x strength)`; 0 without a load.
pub fn overstretch(load: f64, strength: f64, ratio: f64) -> f64 {
    if load <= 0.0 {
        0.0
    } else {
        load / (load + ratio * strength)
    }
}

/// How a crowd weighs on the police: a violent person counts four times.
pub fn load(participants: f64, violent: f64) -> f64 {
    participants + 3.0 * violent
}

/// How sudden a crowd's growth beyond the usual is, 0 to 1.
pub fn surprise(crowd: f64, usual: f64, floor: f64) -> f64 {
    let growth = (crowd - usual).max(0.0);
    growth / (growth + usual + floor)
}

/// Anger and fear that an hour with this much harm adds: an inverted U for anger, which peaks at the reference, and
/// a sigmoid for fear (Steinert-Threlkeld, Chan and Joo 2022; Opp and Roehl 1990). Harm is in the unit of its form.
pub fn repression(harm_per_hour: f64, rules: &Rules) -> (f64, f64) {
    let r = &rules.repression;
    let scale = harm_scale(rules);
    let (x, y) = (harm_per_hour / scale.backlash, harm_per_hour / scale.fear);
    (r.backlash_gain * x * libm::exp(1.0 - x), r.fear_gain * sigmoid(y, 1.0))
}

/// What harm an hour is weighed against, in the unit of its form.
pub struct HarmScale {
    /// At this much anger grows most.
    pub backlash: f64,
    /// At this much half of the fear spreads.
    pub fear: f64,
    /// So much is harm to one neighbour.
    pub neighbour: f64,
}

/// The scale of the form that holds.
pub fn harm_scale(rules: &Rules) -> HarmScale {
    let r = &rules.repression;
    match rules.forms.harm {
        Harm::Absolute => HarmScale {
            backlash: r.backlash_reference,
            fear: r.fear_reference,
            neighbour: r.own_community,
        },
        Harm::Relative => HarmScale {
            backlash: r.relative_backlash_reference,
            fear: r.relative_fear_reference,
            neighbour: r.relative_own_community,
        },
    }
}

/// `x^2 / (x^2 + half^2)`: 0 at 0, a half at `half`, 1 far beyond.
pub fn sigmoid(x: f64, half: f64) -> f64 {
    let square = x * x;
    if square == 0.0 {
        0.0
    } else {
        square / (square + half * half)
    }
}

/// How many times the arrests and injuries of containing an order brings, and whether it is live fire.
pub fn order_force(order: u8) -> (f64, f64) {
    match order {
        0 => (0.2, 0.0),
        1 => (1.0, 1.0 / 3.0),
        _ => (3.0, 1.0),
    }
}

/// Encounters between officers and people at one time, `officers x people / (officers + people)`: as many as there are
/// of the smaller side where the other is far larger, half of each where both are equal (mass action that saturates, as
/// of predators and prey: Beddington 1975, DeAngelis et al. 1975; between the two laws of Lanchester 1916). So thirty
/// people give 1,800 officers no more than thirty.
pub fn encounters(officers: f64, people: f64) -> f64 {
    if officers > 0.0 && people > 0.0 {
        officers * people / (officers + people)
    } else {
        0.0
    }
}

/// Share of the peaceful whom officers deal with under an order: nobody when they hold, those at the cordon when they
/// contain, everybody when they disperse. With the violent they deal under any order.
pub fn dealt_with(order: u8, rules: &Rules) -> f64 {
    match order {
        0 => 0.0,
        1 => rules.policing.cordon_share,
        _ => 1.0,
    }
}

/// Of a number, so much in 100,000 of these residents.
pub fn per_100_000(number: f64, residents: f64) -> f64 {
    1e5 * number / residents
}

/// People shot an hour at a post under attack by its defenders in fear for their lives: encounters of both, times the
/// share of the defenders who fire, a sigmoid of attackers to a defender, of whom an armed one counts for many.
pub fn self_defence(attackers: f64, armed: f64, defenders: f64, rules: &Rules) -> f64 {
    if defenders <= 0.0 {
        return 0.0;
    }
    let harm = &rules.harm;
    let threat = (attackers + harm.armed_threat * armed.min(attackers)) / defenders;
    harm.self_defence_rate * encounters(defenders, attackers) * sigmoid(threat, harm.self_defence_ratio)
}

/// Belief that protest works, 0 to 1, after news of this weight: good news convinces a share of those who doubted,
/// bad news takes away a share of those who believed.
pub fn convinced(belief: f64, news: f64) -> f64 {
    let moved = if news >= 0.0 {
        belief + news * (1.0 - belief)
    } else {
        belief + news * belief
    };
    moved.clamp(0.0, 1.0)
}

/// Strain on an officer who faces a crowd: more against many, against the peaceful, under hard orders and for an
/// illegitimate government (Dahl, Rivera and Gates 2025).
pub fn strain(participants: f64, violent: f64, officers: f64, order: u8, legitimacy: f64, rules: &Rules) -> f64 {
    if participants <= 0.0 {
        return 0.0;
    }
    let forces = &rules.forces;
    let outnumbered = participants / (participants + forces.strain_ratio * officers.max(1.0));
    let peaceful = 1.0 - violent / participants;
    outnumbered
        * (1.0
            + forces.peaceful_strain * peaceful
            + forces.order_strain * f64::from(order)
            + forces.illegitimacy_strain * (1.0 - legitimacy))
}

/// How much a number of arrested, injured and killed people counts as repression.
pub fn harm(arrested: u64, hurt: u64, killed: u64, rules: &Rules) -> f64 {
    let r = &rules.repression;
    arrested as f64 * r.arrest_harm + hurt as f64 * r.injury_harm + killed as f64 * r.death_harm
}

/// What a government reads of the places in which it could act; shares are from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scene {
    /// Participants per 100,000 residents.
    pub per_100_000: f64,
    /// Hours of protest in a row, where it has lasted longest.
    pub hours: f64,
    /// Share of the country's regions with protest.
    pub active: f64,
    /// Share of the sites that are lost.
    pub lost: f64,
    /// Share of the participants who are violent.
    pub violent: f64,
    /// Share of the participants who demand another government or regime.
    pub political: f64,
    /// Share of the people who are angry at repression.
    pub angry: f64,
    /// Share of the officers who refuse.
    pub refused: f64,
}

/// What a protest costs a government, 0 to 1: its size, duration and spread (Klein and Regan 2018), and what is lost.
pub fn disruption(scene: &Scene, rules: &Rules) -> f64 {
    let g = &rules.government;
    g.size_weight * scene.per_100_000 / (scene.per_100_000 + g.crowd_reference)
        + g.duration_weight * scene.hours / (scene.hours + g.duration_reference)
        + g.spread_weight * scene.active
        + g.site_weight * scene.lost
}

/// Factor on the cost of a concession: dearer to those who demand more, to the violent, and after others (Klein and
/// Regan 2018).
pub fn concession_cost(scene: &Scene, conceded: u32, rules: &Rules) -> f64 {
    let g = &rules.government;
    let history = f64::from(conceded) / (f64::from(conceded) + 2.0);
    g.concession_cost
        * (1.0 + g.scope_weight * scene.political + g.violence_weight * scene.violent + g.history_weight * history)
}

/// Factor on the cost of repression: dearer against the peaceful, where people are angry and where officers refuse.
pub fn repression_cost(scene: &Scene, rules: &Rules) -> f64 {
    let g = &rules.government;
    g.repression_cost
        * (1.0
            + g.peaceful_weight * (1.0 - scene.violent)
            + g.anger_weight * scene.angry
            + g.refusal_weight * scene.refused.min(1.0))
}

/// Strength of so many officers of a kind, in officer-equivalents.
pub fn strength(model: &Model, kind: ForceKind, officers: u32) -> f64 {
    let forces = &model.rules.forces;
    let each = match kind {
        ForceKind::Police => forces.police,
        ForceKind::Special => forces.special,
        ForceKind::Guard => forces.guard,
        ForceKind::Army => forces.army,
        ForceKind::External => forces.external,
        ForceKind::Volunteers => forces.volunteers,
    };
    f64::from(officers) * each
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_officer_per_active_person_makes_arrest_nine_tenths_certain() {
        assert!((risk(1.0, 1.0, 2.3) - 0.8997).abs() < 1e-4);
    }

    #[test]
    fn anger_peaks_at_its_reference_and_fear_goes_on_rising() {
        let rules = Rules::default();
        let reference = rules.repression.backlash_reference;
        let (below, at, above) = (
            repression(reference / 4.0, &rules),
            repression(reference, &rules),
            repression(reference * 8.0, &rules),
        );
        assert!(below.0 < at.0 && above.0 < at.0);
        assert!(below.1 < at.1 && at.1 < above.1);
        assert_eq!(repression(0.0, &rules), (0.0, 0.0));
    }

    #[test]
    fn thirty_people_give_eighteen_hundred_officers_no_more_than_thirty_encounters() {
        assert_eq!(encounters(1.0, 1.0), 0.5);
        assert!((encounters(1_800.0, 30.0) - 54_000.0 / 1_830.0).abs() < 1e-12);
        assert_eq!(encounters(1_800.0, 30.0), encounters(30.0, 1_800.0));
        assert_eq!((encounters(0.0, 30.0), encounters(30.0, 0.0)), (0.0, 0.0));
    }

    #[test]
    fn besieged_defenders_fire_the_more_the_more_attackers_each_of_them_has_by_hand() {
        let rules = Rules::default();
        let (rate, ratio) = (rules.harm.self_defence_rate, rules.harm.self_defence_ratio);
        // Ten defenders and forty attackers meet 8 times; at four to one half of the defenders fire.
        assert_eq!(ratio, 4.0);
        let half = self_defence(40.0, 0.0, 10.0, &rules);
        assert!((half - rate * 8.0 / 2.0).abs() < 1e-12);
        // With twenty armed there are as many as 140, fourteen to one: 196 of 196 + 16 fire.
        let armed = self_defence(40.0, 20.0, 10.0, &rules);
        assert!((armed - rate * 8.0 * 196.0 / 212.0).abs() < 1e-12);
        assert_eq!(
            (
                self_defence(40.0, 0.0, 0.0, &rules),
                self_defence(0.0, 5.0, 10.0, &rules)
            ),
            (0.0, 0.0)
        );
    }

    #[test]
    fn a_crowd_beyond_all_measure_draws_no_more_than_its_ceiling_under_saturation() {
        let mut rules = Rules::default();
        rules.forms.crowd = Crowd::Saturation;
        let (half, ceiling) = (rules.perception.crowd_half, rules.perception.crowd_ceiling);
        assert_eq!(felt_crowd(0.0, &rules), 0.0);
        assert_eq!(felt_crowd(half, &rules), ceiling / 2.0);
        assert!(felt_crowd(1e12, &rules) <= ceiling);
    }

    #[test]
    fn people_count_less_on_a_government_that_has_taken_back_before_and_on_one_that_represses_by_hand() {
        let mut rules = Rules::default();
        rules.demands.commitment = 0.6;
        assert_eq!(trust(0, 0.0, &rules), 0.6);
        assert_eq!(trust(1, 0.5, &rules), 0.15);
        // Who counts on no promise fears to lose a fifth of what is in force, and who counts on half of it, a tenth.
        rules.demands.reversal = 0.2;
        assert_eq!([0.0, 0.5, 1.0].map(|trust| lasting(trust, &rules)), [0.8, 0.9, 1.0]);
        // Half of a fall from 120 to 30 on the logarithmic scale is a fall to 60.
        assert!((expected_price(120.0, 30.0, 0.5) - 60.0).abs() < 1e-12);
        assert_eq!(
            (expected_price(120.0, 30.0, 0.0), expected_price(120.0, 30.0, 1.0)),
            (120.0, 30.0)
        );
    }

    #[test]
    fn relative_harm_angers_most_at_a_reference_of_its_own() {
        let mut rules = Rules::default();
        rules.forms.harm = Harm::Relative;
        let gain = rules.repression.backlash_gain;
        // At the reference x e^(1 - x) is 1, at twice of it 2 / e.
        let reference = rules.repression.relative_backlash_reference;
        assert_eq!(repression(reference, &rules).0, gain);
        let twice = gain * 2.0 / std::f64::consts::E;
        assert!((repression(2.0 * reference, &rules).0 - twice).abs() < 1e-15);
        let half = rules.repression.fear_gain / 2.0;
        assert_eq!(repression(rules.repression.relative_fear_reference, &rules).1, half);
    }

    #[test]
    fn a_promise_and_a_lower_price_both_take_grievance_away_and_a_bargain_does_not_make_it_negative() {
        let full = price_grievance(120.0, 60.0, 1.0, 0.0);
        assert!((full - std::f64::consts::LN_2).abs() < 1e-12);
        assert_eq!(price_grievance(120.0, 60.0, 1.0, 0.5), full / 2.0);
        assert_eq!(price_grievance(50.0, 60.0, 1.0, 0.0), 0.0);
    }

    #[test]
    fn shares_stay_between_none_and_all() {
        assert_eq!(convinced(0.5, 0.5), 0.75);
        assert_eq!(convinced(0.5, -0.5), 0.25);
        assert_eq!((convinced(0.9, 3.0), convinced(0.9, -3.0)), (1.0, 0.0));
    }

    #[test]
    fn it_is_dark_from_half_an_hour_after_sunset_to_half_an_hour_before_sunrise() {
        let sun = (8.0 * 60.0, 17.5 * 60.0);
        let dark: Vec<_> = [0, 450, 465, 480, 900, 1050, 1065, 1080, 1439]
            .map(|m| darkness(m, sun))
            .to_vec();
        assert_eq!(dark, [1.0, 1.0, 0.5, 0.0, 0.0, 0.0, 0.5, 1.0, 1.0]);
    }

    #[test]
    fn people_are_least_about_at_five_in_the_morning_and_most_at_five_in_the_evening() {
        assert!((night(300) - 1.0).abs() < 1e-12 && night(1020) < 1e-12);
    }
}
