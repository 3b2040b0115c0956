//! What a terminal can show: colour, letters beyond ASCII, so many columns. Every text for people passes here once, so that
//! no title of a scenario reaches a terminal as a command to it.

use std::env::var;
use std::io::IsTerminal;

/// Whether to colour what goes to a stream: a terminal that knows colours, whose user has not said no (`NO_COLOR`).
pub fn color(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && colored(variable)
}

fn colored(variable: impl Fn(&str) -> Option<String>) -> bool {
    let dumb = variable("TERM").is_some_and(|term| term == "dumb");
    let refused = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
    !dumb && !refused
}

/// A text as the terminal can show it: control characters are written out; without UTF-8, plain characters stand for
/// others; lines longer than `COLUMNS` are broken between words.
pub fn fitted(text: &str) -> String {
    fit(
        text,
        utf8(variable),
        var("COLUMNS").ok().and_then(|columns| columns.parse().ok()),
    )
}

/// What was found of the terminal, in words.
pub fn described() -> String {
    let set = |name: &str| format!("{name}={}", var(name).unwrap_or_default());
    let letters = if utf8(variable) { "UTF-8" } else { "plain characters" };
    format!(
        "{letters}, {}",
        ["TERM", "COLUMNS", "NO_COLOR", "LANG", "LC_ALL"].map(set).join(" ")
    )
}

fn fit(text: &str, utf8: bool, columns: Option<usize>) -> String {
    let safe = without_controls(text);
    let plain = if utf8 { safe } else { plain(&safe) };
    match columns {
        Some(columns) if columns >= NARROWEST => broken(&plain, columns),
        _ => plain,
    }
}

fn variable(name: &str) -> Option<String> {
    var(name).ok()
}

/// Below this no table can be read, broken or not.
const NARROWEST: usize = 40;

