//! **qantar** lets people ask *what if* about a wave of protest: what if the price cut had come three days earlier,
//! the network had stayed up, nobody had asked for foreign troops? This is the tour of the library; the command line
//! is an outside user of it.
//!
//! A scenario is compiled, simulated, studied many times, and reported. The modules are that sentence, and data
//! flows one way through them:
//!
//! ```text
//! TOML text -> Scenario -> Model -> World -(tick)-> Readings -> Table -> text, JSON, CSV, Parquet
//!              as written  as meant  as it is       as measured  columns
//! ```
//!
//! # Where things are, in reading order
//!
//! | module | what it is | what it knows of the others |
//! |---|---|---|
//! | [`dice`] | every chance: a draw is a pure function of seed, replicate, purpose, block and tick | nothing |
//! | [`metric`] | what is measured: name, unit, meaning; the values of one tick | nothing |
//! | [`outline`] | where regions lie on a map: GeoJSON | nothing |
//! | [`suggest`] | what was probably meant by an unknown word | nothing |
//! | [`table`] | named columns, the shape of every result; CSV, Parquet | nothing |
//! | [`sim`] | the engine: model, policy, parameters, world, rules, the order of a tick | dice, metric; its recorder alone knows tables |
//! | [`analysis`] | tables to findings: the course of events, totals, outcomes, their spread, scores | tables |
//! | [`report`] | findings to text, JSON, figures and pages that a student reads | analysis, tables, outlines |
//! | [`document`] | text as a tree with places, overlays, formats as tables of fields, and the check by them | what was probably meant |
//! | [`models`] | the families of models, country and lattice: format, compile, what each measures, sums up and tells | document, sim, analysis, report |
//! | [`scenario`] | text to model, or every problem at its place | what a model is, not how it runs; families, outcomes |
//! | [`design`] | points in the space of parameters: grids, samples, the layouts of measures of sensitivity | fit, for its normal numbers |
//! | [`fit`] | which parameters to try next, so that a model comes near its record | nothing |
//! | [`study`] | arms at points of a design, run in any order, to a folder that survives a kill | scenario, sim, table, outcomes, design, fit |
//! | [`serve`] | the crisis room: a page on this machine, live | all of these, as an outside user |
//! | [`docs`] | pages: the model by the ODD protocol, evidence, corrections, limits of use | nothing |
//!
//! `tests/house.rs` holds the code to this table.
//!
//! # What is always true
//!
//! 1. The order of a tick stands on one page, [`sim::tick`]. No phase imports another.
//! 2. What crosses from one citizen to another is a whole number, summed; so the answer is the same for any number
//!    of threads.
//! 3. A draw is a pure function of the event it decides; so two arms of a comparison differ by their policy and not
//!    by their luck.
//! 4. Policy moves levers, and phases read levers; no intervention touches a citizen.
//! 5. The engine cannot fail: [`scenario::Scenario::compile`] has found every problem before.
//! 6. A decision is a linear form of integers ([`sim::weights`]), and whoever would stay at home under the keenest weights
//!    of the hour is skipped exactly ([`sim::reach`]).
//! 7. Every fast path has a slow twin in `tests/twin.rs` that agrees with it to the last bit.
//! 8. Transcendental functions come from `libm`, so results are the same on every platform.
//!
//! # Ten lines
//!
//! ```
//! use qantar::{dice::Dice, metric::Metric, scenario::Scenario, sim::tick::Engine};
//!
//! let mut scenario = Scenario::read("scenarios/tutorial.toml".as_ref())?;
//! scenario.set(&["action.rollback.credibility=1.0".to_owned()])?;
//! let model = scenario.compile()?;
//! let mut engine = Engine::new(&model, &Dice::new(scenario.seed(), 0));
//! (0..model.clock.ticks).for_each(|_| engine.tick());
//! println!("{} detained", engine.readings.get(Metric::DetainedTotal, None));
//! # Ok::<(), qantar::scenario::problem::Problems>(())
//! ```

pub mod dice;
pub mod metric;
pub mod outline;
pub mod suggest;
pub mod table;

pub mod fit;

pub mod design;

pub mod sim;

pub mod analysis;
pub mod document;
#[cfg(feature = "plots")]
pub mod report;

pub mod models;
pub mod scenario;

pub mod study;

#[cfg(feature = "serve")]
pub mod serve;

pub mod docs;
