//! A picture as SVG, within a page or as a document of its own.

use std::fmt::Write;

use maud::{Markup, PreEscaped, html};

use super::{Anchor, At, Ink, Picture, Shape, ink};

impl Picture {
    /// It as part of a page, whose style has the rules of the inks.
    pub fn markup(&self) -> Markup {
        let view = format!("0 0 {} {}", short(self.width), short(self.height));
        // What an image holds is not reached by keyboard; a picture with links is a group.
        let role = if self.shapes.iter().any(|shape| matches!(shape, Shape::Link { .. })) {
            "group"
        } else {
            "img"
        };
        html! {
            svg viewBox=(view) width=(short(self.width)) height=(short(self.height)) role=(role) aria-label=(self.title) {
                (self.body())
            }
        }
    }

    /// It as a document of its own, so many millimetres wide, by light.
    pub fn document(&self, millimetres: f64) -> String {
        let view = format!("0 0 {} {}", short(self.width), short(self.height));
        let height = millimetres * self.height / self.width;
        let style = format!("text{{font-family:sans-serif}}{}", ink::rules(false));
        let document = html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox=(view) width={ (short(millimetres)) "mm" } height={ (short(height)) "mm" } role="img" {
                title { (self.title) }
                style { (PreEscaped(style)) }
                rect width="100%" height="100%" fill="#ffffff" {}
                (self.body())
            }
        };
        document.into_string() + "\n"
    }

    fn body(&self) -> Markup {
        html! { @for shape in &self.shapes { (drawn(shape)) } }
    }
}

fn drawn(shape: &Shape) -> Markup {
    let about = |text: &str| html! { @if !text.is_empty() { title { (text) } } };
    match shape {
        Shape::Path {
            parts,
            closed,
            ink,
            about: text,
        } => {
            html! { path class=(ink.class()) d=(path(parts, *closed)) { (about(text)) } }
        }
        Shape::Circle {
            at,
            radius,
            ink,
            about: text,
        } => {
            html! { circle class=(ink.class()) cx=(short(at.0)) cy=(short(at.1)) r=(short(*radius)) { (about(text)) } }
        }
        Shape::Text {
            at,
            size,
            anchor,
            ink,
            text,
        } => {
            let anchor = match anchor {
                Anchor::Start => None,
                Anchor::Middle => Some("middle"),
                Anchor::End => Some("end"),
            };
            html! {
                text class=(ink.class()) x=(short(at.0)) y=(short(at.1)) font-size=(short(*size)) text-anchor=[anchor] { (text) }
            }
        }
        Shape::Link {
            to,
            about: text,
            data,
            shapes,
        } => html! {
            a href={ "#" (to) } aria-label=(text) data-h=[(!data.is_empty()).then_some(data)] {
                @for shape in shapes { (drawn(shape)) }
            }
        },
    }
}

/// The commands of a path, in tenths; what follows a point is told from it, which is shorter, and points within a level
/// stretch are left out.
fn path(parts: &[Vec<At>], closed: bool) -> String {
    let tenths = |value: f64| (value * 10.0).round() as i64;
    let mut text = String::new();
    for points in parts {
        let mut points = points.iter().map(|&(x, y)| (tenths(x), tenths(y)));
        let Some(first) = points.next() else { continue };
        let (mut last, mut steps) = (first, Vec::<(i64, i64)>::new());
        for (x, y) in points {
            let step = (x - last.0, y - last.1);
            last = (x, y);
            match steps.last_mut() {
                _ if step == (0, 0) => {}
                Some((dx, 0)) if step.1 == 0 && dx.signum() == step.0.signum() => *dx += step.0,
                _ => steps.push(step),
            }
        }
        let _ = write!(text, "M{}", pair(first));
        let mut sloping = false;
        for step in steps {
            match step {
                (dx, 0) => text += &format!("h{}", number(dx)),
                (0, dy) => text += &format!("v{}", number(dy)),
                // A command that follows its like is not said again.
                step if sloping && (step.0 < 0) => text += &pair(step),
                step if sloping => text += &format!(" {}", pair(step)),
                step => text += &format!("l{}", pair(step)),
            }
            sloping = step.0 != 0 && step.1 != 0;
        }
        if closed {
            text.push('z');
        }
    }
    text
}

/// Tenths as a number.
fn number(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    match (tenths.abs() / 10, tenths.abs() % 10) {
        (whole, 0) => format!("{sign}{whole}"),
        (0, rest) => format!("{sign}.{rest}"),
        (whole, rest) => format!("{sign}{whole}.{rest}"),
    }
}

/// Two numbers; a minus parts them as well as a space.
fn pair((x, y): (i64, i64)) -> String {
    let between = if y < 0 { "" } else { " " };
    format!("{}{between}{}", number(x), number(y))
}

/// A number without more decimals than it needs, at most one.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

impl Ink {
    /// The colours by light that a figure is painted with, and how much they cover.
    pub(super) fn paint(self) -> (Option<&'static str>, Option<&'static str>) {
        let style = self.style();
        (style.fill.map(|tone| tone.0), style.stroke.map(|tone| tone.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_each_point_from_the_one_before() {
        assert_eq!(
            path(
                &[vec![(0.0, 0.0), (10.0, 0.0), (10.0, 2.5), (9.96, 2.5), (0.0, 0.0)]],
                true
            ),
            "M0 0h10v2.5l-10-2.5z"
        );
        let level = [
            (0.0, 1.0),
            (1.0, 1.0),
            (2.0, 1.0),
            (1.5, 1.0),
            (3.0, 2.0),
            (4.0, 1.5),
            (3.0, 9.0),
        ];
        assert_eq!(path(&[level.to_vec()], false), "M0 1h2h-.5l1.5 1 1-.5-1 7.5");
    }

    #[test]
    fn what_is_hostile_is_text() {
        let mut picture = Picture::new(10.0, 10.0, "\"><script>alert(1)</script>");
        picture.text((0.0, 0.0), 12.0, Anchor::End, Ink::Text, "</text><script>");
        picture.circle((1.0, 1.0), 2.0, Ink::Mark(0), "a & <b>");
        let svg = picture.markup().into_string();
        assert!(!svg.contains("<script"), "{svg}");
        insta::assert_snapshot!(svg);
    }
}
