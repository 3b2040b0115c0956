//! Text to outcome, by recursive descent. By hand, since a value between `=` and `,` has other rules than arithmetic
//! (`almaty-akimat`, `2022-01-04T20:00`), and since every mistake is told what would have been right.

use jiff::civil::{Date, DateTime};

use super::{
    By, Compare, FUNCTIONS, Function, Make, Mistake, Never, Node, OverEvents, Part, Scope, Sign, Span, Takes, Window,
    Word,
};
use crate::suggest::{nearest, suggest};

/// Parentheses within parentheses, so that no text exhausts the stack.
const DEEPEST: usize = 50;

pub(super) fn outcome(text: &str) -> Result<Node, Mistake> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        within_regions: false,
    };
    let node = reader.sum()?;
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.here("this is too much", "between two outcomes stands `+`, `-`, `*` or `/`")),
    }
}

/// A local time as it is read: without the parts that are zero.
pub(super) fn time(time: DateTime) -> String {
    let form = match (time.hour(), time.minute(), time.second()) {
        (0, 0, 0) => "%Y-%m-%d",
        (_, _, 0) => "%Y-%m-%dT%H:%M",
        _ => "%Y-%m-%dT%H:%M:%S",
    };
    time.strftime(form).to_string()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    within_regions: bool,
}

/// `key=value`, both with their places.
struct Argument<'a> {
    key: &'a str,
    key_at: Span,
    value: Word,
}