/// Whether the locale has UTF-8: the first of the variables that is set decides, and where none is, as in most containers,
/// it has.
fn utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Whether a character moves the cursor, rings, or turns the direction of the text around it.
fn controls(c: char) -> bool {
    c.is_control() && c != '\n'
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Control characters written out; colours, which are our own, are kept.
fn without_controls(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(controls) {
        safe += &rest[..at];
        rest = &rest[at..];
        let taken = match color_code(rest) {
            Some(length) => {
                safe += &rest[..length];
                length
            }
            None => {
                let c = rest.chars().next().expect("the one that was found");
                safe += &c.escape_default().to_string();
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    safe + rest
}

/// The length of the code of a colour that a text begins with: `ESC [ numbers m`.
fn color_code(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix("\u{1b}[")?;
    let end = numbers.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    numbers[end..].starts_with('m').then_some(2 + end + 1)
}

/// The text in ASCII.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| stands_for(c).map_or_else(|| c.to_string(), str::to_owned))
        .collect()
}

/// What stands for a character that is not ASCII.
fn stands_for(c: char) -> Option<&'static str> {
    if c.is_ascii() {
        return None;
    }
    Some(match c {
        '─' | '╴' | '╶' | '–' | '−' | '═' => "-",
        '—' => "--",
        '│' | '┤' | '├' => "|",
        '┬' | '┼' | '┴' | '└' | '┘' | '┌' | '┐' => "+",
        '\u{2800}' | '\u{a0}' | '\u{202f}' => " ",
        // Braille: some dots below or above are a line, many are a shape.
        '\u{2801}'..='\u{28ff}' => match (c as u32 - 0x2800).count_ones() {
            0..=2 => ".",
            3..=5 => ":",
            _ => "#",
        },
        '▁'..='▃' => ".",
        '▄'..='▆' => ":",
        '▇' | '█' | '■' | '▐' | '▌' => "#",
        '≥' => ">=",
        '≤' => "<=",
        '±' => "+-",
        '×' => "x",
        '·' | '•' => "*",
        '…' => "...",
        '→' => "->",
        '‘' | '’' | 'ʹ' => "'",
        '“' | '”' => "\"",
        'é' | 'è' | 'ê' => "e",
        'á' | 'à' | 'â' | 'ã' => "a",
        'í' => "i",
        'ó' | 'ô' | 'ö' | 'õ' => "o",
        'ú' | 'ü' => "u",
        'ñ' => "n",
        'ç' => "c",
        'ß' => "ss",
        _ => "?",
    })
}

/// Lines of at most so many columns: a longer one goes on below its last column of words. A plot is left as it is.
fn broken(text: &str, columns: usize) -> String {
    let lines = text
        .split('\n')
        .map(|line| match width(line) > columns && !line.contains(is_plot) {
            true => broken_line(line, columns),
            false => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}

fn is_plot(c: char) -> bool {
    matches!(c, '\u{2500}'..='\u{28ff}')
}

/// Columns that a line takes; colours take none.
fn width(line: &str) -> usize {
    let mut width = 0;
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let code = color_code(rest);
        width += usize::from(code.is_none());
        rest = &rest[code.unwrap_or(c.len_utf8())..];
    }
    width
}

fn broken_line(line: &str, columns: usize) -> String {
    // What follows a gap of two or more blanks in the left half is a column of words; a line goes on below it.
    let gap = line
        .char_indices()
        .take(columns / 2)
        .filter(|&(at, _)| line[at..].starts_with("  "));
    let gap = gap.last().map_or(0, |(at, _)| at);
    let indent = line[gap..]
        .find(|c| c != ' ')
        .map_or(0, |more| width(&line[..gap + more]))
        .max(2);
    let mut lines = String::new();
    let mut at = 0;
    for word in line.split_inclusive(' ') {
        let wide = width(word.trim_end());
        if at > indent && at + wide > columns {
            lines.truncate(lines.trim_end().len());
            lines += &format!("\n{:indent$}", "");
            at = indent;
        }
        lines += word;
        at += width(word);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_command_the_terminal_and_colours_stay() {
        let told = fit(
            "\u{1b}[31mred\u{1b}[0m \u{1b}]0;owned\u{7} a\rb \u{202e}evil\n",
            true,
            None,
        );
        assert_eq!(
            told,
            "\u{1b}[31mred\u{1b}[0m \\u{1b}]0;owned\\u{7} a\\rb \\u{202e}evil\n"
        );
    }

    #[test]
    fn without_utf8_plain_characters_stand_for_others() {
        assert_eq!(fit("≥ 5 – “Ноябрь” ⣿⠁─┼", false, None), ">= 5 - \"??????\" #.-+");
    }

    #[test]
    fn the_first_variable_that_is_set_decides_on_utf8() {
        let of = |set: &'static [(&'static str, &'static str)]| {
            utf8(|name| {
                let found = set.iter().find(|(own, _)| *own == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(of(&[]));
        assert!(of(&[("LANG", "kk_KZ.UTF-8")]));
        assert!(!of(&[("LANG", "kk_KZ.UTF-8"), ("LC_ALL", "C")]));
        assert!(of(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8")]));
        assert!(!of(&[("LANG", "de_DE.ISO-8859-1")]));
    }

    #[test]
    fn a_dumb_terminal_and_a_user_who_said_no_get_no_colour() {
        let of = |name: &'static str, value: &'static str| move |asked: &str| (asked == name).then(|| value.to_owned());
        assert!(colored(of("TERM", "xterm")));
        assert!(!colored(of("TERM", "dumb")));
        assert!(!colored(of("NO_COLOR", "1")));
        assert!(colored(of("NO_COLOR", "")));
    }

    #[test]
    fn a_long_line_goes_on_below_its_words() {
        let line = format!("  4 Jan 21:00    {}", ["seized"; 12].join(" "));
        let told = fit(&line, true, Some(60));
        let lines: Vec<&str> = told.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= 60), "{told}");
        assert!(lines[1].starts_with("                 seized"), "{told}");
        assert_eq!(told.split_whitespace().count(), line.split_whitespace().count());
    }
}
