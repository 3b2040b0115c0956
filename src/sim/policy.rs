//! When which lever moves. Price shocks, concessions, repression, shutdowns and foreign troops are one mechanism:
//! an intervention that waits for its moment, is announced, takes effect after a lag, and ends. It moves levers;
//! the phases of a tick read levers. No intervention ever touches a citizen.

use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::metric::Metric;

/// How the values of several interventions that move one lever in one region combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// They add up.
    Add,
    /// They multiply.
    Multiply,
    /// The largest counts.
    Max,
    /// The smallest counts.
    Min,
    /// Each acts once, at the moment it is announced or takes effect, on a stock that then decays.
    Pulse,
}

macro_rules! levers {
    ($($variant:ident $name:literal $combine:ident $neutral:literal $unit:literal $low:literal $high:literal $meaning:literal;)*) => {
        /// Something that an intervention can move, place by place.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(usize)]
        pub enum Lever { $(#[doc = $meaning] $variant),* }

        impl Lever {
            /// Every lever.
            pub const ALL: &'static [Lever] = &[$(Lever::$variant),*];
            /// Its name in scenarios.
            pub fn name(self) -> &'static str { match self { $(Lever::$variant => $name),* } }
            /// How several interventions combine.
            pub fn combine(self) -> Combine { match self { $(Lever::$variant => Combine::$combine),* } }
            /// Its value where nothing moves it.
            pub fn neutral(self) -> f64 { match self { $(Lever::$variant => $neutral),* } }
            /// Its unit.
            pub fn unit(self) -> &'static str { match self { $(Lever::$variant => $unit),* } }
            /// Smallest and largest value that an intervention may give it.
            pub fn range(self) -> (f64, f64) { match self { $(Lever::$variant => ($low, $high)),* } }
            /// Whether it works through being believed, so that credibility multiplies it.
            pub fn is_believed(self) -> bool {
                use Lever::*;
                matches!(
                    self,
                    PricePromise | GovernmentRelief | RegimeRelief | Belief | Narrative | Rumour | Denial | Reassurance
                )
            }
            /// Whether it gives people what they demand, so that a refusal to talk makes it harder to believe.
            pub fn is_concession(self) -> bool {
                matches!(self, Lever::PricePromise | Lever::GovernmentRelief | Lever::RegimeRelief)
            }
            /// What it does.
            pub fn meaning(self) -> &'static str { match self { $(Lever::$variant => $meaning),* } }
        }
    };
}

levers! {
    PriceChange "price_change" Add 0.0 "currency/unit" -1e6 1e6 "Change of the price.";
    PriceFactor "price_factor" Multiply 1.0 "ratio" 0.0 100.0 "Factor on the price.";
    PriceCap "price_cap" Min 1e9 "currency/unit" 0.0 1e9 "Highest price allowed.";
    PricePromise "price_promise" Max 0.0 "share" 0.0 1.0 "Share of the price grievance that a promise takes away, times credibility.";
    GovernmentRelief "government_relief" Max 0.0 "share" 0.0 1.0 "Share of the discontent with the government that is taken away.";
    RegimeRelief "regime_relief" Max 0.0 "share" 0.0 1.0 "Share of the discontent with the regime that is taken away.";
    Belief "belief" Pulse 0.0 "share" -1.0 1.0 "Share of those who doubted whom it convinces that protest works, or of those who believed whom it disillusions, once.";
    Legitimacy "legitimacy" Pulse 0.0 "share" -1.0 1.0 "Share of those who deny it legitimacy whom it wins back, or, if negative, of those who grant it whom it loses, once.";
    Backlash "backlash" Pulse 0.0 "share" -1.0 1.0 "Share of the calm whom it angers, once.";
    Fear "fear" Pulse 0.0 "share" -1.0 1.0 "Share of the unafraid whom it frightens, or, if negative, of the afraid whom it calms, once.";
    Narrative "narrative" Add 0.0 "utility" -2.0 2.0 "What the state's account of events costs participation, times the reach of state media.";
    Coordination "coordination" Add 0.0 "utility" -2.0 2.0 "Help of leaders and organisation to go out.";
    Rumour "rumour" Add 0.0 "utility" 0.0 2.0 "Push of rumours that the regime is falling once they have spread; they travel with and without the network, and further where nobody can check them.";
    Denial "denial" Max 0.0 "share" 0.0 1.0 "Share of a rumour that a denial takes away where it is heard.";
    Framing "framing" Add 0.0 "ratio" -1.0 1.0 "How far a message that the system is to blame moves demands up the ladder.";
    Reassurance "reassurance" Add 0.0 "utility" -2.0 2.0 "Signal that the regime stands; takes away from the wish to go out.";
    ExternalLegitimacy "external_legitimacy" Multiply 1.0 "ratio" 0.0 1.0 "Factor on that signal: how rightful the support from outside seems.";
    Outrage "outrage" Multiply 1.0 "ratio" 0.0 10.0 "Factor on the anger that force causes among those who grant the government legitimacy.";
    TalksClosed "talks_closed" Max 0.0 "share" 0.0 1.0 "How firmly the government has refused to talk: the share of the credibility of later concessions that is gone; from a half on, a reactive government does not concede.";
    Connectivity "connectivity" Multiply 1.0 "ratio" 0.0 1.0 "Factor on the share of people who can reach the network.";
    StateMedia "state_media" Multiply 1.0 "ratio" 0.0 10.0 "Factor on the reach of state media.";
    IndependentMedia "independent_media" Multiply 1.0 "ratio" 0.0 10.0 "Factor on the reach of independent and social media.";
    Curfew "curfew" Max 0.0 "share" 0.0 1.0 "Strength of a curfew; give the hours in which it holds.";
    ArrestPower "arrest_power" Multiply 1.0 "ratio" 0.0 100.0 "Factor on the rate of arrests.";
    Order "order" Max 0.0 "step" 0.0 3.0 "Order to the police, at least: 0 hold, 1 contain, 2 disperse, 3 live fire.";
    Restraint "restraint" Max 0.0 "share" 0.0 1.0 "Share of the force used that pressure for restraint takes away.";
    Pressure "pressure" Add 0.0 "share" 0.0 1.0 "The same by voices from outside, which add up; the largest of the two counts.";
    Licence "licence" Max 0.0 "share" 0.0 1.0 "Share of that pressure from outside that a framing of the protest takes away.";
    Reinforcement "reinforcement" Add 0.0 "share" 0.0 1.0 "Priority of a region for reinforcements, as a share of the country's mobile forces.";
    StandDown "stand_down" Max 0.0 "share" 0.0 1.0 "Share of the guards of the named sites, or of all, who are withdrawn, and of the police that would stand before them.";
    Recall "recall" Max 0.0 "share" 0.0 1.0 "Share of withdrawn guards whom a new command sends back.";
    Loyalty "loyalty" Add 0.0 "share" -1.0 1.0 "Change of the loyalty of officers.";
    Cohesion "cohesion" Add 0.0 "share" -1.0 1.0 "Change of the cohesion of the elite, on which the loyalty of officers leans.";
    CommandDelay "command_delay" Multiply 1.0 "ratio" 0.0 10.0 "Factor on the time that command takes to decide and to muster.";
    RetakePower "retake_power" Multiply 1.0 "ratio" 0.0 100.0 "Factor on the rate at which seized sites are retaken.";
    Armed "armed" Add 0.0 "people" 0.0 1e6 "Armed people among the violent, from within the country.";
    ForeignArmed "foreign_armed" Add 0.0 "people" 0.0 1e6 "Armed people from abroad; a closed border keeps out those who have not come yet.";
    BorderClosed "border_closed" Max 0.0 "share" 0.0 1.0 "How tightly the border is closed.";
    Vigilance "vigilance" Add 0.0 "utility" 0.0 2.0 "What neighbours on guard cost looters.";
    Banking "banking" Multiply 1.0 "ratio" 0.0 1.0 "Factor on the share of people whom banks serve.";
    Eligibility "eligibility" Max 0.0 "share" 0.0 1.0 "Share of the doubts of other states about sending troops that is taken away.";
}

/// One lever's value while an intervention acts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Move {
    /// Which lever.
    pub lever: Lever,
    /// Its value, in the lever's unit.
    pub value: f64,
}

/// A line that a metric crosses and stays beyond.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is watched.
    pub metric: Metric,
    /// Where, a region or a place, as the model numbers areas; `None` is the whole country.
    pub area: Option<usize>,
    /// Above the level, or below it.
    pub above: bool,
    /// The line.
    pub level: f64,
    /// For how many ticks in a row, at least 1.
    pub ticks: u32,
}

