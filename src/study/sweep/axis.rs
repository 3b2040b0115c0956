//! What is varied, as written: `key=lo:hi:step`, `key=a,b,c` or `key=lo..hi`, with the place of every part.

use crate::design::{Distribution, Parameter, Scale, Span, times};
use crate::scenario::form::{Format, Kind};
use crate::scenario::problem::{Place, Problem};
use crate::suggest::suggest;

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Its place.
    pub place: Place,
}

impl Written {
    /// A part of it, without the blanks around it.
    fn part(&self, start: usize, end: usize) -> Written {
        let text = &self.text[start..end];
        let start = start + text.len() - text.trim_start().len();
        let text = text.trim();
        let from = self.place.start + start;
        Written {
            text: text.to_owned(),
            place: Place::new(self.place.source, from..from + text.len()),
        }
    }

    /// Each of several keys that move together.
    pub fn each(&self) -> Vec<Written> {
        self.text.split('+').map(|key| self.saying(key.trim())).collect()
    }

    /// Another text at the same place.
    fn saying(&self, text: &str) -> Written {
        Written {
            text: text.to_owned(),
            place: self.place.clone(),
        }
    }

    /// What is before and after the first of a sign, and without the sign.
    fn split(&self, sign: &str) -> Option<(Written, Written)> {
        let at = self.text.find(sign)?;
        Some((self.part(0, at), self.part(at + sign.len(), self.text.len())))
    }
}

/// A key and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The key.
    pub key: Written,
    /// The values.
    pub values: Values,
}

/// Values as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// These.
    Levels(Vec<Written>),
    /// Any from the first to the second.
    Range(Written, Written, Scale),
    /// Drawn in some other way, as this text says.
    Drawn(Written, Span),
}

/// What may be written, for help.
pub const FORMS: &str = "write key=lo:hi:step or key=a,b,c for a grid, or key=lo..hi for --sample; key=lo..hi:log divides \
evenly in the logarithm; normal(mean, sd), lognormal(median, sd), triangular(lo, mode, hi) and weighted(a 1, b 3) are drawn from";

/// Most values of one axis.
const MOST: usize = 100_000;

impl Axis {
    /// Read `key=values`.
    ///
    /// # Errors
    /// What is wrong with its form; what the scenario says to the values is another matter.
    pub fn read(text: &Written) -> Result<Axis, Problem> {
        let Some((key, values)) = text.split("=") else {
            let problem = Problem::at(&text.place, "what is varied needs `=`").label("no `=` here");
            return Err(problem.help(FORMS));
        };
        let values = Values::read(&values)?;
        Ok(Axis { key, values })
    }

    /// What the design has of it.
    pub fn parameter(&self, format: &Format) -> Parameter {
        let span = match &self.values {
            Values::Levels(levels) => Span::Levels {
                values: levels.iter().map(|level| level.text.clone()).collect(),
            },
            Values::Range(low, high, scale) => Span::Range {
                low: number(low).unwrap_or(f64::NAN),
                high: number(high).unwrap_or(f64::NAN),
                scale: *scale,
                whole: matches!(
                    format.field(self.keys()[0]).map(|field| field.kind),
                    Some(Kind::Whole(..))
                ),
            },
            Values::Drawn(_, span) => span.clone(),
        };
        Parameter {
            key: self.key.text.clone(),
            span,
        }
    }

    /// The values that are tried alone before anything is run: all that are listed, both ends of a range, and of a
    /// distribution those that hardly any is beyond.
    pub fn extremes(&self) -> Vec<Written> {
        match &self.values {
            Values::Levels(levels) => levels.clone(),
            Values::Range(low, high, _) => vec![low.clone(), high.clone()],
            Values::Drawn(text, Span::Weighted { values, .. }) => {
                values.iter().map(|value| text.saying(value)).collect()
            }
            Values::Drawn(text, span) => [0.0005, 0.9995].map(|place| text.saying(&span.at(place))).into(),
        }
    }

    /// Its keys, which are several where they move together.
    pub fn keys(&self) -> Vec<&str> {
        self.key.text.split('+').map(str::trim).collect()
    }
}

