//! Several folders side by side: what each says in a sentence, their curves in one frame, and their numbers in one table.

use maud::{Markup, html};

use super::{Folder, Page, framed, spread, words};
use crate::analysis::overview::Overview;
use crate::report::picture::bands::{self, Line};
use crate::report::picture::scale::Timeline;

/// Folders whose curves are drawn in one frame; more would hide each other.
const DRAWN: usize = 6;

/// The part; nothing where there is but one folder.
pub fn section(page: &Page) -> Markup {
    let folders = &page.folders;
    html! {
        @if folders.len() > 1 {
            nav.wide aria-label=(words::CONTENTS) {
                h2 { (words::CONTENTS) }
                table {
                    thead { tr { th scope="col" { (words::RESULTS) } th scope="col" { (words::IN_A_SENTENCE) } } }
                    tbody { @for (number, folder) in folders.iter().enumerate() { tr {
                        th scope="row" { (link(folder, number)) }
                        td { (super::answer::sentence(folder)) }
                    } } }
                }
            }
            section.besides aria-label=(words::NUMBERS_BESIDE) {
                (curves(folders))
                (numbers(folders))
            }
        }
    }
}

fn link(folder: &Folder, number: usize) -> Markup {
    html! { a href={ "#f" (number) } { (name(folder)) } }
}

/// The last part of the folder's path: what stands before it is mostly the same for all.
fn name<'f>(folder: &'f Folder) -> &'f str {
    let path = folder.made.folder.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

/// The first metric of the first arm of each folder; nothing where fewer than two have the same clock and metric.
fn curves(folders: &[Folder]) -> Markup {
    let over = |folder: &&Folder| folder.overview.is_some();
    let told: Vec<(&Folder, &Overview)> = folders
        .iter()
        .filter(over)
        .filter_map(|folder| Some((folder, folder.overview.as_ref()?)))
        .collect();
    let Some((folder, first)) = told.first() else {
        return html! {};
    };
    let metric = &first.arms[0].metrics[0].metric;
    let alike = told
        .iter()
        .filter(|(_, other)| other.times == first.times && other.arms[0].metrics[0].metric == *metric);
    let lines: Vec<Line> = alike
        .take(DRAWN)
        .enumerate()
        .map(|(ink, (folder, overview))| Line {
            name: name(folder),
            ticks: &overview.arms[0].metrics[0].ticks,
            ink,
        })
        .collect();
    if lines.len() < 2 {
        return html! {};
    }
    let timeline = Timeline::of(&first.times, folder.background.daylight);
    let title = words::curves_beside(metric, lines.iter().map(|line| line.name));
    html! {
        p.lead { (words::curves_beside_lead(&words::metric(metric), lines.len(), told.len())) }
        (framed(&bands::picture(&title, &lines, &[], &timeline, (860.0, 260.0))))
    }
}

/// Every total that several folders have, of the first arm of each.
fn numbers(folders: &[Folder]) -> Markup {
    let of = |folder: &Folder, name: &str| {
        let arm = folder.made.arms.first().map(|(arm, _)| arm.clone())?;
        folder
            .totals
            .iter()
            .find(|total| total.arm == arm && total.name == name)
            .cloned()
    };
    let have: Vec<(usize, &Folder)> = folders
        .iter()
        .enumerate()
        .filter(|(_, folder)| !folder.totals.is_empty())
        .collect();
    let mut named: Vec<(&str, &str)> = Vec::new();
    for total in have.iter().flat_map(|(_, folder)| &folder.totals) {
        let several = have
            .iter()
            .filter(|(_, folder)| of(folder, &total.name).is_some())
            .count()
            > 1;
        if several && named.iter().all(|(name, _)| *name != total.name) {
            named.push((&total.name, &total.label));
        }
    }
    html! {
        @if !named.is_empty() {
            h3 { (words::NUMBERS_BESIDE) }
            p.small { (words::NUMBERS_BESIDE_LEAD) }
            div.frame tabindex="0" role="group" aria-label=(words::NUMBERS_BESIDE) { table {
                thead { tr { th scope="col" { (words::OUTCOME) } @for (number, folder) in &have { th scope="col" {
                    (link(folder, *number)) br; span.r { (words::made_of(folder)) }
                } } } }
                tbody { @for (name, label) in named { tr {
                    th scope="row" { (label) }
                    @for (_, folder) in &have { td { @match of(folder, name) {
                        None => {}
                        Some(total) => { @match &total.spread {
                            Some(range) => { (spread(range, folder.made.replicates)) }
                            None => { (words::NEVER) }
                        } }
                    } } }
                } } }
            } }
        }
    }
}
