//! The same model on krABMaga's public interface: its schedule, its agents as boxed objects, and its grid of one value a
//! site, the quickest of its fields for this. Moves must be seen at once, so all is read from and written to the
//! writing side of the grid. Its queue gives equal priorities no fair order, so each tick draws new ones.

use std::any::Any;

use krabmaga::engine::agent::Agent;
use krabmaga::engine::fields::dense_number_grid_2d::DenseNumberGrid2D;
use krabmaga::engine::location::Int2D;
use krabmaga::engine::schedule::Schedule;
use krabmaga::engine::state::State;
use peers::Asked;
use rand::rngs::SmallRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, RngExt, SeedableRng};

const VISION: i32 = 7;
const LEGITIMACY: f64 = 0.82;
const THRESHOLD: f64 = 0.1;
const CONSTANT: f64 = 2.3;
const MAX_TERM: u32 = 30;

#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Quiet,
    Active,
    Jailed,
}

/// Who stands on a site.
#[derive(Clone, Copy, PartialEq)]
enum Who {
    Cop,
    Citizen(u32, Mood),
}

struct Society {
    citizens: usize,
    cops: usize,
    grid: DenseNumberGrid2D<Who>,
    side: i32,
    diamond: Vec<(i32, i32)>,
    /// What is left of each citizen's term: cops write it, and an agent of this framework cannot reach into another.
    terms: Vec<u32>,
    active: u32,
    jailed: u32,
    rng: SmallRng,
    /// Sites in sight, used again by each turn.
    empty: Vec<Int2D>,
    suspects: Vec<(Int2D, u32)>,
}

impl Society {
    /// Cops and active citizens in sight of a site; empty sites and suspects are left in their lists.
    fn look(&mut self, from: Int2D) -> (u32, u32) {
        let (mut cops, mut active) = (0, 0);
        self.empty.clear();
        self.suspects.clear();
        for (dx, dy) in &self.diamond {
            let site = Int2D {
                x: (from.x + dx).rem_euclid(self.side),
                y: (from.y + dy).rem_euclid(self.side),
            };
            match self.grid.get_value_unbuffered(&site) {
                None => self.empty.push(site),
                Some(Who::Cop) => cops += 1,
                Some(Who::Citizen(id, Mood::Active)) => {
                    active += 1;
                    self.suspects.push((site, id));
                }
                Some(_) => {}
            }
        }
        (cops, active)
    }

    fn step(&mut self, from: &mut Int2D, who: Who) {
        let to = self.empty.choose(&mut self.rng).copied().unwrap_or(*from);
        self.grid.remove_value_location(from);
        self.grid.set_value_location(who, &to);
        *from = to;
    }
}

#[derive(Clone)]
struct Citizen {
    id: u32,
    site: Int2D,
    aversion: f64,
    grievance: f64,
    mood: Mood,
}

impl Agent for Citizen {
    fn step(&mut self, state: &mut dyn State) {
        let society = state.as_any_mut().downcast_mut::<Society>().expect("a society");
        if let Some(Who::Citizen(_, mood)) = society.grid.get_value_unbuffered(&self.site) {
            self.mood = mood;
        }
        let term = &mut society.terms[self.id as usize];
        if *term > 0 {
            *term -= 1;
            return;
        }
        let (cops, active) = society.look(self.site);
        let ratio = (f64::from(cops) / f64::from(active + 1)).round_ties_even();
        let risk = 1.0 - (-CONSTANT * ratio).exp();
        let now = if self.grievance - self.aversion * risk > THRESHOLD {
            Mood::Active
        } else {
            Mood::Quiet
        };
        society.active += u32::from(now == Mood::Active);
        society.active -= u32::from(self.mood == Mood::Active);
        society.jailed -= u32::from(self.mood == Mood::Jailed);
        self.mood = now;
        society.step(&mut self.site, Who::Citizen(self.id, now));
    }
}

#[derive(Clone)]
struct Cop {
    site: Int2D,
}

impl Agent for Cop {
    fn step(&mut self, state: &mut dyn State) {
        let society = state.as_any_mut().downcast_mut::<Society>().expect("a society");
        society.look(self.site);
        if let Some((site, id)) = society.suspects.choose(&mut society.rng).copied() {
            society.terms[id as usize] = society.rng.random_range(0..=MAX_TERM);
            society.grid.set_value_location(Who::Citizen(id, Mood::Jailed), &site);
            society.active -= 1;
            society.jailed += 1;
        }
        society.step(&mut self.site, Who::Cop);
    }
}

impl State for Society {
    fn init(&mut self, schedule: &mut Schedule) {
        let sites = self.side * self.side;
        let mut order: Vec<i32> = (0..sites).collect();
        order.shuffle(&mut self.rng);
        let site = |at: &i32| Int2D {
            x: at / self.side,
            y: at % self.side,
        };
        for (id, at) in order[..self.citizens].iter().enumerate() {
            let (id, site) = (id as u32, site(at));
            let citizen = Citizen {
                id,
                site,
                aversion: self.rng.random(),
                grievance: self.rng.random::<f64>() * (1.0 - LEGITIMACY),
                mood: Mood::Quiet,
            };
            self.grid.set_value_location(Who::Citizen(id, Mood::Quiet), &site);
            schedule.schedule_repeating(Box::new(citizen), 0.0, 0);
        }
        for at in &order[self.citizens..self.citizens + self.cops] {
            self.grid.set_value_location(Who::Cop, &site(at));
            schedule.schedule_repeating(Box::new(Cop { site: site(at) }), 0.0, 0);
        }
    }

    fn before_step(&mut self, schedule: &mut Schedule) {
        for (_, priority) in schedule.events.iter_mut() {
            priority.ordering = self.rng.next_u32() as i32;
        }
    }

    fn reset(&mut self) {}
    fn update(&mut self, _step: u64) {}

    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
    fn as_state(&self) -> &dyn State {
        self
    }
    fn as_state_mut(&mut self) -> &mut dyn State {
        self
    }
}

fn main() {
    let asked = Asked::read();
    assert!(asked.changes.is_empty(), "this driver has one variant of the rules");
    let side = asked.side as i32;
    let away = -VISION..=VISION;
    let pairs = away.clone().flat_map(|x| away.clone().map(move |y| (x, y)));
    let mut society = Society {
        citizens: asked.citizens as usize,
        cops: asked.cops as usize,
        grid: DenseNumberGrid2D::new(side, side),
        side,
        diamond: pairs
            .filter(|&(x, y): &(i32, i32)| (x, y) != (0, 0) && x.abs() + y.abs() <= VISION)
            .collect(),
        terms: vec![0; asked.citizens as usize],
        active: 0,
        jailed: 0,
        rng: SmallRng::seed_from_u64(asked.seed),
        empty: Vec::new(),
        suspects: Vec::new(),
    };
    let mut schedule = Schedule::new();
    society.init(&mut schedule);
    asked.run(|| {
        schedule.step(&mut society);
        (society.active, society.jailed)
    });
}
