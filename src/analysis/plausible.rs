//! What looks implausible in a run, so that a reader does not have to find it by himself. A doubt is no mistake of the
//! program: it says that a scenario, or the model, gives something that no country has shown.

use std::collections::BTreeMap;

use super::course::Course;
use super::replicate::{COUNTRY, column};
use crate::metric::Metric;
use crate::table::Table;

/// Something that looks implausible.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// Many are violent at once, and next to nobody is hurt.
    FewHurt {
        /// Most violent people at once.
        violent: f64,
        /// People injured or killed in the whole run, on both sides.
        hurt: f64,
    },
    /// People are out in a region in which no officer is ever on duty.
    NoPolice {
        /// Its id.
        region: String,
        /// Most people out there at once.
        people: f64,
    },
}

/// So many violent people at once are many.
const MANY: f64 = 1000.0;
/// In Kazakhstan, Chile and Ecuador at least one was hurt for every ten who were violent at the height; a fiftieth is few.
const FEW: f64 = 1.0 / 50.0;

/// What looks implausible in one replicate.
///
/// # Panics
/// If the series lacks a column of `series.csv`.
pub fn doubts(series: &Table) -> Vec<Doubt> {
    let course = Course::of(series);
    let violent = course.peak(Metric::Violent.name()).map_or(0.0, |(_, most)| most);
    let hurt = [
        Metric::InjuredCivilians,
        Metric::InjuredOfficers,
        Metric::DeathsCivilians,
        Metric::DeathsOfficers,
    ];
    let last = |metric: Metric| course.values(metric.name()).last().copied().unwrap_or(0.0);
    let hurt: f64 = hurt.into_iter().map(last).sum();
    let few = (violent >= MANY && hurt < FEW * violent).then_some(Doubt::FewHurt { violent, hurt });
    few.into_iter().chain(unpoliced(series)).collect()
}

/// Regions with people out and never an officer, in order of their ids.
fn unpoliced(series: &Table) -> impl Iterator<Item = Doubt> {
    let [region, people, officers] =
        ["region", Metric::Participants.name(), Metric::OfficersOnDuty.name()].map(|name| column(series, name));
    let mut most: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for row in (0..series.rows()).filter(|&row| region.text(row) != COUNTRY) {
        let seen = most.entry(region.text(row)).or_default();
        *seen = (seen.0.max(people.number(row)), seen.1.max(officers.number(row)));
    }
    let without = most
        .into_iter()
        .filter(|(_, (people, officers))| *people > 0.0 && *officers == 0.0);
    let doubts = without.map(|(region, (people, _))| Doubt::NoPolice {
        region: region.to_owned(),
        people,
    });
    doubts.collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    /// Two hours of a country with one region.
    fn series(violent: f64, injured: f64, officers: f64) -> Table {
        let text = |of: [&str; 4]| Column::Text(of.map(str::to_owned).to_vec());
        let mut columns = vec![
            ("time", text(["0", "0", "1", "1"])),
            ("region", text(["west", "all", "west", "all"])),
        ];
        for metric in Metric::ALL {
            let value = match metric {
                Metric::Participants | Metric::Violent => violent,
                Metric::InjuredCivilians => injured,
                Metric::OfficersOnDuty => officers,
                _ => 0.0,
            };
            columns.push((metric.name(), Column::Float(vec![0.0, 0.0, value, value])));
        }
        Table::new(columns)
    }

    #[test]
    fn thousands_of_violent_people_and_one_injured_are_doubtful() {
        let few = Doubt::FewHurt {
            violent: 4000.0,
            hurt: 1.0,
        };
        assert_eq!(doubts(&series(4000.0, 1.0, 50.0)), [few]);
        assert_eq!(doubts(&series(4000.0, 300.0, 50.0)), []);
        assert_eq!(doubts(&series(40.0, 0.0, 50.0)), [], "forty can go home unhurt");
    }

    #[test]
    fn a_crowd_where_no_officer_ever_is_is_doubtful() {
        let unpoliced = Doubt::NoPolice {
            region: "west".to_owned(),
            people: 40.0,
        };
        assert_eq!(doubts(&series(40.0, 1.0, 0.0)), [unpoliced]);
    }
}