/// When an intervention is announced.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// At the start of a tick.
    At(u32),
    /// So many ticks after another intervention took effect.
    After {
        /// The other one.
        intervention: usize,
        /// Ticks.
        ticks: u32,
    },
    /// When a metric has crossed a line, judged by the readings of the tick before.
    Crosses(Condition),
    /// When all of these hold.
    All(Vec<When>),
    /// When any of these holds.
    Any(Vec<When>),
}

impl When {
    /// Any of nothing, which never holds.
    pub const NEVER: When = When::Any(Vec::new());

    /// How many conditions on metrics are in it.
    pub fn conditions(&self) -> usize {
        match self {
            When::Crosses(_) => 1,
            When::All(parts) | When::Any(parts) => parts.iter().map(When::conditions).sum(),
            When::At(_) | When::After { .. } => 0,
        }
    }
}

/// Troops or volunteers that an intervention brings.
#[derive(Clone, Debug, PartialEq)]
pub struct Contingent {
    /// Its name in events.
    pub id: String,
    /// What they are.
    pub force: ForceKind,
    /// How many.
    pub officers: u32,
    /// The place that they go to.
    pub place: usize,
    /// Whether they take over the guard of sites, and so free local officers, or go into the streets.
    pub guards: bool,
    /// The probability that they are sent at all, 0 to 1, before any doubts are taken away.
    pub willing: f64,
    /// Ticks from the intervention's taking effect until they are committed.
    pub decision_ticks: u32,
    /// Ticks from then until they arrive.
    pub travel_ticks: u32,
}

