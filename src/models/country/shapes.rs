//! What the keys of one table must be to each other: which keys make a moment, which a distribution.

use crate::document::problem::{Place, Problem};
use crate::document::tree::{Entry, Table};

/// The forms of a moment: the key that decides, and those that go with it.
const MOMENTS: [(&str, &[&str]); 4] = [
    ("after", &["hours"]),
    ("metric", &["region", "place", "above", "below", "for_hours"]),
    ("all", &[]),
    ("any", &[]),
];

/// A moment has exactly one form, and a metric exactly one line.
pub fn when(table: &Table, home: &Place, problems: &mut Vec<Problem>) {
    let forms: Vec<_> = MOMENTS.iter().filter(|(form, _)| table.get(form).is_some()).collect();
    let [(form, keys)] = forms[..] else {
        let message = match forms.is_empty() {
            true => "a moment needs one of `after`, `metric`, `all` or `any`",
            false => "a moment is only one of `after`, `metric`, `all` or `any`",
        };
        let help =
            "several are joined as in `when = { all = [{ after = \"a\" }, { metric = \"violent\", above = 10 }] }`";
        problems.push(Problem::at(home, message).label("this moment").help(help));
        return;
    };
    let known = |key: &str| MOMENTS.iter().any(|(_, keys)| keys.contains(&key));
    for Entry { key, at, .. } in &table.entries {
        if known(key) && !keys.contains(&key.as_str()) {
            let problem = Problem::at(at, format!("`{key}` does not go with `{form}`"));
            problems.push(problem.label(format!("of no use beside `{form}`")));
        }
    }
    if *form == "metric" && table.get("above").is_some() == table.get("below").is_some() {
        let message = "a moment with a `metric` needs one of `above` and `below`";
        problems.push(Problem::at(home, message).label("which side of which line?"));
    }
    if let (Some(_), Some(place)) = (table.get("region"), table.get("place")) {
        let problem = Problem::at(&place.place, "a metric is watched in a `region` or in a `place`");
        problems.push(problem.label("one of the two is too much").help("keep `place` alone"));
    }
}

/// A distribution has all the parameters of its shape and no others.
pub fn distribution(table: &Table, home: &Place, problems: &mut Vec<Problem>) {
    let Some(shape) = table.text("distribution") else {
        return;
    };
    let keys = match shape {
        "uniform" => ["low", "high"],
        "normal" => ["mean", "sd"],
        "beta" => ["alpha", "beta"],
        _ => return,
    };
    for key in keys.iter().filter(|key| table.get(key).is_none()) {
        let problem = Problem::at(home, format!("a {shape} distribution needs `{key}`"));
        problems.push(problem.label(format!("no `{key}` here")));
    }
    for Entry { key, at, .. } in &table.entries {
        let of_another = ["low", "high", "mean", "sd", "alpha", "beta"].contains(&key.as_str());
        if of_another && !keys.contains(&key.as_str()) {
            let problem = Problem::at(at, format!("`{key}` does not belong to a {shape} distribution"));
            problems.push(problem.label(format!("it has `{}` and `{}`", keys[0], keys[1])));
        }
    }
    let number = |key| table.get(key).and_then(|node| node.number());
    if let (Some(low), Some(high)) = (number("low"), number("high"))
        && low > high
    {
        problems.push(Problem::at(home, "`low` is above `high`").label("an empty range"));
    }
}