impl Values {
    /// Read values.
    ///
    /// # Errors
    /// What is wrong with their form.
    pub fn read(text: &Written) -> Result<Values, Problem> {
        if text.text.is_empty() {
            return Err(Problem::at(&text.place, "no values")
                .label("nothing is varied")
                .help(FORMS));
        }
        if let Some((name, of)) = text.text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            let span = distribution(text, name.trim(), of)?;
            return Ok(Values::Drawn(text.clone(), span));
        }
        if let Some((low, high)) = text.split("..") {
            if times::is_one(&low.text) {
                let span = Span::Times {
                    from: low.text.clone(),
                    to: high.text.clone(),
                };
                return match times::rising(&low.text, &high.text) {
                    true => Ok(Values::Drawn(text.clone(), span)),
                    false => Err(
                        Problem::at(&high.place, format!("`{}` is not after `{}`", high.text, low.text)).label(
                            "both must be dates with a time, or durations such as 12h, and the second the later",
                        ),
                    ),
                };
            }
            let (high, scale) = match high.split(":") {
                Some((high, scale)) if scale.text == "log" => (high, Scale::Log),
                Some((_, scale)) => {
                    let problem = Problem::at(&scale.place, format!("there is no scale `{}`", scale.text));
                    return Err(problem.label("must be `log`, or left out").help(FORMS));
                }
                None => (high, Scale::Linear),
            };
            rising(&low, &high)?;
            if scale == Scale::Log && number(&low).is_none_or(|low| low <= 0.0) {
                return Err(Problem::at(&low.place, "a logarithm needs numbers above 0").label("must be above 0"));
            }
            return Ok(Values::Range(low, high, scale));
        }
        let parts: Vec<Written> = cut(text, ':');
        if let [low, high, step] = &parts[..]
            && number(low).is_some()
        {
            return steps(low, high, step).map(Values::Levels);
        }
        let levels = cut(text, ',');
        match levels.iter().find(|level| level.text.is_empty()) {
            Some(empty) => Err(Problem::at(&empty.place, "an empty value")
                .label("a value is missing here")
                .help(FORMS)),
            None => Ok(Values::Levels(levels)),
        }
    }
}

/// `normal(mean, sd)` and its like.
fn distribution(text: &Written, name: &str, of: &str) -> Result<Span, Problem> {
    let parts: Vec<&str> = of.split(',').map(str::trim).collect();
    let wrong = |what: String| Problem::at(&text.place, what).help(FORMS);
    if name == "weighted" {
        let pair = |part: &&str| {
            let (value, weight) = part.rsplit_once(' ')?;
            let weight: f64 = weight.parse().ok()?;
            (weight > 0.0 && weight.is_finite()).then(|| (value.trim().to_owned(), weight))
        };
        let pairs: Option<Vec<(String, f64)>> = parts.iter().map(pair).collect();
        let pairs =
            pairs.ok_or_else(|| wrong("each value needs a weight above 0 after it, as in `a 1, b 3`".to_owned()))?;
        let (values, weights) = pairs.into_iter().unzip();
        return Ok(Span::Weighted { values, weights });
    }
    let known = Distribution::ALL.into_iter().find(|(_, other, _)| *other == name);
    let Some((distribution, _, parameters)) = known else {
        let names = Distribution::ALL
            .into_iter()
            .map(|(_, name, _)| name)
            .chain(["weighted"]);
        return Err(wrong(format!("there is no distribution `{name}`")).help(suggest(name, "distributions", names)));
    };
    let of: Option<Vec<f64>> = parts
        .iter()
        .map(|part| part.parse().ok().filter(|of: &f64| of.is_finite()))
        .collect();
    let sound = |of: &[f64]| match distribution {
        Distribution::Triangular => of[0] <= of[1] && of[1] <= of[2] && of[0] < of[2],
        Distribution::Normal => of[1] > 0.0,
        Distribution::Lognormal => of[0] > 0.0 && of[1] > 0.0,
    };
    match of.filter(|of| of.len() == parameters.len() && sound(of)) {
        Some(of) => Ok(Span::Drawn { distribution, of }),
        None => Err(wrong(format!(
            "{name} is written with numbers: {name}({})",
            parameters.join(", ")
        ))),
    }
}

/// The numbers from the first to the second, counted and not summed up, with as many decimals as are written.
fn steps(low: &Written, high: &Written, step: &Written) -> Result<Vec<Written>, Problem> {
    let (from, to) = rising(low, high)?;
    let Some(by) = number(step).filter(|by| *by > 0.0) else {
        let problem = Problem::at(&step.place, format!("`{}` is not a step", step.text));
        return Err(problem.label("must be a number above 0").help(FORMS));
    };
    let count = libm::floor((to - from) / by + 1e-9) + 1.0;
    if count > MOST as f64 {
        return Err(
            Problem::at(&step.place, format!("{count} values of one key are too many"))
                .label(format!("at most {MOST}")),
        );
    }
    let parts = [low, high, step];
    let decimals = |text: &str| match (text.contains(['e', 'E']), text.split_once('.')) {
        (true, _) => None,
        (false, None) => Some(0),
        (false, Some((_, decimals))) => Some(decimals.len()),
    };
    let decimals = parts
        .iter()
        .try_fold(0, |most, part| Some(decimals(&part.text)?.max(most)));
    let write = |index: usize| {
        let value = from + index as f64 * by;
        let text = match decimals {
            Some(decimals) => format!("{value:.decimals$}"),
            None => format!("{value:?}"),
        };
        Written {
            text,
            place: Place::new(low.place.source, low.place.start..step.place.end),
        }
    };
    Ok((0..count as usize).map(write).collect())
}

