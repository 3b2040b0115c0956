//! The outlines of regions on a map, as GeoJSON (RFC 7946) says them: a feature for each region, whose `id` is that of the
//! region, with a polygon, several, or a point where a region is too small to draw.

use serde::Deserialize;

/// Longitude and latitude in degrees.
pub type Degrees = (f64, f64);

/// Where a region lies.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// Its borders: closed lines; a line within another is a hole.
    Area(Vec<Vec<Degrees>>),
    /// Its middle.
    Spot(Degrees),
}

/// The outlines of a country.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlines {
    /// The regions by id, in the order of the file.
    pub regions: Vec<(String, Form)>,
}

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    id: Option<Id>,
    geometry: Geometry,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(i64),
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Point(Vec<f64>),
    Polygon(Vec<Vec<Vec<f64>>>),
    MultiPolygon(Vec<Vec<Vec<Vec<f64>>>>),
}

impl Outlines {
    /// Read a text.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn read(text: &str) -> Result<Outlines, String> {
        let collection: Collection = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut outlines = Outlines::default();
        for (number, feature) in collection.features.into_iter().enumerate() {
            let id = match feature.id {
                Some(Id::Text(id)) => id,
                Some(Id::Number(id)) => id.to_string(),
                None => return Err(format!("feature {} has no `id`", number + 1)),
            };
            if outlines.of(&id).is_some() {
                return Err(format!("two features have the id `{id}`"));
            }
            let form = form(feature.geometry).ok_or_else(|| {
                format!("feature `{id}` has a point that is not longitude -180 to 180 and latitude -90 to 90")
            })?;
            outlines.regions.push((id, form));
        }
        Ok(outlines)
    }

    /// Where a region lies.
    pub fn of(&self, id: &str) -> Option<&Form> {
        self.regions.iter().find(|(other, _)| other == id).map(|(_, form)| form)
    }
}

fn form(geometry: Geometry) -> Option<Form> {
    Some(match geometry {
        Geometry::Point(point) => Form::Spot(degrees(&point)?),
        Geometry::Polygon(rings) => Form::Area(rings.iter().map(|ring| line(ring)).collect::<Option<_>>()?),
        Geometry::MultiPolygon(parts) => {
            Form::Area(parts.iter().flatten().map(|ring| line(ring)).collect::<Option<_>>()?)
        }
    })
}

fn line(points: &[Vec<f64>]) -> Option<Vec<Degrees>> {
    points.iter().map(|point| degrees(point)).collect()
}

fn degrees(point: &[f64]) -> Option<Degrees> {
    let &[longitude, latitude, ..] = point else { return None };
    let sound = (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude);
    sound.then_some((longitude, latitude))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(features: &str) -> Result<Outlines, String> {
        Outlines::read(&format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#))
    }

    #[test]
    fn areas_and_spots_are_read_by_id() {
        let west = r#"{"type":"Feature","id":"west","properties":{},"geometry":{"type":"Polygon","coordinates":[[[50,44],[52,44],[51,46],[50,44]]]}}"#;
        let town =
            r#"{"type":"Feature","id":"town","properties":{},"geometry":{"type":"Point","coordinates":[76.9,43.2]}}"#;
        let outlines = told(&format!("{west},{town}")).unwrap();
        assert_eq!(outlines.of("town"), Some(&Form::Spot((76.9, 43.2))));
        assert!(matches!(outlines.of("west"), Some(Form::Area(rings)) if rings[0].len() == 4));
        assert_eq!(
            told(&format!("{town},{town}")).unwrap_err(),
            "two features have the id `town`"
        );
    }

    #[test]
    fn what_is_no_map_is_told() {
        let nameless = r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}}"#;
        assert_eq!(told(nameless).unwrap_err(), "feature 1 has no `id`");
        let far = r#"{"type":"Feature","id":"x","geometry":{"type":"Point","coordinates":[1,200]}}"#;
        assert!(
            told(far)
                .unwrap_err()
                .starts_with("feature `x` has a point that is not")
        );
        assert!(Outlines::read("{").is_err());
    }
}
