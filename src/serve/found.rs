//! What the worlds of a branch have in numbers: each total, and the arms against each other.

use std::sync::Arc;

use super::worlds::World;
use crate::analysis::contrast::{Asked, Named, contrasts, in_worlds};
use crate::analysis::spread::Spread;
use crate::report::page::Total;
use crate::study::Study;
use crate::table::{Column, Table};

/// Numbers of the worlds of a branch.
pub struct Found {
    table: Table,
    /// The arms against each other.
    pub contrasts: Vec<Named>,
    /// What was asked of each.
    pub asked: Vec<Asked>,
}

impl Found {
    /// Of these pairs of worlds, under these names of the arms.
    pub fn of(study: &Study, pairs: &[[Arc<World>; 2]], names: [&str; 2]) -> Found {
        let all: Vec<(usize, &World)> = pairs.iter().flat_map(|pair| [(0, &*pair[0]), (1, &*pair[1])]).collect();
        let asked: Vec<Asked> = study
            .summed_up()
            .into_iter()
            .map(|named| Asked {
                name: named.name,
                label: named.label,
                unit: named.unit,
            })
            .collect();
        let mut columns = vec![
            (
                "arm".to_owned(),
                Column::Text(all.iter().map(|(arm, _)| names[*arm].to_owned()).collect()),
            ),
            (
                "replicate".to_owned(),
                Column::Int(all.iter().map(|(_, world)| i64::from(world.replicate)).collect()),
            ),
        ];
        for (place, one) in asked.iter().enumerate() {
            let value = |world: &World| world.outcomes.get(place).copied().flatten().unwrap_or(f64::NAN);
            columns.push((
                one.name.clone(),
                Column::Float(all.iter().map(|(_, world)| value(world)).collect()),
            ));
        }
        let table = Table::new(columns);
        let mut contrasts = contrasts(&table, &names, &asked);
        if let Some(worlds) = &study.worlds {
            in_worlds(&mut contrasts, &table, names[0], worlds);
        }
        Found {
            table,
            contrasts,
            asked,
        }
    }

    /// The totals of an arm.
    pub fn totals(&self, arm: &str) -> Vec<Total> {
        let arms = self.table.column("arm").expect("it has arms");
        let total = |asked: &Asked| {
            let column = self.table.column(&asked.name).expect("it has what was asked");
            let rows = (0..self.table.rows()).filter(|&row| arms.text(row) == arm);
            let had: Vec<f64> = rows
                .map(|row| column.number(row))
                .filter(|value| value.is_finite())
                .collect();
            Total {
                arm: arm.to_owned(),
                name: asked.name.clone(),
                label: asked.label.clone(),
                spread: (!had.is_empty()).then(|| Spread::of(&had)),
                runs: had.len(),
            }
        };
        self.asked.iter().map(total).collect()
    }
}