impl<'a> Reader<'a> {
    /// The next character that is not a space.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        if there {
            self.at += wanted.len_utf8();
        }
        there
    }

    /// The characters from here on that are such.
    fn take(&mut self, such: impl Fn(char) -> bool) -> Word {
        self.peek();
        let rest = &self.text[self.at..];
        let length = rest.find(|c| !such(c)).unwrap_or(rest.len());
        let text = rest[..length].trim_end();
        let start = self.at;
        self.at += length;
        Word {
            text: text.to_owned(),
            at: Span(start..start + text.len()),
        }
    }

    /// A mistake at the next character.
    fn here(&mut self, message: impl Into<String>, help: impl Into<String>) -> Mistake {
        let next = self.peek().map_or(0, char::len_utf8);
        mistake(&Span(self.at..self.at + next), message, help)
    }

    fn sum(&mut self) -> Result<Node, Mistake> {
        self.chain(1, Reader::product)
    }

    fn product(&mut self) -> Result<Node, Mistake> {
        self.chain(2, Reader::signed)
    }

    /// Operands with signs of one rank between them, from left to right.
    fn chain(&mut self, rank: u8, operand: fn(&mut Self) -> Result<Node, Mistake>) -> Result<Node, Mistake> {
        let mut left = operand(self)?;
        while let Some((char, sign)) = self.peek().and_then(sign)
            && sign.rank() == rank
        {
            self.eat(char);
            left = Node::Binary(Box::new(left), sign, Box::new(operand(self)?));
        }
        Ok(left)
    }

    fn signed(&mut self) -> Result<Node, Mistake> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.here("this is nested too deeply", ""));
        }
        let node = match self.eat('-') {
            true => Node::Minus(Box::new(self.signed()?)),
            false => self.atom()?,
        };
        self.depth -= 1;
        Ok(node)
    }

    fn atom(&mut self) -> Result<Node, Mistake> {
        match self.peek() {
            Some('(') => {
                self.eat('(');
                let node = self.sum()?;
                self.close()?;
                Ok(node)
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.number().map(Node::Number),
            Some(c) if c.is_alphabetic() => self.function(),
            _ => Err(self.here(
                "an outcome is missing here",
                "such as `peak(participants)`, a number, or an outcome in parentheses",
            )),
        }
    }

    fn close(&mut self) -> Result<(), Mistake> {
        match self.eat(')') {
            true => Ok(()),
            false => Err(self.here("`)` is missing here", "")),
        }
    }

    /// A number without a sign.
    fn number(&mut self) -> Result<f64, Mistake> {
        let mut word = self.take(|c| c.is_ascii_digit() || c == '.');
        let rest = &self.text.as_bytes()[self.at..];
        // An exponent, as in 1e6 or 2.5e-3.
        if rest.first().is_some_and(|c| matches!(c, b'e' | b'E')) {
            let sign = rest.get(1).is_some_and(|c| matches!(c, b'+' | b'-'));
            self.at += 1 + usize::from(sign);
            self.take(|c| c.is_ascii_digit());
            word.at.0.end = self.at;
            word.text = self.text[word.at.0.clone()].to_owned();
        }
        match word.text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(mistake(&word.at, format!("`{}` is not a number", word.text), "")),
        }
    }

    /// What a metric or an outcome is held against.
    fn level(&mut self) -> Result<Box<Node>, Mistake> {
        let start = self.at;
        let begins = match self.peek() {
            Some(c) if c.is_alphabetic() => {
                self.take(is_word);
                self.peek() == Some('(')
            }
            Some(c) => c.is_ascii_digit() || matches!(c, '.' | '-' | '('),
            None => false,
        };
        self.at = start;
        match begins {
            true => self.sum().map(Box::new),
            false => Err(self.here("a number is missing here", "")),
        }
    }

    fn compare(&mut self) -> Result<Compare, Mistake> {
        self.peek();
        let rest = &self.text[self.at..];
        match Compare::ALL.iter().find(|(text, _)| rest.starts_with(text)) {
            Some((text, compare)) => {
                self.at += text.len();
                Ok(*compare)
            }
            None => Err(self.here("a comparison is missing here", "`>`, `>=`, `<` or `<=`, and a number")),
        }
    }

    fn function(&mut self) -> Result<Node, Mistake> {
        let name = self.take(is_word);
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == name.text) else {
            let functions = FUNCTIONS.iter().map(|function| function.name);
            let alone = self.peek() != Some('(') && nearest(&name.text, functions.clone()).is_none();
            let help = match alone {
                true => format!("a metric stands in a function, such as `peak({})`", name.text),
                false => suggest(&name.text, "functions", functions),
            };
            return Err(mistake(&name.at, format!("there is no function `{}`", name.text), help));
        };
        if !self.eat('(') {
            return Err(self.here("`(` is missing here", function.form()));
        }
        let node = match function.make {
            Make::Regions => self.regions(function, &name.at)?,
            Make::Events(over) => self.events(function, over, &name.at)?,
            Make::Metric(_) => self.metric(function, &name.at)?,
        };
        self.close()?;
        Ok(node)
    }

    fn metric(&mut self, function: &'static Function, at: &Span) -> Result<Node, Mistake> {
        let Make::Metric(over) = function.make else {
            unreachable!("only functions of metrics are read here")
        };
        let metric = self.take(is_word);
        if metric.text.is_empty() {
            return Err(mistake(
                &metric.at,
                "a metric is missing here",
                "`qantar metrics` lists them",
            ));
        }
        let (mut compare, mut level) = (Compare::Above, Box::new(Node::Number(0.0)));
        match function.takes {
            Takes::MetricAndLevel if !self.eat(',') => {
                return Err(self.here("`,` and a level are missing here", function.form()));
            }
            Takes::MetricAndLevel => level = self.level()?,
            Takes::Condition => (compare, level) = (self.compare()?, self.level()?),
            _ => {}
        }
        let arguments = self.arguments(function)?;
        let part = match argument(&arguments, "mean") {
            None => Part::Count,
            Some(Argument { value, .. }) => one_of(value, "a mean of", "means", &Part::ALL)?,
        };
        let scope = self.scope(function, &arguments, at)?;
        Ok(Node::Metric {
            function: function.name,
            over,
            metric,
            compare,
            level,
            part,
            scope,
        })
    }

    fn events(&mut self, function: &'static Function, over: OverEvents, at: &Span) -> Result<Node, Mistake> {
        let names = self.take(|c| !matches!(c, ',' | ')' | '('));
        let names = words(&names, "an event")?;
        let arguments = self.arguments(function)?;
        let subjects = list(&arguments, "subject", "an id")?;
        let by = match argument(&arguments, "by") {
            None => By::Subject,
            Some(Argument { value, .. }) => match one_of(value, "counted by", "ways to count", &By::ALL)? {
                By::Pattern if subjects.is_empty() => {
                    return Err(mistake(&value.at, "there are no patterns to count", "add `subject=`"));
                }
                by => by,
            },
        };
        Ok(Node::Events {
            function: function.name,
            over,
            names,
            subjects,
            by,
            scope: self.scope(function, &arguments, at)?,
        })
    }

    fn regions(&mut self, function: &'static Function, at: &Span) -> Result<Node, Mistake> {
        if self.within_regions {
            return Err(mistake(
                at,
                format!("`{}` stands within `regions` or `places`", function.name),
                "",
            ));
        }
        self.within_regions = true;
        let of = Box::new(self.sum()?);
        self.within_regions = false;
        let (compare, level) = (self.compare()?, self.level()?);
        let arguments = self.arguments(function)?;
        Ok(Node::Regions {
            function: function.name,
            of,
            compare,
            level,
            regions: list(&arguments, "region", "a region")?,
            at: at.clone(),
        })
    }

    /// `, key=value` as often as it comes, up to the closing parenthesis.
    fn arguments(&mut self, function: &Function) -> Result<Vec<Argument<'a>>, Mistake> {
        let mut arguments: Vec<Argument<'a>> = Vec::new();
        while self.eat(',') {
            let key = self.take(is_word);
            let name = &self.text[key.at.0.clone()];
            if !function.keys.contains(&name) {
                let help = suggest(
                    name,
                    &format!("keys of `{}`", function.name),
                    function.keys.iter().copied(),
                );
                let message = match name.is_empty() {
                    true => "a key is missing here".to_owned(),
                    false => format!("`{}` has no key `{name}`", function.name),
                };
                return Err(mistake(&key.at, message, help));
            }
            if arguments.iter().any(|argument| argument.key == name) {
                return Err(mistake(&key.at, format!("`{name}` is given twice"), ""));
            }
            if !self.eat('=') {
                return Err(self.here(format!("`=` and the value of `{name}` are missing here"), ""));
            }
            let value = self.take(|c| !matches!(c, ',' | ')' | '('));
            if value.text.is_empty() {
                return Err(mistake(&value.at, format!("the value of `{name}` is missing here"), ""));
            }
            arguments.push(Argument {
                key: name,
                key_at: key.at,
                value,
            });
        }
        for required in function.required {
            if argument(&arguments, required).is_none() {
                return Err(self.here(format!("`{required}=` is missing here"), function.form()));
            }
        }
        Ok(arguments)
    }

    fn scope(&self, function: &Function, arguments: &[Argument<'_>], at: &Span) -> Result<Scope, Mistake> {
        let regions = list(arguments, "region", "a region")?;
        let places = list(arguments, "place", "a place")?;
        if self.within_regions
            && let Some(argument) = argument(arguments, "region").or(argument(arguments, "place"))
        {
            let help = "to count some regions only, put it behind the comparison";
            return Err(mistake(
                &argument.key_at,
                "within `regions` or `places` each is taken alone",
                help,
            ));
        }
        if let (Some(_), Some(place)) = (argument(arguments, "region"), argument(arguments, "place")) {
            let message = "a number is of regions or of places";
            return Err(mistake(&place.key_at, message, "keep `region` or `place`"));
        }
        let moment = |key| {
            argument(arguments, key)
                .map(|argument| local(&argument.value))
                .transpose()
        };
        let (from, to) = (moment("from")?, moment("to")?);
        let both = argument(arguments, "from").or(argument(arguments, "to"));
        let window = match (argument(arguments, "date"), moment("time")?) {
            (Some(_), _) if both.is_some() => {
                let at = &both.expect("just seen").key_at;
                return Err(mistake(at, "a window is either a `date`, or `from` and `to`", ""));
            }
            (Some(date), _) => Window::Date(day(&date.value)?),
            (None, Some(time)) => Window::Time(time),
            (None, None) => Window::Span(from, to),
        };
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            let at = &argument(arguments, "to").expect("it is given").value.at;
            return Err(mistake(
                at,
                "this window ends before it begins",
                "`to` is no longer within it",
            ));
        }
        Ok(Scope {
            regions,
            places,
            window,
            since: moment("since")?,
            never: argument(arguments, "else")
                .map(|argument| never(&argument.value))
                .transpose()?,
            at: Span(at.0.start..at.0.start + function.name.len()),
        })
    }
}

