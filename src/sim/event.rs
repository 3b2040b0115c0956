//! What happens: the dated course of a run, beside the numbers.

use super::model::Model;

/// Something that happened at one tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// When, from 0.
    pub tick: u32,
    /// Where; `None` is the whole country.
    pub region: Option<usize>,
    /// What.
    pub what: What,
    /// How many, in the unit that [`What::number`] tells.
    pub number: f64,
}

/// What can happen. Numbers within are indices into the model's sites, interventions and contingents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The first hour with at least `rules.policing.alarm` people out in a region.
    ProtestBegins,
    /// The first hour with at least as many violent people.
    ViolenceBegins,
    /// The first civilian is killed in a region.
    FirstCivilianDeath,
    /// The first officer is killed in a region.
    FirstOfficerDeath,
    /// For the first time a twentieth of the officers present refuse.
    OfficersRefuse,
    /// Officers leave for another region, the event's.
    ReinforcementDeparts,
    /// They arrive.
    ReinforcementArrives,
    /// A site comes under attack.
    SiteAttacked(usize),
    /// A site falls to its attackers.
    SiteSeized(usize),
    /// A site without guards is taken.
    SiteAbandoned(usize),
    /// A site is back under control.
    SiteRetaken(usize),
    /// An intervention that moves nothing, such as a statement, for the record.
    Said(usize),
    /// An intervention is announced that takes effect later.
    Announced(usize),
    /// An intervention takes effect.
    TakesEffect(usize),
    /// An intervention ends.
    Ends(usize),
    /// A crowd tears down a symbol of the regime.
    SymbolicAct,
    /// A contingent (intervention, contingent) is not sent.
    ContingentDeclined(usize, usize),
    /// A contingent (intervention, contingent) is committed.
    ContingentCommitted(usize, usize),
    /// A contingent arrives.
    ContingentArrives(usize, usize),
    /// A contingent leaves, as its mandate is over.
    ContingentLeaves(usize, usize),
    /// On Epstein's lattice: a change of the scenario takes effect.
    Changed(usize),
    /// On Epstein's lattice: the last agent of a group is dead.
    GroupExtinct(usize),
}

impl What {
    /// The name of everything that can happen.
    pub const NAMES: [&str; 22] = [
        "protest_begins",
        "violence_begins",
        "first_civilian_death",
        "first_officer_death",
        "officers_refuse",
        "reinforcement_departs",
        "reinforcement_arrives",
        "site_attacked",
        "site_seized",
        "site_abandoned",
        "site_retaken",
        "statement",
        "action_announced",
        "action_in_effect",
        "action_over",
        "symbolic_act",
        "contingent_declined",
        "contingent_committed",
        "contingent_arrives",
        "contingent_leaves",
        "change",
        "group_extinct",
    ];

    /// The name in the column `event` of `events.csv`.
    pub fn name(self) -> &'static str {
        What::NAMES[match self {
            What::ProtestBegins => 0,
            What::ViolenceBegins => 1,
            What::FirstCivilianDeath => 2,
            What::FirstOfficerDeath => 3,
            What::OfficersRefuse => 4,
            What::ReinforcementDeparts => 5,
            What::ReinforcementArrives => 6,
            What::SiteAttacked(_) => 7,
            What::SiteSeized(_) => 8,
            What::SiteAbandoned(_) => 9,
            What::SiteRetaken(_) => 10,
            What::Said(_) => 11,
            What::Announced(_) => 12,
            What::TakesEffect(_) => 13,
            What::Ends(_) => 14,
            What::SymbolicAct => 15,
            What::ContingentDeclined(..) => 16,
            What::ContingentCommitted(..) => 17,
            What::ContingentArrives(..) => 18,
            What::ContingentLeaves(..) => 19,
            What::Changed(_) => 20,
            What::GroupExtinct(_) => 21,
        }]
    }

    /// What an event's number counts.
    pub fn number(self) -> &'static str {
        match self {
            What::ProtestBegins | What::SymbolicAct => "participants",
            What::ViolenceBegins => "violent",
            What::FirstCivilianDeath | What::FirstOfficerDeath => "killed",
            What::OfficersRefuse
            | What::ReinforcementDeparts
            | What::ReinforcementArrives
            | What::ContingentDeclined(..)
            | What::ContingentCommitted(..)
            | What::ContingentArrives(..)
            | What::ContingentLeaves(..)
            | What::SiteRetaken(_) => "officers",
            What::SiteAttacked(_) | What::SiteSeized(_) | What::SiteAbandoned(_) => "attackers",
            What::Said(_) | What::Announced(_) | What::TakesEffect(_) | What::Ends(_) => "participants",
            What::Changed(_) => "active",
            What::GroupExtinct(_) => "agents",
        }
    }

    /// The id of the site, intervention or contingent it is about; empty where there is none.
    pub fn subject(self, model: &Model) -> &str {
        match self {
            What::SiteAttacked(s) | What::SiteSeized(s) | What::SiteAbandoned(s) | What::SiteRetaken(s) => {
                &model.sites[s].id
            }
            What::Said(i) | What::Announced(i) | What::TakesEffect(i) | What::Ends(i) => &model.interventions[i].id,
            What::ContingentDeclined(i, k)
            | What::ContingentCommitted(i, k)
            | What::ContingentArrives(i, k)
            | What::ContingentLeaves(i, k) => &model.interventions[i].contingents[k].id,
            _ => "",
        }
    }
}
