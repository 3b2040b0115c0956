//! Numbers and dates as people read them.

use jiff::civil::DateTime;

/// A number with a comma between thousands and no more decimals than it needs: none from 100, else at most two.
pub fn number(value: f64) -> String {
    if value.abs() < 100.0 && value.fract() != 0.0 {
        return format!("{value:.2}")
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned();
    }
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if value <= -0.5 { format!("-{text}") } else { text }
}

/// A number with the noun of what it counts, in the singular for one.
pub fn count(value: f64, one: &str, many: &str) -> String {
    format!("{} {}", number(value), if value == 1.0 { one } else { many })
}

/// Items one after another, told apart even where their own names have commas.
pub fn listed(items: &[String]) -> String {
    let comma = items.len() > 1 && items.iter().any(|item| item.contains(", "));
    items.join(if comma { "; " } else { ", " })
}

/// Where results lie, at the end of a text; nothing if they are not kept.
pub fn results_in(folder: &str) -> String {
    match folder.is_empty() {
        true => String::new(),
        false => format!("\nResults are in {folder}\n"),
    }
}

/// Words in lines of at most 80 characters; the first begins with `first`, the others as far to the right.
pub fn wrapped(first: &str, text: &str) -> String {
    let indent = first.chars().count();
    let (mut lines, mut width) = (first.to_owned(), indent);
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > indent && width + 1 + length > 80 {
            lines += &format!("\n{:indent$}", "");
            width = indent;
        } else if width > indent {
            lines.push(' ');
            width += 1;
        }
        lines += word;
        width += length;
    }
    lines + "\n"
}

/// An ISO 8601 time as "5 Jan 16:00"; as it is if it is not one.
pub fn hour(iso: &str) -> String {
    civil(iso).map_or(iso.to_owned(), |time| time.strftime("%-d %b %H:%M").to_string())
}

/// An ISO 8601 time as "5 Jan"; as it is if it is not one.
pub fn day(iso: &str) -> String {
    civil(iso).map_or(iso.to_owned(), |time| time.strftime("%-d %b").to_string())
}

/// The local date and hour of an ISO 8601 time; its offset is left out.
pub fn civil(iso: &str) -> Option<DateTime> {
    iso.get(..19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_rounded() {
        let shown: Vec<String> = [0.0, 7.0, 0.456, 2.5, 100.6, 1234567.0, -1200.0].map(number).into();
        assert_eq!(shown, ["0", "7", "0.46", "2.5", "101", "1,234,567", "-1,200"]);
        assert_eq!(count(1.0, "officer", "officers"), "1 officer");
    }

    #[test]
    fn long_lines_are_wrapped_under_their_text() {
        let text = wrapped("5 Jan  ", &["word"; 20].join(" "));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("5 Jan  word") && lines[0].len() <= 80);
        assert!(lines[1].starts_with("       word"));
    }

    #[test]
    fn times_lose_their_year_and_offset() {
        assert_eq!(hour("2022-01-05T16:00:00+06:00"), "5 Jan 16:00");
        assert_eq!(day("2022-01-05T16:00:00+06:00"), "5 Jan");
        assert_eq!(hour("soon"), "soon");
    }
}
