//! The answer in one sentence, and how far to trust it.

use maud::{Markup, html};

use super::{Folder, Of, Total, words};

/// What stands first.
pub fn head(of: &Of) -> Markup {
    let folder = of.folder;
    html! {
        header {
            p.kicker { (folder.title) " · " (words::made_of(folder)) }
            h1 { (sentence(folder)) }
            aside.caution { p { strong { (words::TRUST) } " " (words::caution(folder)) } }
        }
    }
}

/// The answer.
pub fn sentence(folder: &Folder) -> String {
    if let Some((record, score)) = &folder.score {
        let agree = score.judgements.iter().filter(|one| one.agrees).count();
        let shown = (0..record.patterns.len())
            .filter(|&pattern| score.shows(record, pattern))
            .count();
        return words::scored(agree, score.judgements.len(), shown, record.patterns.len());
    }
    if !folder.contrasts.is_empty() {
        let arms = folder.made.arms.iter().skip(1).take(2);
        let told =
            |(arm, _): &(String, _)| super::worlds::sentence(folder, arm).unwrap_or_else(|| compared(folder, arm));
        return arms.map(told).collect::<Vec<_>>().join(" ");
    }
    if let Some(ablation) = &folder.ablation {
        return super::differs::strongest(folder, ablation).unwrap_or_else(|| words::NOTHING_CLEAR.to_owned());
    }
    if let Some(matched) = &folder.matched {
        return crate::report::matching::sentence(matched);
    }
    if let Some(sensitivity) = &folder.sensitivity {
        return super::depends::strongest(folder, sensitivity);
    }
    match &headline(folder)[..] {
        [] => words::nothing_told(folder.made.replicates),
        totals => words::happened(totals, folder.made.replicates),
    }
}

/// The one or two totals that the sentence tells: the first of those that matter first and are there.
fn headline<'f>(folder: &'f Folder) -> Vec<&'f Total> {
    let arm = folder.made.arms.first().map_or("", |(name, _)| name);
    let of_arm = |name: &&str| {
        let mut totals = folder
            .totals
            .iter()
            .filter(|total| total.arm == arm && total.spread.is_some());
        totals.find(|total| total.name == **name)
    };
    folder.first.iter().filter_map(of_arm).take(2).collect()
}

fn compared(folder: &Folder, arm: &str) -> String {
    let of_arm = || folder.contrasts.iter().filter(|one| one.arm == arm);
    let first = folder
        .first
        .iter()
        .filter_map(|name| of_arm().find(|one| one.outcome == **name));
    let others = of_arm().filter(|one| !folder.first.contains(&one.outcome.as_str()));
    let told: Vec<String> = first
        .chain(others)
        .filter_map(|named| Some((named, named.contrast.as_ref()?)))
        .take(2)
        .map(|(named, contrast)| {
            words::against(
                &named.label,
                &super::near(contrast.arm.median),
                &super::near(contrast.baseline.median),
                &super::agreement(contrast),
            )
        })
        .collect();
    words::arm_sentence(arm, &told)
}
