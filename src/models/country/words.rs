//! What a scenario of a country refers to, and the words that it chooses from.

use super::kinds::{KINDS, STANCES};
use crate::document::form::{Choice, To, words_of};
use crate::metric::Metric;
use crate::sim::model::SiteKind;
use crate::sim::policy::{ForceKind, Side};

/// A region.
pub const TO_REGION: To = To::new("region", &["region"]);
/// A place.
pub const TO_PLACE: To = To::new("place", &["place"]);
/// A region or a place.
pub const TO_AREA: To = To::new("region or place", &["region", "place"]);
/// A site.
pub const TO_SITE: To = To::new("site", &["site"]);
/// A shock or an action.
pub const TO_ACTION: To = To::new("action", &["shock", "action"]);
/// A kind of site: the scenario's own, then those that there are.
pub const TO_SITE_KIND: To = To {
    also: words_of::<SiteKind>,
    ..To::new("site kind", &["site_kind"])
};

/// Shapes of a distribution.
pub const DISTRIBUTIONS: Choice = Choice::new("distributions", || vec!["uniform", "normal", "beta"]);
/// What a place is.
pub const PLACES: Choice = Choice::new("kinds of place", || vec!["city", "town", "rural"]);
/// What officers are.
pub const FORCES: Choice = Choice::new("kinds of force", words_of::<ForceKind>);
/// What a site is.
pub const SITES: Choice = Choice::new("kinds of site", words_of::<SiteKind>);
/// What is done.
pub const ACTIONS: Choice = Choice::new("kinds of action", || KINDS.iter().map(|kind| kind.name).collect());
/// What is measured.
pub const METRICS: Choice = Choice::new("metrics", || Metric::ALL.iter().map(|metric| metric.name()).collect());
/// What a contingent does.
pub const TASKS: Choice = Choice::new("tasks", || vec!["guard", "street"]);
/// What a statement says.
pub const STANCE: Choice = Choice::new("stances", || STANCES.iter().map(|stance| stance.name).collect());
/// Who decides about options.
pub const POLICIES: Choice = Choice::new("policies", || vec!["timeline", "reactive"]);
/// What an option is.
pub const OPTIONS: Choice = Choice::new("kinds of option", words_of::<Side>);
