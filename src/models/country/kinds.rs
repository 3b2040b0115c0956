//! The kinds of shocks and actions: what each moves where a scenario does not say, and the readable names of the
//! levers that its scenario usually sets.

use crate::document::form::{Field, Kind, Omitted};
use crate::document::problem::Problem;
use crate::document::tree::{Entry, Table};
use crate::sim::policy::Lever;
use Lever::*;

/// A kind of shock or action.
pub struct ActionKind {
    /// Its name in scenarios.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub meaning: &'static str,
    /// How far an action of this kind is believed, 0 to 1.
    pub credibility: f64,
    /// What it moves once in effect.
    pub levers: &'static [(Lever, f64)],
    /// What its announcement moves.
    pub promise: &'static [(Lever, f64)],
    /// Its own parameters.
    pub own: &'static [Own],
    /// Hours of the day in which it acts.
    pub hours: Option<(u32, u32)>,
    /// How long it lasts.
    pub duration: Option<&'static str>,
}

/// A readable name for a lever of a kind.
pub struct Own {
    /// Its key in the entry.
    pub key: &'static str,
    /// What it sets.
    pub lever: Lever,
    /// Whether it sets what is promised, not what takes effect.
    pub promised: bool,
}

const fn own(key: &'static str, lever: Lever) -> Own {
    Own {
        key,
        lever,
        promised: false,
    }
}

const NONE: ActionKind = ActionKind {
    name: "",
    meaning: "",
    credibility: 1.0,
    levers: &[],
    promise: &[],
    own: &[],
    hours: None,
    duration: None,
};

