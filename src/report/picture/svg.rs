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

/// The commands of a path, in tenths; what follows a point is told from it, which is shorter.
fn path(parts: &[Vec<At>], closed: bool) -> String {
    let tenths = |value: f64| (value * 10.0).round() as i64;
    let number = |value: i64| {
        let sign = if value < 0 { "-" } else { "" };
        match (value.abs() / 10, value.abs() % 10) {
            (whole, 0) => format!("{sign}{whole}"),
            (0, rest) => format!("{sign}.{rest}"),
            (whole, rest) => format!("{sign}{whole}.{rest}"),
        }
    };
    let mut text = String::new();
    for points in parts {
        let mut last = None;
        for &(x, y) in points {
            let (x, y) = (tenths(x), tenths(y));
            match last {
                None => {
                    let _ = write!(text, "M{} {}", number(x), number(y));
                }
                Some((before_x, before_y)) => {
                    let (dx, dy) = (x - before_x, y - before_y);
                    match (dx, dy) {
                        (0, 0) => continue,
                        (_, 0) => text += &format!("h{}", number(dx)),
                        (0, _) => text += &format!("v{}", number(dy)),
                        _ => text += &format!("l{} {}", number(dx), number(dy)),
                    }
                }
            }
            last = Some((x, y));
        }
        if closed {
            text.push('z');
        }
    }
    text
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
            "M0 0h10v2.5l-10 -2.5z"
        );
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
