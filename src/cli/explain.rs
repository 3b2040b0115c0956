use std::collections::BTreeSet;
use std::process::ExitCode;

use qantar::analysis::named::Total;
use qantar::analysis::outcome::{FUNCTIONS, Function};
use qantar::metric::{Across, Description};
use qantar::models::{self, Family};
use qantar::report::why::phrase;
use qantar::report::words::{WORDS, Word};
use qantar::scenario::form::{Field, Format, Kind, Omitted, Section};
use qantar::scenario::kinds::{ActionKind, KINDS, STANCES, STATEMENT_DURATION, Stance};
use qantar::scenario::{record, search};
use qantar::sim::{self, policy::Lever};
use qantar::study::sweep;
use qantar::suggest::suggest;

use super::failure::Usage;
use super::output::data;

/// Explain a key, a kind of action or a lever of the scenario format
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  qantar explain region.exposure\n  qantar explain rules.turnout.crowd_weight\n  \
    qantar explain kind.curfew\n  qantar explain lever.order\n  qantar explain rules    all that begins with it\n  \
    qantar explain crowd    all that has it in its name\n  qantar explain replicate    a word of what is printed\n  \
    qantar explain detained_total    a metric\n  qantar explain          everything, by section"
)]
pub struct Args {
    /// Full name of a key, its beginning or a part of it; or a metric, a total, a word of what is printed
    key: Vec<String>,
}

/// Something that can be explained.
struct Entry {
    name: String,
    /// The section of the tables that stand at it, if tables do.
    inner: Option<&'static str>,
    /// One line, for lists.
    brief: String,
    /// All that is known.
    full: String,
}

impl Args {
    /// Print what is known, or the name that was probably meant.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let entries = entries();
        let text = match &self.key[..] {
            [] => everything(&entries),
            [key] => explain(&entries, key.trim_matches('.')).map_err(Usage)?,
            // `kind statement` is `kind.statement`; words of what is printed may have blanks.
            several => explain(&entries, &several.join("."))
                .or_else(|_| explain(&entries, &several.join(" ")))
                .map_err(Usage)?,
        };
        data(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What is known of a key or a word, or what was probably meant.
///
/// # Errors
/// If there is none.
#[cfg(feature = "serve")]
pub fn told(key: &str) -> Result<String, String> {
    explain(&entries(), key)
}

fn explain(entries: &[Entry], key: &str) -> Result<String, String> {
    let own_name = through_tables(key).unwrap_or(key.to_string());
    let exact = entries.iter().find(|entry| entry.name == own_name);
    let within = format!("{}.", exact.and_then(|entry| entry.inner).unwrap_or(&own_name));
    let below: Vec<_> = entries.iter().filter(|entry| entry.name.starts_with(&within)).collect();
    // What the word means in a scenario, and then in what is printed.
    let printed = PRINTED.map(|(group, _)| format!("{group}.{key}"));
    let printed = entries.iter().filter(|entry| printed.contains(&entry.name));
    let known: Vec<&str> = exact
        .into_iter()
        .chain(printed)
        .map(|entry| entry.full.as_str())
        .collect();
    if !known.is_empty() {
        let gap = if below.is_empty() { "" } else { "\n" };
        return Ok(format!("{}{gap}{}", known.join("\n"), list(&below)));
    }
    let having: Vec<_> = entries.iter().filter(|entry| entry.name.contains(key)).collect();
    match if below.is_empty() { having } else { below }[..] {
        [] => {
            // A slip is in the full name or in the last word of it, whichever was typed.
            let last = entries.iter().filter_map(|entry| entry.name.rsplit('.').next());
            let known: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).chain(last).collect();
            Err(format!("there is no key `{key}`; {}", suggest(key, "keys", known)))
        }
        [one] => Ok(one.full.clone()),
        ref many => Ok(list(many)),
    }
}

/// The name of a key in the section that describes it, for a path through the tables of a scenario: `site.loss.belief`
/// is `loss.belief`.
fn through_tables(path: &str) -> Option<String> {
    let through = |format: &'static Format| {
        let (mut at, mut name) = (format.root(), None);
        for key in path.split('.') {
            let field = at.field(key)?;
            name = Some(at.path(key));
            at = format.within(field).unwrap_or(at);
        }
        name
    };
    formats().next().and_then(through)
}

/// Every format of documents.
fn formats() -> impl Iterator<Item = &'static Format> {
    let of_scenarios = models::all().map(|family| family.format());
    of_scenarios.chain([&*record::FORMAT, &*search::FORMAT, &*sweep::FORMAT])
}