/// Every kind.
pub const KINDS: &[ActionKind] = &[
    ActionKind {
        name: "price_change",
        meaning: "The price of the good moves by an amount or by a factor.",
        own: &[own("amount", PriceChange), own("factor", PriceFactor)],
        ..NONE
    },
    ActionKind {
        name: "price_rollback",
        meaning: "The price of the good is promised to fall, and then capped.",
        credibility: 0.5,
        levers: &[(Belief, 0.15)],
        promise: &[(PricePromise, 0.5), (Belief, 0.25)],
        own: &[
            own("price", PriceCap),
            Own {
                key: "promised",
                lever: PricePromise,
                promised: true,
            },
        ],
        ..NONE
    },
    ActionKind {
        name: "appeal",
        meaning: "The head of state or government appeals to people to stay at home.",
        credibility: 0.4,
        levers: &[(Narrative, 0.03)],
        duration: Some("12h"),
        ..NONE
    },
    ActionKind {
        name: "cabinet_dismissal",
        meaning: "The government resigns or is dismissed.",
        credibility: 0.6,
        levers: &[(GovernmentRelief, 0.5), (Belief, 0.3)],
        own: &[own("relief", GovernmentRelief)],
        ..NONE
    },
    ActionKind {
        name: "elite_removal",
        meaning: "A pillar of the regime loses office.",
        credibility: 0.5,
        levers: &[(RegimeRelief, 0.25), (Belief, 0.4), (Loyalty, 0.05), (Cohesion, -0.05)],
        own: &[own("relief", RegimeRelief)],
        ..NONE
    },
    ActionKind {
        name: "state_of_emergency",
        meaning: "Emergency law: arrests are easier and crowds are contained.",
        levers: &[(ArrestPower, 1.5), (Order, 1.0)],
        ..NONE
    },
    ActionKind {
        name: "curfew",
        meaning: "Nobody may be out in these hours.",
        levers: &[(Curfew, 1.0)],
        hours: Some((23, 7)),
        ..NONE
    },
    ActionKind {
        name: "internet_shutdown",
        meaning: "The network is cut for all but a few.",
        levers: &[(Connectivity, 0.05)],
        own: &[own("remaining", Connectivity)],
        ..NONE
    },
    ActionKind {
        name: "internet_restoration",
        meaning: "The network comes back; name the shutdown in `ends`.",
        ..NONE
    },
    ActionKind {
        name: "media_closure",
        meaning: "Independent media are closed or blocked.",
        levers: &[(IndependentMedia, 0.6)],
        ..NONE
    },
    ActionKind {
        name: "border_closure",
        meaning: "The border is closed.",
        levers: &[(BorderClosed, 1.0)],
        ..NONE
    },
    ActionKind {
        name: "reinforcement",
        meaning: "Mobile forces are sent to a region.",
        levers: &[(Reinforcement, 0.3)],
        own: &[own("share", Reinforcement)],
        ..NONE
    },
    ActionKind {
        name: "command_change",
        meaning: "Another commander, who decides faster.",
        levers: &[(CommandDelay, 0.5), (Loyalty, 0.05)],
        ..NONE
    },
    ActionKind {
        name: "security_chief",
        meaning: "Another head of the security service: guards who stood down are sent back.",
        levers: &[(Recall, 1.0), (CommandDelay, 0.5), (Loyalty, 0.05)],
        ..NONE
    },
    ActionKind {
        name: "elite_exit",
        meaning: "People at the top are reported to have left the country.",
        levers: &[(Rumour, 0.02), (Cohesion, -0.05)],
        duration: Some("48h"),
        ..NONE
    },
    ActionKind {
        name: "dispersal",
        meaning: "The police is ordered to disperse crowds.",
        levers: &[(Order, 2.0)],
        ..NONE
    },
    ActionKind {
        name: "security_operation",
        meaning: "A planned operation to retake sites and clear the streets.",
        levers: &[(Order, 2.0), (RetakePower, 3.0), (CommandDelay, 0.5)],
        ..NONE
    },
    ActionKind {
        name: "live_fire",
        meaning: "Officers are ordered to shoot.",
        levers: &[(Order, 3.0), (Fear, 0.3)],
        ..NONE
    },
    ActionKind {
        name: "stand_down",
        meaning: "Guards are withdrawn from sites.",
        levers: &[(StandDown, 1.0)],
        own: &[own("share", StandDown)],
        ..NONE
    },
    ActionKind {
        name: "negotiation",
        meaning: "Officials talk with the crowd.",
        levers: &[(Narrative, 0.05), (Belief, 0.1)],
        duration: Some("24h"),
        ..NONE
    },
    ActionKind {
        name: "no_talks",
        meaning: "The government says that it will not talk.",
        levers: &[(Fear, 0.1), (Belief, -0.1), (TalksClosed, 1.0)],
        ..NONE
    },
    ActionKind {
        name: "external_force",
        meaning: "Troops of other states come; name them in `contingents`.",
        levers: &[(Reassurance, 0.05), (Belief, -0.2), (Fear, 0.1)],
        ..NONE
    },
    ActionKind {
        name: "amnesty",
        meaning: "People who took part are let go or not prosecuted.",
        levers: &[(Fear, -0.1), (Legitimacy, 0.02)],
        ..NONE
    },
    ActionKind {
        name: "statement",
        meaning: "Something said, for the record; moves what its `stance` moves, and the levers that are named.",
        ..NONE
    },
    ActionKind {
        name: "frame_terrorism",
        meaning: "The state calls the protest terrorism.",
        levers: &[
            (Fear, 0.05),
            (Licence, 0.5),
            (Outrage, 0.9),
            (Eligibility, 0.5),
            (Narrative, 0.02),
        ],
        ..NONE
    },
    ActionKind {
        name: "framing",
        meaning: "Media or activists say that the system is to blame, and not a price.",
        levers: &[(Framing, 0.02)],
        ..NONE
    },
    ActionKind {
        name: "leader",
        meaning: "Someone leads the protest and coordinates it.",
        levers: &[(Coordination, 0.05)],
        ..NONE
    },
    ActionKind {
        name: "armed_group",
        meaning: "Armed people join the violent.",
        own: &[own("people", Armed), own("foreign", ForeignArmed)],
        ..NONE
    },
    ActionKind {
        name: "rumour",
        meaning: "Word goes round that the regime is falling.",
        levers: &[(Rumour, 0.05)],
        duration: Some("48h"),
        ..NONE
    },
    ActionKind {
        name: "denial",
        meaning: "A rumour is denied.",
        levers: &[(Denial, 0.6)],
        duration: Some("48h"),
        ..NONE
    },
    ActionKind {
        name: "symbolic_act",
        meaning: "Something that shows that the regime can be touched, such as a fallen statue.",
        levers: &[(Belief, 0.1)],
        ..NONE
    },
    ActionKind {
        name: "volunteer_patrols",
        meaning: "Citizens guard property; name those at sites in `contingents`, of the force volunteers.",
        levers: &[(Vigilance, 0.02)],
        ..NONE
    },
    ActionKind {
        name: "bank_closure",
        meaning: "Banks suspend their work.",
        levers: &[(Banking, 0.2)],
        own: &[own("remaining_banks", Banking)],
        ..NONE
    },
    ActionKind {
        name: "custom",
        meaning: "Anything else: moves only the levers that are named.",
        ..NONE
    },
];

/// A stance of a statement: its name, what it says, and what it moves. The effects are small and calibrated.
pub struct Stance {
    /// Its name in scenarios.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub meaning: &'static str,
    /// What it moves.
    pub levers: &'static [(Lever, f64)],
}

