//! Epstein's model as it is run: every parameter and every switch between the ways in which it has been built.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// How the ratio of cops to active agents enters the probability of arrest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Ratio {
    /// As printed: C / A.
    Literal,
    /// Rounded down, as in NetLogo: nobody fears arrest where actives outnumber cops.
    Floor,
    /// Rounded to the nearest, halves to even, as in Mesa.
    Round,
}

/// Which sites are within a vision v.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Shape {
    /// At most v away along each axis.
    Moore,
    /// At most v away as the crow flies.
    Euclidean,
    /// At most v steps along the axes.
    VonNeumann,
}

/// In what order the lattice changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Activation {
    /// One after the other, in a new random order each tick, each on what the one before has left.
    Random,
    /// All decide on the same picture, then cops arrest, then all move, the latter two in random order.
    Synchronous,
}

/// What one does first when it is its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Turn {
    /// Move, then act.
    MoveFirst,
    /// Act, then move.
    ActFirst,
}

/// Where a jailed agent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Jail {
    /// Off the lattice; it returns to a random empty site.
    Off,
    /// On its site, which stays taken.
    InPlace,
    /// On its site, which counts as empty; it returns there, or near it if somebody stands there.
    Open,
}

/// From which whole numbers of ticks up to the maximum J a jail term is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Term {
    /// 1 to J: a term that is uniform from 0 to J, rounded up.
    OneToMax,
    /// 0 to J - 1, as in NetLogo.
    BelowMax,
    /// 0 to J, as in Mesa.
    ZeroToMax,
}

/// A model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Ticks of a run.
    pub ticks: u32,
    /// Sites from west to east, at least twice a vision and one more.
    pub width: u32,
    /// Sites from north to south, as many at least.
    pub height: u32,
    /// Agents at the start.
    pub agents: u32,
    /// Cops at the start.
    pub cops: u32,
    /// How far an agent sees and moves, in sites.
    pub agent_vision: f64,
    /// How far a cop sees and moves, in sites.
    pub cop_vision: f64,
    /// Which sites are within a vision.
    pub shape: Shape,
    /// Legitimacy of the regime, 0 to 1; with two groups, of the other group's right to exist.
    pub legitimacy: f64,
    /// An agent is active whose grievance less net risk is above this.
    pub threshold: f64,
    /// The constant k of the probability of arrest, 1 - exp(-k C / A).
    pub arrest_constant: f64,
    /// How the ratio C / A enters.
    pub ratio: Ratio,
    /// Whether an agent that is active already counts itself once more.
    pub self_twice: bool,
    /// In what order the lattice changes.
    pub activation: Activation,
    /// What one does first.
    pub turn: Turn,
    /// Whether agents move.
    pub agents_move: bool,
    /// Whether cops move.
    pub cops_move: bool,
    /// Where jailed agents are.
    pub jail: Jail,
    /// Longest jail term J, in ticks.
    pub max_jail_term: u32,
    /// How a term is drawn.
    pub term: Term,
    /// Whether a term is counted from the agent's own next turn, and not from the tick of the arrest.
    pub term_in_turns: bool,
    /// Whether a cop steps to the site of whom it arrests; not where jail is in place.
    pub cop_steps: bool,
    /// Two groups that kill each other, or else one that rebels.
    pub groups: Option<Groups>,
    /// What changes at which ticks, in the order of the scenario.
    pub changes: Vec<Change>,
}

/// Model II: two groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Groups {
    /// Probability per tick that an agent has a child, if a site next to it is empty.
    pub cloning: f64,
    /// Age in ticks below which everyone dies; the age of death is uniform.
    pub max_age: u32,
}

/// A change of the model while it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its id.
    pub id: String,
    /// The first tick at whose start it takes effect.
    pub at: u32,
    /// Ticks until it does again.
    pub every: u32,
    /// How often it does in all.
    pub times: u32,
    /// What legitimacy is set to.
    pub legitimacy: Option<f64>,
    /// What is added to legitimacy, which stays within 0 and 1.
    pub legitimacy_by: f64,
    /// How many cops there are then.
    pub cops: Option<u32>,
    /// How many cops come; negative if they go.
    pub cops_by: i64,
}

impl Change {
    /// Whether it takes effect at the start of a tick.
    pub fn acts(&self, tick: u32) -> bool {
        tick >= self.at && (tick - self.at).is_multiple_of(self.every) && (tick - self.at) / self.every < self.times
    }
}

impl Model {
    /// Number of sites.
    pub fn sites(&self) -> u32 {
        self.width * self.height
    }

    /// How far anybody sees, in whole sites.
    pub fn reach(&self) -> u32 {
        self.agent_vision.max(self.cop_vision) as u32
    }

    /// How many cops there can be at most.
    pub fn most_cops(&self) -> u32 {
        let given = self.changes.iter().filter_map(|change| change.cops);
        match self.changes.iter().any(|change| change.cops_by > 0) {
            true => self.sites(),
            false => given.fold(self.cops, u32::max),
        }
    }
}