fn entries() -> Vec<Entry> {
    let sections = formats().flat_map(|format| format.sections.iter().map(move |section| (format, section)));
    let fields =
        sections.flat_map(|(format, section)| section.fields.iter().map(move |field| of_field(format, section, field)));
    fields
        .chain(KINDS.iter().map(of_kind))
        .chain(STANCES.iter().map(of_stance))
        .chain(FUNCTIONS.iter().map(of_function))
        .chain(models::all().flat_map(|family| family.metrics().iter().map(move |metric| of_metric(family, metric))))
        .chain(models::all().flat_map(|family| family.totals().iter().map(of_total)))
        .chain(sim::why::columns().iter().map(|column| of_decision(column)))
        .chain(WORDS.iter().map(of_word))
        .collect()
}

/// Groups of what is printed and stands in no scenario.
const PRINTED: [(&str, &str); 4] = [
    (
        "metric",
        "What is measured each tick: the columns of a series, and what conditions and outcomes ask for.",
    ),
    ("total", "The numbers that sum up a run."),
    (
        "decision",
        "What decided: the columns of explain.csv, which `run --explain` keeps. In utility; above zero pushes, below holds back.",
    ),
    ("word", "Words of what is printed."),
];

fn of_metric(family: &dyn Family, metric: &Description) -> Entry {
    let name = format!("metric.{}", metric.name);
    let across = match metric.across {
        Across::Sum => "the sum of its regions",
        Across::Mean => "the mean of its regions, by population",
    };
    Entry {
        full: format!(
            "{name}\n  {}\n  unit     {}\n  whole    {across}\n  model    {}\n",
            metric.meaning,
            metric.unit,
            family.name()
        ),
        brief: metric.meaning.to_owned(),
        inner: None,
        name,
    }
}

fn of_total(total: &Total) -> Entry {
    let name = format!("total.{}", total.name);
    Entry {
        full: format!("{name}\n  {}\n  unit     {}\n", total.label, total.unit),
        brief: total.label.to_owned(),
        inner: None,
        name,
    }
}

/// A column of what decided: `turnout_` or `violence_`, and a part of it.
fn of_decision(column: &str) -> Entry {
    let (decision, part) = column.split_once('_').unwrap_or(("", column));
    let decision = if decision == "turnout" {
        "Going out"
    } else {
        "Violence of those who are out"
    };
    let (meaning, unit) = match part {
        "utility" => ("what its parts add up to; whoever has more than zero acts", "utility"),
        "willing" => (
            "the share of residents, or of those who want to be out, who want to",
            "share",
        ),
        part => (phrase(part), "utility"),
    };
    let name = format!("decision.{column}");
    Entry {
        full: format!(
            "{name}\n  {decision}: {meaning}\n  unit     {unit}\n  mean     over the keenest hundredth of a region's residents; of violence, over the keenest tenth of these\n"
        ),
        brief: format!("{decision}: {meaning}"),
        inner: None,
        name,
    }
}

fn of_word(word: &Word) -> Entry {
    Entry {
        full: format!("{}\n  {}\n", word.word, word.meaning),
        brief: word.meaning.to_owned(),
        inner: None,
        name: format!("word.{}", word.word),
    }
}

fn of_field(format: &'static Format, section: &Section, field: &Field) -> Entry {
    let name = section.path(field.key);
    let omitted = match field.omitted {
        Omitted::Required => "required".to_string(),
        Omitted::Unless(other) => format!("required, unless `{other}` is there"),
        Omitted::Value(text) => text.to_string(),
        Omitted::Number(value) => value.to_string(),
        Omitted::Words(words) => words.to_string(),
    };
    let mut full = format!("{name}\n  {}\n  value    {}\n", field.meaning, field.expected());
    let choices = match field.kind {
        Kind::Choice(choice) => choice.words(),
        Kind::Reference(to) => (to.also)(),
        Kind::Model => models::all().map(|family| family.name()).collect(),
        _ => Vec::new(),
    };
    if !choices.is_empty() {
        full += &format!("  choices  {}\n", choices.join(", "));
    }
    if !field.unit.is_empty() {
        full += &format!("  unit     {}\n", field.unit);
    }
    full += &format!("  default  {omitted}\n");
    if !field.source.is_empty() {
        full += &format!("  source   {}\n", field.source);
    }
    Entry {
        brief: field.meaning.to_string(),
        inner: format.within(field).map(|section| section.name.as_str()),
        name,
        full,
    }
}

fn moves(moves: &[(Lever, f64)]) -> String {
    let moves: Vec<_> = moves
        .iter()
        .map(|(lever, value)| format!("{} = {value}", lever.name()))
        .collect();
    if moves.is_empty() {
        "nothing of its own".to_string()
    } else {
        moves.join(", ")
    }
}

fn of_stance(stance: &Stance) -> Entry {
    let name = format!("stance.{}", stance.name);
    let levers = moves(stance.levers);
    Entry {
        brief: stance.meaning.to_string(),
        inner: None,
        full: format!(
            "{name}\n  {}\n  levers       {levers}\n  duration     \"{STATEMENT_DURATION}\"\n",
            stance.meaning
        ),
        name,
    }
}