/// Every stance.
pub const STANCES: &[Stance] = &[
    Stance {
        name: "support",
        meaning: "Stands by the government.",
        levers: &[(Reassurance, 0.0005), (Legitimacy, 0.001)],
    },
    Stance {
        name: "concern",
        meaning: "Asks for restraint.",
        levers: &[(Pressure, 0.02)],
    },
    Stance {
        name: "question",
        meaning: "Doubts that the help from outside is rightful.",
        levers: &[(ExternalLegitimacy, 0.9), (Pressure, 0.02)],
    },
    Stance {
        name: "oppose",
        meaning: "Denies that the government is rightful.",
        levers: &[(Legitimacy, -0.001)],
    },
    Stance {
        name: "neutral",
        meaning: "Takes no side; for the record.",
        levers: &[],
    },
];

/// How long what a statement moves is remembered.
pub const STATEMENT_DURATION: &str = "72h";

/// What actions of a kind are about, for those who read of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Prices, banks, and what else happens to people.
    Livelihood,
    /// Concessions and talks.
    Concession,
    /// Statements, claims, rumours.
    Words,
    /// Network, media, borders.
    Network,
    /// Police and law.
    Police,
    /// Troops and other armed people on the move.
    Troops,
}

/// What actions of this kind are about.
pub fn theme(kind: &str) -> Theme {
    match kind {
        "price_rollback" | "cabinet_dismissal" | "elite_removal" | "negotiation" | "amnesty" => Theme::Concession,
        "appeal" | "no_talks" | "statement" | "frame_terrorism" | "framing" | "leader" | "elite_exit" | "rumour"
        | "denial" | "symbolic_act" => Theme::Words,
        "internet_shutdown" | "internet_restoration" | "media_closure" | "border_closure" => Theme::Network,
        "state_of_emergency" | "curfew" | "command_change" | "security_chief" | "dispersal" | "security_operation"
        | "live_fire" | "stand_down" => Theme::Police,
        "reinforcement" | "external_force" | "armed_group" | "volunteer_patrols" => Theme::Troops,
        _ => Theme::Livelihood,
    }
}

/// The kind of this name.
pub fn named(name: &str) -> Option<&'static ActionKind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The field of a lever, under a key.
pub fn lever(lever: Lever, key: &'static str) -> Field {
    let (low, high) = lever.range();
    Field {
        key,
        kind: Kind::Number(low, high),
        unit: lever.unit(),
        omitted: Omitted::Words("not moved"),
        meaning: lever.meaning(),
        source: "",
    }
}

/// The keys that an action has by its kind.
pub fn own_fields(table: &Table) -> Vec<Field> {
    let kind = table.text("kind").and_then(named);
    let own = kind.iter().flat_map(|kind| kind.own);
    own.map(|own| lever(own.lever, own.key)).collect()
}

/// What is wrong with a key that is a parameter of other kinds.
pub fn of_another(table: &Table, entry: &Entry) -> Option<Problem> {
    let (kind, key) = (named(table.text("kind")?)?, &entry.key);
    let known = KINDS.iter().any(|other| other.own.iter().any(|own| own.key == key));
    let message = format!("the kind `{}` has no parameter `{key}`", kind.name);
    let problem = || Problem::at(&entry.at, message).label("belongs to another kind");
    known.then(|| {
        problem().help(match kind.own_in_words() {
            none if none.is_empty() => "it has none of its own; name what it moves in `levers`".to_string(),
            own => format!("it has {own}"),
        })
    })
}

impl ActionKind {
    /// Its own parameters in words, as in "`price` (sets price_cap)".
    pub fn own_in_words(&self) -> String {
        let own = self.own.iter().map(|own| {
            let within = if own.promised { "promise." } else { "" };
            format!("`{}` (sets {within}{})", own.key, own.lever.name())
        });
        own.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_of_a_kind_lies_in_the_range_of_its_lever() {
        for kind in KINDS {
            for (lever, value) in kind.levers.iter().chain(kind.promise) {
                let (low, high) = lever.range();
                assert!((low..=high).contains(value), "{} {}", kind.name, lever.name());
            }
        }
        for stance in STANCES {
            for (lever, value) in stance.levers {
                let (low, high) = lever.range();
                assert!((low..=high).contains(value), "{} {}", stance.name, lever.name());
            }
        }
    }

    #[test]
    fn every_kind_has_a_name_of_its_own_and_a_meaning() {
        for kind in KINDS {
            assert_eq!(
                KINDS.iter().filter(|other| other.name == kind.name).count(),
                1,
                "{}",
                kind.name
            );
            assert!(kind.meaning.ends_with('.'), "{}", kind.name);
        }
    }
}
