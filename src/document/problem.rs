//! What is wrong with a scenario, where, and what to do about it. Every problem of every text is shown at once,
//! with a caret on the value, so that a scenario is put right in one round and not in ten.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// A text that a scenario is read from: a file, or the text of a `--set` argument.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its name as shown in messages, such as the path that was given.
    pub name: String,
    /// All of it.
    pub text: String,
}

/// Where something is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which source, in the order in which they were read.
    pub source: usize,
    /// First byte in its text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Place {
    /// These bytes of that source.
    pub fn new(source: usize, span: Range<usize>) -> Place {
        Place {
            source,
            start: span.start,
            end: span.end,
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where; `None` when there is no text to point into, as for a file that cannot be read.
    pub place: Option<Place>,
    /// What is wrong, in a line.
    pub message: String,
    /// What is said at the caret; may be empty.
    pub label: String,
    /// What to do, a line each.
    pub help: Vec<String>,
    /// Whether it may be meant so: a warning, with which the rest goes on.
    pub warning: bool,
}

impl Problem {
    /// A problem at a place.
    pub fn at(place: &Place, message: impl Into<String>) -> Problem {
        Problem {
            place: Some(place.clone()),
            ..Problem::nowhere(message)
        }
    }

    /// A problem without a place.
    pub fn nowhere(message: impl Into<String>) -> Problem {
        Problem {
            place: None,
            message: message.into(),
            label: String::new(),
            help: Vec::new(),
            warning: false,
        }
    }

    /// As a warning.
    pub fn warning(self) -> Problem {
        Problem { warning: true, ..self }
    }

    /// With these words at the caret.
    pub fn label(mut self, label: impl Into<String>) -> Problem {
        self.label = label.into();
        self
    }

    /// With one more line of what to do; an empty one is left out.
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        let help = help.into();
        if !help.is_empty() {
            self.help.push(help);
        }
        self
    }
}

/// Whether any of these is more than a warning.
pub fn any_wrong(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| !problem.warning)
}

/// Every problem of a scenario, in order of place, with the texts they point into.
#[derive(Clone, PartialEq)]
pub struct Problems {
    sources: Vec<Source>,
    list: Vec<Problem>,
}

impl Problems {
    /// Put in order, each said once: two rows of a table can share the mistake of a column.
    pub fn new(sources: &[Source], problems: impl IntoIterator<Item = Problem>) -> Problems {
        let list = problems.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        Problems {
            sources: sources.to_vec(),
            list,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems, in order of place.
    pub fn list(&self) -> &[Problem] {
        &self.list
    }

    /// As shown to people, with or without colours of the terminal.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut text = self
            .list
            .iter()
            .map(|problem| self.one(problem, &renderer))
            .collect::<Vec<_>>();
        let wrong = self.list.iter().filter(|problem| !problem.warning).count();
        if wrong > 1 {
            text.push(format!("{wrong} problems"));
        }
        text.join("\n\n")
    }

    fn one(&self, problem: &Problem, renderer: &Renderer) -> String {
        let level = if problem.warning { Level::WARNING } else { Level::ERROR };
        let (message, label) = (shown(&problem.message), shown(&problem.label));
        let help: Vec<String> = problem.help.iter().map(|help| shown(help)).collect();
        let mut group = Group::with_title(level.primary_title(&message));
        if let Some(place) = &problem.place {
            let source = &self.sources[place.source];
            let caret = AnnotationKind::Primary.span(place.start..place.end);
            let caret = if label.is_empty() { caret } else { caret.label(&label) };
            group = group.element(Snippet::source(&source.text).path(&source.name).annotation(caret));
        }
        for help in &help {
            group = group.element(Level::HELP.message(help));
        }
        renderer.render(&[group])
    }
}

/// A text without characters that would steer a terminal: they are shown as in `\\u{1b}`.
fn shown(text: &str) -> String {
    let escaped = |c: char| match c.is_control() && c != '\n' {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    text.chars().map(escaped).collect()
}

/// As for people: whoever unwraps a reading wants the messages, not the texts of all files.
impl fmt::Debug for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_shown_in_order_of_place_and_each_once() {
        let sources = [Source {
            name: "a.toml".into(),
            text: "x = 1\ny = 2\n".into(),
        }];
        let (x, y) = (Place::new(0, 4..5), Place::new(0, 10..11));
        let problems = Problems::new(
            &sources,
            [
                Problem::at(&y, "late"),
                Problem::at(&x, "early"),
                Problem::at(&y, "late"),
            ],
        );
        let messages: Vec<_> = problems.list().iter().map(|p| p.message.as_str()).collect();
        assert_eq!(messages, ["early", "late"]);
    }

    #[test]
    fn no_character_of_a_message_steers_the_terminal() {
        let problem = Problem::nowhere("there is no `\u{1b}[2J`").help("one\u{7}");
        let told = Problems::new(&[], [problem]).render(false);
        assert!(
            told.contains("`\\u{1b}[2J`") && !told.contains('\u{1b}') && !told.contains('\u{7}'),
            "{told}"
        );
    }
}
