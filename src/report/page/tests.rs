//! What a page holds, whatever it is of.

use base64::Engine;
use sha2::Digest;

use super::*;
use crate::analysis::implausible::{Scale, Target};
use crate::analysis::overview::Collecting;
use crate::analysis::score::{Confidence, Observation, Use};
use crate::analysis::spread::Five;
use crate::analysis::why::Reasoned;
use crate::metric::Metric;
use crate::report::picture::bands::{self, Line, Point};
use crate::report::picture::{Ink, Shape};
use crate::report::sample::{events, series};
use crate::report::why::Decided;

fn folder(title: &str) -> Folder<'static> {
    let mut collecting = Collecting::default();
    let series = series(48);
    let events = events(&[
        (9, "protest_begins", "all", "", 10.0),
        (20, "action_in_effect", "all", "cut", 5.0),
    ]);
    collecting.add("baseline", &series, None, &events);
    collecting.add("baseline", &series, None, &events);
    let total = |name: &str, median| Total {
        arm: "baseline".to_owned(),
        name: name.to_owned(),
        label: name.to_owned(),
        spread: Some(Spread {
            median,
            low: median / 2.0,
            high: median * 2.0,
        }),
        runs: 2,
    };
    Folder {
        title: title.to_owned(),
        made: Made {
            folder: format!("results/{title}"),
            replicates: 2,
            arms: vec![("baseline".to_owned(), vec![format!("title='{title}'")])],
            ..Made::default()
        },
        background: Background {
            deeds: vec![Deed {
                id: "cut".to_owned(),
                title: title.to_owned(),
                by: title.to_owned(),
                sort: Sort::Concede,
                source: title.to_owned(),
            }],
            ..Background::default()
        },
        metrics: Metric::DESCRIPTIONS,
        first: &["participants_day", "deaths_civilians"],
        labels: Vec::new(),
        overview: Some(collecting.finish()),
        totals: vec![total("participants_day", 52_381.0), total("deaths_civilians", 145.0)],
        contrasts: Vec::new(),
        ablation: None,
        sensitivity: None,
        matched: None,
        why: Some(reasons(&["all-of-it", title])),
        score: None,
    }
}

/// What decided in two regions, of which the first is the keener.
fn reasons(regions: &[&str]) -> Reasons {
    let rest = ["utility", "willing"].map(str::to_owned);
    let names = Decided::BOTH.into_iter().flat_map(|decided| {
        let parts = decided.columns().map(|(column, _)| column);
        parts.chain(rest.clone().map(|name| format!("{}_{name}", decided.name())))
    });
    let names: Vec<String> = names.collect();
    let place = |(number, region): (usize, &&str)| Reasoned {
        arm: "baseline".to_owned(),
        region: (*region).to_owned(),
        ticks: vec![vec![0.4 / (1.0 + number as f64); names.len()]; 48],
    };
    Reasons {
        places: regions.iter().enumerate().map(place).collect(),
        names: names.clone(),
    }
}

#[test]
fn why_is_told_of_every_region_with_a_picture_for_each_decision_and_their_numbers() {
    let text = page(&["January"]);
    let from = text.find("data-why").expect("a section");
    let section = &text[from..from + text[from..].find("</section>").expect("an end")];
    assert_eq!(section.matches("<svg").count(), 2 * 2);
    assert_eq!(section.matches("<option").count(), 2 * 2);
    for told in [
        "Most want to go out at 2 Jan 00:00: 40 % of the residents; of these 40 % want to be violent.",
        "the habit of peaceful protest",
        "+0.40",
        "+0.20",
    ] {
        assert!(section.contains(told), "{told}");
    }
}

fn page(titles: &[&str]) -> String {
    text(&Page {
        folders: titles.iter().map(|title| folder(title)).collect(),
    })
}

/// The overview of two arms, of which the second does something later and something more.
fn two_arms() -> Folder<'static> {
    let mut folder = folder("January");
    let mut collecting = Collecting::default();
    let deed = |tick, id| (tick, "action_in_effect", "all", id, 5.0);
    let arms = [
        ("baseline", vec![deed(8, "same"), deed(20, "cut")]),
        ("later", vec![deed(8, "same"), deed(30, "cut"), deed(40, "talks")]),
    ];
    for (arm, rows) in arms {
        collecting.add(arm, &series(48), None, &events(&rows));
        folder.made.arms.push((arm.to_owned(), Vec::new()));
    }
    folder.overview = Some(collecting.finish());
    let cut = folder.background.deeds[0].clone();
    for id in ["same", "talks"] {
        let (id, title) = (id.to_owned(), id.to_owned());
        folder.background.deeds.push(Deed {
            id,
            title,
            ..cut.clone()
        });
    }
    folder
}

