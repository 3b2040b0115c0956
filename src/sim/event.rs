//! What happens: the dated course of a run, beside the numbers.

use super::model::Model;

/// Something that happened at one tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// When, from 0.
    pub tick: u32,
    /// Where, a region or a place, as [`Model::area`] numbers them; `None` is the whole country.
    pub area: Option<usize>,
    /// What.
    pub what: What,
    /// How many, in the unit that [`What::number`] tells.
    pub number: f64,
}

/// What can happen. Numbers within are indices into the model's sites, interventions and contingents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The first hour with at least `rules.policing.alarm` people out in a place.
    ProtestBegins,
    /// The first hour with at least as many violent people.
    ViolenceBegins,
    /// The first civilian is killed in a place.
    FirstCivilianDeath,
    /// The first officer is killed in a place.
    FirstOfficerDeath,
    /// For the first time a twentieth of the officers present refuse.
    OfficersRefuse,
    /// Officers leave for another place, the event's.
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
    /// What happens in models of other families, and to which of what they number.
    Other(&'static Kind, usize),
}

/// What can happen in a model that is no country.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The name in the column `event` of `events.csv`.
    pub name: &'static str,
    /// What the event's number counts.
    pub counts: &'static str,
}

/// The name of each thing that can happen, once.
macro_rules! names {
    ($($what:pat => $name:literal,)*) => {
        impl What {
            /// The name of everything that can happen in a country.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The name in the column `event` of `events.csv`.
            pub fn name(self) -> &'static str {
                match self {
                    $($what => $name,)*
                    What::Other(kind, _) => kind.name,
                }
            }
        }
    };
}

names! {
    What::ProtestBegins => "protest_begins",
    What::ViolenceBegins => "violence_begins",
    What::FirstCivilianDeath => "first_civilian_death",
    What::FirstOfficerDeath => "first_officer_death",
    What::OfficersRefuse => "officers_refuse",
    What::ReinforcementDeparts => "reinforcement_departs",
    What::ReinforcementArrives => "reinforcement_arrives",
    What::SiteAttacked(_) => "site_attacked",
    What::SiteSeized(_) => "site_seized",
    What::SiteAbandoned(_) => "site_abandoned",
    What::SiteRetaken(_) => "site_retaken",
    What::Said(_) => "statement",
    What::Announced(_) => "action_announced",
    What::TakesEffect(_) => "action_in_effect",
    What::Ends(_) => "action_over",
    What::SymbolicAct => "symbolic_act",
    What::ContingentDeclined(..) => "contingent_declined",
    What::ContingentCommitted(..) => "contingent_committed",
    What::ContingentArrives(..) => "contingent_arrives",
    What::ContingentLeaves(..) => "contingent_leaves",
}

impl What {
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
            What::Other(kind, _) => kind.counts,
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
