//! Drawings: shapes at places, each in an ink. What is drawn here is a page's picture and a paper's figure alike; only
//! how an ink looks differs. Nothing is worked out here but where a number lies on the paper.
//!
//! Every picture carries its title and a sentence that says what it shows, and whoever puts it on a page puts the
//! numbers beside it as a table.

pub mod bands;
pub mod bars;
pub mod dots;
pub mod figure;
pub mod ink;
pub mod lanes;
pub mod map;
pub mod scale;
pub mod stack;
pub mod strip;
mod svg;

pub use ink::Ink;

/// A place on the paper: to the right and down, in units of about a pixel.
pub type At = (f64, f64);

/// A drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// What it is, for those who do not see it.
    pub title: String,
    /// The shapes, the lowest first.
    pub shapes: Vec<Shape>,
}

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At its beginning.
    Start,
    /// In its middle.
    Middle,
    /// At its end.
    End,
}

/// A shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Lines from point to point, and back to the first where it is an area; several for an area of several parts.
    Path {
        /// The points of each part.
        parts: Vec<Vec<At>>,
        /// Whether it is an area.
        closed: bool,
        /// Its ink.
        ink: Ink,
        /// What it says when asked; may be empty.
        about: String,
    },
    /// A circle.
    Circle {
        /// Its middle.
        at: At,
        /// Its radius.
        radius: f64,
        /// Its ink.
        ink: Ink,
        /// What it says when asked; may be empty.
        about: String,
    },
    /// A line of text.
    Text {
        /// Where it is held, on its base line.
        at: At,
        /// Its size.
        size: f64,
        /// Where it is held.
        anchor: Anchor,
        /// Its ink.
        ink: Ink,
        /// What it says.
        text: String,
    },
    /// Shapes that lead to a part of the page; on paper they are shapes.
    Link {
        /// The id of that part.
        to: String,
        /// What it leads to, for those who do not see it.
        about: String,
        /// A name by which a script finds the shapes, and what it finds there; may be empty.
        data: String,
        /// The shapes.
        shapes: Vec<Shape>,
    },
}

impl Picture {
    /// An empty one.
    pub fn new(width: f64, height: f64, title: impl Into<String>) -> Picture {
        Picture {
            width,
            height,
            title: title.into(),
            shapes: Vec::new(),
        }
    }

    /// Draw a line from point to point.
    pub fn line(&mut self, points: Vec<At>, ink: Ink) {
        self.shapes.push(Shape::Path {
            parts: vec![points],
            closed: false,
            ink,
            about: String::new(),
        });
    }

    /// Draw an area.
    pub fn area(&mut self, points: Vec<At>, ink: Ink, about: impl Into<String>) {
        self.shapes.push(Shape::Path {
            parts: vec![points],
            closed: true,
            ink,
            about: about.into(),
        });
    }

    /// Draw an area of several parts.
    pub fn areas(&mut self, parts: Vec<Vec<At>>, ink: Ink, about: impl Into<String>) {
        self.shapes.push(Shape::Path {
            parts,
            closed: true,
            ink,
            about: about.into(),
        });
    }

    /// Draw a rectangle.
    pub fn rect(&mut self, (x, y): At, (width, height): At, ink: Ink, about: impl Into<String>) {
        let corners = vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height)];
        self.area(corners, ink, about);
    }

    /// Draw a circle.
    pub fn circle(&mut self, at: At, radius: f64, ink: Ink, about: impl Into<String>) {
        self.shapes.push(Shape::Circle {
            at,
            radius,
            ink,
            about: about.into(),
        });
    }

    /// Write a line of text.
    pub fn text(&mut self, at: At, size: f64, anchor: Anchor, ink: Ink, text: impl Into<String>) {
        self.shapes.push(Shape::Text {
            at,
            size,
            anchor,
            ink,
            text: text.into(),
        });
    }

    /// Draw one of a few shapes that can be told apart without colour, of about this radius.
    pub fn mark(&mut self, number: usize, at: At, radius: f64, ink: Ink, about: impl Into<String>) {
        let (x, y) = at;
        let r = radius;
        match number % 5 {
            0 => self.circle(at, r, ink, about),
            1 => self.area(
                vec![
                    (x, y - 1.25 * r),
                    (x + 1.25 * r, y),
                    (x, y + 1.25 * r),
                    (x - 1.25 * r, y),
                ],
                ink,
                about,
            ),
            2 => self.rect((x - 0.9 * r, y - 0.9 * r), (1.8 * r, 1.8 * r), ink, about),
            3 => self.area(
                vec![
                    (x, y - 1.15 * r),
                    (x + 1.15 * r, y + 0.9 * r),
                    (x - 1.15 * r, y + 0.9 * r),
                ],
                ink,
                about,
            ),
            _ => self.area(
                vec![
                    (x, y + 1.15 * r),
                    (x - 1.15 * r, y - 0.9 * r),
                    (x + 1.15 * r, y - 0.9 * r),
                ],
                ink,
                about,
            ),
        }
    }
}