fn mistake(at: &Span, message: impl Into<String>, help: impl Into<String>) -> Mistake {
    Mistake {
        span: at.0.clone(),
        message: message.into(),
        help: help.into(),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn sign(c: char) -> Option<(char, Sign)> {
    Sign::ALL.into_iter().find(|(char, _)| *char == c)
}

fn argument<'r, 'a>(arguments: &'r [Argument<'a>], key: &str) -> Option<&'r Argument<'a>> {
    arguments.iter().find(|argument| argument.key == key)
}

/// The meaning of a word that is one of a few.
fn one_of<T: Copy>(word: &Word, what: &str, all: &str, known: &[(&str, T)]) -> Result<T, Mistake> {
    let found = known.iter().find(|(name, _)| *name == word.text);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let help = suggest(&word.text, all, names);
        mistake(&word.at, format!("nothing is {what} `{}`", word.text), help)
    })
}

/// What stands for a moment that never comes.
fn never(word: &Word) -> Result<Never, Mistake> {
    match word.text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Never::Number(number)),
        _ if word.text == "end" => Ok(Never::End),
        _ => {
            let message = format!("`{}` is neither a number nor `end`", word.text);
            Err(mistake(&word.at, message, "`end` is the end of the window or the run"))
        }
    }
}

fn list(arguments: &[Argument<'_>], key: &str, one: &str) -> Result<Vec<Word>, Mistake> {
    argument(arguments, key).map_or(Ok(Vec::new()), |argument| words(&argument.value, one))
}

/// The words between `+`.
fn words(value: &Word, one: &str) -> Result<Vec<Word>, Mistake> {
    let mut start = value.at.0.start;
    let mut words = Vec::new();
    for piece in value.text.split('+') {
        let text = piece.trim();
        let begins = start + (piece.len() - piece.trim_start().len());
        let at = Span(begins..begins + text.len());
        start += piece.len() + 1;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*');
        if text.is_empty() {
            return Err(mistake(&at, format!("{one} is missing here"), ""));
        }
        if !text.chars().all(plain) {
            let help = "letters, digits, `-` and `_`; several are joined by `+`";
            return Err(mistake(&at, format!("`{text}` is not the name of {one}"), help));
        }
        words.push(Word {
            text: text.to_owned(),
            at,
        });
    }
    Ok(words)
}

fn local(value: &Word) -> Result<DateTime, Mistake> {
    let plain = value
        .text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '-' | ':' | 'T'));
    let parsed = plain.then(|| value.text.parse().ok()).flatten();
    parsed.ok_or_else(|| {
        let message = format!("`{}` is not a local time", value.text);
        mistake(
            &value.at,
            message,
            "such as 2022-01-04T23:00, or 2022-01-04 for its midnight",
        )
    })
}

fn day(value: &Word) -> Result<Date, Mistake> {
    let plain = value.text.chars().all(|c| c.is_ascii_digit() || c == '-');
    let parsed = plain.then(|| value.text.parse().ok()).flatten();
    parsed.ok_or_else(|| {
        let message = format!("`{}` is not a date", value.text);
        mistake(&value.at, message, "such as 2022-01-04")
    })
}
