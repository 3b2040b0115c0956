//! What readers call what a scenario names by id, and the words of its money.

use std::collections::BTreeMap;

/// The names of one scenario; what has none is called by its id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names {
    /// Of its regions, by id.
    pub regions: BTreeMap<String, String>,
    /// Of its sites, by id.
    pub sites: BTreeMap<String, String>,
    /// Of its shocks and actions, by id.
    pub actions: BTreeMap<String, String>,
    /// What its money is called; empty where nobody says.
    pub currency: String,
    /// What it is whose price moves; empty where nobody says.
    pub good: String,
    /// The unit of its price; empty where nobody says.
    pub price_unit: String,
}

impl Names {
    /// What a region is called.
    pub fn region<'n>(&'n self, id: &'n str) -> &'n str {
        self.regions.get(id).map_or(id, String::as_str)
    }

    /// What a site is called.
    pub fn site<'n>(&'n self, id: &'n str) -> &'n str {
        self.sites.get(id).map_or(id, String::as_str)
    }

    /// What a shock or an action is called.
    pub fn action<'n>(&'n self, id: &'n str) -> &'n str {
        self.actions.get(id).map_or(id, String::as_str)
    }

    /// A unit or a label with the word of this country's money: "million of the currency" as "million tenge".
    pub fn money(&self, words: &str) -> String {
        match self.currency.as_str() {
            "" => words.to_owned(),
            currency => match words {
                "currency/unit" => self.price_unit.clone(),
                "damage, million" => format!("damage, million {currency}"),
                _ => words.replace("of the currency", currency),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_name_is_called_by_its_id_and_money_by_the_word_of_the_country() {
        let mut names = Names::default();
        assert_eq!(names.site("hall"), "hall");
        assert_eq!(names.money("damage, million"), "damage, million");
        names.sites.insert("hall".to_owned(), "Town hall".to_owned());
        names.currency = "pesos".to_owned();
        names.price_unit = "pesos a ride".to_owned();
        assert_eq!(names.site("hall"), "Town hall");
        let units = ["million of the currency", "damage, million", "currency/unit", "people"];
        assert_eq!(
            units.map(|unit| names.money(unit)),
            ["million pesos", "damage, million pesos", "pesos a ride", "people"]
        );
    }
}
