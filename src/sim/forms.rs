//! Rival forms of mechanisms. Where those who study protest do not agree on how something works, the rules can be
//! computed in either form, and the scenario says in which (`rules.forms`). The first form of each is the default.
//!
//! A form is no parameter: between two of them there is nothing, and each has to be held against the record for itself,
//! with its own parameters. What a wave does under all forms that the record allows is known; what it does under one is a
//! guess about mechanisms.

/// A mechanism that has rival forms.
pub struct Mechanism {
    /// Its key under `rules.forms`.
    pub name: &'static str,
    /// Its forms as the reference tells them.
    pub meaning: &'static str,
    /// The default as TOML.
    pub default: &'static str,
    /// Its forms; the first is the default.
    pub rivals: &'static [Rival],
    /// The names of its forms.
    pub names: fn() -> Vec<&'static str>,
    /// Choose the form of this number.
    pub choose: fn(&mut Forms, usize),
    /// The number of the form that is chosen.
    pub chosen: fn(&Forms) -> usize,
}

/// One of the forms of a mechanism.
pub struct Rival {
    /// Its name in scenarios.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub meaning: &'static str,
    /// Who argues for it.
    pub source: &'static str,
    /// Parameters that are not read under all forms but under this one, as `group.name`.
    pub own: &'static [&'static str],
}

macro_rules! forms {
    ($($mechanism:ident: $Mechanism:ident, $about:literal {
        $First:ident $first:literal $first_meaning:literal, $first_source:literal, [$($first_own:literal),*];
        $($Rival:ident $rival:literal $meaning:literal, $source:literal, [$($own:literal),*];)*
    })*) => {
        /// Which form of each mechanism holds.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Forms { $(#[doc = $about] pub $mechanism: $Mechanism),* }

        $(#[doc = $about]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $Mechanism {
            #[doc = concat!($first_meaning, "\n\nSource: ", $first_source, ".")] #[default] $First,
            $(#[doc = concat!($meaning, "\n\nSource: ", $source, ".")] $Rival),*
        })*

        impl Forms {
            /// All mechanisms that have rival forms.
            pub const TABLE: &'static [Mechanism] = &[$(Mechanism {
                name: stringify!($mechanism),
                meaning: concat!(
                    $about, " `", $first, "`: ", $first_meaning,
                    $(" `", $rival, "`: ", $meaning),*
                ),
                default: concat!("\"", $first, "\""),
                rivals: &[
                    Rival { name: $first, meaning: $first_meaning, source: $first_source, own: &[$($first_own),*] },
                    $(Rival { name: $rival, meaning: $meaning, source: $source, own: &[$($own),*] }),*
                ],
                names: || vec![$first, $($rival),*],
                choose: |forms, number| forms.$mechanism = [$Mechanism::$First, $($Mechanism::$Rival),*][number],
                chosen: |forms| forms.$mechanism as usize,
            }),*];
        }
    };
}

forms! {
    contact: Contact, "How often police and crowd come into contact." {
        Presence "presence" "Every officer on duty brings so many arrests and injuries an hour, whatever the crowd.",
            "the simplest form; calibrated",
            ["policing.arrest_rate", "harm.civilian_injury_rate", "harm.officer_injury_rate", "harm.live_fire_injury_rate"];
        Encounter "encounter" "Arrests, blows and shots happen in encounters of an officer with a person, officers x people / (officers + people) at one time: the smaller side limits them, and both sides are hurt in them.",
            "mass action that saturates, between the two laws of Lanchester 1916: Beddington 1975; arrests that need both sides as in Davies et al. 2013",
            ["policing.cordon_share", "policing.encounter_arrest_rate", "harm.encounter_injury_rate", "harm.encounter_officer_injury_rate", "harm.encounter_fire_rate"];
    }
    harm: Harm, "Against what repression is weighed before it angers or frightens." {
        Absolute "absolute" "Harm counts as it is, so many people an hour, however many live where it is heard of.",
            "calibrated",
            ["repression.backlash_reference", "repression.fear_reference", "repression.own_community"];
        Relative "relative" "Harm counts in 100,000 of the residents among whom it is heard of, near ones fully and far ones as far as news from them comes through, so that it does not matter how finely a country is cut into regions.",
            "rates and shares as in Granovetter 1978 and Siegel 2009",
            ["repression.relative_backlash_reference", "repression.relative_fear_reference", "repression.relative_own_community"];
    }
    crowd: Crowd, "How large a crowd seems." {
        Logarithm "logarithm" "Each crowd twice as large seems larger by the same, without end.",
            "Weber-Fechner form; calibrated",
            ["perception.crowd_reference"];
        Saturation "saturation" "A crowd draws in proportion while it is small, and one beyond all measure no more than another, ceiling x seen / (seen + half).",
            "Gallup et al. 2012 on whom a crowd that looks up draws along, after Milgram, Bickman and Berkowitz 1969; Davies et al. 2013",
            ["perception.crowd_ceiling", "perception.crowd_half"];
        Share "share" "So does the share of residents who are out, of those among whom people see or hear of them, so that neither the size of a country nor how it is cut into regions matters.",
            "shares of a group as in Granovetter 1978 and Siegel 2009",
            ["perception.crowd_ceiling", "perception.crowd_half_share"];
    }
    shutdown: Shutdown, "What a cut network does to those who are cut off, beside the violence of isolation." {
        Reach "reach" "They see less of crowds elsewhere, and forget them as ever.",
            "calibrated",
            [];
        Anger "anger" "They see less, too, but what they knew before fades more slowly, as nobody tells them that it is over, and the cut itself angers.",
            "Hassanpour 2014, Rydzak 2019: shutdowns that spread protest over a city, or went with more violent protest",
            ["perception.cut_fading", "repression.cut_backlash"];
    }
    promise: Promise, "What concessions are worth to those who demanded them." {
        Credibility "credibility" "What the credibility of the action says: a promise of half takes half of what it takes away, and a price that has fallen has fallen.",
            "calibrated",
            [];
        Commitment "commitment" "As much of that as people count on: of a promise a part, less for each concession that has been taken back and for the share of people who are angry at repression, and nothing for those who do not demand a price; and of what is in force all but what they fear to lose again.",
            "Acemoglu and Robinson 2006 on commitment; Leuschner and Hellmeier 2024; de Vogel on optimists and pessimists",
            ["demands.commitment", "demands.reversal"];
    }
    fire: Fire, "When officers shoot." {
        Ordered "ordered" "Under orders to fire, and then at the violent in the streets and those beside them.",
            "calibrated",
            [];
        SelfDefence "self_defence" "Under orders, and besides whoever defends a site under attack fires at its attackers, the likelier the more attackers there are to a defender and the more of them are armed, anywhere and without orders.",
            "the prosecutor's account of 14 March 2022: 63 assailants killed at posts in seven regions",
            ["harm.self_defence_rate", "harm.self_defence_ratio", "harm.armed_threat"];
    }
}

impl Forms {
    /// If none of these forms reads a parameter that others do, the mechanism and the first form of it that does.
    pub fn that_reads(&self, parameter: &str) -> Option<(&'static Mechanism, &'static Rival)> {
        Forms::TABLE.iter().find_map(|mechanism| {
            let reads = |rival: &&Rival| rival.own.contains(&parameter);
            let reader = mechanism.rivals.iter().find(reads)?;
            let chosen = &mechanism.rivals[(mechanism.chosen)(self)];
            (!reads(&chosen)).then_some((mechanism, reader))
        })
    }
}
