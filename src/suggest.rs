//! What was probably meant by a word that is not known.

/// The candidate that was probably meant by a word, if one is near enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).max(1);
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What to say after an unknown word: the one that was probably meant, or else all that exist, if they are few.
pub fn suggest<'a>(word: &str, what: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(meant) = nearest(word, candidates.clone()) {
        return format!("did you mean `{meant}`?");
    }
    let all: Vec<_> = candidates.into_iter().collect();
    match all.len() {
        0 => format!("there are no {what}"),
        1..=40 => format!("{what}: {}", all.join(", ")),
        many => format!("there are {many} {what}, such as {}", all[..10].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let known = ["almaty", "astana", "atyrau"];
        assert_eq!(nearest("almtay", known), Some("almaty"));
        assert_eq!(nearest("Almaty", known), Some("almaty"));
        assert_eq!(nearest("moscow", known), None);
    }
}
