//! A picture as a file for a paper: SVG, PNG, or PDF. The shapes and colours are those of the page, by light.

use kuva::backend::png::PngBackend;
use kuva::render::color::Color;
use kuva::render::render::{PathData, Primitive, Scene, TextAnchor};

use super::{Anchor, At, Picture, Shape};

/// Dots of a PNG to the millimetre: 300 to the inch.
const DOTS: f64 = 300.0 / 25.4;

impl Picture {
    /// It as a PNG, so many millimetres wide, of 300 dots to the inch.
    ///
    /// # Errors
    /// What the painter says.
    pub fn png(&self, millimetres: f64) -> Result<Vec<u8>, String> {
        let scale = (millimetres * DOTS / self.width) as f32;
        PngBackend::new().with_scale(scale).render_scene(&self.scene())
    }

    /// It as a PDF of one page, so many millimetres wide, with the letters of its font in it.
    ///
    /// # Errors
    /// What the painter says.
    #[cfg(feature = "pdf")]
    pub fn pdf(&self, millimetres: f64) -> Result<Vec<u8>, String> {
        use kuva::backend::pdf::{PageSize, PdfBackend};
        let points = |units: f64| units / self.width * millimetres * 72.0 / 25.4;
        let page = PageSize::points(points(self.width), points(self.height));
        PdfBackend::new().with_page_size(page).render_scenes(&[self.scene()])
    }

    fn scene(&self) -> Scene {
        let mut scene = Scene::new(self.width, self.height);
        self.shapes.iter().for_each(|shape| paint(shape, &mut scene));
        scene
    }
}

fn paint(shape: &Shape, scene: &mut Scene) {
    let color = |paint: Option<&str>| paint.map_or(Color::None, Color::from);
    match shape {
        Shape::Path { parts, closed, ink, .. } => {
            let (fill, stroke) = ink.paint();
            let style = ink.style();
            scene.add(Primitive::Path(Box::new(PathData {
                d: commands(parts, *closed),
                fill: Some(color(fill.filter(|_| *closed))),
                stroke: color(stroke),
                stroke_width: style.width,
                opacity: (style.opacity < 1.0).then_some(style.opacity),
                stroke_dasharray: (!style.dash.is_empty()).then(|| style.dash.replace(' ', ",")),
            })));
        }
        Shape::Circle { at, radius, ink, .. } => {
            let (fill, stroke) = ink.paint();
            scene.add(Primitive::Circle {
                cx: at.0,
                cy: at.1,
                r: *radius,
                fill: color(fill),
                fill_opacity: None,
                stroke: stroke.map(Color::from),
                stroke_width: stroke.map(|_| ink.style().width),
            });
        }
        Shape::Text {
            at,
            size,
            anchor,
            ink,
            text,
        } => scene.add(Primitive::Text {
            x: at.0,
            y: at.1,
            content: text.clone(),
            size: size.round() as u32,
            anchor: match anchor {
                Anchor::Start => TextAnchor::Start,
                Anchor::Middle => TextAnchor::Middle,
                Anchor::End => TextAnchor::End,
            },
            rotate: None,
            bold: false,
            color: ink.paint().0.map(Color::from),
        }),
        Shape::Link { shapes, .. } => shapes.iter().for_each(|shape| paint(shape, scene)),
    }
}

fn commands(parts: &[Vec<At>], closed: bool) -> String {
    let mut text = String::new();
    for points in parts {
        for (number, (x, y)) in points.iter().enumerate() {
            text += &format!("{}{x:.2} {y:.2} ", if number == 0 { 'M' } else { 'L' });
        }
        if closed {
            text += "Z ";
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::Ink;
    use super::*;

    #[test]
    fn a_figure_has_its_size_in_millimetres_and_is_the_same_bytes_again() {
        let mut picture = Picture::new(300.0, 150.0, "one");
        picture.rect((10.0, 10.0), (100.0, 50.0), Ink::Mark(1), "");
        picture.text((10.0, 100.0), 12.0, Anchor::Start, Ink::Text, "Мангистау 5 Jan");
        assert!(picture.document(160.0).contains(r#"width="160mm" height="80mm""#));
        let png = picture.png(25.4).unwrap();
        assert_eq!(u32::from_be_bytes(png[16..20].try_into().unwrap()), 300);
        assert_eq!(picture.png(25.4).unwrap(), png);
        #[cfg(feature = "pdf")]
        {
            let pdf = picture.pdf(50.8).unwrap();
            assert!(pdf.starts_with(b"%PDF-"));
            // Two inches by one, in points.
            let text = String::from_utf8_lossy(&pdf);
            assert!(text.contains("[0 0 144 72]"), "{text}");
            assert_eq!(picture.pdf(50.8).unwrap(), pdf);
        }
    }
}