/// What an officer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ForceKind {
    /// Police.
    Police,
    /// Special forces of the police or of the security service.
    Special,
    /// National guard.
    Guard,
    /// Army.
    Army,
    /// A contingent of other states.
    External,
    /// Citizens who guard property.
    Volunteers,
}

impl ForceKind {
    /// Its name in scenarios.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Intervention {
    /// Whether it is told as something said: words, or what moves nothing, brings nobody and ends nothing.
    pub fn is_statement(&self) -> bool {
        let idle = self.promise.is_empty() && self.effect.is_empty();
        (self.words || idle) && self.contingents.is_empty() && self.ends.is_empty()
    }

    /// Whether it gives people something that they demand.
    pub fn is_concession(&self) -> bool {
        let mut moves = self.promise.iter().chain(&self.effect);
        moves.any(|change| change.lever.is_concession())
    }
}

/// Something that a government, another state, an organisation or the world does.
#[derive(Clone, Debug, PartialEq)]
pub struct Intervention {
    /// Its name in the scenario and in events.
    pub id: String,
    /// When it is announced; it happens once.
    pub when: When,
    /// Ticks from announcement to effect.
    pub lag: u32,
    /// Ticks in effect; `None` is to the end.
    pub duration: Option<u32>,
    /// In which places; one flag for each.
    pub places: Vec<bool>,
    /// On which sites, for levers that act on sites; empty is all.
    pub sites: Vec<usize>,
    /// Hours of the day in which it acts once in effect, from the first to before the second; `None` is all day.
    pub hours: Option<(u32, u32)>,
    /// How far it is believed, 0 to 1. Multiplies the moves of levers that work through being believed.
    pub credibility: f64,
    /// What its announcement moves: levels until it takes effect, pulses once.
    pub promise: Vec<Move>,
    /// What it moves once in effect: levels while it lasts, pulses once.
    pub effect: Vec<Move>,
    /// Who comes with it.
    pub contingents: Vec<Contingent>,
    /// Interventions that end when this one takes effect.
    pub ends: Vec<usize>,
    /// Whether it is words alone, such as a statement of another state; it may move levers all the same.
    pub words: bool,
    /// What it is to a reactive government; `None` keeps to its own `when`.
    pub option: Option<Choice>,
}

/// Who decides when the options of a government are announced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Their own `when`.
    #[default]
    Timeline,
    /// The government, by what it reads.
    Reactive,
}

/// An intervention among those that a reactive government chooses from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// To which side of the scales it belongs.
    pub side: Side,
    /// What it costs, against disruption at its worst.
    pub cost: f64,
    /// Ticks after its end until it can be chosen again; `None` is never.
    pub again: Option<u32>,
}

/// The two answers to a protest other than waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Side {
    /// To give in.
    Concession,
    /// To use force or to restrict.
    Repression,
}

impl Side {
    /// Its name in scenarios.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
