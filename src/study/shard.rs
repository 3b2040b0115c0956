//! The part of the jobs that one process runs.

/// The part of the jobs that one process runs: every `of`-th, beginning with number `number` from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl Shard {
    /// All jobs.
    pub const WHOLE: Shard = Shard { number: 1, of: 1 };

    /// Whether the job of this place in the order is one of it.
    pub fn has(self, place: u64) -> bool {
        place % u64::from(self.of) == u64::from(self.number) - 1
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let parse = || {
            let (number, of) = text.split_once('/')?;
            let shard = Shard {
                number: number.parse().ok()?,
                of: of.parse().ok()?,
            };
            (1..=shard.of).contains(&shard.number).then_some(shard)
        };
        parse().ok_or_else(|| "must be i/n with i from 1 to n, such as 2/7".to_owned())
    }
}