/// Both numbers, of which the second is the larger.
fn rising(low: &Written, high: &Written) -> Result<(f64, f64), Problem> {
    let read = |text: &Written| {
        let problem = || {
            Problem::at(&text.place, format!("`{}` is not a number", text.text))
                .label("a range is between two numbers")
                .help(FORMS)
        };
        number(text).ok_or_else(problem)
    };
    let (from, to) = (read(low)?, read(high)?);
    if from < to {
        Ok((from, to))
    } else {
        let problem = Problem::at(&high.place, format!("`{}` is not above `{}`", high.text, low.text));
        Err(problem.label("the second number must be the larger"))
    }
}

/// The number that a text is, as TOML writes numbers.
pub fn number(text: &Written) -> Option<f64> {
    let starts = text
        .text
        .starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+');
    let value: f64 = starts.then(|| text.text.replace('_', "").parse().ok())??;
    value.is_finite().then_some(value)
}

/// The parts between signs that stand in no quotes and no brackets.
fn cut(text: &Written, sign: char) -> Vec<Written> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0, None);
    for (at, c) in text.text.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            _ if c == sign && depth == 0 => {
                parts.push(text.part(start, at));
                start = at + sign.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text.part(start, text.text.len()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Axis, Problem> {
        Axis::read(&Written {
            text: text.to_owned(),
            place: Place::new(0, 0..text.len()),
        })
    }

    fn levels(text: &str) -> Vec<String> {
        match read(text).unwrap().values {
            Values::Levels(levels) => levels.into_iter().map(|level| level.text).collect(),
            range => panic!("{range:?}"),
        }
    }

    #[test]
    fn steps_are_counted_and_written_with_the_decimals_that_were_given() {
        assert_eq!(levels("a=0:1:0.1").len(), 11);
        assert_eq!(levels("a=0.1:0.4:0.1"), ["0.1", "0.2", "0.3", "0.4"]);
        assert_eq!(levels("a=1:10:4"), ["1", "5", "9"]);
        assert_eq!(levels("a=-1:1:1"), ["-1", "0", "1"]);
    }

    #[test]
    fn a_list_is_cut_at_commas_that_stand_alone() {
        assert_eq!(levels("a=1, 2,3"), ["1", "2", "3"]);
        assert_eq!(levels("a=2030-03-04T20:00:00,2030-03-06T09:00:00").len(), 2);
        assert_eq!(levels(r#"a=["x", "y"],["z"]"#), [r#"["x", "y"]"#, r#"["z"]"#]);
        assert_eq!(levels(r#"a="one, two",three"#), [r#""one, two""#, "three"]);
        assert_eq!(levels("a={ after = \"b\", hours = 2 }").len(), 1);
    }

    #[test]
    fn a_range_has_two_ends_and_a_scale_and_remembers_where_they_stand() {
        let text = "region.x.urban = 0.2 .. 0.8:log";
        let Axis { key, values } = read(text).unwrap();
        let Values::Range(low, high, Scale::Log) = values else {
            panic!("{values:?}")
        };
        let found = [&key, &low, &high].map(|part| &text[part.place.start..part.place.end]);
        assert_eq!(found, ["region.x.urban", "0.2", "0.8"]);
    }

    #[test]
    fn a_key_of_whole_numbers_is_sampled_in_whole_numbers() {
        let whole = |text| match read(text).unwrap().parameter(crate::models::FAMILIES[0].format()).span {
            Span::Range { whole, .. } => whole,
            span => panic!("{span:?}"),
        };
        assert!(whole("force.a.strength=10..200"));
        assert!(!whole("region.a.urban=0..1"));
    }

    #[test]
    fn what_is_no_form_of_values_is_refused_at_its_place() {
        for (text, at) in [
            ("a", "a"),
            ("a=", ""),
            ("a=1,,2", ""),
            ("a=2..1", "1"),
            ("a=x..1", "x"),
            ("a=0..1:log", "0"),
            ("a=1..2:cubic", "cubic"),
            ("a=0:1:-1", "-1"),
            ("a=0:1:1e-9", "1e-9"),
            ("a=0:x:1", "x"),
            ("a=norml(0, 1)", "norml(0, 1)"),
            ("a=normal(0, -1)", "normal(0, -1)"),
            ("a=triangular(0, 5, 1)", "triangular(0, 5, 1)"),
            ("a=weighted(x 1, y)", "weighted(x 1, y)"),
            ("a=12h..6h", "6h"),
        ] {
            let place = read(text).unwrap_err().place.unwrap();
            assert_eq!(&text[place.start..place.end], at, "{text}");
        }
    }
}
