//! What the drivers share: how they are asked, and how they answer.

use std::time::Instant;

/// `SIDE SEED WARM TICKS CITIZENS COPS [key=value ...]`: a lattice of that side, ticks before the clock starts, ticks on
/// it, and how many there are of each.
pub struct Asked {
    /// Width and height of the lattice, in sites.
    pub side: u32,
    /// Seed of the run.
    pub seed: u64,
    warm: u32,
    ticks: u32,
    /// Number of citizens.
    pub citizens: u32,
    /// Number of cops.
    pub cops: u32,
    /// Changes of the rules.
    pub changes: Vec<String>,
}

impl Asked {
    /// From the command line.
    pub fn read() -> Asked {
        let mut words = std::env::args().skip(1);
        let mut number = || -> u32 {
            let word = words.next().expect("SIDE SEED WARM TICKS CITIZENS COPS");
            word.parse().expect("a whole number")
        };
        let [side, seed, warm, ticks, citizens, cops] = std::array::from_fn(|_| number());
        Asked {
            side,
            seed: seed.into(),
            warm,
            ticks,
            citizens,
            cops,
            changes: words.collect(),
        }
    }

    /// Runs the ticks and prints one line of JSON. `tick` gives how many are active and in jail after each; no engine is
    /// spared the time of counting them.
    pub fn run(&self, mut tick: impl FnMut() -> (u32, u32)) {
        for _ in 0..self.warm {
            tick();
        }
        let (mut active, mut jailed) = (0, 0);
        let start = Instant::now();
        for _ in 0..self.ticks {
            let counts = tick();
            active += u64::from(counts.0);
            jailed += u64::from(counts.1);
        }
        let seconds = start.elapsed().as_secs_f64();
        let mean = |sum| sum as f64 / f64::from(self.ticks);
        println!(
            r#"{{"citizens": {}, "cops": {}, "seconds": {seconds}, "active": {}, "jailed": {}}}"#,
            self.citizens,
            self.cops,
            mean(active),
            mean(jailed)
        );
    }
}
