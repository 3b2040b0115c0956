//! Throw-away stand-in for the scenario room until it is merged.
#![allow(missing_docs)]

use std::fmt;
use std::path::Path;

use jiff::{Span, Zoned};

use crate::sim::model::{Clock, Distribution, Model, Region};

#[derive(Debug)]
pub struct Problems(String);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Problems {}

impl Problems {
    pub fn render(&self, _color: bool) -> String {
        format!("error: {}", self.0)
    }
}

pub struct Scenario {
    name: String,
    table: toml::Table,
}

#[derive(Clone, Debug)]
pub struct Calendar {
    start: Zoned,
}

impl Calendar {
    fn at(&self, tick: u32) -> Zoned {
        &self.start + Span::new().hours(i64::from(tick))
    }
    pub fn iso(&self, tick: u32) -> String {
        self.at(tick).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
    pub fn short(&self, tick: u32) -> String {
        self.at(tick).strftime("%-d %b %H:%M").to_string()
    }
}

impl Scenario {
    pub fn read(path: &Path) -> Result<Scenario, Problems> {
        let text = std::fs::read_to_string(path).map_err(|e| Problems(format!("{}: {e}", path.display())))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Scenario::from_text(&name, &text)
    }
    pub fn from_text(name: &str, text: &str) -> Result<Scenario, Problems> {
        let table: toml::Table = text.parse().map_err(|e| Problems(format!("{e}")))?;
        let name = table.get("name").and_then(|v| v.as_str()).unwrap_or(name).to_owned();
        Ok(Scenario { name, table })
    }
    pub fn set(&mut self, assignments: &[String]) -> Result<(), Problems> {
        for assignment in assignments {
            let more: toml::Table = assignment.parse().map_err(|e| Problems(format!("{e}")))?;
            self.table.extend(more);
        }
        Ok(())
    }
    pub fn name(&self) -> &str {
        &self.name
    }
    pub fn title(&self) -> &str {
        self.table.get("title").and_then(|v| v.as_str()).unwrap_or("Untitled")
    }
    pub fn seed(&self) -> u64 {
        self.table.get("seed").and_then(|v| v.as_integer()).unwrap_or(1) as u64
    }
    pub fn to_toml(&self) -> String {
        let mut table = self.table.clone();
        table.insert("name".into(), self.name.clone().into());
        table.to_string()
    }
    pub fn calendar(&self) -> Calendar {
        Calendar {
            start: "2022-01-02T00:00:00+06:00[Asia/Almaty]".parse().unwrap(),
        }
    }
    pub fn compile(&self) -> Result<Model, Problems> {
        let known = ["name", "title", "seed", "ticks", "price"];
        if let Some(key) = self.table.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(Problems(format!("unknown key `{key}`")));
        }
        let region = |id: &str| Region {
            id: id.to_owned(),
            population: 10_000,
            urban: 0.5,
            hour_shift: 0,
            hardship: Distribution::Uniform { low: 0.0, high: 1.0 },
            discontent: Distribution::Uniform { low: 0.0, high: 1.0 },
            risk_aversion: Distribution::Uniform { low: 0.0, high: 1.0 },
            violence: Distribution::Uniform { low: 0.0, high: 1.0 },
            exposure: 0.5,
            price: 60.0,
            connectivity: 0.8,
            independent_media: 0.5,
            state_media: 0.5,
            discipline: 0.5,
            legitimacy: 0.5,
        };
        Ok(Model {
            clock: Clock {
                start_minute: 0,
                tick_minutes: 60,
                ticks: self.table.get("ticks").and_then(|v| v.as_integer()).unwrap_or(48) as u32,
            },
            persons_per_agent: 1,
            regions: vec![region("west"), region("south")],
            ties: vec![1.0, 0.5, 0.5, 1.0],
            distances: vec![0.0, 500.0, 500.0, 0.0],
            sites: Vec::new(),
            forces: Vec::new(),
            interventions: Vec::new(),
            rules: Default::default(),
        })
    }
}