fn of_kind(kind: &ActionKind) -> Entry {
    let name = format!("kind.{}", kind.name);
    let mut full = format!("{name}\n  {}\n", kind.meaning);
    full += &format!(
        "  levers       {}\n  promise      {}\n",
        moves(kind.levers),
        moves(kind.promise)
    );
    if !kind.own.is_empty() {
        full += &format!("  parameters   {}\n", kind.own_in_words());
    }
    full += &format!("  credibility  {} as an action, 1 as a shock\n", kind.credibility);
    if let Some((from, to)) = kind.hours {
        full += &format!("  hours        [{from}, {to}]\n");
    }
    if let Some(duration) = kind.duration {
        full += &format!("  duration     \"{duration}\"\n");
    }
    Entry {
        brief: kind.meaning.to_string(),
        inner: None,
        name,
        full,
    }
}

fn of_function(function: &Function) -> Entry {
    let name = format!("outcome.{}", function.name);
    Entry {
        full: format!("{name}\n  {}\n  form     {}\n", function.meaning, function.form()),
        brief: function.meaning.to_string(),
        inner: None,
        name,
    }
}

fn list(entries: &[&Entry]) -> String {
    let width = entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
    entries
        .iter()
        .map(|entry| format!("{:width$}  {}\n", entry.name, entry.brief))
        .collect()
}

fn everything(entries: &[Entry]) -> String {
    let kinds = "What a shock or an action can be, in `kind`.";
    let named = formats().flat_map(|format| &format.sections);
    let named = named.map(|section| (section.name.as_str(), section.about));
    let stances = "What a statement can say, in `stance`.";
    let outcomes = "Functions of outcomes, the numbers that a run is reduced to; `+ - * /` and parentheses join them.";
    let parts = named
        .chain([("kind", kinds), ("stance", stances), ("outcome", outcomes)])
        .chain(PRINTED)
        .map(|(name, about)| {
            let of_section = |entry: &&Entry| entry.name.rsplit_once('.').map_or("", |(section, _)| section) == name;
            let of_section: Vec<_> = entries.iter().filter(of_section).collect();
            format!(
                "# {}{}{about}\n{}",
                name,
                if name.is_empty() { "" } else { ": " },
                list(&of_section)
            )
        });
    parts.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_explained_with_its_range_unit_default_and_source() {
        let text = explain(&entries(), "rules.policing.risk_slope").unwrap();
        for part in ["0 to 20 (1)", "default  2.3", "source   Epstein 2002"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn a_path_through_tables_leads_to_the_key_of_the_inner_table() {
        assert!(
            explain(&entries(), "site.loss.belief")
                .unwrap()
                .starts_with("loss.belief\n")
        );
        assert!(
            explain(&entries(), "region.hardship.mean")
                .unwrap()
                .starts_with("distribution.mean\n")
        );
        assert!(
            explain(&entries(), "action.levers.order")
                .unwrap()
                .starts_with("lever.order\n")
        );
    }

    #[test]
    fn a_beginning_lists_what_is_below_it_and_a_part_lists_what_has_it() {
        let below = explain(&entries(), "rules.forces").unwrap();
        assert!(
            below.contains("rules.forces.army ") && !below.contains("rules.sites"),
            "{below}"
        );
        let having = explain(&entries(), "curfew").unwrap();
        let names: Vec<_> = having
            .lines()
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        let known = [
            "lever.curfew",
            "rules.turnout.curfew_cost",
            "rules.services.curfew_loss",
            "kind.curfew",
            "decision.turnout_curfew",
        ];
        assert_eq!(names, known);
    }

    #[test]
    fn a_metric_a_total_and_a_word_are_explained_by_their_bare_names() {
        let entries = entries();
        for (asked, told) in [
            ("detained_total", "metric.detained_total\n"),
            ("participants_peak", "total.participants_peak\n"),
            ("replicate", "replicate\n  One run among several"),
            ("taken without guards", "taken without guards\n"),
            ("turnout_price", "decision.turnout_price\n  Going out: the price\n"),
        ] {
            let text = explain(&entries, asked).unwrap();
            assert!(text.starts_with(told), "{asked}: {text}");
        }
        // A word that is a key too is told as both.
        for (asked, word) in [
            ("seed", "The same seed gives the same bytes."),
            (
                "money",
                "money\n  Amounts are in millions of the country's own currency",
            ),
        ] {
            let text = explain(&entries, asked).unwrap();
            assert!(text.starts_with(&format!("{asked}\n")) && text.contains(word), "{text}");
            assert!(text.find(word) > Some(0), "the key comes first: {text}");
        }
    }

    #[test]
    fn an_unknown_key_is_answered_with_the_one_that_was_probably_meant() {
        let error = explain(&entries(), "region.exposre").unwrap_err();
        assert_eq!(
            error,
            "there is no key `region.exposre`; did you mean `region.exposure`?"
        );
        assert!(explain(&entries(), "kind.curfw").unwrap_err().contains("`kind.curfew`"));
    }
}