#[test]
fn what_an_arm_does_otherwise_stands_in_its_lane_at_its_own_hour() {
    let text = text(&Page {
        folders: vec![two_arms()],
    });
    for told in [
        "2 Jan 08:00: same (in effect)<",
        "2 Jan 20:00: January (in effect; then only in “baseline”)<",
        "3 Jan 06:00: January (in effect; then only in “later”)<",
        "3 Jan 16:00: talks (in effect; then only in “later”)<",
        "Crossed: another arm does it at another hour",
    ] {
        assert!(text.contains(told), "{told}");
    }
    assert!(
        !page(&["January"]).contains("Crossed:"),
        "one arm has nothing to tell apart"
    );
}

#[test]
fn an_observation_is_a_diamond_on_the_curve_of_its_metric_with_its_range_and_its_words() {
    let observation = |outcome: &str, value| Observation {
        id: "toll".to_owned(),
        pattern: None,
        what: "killed, by the prosecutor".to_owned(),
        value: Some(value),
        unit: "people".to_owned(),
        date: String::new(),
        outcome: outcome.parse().expect("an outcome"),
        accept: (1.0, 3.0),
        target: Target {
            observed: (value, value),
            scale: Scale::Log,
            floor: 1.0,
            error: 0.1,
            discrepancy: 0.1,
        },
        reason: String::new(),
        seeds: 0.6,
        confidence: Confidence::High,
        official: true,
        sources: Vec::new(),
        purpose: Use::Check,
        variant: None,
        note: String::new(),
    };
    let mut own = folder("January");
    own.background.record = Some(Record {
        observations: vec![
            observation("last(deaths_civilians)", 2.0),
            observation("at(participants, time=2022-01-03T00:00)", 40_000.0),
            observation("peak(violent)", 7.0),
        ],
        ..Record::default()
    });
    let text = text(&Page { folders: vec![own] });
    let about = "3 Jan: observed 2 people, official. killed, by the prosecutor";
    // A picture beside the record and one among all metrics, and the words below each.
    assert_eq!(text.matches(&format!("<title>{about}</title>")).count(), 2, "{about}");
    assert!(text.contains(&format!("<p class=\"small\">{about}</p>")));
    // What is of the first metric stands on the first picture, too.
    let first = text.find("observed 40,000 people").expect("a point");
    assert!(first < text.find("How sure").expect("a section"));
    assert!(!text.contains("observed 7"), "a peak has no moment on a curve");
    let drawn = bands::picture(
        "deaths",
        &[Line {
            name: "a",
            ticks: &[Five::of(&[1.0]); 2],
            ink: 0,
        }],
        &[Point {
            tick: 1,
            value: 2.0,
            accept: (1.0, 3.0),
            about: String::new(),
        }],
        &Timeline::of(&vec![String::new(); 2], None),
        (400.0, 200.0),
    );
    let height = |ink: Ink| {
        let found = drawn.shapes.iter().find_map(|shape| match shape {
            Shape::Path { parts, ink: own, .. } if *own == ink => Some(parts[0].clone()),
            _ => None,
        });
        let heights: Vec<f64> = found.expect("a shape").iter().map(|at| at.1).collect();
        (
            heights.iter().copied().fold(f64::INFINITY, f64::min),
            heights.iter().copied().fold(0.0, f64::max),
        )
    };
    let ((top, bottom), (highest, lowest)) = (height(Ink::Zero), height(Ink::Record));
    assert!(top < highest && lowest < bottom, "the range is longer than the diamond");
    assert!(((top + bottom) - (highest + lowest)).abs() < 1e-9, "and lies around it");
}

#[test]
fn the_answer_comes_first_and_the_limits_stand_on_every_page() {
    let text = page(&["January"]);
    let answer = "On the biggest day 52,381 people are out; 145 civilians are killed. Other dice give 26,191 to 104,762 people and 73 to 290 killed.";
    let places = [
        answer,
        "How far to trust this.",
        "<svg",
        "How sure",
        "How this was made",
        "must not be used",
    ]
    .map(|part| text.find(part));
    assert!(places.iter().all(Option::is_some), "{places:?}");
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_hostile_title_is_text_and_no_script_but_the_pages_own_may_run() {
    let hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let text = page(&[hostile]);
    assert_eq!(text.matches("<script").count(), 1);
    assert!(!text.contains("<img"), "no image is loaded");
    assert!(text.contains("&lt;script&gt;alert(1)"));
    let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(SCRIPT));
    assert_eq!(
        SCRIPT_SHA256,
        format!("'sha256-{digest}'"),
        "page.js has changed, so its digest has to"
    );
    assert!(text.contains("default-src 'none'"));
}

#[test]
fn a_page_needs_nothing_from_elsewhere_and_is_the_same_bytes_again() {
    let text = page(&["January"]);
    for elsewhere in ["http://", "https://", "url(", "@import", " src="] {
        assert!(!text.contains(elsewhere), "{elsewhere}");
    }
    assert_eq!(text, page(&["January"]));
}

#[test]
fn every_picture_says_what_it_is_and_ids_are_unique() {
    let text = page(&["one", "two"]);
    let pictures = text.matches("<svg").count();
    assert!(pictures > 10);
    assert!(text.matches("aria-label=").count() >= pictures);
    let ids: Vec<&str> = text
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len());
    assert!(text.contains("Side by side"));
}
